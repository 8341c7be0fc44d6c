//! Locates the tutorial and its installation on this machine.
//!
//! - [`tutorial`]: the clone and the manifest of its notebooks;
//! - [`folder`]: the cache folder, which holds everything that is installed;
//! - [`child`]: the environment that child processes inherit;
//! - [`jupyterlab_api`]: queries a running JupyterLab.

#![warn(clippy::disallowed_methods)]

pub mod child;
pub mod folder;
pub mod jupyterlab_api;
pub mod tutorial;
