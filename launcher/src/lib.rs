//! The implementation of `cargo lab`, the learner's command. Every learner compiles this crate
//! before the page opens, so the code that records and checks the notebooks is in another package,
//! `proof`.
//!
//! - [`install`]: installs everything, step by step, and makes the kernels answer at once;
//! - [`reading`]: a page to read while the kernel is compiled;
//! - [`language`]: which pair opens in which language;
//! - [`open`]: starts JupyterLab with a pair of notebooks side by side, and ends it;
//! - [`clean`]: removes everything again;
//! - [`fresh`]: restores the committed notebooks and keeps the reader's own;
//! - [`progress`]: says which labs the reader has run, and what comes next.

#![warn(clippy::disallowed_methods)]

pub mod clean;
pub mod fresh;
pub mod install;
pub mod language;
pub mod open;
pub mod progress;
pub mod reading;
