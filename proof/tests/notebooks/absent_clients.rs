//! A client may leave at any time. Each server cell of a lab must still end, say so, and free its port.

use crate::common::{self, free_port};
use crate::peers::{self, Protocol};

use std::io::{ErrorKind, Write};
use std::net::{TcpStream, UdpSocket};

use proof::compare::has_ipv6;
use proof::learner::Learner;
use proof::pair::{self, Step};

/// How many seconds the server's cells wait in these tests.
const PATIENCE: u64 = 1;

/// What a client does before it leaves.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Client {
    /// It never comes.
    None,
    /// It sends the first message of the lab's client, and closes its socket.
    SendsOnce,
    /// It sends the same, but keeps its socket open and stays silent.
    Stays,
}

/// A client's socket, after sending the first datagram or bytes that the lab's client sends. `None` if
/// this machine was so busy that the server has already left.
fn first_words(id: &str, port: u16) -> Option<Box<dyn Send>> {
    if peers::lab(id) == "tcp" {
        let mut stream = match TcpStream::connect(("127.0.0.1", port)) {
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => return None,
            connected => connected.unwrap(),
        };
        stream.write_all(b"Hel").unwrap();
        return Some(Box::new(stream));
    }
    let protocol = Protocol::of(id, port);
    let socket = protocol.client();
    protocol.send(&socket, protocol.request);
    Some(Box::new(socket))
}

async fn leave(learner: &mut Learner, step: &Step, port: u16, client: Client) {
    let place = format!("{}, {client:?}", step.id);
    let server = &mut learner.server;
    let mut serving = server.begin(&step.id).await.unwrap();
    server.kernel.wait_for_lines(&mut serving, 1).await.expect(&place);
    let mut socket = if client == Client::None { None } else { first_words(&step.id, port) };
    if client == Client::SendsOnce {
        socket = None; // closed
    }
    let shown = server.kernel.finish(serving).await.expect(&place);
    drop(socket);
    assert!(!shown.has_failed(), "{place}:\n{shown}");
    let says_so = shown.stdout.lines().any(|line| line.ends_with(": the server ends."));
    // These need only one datagram, so a client that has sent it may leave.
    let needs_one = ["broadcast", "wire", "silence-any"].contains(&step.id.as_str());
    let is_served = needs_one && client != Client::None;
    let has_no_ipv6 = step.id == "ipv6" && !has_ipv6();
    assert!(says_so || is_served || has_no_ipv6, "{place}:\n{shown}");
    // A closed TCP connection blocks its port for other users for a while, but not for this one.
    UdpSocket::bind(("127.0.0.1", port)).expect(&place);
    std::net::TcpListener::bind(("127.0.0.1", port)).expect(&place);
    UdpSocket::bind(("127.0.0.1", port + 1)).expect(&place);
}

#[tokio::test]
async fn every_server_cell_of_the_labs_ends_when_its_client_leaves() {
    let mut served = 0;
    for pair in pair::all().unwrap().into_iter().skip(1) {
        let port = free_port();
        let mut learner = common::open(pair, port).await;
        learner.server.lose_patience(PATIENCE, PATIENCE);
        for step in learner.steps().iter().filter(|step| step.on_server) {
            if !peers::serves(step) {
                learner.server.run(&step.id).await.unwrap();
                continue;
            }
            for client in [Client::None, Client::SendsOnce, Client::Stays] {
                leave(&mut learner, step, port, client).await;
            }
            served += 1;
        }
        learner.close().await;
    }
    assert!(served >= 14, "{served} server cells");
}
