//! Helpers for the tests.

use std::process::Command;

use harness::lab::prepared_by;
#[cfg(target_os = "linux")]
use harness::running::Running;
use installation::folder::Installation;

#[cfg(target_os = "linux")]
pub use harness::wait::DEADLINE;
#[cfg(unix)]
pub use harness::wait::wait_until;

/// The launcher's executable.
pub const LAB: &str = env!("CARGO_BIN_EXE_launcher");

/// The launcher, told not to download the kernel's release.
pub fn lab() -> Command {
    let mut lab = Command::new(LAB);
    lab.env("UDP_TUTORIAL_COMPILE", "1");
    lab
}

/// The installation, completed by this launcher.
pub fn prepared() -> Installation {
    prepared_by(lab)
}

/// Starts the launcher with its own JupyterLab and with additional environment variables.
#[cfg(target_os = "linux")]
pub fn start(environment: &[(&str, &str)]) -> Running {
    prepared();
    let mut lab = lab();
    lab.envs(environment.iter().copied());
    Running::start_by(lab, &[])
}
