//! What the tests with real kernels share.
#![allow(dead_code)] // each test takes what it needs

use std::process::Command;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use lab::cache::Cache;

/// The cache folder, set up; what the set-up says goes to the terminal, past the test's capture.
pub fn prepared() -> Cache {
    static DONE: OnceLock<()> = OnceLock::new();
    DONE.get_or_init(|| {
        let status = Command::new(env!("CARGO_BIN_EXE_lab")).arg("prepare").status().unwrap();
        assert!(status.success(), "`cargo lab prepare` failed, see its message above");
    });
    Cache::locate().unwrap()
}

/// How long anything that is waited for may take, on a machine that is busy.
pub const DEADLINE: Duration = Duration::from_secs(120);

/// Waits for something that can be observed.
pub fn wait_until(happened: impl Fn() -> bool) {
    let start = Instant::now();
    while !happened() {
        assert!(start.elapsed() < DEADLINE, "waited in vain");
        std::thread::sleep(Duration::from_millis(20));
    }
}
