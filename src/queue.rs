//! The receive buffer of a socket: where datagrams wait until the program takes them.

use std::net::UdpSocket;

use anyhow::Result;
use socket2::SockRef;

use crate::platform;

/// The size of the socket's receive buffer in bytes (`SO_RCVBUF`). The system charges each
/// datagram more than its payload: on Linux 832 bytes for a few.
///
/// ```
/// let socket = std::net::UdpSocket::bind(("127.0.0.1", 0))?;
/// assert!(udp_tutorial::queue::size(&socket)? > 0);
/// # Ok::<(), anyhow::Error>(())
/// ```
///
/// # Errors
///
/// The system does not tell.
pub fn size(socket: &UdpSocket) -> Result<usize> {
    Ok(SockRef::from(socket).recv_buffer_size()?)
}

/// How many datagrams the system has dropped since the socket was made, because its receive buffer
/// was full: the last column of `/proc/net/udp` on Linux (proc_net(5)). `None` where the platform
/// does not tell.
///
/// ```
/// use std::net::UdpSocket;
/// use udp_tutorial::{burst, queue};
///
/// let server = UdpSocket::bind(("127.0.0.1", 0))?;
/// let client = UdpSocket::bind(("127.0.0.1", 0))?;
/// burst::send(&client, server.local_addr()?, 5_000, None, |_| vec![0; 4])?;
/// server.set_nonblocking(true)?;
/// let received = std::iter::from_fn(|| server.recv(&mut [0; 4]).ok()).count() as u64;
/// if let Some(dropped) = queue::dropped(&server) {
///     assert_eq!(received + dropped, 5_000);
/// }
/// # Ok::<(), anyhow::Error>(())
/// ```
pub fn dropped(socket: &UdpSocket) -> Option<u64> {
    platform::dropped(socket)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn a_socket_that_shares_its_port_has_its_own_count() {
        let first = crate::shared::bind(0).unwrap();
        let port = first.local_addr().unwrap().port();
        let second = crate::shared::bind(port).unwrap();
        let client = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
        crate::burst::send(&client, ("127.0.0.1", port), 1_000, None, |_| vec![0; 4]).unwrap();
        // One of the two got them all: unicast has one receiver.
        let counts = [dropped(&first).unwrap(), dropped(&second).unwrap()];
        assert!(counts.contains(&0) && counts.iter().sum::<u64>() > 0, "{counts:?}");
    }
}
