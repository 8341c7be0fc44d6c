//! `cargo lab` as a child process, started as a learner does.
//!
//! - `set_up`: missing tools, no network, an interrupted set-up, a port in use;
//! - `kernel`: where the Rust kernel comes from; `cargo_lock`: what the kernels compile;
//! - `reading`: the page to read while the kernel is compiled;
//! - `register`: the kernel for other front-ends; `front_ends`: that kernel in them;
//! - `no_harm`: the launcher removes and overwrites nothing that it did not make;
//! - `progress`: what a learner has run;
//! - `other_machines`: unusual variables, path characters, disks and accounts;
//! - `jupyterlab`, `kernel_websocket`, `parts`, `language`: JupyterLab, its kernels, its end and its pages.

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
#[cfg(unix)] // compares the system's messages
mod progress;
#[cfg(target_os = "linux")]
mod reading;
#[cfg(unix)]
mod register;
#[cfg(unix)]
mod set_up;

// These find JupyterLab's processes in /proc.
#[cfg(target_os = "linux")]
mod jupyterlab;
#[cfg(target_os = "linux")]
mod kernel_websocket;
#[cfg(target_os = "linux")]
mod language;
#[cfg(target_os = "linux")]
mod other_machines;
#[cfg(target_os = "linux")]
mod parts;
