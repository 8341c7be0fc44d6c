//! Opens a pair of notebooks in JupyterLab.

use std::path::Path;
use std::thread;
use std::time::Duration;

use anyhow::Result;
use installation::folder::Installation;
use installation::jupyterlab_api::Api;
use installation::tutorial::{Part, Side, Tutorial};

use super::{browser, description, workspace};

/// How many cores it takes to warm up two kernels while a browser opens their page; `start_kernel.py`
/// has the same number.
const ENOUGH_CORES: usize = 4;

/// How long the server's kernel starts alone on fewer cores. There, kernels warm up one after another,
/// and the first cell to run is the server's; see `wait_for_turn` in start_kernel.py.
const HEAD_START: Duration = Duration::from_secs(1);

/// The pair of notebooks of a part.
#[derive(Clone)]
pub struct Pair {
    tutorial: Tutorial,
    part: Part,
}

impl Pair {
    pub fn of(tutorial: &Tutorial, part: &Part) -> Pair {
        Pair { tutorial: tutorial.clone(), part: part.clone() }
    }

    /// What JupyterLab calls the pair's language, if it has menus in that language.
    pub(super) fn locale(&self) -> Option<&str> {
        self.tutorial.language_of(&self.part)?.locale.as_deref()
    }

    /// Adds the page with the pair to JupyterLab and returns the page's address.
    pub fn put(&self, api: &Api) -> Result<String> {
        workspace::put(api, &self.tutorial, &self.part)
    }

    /// Starts both kernels, as long as `goes_on` returns true. Does not report failures: the page
    /// starts a missing kernel itself.
    pub fn start_kernels(&self, api: &Api, goes_on: impl Fn() -> bool) {
        let _ = api.open(&self.part.path(Side::Server));
        if thread::available_parallelism().map_or(1, |cores| cores.get()) < ENOUGH_CORES {
            thread::sleep(HEAD_START);
        }
        if goes_on() {
            let _ = api.open(&self.part.path(Side::Client));
        }
    }

    /// Opens the pair in the JupyterLab that is running in the clone. Returns the address of the
    /// pair's page, or `None` if no JupyterLab is running.
    pub fn join(
        &self,
        installation: &Installation,
        repository: &Path,
        opens_browser: bool,
    ) -> Result<Option<String>> {
        let Some(api) = description::running(installation, repository) else { return Ok(None) };
        let url = self.put(&api)?;
        let name = format!("{}-{}", api.port, workspace::name(&self.tutorial, &self.part));
        // The file stays until the kernels run, which gives any browser time to read it.
        let _redirect = opens_browser.then(|| {
            let python = installation.venv_program("python");
            browser::open(&python, &url, &name, &installation.runs())
        });
        self.start_kernels(&api, || true);
        Ok(Some(url))
    }
}
