//! A notebook, the kernel that runs it, and what its cells have shown.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use kernel_client::fence::Execution;
use kernel_client::kernel::Kernel;
use kernel_client::transcript::Transcript;
use regex::Regex;

use crate::compare::reports_missing;
use crate::notebook::{CodeCell, Notebook};
use crate::pair::SETUP;
use crate::rule;

/// Jupyter's own tag for a cell that fails on purpose.
const RAISES: &str = "raises-exception";

/// The article's port, as in the set-up cells.
pub const PORT: u16 = 49152;

/// The waits of the server's cells, as in its set-up cell: for the first request, for each further
/// one, and in total.
const WAITS: [(&str, Duration); 3] = [
    ("PATIENCE", Duration::from_secs(60)),
    ("QUIET", Duration::from_secs(2)),
    ("IN_ALL", Duration::from_secs(60)),
];

/// One notebook, its kernel, and what its cells have shown.
pub struct RunningNotebook {
    /// The notebook as it was read.
    pub notebook: Notebook,
    /// The kernel that runs its cells.
    pub kernel: Kernel,
    /// The cells that have run, in order, and what each showed.
    pub run: Vec<(String, Transcript)>,
    port: u16,
    waits: [Duration; 3],
    /// The step that shows the effect of a change: its cells' own rules need not hold.
    pub(crate) changed: Option<String>,
}

impl RunningNotebook {
    pub(crate) fn with(notebook: Notebook, kernel: Kernel, port: u16) -> RunningNotebook {
        RunningNotebook {
            notebook,
            kernel,
            run: Vec::new(),
            port,
            waits: WAITS.map(|(_, wait)| wait),
            changed: None,
        }
    }

    /// Runs a cell to its end and keeps what it showed.
    pub async fn run(&mut self, id: &str) -> Result<Transcript> {
        let running = self.begin(id).await?;
        let transcript = self.kernel.finish(running).await.with_context(|| self.place(id))?;
        self.keep(id, transcript)
    }

    pub async fn begin(&mut self, id: &str) -> Result<Execution> {
        let code = self.code(id)?;
        self.kernel.begin(&code).await
    }

    /// Makes the server's cells wait only `first` seconds for a first request, and `in_all` seconds
    /// after it, for tests that let them wait in vain. Call it before the set-up cell runs.
    pub fn lose_patience(&mut self, first: u64, in_all: u64) {
        let [first, in_all] = [first, in_all].map(Duration::from_secs);
        self.waits = [first, WAITS[1].1.min(in_all / 4), in_all];
    }

    /// The code of a cell, with this learner's port and patience.
    pub fn code(&self, id: &str) -> Result<String> {
        let source = self.cell(id)?.source;
        let code = match id {
            SETUP => at_port(&source, self.port).and_then(|code| with_waits(code, &self.waits)),
            _ => Ok(source),
        };
        code.with_context(|| self.place(id))
    }

    /// Keeps what a cell showed, with the notebook's own port. An error if it failed or broke a rule.
    pub(crate) fn keep(&mut self, id: &str, mut transcript: Transcript) -> Result<Transcript> {
        let port = Regex::new(&format!(r"(:|port ){}(?-u:\b)", self.port))?;
        for text in [&mut transcript.stdout, &mut transcript.stderr] {
            *text = port.replace_all(text, format!("${{1}}{PORT}")).into_owned();
        }
        if transcript.has_failed() && !self.cell(id)?.has_tag(RAISES) {
            bail!("{} failed:\n{transcript}", self.place(id));
        }
        let is_changed = self.changed.as_deref() == Some(id);
        let own = self.cell(id)?.own;
        let holds_here = !is_changed && reports_missing(own.needs, &transcript).is_none();
        for rule in own.rules.iter().filter(|_| holds_here) {
            rule::check(rule, &transcript.stdout).with_context(|| self.place(id))?;
        }
        self.run.push((id.into(), transcript.clone()));
        Ok(transcript)
    }

    /// What a cell showed in its last run.
    pub(crate) fn shown(&self, id: &str) -> Option<&Transcript> {
        self.run.iter().rev().find(|(own, _)| own == id).map(|(_, shown)| shown)
    }

    pub(crate) fn cell(&self, id: &str) -> Result<CodeCell<'_>> {
        self.notebook.code_cell(id)
    }

    pub(crate) fn place(&self, id: &str) -> String {
        format!("cell {id} of {}.ipynb", self.notebook.name())
    }
}

/// Starts a notebook's kernel.
pub async fn start_kernel(jupyter_path: &Path, notebook: &Notebook) -> Result<Kernel> {
    let name = notebook.path().to_str().context("the clone's path is not UTF-8")?;
    let session = [("JPY_SESSION_NAME", name)]; // as Jupyter names it
    Kernel::start(jupyter_path, notebook.folder(), &session).await
}

/// The code of a set-up cell, with another port.
pub fn at_port(setup: &str, port: u16) -> Result<String> {
    let line = |port| format!("const PORT: u16 = {port};");
    replace_once(setup, &line(PORT), &line(port))
}

/// The code of a set-up cell with other waits, if it has any, as those of the labs' servers do.
fn with_waits(setup: String, waits: &[Duration; 3]) -> Result<String> {
    if !setup.contains(&format!("const {}:", WAITS[0].0)) {
        return Ok(setup);
    }
    let line = |name: &str, wait: &str| format!("const {name}: Duration = Duration::{wait};");
    WAITS.iter().zip(waits).try_fold(setup, |code, ((name, usual), wait)| {
        let usual = line(name, &format!("from_secs({})", usual.as_secs()));
        let other = line(name, &format!("from_millis({})", wait.as_millis()));
        replace_once(&code, &usual, &other)
    })
}

fn replace_once(text: &str, old: &str, new: &str) -> Result<String> {
    ensure!(text.matches(old).count() == 1, "`{old}` must occur exactly once");
    Ok(text.replace(old, new))
}
