//! What `cargo lab` installs, all of it inside the cache folder, and what makes the kernels fast.
//!
//! A new step of the set-up is a module here that [`prepare`] calls; [`step`] keeps what was done.
//!
//! - [`installation`]: the one folder that everything is installed in, and its places;
//! - [`claim`]: whose that folder is, and who may change it;
//! - [`tools`]: what must be on the machine already, with the remedy when it is not;
//! - [`step`]: a step and its stamp;
//! - [`command`]: running the programs that install something;
//! - [`jupyterlab`], [`kernel`] with [`evcxr_release`], [`std_source`], [`kernelspec`] with
//!   [`seed`]: the steps;
//! - [`register`]: the kernel for other front-ends.

pub(crate) mod claim;
pub(crate) mod command;
pub mod evcxr_release;
pub mod installation;
mod jupyterlab;
mod kernel;
pub mod kernelspec;
pub mod register;
pub mod seed;
mod std_source;
pub mod step;
pub mod tools;

use std::thread;

use anyhow::{Result, anyhow, ensure};

use command::say;
use installation::Cache;

/// Installs what is missing and says on stderr what it does; returns at once if nothing is. With
/// `compile`, the kernel is no binary of its release.
///
/// # Errors
///
/// A tool is missing on the machine, or a download or a compilation failed. The error says what
/// to do; what was done so far is kept, and the next run goes on from there.
pub fn prepare(cache: &Cache, compile: bool) -> Result<()> {
    if cache.is_shared() {
        return look_at_shared(cache);
    }
    let _lock = cache.lock(|| say("Another set-up is under way; waiting for its end …"))?;
    for of_another_version in cache.left_by_other_versions()? {
        step::remove(&of_another_version)?;
    }
    let library = tools::standard_library()?;
    let python = jupyterlab::missing(cache)?;
    let compiler = tools::compiler()?;
    std_source::copy_standard_library(cache, &library, &compiler)?;
    // Beside each other: one waits for the network, the other for the compiler.
    thread::scope(|scope| {
        let kernel = scope.spawn(|| kernel::install(cache, compile));
        let jupyterlab = python.map_or(Ok(()), |python| jupyterlab::install(cache, &python));
        if let (Err(why), false) = (&jupyterlab, kernel.is_finished()) {
            say(&format!("JupyterLab: {why:#}"));
        }
        let kernel = kernel.join().map_err(|_| anyhow!("the set-up of the kernel panicked"))?;
        jupyterlab.and(kernel)
    })?;
    kernelspec::install(cache, &compiler)?;
    register::refresh(cache)
}

/// Makes sure that an installation is complete which this user may only read.
fn look_at_shared(cache: &Cache) -> Result<()> {
    let is_complete = jupyterlab::is_usable(cache)
        && cache.kernel().exists()
        && kernelspec::file(cache).exists()
        && cache.standard_library().exists();
    ensure!(
        is_complete,
        "{} is not completely installed, and you may only read it: ask its owner to run \
         `cargo lab prepare`, or name another folder in {}",
        cache.root().display(),
        installation::CACHE_VARIABLE
    );
    cache.take_own()
}
