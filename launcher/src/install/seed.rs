//! The seed of the kernels: what the helper crate depends on, in the versions of the clone's
//! Cargo.lock, compiled where a kernel can be warmed, and as source elsewhere.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::command::{run, say};
use super::installation::{Cache, KERNEL_VERSION};
use super::step::{Step, remove};
use super::tools;
use crate::child;
use crate::tutorial::{NOTEBOOKS, repository};

/// Whether `start_kernel.py` starts the kernels, which warms them.
pub(crate) const IS_WARM: bool = cfg!(unix);

/// Where the crates lie that are not compiled.
const VENDORED: &str = "vendor";

/// Downloads what the helper crate depends on, in the versions of the clone's Cargo.lock, and lets
/// a kernel compile it, anew for each version of the compiler and of the crate.
pub(crate) fn make(cache: &Cache, started_by: &Value, compiler: &str) -> Result<()> {
    let clone = repository();
    let made_from = format!("{KERNEL_VERSION}, for all users\n{compiler}\n{}", source(&clone)?);
    let step = Step { cache, name: "seed", made_from: &made_from };
    if step.is_done() && cache.seed().exists() {
        return Ok(());
    }
    step.undo(&cache.seed())?;
    let new = cache.root().join("new-seed");
    remove(&new)?;
    download(&clone, &new)?;
    if IS_WARM {
        say("Compiling what the notebooks' crate needs (about a quarter of a minute, once) …");
        let mut make = child::command(cache.venv_program("python"));
        make.arg("-B").arg(cache.root().join("make_seed.py")).arg(cache.kernel());
        make.arg(clone.join(NOTEBOOKS[0]).parent().expect("it is in a folder")).arg(&new);
        let environment = started_by["env"].as_object().into_iter().flatten();
        make.envs(environment.filter_map(|(name, value)| Some((name, value.as_str()?))));
        let made = make.stdin(Stdio::null()).output()?;
        if !made.status.success() {
            // The reader's set-up cell shows why; the kernels compile it themselves then.
            say("It cannot be compiled: the set-up cells will show why.");
            return remove(&new);
        }
        // For users that may only read the installation, see `start_kernel.py`.
        let home = env::var_os("CARGO_HOME").map(PathBuf::from);
        let home = home.or_else(|| Some(dirs::home_dir()?.join(".cargo"))).unwrap_or_default();
        fs::write(new.join("CARGO_HOME"), home.as_os_str().as_encoded_bytes())?;
    } else {
        vendor(&new)?;
    }
    fs::rename(&new, cache.seed())?;
    step.done()
}

/// All that the helper crate is made from.
fn source(clone: &Path) -> Result<String> {
    let mut files = vec![clone.join("Cargo.toml"), clone.join("Cargo.lock")];
    for entry in fs::read_dir(clone.join("src"))? {
        files.push(entry?.path());
    }
    files.sort();
    let name = |file: &Path| file.strip_prefix(clone).unwrap_or(file).display().to_string();
    let texts =
        files.iter().map(|file| Ok(format!("{}\n{}", name(file), fs::read_to_string(file)?)));
    texts.collect()
}

/// Downloads what the helper crate depends on. In `folder` it leaves the crate that a kernel compiles
/// its cells as, with the Cargo.lock of the clone, less what it does not need.
///
/// # Errors
///
/// The folder cannot be written to, or something is missing and there is no network.
pub fn download(clone: &Path, folder: &Path) -> Result<()> {
    let clone_path = clone.to_str().context("the clone's path is not UTF-8")?;
    let manifest = format!(
        "package = {{ name = 'ctx', version = '1.0.0', edition = '2024' }}\n\
         workspace = {{}}\n\
         dependencies = {{ udp_tutorial = {{ path = {} }} }}\n",
        json!(clone_path) // TOML writes a text as JSON does
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
        say("Downloading what the notebooks' crate needs (a few seconds) …");
        run(&mut fetch(&[])?)?;
    }
    Ok(())
}

/// Puts the crates of [`download`] into `folder` themselves, and makes it the only source of crates
/// for a Cargo whose home is [`cargo_home`]: it takes just these versions, and needs no network.
///
/// # Errors
///
/// The folder cannot be written to, or something is missing and there is no network.
pub fn vendor(folder: &Path) -> Result<()> {
    let mut cargo = child::command(tools::cargo()?);
    run(cargo.args(["vendor", "--quiet", "--locked", VENDORED]).current_dir(folder))?;
    let home = cargo_home(folder);
    fs::create_dir_all(&home)?;
    // The folder is named from the one that Cargo's home is in.
    let configuration = format!(
        "[source.crates-io]\nreplace-with = 'locked'\n\n\
         [source.locked]\ndirectory = '{VENDORED}'\n"
    );
    Ok(fs::write(home.join("config.toml"), configuration)?)
}

/// The home of a Cargo that takes the crates in `folder`.
pub fn cargo_home(folder: &Path) -> PathBuf {
    folder.join("cargo-home")
}
