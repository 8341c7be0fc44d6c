//! What the tests share.

use std::process::Command;
use std::sync::OnceLock;

use launcher::install::installation::Cache;

pub use crate::wait::{DEADLINE, wait_until};

/// The launcher.
pub const LAB: &str = env!("CARGO_BIN_EXE_launcher");

/// The launcher, which fetches nothing from the kernel's own release.
pub fn lab() -> Command {
    let mut lab = Command::new(LAB);
    lab.env("UDP_TUTORIAL_COMPILE", "1");
    lab
}

/// The cache folder, set up; what the set-up says goes to the terminal, past the test's capture.
pub fn prepared() -> Cache {
    static DONE: OnceLock<()> = OnceLock::new();
    DONE.get_or_init(|| {
        let status = lab().arg("prepare").status().unwrap();
        assert!(status.success(), "`cargo lab prepare` failed, see its message above");
    });
    Cache::locate().unwrap()
}
