//! Drives a kernel as Jupyter does, and reads what its cells show.
//!
//! - [`kernel`]: one kernel, driven over Jupyter's own protocol;
//! - `start`: starting a kernel, or connecting to one that a Jupyter server has started;
//! - `transport`: the connection to a kernel;
//! - [`fence`]: a running cell, and how to recognise the end of its output;
//! - [`transcript`]: what a cell shows.

pub mod fence;
pub mod kernel;
mod start;
pub mod transcript;
mod transport;
