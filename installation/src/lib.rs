//! Where things are on this machine.
//!
//! - [`tutorial`]: the clone, and the manifest of its notebooks;
//! - [`folder`]: the one folder that everything is installed in, and its places;
//! - [`child`]: what the programs that are started inherit;
//! - [`jupyterlab_api`]: asking a JupyterLab that runs.

#![warn(clippy::disallowed_methods)]

pub mod child;
pub mod folder;
pub mod jupyterlab_api;
pub mod tutorial;
