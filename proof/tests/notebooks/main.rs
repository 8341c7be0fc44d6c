//! Tests all notebooks in real kernels, in one program so that waiting and computing overlap. The tests
//! start in the order of their names, so those that wait longest come early.
//!
//! - `recorded`: every cell against its recorded output, in any order; each Try and each fault;
//! - `text`: rules for every lab, checked without running it; add new ones here;
//! - `terms`: technical terms, each explained where it first occurs;
//! - `manifest`: the lists of parts and labs, against the manifest;
//! - `hostile`, `connections`, `icmp`, `endless`: what peers must not be able to do to any cell;
//!   `peers`: what a lab's clients send; `namespace`: a test's own network;
//! - `rebind`: what a server that validates addresses sends to each of them;
//! - `absent_clients`, `hello_peers`, `capture`, `ipv6`, `dns`, `dns_client`: what a lab's cells do
//!   with other peers;
//! - `experiments`: what else learners do;
//! - `kept_variables`: the types in a learner's own code, compared with a stock kernel;
//! - `html`: what a learner sees without running anything.

mod absent_clients;
mod capture;
mod common;
mod connections;
mod dns;
mod dns_client;
mod endless;
mod experiments;
mod hello_peers;
mod hostile;
mod html;
#[cfg(target_os = "linux")]
mod icmp;
mod ipv6;
#[cfg(unix)] // some of the cells run Unix programs
mod kept_variables;
mod manifest;
#[cfg(target_os = "linux")]
mod namespace;
mod peers;
mod rebind;
mod recorded;
mod terms;
mod text;
