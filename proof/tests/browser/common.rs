//! What `running` takes from its surroundings.

use std::process::Command;
use std::time::{Duration, Instant};

use lab::clone::repository;
use lab::install::{self, cache::Cache, tools};

/// `cargo lab`, as a learner types it; Cargo becomes the launcher.
pub fn lab() -> Command {
    let mut lab = Command::new(tools::cargo().unwrap());
    lab.args(["run", "--quiet", "--package", "lab", "--"]).current_dir(repository());
    lab.env("UDP_TUTORIAL_COMPILE", "1");
    lab
}

/// The cache folder, set up.
pub fn prepared() -> Cache {
    let cache = Cache::locate().unwrap();
    install::prepare(&cache, true).expect("`cargo lab prepare` works");
    cache
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
