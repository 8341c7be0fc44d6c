//! The equipment for the labs of *UDP, hands on*: badly behaved networks, socket options, and
//! pictures. There is one module per idea:
//!
//! - [`patience`]: how long a server waits;
//! - [`deadline_stream`]: a TCP connection with one deadline for all its calls;
//! - [`burst`]: many datagrams in quick succession, to this machine only;
//! - [`report`]: a way for a client to ask what happened to its datagrams;
//! - [`receive_buffer`]: a socket's receive buffer, and how many datagrams it dropped;
//! - [`conditions`]: how bad a network is;
//! - [`relay`]: a bad network, which loses, duplicates, delays and reorders datagrams;
//! - [`home_router`]: a router with NAT in front of one client;
//! - [`lanes`]: a diagram with a lane for each program;
//! - [`sequence_diagram`]: a diagram of what a bad network did;
//! - [`port_sharing`]: sockets that share a port;
//! - [`bottleneck`]: a narrow link in a bad network;
//! - [`link`]: a link with an MTU in a bad network;
//! - [`bucket`]: a limit on how often a server answers;
//! - [`replay_window`]: which numbers of a conversation have been seen;
//! - [`layout`]: the bytes of a packet, field by field;
//! - [`pcap`]: a file of packets for Wireshark;
//! - [`chart`] and [`figure`]: pictures for the notebook, each with a text version.
//!
//! This crate re-exports all of [`udp_tutorial`]. Use [`fastrand`] for random numbers that an
//! attacker may guess, and [`getrandom`] for those that no attacker must guess. [`hmac_sha256`]
//! proves who sent a datagram.
//!
//! `labs/src/platform.rs` holds the socket options that differ between platforms.

#![deny(missing_docs)]

pub mod bottleneck;
pub mod bucket;
pub mod burst;
pub mod chart;
pub mod conditions;
pub mod deadline_stream;
pub mod figure;
pub mod home_router;
pub mod lanes;
pub mod layout;
pub mod link;
mod nat;
pub mod patience;
pub mod pcap;
mod platform;
pub mod port_sharing;
pub mod receive_buffer;
pub mod relay;
pub mod replay_window;
pub mod report;
pub mod sequence_diagram;

pub use bottleneck::Bottleneck;
pub use bucket::TokenBucket;
pub use chart::Chart;
pub use conditions::Conditions;
pub use deadline_stream::DeadlineStream;
pub use fastrand;
pub use figure::Figure;
pub use getrandom;
pub use hmac_sha256;
pub use home_router::HomeRouter;
pub use lanes::Lanes;
pub use layout::Layout;
pub use link::Link;
pub use patience::{Over, Patience};
pub use relay::BadNetwork;
pub use replay_window::ReplayWindow;
pub use report::ReportListener;
pub use sequence_diagram::SequenceDiagram;
pub use udp_tutorial::{Explain, anyhow, explain, message};
