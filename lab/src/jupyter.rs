//! Starting JupyterLab with both notebooks side by side, and ending it with all its kernels.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tokio::process::{Child, ChildStdin, Command};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::api::Api;
use crate::cache::Cache;
use crate::run::Run;

/// How long JupyterLab may take to come up, and to end.
const DEADLINE: Duration = Duration::from_secs(60);

/// How long whatever listens on its port may take to answer.
const ANSWER: Duration = Duration::from_secs(1);

/// How long a JupyterLab that refuses to end is left alone.
const AGAIN: Duration = Duration::from_millis(100);

/// Tells JupyterLab that a launcher holds its input.
const LAUNCHED: &str = "UDP_TUTORIAL_LAUNCHED";

/// What Windows calls a process that does not get the terminal's Ctrl-C.
#[cfg(windows)]
const CREATE_NEW_PROCESS_GROUP: u32 = 0x200;

/// The notebooks in the clone, left and right.
const NOTEBOOKS: [&str; 2] = ["notebooks/server.ipynb", "notebooks/client.ipynb"];

/// The workspace that both notebooks are opened in: `/lab/workspaces/udp`.
const WORKSPACE: &str = "udp";

/// The name under which JupyterLab looks for that workspace: it appends a hash of the name.
const WORKSPACE_FILE: &str = "udp-571e.jupyterlab-workspace";

/// Ends the kernels of a JupyterLab that is gone, by the files that say how to reach them.
const END_KERNELS: &str = include_str!("end_kernels.py");

/// A running JupyterLab. It and its kernels end when this is dropped, or when the launcher ends in
/// any way: its input ends then, see `jupyter_server_config.py`. [`Jupyter::stop`] waits for that.
pub struct Jupyter {
    server: Child,
    _input: Option<ChildStdin>,
    api: Api,
    starting: Vec<JoinHandle<()>>,
    python: PathBuf,
    /// JupyterLab's log, its list of servers and kernels, and the workspace.
    run: Run,
}

impl Jupyter {
    /// Starts JupyterLab on 127.0.0.1, at `port` or at the first free one from 8888 on, for the
    /// notebooks of the clone `repository`.
    ///
    /// # Errors
    ///
    /// `port` is in use, or JupyterLab does not come up; the error holds the end of its log.
    pub async fn start(
        cache: &Cache,
        repository: &Path,
        port: Option<u16>,
        browser: bool,
    ) -> Result<Jupyter> {
        let python = cache.venv_program("python");
        for left in Run::left_behind(cache)? {
            end_kernels(&python, &left).await;
        }
        // Without trust the recorded figures are shown in words alone.
        let mut trust = Command::new(cache.venv_program("jupyter-trust"));
        trust.args(NOTEBOOKS.map(|path| repository.join(path))).envs(state(cache));
        let trusted = trust.stdin(Stdio::null()).output();
        let started = async {
            loop {
                let attempt = Jupyter::attempt(cache, repository, port, browser).await?;
                match (attempt, port) {
                    (Some(jupyter), _) => return Ok(jupyter),
                    (None, Some(port)) => bail!("port {port} is in use: name another with --port"),
                    // Another program took the port after JupyterLab had found it free.
                    (None, None) => {}
                }
            }
        };
        tokio::join!(started, trusted).0
    }

    /// Starts JupyterLab; `None` says that its port is in use.
    async fn attempt(
        cache: &Cache,
        repository: &Path,
        port: Option<u16>,
        browser: bool,
    ) -> Result<Option<Jupyter>> {
        let run = Run::start(cache)?;
        let (runtime, workspaces) = (runtime(&run), run.folder().join("workspaces"));
        fs::create_dir_all(&workspaces)?;
        fs::write(workspaces.join(WORKSPACE_FILE), workspace().to_string())?;
        let log = File::create(log(&run))?;
        let token = uuid::Uuid::new_v4().simple().to_string();

        let mut command = command(cache, repository, port, browser);
        command
            .env("JUPYTER_TOKEN", &token)
            .env("JUPYTER_RUNTIME_DIR", &runtime)
            .env("JUPYTERLAB_WORKSPACES_DIR", &workspaces)
            .stdout(log.try_clone()?)
            .stderr(log);
        let mut server = command.spawn().context("cannot start JupyterLab")?;
        let _input = server.stdin.take(); // waiting for its end would close it

        let found = tokio::select! {
            found = timeout(DEADLINE, listening(&runtime, &token)) => found.ok(),
            _ = server.wait() => None,
        };
        let api = Api::new(found.unwrap_or_default(), &token);
        let python = cache.venv_program("python");
        let mut jupyter = Jupyter { server, _input, api, starting: Vec::new(), python, run };
        if found.is_some() {
            return Ok(Some(jupyter));
        }
        let _ = jupyter.server.start_kill(); // after the deadline it still runs
        let log = jupyter.end_of_log()?;
        if log.contains("is already in use.") {
            return Ok(None);
        }
        bail!("JupyterLab does not come up; its log ends\n{log}");
    }

    /// The address of the page with both notebooks.
    pub fn url(&self) -> String {
        let Api { port, token, .. } = &self.api;
        format!("http://127.0.0.1:{port}/lab/workspaces/{WORKSPACE}?token={token}")
    }

    /// Starts the kernels of both notebooks before the page does it, which finds them running.
    /// When that fails the page starts them itself, so nothing is said.
    pub fn start_kernels(&mut self) {
        let starting = NOTEBOOKS.map(|path| {
            let api = self.api.clone();
            tokio::task::spawn_blocking(move || {
                let _ = api.open(path);
            })
        });
        self.starting.extend(starting);
    }

    /// Waits until JupyterLab ends by itself: *File → Shut Down* ends it.
    ///
    /// # Errors
    ///
    /// It crashed or was killed; its kernels are ended, and the error holds the end of its log.
    pub async fn wait(&mut self) -> Result<()> {
        let status = self.server.wait().await?;
        if status.success() {
            return Ok(());
        }
        end_kernels(&self.python, &self.run).await;
        bail!("JupyterLab has ended ({status}); its log ends\n{}", self.end_of_log()?)
    }

    fn end_of_log(&self) -> Result<String> {
        let log = fs::read(log(&self.run))?;
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = log.lines().collect();
        Ok(lines[lines.len().saturating_sub(5)..].join("\n"))
    }

    /// Ends JupyterLab and its kernels, and waits for their end.
    ///
    /// # Errors
    ///
    /// It did not end within a minute, and was killed.
    pub async fn stop(mut self) -> Result<()> {
        let ended = async {
            // A kernel that starts while JupyterLab ends would outlive it.
            for kernel in self.starting.drain(..) {
                let _ = kernel.await;
            }
            loop {
                let request = self.api.post("api/shutdown");
                let asked = tokio::task::spawn_blocking(|| request.send_empty());
                // It refuses while a kernel is starting, and is asked again then.
                let refused = !asked.await.is_ok_and(|answer| answer.is_ok());
                let patience = if refused { AGAIN } else { DEADLINE };
                if let Ok(ended) = timeout(patience, self.server.wait()).await {
                    return ended;
                }
            }
        };
        let ended = timeout(DEADLINE, ended).await;
        if ended.is_err() {
            let _ = self.server.start_kill();
            end_kernels(&self.python, &self.run).await;
        }
        ended.context("JupyterLab did not end, and was killed")??;
        Ok(())
    }
}

/// JupyterLab's log in the folder of its run.
fn log(run: &Run) -> PathBuf {
    run.folder().join("jupyter.log")
}

/// Where JupyterLab describes itself and its kernels in the folder of its run.
fn runtime(run: &Run) -> PathBuf {
    run.folder().join("runtime")
}

/// Ends the kernels of a JupyterLab that ended without doing so. What fails is not said: most
/// often there are none.
async fn end_kernels(python: &Path, run: &Run) {
    let mut command = Command::new(python);
    command.args(["-c", END_KERNELS]).arg(runtime(run));
    let ended = command.stdin(Stdio::null()).kill_on_drop(true).output();
    let _ = timeout(DEADLINE, ended).await;
}

/// The command that starts JupyterLab on 127.0.0.1 for the clone `repository`.
fn command(cache: &Cache, repository: &Path, port: Option<u16>, browser: bool) -> Command {
    let mut command = Command::new(cache.venv_program("python"));
    command
        .args(["-m", "jupyterlab", "--ServerApp.ip=127.0.0.1"])
        .arg(format!("--ServerApp.port={}", port.unwrap_or(8888)))
        .arg(format!("--ServerApp.port_retries={}", if port.is_some() { 0 } else { 50 }))
        .arg(format!("--LabApp.default_url=/lab/workspaces/{WORKSPACE}"))
        .arg(format!("--LabApp.open_browser={}", if browser { "True" } else { "False" }))
        .args(["--LabApp.extension_manager=readonly", "--LabApp.custom_css=True"])
        .arg("--ServerApp.allow_root=True")
        .arg(format!("--ServerApp.root_dir={}", repository.display()))
        .env("JUPYTER_PATH", cache.jupyter_path())
        .env(LAUNCHED, "1")
        .envs(state(cache))
        .current_dir(repository)
        .stdin(Stdio::piped());
    // Ctrl-C in the terminal is for the launcher, which then ends JupyterLab in good order.
    #[cfg(unix)]
    command.process_group(0);
    #[cfg(windows)]
    command.creation_flags(CREATE_NEW_PROCESS_GROUP);
    command
}

/// Where JupyterLab keeps what outlives a run, apart from the reader's own Jupyter.
fn state(cache: &Cache) -> [(&'static str, PathBuf); 4] {
    [
        ("JUPYTERLAB_SETTINGS_DIR", cache.state().join("settings")),
        ("JUPYTER_CONFIG_DIR", cache.configuration()),
        ("JUPYTER_DATA_DIR", cache.state().join("data")),
        ("IPYTHONDIR", cache.state().join("ipython")),
    ]
}

/// The port of the server that writes its description into `runtime`, as soon as it answers
/// there. JupyterLab writes the description a moment before it takes the port, which another
/// program can take meanwhile: only the right server takes the token.
async fn listening(runtime: &Path, token: &str) -> u16 {
    let port = || -> Option<u16> {
        let files = fs::read_dir(runtime).ok()?.flatten();
        let description = files.map(|file| file.path()).find(|file| {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with("jpserver-") && name.ends_with(".json")
        })?;
        let description: Value =
            serde_json::from_str(&fs::read_to_string(description).ok()?).ok()?;
        description["port"].as_u64()?.try_into().ok()
    };
    loop {
        if let Some(port) = port() {
            let request = Api::new(port, token).get("api/status");
            let request = request.config().timeout_global(Some(ANSWER)).build();
            let asked = tokio::task::spawn_blocking(|| request.call());
            if asked.await.is_ok_and(|answer| answer.is_ok()) {
                return port;
            }
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// JupyterLab's description of a window with the server left and the client right.
fn workspace() -> Value {
    let [server, client] = NOTEBOOKS.map(|path| format!("notebook:{path}"));
    let area = |widget: &str| json!({ "type": "tab-area", "currentIndex": 0, "widgets": [widget] });
    let open = |path: &str| json!({ "data": { "path": path, "factory": "Notebook" } });
    json!({
        "data": {
            "layout-restorer:data": {
                "main": {
                    "dock": {
                        "type": "split-area",
                        "orientation": "horizontal",
                        "sizes": [0.5, 0.5],
                        "children": [area(&server), area(&client)],
                    },
                    "current": server,
                },
                "left": { "collapsed": true, "widgets": [] },
                "right": { "collapsed": true, "visible": false, "widgets": [] },
            },
            (server): open(NOTEBOOKS[0]),
            (client): open(NOTEBOOKS[1]),
        },
        "metadata": { "id": WORKSPACE },
    })
}
