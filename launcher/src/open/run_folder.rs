//! The folder of a running JupyterLab: what JupyterLab needs for this run alone.
//!
//! Beside the folder lies a file of the same name with the ending `lock`. The launcher locks it
//! before it makes the folder and until it ends, however it ends; so a folder whose file nobody
//! locks was left behind.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use installation::folder::Installation;

use crate::install::step::remove;

const ENDING: &str = "lock";

/// The folder of this run; it is removed when it is dropped.
#[derive(Debug)]
pub struct RunFolder {
    folder: PathBuf,
    alive: File,
}

impl RunFolder {
    /// Makes a folder for a run.
    pub fn start(installation: &Installation) -> Result<RunFolder> {
        fs::create_dir_all(installation.runs())?;
        loop {
            let folder = installation.runs().join(uuid::Uuid::new_v4().simple().to_string());
            let file = folder.with_extension(ENDING);
            let alive = File::create_new(&file)?;
            alive.lock().with_context(|| format!("cannot lock {}", file.display()))?;
            // Before it was locked, another launcher may have taken it for one left behind.
            if file.exists() {
                fs::create_dir(&folder)?;
                return Ok(RunFolder { folder, alive });
            }
        }
    }

    /// The folder itself.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The folders of JupyterLabs that ended without removing them: their launchers were killed.
    pub fn left_behind(installation: &Installation) -> Result<Vec<RunFolder>> {
        let mut left = Vec::new();
        for file in locks(installation)? {
            // Another launcher may have removed it meanwhile.
            let Ok(alive) = File::open(&file) else { continue };
            if alive.try_lock().is_ok() {
                left.push(RunFolder { folder: file.with_extension(""), alive });
            }
        }
        Ok(left)
    }
}

impl Drop for RunFolder {
    fn drop(&mut self) {
        let _ = remove(&self.folder);
        let _ = self.alive.unlock();
        let _ = remove(&self.folder.with_extension(ENDING));
    }
}

/// The folders of the JupyterLabs that run, started with this installation.
pub fn under_way(installation: &Installation) -> Result<Vec<PathBuf>> {
    let is_locked = |file: &PathBuf| {
        let file = File::open(file);
        file.is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
    };
    let running = locks(installation)?.into_iter().filter(is_locked);
    Ok(running.map(|file| file.with_extension("")).collect())
}

fn locks(installation: &Installation) -> Result<Vec<PathBuf>> {
    let runs = installation.runs();
    if !runs.exists() {
        return Ok(Vec::new());
    }
    let files = fs::read_dir(&runs).with_context(|| format!("cannot read {}", runs.display()))?;
    let files = files.flatten().map(|entry| entry.path());
    Ok(files.filter(|file| file.extension().is_some_and(|ending| ending == ENDING)).collect())
}
