//! A page to read while the kernel is compiled: the notebooks of a pair as they are committed, without
//! a kernel. JupyterLab's nbconvert makes it with the template in `page/`.
//!
//! The page is a file, because no server runs yet. It loads another file every second, which says how
//! far the compilation is and, at last, where JupyterLab is.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

use anyhow::{Context, Result, ensure};
use installation::child;
use installation::folder::Installation;
use installation::tutorial::{Part, Side, page_words};
use serde_json::{Value, json};

use crate::open::browser;
use crate::open::run_folder::RunFolder;

/// The file that the page loads.
const STATE: &str = "state.js";

/// How far the installation is. For each stage the page has a text, in the reader's language.
pub enum Stage<'a> {
    /// So many crates of the kernel are compiled, out of so many.
    Kernel { done: usize, all: usize },
    /// The kernel is compiled; now the crates that the notebooks use.
    Crates,
    /// JupyterLab is there, at this address.
    Ready { url: &'a str },
}

impl Stage<'_> {
    /// What the page reads.
    fn state(&self) -> Value {
        match self {
            Stage::Kernel { done, all } => json!({ "stage": "kernel", "done": done, "all": all }),
            Stage::Crates => json!({ "stage": "crates" }),
            Stage::Ready { url } => json!({ "stage": "ready", "url": url }),
        }
    }
}

/// The page, as soon as it is open.
pub struct Reading {
    repository: PathBuf,
    part: Part,
    /// Whether to open the page in the browser.
    browser: bool,
    folder: Mutex<Option<RunFolder>>,
}

impl Reading {
    /// A page with the pair of `part`, not open yet.
    pub fn of(repository: &Path, part: &Part, browser: bool) -> Reading {
        let (repository, part) = (repository.to_path_buf(), part.clone());
        Reading { repository, part, browser, folder: Mutex::default() }
    }

    /// Makes the page, which says `stage`, and opens it. Returns its file, or `None` on WSL, where the
    /// browser cannot read the files of Linux.
    pub(crate) fn open(
        &self,
        installation: &Installation,
        stage: &Stage,
    ) -> Result<Option<PathBuf>> {
        if std::env::var_os("WSL_DISTRO_NAME").is_some() {
            return Ok(None);
        }
        let beside =
            browser::beside_the_launcher().map(|folder| folder.join("udp-tutorial-reading"));
        let folder = beside.and_then(|beside| RunFolder::in_parent(&beside).ok());
        let folder = folder.map_or_else(|| RunFolder::start(installation), Ok)?;
        let path = folder.folder().to_path_buf();
        *self.lock() = Some(folder);
        self.report(stage)?; // a page that finds no state says that `cargo lab` has ended
        self.convert(installation, &path)?;
        let page = path.join("index.html");
        if self.browser {
            browser::show(&installation.venv_program("python"), page.as_os_str());
        }
        Ok(Some(page))
    }

    pub fn is_open(&self) -> bool {
        self.lock().is_some()
    }

    /// Removes the page's file. The page in the browser then says so.
    pub fn close(&self) {
        if let Some(folder) = self.lock().take() {
            let parent = folder.folder().parent().map(Path::to_path_buf);
            drop(folder);
            let _ = parent.map(fs::remove_dir); // unless another launcher has a page there
        }
    }

    /// Has the page say how far the installation is, if it is open; when JupyterLab is there, the page
    /// goes on to it.
    pub fn report(&self, stage: &Stage) -> Result<()> {
        let folder = self.lock();
        let Some(folder) = &*folder else { return Ok(()) };
        // Replaced at once, because the page may read it at any moment.
        let new = folder.folder().join("state.new");
        fs::write(&new, format!("state({});\n", stage.state()))?;
        Ok(fs::rename(new, folder.folder().join(STATE))?)
    }

    fn lock(&self) -> MutexGuard<'_, Option<RunFolder>> {
        self.folder.lock().expect("nothing panics with the lock")
    }

    fn convert(&self, installation: &Installation, folder: &Path) -> Result<()> {
        let notebook = folder.join("index.ipynb");
        fs::write(&notebook, beside_each_other(&self.repository, &self.part)?.to_string())?;
        let template = self.repository.display();
        let converted = child::command(installation.venv_program("python"))
            .args(["-m", "nbconvert", "--to", "html", "--template", "page", "--log-level", "WARN"])
            .arg(format!("--TemplateExporter.extra_template_basedirs={template}"))
            .arg(&notebook)
            .env("JUPYTER_CONFIG_DIR", folder) // not the reader's own settings
            .output()?;
        let report = String::from_utf8_lossy(&converted.stderr);
        ensure!(converted.status.success(), "nbconvert fails: {report}");
        Ok(fs::remove_file(&notebook)?)
    }
}

/// The title of the section that begins with a cell.
fn section(cell: &Value) -> Option<&str> {
    let first = cell["source"].get(0).unwrap_or(&cell["source"]).as_str()?.lines().next()?;
    let title = first.strip_prefix("# ").or_else(|| first.strip_prefix("## "))?;
    (cell["cell_type"] == "markdown").then_some(title)
}

/// Both notebooks of a part as one, for the template: the server's cells and, beside them, the client's.
fn beside_each_other(repository: &Path, part: &Part) -> Result<Value> {
    let mut cells = Vec::new();
    let mut both = json!({});
    for side in Side::BOTH {
        let path = repository.join(part.path(side));
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        both = serde_json::from_str(&text).with_context(|| path.display().to_string())?;
        for cell in both["cells"].as_array().into_iter().flatten() {
            let mut cell = cell.clone();
            let own = cell["id"].as_str().unwrap_or_default().to_string();
            cell["id"] = json!(format!("{}-{own}", side.name())); // both notebooks use the same ids
            cell["metadata"]["page"] = json!({ "id": own, "side": side.name(), "row": 0,
                "other": part.file(side.other()), "section": section(&cell) });
            cells.push(cell);
        }
    }
    both["cells"] = Value::Array(cells);
    let words = words(repository, part)?;
    let said = |english: &str| words.get(english).cloned().unwrap_or_else(|| json!(english));
    both["metadata"]["part"] = json!({ "title": said(&part.title), "about": said(&part.about),
        "language": part.language, "server": part.file(Side::Server), "client": part.file(Side::Client) });
    both["metadata"]["words"] = words;
    both["metadata"]["reading"] = json!(true);
    Ok(both)
}

/// The page's words in the language of `part`, by the English ones. `cargo proof translate` writes them.
fn words(repository: &Path, part: &Part) -> Result<Value> {
    let Some(code) = &part.language else { return Ok(json!({})) };
    let path = repository.join(page_words(code));
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    serde_json::from_str(&text).with_context(|| path.display().to_string())
}
