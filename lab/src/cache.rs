//! The one folder that everything is installed in.

use std::fs::File;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::setup::KERNEL_VERSION;

/// The environment variable that names another cache folder, for tests and for full disks.
pub const CACHE_VARIABLE: &str = "UDP_TUTORIAL_CACHE";

/// The cache folder. Removing it undoes the set-up completely.
#[derive(Clone, Debug)]
pub struct Cache {
    root: PathBuf,
}

impl Cache {
    /// The folder named by [`CACHE_VARIABLE`], or `udp-tutorial` in the platform's cache folder.
    ///
    /// # Errors
    ///
    /// The platform has no cache folder: `HOME` is not set.
    pub fn locate() -> Result<Cache> {
        let root = match std::env::var_os(CACHE_VARIABLE) {
            Some(folder) => std::path::absolute(folder)?,
            None => dirs::cache_dir()
                .with_context(|| format!("no cache folder: set HOME, or {CACHE_VARIABLE}"))?
                .join("udp-tutorial"),
        };
        Ok(Cache { root })
    }

    /// The folder itself.
    pub fn root(&self) -> &PathBuf {
        &self.root
    }

    /// The Python environment that JupyterLab is installed in.
    pub fn venv(&self) -> PathBuf {
        self.root.join("venv")
    }

    /// A program of the Python environment, for example `python` or `jupyter`.
    pub fn venv_program(&self, name: &str) -> PathBuf {
        let (folder, suffix) = if cfg!(windows) { ("Scripts", ".exe") } else { ("bin", "") };
        self.venv().join(folder).join(format!("{name}{suffix}"))
    }

    /// Where `cargo install` puts the kernel.
    pub fn kernel_root(&self) -> PathBuf {
        self.root.join(format!("evcxr_jupyter-{KERNEL_VERSION}"))
    }

    /// The kernel's executable.
    pub fn kernel(&self) -> PathBuf {
        let name = format!("evcxr_jupyter{}", std::env::consts::EXE_SUFFIX);
        self.kernel_root().join("bin").join(name)
    }

    /// Where the kernel is compiled; kept while it is unfinished, so that the next run goes on.
    pub fn kernel_build(&self) -> PathBuf {
        self.root.join("build")
    }

    /// The folder for `JUPYTER_PATH`: it holds the kernelspec.
    pub fn jupyter_path(&self) -> PathBuf {
        self.root.join("jupyter")
    }

    /// The source of the standard library as the kernel reads it.
    pub fn standard_library(&self) -> PathBuf {
        self.root.join("std")
    }

    /// What JupyterLab itself keeps: its configuration, the theme chosen, IPython's history.
    pub fn state(&self) -> PathBuf {
        self.root.join("state")
    }

    /// Where each running lab has a temporary folder.
    pub fn runs(&self) -> PathBuf {
        self.root.join("run")
    }

    /// Waits until no other set-up is under way, and keeps others waiting until the file is
    /// dropped. `waiting` is called once if there is one.
    ///
    /// # Errors
    ///
    /// The cache folder cannot be made or written to.
    pub fn lock(&self, waiting: impl FnOnce()) -> Result<File> {
        std::fs::create_dir_all(&self.root)
            .with_context(|| format!("cannot make the cache folder {}", self.root.display()))?;
        let path = self.root.join("lock");
        let file =
            File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
        if file.try_lock().is_err() {
            waiting();
            file.lock().with_context(|| format!("cannot lock {}", path.display()))?;
        }
        Ok(file)
    }
}
