//! The folder of a running JupyterLab, for files that JupyterLab needs only during this run.
//!
//! Beside the folder is a file of the same name with the extension `lock`. The launcher locks the
//! file before it creates the folder, and holds the lock until it ends, however it ends. So if a
//! file is not locked, its folder was left behind.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use installation::folder::Installation;

use crate::install::step::remove;

const ENDING: &str = "lock";

/// The folder of a run, which is removed when this is dropped.
#[derive(Debug)]
pub struct RunFolder {
    folder: PathBuf,
    alive: File,
}

impl RunFolder {
    /// Creates the folder for a new run.
    pub fn start(installation: &Installation) -> Result<RunFolder> {
        RunFolder::create(&installation.runs())
    }

    /// Creates a folder in `parent`, and removes those that were left behind there.
    pub(crate) fn in_parent(parent: &Path) -> Result<RunFolder> {
        let folder = RunFolder::create(parent)?;
        left_behind(parent)?.clear(); // dropping them removes them
        Ok(folder)
    }

    /// Creates a folder that only this user may enter.
    fn create(parent: &Path) -> Result<RunFolder> {
        fs::create_dir_all(parent)?;
        loop {
            let folder = parent.join(uuid::Uuid::new_v4().simple().to_string());
            let file = folder.with_extension(ENDING);
            let alive = File::create_new(&file)?;
            alive.lock().with_context(|| format!("cannot lock {}", file.display()))?;
            // Before it was locked, another launcher may have removed it as one left behind.
            if file.exists() {
                let mut new = fs::DirBuilder::new();
                #[cfg(unix)]
                std::os::unix::fs::DirBuilderExt::mode(&mut new, 0o700);
                new.create(&folder)?;
                return Ok(RunFolder { folder, alive });
            }
        }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The folders that were left behind because their launchers were killed.
    pub fn left_behind(installation: &Installation) -> Result<Vec<RunFolder>> {
        left_behind(&installation.runs())
    }
}

impl Drop for RunFolder {
    fn drop(&mut self) {
        let _ = remove(&self.folder);
        // Before it is unlocked: whoever waits for the lock then sees that the file is gone.
        let _ = remove(&self.folder.with_extension(ENDING));
        let _ = self.alive.unlock();
    }
}

fn left_behind(parent: &Path) -> Result<Vec<RunFolder>> {
    let mut left = Vec::new();
    for file in locks(parent)? {
        // Another launcher may have removed it in the meantime.
        let Ok(alive) = File::open(&file) else { continue };
        if alive.try_lock().is_ok() {
            left.push(RunFolder { folder: file.with_extension(""), alive });
        }
    }
    Ok(left)
}

/// The folders of the running JupyterLabs of this installation.
pub fn under_way(installation: &Installation) -> Result<Vec<PathBuf>> {
    let is_locked = |file: &PathBuf| {
        let file = File::open(file);
        file.is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
    };
    let running = locks(&installation.runs())?.into_iter().filter(is_locked);
    Ok(running.map(|file| file.with_extension("")).collect())
}

fn locks(parent: &Path) -> Result<Vec<PathBuf>> {
    if !parent.exists() {
        return Ok(Vec::new());
    }
    let files =
        fs::read_dir(parent).with_context(|| format!("cannot read {}", parent.display()))?;
    let files = files.flatten().map(|entry| entry.path());
    Ok(files.filter(|file| file.extension().is_some_and(|ending| ending == ENDING)).collect())
}
