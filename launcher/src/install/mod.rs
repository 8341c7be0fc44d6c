//! What `cargo lab` installs, all of it inside the cache folder, and what makes the kernels fast.
//!
//! A new step of the set-up is a module here that [`prepare`] calls; [`step`] keeps what was done.
//!
//! - [`ownership`]: whose the folder of the installation is, and who may change it;
//! - [`tools`]: what must be on the machine already, with the remedy when it is not;
//! - [`step`]: a step and its stamp;
//! - [`subprocess`]: running the programs that install something;
//! - [`jupyterlab`], [`kernel`] with [`evcxr_release`], [`std_source`], [`kernelspec`] with
//!   [`seed`]: the steps;
//! - [`register`]: the kernel for other front-ends.

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

/// Installs what is missing and says on stderr what it does; returns at once if nothing is. With
/// `compile`, the kernel is no binary of its release.
pub fn prepare(installation: &Installation, compile: bool) -> Result<()> {
    if installation.is_shared() {
        return look_at_shared(installation);
    }
    let _lock = ownership::lock(installation, || {
        say("Another set-up is under way; waiting for its end …")
    })?;
    for of_another_version in installation.left_by_other_versions()? {
        step::remove(&of_another_version)?;
    }
    let library = tools::standard_library()?;
    let python = jupyterlab::missing(installation)?;
    let compiler = tools::compiler()?;
    std_source::copy_standard_library(installation, &library, &compiler)?;
    // Beside each other: one waits for the network, the other for the compiler.
    thread::scope(|scope| {
        let kernel = scope.spawn(|| kernel::install(installation, compile));
        let jupyterlab = python.map_or(Ok(()), |python| jupyterlab::install(installation, &python));
        if let (Err(why), false) = (&jupyterlab, kernel.is_finished()) {
            say(&format!("JupyterLab: {why:#}"));
        }
        let kernel = kernel.join().map_err(|_| anyhow!("the set-up of the kernel panicked"))?;
        jupyterlab.and(kernel)
    })?;
    kernelspec::install(installation, &compiler)?;
    register::refresh(installation)
}

/// Makes sure that an installation is complete which this user may only read.
fn look_at_shared(installation: &Installation) -> Result<()> {
    let is_complete = jupyterlab::is_usable(installation)
        && installation.kernel().exists()
        && kernelspec::file(installation).exists()
        && installation.standard_library().exists();
    ensure!(
        is_complete,
        "{} is not completely installed, and you may only read it: ask its owner to run \
         `cargo lab prepare`, or name another folder in {}",
        installation.root().display(),
        CACHE_VARIABLE
    );
    ownership::take(&installation.own())
}
