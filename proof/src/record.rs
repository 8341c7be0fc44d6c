//! Running whole pairs, to record what their cells show or to compare.

use std::path::Path;

use anyhow::{Context, Result, bail};
use harness::port::{free_port, is_free};

use crate::learner::Learner;
use crate::pair::Pair;
use crate::running_notebook::PORT;

/// Runs a pair as a learner does and rewrites its outputs. The files are as before where a cell fails.
pub async fn record(jupyter_path: &Path, pair: Pair) -> Result<()> {
    if !is_free(PORT) {
        bail!("port {PORT} is in use: end the program that has it, so that the outputs show it");
    }
    let mut learner = Learner::open(jupyter_path, pair, PORT).await?;
    for step in learner.steps() {
        eprintln!("{}", step.id);
        learner.take(&step).await?;
    }
    for side in [&mut learner.server, &mut learner.client] {
        side.notebook.record(&side.run)?;
    }
    learner.server.notebook.write()?;
    learner.client.notebook.write()?;
    learner.close().await
}

/// Runs a pair as a learner does and compares what its cells show with what is recorded.
pub async fn check(jupyter_path: &Path, pair: Pair) -> Result<()> {
    let name = pair.part.name.clone();
    let mut learner = Learner::open(jupyter_path, pair, free_port()).await?;
    learner.check().await.with_context(|| format!("the part {name}"))?;
    learner.close().await
}
