//! `cargo lab register`: the warm kernel where every Jupyter front-end of this user finds it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use installation::folder::Installation;
use serde_json::{Value, json};

use super::step::remove;
use super::subprocess::say;

/// The kernel's name among the user's kernels.
pub const NAME: &str = "udp-tutorial";

/// What front-ends call it.
const DISPLAY_NAME: &str = "Rust (UDP, hands on)";

/// The files of a kernelspec that are registered.
const FILES: [&str; 3] = ["kernel.json", "logo-32x32.png", "logo-64x64.png"];

/// The folder in which Jupyter looks for the user's kernels: `JUPYTER_DATA_DIR` or, by platform,
/// [what jupyter_core says](https://docs.jupyter.org/en/latest/use/jupyter-directories.html).
fn folder() -> Result<PathBuf> {
    let data = match std::env::var_os("JUPYTER_DATA_DIR") {
        Some(folder) => Some(PathBuf::from(folder)),
        None if cfg!(target_os = "macos") => {
            dirs::home_dir().map(|home| home.join("Library/Jupyter"))
        }
        None => dirs::data_dir().map(|data| data.join("jupyter")),
    };
    let data = data.context("no folder for Jupyter's data: set HOME, or JUPYTER_DATA_DIR")?;
    Ok(data.join("kernels").join(NAME))
}

/// Whether the kernelspec in `folder` was registered from this cache folder.
fn is_own(installation: &Installation, folder: &Path) -> bool {
    let text = fs::read_to_string(folder.join(FILES[0])).unwrap_or_default();
    let kernelspec: Value = serde_json::from_str(&text).unwrap_or_default();
    kernelspec["metadata"]["udp_tutorial"] == json!(installation.root())
}

/// Registers the kernel, beside those that are there.
pub fn register(installation: &Installation) -> Result<()> {
    register_at(installation, &folder()?)
}

/// Registers the kernel as `folder`, a kernelspec's.
pub fn register_at(installation: &Installation, folder: &Path) -> Result<()> {
    if folder.exists() && !is_own(installation, folder) {
        bail!("{} is there already, and is not from this installation", folder.display());
    }
    write(installation, folder)?;
    say(&format!("Registered as \"{DISPLAY_NAME}\": {}", folder.display()));
    Ok(())
}

/// Writes the kernelspec anew where it is registered.
pub(crate) fn refresh(installation: &Installation) -> Result<()> {
    match folder() {
        Ok(folder) if is_own(installation, &folder) => write(installation, &folder),
        _ => Ok(()),
    }
}

fn write(installation: &Installation, folder: &Path) -> Result<()> {
    let own = installation.jupyter_path().join("kernels/rust");
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let mut kernelspec: Value = serde_json::from_str(&fs::read_to_string(own.join(FILES[0]))?)?;
    kernelspec["display_name"] = json!(DISPLAY_NAME);
    kernelspec["metadata"] = json!({ "udp_tutorial": installation.root() });
    fs::write(folder.join(FILES[0]), serde_json::to_string_pretty(&kernelspec)?)?;
    for logo in &FILES[1..] {
        fs::copy(own.join(logo), folder.join(logo))?;
    }
    Ok(())
}

/// Takes the registered kernel away; files of others in its folder stay. Returns whether it was
/// registered from this cache folder.
pub fn unregister(installation: &Installation) -> Result<bool> {
    let Ok(folder) = folder() else { return Ok(false) };
    if !is_own(installation, &folder) {
        return Ok(false);
    }
    // The one that says whose it is goes last.
    for file in FILES.iter().rev() {
        remove(&folder.join(file))?;
    }
    let _ = fs::remove_dir(&folder); // unless it holds something else
    say(&format!("Not registered any more: {}", folder.display()));
    Ok(true)
}
