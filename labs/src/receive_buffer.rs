//! The receive buffer of a socket: where datagrams wait until the program takes them.

use std::fmt::{Display, Formatter};
use std::net::UdpSocket;
use std::ops::Sub;

use anyhow::Result;
use socket2::SockRef;

use crate::platform;

/// The size of the socket's receive buffer in bytes (`SO_RCVBUF`). The system charges each
/// datagram more than its payload: Linux 832 bytes for a few, or another number, by its version.
///
/// ```
/// let socket = std::net::UdpSocket::bind(("127.0.0.1", 0))?;
/// assert!(udp_labs::receive_buffer::size(&socket)? > 0);
/// # Ok::<(), anyhow::Error>(())
/// ```
///
/// # Errors
///
/// The system does not tell.
pub fn size(socket: &UdpSocket) -> Result<usize> {
    Ok(SockRef::from(socket).recv_buffer_size()?)
}

/// Asks for a receive buffer of `bytes`. Linux doubles the number, for what it keeps beside the payload,
/// and grants no more than `/proc/sys/net/core/rmem_max` says (socket(7)).
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

/// How many datagrams the system has dropped since the socket was made, because its receive buffer
/// was full: the last column of `/proc/net/udp` on Linux (proc_net(5)). Other platforms do not tell.
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

/// A number of dropped datagrams, or the difference of two; `None`, printed as `unknown`, where
/// the platform does not tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dropped(pub Option<u64>);

impl Sub for Dropped {
    type Output = Dropped;

    fn sub(self, earlier: Dropped) -> Dropped {
        // Linux counts in 32 bits, and from 0 again after that.
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
        // One of the two got them all: unicast has one receiver.
        let counts = [dropped(&first).0.unwrap(), dropped(&second).0.unwrap()];
        assert!(counts.contains(&0) && counts.iter().sum::<u64>() > 0, "{counts:?}");
    }
}
