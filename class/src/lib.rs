//! A class: students in containers of their own, behind a real JupyterHub. The image is built from a
//! stand-in for the public base image where that is not in reach.
//!
//! - `engine`: the container engine, and the image;
//! - [`hub`]: the hub that `class/start` starts;
//! - [`student`]: one who logs in, and works through the hub's own ways.
#![cfg(target_os = "linux")]

mod engine;
pub mod hub;
pub mod student;
