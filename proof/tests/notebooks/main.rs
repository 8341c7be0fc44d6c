//! Both notebooks, proven in real kernels. One program, so that what waits runs beside what computes.
//!
//! - `cells`: every cell against what is recorded, in any order, with each Try and each fault;
//! - `text`: what every lab keeps to, seen without running it; a new rule for all labs goes there;
//! - `absent_clients`, `wire`, `capture`, `ipv6`, `dns`: what the cells of a lab do with other peers;
//! - `experiments`: what learners do besides;
//! - `front_ends`: the registered kernel where there is no JupyterLab;
//! - `locked`: what the kernels compile;
//! - `html`: what a learner meets without running anything.

mod absent_clients;
mod capture;
mod cells;
mod common;
mod dns;
mod experiments;
mod front_ends;
mod html;
mod ipv6;
mod locked;

mod text;
#[path = "../../../launcher/tests/launcher/wait.rs"]
mod wait;
mod wire;
