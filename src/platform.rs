//! The error codes of the platforms, for what std has no `ErrorKind` for.

/// The code of "message too long": the datagram does not fit into one IPv4 packet
/// or, on Windows, into the buffer that was to receive it.
/// std has no `ErrorKind` for it.
pub(crate) const MESSAGE_TOO_LONG: i32 = if cfg!(windows) {
    10040 // WSAEMSGSIZE
} else if cfg!(any(target_os = "linux", target_os = "android")) {
    90 // EMSGSIZE
} else {
    40 // EMSGSIZE on macOS and the BSDs
};

/// The system's own name for it.
pub(crate) const MESSAGE_TOO_LONG_NAME: &str =
    if cfg!(windows) { "WSAEMSGSIZE" } else { "EMSGSIZE" };

/// Errors that a socket call returns again and again, and that std has no `ErrorKind` for: the
/// descriptor is no socket, an address is bad, or a socket that is not connected has no address to
/// send to (errno(3), and Winsock's list of error codes).
pub(crate) const UNUSABLE: &[i32] = if cfg!(windows) {
    &[10009, 10014, 10038, 10039, 10093] // WSAEBADF, -FAULT, -NOTSOCK, -DESTADDRREQ, -NOTINITIALISED
} else if cfg!(any(target_os = "linux", target_os = "android")) {
    &[9, 14, 88, 89] // EBADF, EFAULT, ENOTSOCK, EDESTADDRREQ
} else {
    &[9, 14, 38, 39]
};

/// The process or the machine has no room for another connection or datagram at the moment.
pub(crate) const NO_ROOM: &[i32] = if cfg!(windows) {
    &[10024, 10055] // WSAEMFILE, WSAENOBUFS
} else if cfg!(any(target_os = "linux", target_os = "android")) {
    &[12, 23, 24, 105] // ENOMEM, ENFILE, EMFILE, ENOBUFS
} else {
    &[12, 23, 24, 55]
};

/// What a message of ICMP about an earlier datagram becomes, where std has no `ErrorKind` for it.
pub(crate) const FROM_ICMP: &[i32] = if cfg!(windows) {
    &[10052] // WSAENETRESET: a datagram's time to live has ended
} else if cfg!(any(target_os = "linux", target_os = "android")) {
    &[64, 71, 92, 95, 112] // ENONET, EPROTO, ENOPROTOOPT, EOPNOTSUPP, EHOSTDOWN: icmp(7)
} else {
    &[42, 64] // ENOPROTOOPT, EHOSTDOWN
};
