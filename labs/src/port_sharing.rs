//! Sockets that share a port, for receivers of multicast and broadcast.

use std::net::{Ipv4Addr, SocketAddrV4, UdpSocket};

use anyhow::{Result, ensure};
use socket2::{Domain, Protocol, Socket, Type};

use crate::platform;
use udp_tutorial::explain::Explain;

/// A socket on `port` that hears only datagrams sent to `group`, and that shares the port with
/// other sockets from this function. `group` is a broadcast address of the loopback network, or a
/// multicast group, which the socket hears once it has joined. std can bind only a port that nobody
/// else has.
///
/// A socket bound to `0.0.0.0` would also hear what other machines send to its port. This one is
/// bound to `group` (on Windows, which does not allow that, to 127.0.0.1), so nothing from outside
/// this machine reaches it as long as it joins groups on the loopback interface only. It also hears
/// only the groups that it has joined itself. By default, a Linux socket hears every group that any
/// program on the machine has joined (`IP_MULTICAST_ALL` in ip(7)).
///
/// ```
/// use std::net::Ipv4Addr;
/// use udp_labs::port_sharing;
///
/// let group = Ipv4Addr::new(239, 255, 73, 10);
/// let first = port_sharing::bind(group, 0)?;
/// let second = port_sharing::bind(group, first.local_addr()?.port())?;
/// assert_eq!(first.local_addr()?, second.local_addr()?);
/// # Ok::<(), anyhow::Error>(())
/// ```
///
/// # Errors
///
/// `group` is neither a multicast group nor in 127.0.0.0/8, this machine has no such address (macOS
/// has no broadcast address on the loopback network), or a socket that does not share the port
/// already has it.
pub fn bind(group: Ipv4Addr, port: u16) -> Result<UdpSocket> {
    ensure!(
        group.is_multicast() || group.is_loopback(),
        "bind {group}:{port}: the socket would hear other machines; use a multicast group or an \
         address in 127.0.0.0/8"
    );
    let address = SocketAddrV4::new(platform::listening_address(group), port);
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
    use std::time::Duration;

    const GROUP: Ipv4Addr = Ipv4Addr::new(239, 255, 73, 10);

    #[test]
    fn a_port_that_its_owner_does_not_share_is_refused() {
        let alone = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).unwrap();
        let error = bind(GROUP, alone.local_addr().unwrap().port()).unwrap_err();
        let said = if cfg!(windows) {
            "another program has exclusive use of the port"
        } else {
            "the address is in use"
        };
        assert!(error.to_string().contains(said), "{error}");
    }

    #[test]
    fn an_address_that_other_machines_can_reach_is_refused() {
        for address in [Ipv4Addr::UNSPECIFIED, Ipv4Addr::new(192, 0, 2, 1), Ipv4Addr::BROADCAST] {
            let error = bind(address, 0).unwrap_err().to_string();
            assert!(error.contains("would hear other machines"), "{error}");
        }
    }

    /// This machine's addresses: that of the loopback interface and, if there is one, the address
    /// that other machines use. Finding it sends nothing.
    fn own_addresses() -> Vec<Ipv4Addr> {
        let outward = || {
            let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
            socket.connect("192.0.2.1:9").ok()?; // reserved for documentation, RFC 5737
            match socket.local_addr().ok()?.ip() {
                std::net::IpAddr::V4(address) => Some(address),
                _ => None,
            }
        };
        std::iter::once(Ipv4Addr::LOCALHOST).chain(outward()).collect()
    }

    /// A socket of the group, and one at each of this machine's addresses with the same port.
    fn with_witnesses(group: Ipv4Addr) -> (UdpSocket, Vec<UdpSocket>) {
        for _ in 0..100 {
            let socket = bind(group, 0).unwrap();
            let port = socket.local_addr().unwrap().port();
            let witnesses = own_addresses().into_iter().map(|own| UdpSocket::bind((own, port)));
            // A socket of another test may have the port at one of the addresses.
            if let Ok(witnesses) = witnesses.collect() {
                return (socket, witnesses);
            }
        }
        panic!("no port is free at all of this machine's addresses");
    }

    #[cfg(target_os = "linux")] // elsewhere the loopback network may have no broadcast address
    #[test]
    fn a_socket_hears_its_group_but_no_datagram_sent_to_this_machines_addresses() {
        let everyone = Ipv4Addr::new(127, 255, 255, 255);
        let sender = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
        sender.set_multicast_ttl_v4(0).unwrap();
        sender.set_broadcast(true).unwrap();
        // A datagram to one of the machine's own addresses is sent from that same address.
        let neighbour = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).unwrap();
        for group in [GROUP, everyone] {
            let (socket, witnesses) = with_witnesses(group);
            let port = socket.local_addr().unwrap().port();
            if group == GROUP {
                socket.join_multicast_v4(&GROUP, &Ipv4Addr::LOCALHOST).unwrap();
            }
            if witnesses.len() == 1 {
                println!("this machine has no address other than 127.0.0.1");
            }
            for witness in witnesses {
                // The witness hears the datagram, which proves that it was sent and arrived.
                let address = witness.local_addr().unwrap();
                witness.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
                neighbour.send_to(b"to the machine", address).unwrap();
                assert_eq!(witness.recv(&mut [0; 64]).unwrap(), 14, "{address}");
            }
            sender.send_to(b"to the group", (group, port)).unwrap();
            socket.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
            let mut buffer = [0; 64];
            let length = socket.recv(&mut buffer).unwrap();
            assert_eq!(&buffer[..length], b"to the group");
        }
    }
}
