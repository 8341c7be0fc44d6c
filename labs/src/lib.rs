//! The apparatus of the labs of *UDP, hands on*: networks that behave badly, sockets' options, and
//! pictures. One module per idea:
//!
//! - [`patience`]: how long a server waits;
//! - [`deadline_stream`]: a TCP connection whose calls all end at one moment;
//! - [`burst`]: many datagrams at once, to this machine only;
//! - [`report`]: where a client asks what became of what it has sent;
//! - [`receive_buffer`]: a socket's receive buffer, and what it dropped;
//! - [`conditions`]: how bad a network is;
//! - [`relay`]: such a network, which loses, duplicates, delays and reorders;
//! - [`sequence_diagram`]: what that network did, as a diagram;
//! - [`port_sharing`]: sockets that share a port;
//! - [`bottleneck`]: a narrow link in such a network;
//! - [`bucket`]: a limit on how often somebody is answered;
//! - [`layout`]: the bytes of a packet, field by field;
//! - [`pcap`]: packets in a file for Wireshark;
//! - [`chart`] and [`figure`]: pictures for the notebook, with the same in words.
//!
//! The crate [`udp_tutorial`] is passed on whole. [`fastrand`] is for random numbers that an attacker may
//! guess, and [`getrandom`] for those that none must.
//!
//! Socket options that differ from platform to platform stand in `labs/src/platform.rs`.

#![deny(missing_docs)]

pub mod bottleneck;
pub mod bucket;
pub mod burst;
pub mod chart;
pub mod conditions;
pub mod deadline_stream;
pub mod figure;
pub mod layout;
mod nat;
pub mod patience;
pub mod pcap;
mod platform;
pub mod port_sharing;
pub mod receive_buffer;
pub mod relay;
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
pub use layout::Layout;
pub use patience::{Over, Patience};
pub use relay::BadNetwork;
pub use report::ReportListener;
pub use sequence_diagram::SequenceDiagram;
pub use udp_tutorial::{Explain, anyhow, explain, message};
