//! What makes a kernel of `cargo lab` answer at once, where a stock kernel opens the notebooks just
//! as well, but slower.
//!
//! - The kernel reads a smaller copy of the standard library, see [`super::library`].
//! - What the set-up cells need was downloaded and compiled at the set-up: the seed.
//! - The kernel pays at its start what it would pay in the reader's first cells: the kernelspec
//!   starts it by `start_kernel.py`, which says how. Windows cannot do that and starts it as it is.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value, json};

use super::cache::{Cache, KERNEL_VERSION};
use super::command::{run, say};
use super::step::{Step, remove};
use super::tools;
use crate::clone::{NOTEBOOKS, repository};

/// The programs that start and warm a kernel, run by the Python of JupyterLab.
const PROGRAMS: [(&str, &str); 2] = [
    ("start_kernel.py", include_str!("start_kernel.py")),
    ("make_seed.py", include_str!("make_seed.py")),
];

/// Lets the kernel write its own kernelspec, changes it to start a warm kernel, and makes the seed.
///
/// # Errors
///
/// The cache folder cannot be written to, or something is missing and there is no network.
pub(crate) fn install(cache: &Cache, compiler: &str) -> Result<()> {
    let step = Step { cache, name: "kernelspec", made_from: KERNEL_VERSION };
    let file = cache.jupyter_path().join("kernels/rust/kernel.json");
    if !step.is_done() || !file.exists() {
        step.undo(&cache.jupyter_path())?;
        install_stock(cache, &cache.jupyter_path())?;
    }
    let before: Value = serde_json::from_str(&fs::read_to_string(&file)?)?;
    let kernelspec = warm(cache, before.clone())?;
    if kernelspec != before {
        fs::write(&file, serde_json::to_string_pretty(&kernelspec)?)?;
    }
    step.done()?;
    make_seed(cache, &kernelspec, compiler)
}

/// Removes what kernels that have ended left in the folder for temporary files, if anything.
pub fn remove_left(cache: &Cache) {
    if cfg!(unix) {
        let mut remove = Command::new(cache.venv_program("python"));
        remove.arg("-B").arg(cache.root().join(PROGRAMS[0].0)).stdin(Stdio::null());
        let _ = remove.output(); // the next kernel tries again
    }
}

/// Lets the kernel write its own kernelspec into `jupyter_path`.
///
/// # Errors
///
/// The kernel is not installed, or cannot write there.
pub fn install_stock(cache: &Cache, jupyter_path: &Path) -> Result<()> {
    let output = Command::new(cache.kernel())
        .arg("--install")
        .env("JUPYTER_PATH", jupyter_path)
        .output()
        .with_context(|| format!("cannot run {}", cache.kernel().display()))?;
    let report = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "the kernel could not be registered: {report}");
    Ok(())
}

/// The kernelspec that starts a warm kernel.
fn warm(cache: &Cache, mut kernelspec: Value) -> Result<Value> {
    let mut environment = Map::new();
    let mut set = |name: &str, value: &str| environment.insert(name.into(), json!(value));
    let path = |path: &Path| path.to_string_lossy().into_owned();
    set("RUST_SRC_PATH", &path(&cache.standard_library()));
    // The kernel's allocator would round its memory up to huge pages.
    set("MIMALLOC_ALLOW_THP", "0");
    // A panic's message is enough in a notebook; the backtrace shows the kernel, not the cell.
    set("RUST_LIB_BACKTRACE", "0");
    if cfg!(unix) {
        for (name, text) in PROGRAMS {
            fs::write(cache.root().join(name), text)?;
        }
        let [python, program, kernel] =
            [cache.venv_program("python"), cache.root().join("start_kernel.py"), cache.kernel()];
        kernelspec["argv"] =
            json!([path(&python), "-B", path(&program), path(&kernel), "{connection_file}"]);
    }
    kernelspec["env"] = Value::Object(environment);
    Ok(kernelspec)
}

/// Downloads what the helper crate depends on, in the versions of the clone's Cargo.lock, and lets
/// a kernel compile it, anew for each version of the compiler and of the crate.
fn make_seed(cache: &Cache, kernelspec: &Value, compiler: &str) -> Result<()> {
    let clone = repository();
    let made_from = format!("{KERNEL_VERSION}\n{compiler}\n{}", source(&clone)?);
    let step = Step { cache, name: "seed", made_from: &made_from };
    if step.is_done() && cache.seed().exists() {
        return Ok(());
    }
    step.undo(&cache.seed())?;
    let new = cache.root().join("new-seed");
    remove(&new)?;
    download(&clone, &new)?;
    if cfg!(unix) {
        say("Compiling what the notebooks' crate needs (about a quarter of a minute, once) …");
        let mut make = Command::new(cache.venv_program("python"));
        make.arg("-B").arg(cache.root().join("make_seed.py")).arg(cache.kernel());
        make.arg(clone.join(NOTEBOOKS[0]).parent().expect("it is in a folder")).arg(&new);
        let environment = kernelspec["env"].as_object().into_iter().flatten();
        make.envs(environment.filter_map(|(name, value)| Some((name, value.as_str()?))));
        let made = make.stdin(Stdio::null()).output()?;
        if !made.status.success() {
            // The reader's set-up cell shows why; the kernels compile it themselves then.
            say("It cannot be compiled: the set-up cells will show why.");
            return remove(&new);
        }
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
    let texts =
        files.iter().map(|file| Ok(format!("{}\n{}", file.display(), fs::read_to_string(file)?)));
    texts.collect()
}

/// Downloads what the helper crate depends on. In `folder` it leaves the crate that a kernel compiles
/// its cells as, with the Cargo.lock of the clone, less what it does not need.
fn download(clone: &Path, folder: &Path) -> Result<()> {
    let manifest = format!(
        "package = {{ name = 'ctx', version = '1.0.0', edition = '2024' }}\n\
         workspace = {{}}\n\
         dependencies = {{ udp_tutorial = {{ path = {clone:?} }} }}\n"
    );
    fs::create_dir_all(folder.join("src"))?;
    fs::write(folder.join("src/lib.rs"), "")?;
    fs::write(folder.join("Cargo.toml"), manifest)?;
    fs::copy(clone.join("Cargo.lock"), folder.join("Cargo.lock"))?;
    let fetch = |offline: &[&str]| -> Result<Command> {
        let mut cargo = Command::new(tools::cargo()?);
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
