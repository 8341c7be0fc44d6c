//! All notebooks, proven in real kernels. One program, so that what waits runs beside what computes.
//!
//! - `recorded`: every cell against what is recorded, in any order, with each Try and each fault;
//! - `text`: what every lab keeps to, seen without running it; a new rule for all labs goes there;
//! - `manifest`: what lists parts and labs, beside the manifest;
//! - `hostile`, `connections`, `icmp`, `trickle`: what no peer can do to any cell, with `peers`, what the
//!   clients of a lab send, and `namespace`, a network of a test's own;
//! - `absent_clients`, `hello_peers`, `capture`, `ipv6`, `dns`, `dns_client`: what the cells of a lab do with
//!   other peers;
//! - `experiments`: what learners do besides;
//! - `html`: what a learner meets without running anything.

mod absent_clients;
mod capture;
mod common;
mod connections;
mod dns;
mod dns_client;
mod experiments;
mod hello_peers;
mod hostile;
mod html;
#[cfg(target_os = "linux")]
mod icmp;
mod ipv6;
mod manifest;
#[cfg(target_os = "linux")]
mod namespace;
mod peers;
mod recorded;
mod text;
mod trickle;
