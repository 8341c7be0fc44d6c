//! The clone that this launcher was built in.

use std::path::{Path, PathBuf};

/// The notebooks in the clone, left and right.
pub const NOTEBOOKS: [&str; 2] = ["notebooks/server.ipynb", "notebooks/client.ipynb"];

/// The clone's folder.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("launcher/ has a parent").to_path_buf()
}
