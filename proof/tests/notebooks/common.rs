//! What the tests with real kernels share.

use std::sync::OnceLock;

use launcher::install::{self, installation::Cache, kernelspec};
use launcher::tutorial::repository;
use proof::learner::{self, Learner};
use proof::notebook::Notebook;
use tempfile::TempDir;

pub use crate::wait::{DEADLINE, wait_until};

/// The cache folder, set up; nothing is fetched from the kernel's own release.
pub fn prepared() -> Cache {
    static DONE: OnceLock<Cache> = OnceLock::new();
    let prepare = || {
        let cache = Cache::locate().unwrap();
        install::prepare(&cache, true).expect("`cargo lab prepare` works");
        cache
    };
    DONE.get_or_init(prepare).clone()
}

/// Both notebooks of this clone.
pub fn notebooks() -> (Notebook, Notebook) {
    learner::notebooks(&repository()).unwrap()
}

/// A learner who has both notebooks open, the server at `port`.
pub async fn open(port: u16) -> Learner {
    let (server, client) = notebooks();
    open_with(server, client, port).await
}

/// A learner who has other notebooks open.
pub async fn open_with(server: Notebook, client: Notebook, port: u16) -> Learner {
    Learner::open(&prepared().jupyter_path(), server, client, port).await.unwrap()
}

/// The kernelspec of the kernel as it installs itself, without what `cargo lab` adds.
pub fn stock_kernel() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    kernelspec::install_stock(&prepared(), folder.path()).unwrap();
    folder
}
