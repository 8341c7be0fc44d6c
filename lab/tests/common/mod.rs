//! What the tests with real kernels share.

use std::process::Command;
use std::sync::OnceLock;

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
