//! A notebook, the kernel that runs it, and what its cells have shown.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use kernel_client::fence::Execution;
use kernel_client::kernel::Kernel;
use kernel_client::transcript::Transcript;
use regex::Regex;

use crate::notebook::{CodeCell, Notebook};
use crate::pair::SETUP;
use crate::rule;

/// The tag, Jupyter's own, of a cell that shows an error on purpose.
const RAISES: &str = "raises-exception";

/// The port of the article, as the set-up cells have it.
pub const PORT: u16 = 49152;

/// How long the server's cells wait, as its set-up cell has it: for a first request, for each
/// further one, and in all.
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
    /// The cells that were run, in order, and what they showed.
    pub run: Vec<(String, Transcript)>,
    port: u16,
    waits: [Duration; 3],
    /// The step that shows what a change does: its rules need not hold.
    pub(crate) changed: Option<String>,
}

impl RunningNotebook {
    pub(crate) async fn open(
        jupyter_path: &Path,
        notebook: Notebook,
        port: u16,
    ) -> Result<RunningNotebook> {
        let name = notebook.path().to_str().context("the clone's path is not UTF-8")?;
        let session = [("JPY_SESSION_NAME", name)]; // as Jupyter names it
        let kernel = Kernel::start(jupyter_path, notebook.folder(), &session).await?;
        Ok(RunningNotebook::with(notebook, kernel, port))
    }

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

    /// Starts a cell.
    pub async fn begin(&mut self, id: &str) -> Result<Execution> {
        let code = self.code(id)?;
        self.kernel.begin(&code).await
    }

    /// Lets the server's cells wait for a first request for `first` seconds only, and from it on for
    /// `in_all`, where a test lets them wait in vain. The set-up cell has to run after that.
    pub fn lose_patience(&mut self, first: u64, in_all: u64) {
        let [first, in_all] = [first, in_all].map(Duration::from_secs);
        self.waits = [first, WAITS[1].1.min(in_all / 4), in_all];
    }

    /// The code of a cell, with the port and the patience of this learner.
    pub fn code(&self, id: &str) -> Result<String> {
        let source = self.cell(id)?.source;
        let code = match id {
            SETUP => at_port(&source, self.port).and_then(|code| with_waits(code, &self.waits)),
            _ => Ok(source),
        };
        code.with_context(|| self.place(id))
    }

    /// Keeps what a cell showed, with the port of the notebook, and refuses a cell that failed.
    pub(crate) fn keep(&mut self, id: &str, mut transcript: Transcript) -> Result<Transcript> {
        let port = Regex::new(&format!(r"(:|port ){}\b", self.port))?;
        for text in [&mut transcript.stdout, &mut transcript.stderr] {
            *text = port.replace_all(text, format!("${{1}}{PORT}")).into_owned();
        }
        if transcript.has_failed() && !self.cell(id)?.has_tag(RAISES) {
            bail!("{} failed:\n{transcript}", self.place(id));
        }
        let is_changed = self.changed.as_deref() == Some(id);
        for rule in self.cell(id)?.own.rules.iter().filter(|_| !is_changed) {
            rule::check(rule, &transcript.stdout).with_context(|| self.place(id))?;
        }
        self.run.push((id.into(), transcript.clone()));
        Ok(transcript)
    }

    /// What a cell showed when it ran last.
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

/// The code of a set-up cell, with another port.
pub fn at_port(setup: &str, port: u16) -> Result<String> {
    let line = |port| format!("const PORT: u16 = {port};");
    replace_once(setup, &line(PORT), &line(port))
}

/// The code of a set-up cell, with other waits where it has some, as a lab's server does.
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
    ensure!(text.matches(old).count() == 1, "has not `{old}` once");
    Ok(text.replace(old, new))
}
