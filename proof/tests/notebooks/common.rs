//! What the tests with real kernels share.

use proof::learner::Learner;
use proof::pair::{self, Pair};
use tempfile::TempDir;

pub use harness::lab::prepared;
pub use harness::port::free_port;

/// A learner who has a pair open, the server at `port`.
pub async fn open(pair: Pair, port: u16) -> Learner {
    Learner::open(&prepared().jupyter_path(), pair, port).await.unwrap()
}

/// A learner who has the pair with that lab open.
pub async fn open_lab(lab: &str, port: u16) -> Learner {
    open(pair::with_lab(lab).unwrap(), port).await
}

/// The kernelspec of the kernel as it installs itself, without what `cargo lab` adds.
pub fn stock_kernel() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    prepared().install_stock_kernelspec(folder.path()).unwrap();
    folder
}
