//! What JupyterLab's page shows: a window with the server left and the client right.

use std::fs;
use std::path::Path;

use anyhow::Result;
use serde_json::{Value, json};

use crate::clone::NOTEBOOKS;

/// The workspace that both notebooks are opened in: `/lab/workspaces/udp`.
pub const NAME: &str = "udp";

/// The name under which JupyterLab looks for that workspace: it appends a hash of the name.
const FILE: &str = "udp-571e.jupyterlab-workspace";

/// Writes it into the folder that `JUPYTERLAB_WORKSPACES_DIR` names.
///
/// # Errors
///
/// The folder cannot be written to.
pub fn write(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    Ok(fs::write(folder.join(FILE), workspace().to_string())?)
}

fn workspace() -> Value {
    let [server, client] = NOTEBOOKS.map(|path| format!("notebook:{path}"));
    let area = |widget: &str| json!({ "type": "tab-area", "currentIndex": 0, "widgets": [widget] });
    let open = |path: &str| json!({ "data": { "path": path, "factory": "Notebook" } });
    json!({
        "data": {
            "layout-restorer:data": {
                "main": {
                    "dock": {
                        "type": "split-area",
                        "orientation": "horizontal",
                        "sizes": [0.5, 0.5],
                        "children": [area(&server), area(&client)],
                    },
                    "current": server,
                },
                "left": { "collapsed": true, "widgets": [] },
                "right": { "collapsed": true, "visible": false, "widgets": [] },
            },
            (server): open(NOTEBOOKS[0]),
            (client): open(NOTEBOOKS[1]),
        },
        "metadata": { "id": NAME },
    })
}
