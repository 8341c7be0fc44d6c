//! The clone's package `proof`, which runs the notebooks and knows their order. It is compiled for that,
//! the first time.

use std::path::Path;

use anyhow::{Result, ensure};

use crate::child;
use crate::install::installation::Cache;
use crate::install::tools;
use crate::tutorial::repository;

/// Runs both notebooks as a learner does, and rewrites their outputs.
///
/// # Errors
///
/// A cell failed, or the package cannot be compiled; it has said why.
pub fn record(cache: &Cache) -> Result<()> {
    let recorded = run("record", [&cache.jupyter_path(), &repository()])?;
    ensure!(recorded, "the notebooks could not be recorded, see above");
    Ok(())
}

/// Writes both notebooks of `repository` into `file` as one, in the order in which they are read.
pub(crate) fn merge(repository: &Path, file: &Path) -> Result<()> {
    let merged = run("merge", [repository, file])?;
    ensure!(merged, "the notebooks cannot be put side by side, see above");
    Ok(())
}

/// Whether it succeeds in a task.
fn run(task: &str, paths: [&Path; 2]) -> Result<bool> {
    let mut cargo = child::command(tools::cargo()?);
    cargo.args(["run", "--quiet", "--package", "proof", "--", task]).args(paths);
    Ok(cargo.current_dir(repository()).status()?.success())
}
