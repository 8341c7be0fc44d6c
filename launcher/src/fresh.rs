//! `cargo lab fresh`: the committed notebooks back in place, and the reader's own beside them.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Output;

use anyhow::{Context, Result, bail};

use crate::clone::NOTEBOOKS;
use crate::environment;
use crate::install::tools;

/// Puts the notebooks of the last commit in place; one that is not as committed is kept beside it
/// under a name that was free, such as `server-mine-1.ipynb`. Says on stderr what it did.
///
/// # Errors
///
/// The clone is none of git's, or a file cannot be renamed; every notebook is in place then.
pub fn fresh(repository: &Path) -> Result<()> {
    for path in NOTEBOOKS {
        let committed = git(repository, &["cat-file", "-e", &format!("HEAD:./{path}")])?;
        if !committed.status.success() {
            let why = String::from_utf8_lossy(&committed.stderr);
            bail!("git knows no committed {path} here, so nothing is changed: {}", why.trim_end());
        }
        if git(repository, &["diff", "--quiet", "HEAD", "--", path])?.status.success() {
            eprintln!("{path} is as it was committed.");
            continue;
        }
        let own = repository.join(path);
        let kept = own.exists().then(|| keep(&own)).transpose()?;
        let restored = git(repository, &["restore", "--source=HEAD", "--worktree", "--", path])?;
        if !restored.status.success() {
            if let Some(kept) = &kept {
                fs::rename(kept, &own)?;
            }
            bail!("git could not restore {path}: {}", String::from_utf8_lossy(&restored.stderr));
        }
        match kept {
            Some(kept) => eprintln!("{path} is fresh; yours is {}", kept.display()),
            None => eprintln!("{path} is back."),
        }
    }
    eprintln!("A page that is open in JupyterLab asks when it saves next: choose Revert there.");
    Ok(())
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

fn git(repository: &Path, arguments: &[&str]) -> Result<Output> {
    let git = tools::find("git").context("git is not on the PATH: install it, then try again")?;
    let output = environment::command(git).arg("-C").arg(repository).args(arguments).output();
    output.context("git does not run")
}
