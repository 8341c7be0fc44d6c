//! What makes a kernel of `cargo lab` answer at once, where a stock kernel opens the notebooks just
//! as well, but slower.
//!
//! - The kernel reads a smaller copy of the standard library, see [`super::std_source`].
//! - What the set-up cells need was downloaded and compiled at the set-up, see [`super::seed`].
//! - The kernel pays at its start what it would pay in the reader's first cells: the kernelspec
//!   starts it by `start_kernel.py`, which says how. Windows cannot do that and starts it as it is,
//!   with the crates of the seed in place of the network's.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::Result;
use installation::child;
use installation::folder::{Installation, KERNEL_VERSION};
use serde_json::{Map, Value, json};

use super::seed::{self, IS_WARM};
use super::step::SetUpStep;

/// The programs that start and warm a kernel, run by the Python of JupyterLab.
const PROGRAMS: [(&str, &str); 2] = [
    ("start_kernel.py", include_str!("start_kernel.py")),
    ("make_seed.py", include_str!("make_seed.py")),
];

/// Lets the kernel write its own kernelspec, changes it to start a warm kernel, and makes the seed.
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

/// The kernelspec.
pub(super) fn file(installation: &Installation) -> PathBuf {
    installation.jupyter_path().join("kernels/rust/kernel.json")
}

/// Removes what kernels that have ended left in the folder for temporary files, if anything.
pub fn remove_left(installation: &Installation) {
    if IS_WARM {
        let mut remove = child::command(installation.venv_program("python"));
        remove.arg("-B").arg(installation.root().join(PROGRAMS[0].0)).stdin(Stdio::null());
        let _ = remove.output(); // the next kernel tries again
    }
}

/// The kernelspec that starts a warm kernel.
fn warm(installation: &Installation, mut kernelspec: Value) -> Result<Value> {
    let mut environment = Map::new();
    let mut set = |name: &str, value: &str| environment.insert(name.into(), json!(value));
    let path = |path: &Path| path.to_string_lossy().into_owned();
    set("RUST_SRC_PATH", &path(&installation.standard_library()));
    // The kernel's allocator would round its memory up to huge pages.
    set("MIMALLOC_ALLOW_THP", "0");
    // None of the user's own cells run before the first one.
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
    }
    kernelspec["env"] = Value::Object(environment);
    Ok(kernelspec)
}
