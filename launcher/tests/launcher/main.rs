//! `cargo lab` as a child process, as a learner starts it.
//!
//! - `set_up`: missing tools, no network, an interrupted set-up, a port in use;
//! - `kernel`: where the Rust kernel comes from;
//! - `register`: the kernel for other front-ends;
//! - `no_harm`: nothing is removed or overwritten that is somebody else's;
//! - `other_machines`: variables, letters, disks and accounts that differ;
//! - `jupyterlab`, `kernel_websocket`: JupyterLab, its kernels, its end.

#![allow(clippy::disallowed_methods)] // the tests are the user who starts it

mod common;
#[cfg(unix)] // the stand-ins for missing tools are shell scripts
mod kernel;
#[cfg(unix)]
mod machine;
#[cfg(unix)]
mod no_harm;
#[cfg(unix)]
mod register;
#[cfg(unix)]
mod set_up;
mod wait;

// The processes of JupyterLab are found in /proc.
#[cfg(target_os = "linux")]
mod jupyterlab;
#[cfg(target_os = "linux")]
mod kernel_websocket;
#[cfg(target_os = "linux")]
mod other_machines;
#[cfg(target_os = "linux")]
mod running;
