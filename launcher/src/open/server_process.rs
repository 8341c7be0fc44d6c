//! The command that starts JupyterLab, and where JupyterLab keeps its files.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Result;
use installation::child;
use installation::folder::Installation;

use super::workspace;

/// Tells JupyterLab that a launcher holds its input.
const LAUNCHED: &str = "UDP_TUTORIAL_LAUNCHED";

/// Tells JupyterLab to trust the notebooks in the manifest.
const TRUST: &str = "UDP_TUTORIAL_TRUST";

/// Starts JupyterLab without the configuration of the machine's own Jupyter: its certificates,
/// password, address and extensions.
const JUPYTERLAB: &str = "\
import sys
from jupyter_core import paths
for of_the_machine in [paths.SYSTEM_CONFIG_PATH, paths.SYSTEM_JUPYTER_PATH]:
    of_the_machine.clear()
from jupyterlab.labapp import main
sys.exit(main())
";

/// Changes to the style of JupyterLab's page.
const STYLE: &str = include_str!("custom.css");

/// The Windows flag for a process that does not receive the terminal's Ctrl-C.
#[cfg(windows)]
const CREATE_NEW_PROCESS_GROUP: u32 = 0x200;

/// The command that starts JupyterLab on 127.0.0.1 for the clone `repository`.
pub(crate) fn jupyterlab(
    installation: &Installation,
    repository: &Path,
    port: Option<u16>,
) -> Command {
    let mut command = child::command(installation.venv_program("python"));
    command
        .args(["-c", JUPYTERLAB, "--ServerApp.ip=127.0.0.1", "--LabApp.open_browser=False"])
        .arg(format!("--ServerApp.port={}", port.unwrap_or(8888)))
        .arg(format!("--ServerApp.port_retries={}", if port.is_some() { 0 } else { 50 }))
        .arg(format!("--LabApp.default_url=/lab/workspaces/{}", workspace::ARTICLE))
        .args(["--LabApp.extension_manager=readonly", "--LabApp.custom_css=True"])
        .arg("--ServerApp.allow_root=True")
        .arg(format!("--ServerApp.root_dir={}", repository.display()))
        .env("JUPYTER_PATH", installation.jupyter_path())
        .env(LAUNCHED, "1")
        .env(TRUST, "1")
        .envs(state(installation))
        .current_dir(repository)
        .stdin(Stdio::piped());
    apart(&mut command);
    command
}

/// Keeps the terminal's Ctrl-C from a program. Only the launcher receives it, and then ends
/// JupyterLab cleanly.
pub(crate) fn apart(command: &mut Command) -> &mut Command {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    #[cfg(windows)]
    std::os::windows::process::CommandExt::creation_flags(command, CREATE_NEW_PROCESS_GROUP);
    command
}

/// Writes the style into JupyterLab's configuration, where JupyterLab reads it.
pub(crate) fn write_style(installation: &Installation) -> Result<()> {
    let folder = installation.configuration().join("custom");
    fs::create_dir_all(&folder)?;
    Ok(fs::write(folder.join("custom.css"), STYLE)?)
}

/// Where JupyterLab keeps what outlives a run, separate from the reader's own Jupyter.
fn state(installation: &Installation) -> [(&'static str, PathBuf); 3] {
    [
        ("JUPYTER_CONFIG_DIR", installation.configuration()),
        ("JUPYTER_DATA_DIR", installation.state().join("data")),
        ("IPYTHONDIR", installation.state().join("ipython")),
    ]
}
