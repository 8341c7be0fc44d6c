//! Waiting for something observable.

use std::time::{Duration, Instant};

/// The longest wait for anything, with allowance for a busy machine.
pub const DEADLINE: Duration = Duration::from_secs(300);

/// Waits until `happened` returns true. Panics after [`DEADLINE`].
#[track_caller]
pub fn wait_until(mut happened: impl FnMut() -> bool) {
    let start = Instant::now();
    while !happened() {
        assert!(
            start.elapsed() < DEADLINE,
            "the expected event did not happen within {DEADLINE:?}"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}
