//! Whose the cache folder is: how it is told from other people's, and who may change it.

use std::fs::{self, File, TryLockError};
use std::io::ErrorKind;

use anyhow::{Context, Result, bail};
use installation::folder::{CACHE_VARIABLE, Installation, LOCK, MARK};

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

/// Makes the folder the launcher's own, waits until no other launcher changes it, and keeps
/// others waiting until the file is dropped. `waiting` is called if there is one.
pub fn lock(installation: &Installation, waiting: impl Fn()) -> Result<File> {
    let path = installation.root().join(LOCK);
    loop {
        take(installation)?;
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
            format!(
                "cannot lock {path}: name a folder on a disk of this machine in {CACHE_VARIABLE}"
            )
        })?;
        // `clean` may have removed the file that was waited for.
        if path.exists() {
            return Ok(file);
        }
    }
}

/// Makes the folder, or makes sure that it is the launcher's own.
pub(super) fn take(installation: &Installation) -> Result<()> {
    let root = installation.root().display();
    match found(installation)? {
        Found::Own => return Ok(()),
        Found::Foreign => bail!(refusal(installation)),
        Found::Nothing => {}
    }
    fs::create_dir_all(installation.root())
        .with_context(|| format!("cannot make the cache folder {root}"))?;
    fs::write(installation.root().join(MARK), MARK_TEXT)
        .with_context(|| format!("cannot write into the cache folder {root}"))
}

pub(crate) fn refusal(installation: &Installation) -> String {
    format!(
        "{} is not a folder that `cargo lab` has made, and stays as it is: move it, or name \
         another folder in {CACHE_VARIABLE}",
        installation.root().display()
    )
}

pub(crate) fn found(installation: &Installation) -> Result<Found> {
    let mut entries = match fs::read_dir(installation.root()) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(error) if error.kind() == ErrorKind::NotADirectory => return Ok(Found::Foreign),
        Err(error) => {
            return Err(error).context(format!("cannot read {}", installation.root().display()));
        }
    };
    let mark = fs::read_to_string(installation.root().join(MARK)).ok();
    if mark.as_deref() == Some(MARK_TEXT) {
        return Ok(Found::Own);
    }
    // A mark may be half written: another launcher starts, or one was killed.
    let begun = mark.is_some_and(|mark| MARK_TEXT.starts_with(&mark));
    let only_that =
        entries.all(|entry| begun && entry.is_ok_and(|entry| entry.file_name() == MARK));
    Ok(if only_that { Found::Nothing } else { Found::Foreign })
}

#[cfg(test)]
mod tests {
    use super::*;
    use installation::folder::NAME;
    use tempfile::TempDir;

    fn folder() -> (TempDir, Installation) {
        let parent = tempfile::tempdir().unwrap();
        let installation = Installation::at(parent.path().join(NAME));
        (parent, installation)
    }

    #[test]
    fn an_empty_folder_is_taken_and_another_one_is_refused() {
        let (_parent, installation) = folder();
        assert_eq!(found(&installation).unwrap(), Found::Nothing);
        fs::create_dir(installation.root()).unwrap();
        drop(lock(&installation, || panic!("nobody has it")).unwrap());
        assert_eq!(found(&installation).unwrap(), Found::Own);

        let (_parent, installation) = folder();
        fs::create_dir_all(installation.venv()).unwrap();
        let error = lock(&installation, || {}).unwrap_err().to_string();
        assert!(error.contains("is not a folder that `cargo lab` has made"), "{error}");
        assert!(installation.venv().exists() && !installation.root().join(LOCK).exists());
    }

    #[test]
    fn a_mark_that_is_half_written_or_of_another_program_is_none() {
        let (_parent, installation) = folder();
        fs::create_dir(installation.root()).unwrap();
        for (text, expected) in [
            ("", Found::Nothing),
            (&MARK_TEXT[..20], Found::Nothing),
            ("Signature: 8a477f597d28d172789f06886806bc55\n# cargo", Found::Foreign),
        ] {
            fs::write(installation.root().join(MARK), text).unwrap();
            assert_eq!(found(&installation).unwrap(), expected, "{text:?}");
        }
        fs::write(installation.root().join("letter.txt"), "mine").unwrap();
        fs::write(installation.root().join(MARK), "").unwrap();
        assert_eq!(found(&installation).unwrap(), Found::Foreign);
    }
}
