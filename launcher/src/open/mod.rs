//! Starts JupyterLab with a pair of notebooks side by side, and ends it with all its kernels.
//!
//! - [`pair`]: opens a pair of notebooks in a new or a running JupyterLab;
//! - [`description`]: reads how a running JupyterLab describes itself;
//! - [`run_folder`]: the folder of a running JupyterLab;
//! - [`browser`]: opens the page in the learner's browser;
//! - [`server_process`]: the command that starts JupyterLab, and where JupyterLab keeps its files;
//! - [`settings`]: the language of JupyterLab's menus;
//! - [`workspace`]: what JupyterLab's page shows.

pub(crate) mod browser;
mod description;
pub mod pair;
pub mod run_folder;
mod server_process;
mod settings;
pub mod workspace;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use installation::child;
use installation::folder::Installation;
use installation::jupyterlab_api::Api;

use browser::Redirect;
use pair::Pair;
use run_folder::RunFolder;

/// How long JupyterLab may take to start. On a slow disk, the first start takes minutes.
const START: Duration = Duration::from_secs(300);

/// How long JupyterLab and its kernels may take to end.
const END: Duration = Duration::from_secs(60);

/// How long the program that listens on JupyterLab's port may take to answer.
const ANSWER: Duration = Duration::from_secs(1);

/// The polling interval.
const LOOK: Duration = Duration::from_millis(20);

/// Ends the kernels of a JupyterLab that is gone, using their connection files.
const END_KERNELS: &str = include_str!("end_kernels.py");

/// A running JupyterLab. JupyterLab and its kernels end when this is dropped or the launcher ends
/// for any reason, because either closes JupyterLab's input; see `jupyter_server_config.py`.
/// [`Jupyter::stop`] waits until they have ended.
pub struct Jupyter {
    server: Child,
    _input: Option<ChildStdin>,
    api: Api,
    starting: Option<JoinHandle<()>>,
    _redirect: Option<Redirect>,
    ending: Arc<AtomicBool>,
    python: PathBuf,
    url: String,
    /// JupyterLab's log, its list of servers and kernels, and the workspace.
    run: RunFolder,
}

/// How to start JupyterLab.
pub struct Wish<'a> {
    /// Its TCP port on 127.0.0.1; if `None`, the first free one from 8888 on.
    pub port: Option<u16>,
    /// Whether to open the page in the browser.
    pub browser: bool,
    /// Returns whether the learner has asked JupyterLab to end.
    pub interrupted: &'a dyn Fn() -> bool,
}

impl Jupyter {
    /// Starts JupyterLab in the clone `repository` with a pair. Returns `None` if interrupted.
    pub fn start(
        installation: &Installation,
        repository: &Path,
        pair: &Pair,
        wish: &Wish,
    ) -> Result<Option<Jupyter>> {
        let python = installation.venv_program("python");
        for left in RunFolder::left_behind(installation)? {
            end_kernels(&python, &left);
        }
        loop {
            let mut jupyter = Jupyter::spawn(installation, repository, pair, wish)?;
            match jupyter.wait_until_it_listens(wish)? {
                Start::Listens => {
                    jupyter.url = pair.put(&jupyter.api)?;
                    if wish.browser {
                        jupyter.open_page();
                    }
                    return Ok(Some(jupyter));
                }
                Start::Interrupted => return Ok(None),
                // Another program took the port after JupyterLab had found it free.
                Start::PortInUse => {
                    if let Some(port) = wish.port {
                        bail!("port {port} is in use: choose another with --port");
                    }
                }
            }
        }
    }

    fn spawn(
        installation: &Installation,
        repository: &Path,
        pair: &Pair,
        wish: &Wish,
    ) -> Result<Jupyter> {
        let run = RunFolder::start(installation)?;
        server_process::write_style(installation)?;
        let settings = settings::folder(installation, pair.locale())?;
        let log = File::create(log(&run))?;
        let token = uuid::Uuid::new_v4().simple().to_string();
        let mut command = server_process::jupyterlab(installation, repository, wish.port);
        command
            .env("JUPYTER_TOKEN", &token)
            .env("JUPYTER_RUNTIME_DIR", runtime(&run))
            .env("JUPYTERLAB_SETTINGS_DIR", settings)
            .env("JUPYTERLAB_WORKSPACES_DIR", run.folder().join("workspaces"))
            .stdout(log.try_clone()?)
            .stderr(log);
        let mut server = command.spawn().context("cannot start JupyterLab")?;
        let _input = server.stdin.take(); // `Child::wait` would close it
        let (api, python) = (Api::new(0, &token), installation.venv_program("python"));
        let (ending, url) = (Arc::default(), String::new());
        Ok(Jupyter {
            server,
            _input,
            api,
            starting: None,
            _redirect: None,
            ending,
            python,
            url,
            run,
        })
    }

    /// Waits until JupyterLab answers at the port in its description. JupyterLab writes the
    /// description just before it takes the port, and another program can take the port in between.
    /// Only JupyterLab accepts the token.
    fn wait_until_it_listens(&mut self, wish: &Wish) -> Result<Start> {
        let started = Instant::now();
        while self.server.try_wait()?.is_none() && started.elapsed() < START {
            if (wish.interrupted)() {
                self.server.kill()?; // it has no kernels yet
                self.server.wait()?;
                return Ok(Start::Interrupted);
            }
            if let Some(port) = description::port(&runtime(&self.run)) {
                self.api.port = port;
                let request = self.api.get("api/status").config().timeout_global(Some(ANSWER));
                if request.build().call().is_ok() {
                    return Ok(Start::Listens);
                }
            }
            thread::sleep(LOOK);
        }
        let _ = self.server.kill(); // after the deadline it is still running
        let log = self.end_of_log()?;
        ensure!(
            log.contains("is already in use."),
            "JupyterLab did not start; its log ends:\n{log}"
        );
        Ok(Start::PortInUse)
    }

    /// The address of the page with the pair.
    pub fn url(&self) -> &str {
        &self.url
    }

    fn open_page(&mut self) {
        let run = self.run.folder();
        let name = self.api.port.to_string();
        self._redirect = browser::open(&self.python, &self.url, &name, run);
    }

    /// Starts the kernels of a pair in the background, so that the page finds them running.
    pub fn start_kernels(&mut self, pair: &Pair) {
        let (api, ending, pair) = (self.api.clone(), Arc::clone(&self.ending), pair.clone());
        self.starting = Some(thread::spawn(move || {
            pair.start_kernels(&api, || !ending.load(Ordering::Relaxed));
        }));
    }

    /// Waits until JupyterLab ends by itself, for example through *File → Shut Down*, or until
    /// `interrupted` returns true. Returns whether JupyterLab has ended.
    pub fn wait(&mut self, interrupted: &dyn Fn() -> bool) -> Result<bool> {
        let Some(status) = end_of(&mut self.server, interrupted)? else { return Ok(false) };
        if status.success() {
            return Ok(true);
        }
        end_kernels(&self.python, &self.run);
        bail!("JupyterLab ended unexpectedly ({status}); its log ends:\n{}", self.end_of_log()?)
    }

    fn end_of_log(&self) -> Result<String> {
        let log = fs::read(log(&self.run))?;
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = log.lines().collect();
        Ok(lines[lines.len().saturating_sub(5)..].join("\n"))
    }

    /// Ends JupyterLab and its kernels, and waits until they have ended.
    pub fn stop(mut self) -> Result<()> {
        // A kernel that starts while JupyterLab ends would outlive it.
        self.ending.store(true, Ordering::Relaxed);
        if let Some(starting) = self.starting.take() {
            let _ = starting.join();
        }
        let started = Instant::now();
        let mut ended = None;
        while ended.is_none() && started.elapsed() < END {
            // JupyterLab refuses while a kernel is starting, so ask again.
            let asked = self.api.post("api/shutdown").send_empty();
            let patience = if asked.is_ok() { END } else { LOOK };
            ended = within(patience, &mut self.server)?;
        }
        if ended.is_none() {
            let _ = self.server.kill();
            end_kernels(&self.python, &self.run);
            bail!("JupyterLab did not stop in time, so it was killed");
        }
        Ok(())
    }
}

/// The outcome of a start.
enum Start {
    Listens,
    Interrupted,
    PortInUse,
}

/// Waits until a process ends or `given_up` returns true.
fn end_of(process: &mut Child, given_up: impl Fn() -> bool) -> Result<Option<ExitStatus>> {
    loop {
        match process.try_wait()? {
            None if given_up() => return Ok(None),
            None => thread::sleep(LOOK),
            ended => return Ok(ended),
        }
    }
}

/// Waits at most `patience` for a process to end.
fn within(patience: Duration, process: &mut Child) -> Result<Option<ExitStatus>> {
    let started = Instant::now();
    end_of(process, || started.elapsed() >= patience)
}

/// JupyterLab's log in its run folder.
fn log(run: &RunFolder) -> PathBuf {
    run.folder().join("jupyter.log")
}

/// Where JupyterLab describes itself and its kernels in its run folder.
fn runtime(run: &RunFolder) -> PathBuf {
    run.folder().join("runtime")
}

/// Ends the kernels of a JupyterLab that ended without ending them. Does not report failures: most
/// often there are no kernels.
fn end_kernels(python: &Path, run: &RunFolder) {
    let mut command = child::command(python);
    command.args(["-c", END_KERNELS]).arg(runtime(run));
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    if let Ok(mut ending) = command.spawn()
        && let Ok(None) = within(END, &mut ending)
    {
        let _ = ending.kill();
    }
}
