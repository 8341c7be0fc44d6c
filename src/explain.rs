//! Turns an [`io::Error`] into one line: operation, address, cause, and what to do next.

mod english;
mod japanese;

use std::fmt::Debug;
use std::io::{self, ErrorKind};
use std::net::ToSocketAddrs;

pub use crate::concern::{Concern, concern, despite_icmp, has_no_room, is_transient};
use crate::platform::{MESSAGE_TOO_LONG, MESSAGE_TOO_LONG_NAME};

/// Explains the error of a socket call in one line, because a notebook shows only one.
pub trait Explain<T> {
    /// Puts `operation`, `address`, the cause and a remedy into one line.
    ///
    /// `operation` is the call in words ("bind", "receive from"). `address` is the address you gave
    /// the call, in any form that std can resolve. You can still get the [`io::Error`] back with
    /// `error.downcast_ref::<io::Error>()`.
    ///
    /// ```
    /// use std::{net::UdpSocket, time::Duration};
    /// use udp_tutorial::Explain;
    ///
    /// let silent = UdpSocket::bind(("127.0.0.1", 0))?;
    /// let client = UdpSocket::bind(("127.0.0.1", 0))?;
    /// client.set_read_timeout(Some(Duration::from_millis(1)))?;
    /// let error = client.recv_from(&mut [0; 64]).explain("receive from", silent.local_addr()?);
    /// assert!(error.unwrap_err().to_string().contains("UDP does not say which"));
    /// # Ok::<(), anyhow::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The original error, explained.
    fn explain(self, operation: &str, address: impl ToSocketAddrs + Debug) -> anyhow::Result<T>;
}

impl<T> Explain<T> for io::Result<T> {
    fn explain(self, operation: &str, address: impl ToSocketAddrs + Debug) -> anyhow::Result<T> {
        in_one_line(self, operation, address, english::line)
    }
}

/// The same in Japanese, for the Japanese notebooks: `use udp_tutorial::ja::Explain`.
pub mod ja {
    use super::*;

    /// Explains the error of a socket call in one line of Japanese. `operation` stays English, since it
    /// names a call, as does what the system says.
    pub trait Explain<T> {
        /// As [`Explain::explain`](crate::Explain::explain), in Japanese.
        ///
        /// ```
        /// use std::net::UdpSocket;
        /// use udp_tutorial::ja::Explain;
        ///
        /// let first = UdpSocket::bind(("127.0.0.1", 0))?;
        /// let taken = first.local_addr()?;
        /// let error = UdpSocket::bind(taken).explain("bind", taken).unwrap_err();
        /// assert!(error.to_string().contains("アドレスは使用中です"));
        /// # Ok::<(), anyhow::Error>(())
        /// ```
        ///
        /// # Errors
        ///
        /// The original error, explained.
        fn explain(self, operation: &str, address: impl ToSocketAddrs + Debug)
        -> anyhow::Result<T>;
    }

    impl<T> Explain<T> for io::Result<T> {
        fn explain(
            self,
            operation: &str,
            address: impl ToSocketAddrs + Debug,
        ) -> anyhow::Result<T> {
            in_one_line(self, operation, address, japanese::line)
        }
    }
}

/// Puts the operation, the address and what `line` says of the error in front of it.
fn in_one_line<T>(
    result: io::Result<T>,
    operation: &str,
    address: impl ToSocketAddrs + Debug,
    line: impl Fn(Cause, &io::Error, &str) -> String,
) -> anyhow::Result<T> {
    result.map_err(|error| {
        // Only errors pay for resolving. An address that does not resolve is shown as given.
        let address = match address.to_socket_addrs().ok().and_then(|mut all| all.next()) {
            Some(address) => address.to_string(),
            None => format!("{address:?}"),
        };
        let said = line(cause(call(operation), &error), &error, &address);
        anyhow::Error::new(error).context(format!("{operation} {address}: {said}"))
    })
}

/// Whether a call timed out: `WouldBlock` on Unix, `TimedOut` on Windows.
pub fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

/// Whether a datagram was too long to send or, on Windows, longer than the buffer given to a
/// receive call (`WSAEMSGSIZE`). Unix cuts a received datagram to fit and reports no error.
pub fn is_too_long(error: &io::Error) -> bool {
    error.raw_os_error() == Some(MESSAGE_TOO_LONG)
}

/// The name of the call, which is the first word of `operation`.
pub(crate) fn call(operation: &str) -> &str {
    operation.split(' ').next().unwrap_or_default()
}

/// What causes an error. Each language has a line for each cause.
#[derive(Clone, Copy)]
enum Cause {
    AddressInUse,
    NoSuchAddress,
    Refused,
    /// A connection was reset.
    Reset,
    /// An earlier datagram was refused.
    RefusedEarlier,
    Closed,
    /// Windows returns `WSAEACCES` if another socket has exclusive use of the port.
    PortReserved,
    PortNotAllowed,
    /// ICMPv6 reported "administratively prohibited".
    Filtered,
    NotAllowed,
    NoDatagram,
    TimedOut,
    Unreachable,
    NotSendable,
    /// A router could not forward an earlier datagram.
    TooLongForPath,
    /// Windows reports a received datagram that did not fit into the buffer.
    TooLongForBuffer,
    TooLongToSend,
    Other,
}

/// The cause of an error that `call` returned: the same error means different things in different calls.
fn cause(call: &str, error: &io::Error) -> Cause {
    match (error.kind(), call) {
        _ if is_too_long(error) => match call {
            "receive" if cfg!(unix) => Cause::TooLongForPath,
            "receive" => Cause::TooLongForBuffer,
            _ => Cause::TooLongToSend,
        },
        (ErrorKind::AddrInUse, _) => Cause::AddressInUse,
        (ErrorKind::AddrNotAvailable, _) => Cause::NoSuchAddress,
        (ErrorKind::ConnectionRefused, _) => Cause::Refused,
        (ErrorKind::ConnectionReset, "read" | "write") => Cause::Reset,
        (ErrorKind::ConnectionReset, _) => Cause::RefusedEarlier,
        (ErrorKind::UnexpectedEof, _) => Cause::Closed,
        (ErrorKind::PermissionDenied, "bind") if cfg!(windows) => Cause::PortReserved,
        (ErrorKind::PermissionDenied, "bind") => Cause::PortNotAllowed,
        (ErrorKind::PermissionDenied, "receive") => Cause::Filtered,
        (ErrorKind::PermissionDenied, _) => Cause::NotAllowed,
        (ErrorKind::WouldBlock | ErrorKind::TimedOut, "receive") => Cause::NoDatagram,
        (ErrorKind::WouldBlock | ErrorKind::TimedOut, _) => Cause::TimedOut,
        (ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable, _) => Cause::Unreachable,
        (ErrorKind::InvalidInput, "send") => Cause::NotSendable,
        _ => Cause::Other,
    }
}

/// The name of an error, as it stands in each language.
fn name(error: &io::Error) -> String {
    if is_too_long(error) { MESSAGE_TOO_LONG_NAME.into() } else { format!("{:?}", error.kind()) }
}

#[cfg(test)]
mod tests;
