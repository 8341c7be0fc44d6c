//! Tests all notebooks in real kernels, in one program so that waiting and computing overlap. The tests
//! start in the order of their names, so those that wait longest come early.
//!
//! - `recorded`: every cell against its recorded output, in any order; each Try and each fault;
//! - `text`: rules for every lab, checked without running it; add new ones here;
//! - `hints`: what stands between an exercise and its solution;
//! - `terms`: technical terms, each explained where it first occurs;
//! - `manifest`: the lists of parts and labs, against the manifest;
//! - `hostile`, `connections`, `icmp`, `endless`: what peers must not be able to do to any cell;
//!   `peers`: what a lab's clients send; `namespace`: a test's own network;
//! - `absent_clients`, `hello_peers`, `capture`, `ipv6`, `dns`, `dns_client`, `stream`: what a lab's
//!   cells do with other peers;
//! - `rebind`: what a server that validates addresses sends to each of them;
//! - `path_mtu`: what the text says of Linux and long datagrams, behind a router;
//! - `experiments`: what else learners do;
//! - `kept_variables`: the types in a learner's own code, compared with a stock kernel;
//! - `translation`: the notebooks in other languages, against their source;
//! - `transcripts`: what the system's own tools show, as the texts have it;
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
mod hints;
mod hostile;
mod html;
#[cfg(target_os = "linux")]
mod icmp;
mod ipv6;
mod japanese;
#[cfg(unix)] // some of the cells run Unix programs
mod kept_variables;
mod manifest;
#[cfg(target_os = "linux")]
mod namespace;
#[cfg(target_os = "linux")]
mod path_mtu;
mod peers;
mod rebind;
mod recorded;
mod stream;
mod terms;
mod text;
#[cfg(target_os = "linux")]
mod transcripts;
mod translation;
