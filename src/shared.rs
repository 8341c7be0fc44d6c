//! Sockets that share a port, as the receivers of multicast and broadcast do.

use std::net::{Ipv4Addr, SocketAddrV4, UdpSocket};

use anyhow::Result;
use socket2::{Domain, Protocol, Socket, Type};

use crate::Explain;
use crate::platform;

/// A socket on `port` of all this machine's IPv4 addresses, which others made by this function
/// may share. std can only bind a port that nobody has.
///
/// It hears a multicast group only if it joins it itself. On Linux a socket otherwise hears every
/// group that any program of the machine has joined (`IP_MULTICAST_ALL` in ip(7)).
///
/// ```
/// use udp_tutorial::shared;
///
/// let first = shared::bind(0)?;
/// let second = shared::bind(first.local_addr()?.port())?;
/// assert_eq!(first.local_addr()?, second.local_addr()?);
/// # Ok::<(), anyhow::Error>(())
/// ```
///
/// # Errors
///
/// The port is bound by a socket that does not share it, or is not permitted.
pub fn bind(port: u16) -> Result<UdpSocket> {
    let address = SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, port);
    let made = || {
        let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP))?;
        platform::share_port(&socket)?;
        socket.bind(&address.into())?;
        Ok(socket.into())
    };
    made().explain("bind", address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_is_not_shared_is_refused() {
        let alone = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).unwrap();
        let error = bind(alone.local_addr().unwrap().port()).unwrap_err();
        assert!(error.to_string().contains("the address is in use"), "{error}");
    }
}
