//! What stands behind `cargo lab`, a learner's command. Every learner compiles it before the page opens, so
//! what records and checks the notebooks is in a package of its own, `proof`.
//!
//! - [`install`]: what is installed, step by step, and what makes the kernels answer at once;
//! - [`open`]: JupyterLab with a pair of notebooks side by side, its start and its end;
//! - [`clean`]: removing it all again;
//! - [`fresh`]: the committed notebooks back in place, beside the reader's own.

#![warn(clippy::disallowed_methods)]

pub mod clean;
pub mod fresh;
pub mod install;
pub mod open;
