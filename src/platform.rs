//! Each platform's codes for errors that have no `ErrorKind` in std.

/// The code of "message too long": the datagram does not fit into one IPv4 packet
/// or, on Windows, into the receiver's buffer.
pub(crate) const MESSAGE_TOO_LONG: i32 = if cfg!(windows) {
    10040 // WSAEMSGSIZE
} else if cfg!(any(target_os = "linux", target_os = "android")) {
    90 // EMSGSIZE
} else {
    40 // EMSGSIZE on macOS and the BSDs
};

/// The system's own name for [`MESSAGE_TOO_LONG`].
pub(crate) const MESSAGE_TOO_LONG_NAME: &str =
    if cfg!(windows) { "WSAEMSGSIZE" } else { "EMSGSIZE" };

/// Errors that would recur on every call: the descriptor is not a socket, a pointer is invalid, or
/// an unconnected socket has no address to send to (errno(3), and Winsock's list of error codes).
pub(crate) const UNUSABLE: &[i32] = if cfg!(windows) {
    &[10009, 10014, 10038, 10039, 10093] // WSAEBADF, -FAULT, -NOTSOCK, -DESTADDRREQ, -NOTINITIALISED
} else if cfg!(any(target_os = "linux", target_os = "android")) {
    &[9, 14, 88, 89] // EBADF, EFAULT, ENOTSOCK, EDESTADDRREQ
} else {
    &[9, 14, 38, 39]
};

/// The process or the machine has no room for another connection or datagram right now.
pub(crate) const NO_ROOM: &[i32] = if cfg!(windows) {
    &[10024, 10055] // WSAEMFILE, WSAENOBUFS
} else if cfg!(any(target_os = "linux", target_os = "android")) {
    &[12, 23, 24, 105] // ENOMEM, ENFILE, EMFILE, ENOBUFS
} else {
    &[12, 23, 24, 55]
};

/// Errors by which the system passes on an ICMP message about an earlier datagram.
pub(crate) const FROM_ICMP: &[i32] = if cfg!(windows) {
    &[10052] // WSAENETRESET: a datagram's time to live ran out
} else if cfg!(any(target_os = "linux", target_os = "android")) {
    &[64, 71, 92, 95, 112] // ENONET, EPROTO, ENOPROTOOPT, EOPNOTSUPP, EHOSTDOWN: icmp(7)
} else {
    &[42, 64] // ENOPROTOOPT, EHOSTDOWN
};
