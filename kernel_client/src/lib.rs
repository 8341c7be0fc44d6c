//! Drives a kernel as Jupyter does, and reads what its cells show.
//!
//! - [`kernel`]: one kernel, driven over Jupyter's own protocol;
//! - `start`: its process, or the server that has started it; `transport`: the way to it;
//! - [`fence`]: a cell that runs, and how its end is told;
//! - [`transcript`]: what a cell shows.

pub mod fence;
pub mod kernel;
mod start;
pub mod transcript;
mod transport;
