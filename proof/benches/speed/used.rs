//! Processor time of child processes.

use anyhow::Result;
use nix::sys::resource::{UsageWho, getrusage};

/// Processor time of all child processes that have exited, in seconds.
pub fn processor_time() -> Result<f64> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let seconds = [usage.user_time(), usage.system_time()];
    Ok(seconds.iter().map(|time| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6).sum())
}
