//! ICMP messages about connected sockets: none may end a cell before its deadline. Linux reports
//! none to an unconnected socket, so the test runs only the labs that connect one.

use crate::common::{self, free_port};
use crate::namespace::is_inside;
use crate::peers;

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use installation::tutorial::Side;
use proof::pair;
use socket2::{Domain, Protocol, SockAddr, Socket, Type};

/// Type and code of each ICMP error about a datagram in transit: destination unreachable with all
/// its codes (RFC 792; RFC 1812, section 5.2.7.1), time exceeded, parameter problem.
const MESSAGES: [(u8, u8); 18] = [
    (3, 0),
    (3, 1), // host unreachable
    (3, 2),
    (3, 3), // port unreachable
    (3, 4), // fragmentation needed
    (3, 5),
    (3, 6),
    (3, 7),
    (3, 8),
    (3, 9),
    (3, 10),
    (3, 11),
    (3, 12),
    (3, 13), // administratively prohibited
    (3, 14),
    (3, 15),
    (11, 0),
    (12, 0),
];

/// The local and remote address of a connected IPv4 UDP socket.
pub type Ends = (SocketAddrV4, SocketAddrV4);

/// An address and port from `/proc/net/udp`, which has addresses in the machine's byte order.
fn parse(text: &str) -> Option<SocketAddrV4> {
    let (ip, port) = text.split_once(':')?;
    let ip = u32::from_str_radix(ip, 16).ok()?.to_ne_bytes();
    Some(SocketAddrV4::new(Ipv4Addr::from(ip), u16::from_str_radix(port, 16).ok()?))
}

/// All connected UDP sockets of the namespace, with their inode numbers.
fn connected() -> Vec<(String, Ends)> {
    let table = fs::read_to_string("/proc/net/udp").unwrap();
    let rows = table.lines().skip(1).filter_map(|row| {
        let columns: Vec<&str> = row.split_whitespace().collect();
        let ends = (parse(columns.get(1)?)?, parse(columns.get(2)?)?);
        (ends.1.port() != 0).then(|| (columns[9].to_string(), ends))
    });
    rows.collect()
}

/// The Internet checksum, RFC 1071.
fn checksum(bytes: &[u8]) -> u16 {
    let words = bytes.chunks(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
    let mut sum: u32 = words.map(u32::from).sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}

/// An ICMP message about a datagram from `local` to `remote`. `mtu` is that of the next link, in bytes, which only
/// the code "fragmentation needed" has.
pub fn message((kind, code): (u8, u8), mtu: u16, (local, remote): Ends) -> Vec<u8> {
    let mut quoted = [0x4500u16, 34, 0, 0, 64 << 8 | 17, 0].map(u16::to_be_bytes).concat();
    quoted.extend(local.ip().octets());
    quoted.extend(remote.ip().octets());
    let sum = checksum(&quoted);
    quoted[10..12].copy_from_slice(&sum.to_be_bytes());
    quoted.extend([local.port(), remote.port(), 14, 0].map(u16::to_be_bytes).concat());
    let mut message = [&[kind, code, 0, 0, 0, 0], &mtu.to_be_bytes()[..], &quoted].concat();
    let sum = checksum(&message);
    message[2..4].copy_from_slice(&sum.to_be_bytes());
    message
}

/// Sends each message once to each connected socket, one every two milliseconds, until `ended` is
/// set. Returns the number of messages.
fn inject(ended: &AtomicBool) -> usize {
    let icmp = Socket::new(Domain::IPV4, Type::RAW, Some(Protocol::ICMPV4)).unwrap();
    let mut told: HashMap<String, usize> = HashMap::new();
    let mut sent = 0;
    while !ended.load(Ordering::Acquire) {
        for (socket, ends) in connected() {
            let next = told.entry(socket).or_default();
            if let Some(kind) = MESSAGES.get(*next) {
                let local = SockAddr::from(SocketAddrV4::new(*ends.0.ip(), 0));
                icmp.send_to(&message(*kind, u16::MAX, ends), &local).unwrap();
                (*next, sent) = (*next + 1, sent + 1);
            }
        }
        thread::sleep(Duration::from_millis(2));
    }
    sent
}

#[tokio::test]
#[ignore = "needs root, for a network namespace and raw sockets"]
async fn no_icmp_message_ends_a_cell_that_connects() {
    // Otherwise Linux limits the rate of ICMP messages.
    let prepare = "ip link set lo up; echo 0 > /proc/sys/net/ipv4/icmp_ratelimit";
    if !is_inside("icmp::no_icmp_message_ends_a_cell_that_connects", prepare) {
        return;
    }
    let ended = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&ended);
    let injector = thread::spawn(move || inject(&told));
    let mut labs = BTreeSet::new();
    for pair in pair::all().unwrap() {
        let sides = Side::BOTH.into_iter().flat_map(|side| pair.notebook(side).code_cells());
        let connecting = sides.filter(|cell| cell.source.contains(".connect("));
        let own: BTreeSet<String> =
            connecting.map(|cell| peers::lab(cell.id).to_string()).collect();
        if own.is_empty() {
            continue;
        }
        let mut learner = common::open(pair, free_port()).await;
        for step in learner.steps() {
            if step.is_setup() || own.contains(peers::lab(&step.id)) {
                learner.take(&step).await.unwrap();
            }
        }
        learner.close().await;
        labs.extend(own);
    }
    ended.store(true, Ordering::Release);
    let sent = injector.join().unwrap();
    assert!(labs.len() >= 6, "{labs:?}");
    assert!(sent > 20 * labs.len(), "{sent} messages");
}
