//! Reading, writing and comparing notebooks.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use jupyter_protocol::Media;
use kernel_client::transcript::Transcript;
use nbformat::v4::{Cell, JupyterCellMetadata, Output};
use serde_json::json;

use crate::metadata::Metadata;

/// The kernel counts the cells that it ran from 2: it runs one itself when it starts.
const FIRST_COUNT: i32 = 2;

/// A notebook and the file that it came from.
#[derive(Clone)]
pub struct Notebook {
    path: PathBuf,
    content: nbformat::v4::Notebook,
}

/// A code cell.
pub struct CodeCell<'a> {
    /// The cell's id: stable, readable, the same in both notebooks for cells that belong together.
    pub id: &'a str,
    /// The code.
    pub source: String,
    /// The recorded outputs.
    pub recorded: Transcript,
    /// What is known of it beside its code.
    pub own: Metadata,
    /// Whether its code is folded away: `jupyter.source_hidden` of its metadata.
    pub is_folded: bool,
    /// Whether its recorded output is folded away: `jupyter.outputs_hidden` of its metadata.
    pub hides_output: bool,
    tags: &'a [String],
}

impl<'a> CodeCell<'a> {
    fn of(cell: &'a Cell) -> Option<CodeCell<'a>> {
        let Cell::Code { id, metadata, source, outputs, .. } = cell else { return None };
        let own = metadata_of(cell).expect("it was checked when the notebook was read");
        let jupyter = metadata.jupyter.as_ref();
        let is_folded = jupyter.and_then(|jupyter| jupyter.source_hidden);
        let hides_output = jupyter.and_then(|jupyter| jupyter.outputs_hidden);
        Some(CodeCell {
            id: id.as_str(),
            source: source.concat(),
            recorded: Transcript::from_outputs(outputs),
            own,
            is_folded: is_folded == Some(true),
            hides_output: hides_output == Some(true),
            tags: metadata.tags.as_deref().unwrap_or_default(),
        })
    }

    /// Whether the cell has this Jupyter tag.
    pub fn has_tag(&self, tag: &str) -> bool {
        self.tags.iter().any(|own| own == tag)
    }
}

impl Notebook {
    /// Reads a notebook of format 4.5, the first whose cells have ids. Forgets when JupyterLab ran its cells.
    pub fn read(path: &Path) -> Result<Notebook> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        Notebook::of_text(path, &text)
    }

    /// The notebook that the file `path` would hold with this text.
    pub fn of_text(path: &Path, text: &str) -> Result<Notebook> {
        match nbformat::parse_notebook(text) {
            Ok(nbformat::Notebook::V4(mut content)) => {
                for cell in &mut content.cells {
                    metadata_of(cell).with_context(|| path.display().to_string())?;
                    if let Cell::Code { metadata, .. } = cell {
                        metadata.execution = None;
                    }
                }
                Ok(Notebook { path: path.to_path_buf(), content })
            }
            Ok(_) => bail!("{} is not a notebook of format 4.5", path.display()),
            Err(error) => bail!("{}: {error}", path.display()),
        }
    }

    /// The file's text in the form in which Jupyter writes it.
    pub fn to_text(&self) -> Result<String> {
        Ok(nbformat::serialize_notebook(&nbformat::Notebook::V4(self.content.clone()))?)
    }

    /// Writes the notebook back to its file.
    pub fn write(&self) -> Result<()> {
        std::fs::write(&self.path, self.to_text()?)
            .with_context(|| format!("cannot write {}", self.path.display()))
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file's name without its suffix.
    pub fn name(&self) -> String {
        self.path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// The folder that its kernel runs in.
    pub fn folder(&self) -> &Path {
        self.path.parent().expect("a file is in a folder")
    }

    /// The code cells, from top to bottom.
    pub fn code_cells(&self) -> Vec<CodeCell<'_>> {
        self.content.cells.iter().filter_map(CodeCell::of).collect()
    }

    /// A code cell by its id.
    pub fn code_cell(&self, id: &str) -> Result<CodeCell<'_>> {
        let cell = self.content.cells.iter().find(|cell| cell.id().as_str() == id);
        let cell = cell.and_then(CodeCell::of);
        cell.with_context(|| format!("no cell {id} of {}.ipynb", self.name()))
    }

    /// What this project keeps in the metadata of the cell `id`, which may be one of text.
    pub fn metadata(&self, id: &str) -> Result<Metadata> {
        let cell = self.content.cells.iter().find(|cell| cell.id().as_str() == id);
        metadata_of(cell.with_context(|| format!("{} has no cell {id}", self.name()))?)
    }

    /// The number of all cells.
    pub fn cells(&self) -> usize {
        self.content.cells.len()
    }

    /// The place of a cell among all cells, from 0.
    pub fn position(&self, id: &str) -> Option<usize> {
        self.content.cells.iter().position(|cell| cell.id().as_str() == id)
    }

    /// The ids and texts of all cells, from top to bottom, and whether each is a code cell.
    pub fn texts(&self) -> Vec<(&str, String, bool)> {
        let cells = self.content.cells.iter();
        cells
            .map(|cell| {
                let is_code = matches!(cell, Cell::Code { .. });
                (cell.id().as_str(), cell.source().concat(), is_code)
            })
            .collect()
    }

    /// The text of all markdown cells, one after the other.
    pub fn markdown(&self) -> String {
        let texts = self.texts().into_iter().filter(|(.., is_code)| !is_code);
        texts.map(|(_, text, _)| text + "\n").collect()
    }

    /// Replaces the code or text of the cell `id`.
    pub fn set_source(&mut self, id: &str, text: &str) -> Result<()> {
        let name = self.name();
        let cell = self.content.cells.iter_mut().find(|cell| cell.id().as_str() == id);
        let cell = cell.with_context(|| format!("{name} has no cell {id}"))?;
        let (Cell::Code { source, .. } | Cell::Markdown { source, .. } | Cell::Raw { source, .. }) =
            cell;
        *source = text.split_inclusive('\n').map(String::from).collect();
        Ok(())
    }

    /// Folds the recorded outputs of these cells, and unfolds those of all others.
    pub fn fold_outputs(&mut self, ids: &HashSet<String>) {
        for cell in &mut self.content.cells {
            let Cell::Code { id, metadata, .. } = cell else { continue };
            let hidden = ids.contains(id.as_str()).then_some(true);
            let mut jupyter = metadata.jupyter.take().unwrap_or(JupyterCellMetadata {
                source_hidden: None,
                outputs_hidden: None,
                additional: HashMap::new(),
            });
            jupyter.outputs_hidden = hidden;
            let is_used = jupyter.source_hidden.or(hidden).is_some();
            metadata.jupyter = (is_used || !jupyter.additional.is_empty()).then_some(jupyter);
        }
    }

    /// Replaces the outputs of the code cells by those of a run, in the order of the run.
    /// The cells are numbered as in the notebook of a learner who ran each of them once.
    pub fn record(&mut self, run: &[(String, Transcript)]) -> Result<()> {
        for ((id, transcript), number) in run.iter().zip(FIRST_COUNT..) {
            let name = self.name();
            let cell = self.content.cells.iter_mut().find_map(|cell| match cell {
                Cell::Code { id: own, execution_count, outputs, .. } if own.as_str() == id => {
                    Some((execution_count, outputs))
                }
                _ => None,
            });
            let (count, outputs) = cell.with_context(|| format!("{name} has no cell {id}"))?;
            *count = Some(number);
            *outputs = transcript.to_outputs(number);
        }
        // Read back, they are as any learner of the file has them.
        if let nbformat::Notebook::V4(content) = nbformat::parse_notebook(&self.to_text()?)? {
            self.content = content;
        }
        let recorded = json!({ "recorded": self.fingerprint() });
        self.content.metadata.additional.insert("udp".into(), recorded);
        Ok(())
    }

    /// Whether the outputs are those that [`Notebook::record`] has left, and not of another run.
    pub fn is_as_recorded(&self) -> bool {
        let own = self.content.metadata.additional.get("udp");
        own.and_then(|own| own.get("recorded")) == Some(&json!(self.fingerprint()))
    }

    /// What differs when an output differs.
    fn fingerprint(&self) -> String {
        let mut outputs = String::new();
        for cell in self.code_cells() {
            let Transcript { stdout, stderr, rich } = cell.recorded;
            outputs += &format!("{}\n{stdout}{stderr}", cell.id);
            for output in rich {
                outputs += &match output {
                    Output::ExecuteResult(result) => all_of(&result.data),
                    Output::DisplayData(display) => all_of(&display.data),
                    Output::Error(error) => error.evalue,
                    Output::Stream { .. } => unreachable!("streams are texts by now"),
                };
            }
        }
        uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_OID, outputs.as_bytes()).to_string()
    }
}

/// All representations of one output, in an order that does not depend on where they come from.
fn all_of(media: &Media) -> String {
    let mut all: Vec<String> = media.content.iter().map(|one| format!("{one:?}")).collect();
    all.sort();
    all.concat()
}

/// The code or text of a cell in JSON, which is one string or a list of lines.
pub(crate) fn source(cell: &serde_json::Value) -> String {
    match &cell["source"] {
        serde_json::Value::Array(lines) => lines.iter().filter_map(|line| line.as_str()).collect(),
        text => text.as_str().unwrap_or_default().into(),
    }
}

/// What this project keeps in a cell's metadata.
fn metadata_of(cell: &Cell) -> Result<Metadata> {
    let (Cell::Code { metadata, .. }
    | Cell::Markdown { metadata, .. }
    | Cell::Raw { metadata, .. }) = cell;
    Metadata::parse(metadata.additional.get("udp"), cell.id().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use installation::tutorial::{Side, Tutorial, repository};

    #[test]
    fn the_times_at_which_jupyterlab_ran_the_cells_are_not_written_back() {
        let article = Tutorial::read(&repository()).unwrap().article().clone();
        let committed = repository().join(article.path(Side::Client));
        let committed = Notebook::read(&committed).unwrap().to_text().unwrap();
        let mut run: serde_json::Value = serde_json::from_str(&committed).unwrap();
        for cell in run["cells"].as_array_mut().unwrap() {
            if cell["cell_type"] == "code" {
                let time = "2026-11-26T11:48:28.160011499+00:00";
                cell["metadata"]["execution"] = json!({ "iopub.execute_input": time });
            }
        }
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("client.ipynb");
        std::fs::write(&file, run.to_string()).unwrap();
        Notebook::read(&file).unwrap().write().unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), committed);
    }
}
