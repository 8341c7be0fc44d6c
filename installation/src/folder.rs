//! The cache folder, which holds everything that is installed, and the paths inside it.

use std::env;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::child;

/// The version of the kernel that the notebooks are written for and tested with. It is part of the
/// name of the kernel's folder.
pub const KERNEL_VERSION: &str = "0.22.0";

/// The environment variable that moves the cache folder into another folder, for tests and full
/// disks.
pub const CACHE_VARIABLE: &str = "UDP_TUTORIAL_CACHE";

/// The cache folder's name, whichever folder it is in.
pub const NAME: &str = "udp-tutorial";

/// The prefix of a kernel's folder; the version follows.
const KERNELS: &str = "evcxr_jupyter-";

/// The file that marks the folder as the launcher's own. Backup programs recognise it too:
/// <https://bford.info/cachedir/>.
pub const MARK: &str = "CACHEDIR.TAG";

/// The file that a launcher locks while it changes the installation.
pub const LOCK: &str = "lock";

/// The cache folder. Removing it undoes the set-up.
#[derive(Clone, Debug)]
pub struct Installation {
    root: PathBuf,
    /// Where this user's own data is: in `root`, or, if `root` is a shared installation that the
    /// user may only read, in a folder of their own.
    own: PathBuf,
}

impl Installation {
    /// The folder `udp-tutorial` in the folder named by [`CACHE_VARIABLE`], or in the platform's
    /// cache folder.
    pub fn locate() -> Result<Installation> {
        let parent = match env::var_os(CACHE_VARIABLE) {
            Some(folder) => std::path::absolute(folder)?,
            None => dirs::cache_dir().with_context(|| {
                format!("cannot find your cache folder: set HOME or {CACHE_VARIABLE}")
            })?,
        };
        let root = parent.join(NAME);
        // JUPYTER_PATH is a list with separators, and a kernelspec is UTF-8.
        let is_plain = env::join_paths([&root]).is_ok() && root.to_str().is_some();
        ensure!(
            is_plain,
            "the path of the cache folder {} has a list separator in it or is not UTF-8: set \
             {CACHE_VARIABLE} to another folder",
            root.display()
        );
        let own = match (may_only_be_read(&root), dirs::cache_dir()) {
            (true, Some(caches)) => caches.join(NAME),
            _ => root.clone(),
        };
        Ok(Installation { root, own })
    }

    /// An installation in `root` that this user may change.
    pub fn at(root: PathBuf) -> Installation {
        Installation { own: root.clone(), root }
    }

    /// The folder with this user's own data: this one, unless the installation is shared.
    pub fn own(&self) -> Installation {
        Installation::at(self.own.clone())
    }

    /// Whether this user may only read the installation.
    pub fn is_shared(&self) -> bool {
        self.own != self.root
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The Python environment that JupyterLab is installed in.
    pub fn venv(&self) -> PathBuf {
        self.root.join("venv")
    }

    /// A program in the Python environment, for example `python` or `jupyter`.
    pub fn venv_program(&self, name: &str) -> PathBuf {
        let (folder, suffix) = if cfg!(windows) { ("Scripts", ".exe") } else { ("bin", "") };
        self.venv().join(folder).join(format!("{name}{suffix}"))
    }

    /// The kernel's folder, laid out as `cargo install --root` does.
    pub fn kernel_root(&self) -> PathBuf {
        self.root.join(format!("{KERNELS}{KERNEL_VERSION}"))
    }

    /// The kernel's executable.
    pub fn kernel(&self) -> PathBuf {
        let name = format!("evcxr_jupyter{}", env::consts::EXE_SUFFIX);
        self.kernel_root().join("bin").join(name)
    }

    /// Where the kernel is compiled. An unfinished build stays there for the next run to resume.
    pub fn kernel_build(&self) -> PathBuf {
        self.root.join("build")
    }

    /// Where the release's binary is downloaded and tried.
    pub fn download(&self) -> PathBuf {
        self.root.join("download")
    }

    /// The compiled crates that every kernel starts with; see `start_kernel.py`.
    pub fn seed(&self) -> PathBuf {
        self.root.join("seed")
    }

    /// The folder for `JUPYTER_PATH`, which holds the kernelspec.
    pub fn jupyter_path(&self) -> PathBuf {
        self.root.join("jupyter")
    }

    /// Has the kernel write its stock kernelspec, the one without `cargo lab`, into `jupyter_path`.
    pub fn install_stock_kernelspec(&self, jupyter_path: &Path) -> Result<()> {
        let output = child::command(self.kernel())
            .arg("--install")
            .env("JUPYTER_PATH", jupyter_path)
            .output()
            .with_context(|| format!("cannot run {}", self.kernel().display()))?;
        let report = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "the kernel could not write its kernelspec: {report}");
        Ok(())
    }

    /// The copy of the standard library's source that the kernel reads.
    pub fn standard_library(&self) -> PathBuf {
        self.root.join("std")
    }

    /// What JupyterLab keeps between runs: its configuration, the chosen theme, IPython's history.
    pub fn state(&self) -> PathBuf {
        self.own.join("state")
    }

    /// JupyterLab's configuration, where it stores the reader's choices.
    pub fn configuration(&self) -> PathBuf {
        self.state().join("config")
    }

    /// Where each running JupyterLab has its own folder, and each running kernel if the usual
    /// folders for temporary files are unusable.
    pub fn runs(&self) -> PathBuf {
        self.own.join("run")
    }

    /// The stamp of a set-up step that succeeded.
    pub fn stamp(&self, step: &str) -> PathBuf {
        self.root.join("done").join(step)
    }

    /// Whether `name` is one that the launcher or the kernel uses in the cache folder.
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

    /// The kernels that other versions of the launcher installed and this one does not use.
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

/// Whether this user may only read the installation in `root`, because someone installed it for all
/// accounts of the machine.
fn may_only_be_read(root: &Path) -> bool {
    let refused = [ErrorKind::PermissionDenied, ErrorKind::ReadOnlyFilesystem];
    let opened = File::options().append(true).open(root.join(LOCK));
    opened.is_err_and(|error| refused.contains(&error.kind()))
}
