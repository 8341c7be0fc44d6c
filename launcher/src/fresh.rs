//! `cargo lab fresh`: restores the committed notebooks, all or those of one part, in all languages, and keeps the
//! reader's own beside them.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use installation::child;
use installation::tutorial::{Side, Tutorial};

use crate::install::tools;

/// The environment variable that names a folder with the committed notebooks, for a clone without
/// git: the one in the image for classes.
pub const COMMITTED_VARIABLE: &str = "UDP_TUTORIAL_COMMITTED";

/// Restores the committed notebooks of the part named `part`, or of all parts if it is `None`, and their
/// translations. They come from the folder `committed`, or from the last commit if that is `None`. Keeps each changed
/// notebook beside the restored one under a free name, such as `server-mine-1.ipynb`, and reports on
/// stderr.
pub fn fresh(repository: &Path, part: Option<&str>, committed: Option<&Path>) -> Result<()> {
    let tutorial = Tutorial::read(repository)?;
    let paths = match part {
        Some(name) => {
            let all = tutorial.in_all_languages(tutorial.part(name)?).into_iter();
            all.flat_map(|part| Side::BOTH.map(|side| part.path(side))).collect()
        }
        None => tutorial.notebooks(),
    };
    for path in paths {
        let path = path.as_str();
        let text = match committed {
            Some(folder) => fs::read(folder.join(path))
                .with_context(|| format!("there is no {path} in {}", folder.display()))?,
            None => of_git(repository, path)?,
        };
        let own = repository.join(path);
        if fs::read(&own).is_ok_and(|own| own == text) {
            eprintln!("{path} is unchanged.");
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
            Some(kept) => eprintln!("{path} is restored; your version is now {}", kept.display()),
            None => eprintln!("{path} is restored."),
        }
    }
    eprintln!(
        "If a notebook is open in JupyterLab, its next save asks which version to keep: choose \
         Revert."
    );
    Ok(())
}

/// A file from the last commit, exactly as git would check it out.
fn of_git(repository: &Path, path: &str) -> Result<Vec<u8>> {
    let git = tools::find("git").context("git is not on the PATH: install it, then try again")?;
    let mut git = child::command(git);
    git.arg("-C").arg(repository).args(["cat-file", "--filters", &format!("HEAD:./{path}")]);
    let shown = git.output().context("cannot run git")?;
    if !shown.status.success() {
        let why = String::from_utf8_lossy(&shown.stderr);
        bail!("git has no committed {path} here, so yours stays as it is: {}", why.trim_end());
    }
    Ok(shown.stdout)
}

/// Renames a notebook to the first free name in its folder.
fn keep(notebook: &Path) -> Result<PathBuf> {
    let stem = notebook.file_stem().unwrap_or_default().to_string_lossy();
    let names = (1..).map(|number| notebook.with_file_name(format!("{stem}-mine-{number}.ipynb")));
    // `create_new` proves that the file is no one else's, so the rename may replace it.
    let mut free = names.skip_while(|name| name.exists());
    let name = free.next().expect("some number is free");
    File::create_new(&name)
        .and_then(|_| fs::rename(notebook, &name))
        .with_context(|| format!("cannot save your notebook as {}", name.display()))?;
    Ok(name)
}
