//! The installation, completed, and `cargo lab` as a child process.

use std::process::Command;
use std::sync::OnceLock;

use installation::folder::Installation;
use installation::tutorial::repository;

/// `cargo lab`, as a learner types it; Cargo becomes the launcher. Nothing is fetched from the kernel's own
/// release.
pub fn lab() -> Command {
    let mut lab = Command::new(which::which("cargo").expect("cargo is on the PATH"));
    lab.args(["run", "--quiet", "--package", "launcher", "--"]).current_dir(repository());
    lab.env("UDP_TUTORIAL_COMPILE", "1");
    lab
}

/// The installation, completed by `cargo lab prepare`; what that says goes to the terminal, past a test's
/// capture.
pub fn prepared() -> Installation {
    prepared_by(lab)
}

/// The installation, completed by a launcher.
pub fn prepared_by(launcher: fn() -> Command) -> Installation {
    static DONE: OnceLock<()> = OnceLock::new();
    DONE.get_or_init(|| {
        let status = launcher().arg("prepare").status().unwrap();
        assert!(status.success(), "`cargo lab prepare` failed, see its message above");
    });
    Installation::locate().unwrap()
}
