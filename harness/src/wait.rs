//! Waiting for what can be observed.

use std::time::{Duration, Instant};

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
