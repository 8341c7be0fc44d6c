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
//! - [`mod@explain`]: an [`io::Error`](std::io::Error) as one line with cause and remedy;
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
//! [`anyhow`] and [`fastrand`] are passed on for cells that name an error or need a random number.
//!
//! What differs from platform to platform stands in `src/platform.rs` and nowhere else.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod bottleneck;
pub mod bucket;
pub mod burst;
pub mod capture;
pub mod chart;
pub mod conditions;
pub mod desk;
pub mod explain;
pub mod figure;
pub mod layout;
pub mod message;
mod path;
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
pub use desk::Desk;
pub use explain::Explain;
pub use fastrand;
pub use figure::Figure;
pub use layout::Layout;
pub use relay::BadNetwork;
pub use sequence_diagram::SequenceDiagram;
