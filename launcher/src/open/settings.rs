//! The settings that a reader makes in JupyterLab's page. They outlive a run.
//!
//! JupyterLab keeps the language of its menus among them. So each language has a folder of its own, and a
//! start in one changes nothing in another.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::PathBuf;

use anyhow::{Context, Result};
use installation::folder::Installation;
use serde_json::json;

/// Where JupyterLab keeps the language of its menus, in the folder of settings.
const LANGUAGE: &str = "@jupyterlab/translation-extension/plugin.jupyterlab-settings";

/// The folder of the settings for menus in the language that JupyterLab calls `locale`, or in English. In a
/// new folder, writes down the language. A reader may choose another there, which stays.
pub(crate) fn folder(installation: &Installation, locale: Option<&str>) -> Result<PathBuf> {
    let Some(locale) = locale else { return Ok(installation.state().join("settings")) };
    let folder = installation.state().join(format!("settings-{locale}"));
    let file = folder.join(LANGUAGE);
    fs::create_dir_all(file.parent().expect("it is in the folder"))?;
    match File::create_new(&file) {
        Ok(mut new) => writeln!(new, "{}", json!({ "locale": locale }))?,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => {
            return Err(error).with_context(|| format!("cannot write {}", file.display()));
        }
    }
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_written_once_and_english_gets_no_settings() {
        let cache = tempfile::tempdir().unwrap();
        let installation = Installation::at(cache.path().to_path_buf());
        assert_eq!(folder(&installation, None).unwrap(), installation.state().join("settings"));
        assert!(!installation.state().exists());
        let written = folder(&installation, Some("ja_JP")).unwrap().join(LANGUAGE);
        assert_eq!(fs::read_to_string(&written).unwrap(), "{\"locale\":\"ja_JP\"}\n");
        fs::write(&written, "the reader's").unwrap();
        folder(&installation, Some("ja_JP")).unwrap();
        assert_eq!(fs::read_to_string(&written).unwrap(), "the reader's");
        assert!(!installation.state().join("settings").exists());
    }
}
