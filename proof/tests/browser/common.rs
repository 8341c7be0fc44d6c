//! What `running` takes from its surroundings.

use std::process::Command;

use launcher::install::{self, installation::Cache, tools};
use launcher::tutorial::repository;

pub use crate::wait::wait_until;

/// `cargo lab`, as a learner types it; Cargo becomes the launcher.
pub fn lab() -> Command {
    let mut lab = Command::new(tools::cargo().unwrap());
    lab.args(["run", "--quiet", "--package", "launcher", "--"]).current_dir(repository());
    lab.env("UDP_TUTORIAL_COMPILE", "1");
    lab
}

/// The cache folder, set up.
pub fn prepared() -> Cache {
    let cache = Cache::locate().unwrap();
    install::prepare(&cache, true).expect("`cargo lab prepare` works");
    cache
}
