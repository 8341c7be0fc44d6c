//! Installs everything that `cargo lab` needs into the cache folder, and makes the kernels fast.
//!
//! To add a step to the set-up, write a module here and call it from [`prepare`]. [`step`] records
//! which steps are done.
//!
//! - [`ownership`]: whether the cache folder is the launcher's own, and the lock on it;
//! - [`tools`]: what the machine must already have, and the remedy if something is missing;
//! - [`step`]: a step and its stamp;
//! - [`subprocess`]: runs the programs that install something, and [`progress`] how far Cargo is;
//! - [`jupyterlab`], [`kernel`] with [`evcxr_release`], [`std_source`], [`kernelspec`] with
//!   [`seed`]: the steps;
//! - [`register`]: registers the kernel for other front-ends.

pub mod evcxr_release;
mod jupyterlab;
mod kernel;
pub mod kernelspec;
pub(crate) mod ownership;
mod progress;
pub mod register;
pub mod seed;
mod std_source;
pub mod step;
pub(crate) mod subprocess;
pub mod tools;

use std::thread::{self, ScopedJoinHandle};
use std::time::Duration;

use anyhow::{Result, anyhow, ensure};
use installation::folder::{CACHE_VARIABLE, Installation};

use crate::reading::{Reading, Stage};
use progress::Progress;
use subprocess::say;

/// How often the page to read learns how far the compilation is.
const LOOK: Duration = Duration::from_millis(200);

/// Installs what is missing, and reports on stderr. Returns at once if nothing is missing. With
/// `compile`, does not use the release's binary of the kernel. While the kernel is compiled, shows the
/// page to read.
pub fn prepare(
    installation: &Installation,
    compile: bool,
    reading: Option<&Reading>,
) -> Result<()> {
    if installation.is_shared() {
        return look_at_shared(installation);
    }
    let _lock = ownership::lock(installation, || {
        say("Another set-up is running; waiting for it to finish …")
    })?;
    for of_another_version in installation.left_by_other_versions()? {
        step::remove(&of_another_version)?;
    }
    let library = tools::standard_library()?;
    let python = jupyterlab::missing(installation)?;
    let compiler = tools::compiler()?;
    std_source::copy_standard_library(installation, &library, &compiler)?;
    let progress = Progress::default();
    // In parallel, because one waits for the network and the other for the compiler.
    thread::scope(|scope| {
        let kernel = scope.spawn(|| kernel::install(installation, compile, &progress));
        let jupyterlab = python.map_or(Ok(()), |python| jupyterlab::install(installation, &python));
        if let (Err(why), false) = (&jupyterlab, kernel.is_finished()) {
            say(&format!("JupyterLab: {why:#}"));
        }
        if let (Some(reading), Ok(())) = (reading, &jupyterlab) {
            show(installation, reading, &kernel, &progress);
        }
        let kernel = kernel.join().map_err(|_| anyhow!("the kernel's set-up panicked"))?;
        jupyterlab.and(kernel)
    })?;
    if let Some(reading) = reading {
        reading.report(&Stage::Crates)?;
    }
    kernelspec::install(installation, &compiler)?;
    register::refresh(installation)
}

/// Shows the page to read from when Cargo begins to compile the kernel, and how far Cargo is, until the
/// kernel is there. A page that cannot be shown is no reason not to go on.
fn show(
    installation: &Installation,
    reading: &Reading,
    kernel: &ScopedJoinHandle<Result<()>>,
    progress: &Progress,
) {
    let mut asked = false;
    while !kernel.is_finished() {
        let (done, all) = progress.of_crates();
        let stage = Stage::Kernel { done, all };
        if all > 0 && !asked {
            asked = true;
            match reading.open(installation, &stage) {
                Ok(Some(page)) => {
                    say(&format!("Meanwhile, you can read the notebooks: {}", page.display()));
                }
                Ok(None) => {}
                Err(why) => say(&format!("No page to read meanwhile: {why:#}")),
            }
        }
        let _ = reading.report(&stage);
        thread::sleep(LOOK);
    }
}

/// Checks that an installation which this user may only read is complete.
fn look_at_shared(installation: &Installation) -> Result<()> {
    let is_complete = jupyterlab::is_usable(installation)
        && installation.kernel().exists()
        && kernelspec::file(installation).exists()
        && installation.standard_library().exists();
    ensure!(
        is_complete,
        "the installation in {} is incomplete, and you may only read it: ask its owner to run \
         `cargo lab prepare`, or set {CACHE_VARIABLE} to another folder",
        installation.root().display()
    );
    ownership::take(&installation.own())
}
