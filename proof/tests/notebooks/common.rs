//! What the tests with real kernels share, the kernels included.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, LazyLock, Mutex, Weak};

use installation::tutorial::{Part, Tutorial, repository};
use kernel_client::kernel::Kernel;
use proof::learner::Learner;
use proof::notebook::Notebook;
use proof::pair::{self, Pair};
use proof::running_notebook::start_kernel;
use tempfile::TempDir;
use tokio::runtime::Runtime;

pub use harness::lab::prepared;
pub use harness::port::free_port;

/// Runs the connections of all kernels. A test's own runtime ends with the test.
static CONNECTIONS: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

/// The labs' kernels that no test is using, as long as a test has a pair open. They have compiled what
/// the labs need, and hold no variable, thread or socket of an earlier test.
static IDLE: Mutex<Weak<Idle>> = Mutex::new(Weak::new());

type Idle = Mutex<Vec<Kernel>>;

/// A learner with a pair open. [`Opened::close`] leaves the kernels to the next test. If a test fails
/// before, they end.
pub struct Opened {
    learner: Learner,
    idle: Arc<Idle>,
}

impl Opened {
    pub async fn close(self) {
        let Opened { learner, idle } = self;
        if is_article(&learner.part) {
            return learner.close().await.unwrap();
        }
        for mut kernel in [learner.server.kernel, learner.client.kernel] {
            // This also ends the process that ran the cells, and starts another.
            let cleared = kernel.run(":clear").await.unwrap();
            assert!(!cleared.has_failed(), "{cleared}");
            idle.lock().unwrap().push(kernel);
        }
    }
}

impl Deref for Opened {
    type Target = Learner;

    fn deref(&self) -> &Learner {
        &self.learner
    }
}

impl DerefMut for Opened {
    fn deref_mut(&mut self) -> &mut Learner {
        &mut self.learner
    }
}

/// A learner who has a pair open, with its server at `port`.
pub async fn open(pair: Pair, port: u16) -> Opened {
    let idle = idle();
    let kernels = tokio::join!(
        kernel(&idle, &pair.part, &pair.server),
        kernel(&idle, &pair.part, &pair.client)
    );
    Opened { learner: Learner::with_kernels(pair, kernels.into(), port), idle }
}

/// A learner who has the pair with a lab open, with its server at `port`.
pub async fn open_lab(lab: &str, port: u16) -> Opened {
    open(pair::with_lab(lab).unwrap(), port).await
}

fn idle() -> Arc<Idle> {
    let mut kernels = IDLE.lock().unwrap();
    let idle = kernels.upgrade().unwrap_or_default();
    *kernels = Arc::downgrade(&idle);
    idle
}

/// An idle kernel, or a new one. The article's kernels are always new: they load another crate.
async fn kernel(idle: &Idle, part: &Part, notebook: &Notebook) -> Kernel {
    let kernel = idle.lock().unwrap().pop_if(|_| !is_article(part));
    if let Some(kernel) = kernel {
        return kernel;
    }
    let notebook = notebook.clone();
    let start = async move { start_kernel(&prepared().jupyter_path(), &notebook).await };
    CONNECTIONS.spawn(start).await.unwrap().unwrap()
}

fn is_article(part: &Part) -> bool {
    Tutorial::read(&repository()).unwrap().is_article(part)
}

/// A kernelspec as the kernel installs it, without the additions of `cargo lab`.
pub fn stock_kernel() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    prepared().install_stock_kernelspec(folder.path()).unwrap();
    folder
}
