//! The lab *stream*: what arrives is the file, byte for byte, whatever the network or the peer does.

use crate::common::{self, Opened, free_port};
use crate::peers;

use std::net::UdpSocket;
use std::thread;
use std::time::{Duration, Instant};

/// How many parts the client's file has, and their length.
const PARTS: u32 = 64;
const PART: usize = 1_024;

/// The client's file: 8,192 lines with their numbers.
fn file() -> Vec<u8> {
    (0..8_192).flat_map(|number| format!("{number:07}\n").into_bytes()).collect()
}

/// A part of the file, as the client sends it.
fn part(number: u32) -> Vec<u8> {
    let kind = if number + 1 == PARTS { b"L" } else { b"D" };
    let from = number as usize * PART;
    [kind, &number.to_be_bytes()[..], &file()[from..from + PART]].concat()
}

fn acknowledgement(expected: u32, cause: u32) -> Vec<u8> {
    [b"A", [expected, cause].map(u32::to_be_bytes).as_flattened()].concat()
}

/// A learner who has run the definitions of the lab's client or server.
async fn defined(port: u16, on_server: bool) -> Opened {
    let mut learner = common::open_lab("stream", port).await;
    learner.server.lose_patience(20, 20);
    for step in learner.steps().iter().filter(|step| peers::defines(step, "stream")) {
        if on_server && step.on_server {
            learner.server.run(&step.id).await.unwrap();
        } else if !on_server && step.on_client {
            learner.client.run(&step.id).await.unwrap();
        }
    }
    learner
}

#[tokio::test]
async fn the_server_takes_each_part_once_and_in_order() {
    let port = free_port();
    let mut learner = defined(port, true).await;
    let mut serving = learner.server.begin("stream").await.unwrap();
    learner.server.kernel.wait_for_lines(&mut serving, 1).await.unwrap();
    let client = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
    client.connect(("127.0.0.1", port)).unwrap();
    client.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let ask = |datagram: &[u8]| {
        client.send(datagram).unwrap();
        let mut reply = [0; 64];
        let length = client.recv(&mut reply).unwrap();
        reply[..length].to_vec()
    };
    for number in 0..PARTS {
        // Parts that come too early, with other bytes, or again; the last one, too early.
        let early = [b"L", &(number + 1).to_be_bytes()[..], b"other bytes"].concat();
        let never = [b"D", &[0xff; 4][..], b"other bytes"].concat();
        for (wrong, cause) in [(early, number + 1), (never, u32::MAX)] {
            assert_eq!(ask(&wrong), acknowledgement(number, cause));
        }
        // What is no part gets no answer: too short, empty, too long, another letter.
        let head = [b"D", &number.to_be_bytes()[..]].concat();
        let long = [&head[..], &[7; PART + 1]].concat();
        for junk in [&head[..4], &head, &long, &acknowledgement(number, number)] {
            client.send(junk).unwrap();
        }
        for _ in 0..2 {
            assert_eq!(ask(&part(number)), acknowledgement(number + 1, number));
        }
    }
    // A stream that has ended takes nothing more.
    let more = [b"D", &PARTS.to_be_bytes()[..], b"more"].concat();
    assert_eq!(ask(&more), acknowledgement(PARTS, PARTS));
    fifteen_more_sources_find_a_place(port);
    let shown = learner.server.kernel.finish(serving).await.unwrap();
    let whole = "parts = 64, digest: 968658b535ca2511\n"; // as the client's cell prints it
    assert_eq!(shown.stdout.matches(whole).count(), 1, "{shown}");
    assert!(shown.stdout.contains(&format!("taken = {}", PARTS + 15)), "{shown}");
    learner.close().await;
}

/// One source has ended, and 15 others fill the places. One more gets no answer.
fn fifteen_more_sources_find_a_place(port: u16) {
    let others: Vec<UdpSocket> =
        (0..16).map(|_| UdpSocket::bind(("127.0.0.1", 0)).unwrap()).collect();
    for (place, other) in others.iter().enumerate() {
        other.send_to(&part(0), ("127.0.0.1", port)).unwrap();
        let wait = if place < 15 { 20_000 } else { 200 };
        other.set_read_timeout(Some(Duration::from_millis(wait))).unwrap();
        assert_eq!(other.recv(&mut [0; 64]).is_ok(), place < 15, "source {place}");
    }
}

/// A correct server that loses a part now and then, also sends what no client may believe, and
/// sends everything twice. It leaves after `most` parts. Returns the file.
fn hostile_server(socket: &UdpSocket, most: u32) -> Vec<u8> {
    socket.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let (mut next, mut arrived, mut lost) = (0, Vec::new(), None);
    let mut buffer = [0; 2_048];
    while next < most {
        let (length, client) = socket.recv_from(&mut buffer).expect("the client sends on");
        let number = u32::from_be_bytes(buffer[1..5].try_into().unwrap());
        let true_one = |next| acknowledgement(next, number);
        let hostile = [
            acknowledgement(u32::MAX, u32::MAX), // never sent
            acknowledgement(PARTS + 1, number),
            acknowledgement(next + 33, number), // the window is 32 at most
            acknowledgement(0, number),         // old
            vec![],
            [true_one(next + 1), vec![0]].concat(), // too long, and perhaps untrue
            vec![b'A'; 4_096],
            true_one(next + 1)[..8].to_vec(),
        ];
        if number == next && number % 10 == 5 && lost != Some(number) {
            lost = Some(number);
        } else if number == next {
            arrived.extend_from_slice(&buffer[5..length]);
            next += 1;
        }
        for datagram in hostile.into_iter().chain([true_one(next), true_one(next)]) {
            socket.send_to(&datagram, client).unwrap();
        }
    }
    arrived
}

#[tokio::test]
async fn hostile_acknowledgements_neither_lose_a_part_nor_end_the_client() {
    let port = free_port();
    let mut learner = defined(port, false).await;
    let server = UdpSocket::bind(("127.0.0.1", port)).unwrap();
    for window in [1, 8, 32] {
        let socket = server.try_clone().unwrap();
        let serving = thread::spawn(move || hostile_server(&socket, PARTS));
        let code = format!("stream_through({window}, steady())?;");
        let shown = learner.client.kernel.run(&code).await.unwrap();
        assert!(!shown.has_failed(), "{shown}");
        assert_eq!(serving.join().unwrap(), file(), "a window of {window}");
    }
    learner.close().await;
}

#[tokio::test]
async fn a_client_whose_server_leaves_ends_at_its_deadline() {
    let port = free_port();
    let mut learner = defined(port, false).await;
    for parts in [0, 20] {
        let server = UdpSocket::bind(("127.0.0.1", port)).unwrap();
        let serving = thread::spawn(move || hostile_server(&server, parts)); // and closes it
        let start = Instant::now();
        let shown = learner.client.kernel.run("stream_through(8, steady())?;").await.unwrap();
        let took = start.elapsed().as_secs_f64();
        serving.join().unwrap();
        let said = format!("{parts} of 64 acknowledged: run the server");
        assert!(shown.stderr.contains(&said), "{shown}");
        assert!((9.9..60.0).contains(&took), "{took} s");
    }
    learner.close().await;
}
