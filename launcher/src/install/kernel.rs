//! The Rust kernel for Jupyter: one already installed, else the release's binary, else compiled.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use installation::child;
use installation::folder::{Installation, KERNEL_VERSION};
use serde_json::Value;

use super::evcxr_release::{self, answers};
use super::progress::Progress;
use super::step::{SetUpStep, remove};
use super::subprocess::{run_and_watch, say};
use super::tools;

/// Settings that compile the kernel in about half the time.
const PROFILE: &str = include_str!("kernel_profile.toml");

/// The content of the stamp for a downloaded kernel.
fn fetched() -> String {
    format!("{KERNEL_VERSION} fetched")
}

/// Installs the kernel. With `compile`, downloads no binary and replaces one downloaded earlier.
pub(crate) fn install(
    installation: &Installation,
    compile: bool,
    progress: &Progress,
) -> Result<()> {
    let stamp = |made_from| SetUpStep { installation, name: "kernel", made_from };
    let fetched = fetched();
    let (own, of_release) = (stamp(KERNEL_VERSION), stamp(&fetched));
    if (own.is_done() || of_release.is_done() && !compile) && installation.kernel().exists() {
        return Ok(());
    }
    own.undo(&installation.kernel_root())?;
    if let Some(kernel) = existing(installation) {
        say(&format!(
            "Using the Rust kernel for Jupyter that Cargo installed: {}",
            kernel.display()
        ));
        put(&kernel, installation)?;
        return own.done();
    }
    if !compile {
        say(&format!("Downloading the Rust kernel for Jupyter, evcxr_jupyter {KERNEL_VERSION} …"));
        let done = evcxr_release::fetch(installation).and_then(|kernel| put(&kernel, installation));
        remove(&installation.download())?;
        match done {
            Ok(()) => return of_release.done(),
            Err(why) => say(&format!("Not using the release's binary: {why:#}.")),
        }
    }
    self::compile(installation, progress)?;
    own.done()
}

/// Finds a kernel of the right version on the `PATH` or in a folder that Cargo installs into.
fn existing(installation: &Installation) -> Option<PathBuf> {
    let name = format!("evcxr_jupyter{}", env::consts::EXE_SUFFIX);
    let mut places: Vec<PathBuf> =
        which::which_all("evcxr_jupyter").into_iter().flatten().collect();
    let roots = [env::var_os("CARGO_INSTALL_ROOT"), env::var_os("CARGO_HOME")];
    let roots = roots.into_iter().flatten().map(PathBuf::from);
    let roots = roots.chain(dirs::home_dir().map(|home| home.join(".cargo")));
    for place in roots.map(|root| root.join("bin").join(&name)).filter(|place| place.is_file()) {
        if !places.contains(&place) {
            places.push(place);
        }
    }
    places.into_iter().find(|place| {
        let right = if is_recorded(place) {
            answers(place, &installation.download()).map_err(|why| format!("{why:#}"))
        } else {
            Err(format!("Cargo has no record of it as an optimised evcxr_jupyter {KERNEL_VERSION}"))
        };
        let _ = remove(&installation.download());
        if let Err(why) = &right {
            say(&format!("Not using {}: {why}.", place.display()));
        }
        right.is_ok()
    })
}

/// Whether Cargo installed the right version at `kernel`, optimised. The kernel has no `--version`,
/// but Cargo keeps a record beside its `bin` folder.
fn is_recorded(kernel: &Path) -> bool {
    let record = || -> Option<Value> {
        let root = kernel.parent()?.parent()?;
        serde_json::from_str(&fs::read_to_string(root.join(".crates2.json")).ok()?).ok()
    };
    let right = format!("evcxr_jupyter {KERNEL_VERSION} ");
    record().is_some_and(|record| {
        let installed = record["installs"].as_object();
        let mut installed = installed.into_iter().flatten();
        installed.any(|(name, how)| name.starts_with(&right) && how["profile"] == "release")
    })
}

/// Puts a kernel in its place, as a hard link if possible: that takes no space, and it stays when
/// the original is removed or replaced.
fn put(kernel: &Path, installation: &Installation) -> Result<()> {
    let place = installation.kernel();
    fs::create_dir_all(place.parent().expect("it is in a folder"))?;
    let kernel = fs::canonicalize(kernel)?;
    if fs::hard_link(&kernel, &place).is_err() {
        fs::copy(&kernel, &place)?;
    }
    Ok(())
}

fn compile(installation: &Installation, progress: &Progress) -> Result<()> {
    let wanted = format!("evcxr_jupyter@{KERNEL_VERSION}");
    say(&format!(
        "Compiling the Rust kernel for Jupyter, {wanted} (about 5 minutes on 2 cores, once) …"
    ));
    let profile = installation.root().join("kernel_profile.toml");
    fs::write(&profile, PROFILE)?;
    let mut cargo = child::command(tools::cargo()?);
    cargo
        .args(["install", "--locked", &wanted, "--root"])
        .arg(installation.kernel_root())
        .arg("--target-dir")
        .arg(installation.kernel_build())
        .arg("--config")
        .arg(&profile)
        // Keeps the clone's Cargo configuration and workspace out of the build.
        .current_dir(installation.root());
    run_and_watch(&mut cargo, |report| progress.read(report))?;
    remove(&installation.kernel_build())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargos_record_gives_the_version_and_the_profile() {
        let root = tempfile::tempdir().unwrap();
        let kernel = root.path().join("bin/evcxr_jupyter");
        let source = "(registry+https://github.com/rust-lang/crates.io-index)";
        let record = |name: &str, profile: &str| {
            let text = format!(
                r#"{{ "installs": {{ "{name} {source}": {{ "profile": "{profile}" }} }} }}"#
            );
            fs::write(root.path().join(".crates2.json"), text).unwrap();
            is_recorded(&kernel)
        };
        assert!(!is_recorded(&kernel), "there is no record");
        assert!(record("evcxr_jupyter 0.22.0", "release"));
        assert!(!record("evcxr_jupyter 0.22.01", "release"));
        assert!(!record("evcxr_jupyter 0.21.1", "release"));
        assert!(!record("evcxr 0.22.0", "release"));
        assert!(!record("evcxr_jupyter 0.22.0", "debug"));
        fs::write(root.path().join(".crates2.json"), "no record").unwrap();
        assert!(!is_recorded(&kernel));
    }
}
