//! `cargo lab fresh`: the committed notebooks back in place, and the reader's own beside them.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use installation::child;
use installation::tutorial::Tutorial;

use crate::install::tools;

/// The environment variable that names a folder with the committed notebooks, where the clone is none
/// of git's: in the image for classes.
pub const COMMITTED_VARIABLE: &str = "UDP_TUTORIAL_COMMITTED";

/// Puts the committed notebooks in place, those in the folder `committed`, or without it those of the
/// last commit. One that is not as committed is kept beside it under a name that was free, such as
/// `server-mine-1.ipynb`. Says on stderr what it did.
pub fn fresh(repository: &Path, committed: Option<&Path>) -> Result<()> {
    for path in Tutorial::read(repository)?.notebooks() {
        let path = path.as_str();
        let text = match committed {
            Some(folder) => fs::read(folder.join(path))
                .with_context(|| format!("there is no {path} in {}", folder.display()))?,
            None => of_git(repository, path)?,
        };
        let own = repository.join(path);
        if fs::read(&own).is_ok_and(|own| own == text) {
            eprintln!("{path} is as it was committed.");
            continue;
        }
        let kept = own.exists().then(|| keep(&own)).transpose()?;
        if let Err(error) = fs::write(&own, text) {
            if let Some(kept) = &kept {
                fs::rename(kept, &own)?;
            }
            return Err(error).with_context(|| format!("cannot write {}", own.display()));
        }
        match kept {
            Some(kept) => eprintln!("{path} is fresh; yours is {}", kept.display()),
            None => eprintln!("{path} is back."),
        }
    }
    eprintln!("A page that is open in JupyterLab asks when it saves next: choose Revert there.");
    Ok(())
}

/// A file of the last commit, as git puts it into the clone.
fn of_git(repository: &Path, path: &str) -> Result<Vec<u8>> {
    let git = tools::find("git").context("git is not on the PATH: install it, then try again")?;
    let mut git = child::command(git);
    git.arg("-C").arg(repository).args(["cat-file", "--filters", &format!("HEAD:./{path}")]);
    let shown = git.output().context("git does not run")?;
    if !shown.status.success() {
        let why = String::from_utf8_lossy(&shown.stderr);
        bail!("git knows no committed {path} here, so nothing is changed: {}", why.trim_end());
    }
    Ok(shown.stdout)
}

/// Gives a notebook the first free name beside it.
fn keep(notebook: &Path) -> Result<PathBuf> {
    let stem = notebook.file_stem().unwrap_or_default().to_string_lossy();
    let names = (1..).map(|number| notebook.with_file_name(format!("{stem}-mine-{number}.ipynb")));
    // A file that is made anew belongs to nobody else, so it may be replaced.
    let mut free = names.skip_while(|name| name.exists());
    let name = free.next().expect("there are enough numbers");
    File::create_new(&name)
        .and_then(|_| fs::rename(notebook, &name))
        .with_context(|| format!("cannot keep your notebook as {}", name.display()))?;
    Ok(name)
}
