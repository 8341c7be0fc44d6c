//! Reads the file in which a running JupyterLab describes itself.

use std::fs;
use std::path::Path;

use installation::folder::Installation;
use installation::jupyterlab_api::Api;
use serde_json::Value;

use super::run_folder;

fn read(runtime: &Path) -> Option<Value> {
    let files = fs::read_dir(runtime).ok()?.flatten();
    let description = files.map(|file| file.path()).find(|file| {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("jpserver-") && name.ends_with(".json")
    })?;
    serde_json::from_str(&fs::read_to_string(description).ok()?).ok()
}

fn port_of(description: &Value) -> Option<u16> {
    description["port"].as_u64()?.try_into().ok()
}

/// The port that the server wrote into its description in `runtime`.
pub(super) fn port(runtime: &Path) -> Option<u16> {
    port_of(&read(runtime)?)
}

/// The running JupyterLab that another launcher of this installation started in the clone
/// `repository`.
pub fn running(installation: &Installation, repository: &Path) -> Option<Api> {
    run_folder::under_way(installation).ok()?.into_iter().find_map(|folder| {
        let description = read(&folder.join("runtime"))?;
        let root = Path::new(description["root_dir"].as_str()?);
        let is_here = root.canonicalize().ok()? == repository.canonicalize().ok()?;
        let api = Api::new(port_of(&description)?, description["token"].as_str()?);
        (is_here && api.get("api/status").call().is_ok()).then_some(api)
    })
}
