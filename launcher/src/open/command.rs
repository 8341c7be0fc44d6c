//! How JupyterLab is started, and where it keeps things.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::workspace;
use crate::install::cache::Cache;

/// Tells JupyterLab that a launcher holds its input.
const LAUNCHED: &str = "UDP_TUTORIAL_LAUNCHED";

/// What Windows calls a process that does not get the terminal's Ctrl-C.
#[cfg(windows)]
const CREATE_NEW_PROCESS_GROUP: u32 = 0x200;

/// The command that starts JupyterLab on 127.0.0.1 for the clone `repository`.
pub(crate) fn jupyterlab(
    cache: &Cache,
    repository: &Path,
    port: Option<u16>,
    browser: bool,
) -> Command {
    let mut command = Command::new(cache.venv_program("python"));
    command
        .args(["-m", "jupyterlab", "--ServerApp.ip=127.0.0.1"])
        .arg(format!("--ServerApp.port={}", port.unwrap_or(8888)))
        .arg(format!("--ServerApp.port_retries={}", if port.is_some() { 0 } else { 50 }))
        .arg(format!("--LabApp.default_url=/lab/workspaces/{}", workspace::NAME))
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
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    #[cfg(windows)]
    std::os::windows::process::CommandExt::creation_flags(&mut command, CREATE_NEW_PROCESS_GROUP);
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
