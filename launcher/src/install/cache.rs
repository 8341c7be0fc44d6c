//! The one folder that everything is installed in, and how it is told from other people's.

use std::fs::{self, File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// The kernel that the notebooks are written for and tested with; its folder has the version in its
/// name.
pub const KERNEL_VERSION: &str = "0.22.0";

/// The environment variable that names another folder for the cache folder, for tests and for full
/// disks.
pub const CACHE_VARIABLE: &str = "UDP_TUTORIAL_CACHE";

/// The cache folder's name, in whatever folder it is.
const NAME: &str = "udp-tutorial";

/// The file that marks the folder as the launcher's own. Programs that make backups know it as
/// well: <https://bford.info/cachedir/>.
pub(crate) const MARK: &str = "CACHEDIR.TAG";
const MARK_TEXT: &str = "Signature: 8a477f597d28d172789f06886806bc55\n\
     # Made by `cargo lab` of \"UDP, hands on\"; `cargo lab clean` removes this folder.\n";

/// The file whose lock holds whoever changes what is installed.
pub(crate) const LOCK: &str = "lock";

/// The cache folder. Removing it undoes the set-up completely.
#[derive(Clone, Debug)]
pub struct Cache {
    root: PathBuf,
}

/// What is found at the place of the cache folder.
#[derive(Debug, PartialEq)]
pub(crate) enum Found {
    /// Nothing, or a folder that holds nothing.
    Nothing,
    /// A folder with the mark.
    Own,
    /// What an earlier version of the launcher, which left no mark, has installed.
    Unmarked,
    /// Something else.
    Foreign,
}

impl Cache {
    /// The folder `udp-tutorial` in the folder named by [`CACHE_VARIABLE`], or in the platform's
    /// cache folder.
    ///
    /// # Errors
    ///
    /// The platform has no cache folder: `HOME` is not set.
    pub fn locate() -> Result<Cache> {
        let parent = match std::env::var_os(CACHE_VARIABLE) {
            Some(folder) => std::path::absolute(folder)?,
            None => dirs::cache_dir()
                .with_context(|| format!("no cache folder: set HOME, or {CACHE_VARIABLE}"))?,
        };
        Ok(Cache { root: parent.join(NAME) })
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

    /// Where the release's binary is downloaded and tried.
    pub(crate) fn download(&self) -> PathBuf {
        self.root.join("download")
    }

    /// The compiled crates that every kernel starts with, see `start_kernel.py`.
    pub(crate) fn seed(&self) -> PathBuf {
        self.root.join("seed")
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

    /// The configuration of JupyterLab that a reader's choices go to.
    pub fn configuration(&self) -> PathBuf {
        self.state().join("config")
    }

    /// Where each running JupyterLab and each running kernel has a folder of its own.
    pub fn runs(&self) -> PathBuf {
        self.root.join("run")
    }

    /// The stamp of a step of the set-up that ended well.
    pub(crate) fn stamp(&self, step: &str) -> PathBuf {
        stamp(&self.root, step)
    }

    /// Whether `name`, in the cache folder, is a name that the launcher or the kernel uses there.
    pub(crate) fn is_own(name: &str) -> bool {
        const NAMES: [&str; 18] = [
            "build",
            "dependencies", // of earlier versions
            "done",
            "download",
            "evcxr", // of earlier versions
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
        NAMES.contains(&name) || name.starts_with("evcxr_jupyter-")
    }

    /// Makes the folder the launcher's own, waits until no other launcher changes it, and keeps
    /// others waiting until the file is dropped. `waiting` is called if there is one.
    ///
    /// # Errors
    ///
    /// There is a folder with somebody else's files, or the cache folder cannot be written to.
    pub fn lock(&self, waiting: impl Fn()) -> Result<File> {
        let path = self.root.join(LOCK);
        loop {
            self.take()?;
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
                format!("cannot lock {path}: name a folder on a disk of this machine in {CACHE_VARIABLE}")
            })?;
            // `clean` may have removed the file that was waited for.
            if path.exists() {
                return Ok(file);
            }
        }
    }

    /// Makes the folder, or makes sure that it is the launcher's own.
    fn take(&self) -> Result<()> {
        let root = self.root.display();
        match self.found()? {
            Found::Own => return Ok(()),
            Found::Foreign => bail!(self.refusal()),
            Found::Unmarked | Found::Nothing => {}
        }
        fs::create_dir_all(&self.root)
            .with_context(|| format!("cannot make the cache folder {root}"))?;
        fs::write(self.root.join(MARK), MARK_TEXT)
            .with_context(|| format!("cannot write into the cache folder {root}"))?;
        self.take_over()
    }

    /// Takes over the kernel that an earlier version has put beside the cache folder, into the
    /// folder that [`CACHE_VARIABLE`] names itself: it took a long time to compile.
    fn take_over(&self) -> Result<()> {
        let parent = self.root.parent().expect("the folder is in another");
        let earlier = Cache { root: parent.to_path_buf() };
        if !has_kernel(parent) || self.kernel_root().exists() {
            return Ok(());
        }
        fs::create_dir_all(self.root.join("done"))?;
        fs::rename(earlier.kernel_root(), self.kernel_root())?;
        fs::rename(earlier.stamp("kernel"), self.stamp("kernel"))?;
        let (parent, root) = (parent.display(), self.root.display());
        eprintln!(
            "The kernel that was installed in {parent} is in {root} now. What else an earlier \
             version left in {parent} is not used any more."
        );
        Ok(())
    }

    pub(crate) fn refusal(&self) -> String {
        format!(
            "{} is not a folder that `cargo lab` has made, and stays as it is: move it, or name \
             another folder in {CACHE_VARIABLE}",
            self.root.display()
        )
    }

    pub(crate) fn found(&self) -> Result<Found> {
        let mut entries = match fs::read_dir(&self.root) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Found::Nothing),
            Err(error) if error.kind() == ErrorKind::NotADirectory => return Ok(Found::Foreign),
            Err(error) => {
                return Err(error).context(format!("cannot read {}", self.root.display()));
            }
        };
        let mark = fs::read_to_string(self.root.join(MARK)).ok();
        if mark.as_deref() == Some(MARK_TEXT) {
            return Ok(Found::Own);
        }
        // A mark may be half written: another launcher starts, or one was killed.
        let begun = mark.is_some_and(|mark| MARK_TEXT.starts_with(&mark));
        let only_that =
            entries.all(|entry| begun && entry.is_ok_and(|entry| entry.file_name() == MARK));
        Ok(match (only_that, has_kernel(&self.root)) {
            (true, _) => Found::Nothing,
            (_, true) => Found::Unmarked,
            _ => Found::Foreign,
        })
    }
}

fn stamp(root: &Path, step: &str) -> PathBuf {
    root.join("done").join(step)
}

/// Whether a set-up has put the kernel into `folder`: its stamp says so.
fn has_kernel(folder: &Path) -> bool {
    let made_from = fs::read_to_string(stamp(folder, "kernel"));
    let kernel = Cache { root: folder.to_path_buf() }.kernel();
    made_from.is_ok_and(|version| version.starts_with(KERNEL_VERSION)) && kernel.exists()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    fn folder() -> (TempDir, Cache) {
        let parent = tempfile::tempdir().unwrap();
        let cache = Cache { root: parent.path().join(NAME) };
        (parent, cache)
    }

    /// An installation as earlier versions left it.
    fn install(root: &Path) {
        let cache = Cache { root: root.to_path_buf() };
        for (path, text) in [(cache.kernel(), "kernel"), (cache.stamp("kernel"), KERNEL_VERSION)] {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }

    #[test]
    fn an_empty_folder_is_taken_and_another_one_is_refused() {
        let (_parent, cache) = folder();
        assert_eq!(cache.found().unwrap(), Found::Nothing);
        fs::create_dir(cache.root()).unwrap();
        drop(cache.lock(|| panic!("nobody has it")).unwrap());
        assert_eq!(cache.found().unwrap(), Found::Own);

        let (_parent, cache) = folder();
        fs::create_dir_all(cache.venv()).unwrap();
        let error = cache.lock(|| {}).unwrap_err().to_string();
        assert!(error.contains("is not a folder that `cargo lab` has made"), "{error}");
        assert!(cache.venv().exists() && !cache.root().join(LOCK).exists());
    }

    #[test]
    fn a_mark_that_is_half_written_or_of_another_program_is_none() {
        let (_parent, cache) = folder();
        fs::create_dir(cache.root()).unwrap();
        for (text, found) in [
            ("", Found::Nothing),
            (&MARK_TEXT[..20], Found::Nothing),
            ("Signature: 8a477f597d28d172789f06886806bc55\n# cargo", Found::Foreign),
        ] {
            fs::write(cache.root().join(MARK), text).unwrap();
            assert_eq!(cache.found().unwrap(), found, "{text:?}");
        }
        fs::write(cache.root().join("letter.txt"), "mine").unwrap();
        fs::write(cache.root().join(MARK), "").unwrap();
        assert_eq!(cache.found().unwrap(), Found::Foreign);
    }

    #[test]
    fn an_installation_from_before_the_mark_is_recognised() {
        let (_parent, cache) = folder();
        install(cache.root());
        assert_eq!(cache.found().unwrap(), Found::Unmarked);
        drop(cache.lock(|| {}).unwrap());
        assert_eq!(cache.found().unwrap(), Found::Own);
        assert!(cache.kernel().exists());
    }

    #[test]
    fn a_kernel_beside_the_folder_is_taken_over_and_all_else_stays() {
        let (parent, cache) = folder();
        install(parent.path());
        fs::write(parent.path().join("letter.txt"), "mine").unwrap();
        drop(cache.lock(|| {}).unwrap());
        assert!(cache.kernel().exists() && cache.stamp("kernel").exists());
        assert!(!has_kernel(parent.path()));
        assert!(parent.path().join("letter.txt").exists());
    }
}
