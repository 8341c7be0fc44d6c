//! A bad network in a box. It loses, duplicates, delays and reorders the datagrams that it carries.

use std::fmt::Debug;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::conditions::{Conditions, Direction};
use crate::link::Passage;
use crate::nat::{self, Path};
use crate::sequence_diagram::{Event, SequenceDiagram};
use udp_tutorial::explain::Explain;
use udp_tutorial::explain::{despite_icmp, is_timeout, is_transient};

/// The longest payload of UDP over IPv4, in bytes.
const LONGEST: usize = 65_507;

/// How long the relay sleeps between polls of its sockets. Its delays can be too long by this much.
const PAUSE: Duration = Duration::from_micros(200);

/// How many datagrams the relay takes from one socket before it moves on to its other work.
const AT_ONCE: usize = 1_000;

/// The most datagrams, and the most bytes of payload, that the relay records. It drops the rest.
const NOTED: usize = 100_000;
const NOTED_BYTES: usize = 16_000_000;

/// A relay between clients and one server. It runs in its own thread, which ends when you drop it.
/// Clients send to [`BadNetwork::address`]. The relay forwards from a different port for each
/// client, like a router that translates addresses (NAT), so the server sees only the relay. With
/// [`Conditions::rebind`], that port changes.
///
/// ```
/// use std::net::UdpSocket;
/// use std::time::Duration;
/// use udp_labs::{BadNetwork, Conditions};
///
/// let server = UdpSocket::bind(("127.0.0.1", 0))?;
/// let conditions = Conditions { duplicate: 1.0, ..Conditions::default() };
/// let network = BadNetwork::between(server.local_addr()?, conditions)?;
/// let client = UdpSocket::bind(("127.0.0.1", 0))?;
/// client.send_to(b"Hello.", network.address())?;
///
/// server.set_read_timeout(Some(Duration::from_secs(5)))?;
/// assert_eq!(server.recv(&mut [0; 64])?, 6);
/// assert_eq!(server.recv(&mut [0; 64])?, 6, "it came twice");
/// assert_eq!(network.stop().duplicated(), 1);
/// # Ok::<(), anyhow::Error>(())
/// ```
pub struct BadNetwork {
    address: SocketAddr,
    ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<SequenceDiagram>>,
}

impl BadNetwork {
    /// Starts the relay in front of `server`.
    ///
    /// # Errors
    ///
    /// A probability is not from 0 to 1, a delay is over 1 s, or `server` is not an IPv4
    /// address of the loopback interface.
    pub fn between(
        server: impl ToSocketAddrs + Debug,
        conditions: Conditions,
    ) -> Result<BadNetwork> {
        conditions.check()?;
        let server = server.to_socket_addrs()?.next().context("the server has no address")?;
        ensure!(
            server.is_ipv4() && server.ip().is_loopback(),
            "start a bad network in front of {server}: a bad network stays on your own machine; \
             use an address in 127.0.0.0/8"
        );
        let socket = UdpSocket::bind(("127.0.0.1", 0)).explain("bind", ("127.0.0.1", 0))?;
        socket.set_nonblocking(true)?;
        let address = socket.local_addr()?;
        let ended = Arc::new(AtomicBool::new(false));
        let relay = Relay {
            socket,
            server,
            paths: Vec::new(),
            directions: Direction::both(conditions.seed),
            conditions,
            start: Instant::now(),
            under_way: Vec::new(),
            sequence: SequenceDiagram::default(),
            noted_bytes: 0,
        };
        let end = Arc::clone(&ended);
        let thread = Some(std::thread::spawn(move || relay.run(&end)));
        Ok(BadNetwork { address, ended, thread })
    }

    /// The address that clients send to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops the relay and returns what it did. The relay first delivers all datagrams that are
    /// still on their way. It carries up to 100,000 datagrams and 8 MB of payload in all, from up
    /// to 16 clients, and drops everything beyond that.
    ///
    /// # Panics
    ///
    /// The relay's thread has panicked.
    pub fn stop(mut self) -> SequenceDiagram {
        let ended = self.end().expect("the relay was already stopped");
        ended.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }

    fn end(&mut self) -> Option<std::thread::Result<SequenceDiagram>> {
        let thread = self.thread.take()?;
        self.ended.store(true, Ordering::Release);
        Some(thread.join())
    }
}

impl Drop for BadNetwork {
    fn drop(&mut self) {
        self.end();
    }
}

/// What the relay's thread owns.
struct Relay {
    socket: UdpSocket,
    server: SocketAddr,
    paths: Vec<Path>,
    /// To the clients, and from them.
    directions: [Direction; 2],
    conditions: Conditions,
    start: Instant,
    /// For each datagram on its way: when it is due, and the indices of its event and its path.
    under_way: Vec<(Duration, usize, usize)>,
    sequence: SequenceDiagram,
    noted_bytes: usize,
}

impl Relay {
    fn run(mut self, ended: &AtomicBool) -> SequenceDiagram {
        let mut buffer = vec![0; LONGEST];
        loop {
            // Check this before receiving: all that clients sent before `stop` has then arrived.
            let last = ended.load(Ordering::Acquire);
            // The limit keeps a flood from delaying deliveries, or the end, for ever.
            for _ in 0..AT_ONCE {
                match self.socket.recv_from(&mut buffer) {
                    Ok((length, client)) => {
                        if let Some(path) = nat::of(client, &mut self.paths, self.server) {
                            self.take(&buffer[..length], path, true);
                        }
                    }
                    Err(error) if is_empty(&error) => break,
                    Err(_) => {} // concerns one client: others may have sent something
                }
            }
            for path in 0..self.paths.len() {
                for _ in 0..AT_ONCE {
                    match self.paths[path].socket.recv(&mut buffer) {
                        Ok(length) => self.take(&buffer[..length], path, false),
                        Err(error) if is_empty(&error) => break,
                        Err(_) => {}
                    }
                }
                self.lose_forgotten(path, &mut buffer);
            }
            if last {
                self.deliver(Duration::MAX);
                return self.sequence;
            }
            self.deliver(self.start.elapsed());
            // A sleep is more precise than the socket's timeout, which is milliseconds late.
            std::thread::sleep(PAUSE);
        }
    }

    /// Records what the server has sent to a port that the NAT has forgotten, as lost.
    fn lose_forgotten(&mut self, path: usize, buffer: &mut [u8]) {
        for _ in 0..AT_ONCE {
            let Some((socket, via)) = &self.paths[path].forgotten else { return };
            let via = *via;
            match socket.recv(buffer) {
                Ok(length) => _ = self.note(&buffer[..length], via, false),
                Err(error) if is_empty(&error) => return,
                Err(_) => {}
            }
        }
    }

    /// Records a datagram that has entered the network, unless the record is full.
    fn note(&mut self, payload: &[u8], via: SocketAddr, from_client: bool) -> Option<Event> {
        // Double, because the network may make a copy.
        self.noted_bytes += 2 * payload.len();
        if self.sequence.events.len() >= NOTED || self.noted_bytes > NOTED_BYTES {
            return None;
        }
        let entered = self.start.elapsed();
        let payload = payload.to_vec();
        let event = Event { entered, delivered: None, from_client, copy: false, via, payload };
        self.sequence.events.push(event.clone());
        Some(event)
    }

    fn take(&mut self, payload: &[u8], path: usize, from_client: bool) {
        let via = self.paths[path].address;
        let Some(event) = self.note(payload, via, from_client) else { return };
        let entered = event.entered;
        let link = self.conditions.link.as_mut().filter(|_| from_client);
        let passage = link.map_or(Passage::Carried, |link| link.enter(payload));
        let fate = self.conditions.fate(&mut self.directions[usize::from(from_client)]);
        if passage != Passage::Carried {
            if let Passage::Reported(report) = passage {
                self.take(&report, path, false);
            }
            return;
        }
        let narrow = self.conditions.bottleneck.as_mut().filter(|_| from_client);
        let wait = narrow.map_or(Some(Duration::ZERO), |link| link.enter(entered));
        let Some(wait) = wait else { return };
        for (number, delay) in fate.into_iter().enumerate() {
            if number > 0 {
                self.sequence.events.push(Event { copy: true, ..event.clone() });
            }
            let index = self.sequence.events.len() - 1;
            self.under_way.push((entered + wait + delay, index, path));
        }
    }

    /// Forwards the datagrams that are due, earliest first.
    fn deliver(&mut self, now: Duration) {
        self.under_way.sort();
        let due = self.under_way.partition_point(|(due, ..)| *due <= now);
        for (_, index, path) in self.under_way.drain(..due) {
            let (event, path) = (&mut self.sequence.events[index], &mut self.paths[path]);
            // Ignore the result: the network delivers even if the receiver has gone.
            if event.from_client {
                event.via = path.address; // a NAT may have given it another since it entered
                let _ = despite_icmp(|| path.socket.send(&event.payload));
                path.forwarded(self.server, self.conditions.rebind);
            } else {
                let _ = self.socket.send_to(&event.payload, path.client);
            }
            event.delivered = Some(self.start.elapsed());
        }
    }
}

/// Whether no datagram is waiting at the socket, or none ever will.
fn is_empty(error: &io::Error) -> bool {
    is_timeout(error) || !is_transient("receive", error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bottleneck::Bottleneck;
    use crate::link::Link;
    use crate::nat::CLIENTS;
    use proptest::prelude::*;

    fn pass(conditions: Conditions, count: u8) -> (SequenceDiagram, Vec<u8>) {
        let server = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
        let client = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
        let network = BadNetwork::between(server.local_addr().unwrap(), conditions).unwrap();
        for number in 0..count {
            client.send_to(&[number], network.address()).unwrap();
        }
        let sequence = network.stop();
        server.set_nonblocking(true).unwrap();
        let mut buffer = [0; 8];
        let arrived = std::iter::from_fn(|| server.recv(&mut buffer).ok().map(|_| buffer[0]));
        (sequence, arrived.collect())
    }

    fn conditions(loss: f64, duplicate: f64, reorder: f64, seed: u64) -> Conditions {
        let delay = Duration::from_micros(300);
        Conditions { loss, duplicate, reorder, delay, seed, ..Conditions::default() }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn every_datagram_is_accounted_for(
            loss in 0.0..=1.0f64,
            duplicate in 0.0..=1.0f64,
            reorder in 0.0..=1.0f64,
            seed: u64,
            count in 0u8..100,
        ) {
            let (sequence, arrived) = pass(conditions(loss, duplicate, reorder, seed), count);
            prop_assert_eq!(sequence.entered(), usize::from(count));
            let expected = sequence.entered() - sequence.lost() + sequence.duplicated();
            prop_assert_eq!(sequence.delivered(), expected);
            prop_assert_eq!(arrived.len(), expected);
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_fates() {
        let fates = |seed| -> Vec<(bool, bool)> {
            let (sequence, _) = pass(conditions(0.4, 0.3, 0.0, seed), 80);
            sequence.events.iter().map(|event| (event.delivered.is_some(), event.copy)).collect()
        };
        assert_eq!(fates(7), fates(7));
        assert_ne!(fates(7), fates(8));
    }

    #[test]
    fn the_extremes_are_exact() {
        assert_eq!(pass(conditions(0.0, 0.0, 0.0, 1), 50).1, (0..50).collect::<Vec<u8>>());
        assert!(pass(conditions(1.0, 1.0, 1.0, 1), 50).1.is_empty());
        assert_eq!(pass(conditions(0.0, 1.0, 0.0, 1), 50).1.len(), 100);
    }

    #[test]
    fn a_delayed_datagram_is_overtaken() {
        let mut mixed = conditions(0.0, 0.0, 0.5, 1);
        mixed.delay = Duration::from_millis(20);
        let arrived = pass(mixed, 50).1;
        assert_eq!(arrived.len(), 50);
        assert!(!arrived.is_sorted(), "{arrived:?}");
    }

    #[test]
    fn a_reply_comes_back_and_dropping_the_network_ends_its_thread() {
        let server = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
        let client = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
        for socket in [&server, &client] {
            socket.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        }
        let network = BadNetwork::between(server.local_addr().unwrap(), Conditions::default());
        let network = network.unwrap();
        let address = network.address();
        client.send_to(b"Hello.", address).unwrap();
        let (_, peer) = server.recv_from(&mut [0; 64]).unwrap();
        assert_ne!(peer, client.local_addr().unwrap(), "the server sees the network");
        server.send_to(b"Server accessed.(1)", peer).unwrap();
        assert_eq!(client.recv_from(&mut [0; 64]).unwrap(), (19, address));
        drop(network);
        for address in [address, peer] {
            UdpSocket::bind(address).expect("the thread has not closed its sockets");
        }
    }

    #[test]
    fn each_client_gets_its_own_replies_and_a_client_too_many_gets_none() {
        let server = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
        server.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        let network = BadNetwork::between(server.local_addr().unwrap(), Conditions::default());
        let network = network.unwrap();
        let clients: Vec<UdpSocket> = (0..=CLIENTS as u8)
            .map(|number| {
                let client = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
                client.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
                client.send_to(&[number], network.address()).unwrap();
                client
            })
            .collect();
        let mut number = [0];
        for _ in 0..CLIENTS {
            let (_, peer) = server.recv_from(&mut number).unwrap();
            server.send_to(&number, peer).unwrap();
        }
        for (expected, client) in (0..).zip(&clients[..CLIENTS]) {
            client.recv(&mut number).unwrap();
            assert_eq!(number, [expected]);
        }
        let sequence = network.stop();
        assert_eq!(sequence.entered(), 2 * CLIENTS);
        clients[CLIENTS].set_nonblocking(true).unwrap();
        clients[CLIENTS].recv(&mut number).unwrap_err();
    }

    #[test]
    fn a_bottleneck_drops_datagrams_when_its_queue_is_full_and_keeps_the_order() {
        let mut narrow = conditions(0.0, 0.0, 0.0, 1);
        narrow.bottleneck = Some(Bottleneck::new(1, 20));
        let (sequence, arrived) = pass(narrow, 50);
        assert_eq!((sequence.entered(), sequence.lost()), (50, 30));
        assert_eq!(arrived, (0..20).collect::<Vec<u8>>());
    }

    /// A client asks `count` times, each time after the answer to the last, and the server answers.
    /// Returns the ports that the server sees, whether each answer arrives, and the record.
    fn ask(rebind: Option<u32>, count: u8) -> (Vec<u16>, Vec<bool>, SequenceDiagram) {
        let sockets = [(); 2].map(|()| UdpSocket::bind(("127.0.0.1", 0)).unwrap());
        let [server, client] = &sockets;
        server.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        let conditions = Conditions { rebind, ..Conditions::default() };
        let network = BadNetwork::between(server.local_addr().unwrap(), conditions).unwrap();
        let ask = |number| {
            client.send_to(&[number], network.address()).unwrap();
            let (_, peer) = server.recv_from(&mut [0]).unwrap();
            server.send_to(&[number], peer).unwrap();
            let is_lost = rebind == Some(number.into());
            let wait = Duration::from_millis(if is_lost { 100 } else { 5_000 });
            client.set_read_timeout(Some(wait)).unwrap();
            (peer.port(), client.recv(&mut [0]).is_ok())
        };
        let (ports, answered) = (1..=count).map(ask).unzip();
        (ports, answered, network.stop())
    }

    #[test]
    fn a_rebind_changes_the_port_once_and_loses_the_reply_to_the_earlier_one() {
        let (ports, answered, sequence) = ask(Some(3), 6);
        assert!(ports[..3].iter().all(|port| *port == ports[0]), "{ports:?}");
        assert!(ports[3..].iter().all(|port| *port == ports[3]), "{ports:?}");
        assert_ne!(ports[0], ports[3]);
        assert_eq!(answered, [true, true, false, true, true, true]);
        assert_eq!((sequence.entered(), sequence.lost()), (12, 1));
        let lost = sequence.events.iter().find(|event| event.delivered.is_none()).unwrap();
        assert_eq!(
            (lost.from_client, lost.via.port(), &lost.payload[..]),
            (false, ports[0], &[3][..])
        );
        let of_clients = sequence.events.iter().filter(|event| event.from_client);
        assert!(of_clients.map(|event| event.via.port()).eq(ports));

        let (ports, answered, _) = ask(None, 4);
        assert!(ports.iter().all(|port| *port == ports[0]), "{ports:?}");
        assert_eq!(answered, [true; 4]);
    }

    #[test]
    fn a_link_reports_to_the_client_what_is_too_long_and_then_falls_silent() {
        let server = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
        let client = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
        client.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        let link = Some(Link::new(128).then(2, 64));
        let narrow = Conditions { link, ..Conditions::default() };
        let network = BadNetwork::between(server.local_addr().unwrap(), narrow).unwrap();
        let address = network.address();
        client.send_to(&[7; 101], address).unwrap();
        let mut report = [0; 64];
        assert_eq!(client.recv_from(&mut report).unwrap(), (11, address));
        assert_eq!(report[..3], *b"R\0\x80");
        for length in [100, 37, 36] {
            client.send_to(&vec![7; length], address).unwrap();
        }
        let sequence = network.stop();
        assert_eq!((sequence.entered(), sequence.lost()), (5, 2), "four and a report");
        client.set_nonblocking(true).unwrap();
        client.recv(&mut report).unwrap_err();
        server.set_nonblocking(true).unwrap();
        let mut buffer = [0; 128];
        let arrived = std::iter::from_fn(|| server.recv(&mut buffer).ok());
        assert_eq!(arrived.collect::<Vec<usize>>(), [100, 36]);
    }

    #[test]
    fn a_network_can_be_stopped_under_endless_traffic() {
        let server = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
        let network = BadNetwork::between(server.local_addr().unwrap(), Conditions::default());
        let network = network.unwrap();
        let (address, stopped) = (network.address(), AtomicBool::new(false));
        let sent = std::sync::atomic::AtomicUsize::new(0);
        std::thread::scope(|scope| {
            let send = || {
                let client = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
                let start = Instant::now();
                while !stopped.load(Ordering::Acquire) && start.elapsed().as_secs() < 10 {
                    // Long payloads take long to record, so the relay falls behind.
                    client.send_to(&[7; 1_000], address).unwrap();
                    sent.fetch_add(1, Ordering::AcqRel);
                }
                stopped.load(Ordering::Acquire)
            };
            let senders = [scope.spawn(send), scope.spawn(send), scope.spawn(send)];
            while sent.load(Ordering::Acquire) < 10_000 {
                std::thread::yield_now();
            }
            let entered = network.stop().entered();
            stopped.store(true, Ordering::Release);
            assert!(0 < entered && entered <= NOTED, "{entered} of {sent:?} entered");
            for sender in senders {
                assert!(sender.join().unwrap(), "the network stopped only after the traffic did");
            }
        });
    }

    #[test]
    fn bad_conditions_and_foreign_servers_are_refused() {
        let refused =
            |target: &str, conditions: Conditions| match BadNetwork::between(target, conditions) {
                Ok(_) => panic!("{target} was accepted"),
                Err(error) => error.to_string(),
            };
        for loss in [-0.1, 1.1, f64::NAN] {
            let error = refused("127.0.0.1:9", conditions(loss, 0.0, 0.0, 1));
            assert!(error.starts_with("loss is "), "{error}");
        }
        let slow = Conditions { delay: Duration::from_secs(2), ..Conditions::default() };
        assert!(refused("127.0.0.1:9", slow).contains("the maximum is 1 s"));
        let never = Conditions { rebind: Some(0), ..Conditions::default() };
        assert!(refused("127.0.0.1:9", never).starts_with("rebind is 0"));
        let delay_after = Some((1, Duration::from_secs(2)));
        let slow = Conditions { delay_after, ..Conditions::default() };
        assert!(refused("127.0.0.1:9", slow).contains("the maximum is 1 s"));
        assert!(refused("192.0.2.1:9", Conditions::default()).contains("own machine"));
    }
}
