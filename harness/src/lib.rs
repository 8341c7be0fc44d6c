//! What tests, benchmarks and pictures share.
//!
//! - [`wait`]: waiting for something observable;
//! - [`port`]: free ports on this machine;
//! - [`lab`]: a complete installation, and `cargo lab` as a child process;
//! - [`running`]: a running `cargo lab`, with all its processes;
//! - [`report`]: medians, and tables in Markdown;
//! - [`saved`]: restores the notebooks after a test;
//! - [`browser`]: JupyterLab's page in headless Chromium, which `chromium` starts.

#[cfg(unix)]
pub mod browser;
#[cfg(unix)]
mod chromium;
pub mod lab;
pub mod port;
pub mod report;
#[cfg(target_os = "linux")]
pub mod running;
pub mod saved;
pub mod wait;
