//! What the article's two notebooks of *UDP, hands on* import.
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
//!
//! - [`message`]: the bytes that server and client exchange;
//! - [`mod@explain`]: an [`io::Error`](std::io::Error) as one line with cause and remedy, and whether
//!   a loop goes on after it.
//!
//! The error codes that differ from platform to platform stand in `src/platform.rs`. What the further
//! labs import is the crate `udp_labs`, in the folder `labs`.

#![deny(missing_docs)]

mod concern;
pub mod explain;
pub mod message;
mod platform;

pub use anyhow;
pub use explain::Explain;
