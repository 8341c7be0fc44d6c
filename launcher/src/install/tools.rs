//! The tools that the machine must already have, and what to do if one is missing.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use installation::child;

/// The oldest and the newest Python for which every pinned requirement of JupyterLab has a wheel.
const OLDEST_PYTHON: (u32, u32) = (3, 10);
const NEWEST_PYTHON: (u32, u32) = (3, 14);

/// Has a Python print its version, whether it can make environments, and where it is installed.
const DESCRIBE: &str = "\
import importlib.util as util, sys
print(*sys.version_info[:2], all(map(util.find_spec, ['ensurepip', 'venv'])), sys.base_prefix)
";

/// Finds a program on the `PATH`.
pub fn find(program: &str) -> Option<PathBuf> {
    which::which(program).ok()
}

/// A Python that can make the environment for JupyterLab: 3.10 to 3.14, with `venv`.
pub fn python() -> Result<PathBuf> {
    let found: Vec<Python> = names().iter().filter_map(|name| find(name)).map(describe).collect();
    if let Some(python) = found.iter().find(|python| python.is_right() && python.has_venv) {
        return Ok(python.path.clone());
    }
    if let Some(python) = found.iter().find(|python| python.is_right()) {
        let path = python.path.display();
        bail!("{path} has no venv module: {}", install("python3-venv", PYTHON));
    }
    let wanted = "Python 3.10 to 3.14 is missing";
    let Some(first) = found.first() else {
        bail!("{wanted}: {}", install("python3 python3-venv", PYTHON));
    };
    let path = first.path.display();
    let why = match first.version {
        Some(_) if first.is_of_the_store => {
            format!("{path} is from the Microsoft Store and does not put files where it says")
        }
        Some((major, minor)) => format!("{path} is {major}.{minor}"),
        None => format!("{path} does not run"),
    };
    bail!("{wanted} ({why}): {}", install("python3", PYTHON));
}

/// What a Python says about itself.
struct Python {
    path: PathBuf,
    version: Option<(u32, u32)>,
    has_venv: bool,
    is_of_the_store: bool,
}

impl Python {
    fn is_right(&self) -> bool {
        let range = OLDEST_PYTHON..=NEWEST_PYTHON;
        self.version.is_some_and(|version| range.contains(&version)) && !self.is_of_the_store
    }
}

/// The names of Python. On Windows, python.org's installer puts only `py` on the `PATH`.
fn names() -> Vec<String> {
    let mut names = vec!["python3".into(), "python".into()];
    let minors = (OLDEST_PYTHON.1..=NEWEST_PYTHON.1).rev();
    names.extend(minors.map(|minor| format!("python3.{minor}")));
    if cfg!(windows) {
        names.push("py".into());
    }
    names
}

fn describe(path: PathBuf) -> Python {
    let says = printed_by(&path, &["-c", DESCRIBE]).unwrap_or_default();
    let mut words = says.splitn(4, ' ');
    let mut number = || words.next().and_then(|word| word.parse().ok());
    let version = number().zip(number());
    let has_venv = words.next() == Some("True");
    let is_of_the_store = words.next().is_some_and(|place| place.contains("WindowsApps"));
    Python { path, version, has_venv, is_of_the_store }
}

pub fn cargo() -> Result<PathBuf> {
    find("cargo").context("cargo is not on the PATH: install Rust from rustup.rs")
}

/// The source of the standard library, from which the kernel learns the types of variables:
/// `RUST_SRC_PATH` if it is set, else the `library` folder of the `rust-src` component. If the
/// component is missing, has rustup add it, where there is a rustup.
pub fn standard_library() -> Result<PathBuf> {
    if let Some(named) = std::env::var_os("RUST_SRC_PATH") {
        let named = PathBuf::from(named);
        if !named.join("std").is_dir() {
            bail!("RUST_SRC_PATH is {}, which has no std folder: unset it", named.display());
        }
        return Ok(named);
    }
    let rustc = rustc()?;
    let sysroot = printed_by(&rustc, &["--print", "sysroot"]).context("rustc does not run")?;
    let library = Path::new(&sysroot).join("lib/rustlib/src/rust/library");
    if library.join("std").is_dir() {
        return Ok(library);
    }
    let Some(rustup) = find("rustup") else {
        bail!(
            "the source of the standard library is missing: {}",
            install("rust-src", "run `rustup component add rust-src`")
        );
    };
    eprintln!("Adding the Rust component rust-src with rustup (a few seconds) …");
    let added = child::command(rustup).args(["component", "add", "rust-src"]).status()?;
    if !added.success() || !library.join("std").is_dir() {
        bail!("rustup could not add rust-src: go online and run `rustup component add rust-src`");
    }
    Ok(library)
}

fn rustc() -> Result<PathBuf> {
    find("rustc").context("rustc is not on the PATH: install Rust from rustup.rs")
}

/// The version of the compiler, including its commit.
pub fn compiler() -> Result<String> {
    let rustc = rustc()?;
    printed_by(&rustc, &["-vV"]).context("rustc does not run")
}

/// What `program` prints, without the final newline, or `None` if it fails.
pub(crate) fn printed_by(program: &Path, arguments: &[&str]) -> Option<String> {
    let output = child::command(program).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim_end().to_string())
}

/// How to get Python on systems other than Linux.
const PYTHON: &str = if cfg!(target_os = "macos") {
    "run `brew install python@3.13`, or download it from python.org"
} else {
    "run `winget install Python.Python.3.13`, or download it from python.org"
};

/// The command that installs Debian's `packages`, or `elsewhere` on systems other than Linux.
fn install(packages: &str, elsewhere: &str) -> String {
    if cfg!(target_os = "linux") && find("apt-get").is_none() && find("dnf").is_some() {
        // Fedora's Python has venv.
        let packages = packages.replace(" python3-venv", "").replace("-venv", "");
        format!("run `sudo dnf install {packages}`")
    } else if cfg!(target_os = "linux") {
        format!("run `sudo apt install {packages}`, or the equivalent on your system")
    } else {
        elsewhere.into()
    }
}
