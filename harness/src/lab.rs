//! A complete installation, and `cargo lab` as a child process.

use std::process::Command;
use std::sync::OnceLock;

use installation::folder::Installation;
use installation::tutorial::repository;

/// `cargo lab`, as a learner types it. Cargo becomes the launcher. The environment variable makes
/// it compile the kernel rather than fetch the kernel's release.
pub fn lab() -> Command {
    let mut lab = Command::new(
        which::which("cargo").expect("cargo is not on the PATH: install Rust from rustup.rs"),
    );
    lab.args(["run", "--quiet", "--package", "launcher", "--"]).current_dir(repository());
    lab.env("UDP_TUTORIAL_COMPILE", "1");
    lab
}

/// The installation, completed by `cargo lab prepare`. Its messages go straight to the terminal,
/// past the capture of test output.
pub fn prepared() -> Installation {
    prepared_by(lab)
}

pub fn prepared_by(launcher: fn() -> Command) -> Installation {
    static DONE: OnceLock<()> = OnceLock::new();
    DONE.get_or_init(|| {
        let status = launcher().arg("prepare").status().unwrap();
        assert!(status.success(), "`cargo lab prepare` failed; see its message above");
    });
    Installation::locate().unwrap()
}
