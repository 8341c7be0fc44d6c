//! An [`io::Error`] as one line: the operation, the address, the cause, and what to do next.

use std::fmt::Debug;
use std::io::{self, ErrorKind};
use std::net::ToSocketAddrs;

pub use crate::concern::{Concern, concern, despite_icmp, has_no_room, is_transient};
use crate::platform::{MESSAGE_TOO_LONG, MESSAGE_TOO_LONG_NAME};

/// Explains the error of a socket call, for a notebook that shows one line of it.
pub trait Explain<T> {
    /// Puts `operation`, `address`, the cause and a remedy into one line.
    ///
    /// `operation` is the call in words ("bind", "receive from"); `address` is what the call was
    /// given: anything that std resolves to a socket address. The [`io::Error`] stays available:
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
    /// assert!(error.unwrap_err().to_string().contains("UDP does not tell which"));
    /// # Ok::<(), anyhow::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The error it was called on, explained.
    fn explain(self, operation: &str, address: impl ToSocketAddrs + Debug) -> anyhow::Result<T>;
}

impl<T> Explain<T> for io::Result<T> {
    fn explain(self, operation: &str, address: impl ToSocketAddrs + Debug) -> anyhow::Result<T> {
        self.map_err(|error| {
            // Resolved only here, on the way to the reader; what does not resolve is shown as given.
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

/// Whether a call ended because its timeout had passed: `WouldBlock` on Unix, `TimedOut` on Windows.
pub fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

/// Whether a datagram was too long: one that was sent, or, on Windows, one that was longer than the
/// buffer it was to be received in (`WSAEMSGSIZE`). Unix cuts the latter and reports no error.
pub fn is_too_long(error: &io::Error) -> bool {
    error.raw_os_error() == Some(MESSAGE_TOO_LONG)
}

/// The call that an operation in words is about: its first word.
pub(crate) fn call(operation: &str) -> &str {
    operation.split(' ').next().unwrap_or_default()
}

/// The cause, with std's name of it, and what to do. What a timeout or a refusal means depends on
/// what was asked: the first word of `operation` says it.
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
                "another server cell, another program or another user of this computer has \
                 {address}, and would answer a client; press ■ there, or change PORT in both \
                 notebooks"
            ),
        ),
        (ErrorKind::AddrNotAvailable, _) => (
            "this machine has no such address",
            "set HOST to 127.0.0.1, or to an address of one of its interfaces".into(),
        ),
        (ErrorKind::ConnectionRefused, _) => (
            "refused, because nobody listens there",
            "run the server cell first, then this cell again".into(),
        ),
        (ErrorKind::ConnectionReset, "read" | "write") => (
            "the other side has broken the connection off",
            "run the server cell, then this cell again".into(),
        ),
        (ErrorKind::ConnectionReset, _) => (
            "nobody listens there any more, says the answer to an earlier message",
            "run the server cell, then this cell again".into(),
        ),
        (ErrorKind::UnexpectedEof, _) => (
            "the other side has closed the connection",
            "run the cell there, then this one again".into(),
        ),
        // WSAEACCES: so Windows says where a port is taken by a socket that does not share it.
        (ErrorKind::PermissionDenied, "bind") if cfg!(windows) => (
            "another program has the port for itself, or Windows has reserved it",
            format!(
                "press ■ where another server cell or program has {address}, or change PORT in \
                 both notebooks"
            ),
        ),
        (ErrorKind::PermissionDenied, "bind") => (
            "the system does not permit it",
            "a port below 1024 wants an administrator: change PORT in both notebooks".into(),
        ),
        // ICMPv6: administratively prohibited.
        (ErrorKind::PermissionDenied, "receive") => {
            ("a router or a firewall refused an earlier datagram", "check HOST and PORT".into())
        }
        (ErrorKind::PermissionDenied, _) => (
            "the system does not permit it",
            "a broadcast address needs set_broadcast(true) first; any other, a firewall of this \
             machine forbids"
                .into(),
        ),
        (ErrorKind::WouldBlock | ErrorKind::TimedOut, "receive") => (
            "no datagram came in time",
            "the server is not running, or a datagram was lost, and UDP does not tell which; run \
             the server cell, then this cell again"
                .into(),
        ),
        (ErrorKind::WouldBlock | ErrorKind::TimedOut, _) => (
            "nothing happened in time",
            "the other side is silent, or unreachable; run the server cell, then this cell again"
                .into(),
        ),
        (ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable, _) => (
            "a router or this machine reports that the address cannot be reached",
            "check HOST; on the loopback interface it may be a firewall's answer".into(),
        ),
        (ErrorKind::InvalidInput, "send") => (
            "this datagram cannot be sent",
            "nothing can be sent to port 0, nor to an address that is none".into(),
        ),
        (kind, _) => return format!("{error} ({kind:?}); check HOST and PORT"),
    };
    format!("{cause} ({:?}): {remedy}", error.kind())
}

/// A datagram that is too long: one of this socket that a router could not pass on (Unix), one that
/// did not fit into the buffer (Windows), or the one to be sent.
fn too_long(call: &str, address: &str) -> String {
    if call == "receive" && cfg!(unix) {
        return format!(
            "a router reports that an earlier datagram was too long ({MESSAGE_TOO_LONG_NAME}); \
             send less, or split it"
        );
    }
    if call == "receive" {
        return format!(
            "the datagram is longer than the buffer ({MESSAGE_TOO_LONG_NAME}): what did not fit is lost"
        );
    }
    let most =
        if address.starts_with('[') { "over IPv6 holds 65,527" } else { "over IPv4 holds 65,507" };
    format!(
        "the message is too long ({MESSAGE_TOO_LONG_NAME}): a datagram {most} bytes at the most, \
         and no more than the system is set to; send less, or split it"
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
    fn a_taken_address_is_named_with_the_remedy() {
        let first = UdpSocket::bind(ANY_PORT).unwrap();
        let taken = first.local_addr().unwrap();
        let line = line(UdpSocket::bind(taken).explain("bind", taken));
        assert!(line.starts_with(&format!("bind {taken}: the address is in use")), "{line}");
        assert!(line.contains("press ■ there, or change PORT in both notebooks"), "{line}");
    }

    #[test]
    fn an_address_of_another_machine_is_not_available() {
        // 192.0.2.1 is reserved for documentation (RFC 5737); nothing is sent to it.
        let elsewhere = ("192.0.2.1", 0);
        let line = line(UdpSocket::bind(elsewhere).explain("bind", elsewhere));
        assert!(line.contains("this machine has no such address"), "{line}");
    }

    #[test]
    fn a_timeout_is_named_with_both_causes() {
        let silent = UdpSocket::bind(ANY_PORT).unwrap();
        let client = UdpSocket::bind(ANY_PORT).unwrap();
        client.set_read_timeout(Some(Duration::from_millis(1))).unwrap();
        let waited = client.recv(&mut [0; 8]).explain("receive from", silent.local_addr().unwrap());
        let waited = line(waited);
        assert!(waited.contains("no datagram came in time"), "{waited}");
    }

    #[test]
    fn a_refusal_is_told_from_a_timeout() {
        let silent = UdpSocket::bind(ANY_PORT).unwrap();
        let peer = silent.local_addr().unwrap();
        let client = UdpSocket::bind(ANY_PORT).unwrap();
        client.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        client.connect(peer).unwrap();
        drop(silent);
        client.send(b"Hello.").unwrap();
        let refused = line(client.recv(&mut [0; 8]).explain("receive from", peer));
        assert!(refused.contains("nobody listens there"), "{refused}");
    }

    #[test]
    fn a_datagram_of_65_508_bytes_is_too_long() {
        let server = UdpSocket::bind(ANY_PORT).unwrap();
        let peer = server.local_addr().unwrap();
        let client = UdpSocket::bind(ANY_PORT).unwrap();
        let error = client.send_to(&[0; 65_508], peer).explain("send to", peer);
        assert!(line(error).contains("over IPv4 holds 65,507 bytes at the most"));
    }

    #[test]
    fn what_was_asked_decides_what_the_error_means() {
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
    fn each_kind_has_its_own_words_and_keeps_the_error() {
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
            assert!(seen.insert(error.to_string()), "said twice: {error}");
        }
    }

    #[test]
    fn an_address_that_does_not_resolve_is_shown_as_given() {
        let result: io::Result<()> = Err(io::Error::other("lookup failed"));
        let line = line(result.explain("bind", "not an address"));
        assert!(line.starts_with("bind \"not an address\": lookup failed"), "{line}");
    }
}
