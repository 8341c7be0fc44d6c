//! The cells of a notebook's file, in all languages.

use std::fs;
use std::iter;
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use serde_json::Value;
use uuid::Uuid;

/// A cell of a notebook's file.
pub(super) struct Cell {
    pub(super) id: String,
    pub(super) content: Value,
    /// The cells with the same id in the translations of the notebook.
    translations: Vec<Value>,
}

impl Cell {
    pub(super) fn is_code(&self) -> bool {
        self.content["cell_type"] == "code"
    }

    /// Whether the learner has added it: JupyterLab's ids are UUIDs, the tutorial's are words.
    pub(super) fn is_learners(&self) -> bool {
        Uuid::parse_str(&self.id).is_ok()
    }

    /// Whether a kernel has begun to run it: a cell that waits for its turn has no `iopub.execute_input` yet.
    pub(super) fn has_run(&self) -> bool {
        let has_begun =
            |cell: &Value| cell["metadata"]["execution"]["iopub.execute_input"].is_string();
        self.in_all_languages().any(has_begun)
    }

    pub(super) fn shows(&self, line: &str) -> bool {
        let outputs =
            self.in_all_languages().filter_map(|cell| cell["outputs"].as_array()).flatten();
        outputs
            .map(|output| text(&output["text"]))
            .any(|shown| shown.lines().any(|one| one == line))
    }

    fn in_all_languages(&self) -> impl Iterator<Item = &Value> {
        iter::once(&self.content).chain(&self.translations)
    }
}

/// The cells of a notebook, with what its translations have in their places.
pub(super) fn with_translations(mut cells: Vec<Cell>, translations: &[Vec<Cell>]) -> Vec<Cell> {
    for cell in &mut cells {
        let same = translations.iter().flatten().filter(|other| other.id == cell.id);
        cell.translations = same.map(|other| other.content.clone()).collect();
    }
    cells
}

/// The cells of a notebook.
pub(super) fn cells(repository: &Path, path: &str) -> Result<Vec<Cell>> {
    let bytes = fs::read(repository.join(path)).with_context(|| format!("cannot read {path}"))?;
    let what = || format!("{path} is not a notebook");
    let mut notebook: Value = serde_json::from_slice(&bytes).with_context(what)?;
    let Some(Value::Array(cells)) = notebook.get_mut("cells").map(Value::take) else {
        return Err(anyhow!("it has no list of cells")).with_context(what);
    };
    let cell = |content: Value| Cell {
        id: content["id"].as_str().unwrap_or_default().to_string(),
        content,
        translations: Vec::new(),
    };
    Ok(cells.into_iter().map(cell).collect())
}

/// A text in a notebook's file, which is one string or a list of lines.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::Array(lines) => lines.iter().filter_map(Value::as_str).collect(),
        text => text.as_str().unwrap_or_default().to_string(),
    }
}
