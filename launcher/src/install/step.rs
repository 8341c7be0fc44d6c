//! A step of the set-up, and the stamp that it leaves.
//!
//! A step that succeeds leaves a stamp, a file that records what the step's result was made from. A
//! step whose stamp is missing or different runs again, so the next run repairs an interrupted
//! set-up.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use installation::folder::Installation;

pub(crate) struct SetUpStep<'a> {
    pub(crate) installation: &'a Installation,
    pub(crate) name: &'static str,
    pub(crate) made_from: &'a str,
}

impl SetUpStep<'_> {
    fn stamp(&self) -> PathBuf {
        self.installation.stamp(self.name)
    }

    pub(crate) fn is_done(&self) -> bool {
        fs::read_to_string(self.stamp()).is_ok_and(|made_from| made_from == self.made_from)
    }

    pub(crate) fn undo(&self, result: &Path) -> Result<()> {
        remove(&self.stamp())?;
        remove(result)
    }

    pub(crate) fn done(&self) -> Result<()> {
        fs::create_dir_all(self.stamp().parent().expect("the stamp is in a folder"))?;
        Ok(fs::write(self.stamp(), self.made_from)?)
    }
}

/// Removes a file, or a folder and its contents, if it exists.
pub fn remove(path: &Path) -> Result<()> {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", path.display()))
        }
        _ => Ok(()),
    }
}
