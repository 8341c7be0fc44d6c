//! Turns an [`io::Error`] into one line: operation, address, cause, and what to do next.

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
        self.map_err(|error| {
            // Only errors pay for resolving. An address that does not resolve is shown as given.
            let address = match address.to_socket_addrs().ok().and_then(|mut all| all.next()) {
                Some(address) => address.to_string(),
                None => format!("{address:?}"),
            };
            let line =
                format!("{operation} {address}: {}", cause_and_remedy(operation, &error, &address));
            anyhow::Error::new(error).context(line)
        })
    }
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

/// The cause, with std's name for it, and what to do. The meaning of a timeout or a refusal depends
/// on the call, which is the first word of `operation`.
#[expect(clippy::too_many_lines, reason = "a table, with an entry for each error")]
fn cause_and_remedy(operation: &str, error: &io::Error, address: &str) -> String {
    let call = call(operation);
    if is_too_long(error) {
        return too_long(call, address);
    }
    let (cause, remedy) = match (error.kind(), call) {
        (ErrorKind::AddrInUse, _) => (
            "the address is in use",
            format!(
                "another server cell, program or user of this computer already has {address}, and \
                 would answer your client; press ■ in that notebook, or change PORT in both \
                 notebooks"
            ),
        ),
        (ErrorKind::AddrNotAvailable, _) => (
            "this machine has no such address",
            "set HOST to 127.0.0.1, or to the address of one of this machine's interfaces".into(),
        ),
        (ErrorKind::ConnectionRefused, _) => (
            "refused, because nothing is listening there",
            "run the server cell first, then this cell again".into(),
        ),
        (ErrorKind::ConnectionReset, "read" | "write") => (
            "the other side reset the connection",
            "run the server cell, then this cell again".into(),
        ),
        (ErrorKind::ConnectionReset, _) => (
            "an earlier message was refused, because nothing is listening there any more",
            "run the server cell, then this cell again".into(),
        ),
        (ErrorKind::UnexpectedEof, _) => (
            "the other side closed the connection",
            "run the cell on the other side, then this cell again".into(),
        ),
        // Windows returns WSAEACCES if a socket that does not share the port already has it.
        (ErrorKind::PermissionDenied, "bind") if cfg!(windows) => (
            "another program has exclusive use of the port, or Windows has reserved it",
            format!(
                "stop the server cell (with ■) or the program that has {address}, or change PORT \
                 in both notebooks"
            ),
        ),
        (ErrorKind::PermissionDenied, "bind") => (
            "the system does not allow it",
            "a port below 1024 needs administrator rights; change PORT in both notebooks".into(),
        ),
        // ICMPv6 reported "administratively prohibited".
        (ErrorKind::PermissionDenied, "receive") => {
            ("a router or a firewall refused an earlier datagram", "check HOST and PORT".into())
        }
        (ErrorKind::PermissionDenied, _) => (
            "the system does not allow it",
            "to send to a broadcast address, call set_broadcast(true) first; for any other \
             address, check this machine's firewall"
                .into(),
        ),
        (ErrorKind::WouldBlock | ErrorKind::TimedOut, "receive") => (
            "no datagram came in time",
            "the server is not running, or a datagram was lost, and UDP does not say which; run \
             the server cell, then this cell again"
                .into(),
        ),
        (ErrorKind::WouldBlock | ErrorKind::TimedOut, _) => (
            "the call timed out",
            "the other side is silent or unreachable; run the server cell, then this cell again"
                .into(),
        ),
        (ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable, _) => (
            "a router or this machine reports that the address cannot be reached",
            "check HOST; on the loopback interface, suspect a firewall".into(),
        ),
        (ErrorKind::InvalidInput, "send") => (
            "this datagram cannot be sent",
            "check HOST and PORT; you cannot send to port 0 or to an invalid address".into(),
        ),
        (kind, _) => return format!("{error} ({kind:?}); check HOST and PORT"),
    };
    format!("{cause} ({:?}): {remedy}", error.kind())
}

/// Which datagram is too long: an earlier one that a router could not forward (Unix), a received
/// one that did not fit into the buffer (Windows), or the one to be sent.
fn too_long(call: &str, address: &str) -> String {
    if call == "receive" && cfg!(unix) {
        return format!(
            "a router reports that an earlier datagram was too long ({MESSAGE_TOO_LONG_NAME}): \
             send less, or split the message"
        );
    }
    if call == "receive" {
        return format!(
            "the datagram is longer than the buffer ({MESSAGE_TOO_LONG_NAME}), and the rest is \
             lost: use a larger buffer"
        );
    }
    let most = if address.starts_with('[') { "IPv6 holds 65,527" } else { "IPv4 holds 65,507" };
    format!(
        "the message is too long ({MESSAGE_TOO_LONG_NAME}): a datagram over {most} bytes at most, \
         and some systems set a lower limit; send less, or split the message"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::UdpSocket;
    use std::time::Duration;

    const ANY_PORT: (&str, u16) = ("127.0.0.1", 0);

    fn line<T: Debug>(result: anyhow::Result<T>) -> String {
        let line = result.unwrap_err().to_string();
        assert!(!line.contains('\n'), "a notebook shows one line: {line}");
        line
    }

    #[test]
    fn success_passes_through() {
        assert_eq!(Ok::<_, io::Error>(7).explain("bind", ANY_PORT).unwrap(), 7);
    }

    #[test]
    fn a_taken_address_is_named_with_a_remedy() {
        let first = UdpSocket::bind(ANY_PORT).unwrap();
        let taken = first.local_addr().unwrap();
        let line = line(UdpSocket::bind(taken).explain("bind", taken));
        assert!(line.starts_with(&format!("bind {taken}: the address is in use")), "{line}");
        assert!(line.contains("press ■ in that notebook, or change PORT in both"), "{line}");
    }

    #[test]
    fn another_machines_address_is_not_available() {
        // 192.0.2.1 is reserved for documentation (RFC 5737). Nothing is sent to it.
        let elsewhere = ("192.0.2.1", 0);
        let line = line(UdpSocket::bind(elsewhere).explain("bind", elsewhere));
        assert!(line.contains("this machine has no such address"), "{line}");
    }

    #[test]
    fn a_timeout_names_both_causes() {
        let silent = UdpSocket::bind(ANY_PORT).unwrap();
        let client = UdpSocket::bind(ANY_PORT).unwrap();
        client.set_read_timeout(Some(Duration::from_millis(1))).unwrap();
        let waited = client.recv(&mut [0; 8]).explain("receive from", silent.local_addr().unwrap());
        let waited = line(waited);
        assert!(waited.contains("no datagram came in time"), "{waited}");
    }

    #[test]
    fn a_refusal_differs_from_a_timeout() {
        let silent = UdpSocket::bind(ANY_PORT).unwrap();
        let peer = silent.local_addr().unwrap();
        let client = UdpSocket::bind(ANY_PORT).unwrap();
        client.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        client.connect(peer).unwrap();
        drop(silent);
        client.send(b"Hello.").unwrap();
        let refused = line(client.recv(&mut [0; 8]).explain("receive from", peer));
        assert!(refused.contains("nothing is listening there"), "{refused}");
    }

    #[test]
    fn a_datagram_of_65_508_bytes_is_too_long() {
        let server = UdpSocket::bind(ANY_PORT).unwrap();
        let peer = server.local_addr().unwrap();
        let client = UdpSocket::bind(ANY_PORT).unwrap();
        let error = client.send_to(&[0; 65_508], peer).explain("send to", peer);
        assert!(line(error).contains("over IPv4 holds 65,507 bytes at most"));
    }

    #[test]
    fn the_meaning_of_an_error_depends_on_the_call() {
        let explained = |operation: &str, error: io::Error, address: &str| {
            line(Err::<(), _>(error).explain(operation, address))
        };
        let timeout = || io::Error::from(ErrorKind::TimedOut);
        let peer = "127.0.0.1:9";
        assert!(explained("receive from", timeout(), peer).contains("no datagram came"));
        assert!(!explained("read from", timeout(), peer).contains("datagram"));
        assert!(!explained("connect to", timeout(), peer).contains("datagram"));
        let denied = || io::Error::from(ErrorKind::PermissionDenied);
        assert!(explained("send to", denied(), peer).contains("set_broadcast"));
        assert!(!explained("bind", denied(), peer).contains("set_broadcast"));
        let too_long = || io::Error::from_raw_os_error(MESSAGE_TOO_LONG);
        assert!(
            explained("send to", too_long(), "[::1]:9").contains("over IPv6 holds 65,527 bytes")
        );
        let cause = if cfg!(windows) {
            "longer than the buffer"
        } else {
            "an earlier datagram was too long"
        };
        assert!(explained("receive at", too_long(), peer).contains(cause));
        let invalid = || io::Error::from(ErrorKind::InvalidInput);
        assert!(explained("send to", invalid(), peer).contains("port 0"));
        assert!(!explained("receive from", invalid(), peer).contains("port 0"));
    }

    #[cfg(target_os = "linux")] // elsewhere the loopback network may have no broadcast address
    #[test]
    fn broadcast_without_permission_names_the_remedy() {
        let socket = UdpSocket::bind(ANY_PORT).unwrap();
        let everyone = ("127.255.255.255", 9);
        let error = socket.send_to(b"", everyone).explain("send to", everyone);
        assert!(line(error).contains("set_broadcast(true)"));
    }

    #[test]
    fn each_kind_has_its_own_message_and_keeps_the_error() {
        use ErrorKind::*;
        let kinds = [
            AddrInUse,
            AddrNotAvailable,
            ConnectionRefused,
            ConnectionReset,
            PermissionDenied,
            TimedOut,
            UnexpectedEof,
            HostUnreachable,
            InvalidInput,
        ];
        let mut seen = std::collections::HashSet::new();
        for kind in kinds {
            let result: io::Result<()> = Err(kind.into());
            let error = result.explain("send to", ("127.0.0.1", 49152)).unwrap_err();
            assert_eq!(error.downcast_ref::<io::Error>().unwrap().kind(), kind);
            assert!(error.to_string().starts_with("send to 127.0.0.1:49152: "));
            assert!(error.to_string().contains(&format!("({kind:?})")), "{error}");
            assert!(seen.insert(error.to_string()), "two kinds share the message: {error}");
        }
    }

    #[test]
    fn an_address_that_does_not_resolve_is_shown_as_given() {
        let result: io::Result<()> = Err(io::Error::other("lookup failed"));
        let line = line(result.explain("bind", "not an address"));
        assert!(line.starts_with("bind \"not an address\": lookup failed"), "{line}");
    }
}
