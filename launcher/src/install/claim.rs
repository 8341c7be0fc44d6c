//! Whose the cache folder is: how it is told from other people's, and who may change it.

use std::fs::{self, File, TryLockError};
use std::io::ErrorKind;

use anyhow::{Context, Result, bail};

use super::installation::{CACHE_VARIABLE, Cache, LOCK, MARK};

/// What the file says that marks the folder.
const MARK_TEXT: &str = "Signature: 8a477f597d28d172789f06886806bc55\n\
     # Made by `cargo lab` of \"UDP, hands on\"; `cargo lab clean` removes this folder.\n";

/// What is found at the place of the cache folder.
#[derive(Debug, PartialEq)]
pub(crate) enum Found {
    /// Nothing, or a folder that holds nothing.
    Nothing,
    /// A folder with the mark.
    Own,
    /// Something else.
    Foreign,
}

impl Cache {
    /// Makes the folder of this user's own things the launcher's, beside a shared installation.
    ///
    /// # Errors
    ///
    /// There is a folder with somebody else's files, or it cannot be written to.
    pub(super) fn take_own(&self) -> Result<()> {
        Cache::at(self.own.clone()).take()
    }

    /// Makes the folder the launcher's own, waits until no other launcher changes it, and keeps
    /// others waiting until the file is dropped. `waiting` is called if there is one.
    ///
    /// # Errors
    ///
    /// There is a folder with somebody else's files, or the cache folder cannot be written to.
    pub fn lock(&self, waiting: impl Fn()) -> Result<File> {
        let path = self.root.join(LOCK);
        loop {
            self.take()?;
            let file =
                File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
            let locked = match file.try_lock() {
                Err(TryLockError::WouldBlock) => {
                    waiting();
                    file.lock()
                }
                Err(TryLockError::Error(error)) => Err(error),
                Ok(()) => Ok(()),
            };
            locked.with_context(|| {
                let path = path.display();
                format!("cannot lock {path}: name a folder on a disk of this machine in {CACHE_VARIABLE}")
            })?;
            // `clean` may have removed the file that was waited for.
            if path.exists() {
                return Ok(file);
            }
        }
    }

    /// Makes the folder, or makes sure that it is the launcher's own.
    fn take(&self) -> Result<()> {
        let root = self.root.display();
        match self.found()? {
            Found::Own => return Ok(()),
            Found::Foreign => bail!(self.refusal()),
            Found::Nothing => {}
        }
        fs::create_dir_all(&self.root)
            .with_context(|| format!("cannot make the cache folder {root}"))?;
        fs::write(self.root.join(MARK), MARK_TEXT)
            .with_context(|| format!("cannot write into the cache folder {root}"))
    }

    pub(crate) fn refusal(&self) -> String {
        format!(
            "{} is not a folder that `cargo lab` has made, and stays as it is: move it, or name \
             another folder in {CACHE_VARIABLE}",
            self.root.display()
        )
    }

    pub(crate) fn found(&self) -> Result<Found> {
        let mut entries = match fs::read_dir(&self.root) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Found::Nothing),
            Err(error) if error.kind() == ErrorKind::NotADirectory => return Ok(Found::Foreign),
            Err(error) => {
                return Err(error).context(format!("cannot read {}", self.root.display()));
            }
        };
        let mark = fs::read_to_string(self.root.join(MARK)).ok();
        if mark.as_deref() == Some(MARK_TEXT) {
            return Ok(Found::Own);
        }
        // A mark may be half written: another launcher starts, or one was killed.
        let begun = mark.is_some_and(|mark| MARK_TEXT.starts_with(&mark));
        let only_that =
            entries.all(|entry| begun && entry.is_ok_and(|entry| entry.file_name() == MARK));
        Ok(if only_that { Found::Nothing } else { Found::Foreign })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::install::installation::NAME;
    use tempfile::TempDir;

    fn folder() -> (TempDir, Cache) {
        let parent = tempfile::tempdir().unwrap();
        let cache = Cache::at(parent.path().join(NAME));
        (parent, cache)
    }

    #[test]
    fn an_empty_folder_is_taken_and_another_one_is_refused() {
        let (_parent, cache) = folder();
        assert_eq!(cache.found().unwrap(), Found::Nothing);
        fs::create_dir(cache.root()).unwrap();
        drop(cache.lock(|| panic!("nobody has it")).unwrap());
        assert_eq!(cache.found().unwrap(), Found::Own);

        let (_parent, cache) = folder();
        fs::create_dir_all(cache.venv()).unwrap();
        let error = cache.lock(|| {}).unwrap_err().to_string();
        assert!(error.contains("is not a folder that `cargo lab` has made"), "{error}");
        assert!(cache.venv().exists() && !cache.root().join(LOCK).exists());
    }

    #[test]
    fn a_mark_that_is_half_written_or_of_another_program_is_none() {
        let (_parent, cache) = folder();
        fs::create_dir(cache.root()).unwrap();
        for (text, found) in [
            ("", Found::Nothing),
            (&MARK_TEXT[..20], Found::Nothing),
            ("Signature: 8a477f597d28d172789f06886806bc55\n# cargo", Found::Foreign),
        ] {
            fs::write(cache.root().join(MARK), text).unwrap();
            assert_eq!(cache.found().unwrap(), found, "{text:?}");
        }
        fs::write(cache.root().join("letter.txt"), "mine").unwrap();
        fs::write(cache.root().join(MARK), "").unwrap();
        assert_eq!(cache.found().unwrap(), Found::Foreign);
    }
}
