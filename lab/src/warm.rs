//! What makes a kernel of `cargo lab` answer at once: it pays at its start what it would pay in
//! the learner's first cells. A stock kernel opens the notebooks without any of it, slower.
//!
//! - The kernel learns the types of variables from the source of the standard library, and parsing
//!   that source is most of its start. It gets a folder with links to core, alloc and std alone.
//! - It compiles the helper crate's dependencies at its start, from what was downloaded at the
//!   set-up, so a set-up cell needs no network; compiled crates are kept for the next start.
//! - It runs a cell with a variable of a std type, the first of which is slow.
//!
//! The helper crate itself is not compiled at the start: an error in it would end the kernel
//! without a word, where the learner should see the compiler's message.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Result;
use serde_json::{Map, Value, json};
use toml::Table;

use crate::cache::Cache;
use crate::setup::{remove, run};
use crate::tools;

/// The helper crate's own list of dependencies.
const HELPER_CRATE: &str = include_str!("../../Cargo.toml");

/// The cell that a kernel runs at its start, after the one with the dependencies.
const PRELUDE: &str = "\
:offline 0
let first_variable = std::net::UdpSocket::bind((\"127.0.0.1\", 0)).expect(\"a loopback interface\");
drop(first_variable);
";

/// Writes the files that warm a kernel up, downloads what they need, and returns the environment
/// that points to them.
///
/// # Errors
///
/// The cache folder cannot be written to, or something is missing and there is no network.
pub fn prepare(cache: &Cache, library: &Path) -> Result<Map<String, Value>> {
    let mut environment = Map::new();
    let mut set = |name: &str, folder: &Path| {
        environment.insert(name.into(), json!(folder.to_string_lossy()));
    };
    let config = cache.root().join("kernel-config");
    let manifest: Table = HELPER_CRATE.parse()?;
    let dependencies = manifest["dependencies"].as_table().cloned().unwrap_or_default();
    download(&cache.root().join("dependencies"), &dependencies)?;
    fs::create_dir_all(&config)?;
    fs::write(config.join("init.evcxr"), first_cell(&dependencies))?;
    fs::write(config.join("prelude.rs"), PRELUDE)?;
    set("EVCXR_CONFIG_DIR", &config);
    // Where the platform lets it be chosen, compiled crates are kept in the cache folder.
    set("XDG_CACHE_HOME", cache.root());
    let slim = cache.root().join("std");
    if link_standard_library(library, &slim).is_ok() {
        set("RUST_SRC_PATH", &slim);
    }
    Ok(environment)
}

/// The cell that compiles the helper crate's dependencies.
fn first_cell(dependencies: &Table) -> String {
    let commands = dependencies.iter().map(|(name, version)| format!(":dep {name} = {version}\n"));
    format!(":cache 500\n:offline 1\n{}", commands.collect::<String>())
}

/// Downloads the helper crate's dependencies as the kernel will want them: its own resolution,
/// and for all platforms, where building this program needs one of them.
fn download(folder: &Path, dependencies: &Table) -> Result<()> {
    let mut manifest: Table = "package = { name = 'dependencies', edition = '2024' }\n\
                               workspace = {}\n\
                               lib = { path = 'lib.rs' }"
        .parse()?;
    manifest.insert("dependencies".into(), dependencies.clone().into());
    fs::create_dir_all(folder)?;
    fs::write(folder.join("lib.rs"), "")?;
    fs::write(folder.join("Cargo.toml"), manifest.to_string())?;
    let fetch = |offline: &[&str]| -> Result<Command> {
        let mut cargo = Command::new(tools::cargo()?);
        cargo.args(["fetch", "--quiet"]).args(offline).current_dir(folder);
        Ok(cargo)
    };
    let there = fetch(&["--offline"])?.stderr(Stdio::null()).status();
    if !there.is_ok_and(|status| status.success()) {
        eprintln!("Downloading what the notebooks' crate needs (a few seconds) …");
        run(&mut fetch(&[])?)?;
    }
    Ok(())
}

/// Makes `slim` a folder with links to the source of core, alloc and std.
fn link_standard_library(library: &Path, slim: &Path) -> Result<()> {
    for name in ["core", "alloc", "std"] {
        let (source, link) = (library.join(name).join("src"), slim.join(name).join("src"));
        if fs::read_link(&link).is_ok_and(|target| target == source) {
            continue;
        }
        remove(&slim.join(name))?;
        fs::create_dir_all(slim.join(name))?;
        #[cfg(unix)]
        std::os::unix::fs::symlink(source, link)?;
        #[cfg(windows)] // needs a permission that not every account has
        std::os::windows::fs::symlink_dir(source, link)?;
    }
    Ok(())
}
