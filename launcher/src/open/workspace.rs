//! What JupyterLab's page shows: a window with the server left and the client right.

use std::fs;
use std::path::Path;

use anyhow::Result;

/// The workspace that both notebooks are opened in: `/lab/workspaces/udp`.
pub const NAME: &str = "udp";

/// The name under which JupyterLab looks for that workspace: it appends a hash of the name.
const FILE: &str = "udp-571e.jupyterlab-workspace";

/// A window with both notebooks of [`crate::tutorial::NOTEBOOKS`], and nothing else.
const WORKSPACE: &str = include_str!("udp.jupyterlab-workspace");

/// Writes it into the folder that `JUPYTERLAB_WORKSPACES_DIR` names.
///
/// # Errors
///
/// The folder cannot be written to.
pub fn write(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    Ok(fs::write(folder.join(FILE), WORKSPACE)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tutorial::NOTEBOOKS;

    #[test]
    fn it_opens_both_notebooks_side_by_side() {
        let workspace: serde_json::Value = serde_json::from_str(WORKSPACE).unwrap();
        assert_eq!(workspace["metadata"]["id"], NAME);
        for (side, path) in NOTEBOOKS.into_iter().enumerate() {
            let widget = format!("notebook:{path}");
            assert_eq!(workspace["data"][&widget]["data"]["path"], path);
            let dock = &workspace["data"]["layout-restorer:data"]["main"]["dock"];
            assert_eq!(dock["children"][side]["widgets"][0], widget);
        }
    }
}
