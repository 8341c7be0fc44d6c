//! A socket's receive buffer, where datagrams wait until the program receives them.

use std::fmt::{Display, Formatter};
use std::net::UdpSocket;
use std::ops::Sub;

use anyhow::Result;
use socket2::SockRef;

use crate::platform;

/// The size of the socket's receive buffer in bytes (`SO_RCVBUF`). A datagram takes more room than
/// its payload: on Linux 832 bytes for a payload of a few, or another number in other versions.
///
/// ```
/// let socket = std::net::UdpSocket::bind(("127.0.0.1", 0))?;
/// assert!(udp_labs::receive_buffer::size(&socket)? > 0);
/// # Ok::<(), anyhow::Error>(())
/// ```
///
/// # Errors
///
/// The system does not report the size.
pub fn size(socket: &UdpSocket) -> Result<usize> {
    Ok(SockRef::from(socket).recv_buffer_size()?)
}

/// Asks for a receive buffer of `bytes`. Linux doubles the number to make room for bookkeeping, and
/// caps the request at `/proc/sys/net/core/rmem_max` (socket(7)).
///
/// ```
/// use udp_labs::receive_buffer;
///
/// let socket = std::net::UdpSocket::bind(("127.0.0.1", 0))?;
/// receive_buffer::set_size(&socket, 20_000)?;
/// assert!((20_000..=40_000).contains(&receive_buffer::size(&socket)?));
/// # Ok::<(), anyhow::Error>(())
/// ```
///
/// # Errors
///
/// The system refuses.
pub fn set_size(socket: &UdpSocket, bytes: usize) -> Result<()> {
    Ok(SockRef::from(socket).set_recv_buffer_size(bytes)?)
}

/// How many datagrams the system has dropped since it created the socket, because the receive
/// buffer was full. On Linux this is the last column of `/proc/net/udp` (proc_net(5)). Other
/// platforms do not report it.
///
/// ```
/// use std::net::UdpSocket;
/// use udp_labs::{burst, receive_buffer};
///
/// let server = UdpSocket::bind(("127.0.0.1", 0))?;
/// let client = UdpSocket::bind(("127.0.0.1", 0))?;
/// burst::send(&client, server.local_addr()?, 5_000, None, |_| vec![0; 4])?;
/// server.set_nonblocking(true)?;
/// let received = std::iter::from_fn(|| server.recv(&mut [0; 4]).ok()).count() as u64;
/// let dropped = receive_buffer::dropped(&server); // of this one burst: before it, the count was 0
/// assert!(dropped.0.is_none_or(|dropped| received + dropped == 5_000), "{dropped}");
/// # Ok::<(), anyhow::Error>(())
/// ```
pub fn dropped(socket: &UdpSocket) -> Dropped {
    Dropped(platform::dropped(socket))
}

/// A number of dropped datagrams, or the difference between two. `None`, printed as `unknown`,
/// means that the platform does not report it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dropped(pub Option<u64>);

impl Sub for Dropped {
    type Output = Dropped;

    fn sub(self, earlier: Dropped) -> Dropped {
        // Linux's counter has 32 bits and wraps around.
        let since = |(now, then): (u64, u64)| u64::from((now as u32).wrapping_sub(then as u32));
        Dropped(self.0.zip(earlier.0).map(since))
    }
}

impl Display for Dropped {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(number) => number.fmt(formatter),
            None => formatter.write_str("unknown"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_count_stays_unknown() {
        let (five, seven, unknown) = (Dropped(Some(5)), Dropped(Some(7)), Dropped(None));
        assert_eq!((seven - five).to_string(), "2");
        assert_eq!((five - Dropped(Some(u64::from(u32::MAX)))).to_string(), "6");
        assert_eq!((seven - unknown).to_string(), "unknown");
        assert_eq!((unknown - five).to_string(), "unknown");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_socket_that_shares_its_port_has_its_own_count() {
        let address = std::net::Ipv4Addr::LOCALHOST;
        let first = crate::port_sharing::bind(address, 0).unwrap();
        let port = first.local_addr().unwrap().port();
        let second = crate::port_sharing::bind(address, port).unwrap();
        let client = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
        crate::burst::send(&client, ("127.0.0.1", port), 1_000, None, |_| vec![0; 4]).unwrap();
        // One of the two got them all, because unicast has one receiver.
        let counts = [dropped(&first).0.unwrap(), dropped(&second).0.unwrap()];
        assert!(counts.contains(&0) && counts.iter().sum::<u64>() > 0, "{counts:?}");
    }
}
