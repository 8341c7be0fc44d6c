//! Every difference between the platforms, in one place.

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
