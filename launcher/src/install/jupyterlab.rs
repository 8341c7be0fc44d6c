//! JupyterLab in a Python environment of its own, with the settings that the notebooks want.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};

use super::command::{run_quietly, say};
use super::installation::Cache;
use super::step::Step;
use super::tools;
use crate::child;

/// JupyterLab and what it needs, pinned with hashes for Linux, macOS and Windows.
const REQUIREMENTS: &str = include_str!("../../requirements.txt");

/// JupyterLab asks for no news and for no updates. A notebook has half of the window: code is a
/// little smaller than usual, and wraps where it is too long all the same.
const OVERRIDES: &str = r#"{
 "@jupyterlab/apputils-extension:notification": { "checkForUpdates": false, "fetchNews": "false" },
 "@jupyterlab/apputils-extension:themes": { "overrides": { "code-font-size": "12px" } },
 "@jupyterlab/notebook-extension:tracker": { "codeCellConfig": { "lineWrap": true } }
}
"#;

/// How JupyterLab connects to a kernel, and when it ends.
const SERVER_CONFIG: &str = include_str!("jupyter_server_config.py");

fn made_from() -> String {
    format!("{REQUIREMENTS}{OVERRIDES}{SERVER_CONFIG}")
}

/// The Python to install JupyterLab with, if it is not installed.
///
/// # Errors
///
/// There is no such Python; the error says what to do.
pub(crate) fn missing(cache: &Cache) -> Result<Option<PathBuf>> {
    let step = Step { cache, name: "jupyterlab", made_from: &made_from() };
    if step.is_done() && is_usable(cache) {
        return Ok(None);
    }
    tools::python().map(Some)
}

/// Whether the environment's Python finds what was installed: it does not when the Python that it was
/// made with has gone, or is another version now.
pub(super) fn is_usable(cache: &Cache) -> bool {
    let find = "import importlib.util as util; print(util.find_spec('jupyterlab') is not None)";
    let found = tools::printed_by(&cache.venv_program("python"), &["-I", "-c", find]);
    found.as_deref() == Some("True")
}

/// Installs JupyterLab.
///
/// # Errors
///
/// A download failed; the error says what to do.
pub(crate) fn install(cache: &Cache, python: &Path) -> Result<()> {
    let step = Step { cache, name: "jupyterlab", made_from: &made_from() };
    say("Installing JupyterLab for this tutorial alone (about half a minute, once) …");
    step.undo(&cache.venv())?;
    run_quietly(child::command(python).args(["-m", "venv"]).arg(cache.venv()))?;
    let requirements = cache.root().join("requirements.txt");
    fs::write(&requirements, REQUIREMENTS)?;
    run_quietly(
        child::command(cache.venv_program("python"))
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
            .args(["--no-compile", "--only-binary", ":all:", "--require-hashes"])
            .args(["--no-user", "--target="]) // a pip.conf may say something else
            .args(["--no-deps", "--requirement"]) // all that is needed is named there
            .arg(&requirements)
            .envs(certificates()),
    )?;
    ensure!(
        is_usable(cache),
        "pip has not put JupyterLab into {}: `pip config debug` shows which file says so",
        cache.venv().display()
    );
    let settings = cache.venv().join("share/jupyter/lab/settings");
    fs::create_dir_all(&settings)?;
    fs::write(settings.join("overrides.json"), OVERRIDES)?;
    let configuration = cache.venv().join("etc/jupyter");
    fs::create_dir_all(&configuration)?;
    fs::write(configuration.join("jupyter_server_config.py"), SERVER_CONFIG)?;
    step.done()?;
    say("JupyterLab is installed.");
    Ok(())
}

/// Lets a pip that knows its own certificates alone, as pip before 24.2 does, take those that
/// `SSL_CERT_FILE` names, as curl, Python and Cargo do.
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
