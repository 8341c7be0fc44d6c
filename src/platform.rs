//! Every difference between the platforms, in one place.

use std::io;
use std::net::{Ipv4Addr, UdpSocket};

use socket2::Socket;

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

/// What a socket binds that is to hear datagrams to `group`, a multicast group or a broadcast
/// address, and nothing else. On Unix that address itself. Windows refuses it, and gives a socket
/// on the address of an interface what comes to the groups and broadcasts of that interface.
pub(crate) fn listening_address(group: Ipv4Addr) -> Ipv4Addr {
    if cfg!(windows) { Ipv4Addr::LOCALHOST } else { group }
}

/// Lets other sockets bind the same port, and keeps foreign multicast groups out.
pub(crate) fn share_port(socket: &Socket) -> io::Result<()> {
    socket.set_reuse_address(true)?;
    // The BSDs share a port of unicast addresses only with this one as well.
    #[cfg(any(target_os = "macos", target_os = "freebsd"))]
    socket.set_reuse_port(true)?;
    // Elsewhere a socket hears only the groups that it has joined itself.
    #[cfg(target_os = "linux")]
    socket.set_multicast_all_v4(false)?;
    Ok(())
}

/// The socket's count of dropped datagrams, found by the number that Linux gives each socket.
#[cfg(target_os = "linux")]
pub(crate) fn dropped(socket: &UdpSocket) -> Option<u64> {
    use std::os::fd::AsRawFd;

    let descriptor = format!("/proc/self/fd/{}", socket.as_raw_fd());
    let link = std::fs::read_link(descriptor).ok()?;
    let number = link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?;
    let table = std::fs::read_to_string("/proc/net/udp").ok()?;
    let mut rows = table.lines().map(|row| row.split_whitespace().collect::<Vec<_>>());
    let row = rows.find(|columns| columns.get(9) == Some(&number))?;
    row.last()?.parse().ok()
}

/// Other platforms count drops for the whole machine only.
#[cfg(not(target_os = "linux"))]
pub(crate) fn dropped(_socket: &UdpSocket) -> Option<u64> {
    None
}
