//! `cargo lab register`: makes the warm kernel available to every Jupyter front-end of this user.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use installation::folder::Installation;
use serde_json::{Value, json};

use super::step::remove;
use super::subprocess::say;

/// The kernel's name among the user's kernels.
pub const NAME: &str = "udp-tutorial";

/// The name that front-ends show.
const DISPLAY_NAME: &str = "Rust (UDP, hands on)";

/// The files of the kernelspec to register.
const FILES: [&str; 3] = ["kernel.json", "logo-32x32.png", "logo-64x64.png"];

/// The kernel's folder among the user's kernels, in `JUPYTER_DATA_DIR` or in [the platform's
/// default folder](https://docs.jupyter.org/en/latest/use/jupyter-directories.html).
fn folder() -> Result<PathBuf> {
    let data = match std::env::var_os("JUPYTER_DATA_DIR") {
        Some(folder) => Some(PathBuf::from(folder)),
        None if cfg!(target_os = "macos") => {
            dirs::home_dir().map(|home| home.join("Library/Jupyter"))
        }
        None => dirs::data_dir().map(|data| data.join("jupyter")),
    };
    let data = data.context("cannot find Jupyter's data folder: set HOME or JUPYTER_DATA_DIR")?;
    Ok(data.join("kernels").join(NAME))
}

/// Whether the kernelspec in `folder` was registered from this cache folder.
fn is_own(installation: &Installation, folder: &Path) -> bool {
    let text = fs::read_to_string(folder.join(FILES[0])).unwrap_or_default();
    let kernelspec: Value = serde_json::from_str(&text).unwrap_or_default();
    kernelspec["metadata"]["udp_tutorial"] == json!(installation.root())
}

/// Registers the kernel. Other registered kernels stay.
pub fn register(installation: &Installation) -> Result<()> {
    register_at(installation, &folder()?)
}

/// Registers the kernel in `folder`, which becomes a kernelspec's folder.
pub fn register_at(installation: &Installation, folder: &Path) -> Result<()> {
    if folder.exists() && !is_own(installation, folder) {
        bail!("{} exists and is not from this installation: move it first", folder.display());
    }
    write(installation, folder)?;
    say(&format!("Registered as \"{DISPLAY_NAME}\": {}", folder.display()));
    Ok(())
}

/// Rewrites the kernelspec if it is registered.
pub(crate) fn refresh(installation: &Installation) -> Result<()> {
    match folder() {
        Ok(folder) if is_own(installation, &folder) => write(installation, &folder),
        _ => Ok(()),
    }
}

fn write(installation: &Installation, folder: &Path) -> Result<()> {
    let own = installation.jupyter_path().join("kernels/rust");
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let mut kernelspec: Value = serde_json::from_str(&fs::read_to_string(own.join(FILES[0]))?)?;
    kernelspec["display_name"] = json!(DISPLAY_NAME);
    kernelspec["metadata"] = json!({ "udp_tutorial": installation.root() });
    fs::write(folder.join(FILES[0]), serde_json::to_string_pretty(&kernelspec)?)?;
    for logo in &FILES[1..] {
        fs::copy(own.join(logo), folder.join(logo))?;
    }
    Ok(())
}

/// Unregisters the kernel. Other files in its folder stay. Returns whether the kernel was
/// registered from this cache folder.
pub fn unregister(installation: &Installation) -> Result<bool> {
    let Ok(folder) = folder() else { return Ok(false) };
    if !is_own(installation, &folder) {
        return Ok(false);
    }
    // The file that says who owns the folder goes last.
    for file in FILES.iter().rev() {
        remove(&folder.join(file))?;
    }
    let _ = fs::remove_dir(&folder); // unless it holds something else
    say(&format!("No longer registered: {}", folder.display()));
    Ok(true)
}
