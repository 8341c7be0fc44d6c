//! Hostile datagrams: none may end a server cell, and no cell may answer an answer. The tests find
//! the server cells in the notebooks, see [`crate::peers::serves`].

use crate::common::{self, free_port};
use crate::peers::{self, Protocol};

use std::net::{Ipv4Addr, SocketAddrV4, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use kernel_client::fence::Execution;
use kernel_client::kernel::Kernel;
use kernel_client::transcript::Transcript;
use proof::learner::Learner;
use proof::pair;
use regex::Regex;
use socket2::{Domain, Protocol as Ip, SockAddr, Socket, Type};

/// How many seconds the server's cells wait here for a first request. For later ones, a quarter.
const PATIENCE: u64 = 6;

/// The longest that an answer may take on a busy machine while the cell runs.
const DEADLINE: Duration = Duration::from_secs(20);

/// What a hostile peer does.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Attack {
    /// Datagrams that are not requests, and a request whose sender is gone before the answer.
    Junk,
    /// A request from source port 0, to which no answer can be sent.
    PortZero,
    /// A peer that sends back whatever it receives.
    Echo,
}

/// What the honest clients and the echoing peer received.
#[derive(Debug, Default)]
struct Heard {
    /// How many requests a server could answer, and how many of them it answered.
    requests: usize,
    answered: usize,
    echoed: usize,
}

impl Attack {
    fn on(self, lab: Protocol, ended: &AtomicBool) -> Heard {
        let mut heard = Heard::default();
        let hostile = lab.client();
        match self {
            Attack::Junk => {
                for datagram in
                    [&[][..], &[0xff; 4096], &[0xff; 65_507], b"x", b"Server accessed.(1)"]
                {
                    lab.send(&hostile, datagram);
                }
                honest(lab, ended, &mut heard);
                lab.send(&lab.client(), lab.request); // and closed
                heard.requests += 1;
                honest(lab, ended, &mut heard);
            }
            Attack::PortZero => {
                send_from_port_zero(lab.address, lab.request);
                honest(lab, ended, &mut heard);
            }
            Attack::Echo => {
                lab.send(&hostile, lab.request);
                heard.echoed = echo(lab, &hostile);
            }
        }
        heard
    }
}

/// Sends back whatever arrives, until a second passes without a datagram. Returns their number.
fn echo(lab: Protocol, hostile: &UdpSocket) -> usize {
    hostile.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    let (mut buffer, mut count) = ([0; 65_507], 0);
    let first = if lab.answers > 0 { DEADLINE } else { Duration::from_secs(1) };
    let mut end = Instant::now() + first;
    while Instant::now() < end && count < 1_000 {
        if let Ok((length, server)) = hostile.recv_from(&mut buffer) {
            count += 1;
            let _ = hostile.send_to(&buffer[..length], server);
            end = Instant::now() + Duration::from_secs(1);
        }
    }
    count
}

/// An honest client asks, and waits for the answer while the cell runs.
fn honest(lab: Protocol, ended: &AtomicBool, heard: &mut Heard) {
    let socket = lab.client();
    lab.send(&socket, lab.request);
    heard.requests += 1;
    let deadline = Instant::now() + DEADLINE;
    let mut got = 0;
    while got == 0 && lab.answers > 0 && Instant::now() < deadline {
        let is_last = ended.load(Ordering::Acquire); // all that the cell sent has arrived
        got = lab.hears(&socket, 1, Instant::now() + Duration::from_millis(50));
        if is_last {
            break;
        }
    }
    heard.answered += usize::from(got > 0);
}

/// Sends a datagram with source port 0, which RFC 768 permits. Needs root.
fn send_from_port_zero(to: SocketAddrV4, payload: &[u8]) {
    let socket =
        Socket::new(Domain::IPV4, Type::RAW, Some(Ip::UDP)).expect("raw sockets need root");
    socket.set_multicast_if_v4(&Ipv4Addr::LOCALHOST).unwrap();
    socket.set_multicast_ttl_v4(0).unwrap();
    socket.set_broadcast(true).unwrap();
    let length = 8 + payload.len() as u16;
    // A checksum of 0 means no checksum.
    let header = [0, to.port(), length, 0].map(u16::to_be_bytes);
    let datagram = [header.as_flattened(), payload].concat();
    socket.bind(&SockAddr::from(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0))).unwrap();
    socket.send_to(&datagram, &SockAddr::from(SocketAddrV4::new(*to.ip(), 0))).unwrap();
}

/// The number that a cell has printed under a name, if any.
fn number(shown: &Transcript, name: &str) -> Option<usize> {
    let pattern = Regex::new(&format!(r"\b{name} = (\d+)")).unwrap();
    pattern.captures(&shown.stdout)?[1].parse().ok()
}

/// Attacks a running cell, until the cell ends or, if it is endless, until the attack is over.
async fn attacked_cell(
    kernel: &mut Kernel,
    mut serving: Execution,
    attack: Attack,
    lab: Protocol,
    is_endless: bool,
) -> (Transcript, Heard) {
    let ended = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&ended);
    let mut attacker = tokio::task::spawn_blocking(move || attack.on(lab, &told));
    if !is_endless {
        let shown = kernel.finish(serving).await.unwrap();
        ended.store(true, Ordering::Release);
        return (shown, attacker.await.unwrap());
    }
    let mut lines = 2;
    let heard = loop {
        tokio::select! {
            heard = &mut attacker => break heard,
            more = kernel.wait_for_lines(&mut serving, lines) => more.unwrap(),
        }
        lines += 1;
    };
    let shown = kernel.interrupt(serving).await.unwrap();
    (shown.without_interruption().unwrap(), heard.unwrap())
}

/// Attacks every server cell of all notebooks. Sends no echoes to the article's endless loop, which
/// answers everything.
async fn every_server_cell_survives(attack: Attack) {
    let mut attacked = 0;
    for pair in pair::all().unwrap() {
        let port = free_port();
        let mut learner = common::open(pair, port).await;
        learner.server.lose_patience(PATIENCE, PATIENCE);
        attacked += server_cells_survive(&mut learner, attack, port).await;
        learner.close().await;
    }
    assert!(attacked >= 20, "{attacked} server cells");
}

/// Attacks the server cells of one notebook. Returns how many.
async fn server_cells_survive(learner: &mut Learner, attack: Attack, port: u16) -> usize {
    let mut attacked = 0;
    for step in learner.steps() {
        let id = step.id.as_str();
        if !step.on_server || attack == Attack::Echo && id == "hello" {
            continue;
        }
        if !peers::serves(&step) {
            learner.server.run(id).await.unwrap();
            continue;
        }
        let place = format!("{id}, {attack:?}");
        let lab = Protocol::of(id, port);
        let is_endless = step.until_interrupted;
        let mut serving = learner.server.begin(id).await.unwrap();
        let kernel = &mut learner.server.kernel;
        kernel.wait_for_lines(&mut serving, 1).await.expect(&place);
        let (shown, heard) = attacked_cell(kernel, serving, attack, lab, is_endless).await;
        assert!(!shown.has_failed(), "{place}:\n{shown}");
        judge(&place, attack, lab, is_endless, &shown, &heard);
        attacked += 1;
    }
    attacked
}

/// Checks that the server answered honest clients, did not answer echoes, and counted correctly.
fn judge(
    place: &str,
    attack: Attack,
    lab: Protocol,
    is_endless: bool,
    shown: &Transcript,
    heard: &Heard,
) {
    // A cell that ends before its time runs out has served all the requests it is meant for.
    let had_time =
        is_endless || shown.stdout.lines().any(|line| line.ends_with(": the server ends."));
    match attack {
        Attack::Echo => assert_eq!(heard.echoed, lab.answers, "{place}:\n{shown}"),
        Attack::Junk | Attack::PortZero if lab.answers > 0 => {
            let asked = if attack == Attack::Junk { 2 } else { 1 };
            let expected = if had_time { asked..=asked } else { asked - 1..=asked };
            assert!(expected.contains(&heard.answered), "{place}: {heard:?}\n{shown}");
        }
        _ => {}
    }
    if attack == Attack::Junk {
        for name in ["acknowledged", "answered", "count"] {
            let counted = number(shown, name);
            assert!(counted.is_none_or(|count| count == heard.requests), "{place}:\n{shown}");
        }
    }
}

#[tokio::test]
async fn no_datagram_ends_a_server_cell() {
    every_server_cell_survives(Attack::Junk).await;
}

#[tokio::test]
async fn no_server_cell_answers_an_answer() {
    every_server_cell_survives(Attack::Echo).await;
}

#[tokio::test]
#[ignore = "needs root, to send from port 0"]
async fn no_datagram_from_port_0_ends_a_server_cell() {
    every_server_cell_survives(Attack::PortZero).await;
}

#[tokio::test]
#[ignore = "needs root, to send from port 0"]
async fn a_flood_of_failures_does_not_fill_the_notebook() {
    let port = free_port();
    let mut learner = common::open_lab("pace", port).await;
    learner.server.lose_patience(PATIENCE, PATIENCE);
    for id in pair::SETUPS.into_iter().chain(["pace-acknowledge"]) {
        learner.server.run(id).await.unwrap();
    }
    let mut serving = learner.server.begin("pace").await.unwrap();
    learner.server.kernel.wait_for_lines(&mut serving, 1).await.unwrap();
    let lab = Protocol::of("pace", port);
    for _ in 0..100 {
        send_from_port_zero(lab.address, lab.request);
    }
    let shown = learner.server.kernel.finish(serving).await.unwrap();
    let failures = shown.stdout.matches("One send failed: Invalid argument").count();
    assert_eq!(failures, 10, "{shown}");
    assert!(shown.stdout.contains("\n90 more failures\n"), "{shown}");
    assert!(shown.stdout.contains("acknowledged = 0"), "{shown}");
    learner.close().await;
}

/// The server that remembers replies: a source fills only its own share of memory; ids are bytes.
#[tokio::test]
async fn one_source_cannot_mute_the_others() {
    let port = free_port();
    let mut learner = common::open_lab("bad-network", port).await;
    learner.server.lose_patience(20, 60);
    for step in learner.steps() {
        let defines = peers::lab(&step.id) == "bad" && !peers::serves(&step);
        if step.on_server && (step.is_setup() || defines) {
            learner.server.run(&step.id).await.unwrap();
        }
    }
    let mut serving = learner.server.begin("bad-network-once").await.unwrap();
    learner.server.kernel.wait_for_lines(&mut serving, 1).await.unwrap();
    let lab = Protocol::of("bad-network-once", port);
    let ask = |socket: &UdpSocket, id: &[u8], wait: Duration| {
        lab.send(socket, &[id, b" Hello."].concat());
        socket.set_read_timeout(Some(wait)).unwrap();
        let mut buffer = [0; 64];
        socket.recv(&mut buffer).ok().map(|length| buffer[..length].to_vec())
    };
    let (greedy, honest) = (lab.client(), lab.client());
    let brief = Duration::from_millis(200);
    for number in 0..100 {
        let reply = ask(&greedy, format!("{number}").as_bytes(), DEADLINE).unwrap();
        assert!(reply.starts_with(format!("{number} Server accessed.(").as_bytes()));
    }
    assert_eq!(ask(&greedy, b"100", brief), None, "the source has used up its hundred");
    assert_eq!(ask(&greedy, b"7", DEADLINE).unwrap(), b"7 Server accessed.(8)", "remembered");
    assert_eq!(ask(&honest, b"\xff", DEADLINE).unwrap(), b"\xff Server accessed.(101)");
    assert_eq!(ask(&honest, b"\xfe", DEADLINE).unwrap(), b"\xfe Server accessed.(102)");
    assert_eq!(ask(&honest, &[0xff; 17], brief), None, "the id is too long");
    let shown = learner.server.kernel.finish(serving).await.unwrap();
    assert_eq!(number(&shown, "count"), Some(102), "{shown}");
    learner.close().await;
}
