//! What tests, benchmarks and pictures share.
//!
//! - [`wait`]: waiting for what can be observed;
//! - [`port`]: ports of this machine that are free;
//! - [`lab`]: the installation, completed, and `cargo lab` as a child process;
//! - [`running`]: a `cargo lab` that runs, with all its processes;
//! - [`report`]: medians, and tables in Markdown;
//! - [`saved`]: the notebooks, put back as they were;
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
