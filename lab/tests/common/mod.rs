//! What the tests with real kernels share.
#![allow(dead_code)] // each test takes what it needs

#[cfg(target_os = "linux")] // its processes are found in /proc
pub mod running;

use std::process::Command;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use lab::cache::Cache;
use tempfile::TempDir;

/// The cache folder, set up; what the set-up says goes to the terminal, past the test's capture.
pub fn prepared() -> Cache {
    static DONE: OnceLock<()> = OnceLock::new();
    DONE.get_or_init(|| {
        let status = Command::new(env!("CARGO_BIN_EXE_lab")).arg("prepare").status().unwrap();
        assert!(status.success(), "`cargo lab prepare` failed, see its message above");
    });
    Cache::locate().unwrap()
}

/// The kernelspec of the kernel as it installs itself, without what `cargo lab` adds.
pub fn stock_kernel() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    lab::setup::install_kernelspec(&prepared(), folder.path()).unwrap();
    folder
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
