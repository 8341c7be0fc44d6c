//! Socket options and counters that differ between platforms.

use std::io;
use std::net::{Ipv4Addr, UdpSocket};

use socket2::Socket;

/// The address to bind so that a socket hears only datagrams sent to `group`, a multicast group or
/// a broadcast address. On Unix it is `group` itself. Windows refuses that, and instead delivers an
/// interface's multicast and broadcast to sockets bound to the address of that interface.
pub(crate) fn listening_address(group: Ipv4Addr) -> Ipv4Addr {
    if cfg!(windows) { Ipv4Addr::LOCALHOST } else { group }
}

/// Allows other sockets to bind the same port, and keeps out groups that the socket has not joined.
pub(crate) fn share_port(socket: &Socket) -> io::Result<()> {
    socket.set_reuse_address(true)?;
    // On the BSDs, sharing a port on a unicast address needs this option as well.
    #[cfg(any(target_os = "macos", target_os = "freebsd"))]
    socket.set_reuse_port(true)?;
    // Only Linux needs this: elsewhere a socket hears only the groups that it has joined itself.
    #[cfg(target_os = "linux")]
    socket.set_multicast_all_v4(false)?;
    Ok(())
}

/// The socket's counter of dropped datagrams. The socket's inode number identifies its row.
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

/// Other platforms count drops only for the whole machine.
#[cfg(not(target_os = "linux"))]
pub(crate) fn dropped(_socket: &UdpSocket) -> Option<u64> {
    None
}
