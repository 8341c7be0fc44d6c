//! What stands behind `cargo lab`: the set-up, and JupyterLab with both notebooks side by side. Every
//! learner compiles it before the page opens, so what runs the notebooks' cells for `cargo lab
//! record` and the tests is in a package of its own, `proof`.
//!
//! - [`cache`]: the one folder that everything is installed in;
//! - [`tools`]: what must be on the machine already, with the remedy when it is not;
//! - [`setup`]: what `cargo lab` installs, step by step;
//! - [`warm`]: what makes the kernels answer at once;
//! - [`clean`]: removing it again;
//! - [`run`]: the folder of a running lab;
//! - [`jupyter`]: starting and ending JupyterLab;
//! - [`api`]: asking it over HTTP;
//! - [`fresh`]: the committed notebooks back in place, beside the reader's own.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod api;
pub mod cache;
pub mod clean;
pub mod fresh;
pub mod jupyter;
pub mod run;
pub mod setup;
pub mod tools;
pub mod warm;

use std::path::{Path, PathBuf};

/// The clone that this launcher was built in.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("lab/ has a parent").to_path_buf()
}
