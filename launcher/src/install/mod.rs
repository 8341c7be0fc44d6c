//! Installs everything that `cargo lab` needs into the cache folder, and makes the kernels fast.
//!
//! To add a step to the set-up, write a module here and call it from [`prepare`]. [`step`] records
//! which steps are done.
//!
//! - [`ownership`]: whether the cache folder is the launcher's own, and the lock on it;
//! - [`tools`]: what the machine must already have, and the remedy if something is missing;
//! - [`step`]: a step and its stamp;
//! - [`subprocess`]: runs the programs that install something;
//! - [`jupyterlab`], [`kernel`] with [`evcxr_release`], [`std_source`], [`kernelspec`] with
//!   [`seed`]: the steps;
//! - [`register`]: registers the kernel for other front-ends.

pub mod evcxr_release;
mod jupyterlab;
mod kernel;
pub mod kernelspec;
pub(crate) mod ownership;
pub mod register;
pub mod seed;
mod std_source;
pub mod step;
pub(crate) mod subprocess;
pub mod tools;

use std::thread;

use anyhow::{Result, anyhow, ensure};
use installation::folder::{CACHE_VARIABLE, Installation};

use subprocess::say;

/// Installs what is missing, and reports on stderr. Returns at once if nothing is missing. With
/// `compile`, does not use the release's binary of the kernel.
pub fn prepare(installation: &Installation, compile: bool) -> Result<()> {
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
    // In parallel, because one waits for the network and the other for the compiler.
    thread::scope(|scope| {
        let kernel = scope.spawn(|| kernel::install(installation, compile));
        let jupyterlab = python.map_or(Ok(()), |python| jupyterlab::install(installation, &python));
        if let (Err(why), false) = (&jupyterlab, kernel.is_finished()) {
            say(&format!("JupyterLab: {why:#}"));
        }
        let kernel = kernel.join().map_err(|_| anyhow!("the kernel's set-up panicked"))?;
        jupyterlab.and(kernel)
    })?;
    kernelspec::install(installation, &compiler)?;
    register::refresh(installation)
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
