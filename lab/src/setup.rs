//! What `cargo lab` installs, step by step, all of it inside the cache folder.
//!
//! A step that ended well leaves a stamp, a file that holds what it was made from. A step without
//! its stamp, or with another one, is done again, so the next run repairs an interrupted one.

use std::fs;
use std::io::{IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::cache::Cache;
use crate::{tools, warm};

/// The kernel that the notebooks are written for and tested with.
pub const KERNEL_VERSION: &str = "0.22.0";

/// JupyterLab and all that it needs, pinned with hashes for Linux, macOS and Windows.
const REQUIREMENTS: &str = include_str!("../requirements.txt");

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

/// How JupyterLab connects to a kernel.
const SERVER_CONFIG: &str = include_str!("jupyter_server_config.py");

/// How much of what a failed command printed is searched for the cause.
const TAIL: usize = 16 * 1024;

/// Installs what is missing and says on stderr what it does; returns at once if nothing is.
///
/// # Errors
///
/// A tool is missing on the machine, or a download or a compilation failed. The error says what
/// to do; what was done so far is kept, and the next run goes on from there.
pub fn prepare(cache: &Cache) -> Result<()> {
    let _lock = cache.lock(|| eprintln!("Another set-up is under way; waiting for its end …"))?;
    let library = tools::standard_library()?;
    environment(cache)?;
    kernel(cache)?;
    kernelspec(cache, &library)
}

fn environment(cache: &Cache) -> Result<()> {
    let made_from = format!("{REQUIREMENTS}{OVERRIDES}{STYLE}{SERVER_CONFIG}");
    let step = Step { cache, name: "jupyterlab", made_from: &made_from };
    // The link to the interpreter dangles when the Python it was made with has gone.
    if step.is_done() && cache.venv_program("python").exists() {
        return Ok(());
    }
    let python = tools::python()?;
    eprintln!("Installing JupyterLab for this tutorial alone (about half a minute, once) …");
    step.undo(&cache.venv())?;
    run(Command::new(python).args(["-m", "venv"]).arg(cache.venv()))?;
    let requirements = cache.root().join("requirements.txt");
    fs::write(&requirements, REQUIREMENTS)?;
    run(Command::new(cache.venv_program("python"))
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
        .args(["--no-compile", "--only-binary", ":all:", "--require-hashes", "--requirement"])
        .arg(&requirements))?;
    let settings = cache.venv().join("share/jupyter/lab/settings");
    fs::create_dir_all(&settings)?;
    fs::write(settings.join("overrides.json"), OVERRIDES)?;
    let configuration = cache.venv().join("etc/jupyter");
    fs::create_dir_all(&configuration)?;
    fs::write(configuration.join("jupyter_server_config.py"), SERVER_CONFIG)?;
    let style = cache.configuration().join("custom");
    fs::create_dir_all(&style)?;
    fs::write(style.join("custom.css"), STYLE)?;
    step.done()
}

fn kernel(cache: &Cache) -> Result<()> {
    let step = Step { cache, name: "kernel", made_from: KERNEL_VERSION };
    if step.is_done() && cache.kernel().exists() {
        return Ok(());
    }
    step.undo(&cache.kernel_root())?;
    let wanted = format!("evcxr_jupyter@{KERNEL_VERSION}");
    if let Some(binstall) = tools::find("cargo-binstall") {
        eprintln!("Installing the Rust kernel for Jupyter with cargo binstall …");
        let installed = run(Command::new(binstall)
            .args(["--no-confirm", "--root"])
            .arg(cache.kernel_root())
            .arg(&wanted));
        if installed.is_ok() && cache.kernel().exists() {
            return step.done();
        }
        eprintln!("cargo binstall has none for this machine; compiling it instead.");
    }
    eprintln!(
        "Compiling the Rust kernel for Jupyter, {wanted} (about 10 minutes on 2 cores, once) …"
    );
    run(Command::new(tools::cargo()?)
        .args(["install", "--locked", &wanted, "--root"])
        .arg(cache.kernel_root())
        .arg("--target-dir")
        .arg(cache.kernel_build())
        // A cargo that runs this program has set these for its own package.
        .env_remove("CARGO_TARGET_DIR")
        .env_remove("RUSTFLAGS")
        // Neither the clone's configuration nor its workspace has a say in the kernel.
        .current_dir(cache.root()))?;
    remove(&cache.kernel_build())?;
    step.done()
}

/// Lets the kernel write its own kernelspec, and changes it to start a warm kernel.
fn kernelspec(cache: &Cache, library: &Path) -> Result<()> {
    let step = Step { cache, name: "kernelspec", made_from: KERNEL_VERSION };
    let file = cache.jupyter_path().join("kernels/rust/kernel.json");
    if !step.is_done() || !file.exists() {
        step.undo(&cache.jupyter_path())?;
        install_kernelspec(cache, &cache.jupyter_path())?;
    }
    let before: Value = serde_json::from_str(&fs::read_to_string(&file)?)?;
    let mut kernelspec = before.clone();
    warm::prepare(cache, library, &mut kernelspec)?;
    if kernelspec != before {
        fs::write(&file, serde_json::to_string_pretty(&kernelspec)?)?;
    }
    step.done()
}

/// Lets the kernel write its own kernelspec into `jupyter_path`.
///
/// # Errors
///
/// The kernel is not installed, or cannot write there.
pub fn install_kernelspec(cache: &Cache, jupyter_path: &Path) -> Result<()> {
    let output = Command::new(cache.kernel())
        .arg("--install")
        .env("JUPYTER_PATH", jupyter_path)
        .output()
        .with_context(|| format!("cannot run {}", cache.kernel().display()))?;
    if !output.status.success() {
        bail!("the kernel could not be registered: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}

/// One step of the set-up and its stamp.
pub(crate) struct Step<'a> {
    pub(crate) cache: &'a Cache,
    pub(crate) name: &'static str,
    pub(crate) made_from: &'a str,
}

impl Step<'_> {
    fn stamp(&self) -> PathBuf {
        self.cache.stamp(self.name)
    }

    pub(crate) fn is_done(&self) -> bool {
        fs::read_to_string(self.stamp()).is_ok_and(|made_from| made_from == self.made_from)
    }

    pub(crate) fn undo(&self, result: &Path) -> Result<()> {
        remove(&self.stamp())?;
        remove(result)
    }

    pub(crate) fn done(&self) -> Result<()> {
        fs::create_dir_all(self.stamp().parent().expect("the stamp is in a folder"))?;
        Ok(fs::write(self.stamp(), self.made_from)?)
    }
}

/// Removes a file or a folder with all it holds, if it is there.
///
/// # Errors
///
/// It is there and cannot be removed.
pub fn remove(path: &Path) -> Result<()> {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", path.display()))
        }
        _ => Ok(()),
    }
}

/// Runs a command, passes on what it reports, and finds the cause in it if it fails.
///
/// # Errors
///
/// The command cannot be run, or failed; the error says what to do.
pub fn run(command: &mut Command) -> Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    if std::io::stderr().is_terminal() {
        // Cargo draws its progress bar only where it sees a terminal, and it sees a pipe.
        command.env("CARGO_TERM_PROGRESS_WHEN", "always").env("CARGO_TERM_PROGRESS_WIDTH", "80");
        command.env("CARGO_TERM_COLOR", "always");
    }
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot run {program}"))?;
    let mut tail = Vec::new();
    let mut report = child.stderr.take().expect("stderr is piped");
    let mut chunk = [0; 4096];
    loop {
        let length = report.read(&mut chunk)?;
        if length == 0 {
            break;
        }
        std::io::stderr().write_all(&chunk[..length])?;
        tail.extend_from_slice(&chunk[..length]);
        tail.drain(..tail.len().saturating_sub(TAIL));
    }
    if child.wait()?.success() {
        return Ok(());
    }
    bail!("{}", remedy(&String::from_utf8_lossy(&tail), &program))
}

/// One line about a command that failed: what it was, and what to do.
fn remedy(report: &str, program: &str) -> String {
    const NETWORK: [&str; 9] = [
        "Could not resolve host",
        "Couldn't resolve host",
        "Could not connect",
        "Failed to establish a new connection",
        "Temporary failure in name resolution",
        "failed to download",
        "download of",
        "Connection refused",
        "network failure",
    ];
    if NETWORK.iter().any(|phrase| report.contains(phrase)) {
        return "no network: connect to the Internet, then run `cargo lab` again; it goes on \
                where it stopped"
            .into();
    }
    if report.contains("linker") && report.contains("not found") {
        return "no C linker: run `sudo apt install gcc` on Debian, `xcode-select --install` on \
                macOS, or install the Visual Studio build tools on Windows; then `cargo lab` again"
            .into();
    }
    if report.contains("No space left") {
        return "the disk is full: free 3 GB, or name a folder on another disk in \
                UDP_TUTORIAL_CACHE; then run `cargo lab` again"
            .into();
    }
    format!("{program} failed, see its message above; `cargo lab` again goes on where it stopped")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cause_of_a_failure_is_found_in_its_report() {
        let pip = "Failed to establish a new connection: [Errno 111] Connection refused";
        assert!(remedy(pip, "pip").starts_with("no network"));
        let cargo = "[6] Could not resolve hostname (Could not resolve host: example.org)";
        assert!(remedy(cargo, "cargo").starts_with("no network"));
        assert!(remedy("error: linker `cc` not found", "cargo").starts_with("no C linker"));
        assert!(remedy("error: No space left on device", "pip").starts_with("the disk is full"));
        assert!(remedy("error: something else", "cargo").starts_with("cargo failed"));
    }

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
