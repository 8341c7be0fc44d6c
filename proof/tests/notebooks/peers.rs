//! Peers of the server cells: what a lab's client sends, and where to. Add a new lab here if its
//! request is not `Hello.`; until then, the tests that find its cells fail.

use std::net::{Ipv4Addr, SocketAddrV4, UdpSocket};
use std::time::Instant;

use proof::pair::Step;

/// The labs that do not answer a request exactly once, and how many answers they send.
/// A cell's own number precedes its lab's.
const ANSWERS: [(&str, usize); 5] =
    [("silence-any", 1), ("silence", 2), ("edges", 0), ("broadcast", 0), ("tcp", 0)];

/// A cell that serves on Linux only; elsewhere it prints one line.
const ON_LINUX: &str = "silence-any";

/// A DNS query: `hello.example`, A, IN.
pub const DNS_QUESTION: &[u8] =
    b"\x49\x10\x01\0\0\x01\0\0\0\0\0\0\x05hello\x07example\0\0\x01\0\x01";

/// A request without a cookie: 8 bytes of the client, 32 zeros, and the greeting.
const COOKIELESS: &[u8] = b"\x01\x02\x03\x04\x05\x06\x07\x08\
    \0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0Hello.";

/// A request for a session: 16 bytes of the client, and 28 zeros.
const OPEN: &[u8] = b"open\x01\x02\x03\x04\x05\x06\x07\x08\x01\x02\x03\x04\x05\x06\x07\x08\
    \0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
/// The shortest probe that the lab *size* answers.
const PROBE: &[u8] = &[b'P'; 1_200];

/// The name of the lab that a cell belongs to: the first word of the cell's id.
pub fn lab(id: &str) -> &str {
    id.split('-').next().expect("split yields at least one part")
}

/// What the tests know about a lab's protocol.
#[derive(Clone, Copy, Debug)]
pub struct Protocol {
    /// What a client sends.
    pub request: &'static [u8],
    /// Where the client sends it.
    pub address: SocketAddrV4,
    /// How many datagrams come back.
    pub answers: usize,
}

impl Protocol {
    /// The protocol of a cell's lab, with the lab's server at `port`.
    pub fn of(id: &str, port: u16) -> Protocol {
        let lab = lab(id);
        let request: &[u8] = match lab {
            "loss" => b"?", // for the report
            "pace" => b"D\0\0\0\x01",
            "bad" => b"7 Hello.",
            "rebind" => b"sixteen bytes id\0\0\0\x01Hello.",
            "stream" => b"D\0\0\0\0Hello.",
            "dns" => DNS_QUESTION,
            "meeting" => b"meet\x01\x02\x03\x04\x05\x06\x07\x08\0\0\0\0\0\0",
            "cookie" => COOKIELESS,
            "proof" => OPEN,
            "size" => PROBE,
            _ => b"Hello.",
        };
        let (ip, port) = match lab {
            "loss" => (Ipv4Addr::LOCALHOST, port + 1),
            "multicast" => (Ipv4Addr::new(239, 255, 73, 10), port),
            "broadcast" => (Ipv4Addr::new(127, 255, 255, 255), port),
            _ => (Ipv4Addr::LOCALHOST, port),
        };
        let known = ANSWERS.iter().find(|(name, _)| *name == id || *name == lab);
        let answers = known.map_or(1, |(_, count)| *count);
        Protocol { request, address: SocketAddrV4::new(ip, port), answers }
    }

    /// A client's socket, whose multicasts stay on this machine.
    pub fn client(&self) -> UdpSocket {
        let socket = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
        socket.set_multicast_ttl_v4(0).unwrap();
        socket.set_broadcast(true).unwrap();
        socket
    }

    /// Sends one datagram. The socket is not connected, so a server that has gone causes no error.
    pub fn send(&self, socket: &UdpSocket, datagram: &[u8]) {
        socket.send_to(datagram, self.address).unwrap();
    }

    /// How many datagrams `socket` receives by `deadline`, counting only up to `enough`.
    pub fn hears(&self, socket: &UdpSocket, enough: usize, deadline: Instant) -> usize {
        let mut count = 0;
        while count < enough {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            socket.set_read_timeout(Some(left)).unwrap();
            count += usize::from(socket.recv(&mut [0; 65_507]).is_ok());
        }
        count
    }
}

/// Whether a step runs a server cell that serves clients: a client cell has the same id, or only an
/// interrupt ends the server cell. The tests find all such cells this way, without a list.
pub fn serves(step: &Step) -> bool {
    let is_here = cfg!(target_os = "linux") || step.id != ON_LINUX;
    is_here && !step.is_setup() && step.on_server && (step.on_client || step.until_interrupted)
}

/// Whether a step only defines what the servers, clients and exercise of `of_lab` need, or sets the notebook up.
pub fn defines(step: &Step, of_lab: &str) -> bool {
    let is_exercise = ["-check", "-exercise", "-solution"].iter().any(|end| step.id.ends_with(end));
    step.is_setup() || lab(&step.id) == of_lab && !serves(step) && !is_exercise
}
