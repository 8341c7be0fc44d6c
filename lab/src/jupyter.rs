//! Starting JupyterLab with both notebooks side by side, and ending it with all its kernels.

use std::fs::{self, File};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use process_wrap::tokio::{ChildWrapper, CommandWrap};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::Command;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::cache::Cache;

/// How long JupyterLab may take to come up, and to end.
const DEADLINE: Duration = Duration::from_secs(60);

/// How long a JupyterLab that refuses to end is left alone.
const AGAIN: Duration = Duration::from_millis(100);

/// The notebooks in the clone, left and right.
const NOTEBOOKS: [&str; 2] = ["notebooks/server.ipynb", "notebooks/client.ipynb"];

/// The workspace that both notebooks are opened in: `/lab/workspaces/udp`.
const WORKSPACE: &str = "udp";

/// The name under which JupyterLab looks for that workspace: it appends a hash of the name.
const WORKSPACE_FILE: &str = "udp-571e.jupyterlab-workspace";

/// A running JupyterLab. Dropping it kills the server, not its kernels: [`Jupyter::stop`] does.
pub struct Jupyter {
    server: Box<dyn ChildWrapper>,
    port: u16,
    token: String,
    starting: Vec<JoinHandle<()>>,
    // What this run alone needs: JupyterLab's log, its list of servers, and the workspace.
    _folder: TempDir,
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
        fs::create_dir_all(cache.runs())?;
        let folder = TempDir::new_in(cache.runs())?;
        let runtime = folder.path().join("runtime");
        let workspaces = folder.path().join("workspaces");
        fs::create_dir_all(&workspaces)?;
        fs::write(workspaces.join(WORKSPACE_FILE), workspace().to_string())?;
        let log_file = folder.path().join("jupyter.log");
        let log = File::create(&log_file)?;
        let token = uuid::Uuid::new_v4().simple().to_string();

        let state = [
            ("JUPYTERLAB_SETTINGS_DIR", cache.state().join("settings")),
            ("JUPYTER_CONFIG_DIR", cache.state().join("config")),
            ("JUPYTER_DATA_DIR", cache.state().join("data")),
            ("IPYTHONDIR", cache.state().join("ipython")),
        ];
        // Without trust the recorded figures are shown in words alone.
        let mut trust = Command::new(cache.venv_program("jupyter-trust"));
        trust.args(NOTEBOOKS.map(|path| repository.join(path))).envs(state.clone());
        let trusted = trust.stdin(Stdio::null()).output();

        let mut command = Command::new(cache.venv_program("python"));
        command
            .args(["-m", "jupyterlab", "--ServerApp.ip=127.0.0.1"])
            .arg(format!("--ServerApp.port={}", port.unwrap_or(8888)))
            .arg(format!("--ServerApp.port_retries={}", if port.is_some() { 0 } else { 50 }))
            .arg(format!("--LabApp.default_url=/lab/workspaces/{WORKSPACE}"))
            .arg(format!("--LabApp.open_browser={}", if browser { "True" } else { "False" }))
            .args(["--LabApp.extension_manager=readonly", "--ServerApp.allow_root=True"])
            .arg(format!("--ServerApp.root_dir={}", repository.display()))
            .env("JUPYTER_TOKEN", &token)
            .env("JUPYTER_PATH", cache.jupyter_path())
            .env("JUPYTER_RUNTIME_DIR", &runtime)
            .env("JUPYTERLAB_WORKSPACES_DIR", &workspaces)
            .envs(state)
            .current_dir(repository)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        let mut command = CommandWrap::from(command);
        // Ctrl-C in the terminal is for the launcher, which then ends JupyterLab in good order.
        #[cfg(unix)]
        command.wrap(process_wrap::tokio::ProcessGroup::leader());
        #[cfg(windows)]
        command.wrap(process_wrap::tokio::JobObject);
        let mut server = command.spawn().context("cannot start JupyterLab")?;

        let found = tokio::select! {
            (found, _) = async { tokio::join!(timeout(DEADLINE, listening(&runtime)), trusted) } => {
                found.ok()
            }
            _ = server.wait() => None,
        };
        let Some(port) = found else {
            let log = fs::read_to_string(log_file)?;
            if log.contains("is already in use") {
                bail!("port {} is in use: name another with --port", port.unwrap_or(8888));
            }
            let tail: Vec<&str> = log.lines().rev().take(5).collect();
            let tail: Vec<&str> = tail.into_iter().rev().collect();
            bail!("JupyterLab does not come up; its log ends\n{}", tail.join("\n"));
        };
        Ok(Jupyter { server, port, token, starting: Vec::new(), _folder: folder })
    }

    /// The address of the page with both notebooks.
    pub fn url(&self) -> String {
        let (port, token) = (self.port, &self.token);
        format!("http://127.0.0.1:{port}/lab/workspaces/{WORKSPACE}?token={token}")
    }

    /// Starts the kernels of both notebooks before the page does it, which finds them running.
    /// When that fails the page starts them itself, so nothing is said.
    pub fn start_kernels(&mut self) {
        let starting = NOTEBOOKS.map(|path| {
            let notebook = json!({
                "kernel": { "name": "rust" },
                "name": Path::new(path).file_name().map(|name| name.to_string_lossy()),
                "path": path,
                "type": "notebook",
            });
            let url = format!("http://127.0.0.1:{}/api/sessions", self.port);
            let authorization = format!("token {}", self.token);
            tokio::task::spawn_blocking(move || {
                let request = ureq::post(url).header("Authorization", authorization);
                let _ = request.send(notebook.to_string());
            })
        });
        self.starting.extend(starting);
    }

    /// Waits until JupyterLab ends by itself: *File → Shut Down* ends it.
    ///
    /// # Errors
    ///
    /// Its end cannot be waited for.
    pub async fn wait(&mut self) -> Result<()> {
        self.server.wait().await?;
        Ok(())
    }

    /// Ends JupyterLab and its kernels, and waits for their end.
    ///
    /// # Errors
    ///
    /// It did not end within a minute, and was killed.
    pub async fn stop(mut self) -> Result<()> {
        let url = format!("http://127.0.0.1:{}/api/shutdown", self.port);
        let authorization = format!("token {}", self.token);
        let ended = async {
            // A kernel that starts while JupyterLab ends would outlive it.
            for kernel in self.starting.drain(..) {
                let _ = kernel.await;
            }
            loop {
                let request = ureq::post(&url).header("Authorization", &authorization);
                let asked = tokio::task::spawn_blocking(|| request.send_empty());
                // It refuses while a kernel is starting, and is asked again then.
                let refused = !asked.await.is_ok_and(|answer| answer.is_ok());
                let patience = if refused { AGAIN } else { DEADLINE };
                if let Ok(ended) = timeout(patience, self.server.wait()).await {
                    return ended;
                }
            }
        };
        timeout(DEADLINE, ended).await.context("JupyterLab does not end")??;
        Ok(())
    }
}

impl Drop for Jupyter {
    fn drop(&mut self) {
        // After a stop it has ended already.
        let _ = self.server.start_kill();
    }
}

/// The port of the server that writes its description into `runtime`, as soon as it listens:
/// JupyterLab writes the description a moment earlier.
async fn listening(runtime: &Path) -> u16 {
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
        if let Some(port) = port()
            && tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok()
        {
            return port;
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
