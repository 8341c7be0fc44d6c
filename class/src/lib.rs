//! A class: each student in their own container, behind a real JupyterHub. If the public base image
//! cannot be pulled, a stand-in replaces it.
//!
//! - `engine`: the container engine, and the image;
//! - [`hub`]: the hub that `class/start` starts;
//! - [`student`]: a student, who logs in and works through the hub.
#![cfg(target_os = "linux")]

mod engine;
pub mod hub;
pub mod student;
