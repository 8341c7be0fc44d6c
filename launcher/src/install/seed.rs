//! The kernels' seeds: the dependencies of the notebooks' crates, in the versions of the clone's
//! Cargo.lock. They are compiled where a kernel can be warmed up, and source code elsewhere.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use installation::child;
use installation::folder::{Installation, KERNEL_VERSION};
use installation::tutorial::repository;
use serde_json::{Value, json};

use super::step::{SetUpStep, remove};
use super::subprocess::{run, say};
use super::tools;

/// Whether `start_kernel.py` starts the kernels and warms them up.
pub(crate) const IS_WARM: bool = cfg!(unix);

/// The folder of the crates that are not compiled.
const VENDORED: &str = "vendor";

/// The crates that notebooks import, the article's and the labs', with their folders in the clone.
/// Each has its own seed. `start_kernel.py` lists them too.
const CRATES: [(&str, &str); 2] = [("udp_tutorial", ""), ("udp_labs", "labs")];

/// Downloads the crates' dependencies, in the versions of the clone's Cargo.lock, and has a kernel
/// compile them. Does so again when the compiler or the crates have changed.
pub(crate) fn make(installation: &Installation, started_by: &Value, compiler: &str) -> Result<()> {
    let clone = repository();
    let made_from = format!("{KERNEL_VERSION}, for all users\n{compiler}\n{}", source(&clone)?);
    let step = SetUpStep { installation, name: "seed", made_from: &made_from };
    if step.is_done() && installation.seed().exists() {
        return Ok(());
    }
    step.undo(&installation.seed())?;
    let new = installation.root().join("new-seed");
    remove(&new)?;
    if IS_WARM {
        for (name, _) in CRATES {
            download(&clone, name, &new.join(name))?;
        }
        if !compile(installation, started_by, &clone, &new)? {
            // The kernels then compile the crates themselves, and the set-up cells show the error.
            say("The notebooks' crates do not compile: the set-up cells will show why.");
            return remove(&new);
        }
    } else {
        // The labs' crate depends on everything that the article's crate does.
        download(&clone, CRATES[1].0, &new)?;
        vendor(&new)?;
    }
    fs::rename(&new, installation.seed())?;
    step.done()
}

/// Has a kernel compile the downloaded crates. Returns whether it succeeded.
fn compile(
    installation: &Installation,
    started_by: &Value,
    clone: &Path,
    folder: &Path,
) -> Result<bool> {
    say(
        "Compiling what the notebooks' crates need (about 15 seconds, once for each version of Rust) …",
    );
    let mut make = child::command(installation.venv_program("python"));
    make.arg("-B").arg(installation.root().join("make_seed.py")).arg(installation.kernel());
    make.arg(clone.join("notebooks")).arg(folder);
    let environment = started_by["env"].as_object().into_iter().flatten();
    make.envs(environment.filter_map(|(name, value)| Some((name, value.as_str()?))));
    if !make.stdin(Stdio::null()).output()?.status.success() {
        return Ok(false);
    }
    // For users who may only read the installation; see `start_kernel.py`.
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(dirs::home_dir()?.join(".cargo"))).unwrap_or_default();
    for (name, _) in CRATES {
        fs::write(folder.join(name).join("CARGO_HOME"), home.as_os_str().as_encoded_bytes())?;
    }
    Ok(true)
}

/// The names and contents of all files that the crates are built from.
fn source(clone: &Path) -> Result<String> {
    let mut files = vec![clone.join("Cargo.lock")];
    for folder in CRATES.map(|(_, folder)| clone.join(folder)) {
        files.push(folder.join("Cargo.toml"));
        add_files(&folder.join("src"), &mut files)?;
    }
    files.sort();
    let name = |file: &Path| file.strip_prefix(clone).unwrap_or(file).display().to_string();
    let texts =
        files.iter().map(|file| Ok(format!("{}\n{}", name(file), fs::read_to_string(file)?)));
    texts.collect()
}

/// Adds the files in `folder` and below.
fn add_files(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { add_files(&path, files)? } else { files.push(path) }
    }
    Ok(())
}

/// Downloads the dependencies of the clone's crate `name`. Leaves in `folder` the crate into which
/// a kernel compiles its cells, with the part of the clone's Cargo.lock that this crate needs.
pub fn download(clone: &Path, name: &str, folder: &Path) -> Result<()> {
    let path = CRATES.iter().find(|(own, _)| *own == name).map(|(_, path)| clone.join(path));
    let path = path.with_context(|| format!("the clone has no crate {name}"))?;
    let path = path.to_str().context("the clone's path is not UTF-8: move the clone")?;
    let manifest = format!(
        "package = {{ name = 'ctx', version = '1.0.0', edition = '2024' }}\n\
         workspace = {{}}\n\
         dependencies = {{ {name} = {{ path = {} }} }}\n",
        json!(path) // TOML and JSON quote strings alike
    );
    fs::create_dir_all(folder.join("src"))?;
    fs::write(folder.join("src/lib.rs"), "")?;
    fs::write(folder.join("Cargo.toml"), manifest)?;
    fs::copy(clone.join("Cargo.lock"), folder.join("Cargo.lock"))?;
    let fetch = |offline: &[&str]| -> Result<Command> {
        let mut cargo = child::command(tools::cargo()?);
        cargo.args(["fetch", "--quiet"]).args(offline).current_dir(folder);
        Ok(cargo)
    };
    let there = fetch(&["--offline"])?.stderr(Stdio::null()).status();
    if !there.is_ok_and(|status| status.success()) {
        say(&format!("Downloading what the crate {name} needs (a few seconds) …"));
        run(&mut fetch(&[])?)?;
    }
    Ok(())
}

/// Copies the crates of [`download`] into `folder` and makes them the only crates for a Cargo whose
/// home is [`cargo_home`]. That Cargo uses exactly these versions and needs no network.
pub fn vendor(folder: &Path) -> Result<()> {
    let mut cargo = child::command(tools::cargo()?);
    run(cargo.args(["vendor", "--quiet", "--locked", VENDORED]).current_dir(folder))?;
    let home = cargo_home(folder);
    fs::create_dir_all(&home)?;
    // Cargo resolves the path relative to the folder that its home is in.
    let configuration = format!(
        "[source.crates-io]\nreplace-with = 'locked'\n\n\
         [source.locked]\ndirectory = '{VENDORED}'\n"
    );
    Ok(fs::write(home.join("config.toml"), configuration)?)
}

/// The home for a Cargo that uses the crates in `folder`.
pub fn cargo_home(folder: &Path) -> PathBuf {
    folder.join("cargo-home")
}
