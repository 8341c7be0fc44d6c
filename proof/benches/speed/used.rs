//! What child processes have used.

use anyhow::Result;
use nix::sys::resource::{UsageWho, getrusage};

/// The time of all cores that the child processes which have ended have taken, in seconds.
pub fn processor_time() -> Result<f64> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let seconds = [usage.user_time(), usage.system_time()];
    Ok(seconds.iter().map(|time| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6).sum())
}
