//! What a failed socket call tells you about: that call, one datagram, one peer, or the socket.

use std::io::{self, ErrorKind};

use crate::explain::{call, is_timeout, is_too_long};
use crate::platform::{FROM_ICMP, NO_ROOM, UNUSABLE};

/// What an error from a socket call concerns. It tells a loop whether to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Concern {
    /// This call alone: it timed out, a signal interrupted it, or the system is out of room for
    /// now. You may repeat the call while there is time.
    Call,
    /// One datagram. The next one may be fine.
    Datagram,
    /// One peer, or the path to it. You can still serve the others.
    Peer,
    /// The socket, the process, or the machine. The same call would fail again.
    Socket,
}

/// What `error` concerns if `operation` returned it. `operation` describes the call in words, as
/// for [`Explain`](crate::Explain). The same code means different things in different calls:
/// `EINVAL` from `send` means a bad datagram, and from `receive` a bad socket.
///
/// | operation | concerns the call | one datagram | one peer | the socket |
/// | --- | --- | --- | --- | --- |
/// | receive, peek | timeout, `EINTR` | `WSAEMSGSIZE`: longer than the buffer | all others, mostly ICMP reports: `ECONNREFUSED`, `EHOSTUNREACH`, `ENETUNREACH`, `EMSGSIZE`, `EPROTO`, `EACCES` over IPv6; on Windows `WSAECONNRESET`, `WSAENETRESET` | `EBADF`, `ENOTSOCK`, `EFAULT`, `EINVAL`, `ENOTCONN`, `ENOMEM`, `ENETDOWN` |
/// | send | - | all others: `EINVAL` or `EADDRNOTAVAIL` (port 0), `EMSGSIZE`, `EACCES` (broadcast), `EPERM` (a firewall), `ENOBUFS` and `EAGAIN` (no room), `EINTR` | ICMP reports about earlier datagrams, as for receive; no route | `EBADF`, `ENOTSOCK`, `EFAULT`, `EDESTADDRREQ`, `ENOTCONN`, `EPIPE` |
/// | accept | timeout, `EINTR`; `EMFILE`, `ENFILE`, `ENOBUFS`, `ENOMEM`, all temporary: pause before the next call, since the connection stays in the queue | - | all others: `ECONNABORTED`, and errors that Linux passes on from the new connection, such as `EPROTO` and `EHOSTUNREACH` | `EBADF`, `ENOTSOCK`, `EFAULT`, `EINVAL` |
/// | read, write, connect | - | - | all others, since the connection belongs to one peer | `EBADF`, `ENOTSOCK`, `EFAULT` |
/// | bind and others | - | - | - | all |
///
/// Sources: recv(2), send(2), accept(2), udp(7), icmp(7); for Windows, Winsock's documentation of
/// `recvfrom`, `sendto` and `accept`; for a source port of 0, RFC 768; for ICMP errors on UDP
/// sockets, RFC 1122, section 4.1.3.3. On Linux, the table `icmp_err_convert` in net/ipv4/icmp.c
/// maps ICMP messages to errors.
///
/// ```
/// use std::io::{Error, ErrorKind};
/// use udp_tutorial::explain::{Concern, concern};
///
/// let unreachable = Error::from(ErrorKind::HostUnreachable);
/// assert_eq!(concern("receive from", &unreachable), Concern::Peer);
/// let invalid = Error::from(ErrorKind::InvalidInput);
/// assert_eq!(concern("send to", &invalid), Concern::Datagram);
/// assert_eq!(concern("receive from", &invalid), Concern::Socket);
/// ```
pub fn concern(operation: &str, error: &io::Error) -> Concern {
    use ErrorKind::*;
    if error.raw_os_error().is_some_and(|code| UNUSABLE.contains(&code)) {
        return Concern::Socket;
    }
    let is_early = is_timeout(error) || error.kind() == Interrupted;
    match (call(operation), error.kind()) {
        ("receive" | "peek" | "accept", _) if is_early => Concern::Call,
        ("receive" | "peek", InvalidInput | NotConnected | OutOfMemory | NetworkDown) => {
            Concern::Socket
        }
        ("receive" | "peek", _) if cfg!(windows) && is_too_long(error) => Concern::Datagram,
        ("receive" | "peek", _) => Concern::Peer,
        ("send", NotConnected | BrokenPipe) => Concern::Socket,
        ("send", _) if is_icmp(error) => Concern::Peer,
        ("send", _) => Concern::Datagram,
        ("accept", _) if has_no_room(error) => Concern::Call,
        ("accept", InvalidInput) => Concern::Socket,
        ("accept" | "read" | "write" | "connect", _) => Concern::Peer,
        _ => Concern::Socket,
    }
}

/// Whether the process or the machine is out of room for now.
pub fn has_no_room(error: &io::Error) -> bool {
    error.raw_os_error().is_some_and(|code| NO_ROOM.contains(&code))
}

/// Whether a loop may go on, because the error does not concern the socket. See [`concern`].
///
/// ```
/// use std::io::{Error, ErrorKind};
/// use udp_tutorial::explain::is_transient;
///
/// assert!(is_transient("receive", &Error::from(ErrorKind::ConnectionReset)));
/// assert!(!is_transient("receive", &Error::from(ErrorKind::NotConnected)));
/// ```
pub fn is_transient(operation: &str, error: &io::Error) -> bool {
    concern(operation, error) != Concern::Socket
}

/// How many times [`despite_icmp`] makes a call.
const TRIES: usize = 8;

/// Sends on a connected socket even if ICMP has reported an error about an earlier datagram. The
/// system returns that error from the next call on the socket *instead of* sending, so this
/// function repeats the call, making it at most eight times.
///
/// ```
/// use std::net::UdpSocket;
/// use udp_tutorial::explain::despite_icmp;
///
/// let gone = UdpSocket::bind(("127.0.0.1", 0))?.local_addr()?;
/// let client = UdpSocket::bind(("127.0.0.1", 0))?;
/// client.connect(gone)?;
/// for _ in 0..5 {
///     despite_icmp(|| client.send(b"Hello."))?; // nobody listens, and each send says so
/// }
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
///
/// The call fails with another error, or all eight calls fail.
pub fn despite_icmp<T>(mut send: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    for _ in 1..TRIES {
        match send() {
            // ICMPv6 "administratively prohibited" arrives as a permission error.
            Err(error) if is_icmp(&error) || is_too_long(&error) => {}
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {}
            done => return done,
        }
    }
    send()
}

/// Whether ICMP reported the error, about a datagram that the socket sent earlier. ICMP can also
/// report "too long", but that is left out here because `send` says it of its own datagram as well.
fn is_icmp(error: &io::Error) -> bool {
    use ErrorKind::*;
    let kinds =
        [ConnectionRefused, ConnectionReset, HostUnreachable, NetworkUnreachable, NetworkDown];
    let code = error.raw_os_error();
    kinds.contains(&error.kind()) || code.is_some_and(|code| FROM_ICMP.contains(&code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_few_errors_end_a_loop() {
        let kinds = |operation: &str, expected: Concern, kinds: &[ErrorKind]| {
            for kind in kinds {
                let found = concern(operation, &io::Error::from(*kind));
                assert_eq!(found, expected, "{operation}: {kind:?}");
            }
        };
        use ErrorKind::*;
        kinds("receive from", Concern::Call, &[WouldBlock, TimedOut, Interrupted]);
        kinds("receive at", Concern::Peer, &[ConnectionRefused, ConnectionReset]);
        kinds("receive", Concern::Peer, &[HostUnreachable, NetworkUnreachable]);
        kinds("receive", Concern::Socket, &[InvalidInput, NotConnected, OutOfMemory]);
        kinds("send to", Concern::Datagram, &[InvalidInput, AddrNotAvailable, PermissionDenied]);
        kinds("send", Concern::Datagram, &[WouldBlock, Interrupted, OutOfMemory]);
        kinds("send", Concern::Peer, &[ConnectionRefused, HostUnreachable, NetworkUnreachable]);
        kinds("send", Concern::Socket, &[NotConnected, BrokenPipe]);
        kinds("accept", Concern::Call, &[WouldBlock, Interrupted]);
        kinds("accept", Concern::Peer, &[ConnectionAborted, HostUnreachable, PermissionDenied]);
        kinds("accept", Concern::Socket, &[InvalidInput]);
        kinds("read", Concern::Peer, &[TimedOut, UnexpectedEof, ConnectionReset]);
        kinds("bind", Concern::Socket, &[AddrInUse, TimedOut]);
    }

    #[test]
    fn accept_is_retried_when_the_system_is_out_of_room() {
        for code in NO_ROOM {
            let error = io::Error::from_raw_os_error(*code);
            assert_eq!(concern("accept", &error), Concern::Call, "{error}");
        }
    }

    #[test]
    fn an_unusable_socket_ends_every_loop() {
        for code in UNUSABLE {
            for operation in ["receive", "send", "accept", "read"] {
                let error = io::Error::from_raw_os_error(*code);
                assert_eq!(concern(operation, &error), Concern::Socket, "{operation}: {error}");
            }
        }
    }

    /// The errors come from the table in net/ipv4/icmp.c. A connected socket receives them.
    #[cfg(target_os = "linux")]
    #[test]
    fn icmp_reports_concern_the_peer() {
        let codes = [
            113, // EHOSTUNREACH: host unreachable, prohibited, time exceeded
            101, // ENETUNREACH
            112, // EHOSTDOWN
            64,  // ENONET
            92,  // ENOPROTOOPT: protocol unreachable
            95,  // EOPNOTSUPP: source route failed
            71,  // EPROTO: parameter problem
            111, // ECONNREFUSED: port unreachable
        ];
        for code in codes {
            for operation in ["receive", "send"] {
                let error = io::Error::from_raw_os_error(code);
                assert_eq!(concern(operation, &error), Concern::Peer, "{operation}: {error}");
            }
        }
        // Fragmentation needed, for an earlier datagram or for this one.
        let too_long = io::Error::from_raw_os_error(90);
        assert_eq!(concern("receive", &too_long), Concern::Peer);
        assert_eq!(concern("send", &too_long), Concern::Datagram);
    }

    #[test]
    fn a_call_is_repeated_but_not_for_ever() {
        let mut calls = 0;
        let refused = || Err::<(), _>(io::Error::from(ErrorKind::ConnectionRefused));
        despite_icmp(|| {
            calls += 1;
            refused()
        })
        .unwrap_err();
        assert_eq!(calls, TRIES);
        let denied = despite_icmp(|| Err::<(), _>(io::Error::from(ErrorKind::PermissionDenied)));
        assert_eq!(denied.unwrap_err().kind(), ErrorKind::PermissionDenied);
    }
}
