//! What the labs *edges* and *size* say of Linux and the path MTU, behind a router whose second link is narrower
//! than the first: which packets carry "don't fragment", who learns of a report, and who believes it.

use crate::icmp;
use crate::namespace::is_inside;

use std::io::{self, Read};
use std::net::{SocketAddr, SocketAddrV4, UdpSocket};
use std::thread;
use std::time::{Duration, Instant};

use rustix::net::sockopt::{self, Ipv4PathMtuDiscovery};
use socket2::{Domain, Protocol, Socket, Type};
use udp_labs::explain::is_too_long;

/// This host is 192.0.2.1. A second namespace holds the router, 192.0.2.2, and its link to
/// 198.51.100.0/24, with an MTU of 1,400 and nobody at the other end.
const PREPARE: &str = "
ip link set lo up
unshare --net sleep 20 >/dev/null 2>&1 &
until [ \"$(readlink /proc/$!/ns/net)\" != \"$(readlink /proc/self/ns/net)\" ]; do sleep 0.01; done
ip link add near mtu 1500 type veth peer name far mtu 1500
ip link set far netns $!
ip address add 192.0.2.1/24 dev near
ip link set near up
ip route add 198.51.100.0/24 via 192.0.2.2
nsenter --net=/proc/$!/ns/net sh -e -c '
ip address add 192.0.2.2/24 dev far
ip link set far up
ip link add narrow mtu 1400 type veth peer name end mtu 1400
ip address add 198.51.100.1/24 dev narrow
ip link set narrow up
ip link set end up
for host in 2 3 4 5; do
    ip neighbour add 198.51.100.$host lladdr 02:00:00:00:00:01 dev narrow
done
echo 1 > /proc/sys/net/ipv4/ip_forward
echo 0 > /proc/sys/net/ipv4/icmp_ratelimit
echo 100000 > /proc/sys/net/ipv4/icmp_msgs_per_sec'
";

const DEADLINE: Duration = Duration::from_secs(10);

/// An IPv4 packet with UDP that this host has sent: its length in bytes with the header, and whether it must not
/// be fragmented.
type Packet = (usize, bool);

/// One whole packet with "don't fragment".
const WHOLE: [Packet; 1] = [(1_500, true)];

/// Records what this host sends.
struct Capture(Socket);

impl Capture {
    fn start() -> Capture {
        let all = Protocol::from(i32::from(0x0003u16.to_be())); // ETH_P_ALL
        let socket = Socket::new(Domain::PACKET, Type::RAW, Some(all)).unwrap();
        socket.set_nonblocking(true).unwrap();
        Capture(socket)
    }

    /// The packets since the last call.
    fn packets(&self) -> Vec<Packet> {
        let (mut frame, mut packets) = ([0; 2_000], Vec::new());
        while let Ok(length) = (&self.0).read(&mut frame) {
            // Ethernet's header has 14 bytes and ends with the type.
            let ip = &frame[14..length.max(34)];
            let is_own = frame[12..14] == [8, 0] && ip[9] == 17 && ip[12..16] == [192, 0, 2, 1];
            if is_own {
                let total = u16::from_be_bytes([ip[2], ip[3]]);
                packets.push((total.into(), ip[6] & 0x40 != 0));
            }
        }
        packets
    }

    /// What leaves when `socket` sends this many bytes.
    fn of(&self, socket: &UdpSocket, length: usize) -> io::Result<Vec<Packet>> {
        self.packets();
        socket.send(&vec![0; length])?;
        Ok(self.packets())
    }
}

/// A socket that is connected to the host 198.51.100.`host`, behind the router.
fn connected(host: u8) -> UdpSocket {
    let socket = UdpSocket::bind(("192.0.2.1", 0)).unwrap();
    socket.connect(SocketAddr::from(([198, 51, 100, host], 9))).unwrap();
    socket
}

fn path_mtu(socket: &UdpSocket) -> u32 {
    sockopt::ip_mtu(socket).unwrap()
}

fn wait_until(mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + DEADLINE;
    while !holds() {
        assert!(Instant::now() < end, "still not");
        thread::sleep(Duration::from_millis(1));
    }
}

/// Learns the router's address on the link, so that no packet has to wait for it.
fn meet_the_router(capture: &Capture) {
    let socket = UdpSocket::bind(("192.0.2.1", 0)).unwrap();
    socket.send_to(&[0], ("192.0.2.2", 9)).unwrap();
    wait_until(|| !capture.packets().is_empty());
}

#[test]
#[ignore = "needs root, for network namespaces and raw sockets"]
fn linux_learns_the_path_mtu_as_the_labs_say() {
    if !is_inside("path_mtu::linux_learns_the_path_mtu_as_the_labs_say", PREPARE) {
        return;
    }
    let capture = Capture::start();
    meet_the_router(&capture);
    on_the_first_link(&capture);
    a_connected_socket_is_told_once(&capture);
    an_unconnected_socket_is_told_nothing(&capture);
    a_prober_sends_whole_packets(&capture);
    a_forged_report_is_believed();
}

/// Linux sets the flag on what fits its MTU, and fragments a longer datagram without it.
fn on_the_first_link(capture: &Capture) {
    let socket = UdpSocket::bind(("192.0.2.1", 0)).unwrap();
    socket.connect(("192.0.2.2", 9)).unwrap();
    assert_eq!(path_mtu(&socket), 1_500);
    assert_eq!(capture.of(&socket, 1_472).unwrap(), WHOLE);
    let socket = UdpSocket::bind(("192.0.2.1", 0)).unwrap(); // that one has been refused
    socket.connect(("192.0.2.2", 9)).unwrap();
    assert_eq!(capture.of(&socket, 1_473).unwrap(), [(1_500, false), (21, false)]);
}

fn a_connected_socket_is_told_once(capture: &Capture) {
    let socket = connected(2);
    assert_eq!(path_mtu(&socket), 1_500, "nobody knows better yet");
    assert_eq!(capture.of(&socket, 1_472).unwrap(), WHOLE, "the router drops this one");
    wait_until(|| path_mtu(&socket) == 1_400);
    assert!(is_too_long(&capture.of(&socket, 1_472).unwrap_err()));
    let fragments = capture.of(&socket, 1_472).unwrap();
    assert_eq!(fragments, [(1_396, false), (124, false)], "told once, and then fragmented");
    assert_eq!(capture.of(&socket, 1_372).unwrap(), [(1_400, true)]);
}

fn an_unconnected_socket_is_told_nothing(capture: &Capture) {
    let socket = UdpSocket::bind(("192.0.2.1", 0)).unwrap();
    socket.set_nonblocking(true).unwrap();
    let far: SocketAddr = ([198, 51, 100, 3], 9).into();
    capture.packets();
    wait_until(|| {
        socket.send_to(&[0; 1_472], far).expect("it is told nothing");
        let error = socket.recv(&mut [0; 8]).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::WouldBlock, "{error}");
        capture.packets().len() == 2 // the system knows, and fragments
    });
}

/// `IP_PMTUDISC_PROBE` sets the flag on every packet, whatever the path MTU is believed to be.
fn a_prober_sends_whole_packets(capture: &Capture) {
    let socket = connected(2); // where the path MTU is known
    assert_eq!(path_mtu(&socket), 1_400);
    sockopt::set_ip_mtu_discover(&socket, Ipv4PathMtuDiscovery::PROBE).unwrap();
    assert_eq!(capture.of(&socket, 1_472).unwrap(), WHOLE);
    let socket = connected(2);
    sockopt::set_ip_mtu_discover(&socket, Ipv4PathMtuDiscovery::PROBE).unwrap();
    assert!(is_too_long(&capture.of(&socket, 1_473).unwrap_err()), "nor fragments");
}

/// The kernel checks that the quoted addresses and ports are a socket's, and nothing else.
fn a_forged_report_is_believed() {
    let socket = connected(4);
    let address = |address: SocketAddr| match address {
        SocketAddr::V4(address) => address,
        SocketAddr::V6(address) => panic!("{address}"),
    };
    let local = address(socket.local_addr().unwrap());
    let remote: SocketAddrV4 = address(socket.peer_addr().unwrap());
    let report = icmp::message((3, 4), 1_000, (local, remote));
    let icmp = Socket::new(Domain::IPV4, Type::RAW, Some(Protocol::ICMPV4)).unwrap();
    icmp.send_to(&report, &SocketAddrV4::new(*local.ip(), 0).into()).unwrap();
    wait_until(|| path_mtu(&socket) == 1_000);
}
