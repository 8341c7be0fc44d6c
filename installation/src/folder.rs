//! The one folder that everything is installed in, and the places in it.

use std::env;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::child;

/// The kernel that the notebooks are written for and tested with; its folder has the version in its
/// name.
pub const KERNEL_VERSION: &str = "0.22.0";

/// The environment variable that names another folder for the cache folder, for tests and for full
/// disks.
pub const CACHE_VARIABLE: &str = "UDP_TUTORIAL_CACHE";

/// The cache folder's name, in whatever folder it is.
pub const NAME: &str = "udp-tutorial";

/// How the folder of a kernel's version begins.
const KERNELS: &str = "evcxr_jupyter-";

/// The file that marks the folder as the launcher's own. Programs that make backups know it as
/// well: <https://bford.info/cachedir/>.
pub const MARK: &str = "CACHEDIR.TAG";

/// The file whose lock holds whoever changes what is installed.
pub const LOCK: &str = "lock";

/// The cache folder. Removing it undoes the set-up completely.
#[derive(Clone, Debug)]
pub struct Installation {
    root: PathBuf,
    /// Where this user's own things are: in `root`, or in a folder of the user's own where `root` is
    /// an installation that others share and may only read.
    own: PathBuf,
}

impl Installation {
    /// The folder `udp-tutorial` in the folder named by [`CACHE_VARIABLE`], or in the platform's
    /// cache folder.
    pub fn locate() -> Result<Installation> {
        let parent = match env::var_os(CACHE_VARIABLE) {
            Some(folder) => std::path::absolute(folder)?,
            None => dirs::cache_dir()
                .with_context(|| format!("no cache folder: set HOME, or {CACHE_VARIABLE}"))?,
        };
        let root = parent.join(NAME);
        // JUPYTER_PATH is a list of folders, and a kernelspec holds text.
        let is_plain = env::join_paths([&root]).is_ok() && root.to_str().is_some();
        ensure!(
            is_plain,
            "the cache folder {} cannot be in a list of folders: name another in {CACHE_VARIABLE}",
            root.display()
        );
        let own = match (may_only_be_read(&root), dirs::cache_dir()) {
            (true, Some(caches)) => caches.join(NAME),
            _ => root.clone(),
        };
        Ok(Installation { root, own })
    }

    /// A folder that its user may change.
    pub fn at(root: PathBuf) -> Installation {
        Installation { own: root.clone(), root }
    }

    /// The folder of this user's own things, beside a shared installation.
    pub fn own(&self) -> Installation {
        Installation::at(self.own.clone())
    }

    /// Whether it is an installation that this user may only read.
    pub fn is_shared(&self) -> bool {
        self.own != self.root
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
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

    /// The folder of the kernel, as `cargo install` lays it out.
    pub fn kernel_root(&self) -> PathBuf {
        self.root.join(format!("{KERNELS}{KERNEL_VERSION}"))
    }

    /// The kernel's executable.
    pub fn kernel(&self) -> PathBuf {
        let name = format!("evcxr_jupyter{}", env::consts::EXE_SUFFIX);
        self.kernel_root().join("bin").join(name)
    }

    /// Where the kernel is compiled; kept while it is unfinished, so that the next run goes on.
    pub fn kernel_build(&self) -> PathBuf {
        self.root.join("build")
    }

    /// Where the release's binary is downloaded and tried.
    pub fn download(&self) -> PathBuf {
        self.root.join("download")
    }

    /// The compiled crates that every kernel starts with, see `start_kernel.py`.
    pub fn seed(&self) -> PathBuf {
        self.root.join("seed")
    }

    /// The folder for `JUPYTER_PATH`: it holds the kernelspec.
    pub fn jupyter_path(&self) -> PathBuf {
        self.root.join("jupyter")
    }

    /// Lets the kernel write the kernelspec that it has without `cargo lab` into `jupyter_path`.
    pub fn install_stock_kernelspec(&self, jupyter_path: &Path) -> Result<()> {
        let output = child::command(self.kernel())
            .arg("--install")
            .env("JUPYTER_PATH", jupyter_path)
            .output()
            .with_context(|| format!("cannot run {}", self.kernel().display()))?;
        let report = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "the kernel could not be registered: {report}");
        Ok(())
    }

    /// The source of the standard library as the kernel reads it.
    pub fn standard_library(&self) -> PathBuf {
        self.root.join("std")
    }

    /// What JupyterLab itself keeps: its configuration, the theme chosen, IPython's history.
    pub fn state(&self) -> PathBuf {
        self.own.join("state")
    }

    /// The configuration of JupyterLab that a reader's choices go to.
    pub fn configuration(&self) -> PathBuf {
        self.state().join("config")
    }

    /// Where each running JupyterLab and each running kernel has a folder of its own.
    pub fn runs(&self) -> PathBuf {
        self.own.join("run")
    }

    /// The stamp of a step of the set-up that ended well.
    pub fn stamp(&self, step: &str) -> PathBuf {
        self.root.join("done").join(step)
    }

    /// Whether `name`, in the cache folder, is a name that the launcher or the kernel uses there.
    pub fn is_own(name: &str) -> bool {
        const NAMES: [&str; 16] = [
            "build",
            "done",
            "download",
            "jupyter",
            LOCK,
            MARK,
            "make_seed.py",
            "new-seed",
            "kernel_profile.toml",
            "requirements.txt",
            "run",
            "seed",
            "start_kernel.py",
            "state",
            "std",
            "venv",
        ];
        NAMES.contains(&name) || name.starts_with(KERNELS)
    }

    /// What other versions of the launcher have put into the folder and this one does not use.
    pub fn left_by_other_versions(&self) -> Result<Vec<PathBuf>> {
        let own = self.kernel_root();
        let entries = fs::read_dir(&self.root)
            .with_context(|| format!("cannot read {}", self.root.display()))?;
        let left = entries.flatten().map(|entry| entry.path()).filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with(KERNELS) && *path != own
        });
        Ok(left.collect())
    }
}

/// Whether `root` is an installation that this user may only read: somebody installs it for all
/// accounts of a machine.
fn may_only_be_read(root: &Path) -> bool {
    let refused = [ErrorKind::PermissionDenied, ErrorKind::ReadOnlyFilesystem];
    let opened = File::options().append(true).open(root.join(LOCK));
    opened.is_err_and(|error| refused.contains(&error.kind()))
}
