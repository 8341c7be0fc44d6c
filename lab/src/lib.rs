//! What stands behind `cargo lab`: the set-up, JupyterLab with both notebooks side by side, and
//! the reader who runs every cell of them in real kernels, for `cargo lab record` and the tests.
//!
//! - [`cache`]: the one folder that everything is installed in;
//! - [`tools`]: what must be on the machine already, with the remedy when it is not;
//! - [`setup`]: what `cargo lab` installs, step by step;
//! - [`warm`]: what makes the kernels answer at once;
//! - [`clean`]: removing it again;
//! - [`run`]: the folder of a running lab;
//! - [`jupyter`]: starting and ending JupyterLab;
//! - [`api`]: asking it over HTTP;
//! - [`kernel`]: one kernel, driven over Jupyter's own protocol;
//! - [`fresh`]: the committed notebooks back in place, beside the reader's own;
//! - [`notebook`]: reading, writing and comparing notebooks;
//! - [`rule`]: what holds between numbers that differ from run to run;
//! - [`reader`]: both notebooks run in the order in which a reader runs them;
//! - [`side`]: one of them, its kernel, and what its cells have shown;
//! - [`tries`]: the changes to cells that the notebooks suggest.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod api;
pub mod cache;
pub mod clean;
pub mod fresh;
pub mod jupyter;
pub mod kernel;
pub mod notebook;
pub mod reader;
pub mod rule;
pub mod run;
pub mod setup;
pub mod side;
pub mod tools;
pub mod tries;
pub mod warm;

use std::path::{Path, PathBuf};

/// The clone that this launcher was built in.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("lab/ has a parent").to_path_buf()
}
