//! JupyterLab in a Python environment of its own, with the settings that the notebooks want.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use super::cache::Cache;
use super::command::{run_quietly, say};
use super::step::Step;
use super::tools;

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

/// Lines of output break between words; JupyterLab's own style breaks them anywhere.
const STYLE: &str = "\
.jp-OutputArea-output pre {
  word-break: normal !important;
  overflow-wrap: anywhere !important;
}
";

/// How JupyterLab connects to a kernel, and when it ends.
const SERVER_CONFIG: &str = include_str!("jupyter_server_config.py");

fn made_from() -> String {
    format!("{REQUIREMENTS}{OVERRIDES}{STYLE}{SERVER_CONFIG}")
}

/// The Python to install JupyterLab with, if it is not installed.
///
/// # Errors
///
/// There is no such Python; the error says what to do.
pub(crate) fn missing(cache: &Cache) -> Result<Option<PathBuf>> {
    let step = Step { cache, name: "jupyterlab", made_from: &made_from() };
    // The link to the interpreter dangles when the Python it was made with has gone.
    if step.is_done() && cache.venv_program("python").exists() {
        return Ok(None);
    }
    tools::python().map(Some)
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
    run_quietly(Command::new(python).args(["-m", "venv"]).arg(cache.venv()))?;
    let requirements = cache.root().join("requirements.txt");
    fs::write(&requirements, REQUIREMENTS)?;
    run_quietly(
        Command::new(cache.venv_program("python"))
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
            .args(["--no-compile", "--only-binary", ":all:", "--require-hashes"])
            .args(["--no-deps", "--requirement"]) // all that is needed is named there
            .arg(&requirements),
    )?;
    let settings = cache.venv().join("share/jupyter/lab/settings");
    fs::create_dir_all(&settings)?;
    fs::write(settings.join("overrides.json"), OVERRIDES)?;
    let configuration = cache.venv().join("etc/jupyter");
    fs::create_dir_all(&configuration)?;
    fs::write(configuration.join("jupyter_server_config.py"), SERVER_CONFIG)?;
    let style = cache.configuration().join("custom");
    fs::create_dir_all(&style)?;
    fs::write(style.join("custom.css"), STYLE)?;
    step.done()?;
    say("JupyterLab is installed.");
    Ok(())
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
