//! `cargo lab` as a child process, as a learner starts it.
//!
//! - `set_up`: missing tools, no network, an interrupted set-up, a port in use;
//! - `kernel`: where the Rust kernel comes from; `cargo_lock`: what the kernels compile;
//! - `register`: the kernel for other front-ends; `front_ends`: that kernel in them;
//! - `no_harm`: nothing is removed or overwritten that is somebody else's;
//! - `other_machines`: variables, letters, disks and accounts that differ;
//! - `jupyterlab`, `kernel_websocket`, `parts`: JupyterLab, its kernels, its end, its pages.

mod cargo_lock;
mod common;
#[cfg(unix)] // Ctrl-C is a signal
mod front_ends;
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

// The processes of JupyterLab are found in /proc.
#[cfg(target_os = "linux")]
mod jupyterlab;
#[cfg(target_os = "linux")]
mod kernel_websocket;
#[cfg(target_os = "linux")]
mod other_machines;
#[cfg(target_os = "linux")]
mod parts;
