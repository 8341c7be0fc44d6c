//! What an error of a socket call concerns: this call, one datagram, one peer, or the socket.

use std::io::{self, ErrorKind};

use crate::explain::{call, is_timeout, is_too_long};
use crate::platform::{FROM_ICMP, NO_ROOM, UNUSABLE};

/// What an error of a socket call concerns, and so what a loop of such calls does about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Concern {
    /// This call alone: its timeout has passed, a signal has ended it, or there is no room at the
    /// moment. The same call may be made again, as long as there is time.
    Call,
    /// One datagram. The next one may be good.
    Datagram,
    /// One peer, or the way to it. Others are served as before.
    Peer,
    /// The socket, the process, or the machine: the same call would fail again.
    Socket,
}

/// What `error` concerns when `operation`, a call in words as for [`Explain`](crate::Explain),
/// returned it. The same code means different things in different calls: `EINVAL` condemns the
/// datagram that `send` was given, and the socket that `receive` was given.
///
/// | call | concerns the call | one datagram | one peer | the socket |
/// | --- | --- | --- | --- | --- |
/// | receive, peek | timeout, `EINTR` | `WSAEMSGSIZE`: longer than the buffer | all others, above all what ICMP reports: `ECONNREFUSED`, `EHOSTUNREACH`, `ENETUNREACH`, `EMSGSIZE`, `EPROTO`, over IPv6 `EACCES`; on Windows `WSAECONNRESET`, `WSAENETRESET` | `EBADF`, `ENOTSOCK`, `EFAULT`, `EINVAL`, `ENOTCONN`, `ENOMEM`, `ENETDOWN` |
/// | send | - | all others: `EINVAL` or `EADDRNOTAVAIL` (to port 0), `EMSGSIZE`, `EACCES` (broadcast), `EPERM` (a firewall), `ENOBUFS` and `EAGAIN` (no room), `EINTR` | what ICMP reports of earlier datagrams, as for receive; no route | `EBADF`, `ENOTSOCK`, `EFAULT`, `EDESTADDRREQ`, `ENOTCONN`, `EPIPE` |
/// | accept | timeout, `EINTR`; `EMFILE`, `ENFILE`, `ENOBUFS`, `ENOMEM`, which pass: pause, since the connection stays in the queue | - | all others: `ECONNABORTED`, and what Linux passes on from the new connection: `EPROTO`, `EHOSTUNREACH` … | `EBADF`, `ENOTSOCK`, `EFAULT`, `EINVAL` |
/// | read, write, connect | - | - | all others: the connection is the peer's | `EBADF`, `ENOTSOCK`, `EFAULT` |
/// | bind and others | - | - | - | all |
///
/// Sources: recv(2), send(2), accept(2), udp(7), icmp(7); for Windows the pages of Winsock's
/// `recvfrom`, `sendto` and `accept`; for a source port of 0, RFC 768; for ICMP errors on UDP
/// sockets, RFC 1122, section 4.1.3.3. Which ICMP message becomes which error on Linux is the table
/// `icmp_err_convert` in net/ipv4/icmp.c.
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

/// Whether the process or the machine has no room at the moment.
pub fn has_no_room(error: &io::Error) -> bool {
    error.raw_os_error().is_some_and(|code| NO_ROOM.contains(&code))
}

/// Whether a loop may go on after the error: it does not concern the socket, see [`concern`].
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

/// How often [`despite_icmp`] makes a call.
const TRIES: usize = 8;

/// Sends on a connected socket although ICMP has reported something about an earlier datagram. The
/// system returns that error from the next call on the socket, *in place of* sending; so the call is
/// made again, eight times at most.
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
/// The call fails with another error, or all tries fail.
pub fn despite_icmp<T>(mut send: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    for _ in 1..TRIES {
        match send() {
            // Over IPv6 "prohibited" comes as a matter of permission.
            Err(error) if is_icmp(&error) || is_too_long(&error) => {}
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {}
            done => return done,
        }
    }
    send()
}

/// Whether ICMP has brought the error, about an earlier datagram of the socket. It may have brought
/// "too long" as well, but a send says that of its own datagram, too.
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

    /// Each operation with each kind of error that std names for sockets.
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
    fn an_accept_waits_until_there_is_room() {
        for code in NO_ROOM {
            let error = io::Error::from_raw_os_error(*code);
            assert_eq!(concern("accept", &error), Concern::Call, "{error}");
        }
    }

    #[test]
    fn a_socket_that_cannot_be_used_ends_every_loop() {
        for code in UNUSABLE {
            for operation in ["receive", "send", "accept", "read"] {
                let error = io::Error::from_raw_os_error(*code);
                assert_eq!(concern(operation, &error), Concern::Socket, "{operation}: {error}");
            }
        }
    }

    /// By the table of net/ipv4/icmp.c: what ICMP says of a datagram reaches a connected socket.
    #[cfg(target_os = "linux")]
    #[test]
    fn what_icmp_reports_concerns_the_peer() {
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
        // Fragmentation needed: of an earlier datagram, or of this one.
        let too_long = io::Error::from_raw_os_error(90);
        assert_eq!(concern("receive", &too_long), Concern::Peer);
        assert_eq!(concern("send", &too_long), Concern::Datagram);
    }

    #[test]
    fn a_call_is_made_again_but_not_for_ever() {
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
