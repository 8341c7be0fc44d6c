//! What stands behind `cargo lab`. Every learner compiles it before the page opens, so what runs the
//! notebooks' cells for `cargo lab record` and the tests is in a package of its own, `proof`.
//!
//! - [`install`]: what is installed, step by step, and what makes the kernels answer at once;
//! - [`open`]: JupyterLab with both notebooks side by side, its start and its end;
//! - [`clean`]: removing it all again;
//! - [`fresh`]: the committed notebooks back in place, beside the reader's own;
//! - [`page`]: both notebooks as a page of static files;
//! - [`proof`]: what the package `proof` does for it;
//! - [`tutorial`]: the clone that all this belongs to;
//! - [`child`]: what the programs that it starts inherit.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod child;
pub mod clean;
pub mod fresh;
pub mod install;
pub mod open;
pub mod page;
pub mod proof;
pub mod tutorial;
