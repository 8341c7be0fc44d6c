//! Installs JupyterLab into its own Python environment, with the settings that the notebooks need.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use installation::child;
use installation::folder::Installation;

use super::step::SetUpStep;
use super::subprocess::{run_quietly, say};
use super::tools;

/// JupyterLab and its dependencies, pinned with hashes for Linux, macOS and Windows.
const REQUIREMENTS: &str = include_str!("../../requirements.txt");

/// JupyterLab fetches no news and no updates. A notebook has only half of the window, so code is a
/// little smaller than usual, and long lines wrap. Closing a notebook ends its kernel, so a learner
/// who works through all parts has at most two pairs in memory. JupyterLab writes into a cell's metadata when
/// the cell ran, which `cargo lab progress` reads.
const OVERRIDES: &str = r#"{
 "@jupyterlab/apputils-extension:notification": { "checkForUpdates": false, "fetchNews": "false" },
 "@jupyterlab/apputils-extension:themes": { "overrides": { "code-font-size": "12px" } },
 "@jupyterlab/notebook-extension:tracker": { 
  "codeCellConfig": { "lineWrap": true }, "kernelShutdown": true, "recordTiming": true }
}
"#;

/// The page does not ask whether extensions wait to be built, for which the server would start Node.js:
/// this JupyterLab's extensions never change.
const PAGE_CONFIG: &str = r#"{ "buildAvailable": false, "buildCheck": false }
"#;

/// How JupyterLab connects to a kernel, and when it ends.
const SERVER_CONFIG: &str = include_str!("jupyter_server_config.py");

fn made_from() -> String {
    format!("{REQUIREMENTS}{OVERRIDES}{PAGE_CONFIG}{SERVER_CONFIG}")
}

/// The Python to install JupyterLab with, or `None` if JupyterLab is installed.
pub(crate) fn missing(installation: &Installation) -> Result<Option<PathBuf>> {
    let step = SetUpStep { installation, name: "jupyterlab", made_from: &made_from() };
    if step.is_done() && is_usable(installation) {
        return Ok(None);
    }
    tools::python().map(Some)
}

/// Whether the environment's Python finds JupyterLab. It does not if the Python that made the
/// environment has since been removed or upgraded.
pub(super) fn is_usable(installation: &Installation) -> bool {
    let find = "import importlib.util as util; print(util.find_spec('jupyterlab') is not None)";
    let found = tools::printed_by(&installation.venv_program("python"), &["-I", "-c", find]);
    found.as_deref() == Some("True")
}

/// Installs JupyterLab.
pub(crate) fn install(installation: &Installation, python: &Path) -> Result<()> {
    let step = SetUpStep { installation, name: "jupyterlab", made_from: &made_from() };
    say("Installing JupyterLab for this tutorial only (about half a minute, once) …");
    step.undo(&installation.venv())?;
    run_quietly(child::command(python).args(["-m", "venv"]).arg(installation.venv()))?;
    let requirements = installation.root().join("requirements.txt");
    fs::write(&requirements, REQUIREMENTS)?;
    run_quietly(
        child::command(installation.venv_program("python"))
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
            .args(["--no-compile", "--only-binary", ":all:", "--require-hashes"])
            .args(["--no-user", "--target="]) // a pip.conf may say otherwise
            .args(["--no-deps", "--requirement"]) // the file lists every dependency
            .arg(&requirements)
            .envs(certificates()),
    )?;
    ensure!(
        is_usable(installation),
        "pip did not install JupyterLab into {}: find the pip setting that prevents it with `pip \
         config debug`",
        installation.venv().display()
    );
    let settings = installation.venv().join("share/jupyter/lab/settings");
    fs::create_dir_all(&settings)?;
    fs::write(settings.join("overrides.json"), OVERRIDES)?;
    fs::write(settings.join("page_config.json"), PAGE_CONFIG)?;
    let configuration = installation.venv().join("etc/jupyter");
    fs::create_dir_all(&configuration)?;
    fs::write(configuration.join("jupyter_server_config.py"), SERVER_CONFIG)?;
    step.done()?;
    say("JupyterLab is installed.");
    Ok(())
}

/// Makes pip accept the certificates in `SSL_CERT_FILE`, as curl, Python and Cargo do. Before 24.2,
/// pip trusts only its own.
fn certificates() -> Option<(&'static str, OsString)> {
    let named = ["PIP_CERT", "REQUESTS_CA_BUNDLE"].iter().any(|name| env::var_os(name).is_some());
    env::var_os("SSL_CERT_FILE").filter(|_| !named).map(|file| ("PIP_CERT", file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_requirement_is_pinned_and_hashed() {
        let requirements = REQUIREMENTS.replace("\\\n", " ");
        let lines: Vec<&str> = requirements
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .collect();
        assert!(lines.len() > 50, "{} requirements", lines.len());
        for line in lines {
            assert!(line.contains("==") && line.contains("--hash=sha256:"), "{line}");
        }
    }
}
