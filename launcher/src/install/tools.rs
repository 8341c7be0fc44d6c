//! What must be on the machine already, and what to do when it is not.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

/// The oldest Python that JupyterLab 4.6 runs on.
const OLDEST_PYTHON: (u32, u32) = (3, 10);

/// A program on the `PATH`, if it is there.
pub fn find(program: &str) -> Option<PathBuf> {
    which::which(program).ok()
}

/// A Python that can make the environment for JupyterLab: 3.10 or newer, with `venv`.
///
/// # Errors
///
/// There is none; the error names what is missing and the command that adds it.
pub fn python() -> Result<PathBuf> {
    let candidates: Vec<PathBuf> = ["python3", "python"].into_iter().filter_map(find).collect();
    let Some(first) = candidates.first() else {
        bail!("Python 3.10 or newer is missing: {}", install("python3 python3-venv", "python"));
    };
    let version = |python: &Path| -> Option<(u32, u32)> {
        let printed = printed_by(python, &["-c", "import sys; print(*sys.version_info[:2])"])?;
        let (major, minor) = printed.split_once(' ')?;
        Some((major.parse().ok()?, minor.parse().ok()?))
    };
    let Some(python) = candidates.iter().find(|python| version(python) >= Some(OLDEST_PYTHON))
    else {
        let found = match version(first) {
            Some((major, minor)) => format!("{} is {major}.{minor}", first.display()),
            None => format!("{} does not run", first.display()),
        };
        bail!("Python 3.10 or newer is missing ({found}): {}", install("python3", "python"));
    };
    if printed_by(python, &["-c", "import ensurepip, venv"]).is_none() {
        bail!("{} has no venv module: {}", python.display(), install("python3-venv", "python"));
    }
    Ok(python.clone())
}

/// The cargo on the `PATH`.
///
/// # Errors
///
/// There is none.
pub fn cargo() -> Result<PathBuf> {
    find("cargo").context("cargo is not on the PATH: install Rust from rustup.rs")
}

/// The source of the standard library, from which the kernel learns the types of variables:
/// `RUST_SRC_PATH` where it is set, else the folder `library` of the `rust-src` component.
/// Where the component is missing and rustup is there, rustup adds it.
///
/// # Errors
///
/// There is no rustc, or no way to add the source; the error names the command that mends it.
pub fn standard_library() -> Result<PathBuf> {
    if let Some(named) = std::env::var_os("RUST_SRC_PATH") {
        let named = PathBuf::from(named);
        if !named.join("std").is_dir() {
            bail!("RUST_SRC_PATH is {}, which has no folder std: unset it", named.display());
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
            install("rust-src", "rustup component add rust-src")
        );
    };
    eprintln!("Adding the Rust component rust-src with rustup (a few seconds) …");
    let added = Command::new(rustup).args(["component", "add", "rust-src"]).status()?;
    if !added.success() || !library.join("std").is_dir() {
        bail!("rustup could not add rust-src: go online and run `rustup component add rust-src`");
    }
    Ok(library)
}

fn rustc() -> Result<PathBuf> {
    find("rustc").context("rustc is not on the PATH: install Rust from rustup.rs")
}

/// The version of the compiler, with its commit.
///
/// # Errors
///
/// There is no rustc.
pub fn compiler() -> Result<String> {
    let rustc = rustc()?;
    printed_by(&rustc, &["-vV"]).context("rustc does not run")
}

/// What `program` prints, without the line end, if it succeeds.
fn printed_by(program: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim_end().to_string())
}

/// The command that installs Debian's `packages`, or what other systems call it.
fn install(packages: &str, elsewhere: &str) -> String {
    if find("apt-get").is_some() || cfg!(target_os = "linux") {
        format!("run `sudo apt install {packages}`, or what your system has in its place")
    } else if cfg!(target_os = "macos") && elsewhere == "python" {
        "run `brew install python`, or take it from python.org".into()
    } else if elsewhere == "python" {
        "run `winget install Python.Python.3.13`, or take it from python.org".into()
    } else {
        format!("run `{elsewhere}`")
    }
}
