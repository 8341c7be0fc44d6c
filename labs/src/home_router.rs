//! A router with NAT in front of one client, for labs in which two clients look for each other.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV4, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::Result;

/// How long the router sleeps between polls of its sockets.
const PAUSE: Duration = Duration::from_micros(200);

/// How long the router runs at most, how many ports it opens, and how many datagrams it carries.
const LONGEST: Duration = Duration::from_secs(60);
const PORTS: usize = 16;
const CARRIED: usize = 1_000;

/// How a router translates and filters, in the terms of
/// [RFC 4787, sections 4.1 and 5](https://www.rfc-editor.org/rfc/rfc4787#section-4.1).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Translation {
    /// Whether each destination, an address with a port, sees the client at another port of the
    /// router (address and port-dependent mapping). If not, all see the same port
    /// (endpoint-independent mapping).
    pub maps_by_destination: bool,
    /// Whether only an address *and port* that the client has sent to may send back (address and
    /// port-dependent filtering). If not, any port of that address may (address-dependent filtering).
    pub filters_by_port: bool,
}

/// A datagram that the router took from one side, and whether it passed it on.
#[derive(Clone, Debug)]
pub struct Crossing {
    /// When the router took it.
    pub at: Instant,
    /// Whether the client sent it. If not, somebody outside did.
    pub outward: bool,
    /// The other end outside: the destination, or the source.
    pub peer: SocketAddr,
    /// The router's own address outside.
    pub via: SocketAddr,
    /// Whether the router passed it on.
    pub passed: bool,
    /// Its payload, without the address in front.
    pub payload: Vec<u8>,
}

/// A router in a thread, which ends when you drop it, and after 60 s at the latest. All its addresses
/// are on 127.0.0.1, and it sends to 127.0.0.0/8 only.
///
/// A client behind a real router names the destination in the IP header. Here, [`carried`] puts it in
/// front of the payload, and [`taken`] finds the source there.
///
/// ```
/// use std::net::UdpSocket;
/// use std::time::Duration;
/// use udp_labs::home_router::{HomeRouter, Translation, carried, taken};
///
/// let router = HomeRouter::start(Translation::default())?;
/// let (client, server) = (UdpSocket::bind("127.0.0.1:0")?, UdpSocket::bind("127.0.0.1:0")?);
/// for socket in [&client, &server] {
///     socket.set_read_timeout(Some(Duration::from_secs(5)))?;
/// }
/// let std::net::SocketAddr::V4(address) = server.local_addr()? else { unreachable!() };
/// client.send_to(&carried(address, b"Hello."), router.address())?;
/// let mut buffer = [0; 64];
/// let (length, outside) = server.recv_from(&mut buffer)?;
/// assert_eq!(&buffer[..length], b"Hello.");
/// assert_ne!(outside, client.local_addr()?, "the server sees the router");
/// server.send_to(b"Hello too.", outside)?;
/// let length = client.recv(&mut buffer)?;
/// assert_eq!(taken(&buffer[..length]), Some((address, &b"Hello too."[..])));
/// # Ok::<(), anyhow::Error>(())
/// ```
pub struct HomeRouter {
    address: SocketAddr,
    ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<Vec<Crossing>>>,
}

impl HomeRouter {
    /// Starts a router.
    ///
    /// # Errors
    ///
    /// The system has no more sockets or threads.
    pub fn start(translation: Translation) -> Result<HomeRouter> {
        let inside = bound()?;
        let address = inside.local_addr()?;
        let ended = Arc::new(AtomicBool::new(false));
        let router =
            Router { translation, inside, client: None, ports: Vec::new(), crossings: Vec::new() };
        let end = Arc::clone(&ended);
        let thread = Some(std::thread::Builder::new().spawn(move || router.run(&end))?);
        Ok(HomeRouter { address, ended, thread })
    }

    /// The address that the client sends to. The router has one client: the first that sends to it.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops the router and returns what it carried or dropped, at most 1,000 datagrams.
    ///
    /// # Panics
    ///
    /// The router's thread has panicked.
    pub fn stop(mut self) -> Vec<Crossing> {
        self.end().expect("it ends once").unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }

    fn end(&mut self) -> Option<std::thread::Result<Vec<Crossing>>> {
        self.ended.store(true, Ordering::Release);
        Some(self.thread.take()?.join())
    }
}

impl Drop for HomeRouter {
    fn drop(&mut self) {
        let _ = self.end();
    }
}

/// A datagram for the router: the destination's address and port in 6 bytes, and the payload.
pub fn carried(destination: SocketAddrV4, payload: &[u8]) -> Vec<u8> {
    [&destination.ip().octets()[..], &destination.port().to_be_bytes(), payload].concat()
}

/// The source and the payload of a datagram from the router. `None` if it is too short.
pub fn taken(datagram: &[u8]) -> Option<(SocketAddrV4, &[u8])> {
    let (ip, rest) = datagram.split_first_chunk::<4>()?;
    let (port, payload) = rest.split_first_chunk::<2>()?;
    Some((SocketAddrV4::new(Ipv4Addr::from(*ip), u16::from_be_bytes(*port)), payload))
}

/// A socket outside, the one destination that it maps, if any, and whom the client has sent to.
struct Port {
    socket: UdpSocket,
    only: Option<SocketAddr>,
    asked: Vec<SocketAddr>,
}

struct Router {
    translation: Translation,
    inside: UdpSocket,
    client: Option<SocketAddr>,
    ports: Vec<Port>,
    crossings: Vec<Crossing>,
}

impl Router {
    fn run(mut self, ended: &AtomicBool) -> Vec<Crossing> {
        let (start, mut buffer) = (Instant::now(), [0; 2048]);
        while !ended.load(Ordering::Acquire) && start.elapsed() < LONGEST {
            if let Ok((length, client)) = self.inside.recv_from(&mut buffer)
                && client == *self.client.get_or_insert(client)
                && let Some((destination, payload)) = taken(&buffer[..length])
            {
                self.send_out(destination.into(), payload);
            }
            for port in 0..self.ports.len() {
                if let Ok((length, source)) = self.ports[port].socket.recv_from(&mut buffer) {
                    self.let_in(port, source, &buffer[..length]);
                }
            }
            std::thread::sleep(PAUSE);
        }
        self.crossings
    }

    fn send_out(&mut self, peer: SocketAddr, payload: &[u8]) {
        let only = self.translation.maps_by_destination.then_some(peer);
        let known = self.ports.iter().position(|port| port.only == only);
        if !peer.ip().is_loopback() || known.is_none() && self.ports.len() >= PORTS {
            return;
        }
        let port = match known {
            Some(known) => &mut self.ports[known],
            None => {
                let Ok(socket) = bound() else { return };
                self.ports.push(Port { socket, only, asked: Vec::new() });
                self.ports.last_mut().expect("it was just added")
            }
        };
        if !port.asked.contains(&peer) && port.asked.len() < PORTS {
            port.asked.push(peer);
        }
        let passed = port.socket.send_to(payload, peer).is_ok();
        let Ok(via) = port.socket.local_addr() else { return };
        self.note(Crossing {
            at: Instant::now(),
            outward: true,
            peer,
            via,
            passed,
            payload: payload.into(),
        });
    }

    fn let_in(&mut self, port: usize, peer: SocketAddr, payload: &[u8]) {
        let port = &self.ports[port];
        let by_port = self.translation.filters_by_port;
        let is_asked =
            |asked: &SocketAddr| if by_port { *asked == peer } else { asked.ip() == peer.ip() };
        let passed = port.asked.iter().any(is_asked);
        if let (true, Some(client), IpAddr::V4(ip)) = (passed, self.client, peer.ip()) {
            let datagram = carried(SocketAddrV4::new(ip, peer.port()), payload);
            let _ = self.inside.send_to(&datagram, client); // as a network: no promise
        }
        let Ok(via) = port.socket.local_addr() else { return };
        self.note(Crossing {
            at: Instant::now(),
            outward: false,
            peer,
            via,
            passed,
            payload: payload.into(),
        });
    }

    fn note(&mut self, crossing: Crossing) {
        if self.crossings.len() < CARRIED {
            self.crossings.push(crossing);
        }
    }
}

/// A socket on a free port, which never waits.
fn bound() -> io::Result<UdpSocket> {
    let socket = UdpSocket::bind(("127.0.0.1", 0))?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two outsiders, the client, and what each outsider saw as the client's address.
    fn outside(
        translation: Translation,
    ) -> (HomeRouter, UdpSocket, [UdpSocket; 2], [SocketAddr; 2]) {
        let router = HomeRouter::start(translation).unwrap();
        let [client, one, two] = [(); 3].map(|()| UdpSocket::bind(("127.0.0.1", 0)).unwrap());
        for socket in [&client, &one, &two] {
            socket.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        }
        let seen = [&one, &two].map(|peer| {
            let SocketAddr::V4(to) = peer.local_addr().unwrap() else { unreachable!() };
            client.send_to(&carried(to, b"out"), router.address()).unwrap();
            peer.recv_from(&mut [0; 8]).unwrap().1
        });
        (router, client, [one, two], seen)
    }

    #[test]
    fn each_destination_sees_another_port_if_the_mapping_says_so() {
        for maps_by_destination in [false, true] {
            let translation = Translation { maps_by_destination, ..Translation::default() };
            let (_router, _client, _peers, seen) = outside(translation);
            assert_eq!(seen[0] != seen[1], maps_by_destination);
        }
    }

    #[test]
    fn a_strangers_port_passes_only_a_filter_by_address() {
        for filters_by_port in [false, true] {
            let translation = Translation { filters_by_port, ..Translation::default() };
            let (router, client, peers, seen) = outside(translation);
            let stranger = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
            stranger.send_to(b"stranger", seen[0]).unwrap();
            peers[0].send_to(b"answer", seen[0]).unwrap();
            let expected: &[&[u8]] =
                if filters_by_port { &[b"answer"] } else { &[b"stranger", b"answer"] };
            for payload in expected {
                let mut buffer = [0; 64];
                let length = client.recv(&mut buffer).unwrap();
                assert_eq!(taken(&buffer[..length]).unwrap().1, *payload);
            }
            let dropped = router.stop().iter().filter(|crossing| !crossing.passed).count();
            assert_eq!(dropped, usize::from(filters_by_port));
        }
    }

    #[test]
    fn nothing_leaves_the_machine() {
        let (router, client, peers, _) = outside(Translation::default());
        let far = SocketAddrV4::new(Ipv4Addr::new(192, 0, 2, 1), 9);
        client.send_to(&carried(far, b"out"), router.address()).unwrap();
        client.send_to(b"short", router.address()).unwrap();
        let SocketAddr::V4(near) = peers[0].local_addr().unwrap() else { unreachable!() };
        client.send_to(&carried(near, b"last"), router.address()).unwrap();
        peers[0].recv(&mut [0; 8]).unwrap(); // so the router has seen the others
        let crossings = router.stop();
        assert_eq!(crossings.len(), 3, "{crossings:?}");
    }
}
