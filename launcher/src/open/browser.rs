//! Opens the page in the learner's browser.

use std::ffi::OsStr;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::Result;
use installation::child;

use super::server_process::apart;
use crate::install::step::remove;

/// Python finds the browser; `BROWSER` may name one.
const OPEN: &str = "\
import pathlib, sys, webbrowser
page = sys.argv[1]
webbrowser.open(page if page.startswith('http:') else pathlib.Path(page).as_uri())
";

/// A file that redirects to the page; it is removed when this is dropped. The page's address
/// contains the token, which other users of the machine would see among the browser's arguments.
/// Only its owner can read this file.
pub(crate) struct Redirect(PathBuf);

impl Redirect {
    /// Writes the file into the first folder that is writable.
    fn write(url: &str, name: &str, folders: &[PathBuf]) -> Option<Redirect> {
        let page = format!(
            "<!doctype html>\n<meta charset=\"utf-8\">\n<title>UDP, hands on</title>\n\
             <meta http-equiv=\"refresh\" content=\"0; url={url}\">\n<a href=\"{url}\">{url}</a>\n"
        );
        let written = |folder: &PathBuf| -> Result<Redirect> {
            let file = folder.join(format!("jupyterlab-{name}.html"));
            remove(&file)?; // left by a launcher that was killed
            let mut options = OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            options.open(&file)?.write_all(page.as_bytes())?;
            Ok(Redirect(file))
        };
        folders.iter().find_map(|folder| written(folder).ok())
    }
}

impl Drop for Redirect {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// The folder of the launcher's program. Ubuntu's browser, a snap, cannot read hidden folders, and the
/// cache folder is in one.
pub(crate) fn beside_the_launcher() -> Option<PathBuf> {
    std::env::current_exe().ok().and_then(|own| own.parent().map(Path::to_path_buf))
}

/// Opens the page at `url` through a file with this name. Does not report failures: the terminal
/// shows the address anyway.
pub(crate) fn open(python: &Path, url: &str, name: &str, run: &Path) -> Option<Redirect> {
    let folders: Vec<PathBuf> =
        beside_the_launcher().into_iter().chain([run.to_path_buf()]).collect();
    // A Windows browser cannot read WSL's files. Showing the token is safe: a WSL machine has one
    // user.
    let is_wsl = std::env::var_os("WSL_DISTRO_NAME").is_some();
    let redirect = if is_wsl { None } else { Redirect::write(url, name, &folders) };
    let page = redirect.as_ref().map_or(url.as_ref(), |redirect| redirect.0.as_os_str());
    show(python, page);
    redirect
}

/// Opens an address or a file in the browser.
pub(crate) fn show(python: &Path, page: &OsStr) {
    let mut command = child::command(python);
    // Without TERM, Python does not pick a text browser, which would take over this terminal.
    command.args(["-I", "-c", OPEN]).arg(page).env_remove("TERM");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let _ = apart(&mut command).spawn();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_user_can_read_the_file_and_dropping_the_owner_removes_it() {
        let folder = tempfile::tempdir().unwrap();
        let folders = [folder.path().join("not there"), folder.path().to_path_buf()];
        for _ in 0..2 {
            let redirect = Redirect::write("http://127.0.0.1:8888/lab", "8888", &folders).unwrap();
            let file = folder.path().join("jupyterlab-8888.html");
            assert!(fs::read_to_string(&file).unwrap().contains("url=http://127.0.0.1:8888/lab"));
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
            }
            std::mem::forget(redirect); // as if its launcher were killed
        }
        drop(Redirect::write("http://127.0.0.1:8888/lab", "8888", &folders));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
