//! Messages and error explanations for the two notebooks of the article *UDP, hands on*.
//!
//! When a socket call fails, a notebook shows one line. With std alone that line is
//! `Address already in use (os error 98)`: which address, in which call, and what now?
//! With [`Explain`] the line answers all three:
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
//! The calls on [`std::net::UdpSocket`] stay in the notebooks' cells, where readers see them.
//!
//! - [`message`]: the bytes that the server and the client exchange;
//! - [`mod@explain`]: an [`io::Error`](std::io::Error) as one line with cause and remedy, and
//!   whether a loop may go on after it;
//! - [`ja`]: the same lines in Japanese.
//!
//! `src/platform.rs` holds the error codes that differ between platforms. The other parts' labs
//! import the crate `udp_labs` from the folder `labs`.

#![deny(missing_docs)]

mod concern;
pub mod explain;
pub mod message;
mod platform;

pub use anyhow;
pub use explain::{Explain, ja};
