//! What the tests with real kernels share.

use std::sync::OnceLock;

use lab::clone::repository;
use lab::install::{self, cache::Cache, kernelspec};
use proof::notebook::Notebook;
use proof::reader::{self, Reader};
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
    reader::notebooks(&repository()).unwrap()
}

/// A reader who has both notebooks open, the server at `port`.
pub async fn open(port: u16) -> Reader {
    let (server, client) = notebooks();
    open_with(server, client, port).await
}

/// A reader who has other notebooks open.
pub async fn open_with(server: Notebook, client: Notebook, port: u16) -> Reader {
    Reader::open(&prepared().jupyter_path(), server, client, port).await.unwrap()
}

/// The kernelspec of the kernel as it installs itself, without what `cargo lab` adds.
pub fn stock_kernel() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    kernelspec::install_stock(&prepared(), folder.path()).unwrap();
    folder
}
