//! Socket options and counts that differ between the platforms.

use std::io;
use std::net::{Ipv4Addr, UdpSocket};

use socket2::Socket;

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
