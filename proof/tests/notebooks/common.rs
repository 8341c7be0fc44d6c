//! What the tests with real kernels share.

use proof::learner::Learner;
use proof::pair::{self, Pair};
use tempfile::TempDir;

pub use harness::lab::prepared;
pub use harness::port::free_port;

/// A learner who has a pair open, with its server at `port`.
pub async fn open(pair: Pair, port: u16) -> Learner {
    Learner::open(&prepared().jupyter_path(), pair, port).await.unwrap()
}

/// A learner who has the pair with a lab open, with its server at `port`.
pub async fn open_lab(lab: &str, port: u16) -> Learner {
    open(pair::with_lab(lab).unwrap(), port).await
}

/// A kernelspec as the kernel installs it, without the additions of `cargo lab`.
pub fn stock_kernel() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    prepared().install_stock_kernelspec(folder.path()).unwrap();
    folder
}
