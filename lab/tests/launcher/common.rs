//! What the tests share.

use std::process::Command;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use lab::install::cache::Cache;

/// The launcher.
pub const LAB: &str = env!("CARGO_BIN_EXE_lab");

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

/// How long anything that is waited for may take, on a machine that is busy.
pub const DEADLINE: Duration = Duration::from_secs(120);

/// Waits for something that can be observed.
#[track_caller]
pub fn wait_until(mut happened: impl FnMut() -> bool) {
    let start = Instant::now();
    while !happened() {
        assert!(start.elapsed() < DEADLINE, "waited in vain");
        std::thread::sleep(Duration::from_millis(20));
    }
}
