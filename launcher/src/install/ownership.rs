//! Ownership of the cache folder: its mark, which tells it from other folders, and its lock.

use std::fs::{self, File, TryLockError};
use std::io::ErrorKind;

use anyhow::{Context, Result, bail};
use installation::folder::{CACHE_VARIABLE, Installation, LOCK, MARK};

/// The content of the file that marks the folder.
const MARK_TEXT: &str = "Signature: 8a477f597d28d172789f06886806bc55\n\
     # Made by `cargo lab` of \"UDP, hands on\"; `cargo lab clean` removes this folder.\n";

/// What exists at the cache folder's path.
#[derive(Debug, PartialEq)]
pub(crate) enum Found {
    /// Nothing, or an empty folder.
    Nothing,
    /// A folder with the mark.
    Own,
    /// Something else.
    Foreign,
}

/// Makes the folder the launcher's own and locks it until the returned file is dropped. If another
/// launcher holds the lock, calls `waiting` and waits.
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
                "cannot lock {path}: set {CACHE_VARIABLE} to a folder on a disk of this machine"
            )
        })?;
        // `clean` may have removed the file in the meantime.
        if path.exists() {
            return Ok(file);
        }
    }
}

/// Creates the folder, or checks that it is the launcher's own.
pub(super) fn take(installation: &Installation) -> Result<()> {
    let root = installation.root().display();
    match found(installation)? {
        Found::Own => return Ok(()),
        Found::Foreign => bail!(refusal(installation)),
        Found::Nothing => {}
    }
    fs::create_dir_all(installation.root())
        .with_context(|| format!("cannot create the cache folder {root}"))?;
    fs::write(installation.root().join(MARK), MARK_TEXT)
        .with_context(|| format!("cannot write into the cache folder {root}"))
}

pub(crate) fn refusal(installation: &Installation) -> String {
    format!(
        "{} is not a folder that `cargo lab` created, so it stays as it is: move it, or set \
         {CACHE_VARIABLE} to another folder",
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
    // The mark may be half written: another launcher is starting, or was killed.
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
    fn an_empty_folder_is_taken_and_a_foreign_one_is_refused() {
        let (_parent, installation) = folder();
        assert_eq!(found(&installation).unwrap(), Found::Nothing);
        fs::create_dir(installation.root()).unwrap();
        drop(lock(&installation, || panic!("no one holds it")).unwrap());
        assert_eq!(found(&installation).unwrap(), Found::Own);

        let (_parent, installation) = folder();
        fs::create_dir_all(installation.venv()).unwrap();
        let error = lock(&installation, || {}).unwrap_err().to_string();
        assert!(error.contains("is not a folder that `cargo lab` created"), "{error}");
        assert!(installation.venv().exists() && !installation.root().join(LOCK).exists());
    }

    #[test]
    fn a_half_written_mark_or_one_of_another_program_does_not_count() {
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
