//! A class: students in containers of their own, behind a real JupyterHub. The image is built from a
//! stand-in for the public base image where that is not in reach.
//!
//! - [`hub`]: the image, the container engine, and the hub that `class/start` starts;
//! - [`student`]: one who logs in, and works through the hub's own ways.
#![cfg(target_os = "linux")]

pub mod hub;
pub mod student;
