//! The learner who runs every cell of both notebooks in real kernels, for `cargo lab record` and the
//! tests.
//!
//! - [`kernel_client`]: one kernel, driven over Jupyter's own protocol, with `transport`, `start` and
//!   `fence`;
//! - [`notebook`]: reading, writing and comparing notebooks;
//! - [`transcript`]: what a cell shows;
//! - [`rule`]: what holds between numbers that differ from run to run;
//! - [`learner`]: both notebooks run in the order in which a learner runs them;
//! - [`side`]: one of them, its kernel, and what its cells have shown;
//! - [`metadata`]: what is known of a cell: what differs, what holds, and the changes that the text
//!   suggests;
//! - [`tries`]: making them;
//! - [`page`]: both notebooks as one, for the page that shows them side by side.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod fence;
pub mod kernel_client;
pub mod learner;
pub mod metadata;
pub mod notebook;
pub mod page;
pub mod rule;
pub mod side;
mod start;
pub mod transcript;
mod transport;
pub mod tries;
