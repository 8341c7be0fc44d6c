//! What the two notebooks of *UDP, hands on* import.
//!
//! A notebook shows one line when a socket call fails. From std that line is
//! `Address already in use (os error 98)`: which address, in which call, and what now?
//! With [`Explain`] it names them:
//!
//! ```
//! use std::net::UdpSocket;
//! use udp_tutorial::Explain;
//!
//! let first = UdpSocket::bind(("127.0.0.1", 0))?;
//! let taken = first.local_addr()?;
//! let error = UdpSocket::bind(taken).explain("bind", taken).unwrap_err();
//! assert!(error.to_string().starts_with(&format!("bind {taken}: the address is in use")));
//! # Ok::<(), anyhow::Error>(())
//! ```
//!
//! The calls on [`std::net::UdpSocket`] stay in the notebooks' cells, where a reader sees them.
//! Here is only what would distract from them, one module per idea:
//!
//! - [`message`]: the bytes that server and client exchange;
//! - [`mod@explain`]: an [`io::Error`](std::io::Error) as one line with cause and remedy, and whether
//!   a loop goes on after it;
//! - [`patience`]: how long a server waits;
//! - [`deadline_stream`]: a TCP connection whose calls all end at one moment;
//! - [`burst`]: many datagrams at once, to this machine only;
//! - [`desk`]: where a client asks what became of what it has sent;
//! - [`queue`]: a socket's receive buffer, and what it dropped;
//! - [`conditions`]: how bad a network is;
//! - [`relay`]: such a network, which loses, duplicates, delays and reorders;
//! - [`sequence_diagram`]: what that network did, as a diagram;
//! - [`port_sharing`]: sockets that share a port;
//! - [`bottleneck`]: a narrow link in such a network;
//! - [`bucket`]: a limit on how often somebody is answered;
//! - [`layout`]: the bytes of a packet, field by field;
//! - [`capture`]: packets in a file for Wireshark;
//! - [`chart`] and [`figure`]: pictures for the notebook, with the same in words.
//!
//! [`anyhow`] is passed on for cells that name an error; [`fastrand`] for random numbers that an attacker
//! may guess, and [`getrandom`] for those that none must.
//!
//! What differs from platform to platform stands in `src/platform.rs` and nowhere else.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod bottleneck;
pub mod bucket;
pub mod burst;
pub mod capture;
pub mod chart;
mod concern;
pub mod conditions;
pub mod deadline_stream;
pub mod desk;
pub mod explain;
pub mod figure;
pub mod layout;
pub mod message;
mod nat;
pub mod patience;
mod platform;
pub mod port_sharing;
pub mod queue;
pub mod relay;
pub mod sequence_diagram;

pub use anyhow;
pub use bottleneck::Bottleneck;
pub use bucket::TokenBucket;
pub use chart::Chart;
pub use conditions::Conditions;
pub use deadline_stream::DeadlineStream;
pub use desk::Desk;
pub use explain::Explain;
pub use fastrand;
pub use figure::Figure;
pub use getrandom;
pub use layout::Layout;
pub use patience::{Over, Patience};
pub use relay::BadNetwork;
pub use sequence_diagram::SequenceDiagram;
