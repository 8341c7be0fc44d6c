//! `cargo lab clean`: removes what the launcher installed and nothing else.

use std::fs::{self, File};
use std::path::Path;

use anyhow::{Context, Result, bail};
use installation::folder::{Installation, LOCK, MARK};

use crate::install::ownership::{self, Found};
use crate::install::step::remove;
use crate::install::{kernelspec, register};
use crate::open::run_folder;

/// Removes everything that the launcher and the kernel put into the cache folder, and reports on
/// stderr. Other files in the folder stay. Links are removed, not followed.
pub fn clean(installation: &Installation) -> Result<()> {
    let root = installation.root();
    match ownership::found(installation)? {
        Found::Nothing => {
            eprintln!("Nothing is installed in {}", root.display());
            return Ok(());
        }
        Found::Foreign => bail!(ownership::refusal(installation)),
        Found::Own => {}
    }
    let lock = ownership::lock(installation, || {
        eprintln!("A set-up is running; waiting for it to finish …")
    })?;
    if !run_folder::under_way(installation)?.is_empty() {
        bail!("JupyterLab is running: stop it with Ctrl-C in its terminal first");
    }
    register::unregister(installation)?;
    kernelspec::remove_left(installation);
    let _ = kernelspec::temporary_folder().map(fs::remove_dir); // unless a kernel uses it
    remove_entries(root, lock)
}

/// Removes the launcher's own entries in `root`.
fn remove_entries(root: &Path, lock: File) -> Result<()> {
    let (own, others) = entries(root)?;
    let size: u64 = own.iter().map(|name| size(&root.join(name))).sum();
    eprintln!(
        "Removing {} ({:.1} MB): JupyterLab, the Rust kernel, and their data",
        root.display(),
        size as f64 / 1e6
    );
    // The stamps go first, so that nothing half removed looks installed. The mark goes last.
    let (last, rest): (Vec<&String>, Vec<&String>) =
        own.iter().partition(|name| [LOCK, MARK].contains(&name.as_str()));
    for name in std::iter::once(&"done".to_string()).chain(rest) {
        let path = root.join(name);
        remove(&path).with_context(|| format!("cannot remove {}", path.display()))?;
    }
    drop(lock);
    if !others.is_empty() {
        eprintln!("Not made by `cargo lab`, so left in place: {}", others.join(", "));
        return Ok(());
    }
    for name in last {
        remove(&root.join(name))?;
    }
    // If a user made a link to the folder, the link and its target belong to that user.
    if !root.is_symlink() {
        fs::remove_dir(root).with_context(|| format!("cannot remove {}", root.display()))?;
    }
    Ok(())
}

/// The names of the entries in `root`: first the launcher's own, then the others.
fn entries(root: &Path) -> Result<(Vec<String>, Vec<String>)> {
    let mut names = Vec::new();
    for entry in fs::read_dir(root)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names.into_iter().partition(|name| Installation::is_own(name)))
}

/// The size in bytes of the files at `path`, without following links.
fn size(path: &Path) -> u64 {
    let Ok(metadata) = path.symlink_metadata() else { return 0 };
    if !metadata.is_dir() {
        return metadata.len();
    }
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    entries.map(|entry| size(&entry.path())).sum()
}
