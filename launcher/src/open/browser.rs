//! Opening the page in the learner's browser.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::Result;
use installation::child;

use super::server_process::apart;
use crate::install::step::remove;

/// Python's own way to find the browser; `BROWSER` may name one.
const OPEN: &str = "\
import pathlib, sys, webbrowser
page = sys.argv[1]
webbrowser.open(page if page.startswith('http:') else pathlib.Path(page).as_uri())
";

/// A file that leads to the page; it is removed when this is dropped. The page's address has the
/// token, which other users of the machine would see among the arguments of the browser. This file
/// can be read by its user alone.
pub(crate) struct Redirect(PathBuf);

impl Redirect {
    /// Writes it into the first folder that can be written to.
    fn write(url: &str, name: &str, folders: &[PathBuf]) -> Option<Redirect> {
        let page = format!(
            "<!doctype html>\n<meta charset=\"utf-8\">\n<title>UDP, hands on</title>\n\
             <meta http-equiv=\"refresh\" content=\"0; url={url}\">\n<a href=\"{url}\">{url}</a>\n"
        );
        let written = |folder: &PathBuf| -> Result<Redirect> {
            let file = folder.join(format!("jupyterlab-{name}.html"));
            remove(&file)?; // of a launcher that was killed
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

/// Opens the page at `url` by a file with this name. If that cannot be, nothing is said: the terminal shows the address.
pub(crate) fn open(python: &Path, url: &str, name: &str, run: &Path) -> Option<Redirect> {
    // Beside the launcher: Ubuntu's browser, a snap, reads no hidden folder, and the cache is in one.
    let beside = std::env::current_exe().ok().and_then(|own| own.parent().map(Path::to_path_buf));
    let folders: Vec<PathBuf> = beside.into_iter().chain([run.to_path_buf()]).collect();
    // The browser of Windows reads no file of WSL, and a machine with WSL has one user.
    let is_wsl = std::env::var_os("WSL_DISTRO_NAME").is_some();
    let redirect = if is_wsl { None } else { Redirect::write(url, name, &folders) };
    let page = redirect.as_ref().map_or(url.as_ref(), |redirect| redirect.0.as_os_str());
    let mut command = child::command(python);
    // Without a terminal no browser in text is found, which would want this one.
    command.args(["-I", "-c", OPEN]).arg(page).env_remove("TERM");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let _ = apart(&mut command).spawn();
    redirect
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_for_its_user_alone_and_goes_with_its_owner() {
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
            std::mem::forget(redirect); // its launcher is killed
        }
        drop(Redirect::write("http://127.0.0.1:8888/lab", "8888", &folders));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
