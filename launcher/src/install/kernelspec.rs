//! Makes `cargo lab`'s kernels answer at once. A stock kernel opens the notebooks too, but slower.
//!
//! - The kernel reads a smaller copy of the standard library; see [`super::std_source`].
//! - The set-up has downloaded and compiled what the set-up cells need; see [`super::seed`].
//! - The kernel does at its start what would slow down the reader's first cells: the kernelspec
//!   starts it through `start_kernel.py`, which explains how. That is impossible on Windows, where
//!   the kernelspec starts the kernel directly and the kernel takes its crates from the seed
//!   instead of the network.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::Result;
use installation::child;
use installation::folder::{Installation, KERNEL_VERSION};
use serde_json::{Map, Value, json};

use super::seed::{self, IS_WARM};
use super::step::SetUpStep;

/// The programs that start a kernel and warm it up. JupyterLab's Python runs them.
const PROGRAMS: [(&str, &str); 2] = [
    ("start_kernel.py", include_str!("start_kernel.py")),
    ("make_seed.py", include_str!("make_seed.py")),
];

/// Has the kernel write its kernelspec, changes that to start a warm kernel, and makes the seed.
pub(crate) fn install(installation: &Installation, compiler: &str) -> Result<()> {
    let step = SetUpStep { installation, name: "kernelspec", made_from: KERNEL_VERSION };
    let file = file(installation);
    if !step.is_done() || !file.exists() {
        step.undo(&installation.jupyter_path())?;
        installation.install_stock_kernelspec(&installation.jupyter_path())?;
    }
    let before: Value = serde_json::from_str(&fs::read_to_string(&file)?)?;
    let kernelspec = warm(installation, before.clone())?;
    if kernelspec != before {
        fs::write(&file, serde_json::to_string_pretty(&kernelspec)?)?;
    }
    step.done()?;
    seed::make(installation, &kernelspec, compiler)
}

/// The kernelspec's file.
pub(super) fn file(installation: &Installation) -> PathBuf {
    installation.jupyter_path().join("kernels/rust/kernel.json")
}

/// Removes the temporary files that ended kernels left behind, if any.
pub fn remove_left(installation: &Installation) {
    if IS_WARM {
        let mut remove = child::command(installation.venv_program("python"));
        remove.arg("-B").arg(installation.root().join(PROGRAMS[0].0)).stdin(Stdio::null());
        let _ = remove.output(); // the next kernel tries again
    }
}

/// The folder for the temporary files of a kernel that `start_kernel.py` does not start, if it needs
/// one: evcxr_jupyter 0.22.0 cuts the path at a space, and ends. On Windows, a user whose name has a
/// space has one in the path.
pub(crate) fn temporary_folder() -> Option<PathBuf> {
    let shared = env::var_os("ProgramData").filter(|_| !IS_WARM)?;
    without_space(&env::temp_dir(), Path::new(&shared))
}

/// A folder in `shared` if the user's `own` folder for temporary files has a space in its path.
fn without_space(own: &Path, shared: &Path) -> Option<PathBuf> {
    let has_space = |path: &Path| path.to_string_lossy().contains(' ');
    (has_space(own) && !has_space(shared)).then(|| shared.join("udp-tutorial-kernels"))
}

/// Changes a stock kernelspec to start a warm kernel.
fn warm(installation: &Installation, mut kernelspec: Value) -> Result<Value> {
    let mut environment = Map::new();
    let mut set = |name: &str, value: &str| environment.insert(name.into(), json!(value));
    let path = |path: &Path| path.to_string_lossy().into_owned();
    set("RUST_SRC_PATH", &path(&installation.standard_library()));
    // Keeps the kernel's allocator from rounding its memory up to huge pages.
    set("MIMALLOC_ALLOW_THP", "0");
    // Has it return freed memory to the system sooner: after this many milliseconds.
    set("MIMALLOC_PURGE_DELAY", "10");
    // Keeps the kernel from running the user's own cells before the first one.
    set("EVCXR_CONFIG_DIR", &path(&installation.root().join("evcxr-config")));
    // A panic's message is enough in a notebook; the backtrace shows the kernel, not the cell.
    set("RUST_LIB_BACKTRACE", "0");
    if IS_WARM {
        for (name, text) in PROGRAMS {
            fs::write(installation.root().join(name), text)?;
        }
        let [python, program, kernel] = [
            installation.venv_program("python"),
            installation.root().join("start_kernel.py"),
            installation.kernel(),
        ];
        kernelspec["argv"] =
            json!([path(&python), "-B", path(&program), path(&kernel), "{connection_file}"]);
    }
    if !IS_WARM {
        set("CARGO_HOME", &path(&seed::cargo_home(&installation.seed())));
        if let Some(folder) = temporary_folder() {
            fs::create_dir_all(&folder)?;
            set("TMP", &path(&folder));
        }
    }
    kernelspec["env"] = Value::Object(environment);
    Ok(kernelspec)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn temporary_files_go_elsewhere_if_their_path_has_a_space() {
        let elsewhere = |own, shared| without_space(Path::new(own), Path::new(shared));
        let kernels = Path::new("/data/udp-tutorial-kernels").to_path_buf();
        assert_eq!(elsewhere("/users/Jane Doe/temp", "/data"), Some(kernels));
        assert_eq!(elsewhere("/users/jane/temp", "/data"), None);
        assert_eq!(elsewhere("/users/Jane Doe/temp", "/all data"), None);
    }
}
