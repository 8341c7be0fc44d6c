//! Reset, slow and idle connections: none may end a server cell.

use crate::common::{self, free_port};
use crate::peers::{self, Protocol};

use std::collections::BTreeSet;
use std::io::{ErrorKind, Write};
use std::net::{Ipv4Addr, SocketAddrV4, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use proof::pair::{self, Step};
use socket2::{Domain, Protocol as Ip, Socket, Type};

/// Opens a connection and resets it, before the server has accepted it.
fn abort(port: u16) {
    let address = SocketAddrV4::new(Ipv4Addr::LOCALHOST, port);
    let socket = Socket::new(Domain::IPV4, Type::STREAM, Some(Ip::TCP)).unwrap();
    socket.set_linger(Some(Duration::ZERO)).unwrap();
    socket.connect(&address.into()).unwrap();
}

/// Whether the other side has kept the connection open.
fn is_open(stream: &TcpStream) -> bool {
    stream.set_nonblocking(true).unwrap();
    stream.peek(&mut [0]).is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
}

fn connection(port: u16) -> TcpStream {
    TcpStream::connect(("127.0.0.1", port)).unwrap()
}

/// The TCP servers serve one client at a time. A hostile one costs only its own time limit.
#[tokio::test]
async fn no_connection_ends_a_server_cell() {
    let pairs = pair::all().unwrap();
    let cells: Vec<_> = pairs.iter().flat_map(|pair| pair.server.code_cells()).collect();
    let listening = cells.iter().filter(|cell| cell.source.contains("TcpListener::bind"));
    let labs: BTreeSet<&str> = listening.map(|cell| peers::lab(cell.id)).collect();
    // The name server has a thread for each client, and its own test below.
    assert_eq!(labs, BTreeSet::from(["dns", "tcp"]), "another lab listens: attack it too");
    let port = free_port();
    let mut learner = common::open_lab("tcp", port).await;
    learner.server.lose_patience(48, 48); // four seconds per client
    let mut attacked = 0;
    let is_tcp = |step: &Step| step.is_setup() || peers::lab(&step.id) == "tcp";
    for step in learner.steps().into_iter().filter(is_tcp) {
        let id = step.id.as_str();
        if !step.on_server || !peers::serves(&step) {
            learner.take(&step).await.unwrap();
            continue;
        }
        let mut serving = learner.server.begin(id).await.unwrap();
        learner.server.kernel.wait_for_lines(&mut serving, 1).await.unwrap();
        let first = serving.transcript.stdout.lines().count();
        (0..2).for_each(|_| abort(port));
        let mut slow = connection(port);
        let trickle = thread::spawn(move || {
            while slow.write_all(b"H").is_ok() {
                thread::sleep(Duration::from_millis(700));
            }
        });
        let idle = [connection(port), connection(port)];
        // The two that were reset, the slow one, and the idle ones.
        let lines = first + 2 + 1 + idle.len();
        learner.server.kernel.wait_for_lines(&mut serving, lines).await.expect(id);
        learner.client.run(id).await.expect(id);
        let shown = learner.server.kernel.finish(serving).await.expect(id);
        assert!(!shown.has_failed(), "{id}:\n{shown}");
        assert!(!shown.stdout.contains("the server ends."), "{id}:\n{shown}");
        drop(idle);
        trickle.join().unwrap();
        attacked += 1;
    }
    assert!(attacked >= 4, "{attacked} server cells");
    learner.close().await;
}

#[tokio::test]
async fn the_name_server_answers_over_udp_while_connections_are_idle() {
    let port = free_port();
    let mut learner = common::open_lab("dns", port).await;
    for step in learner.steps() {
        let is_dns = step.id.starts_with("dns-") && !peers::serves(&step);
        if step.on_server && (step.is_setup() || is_dns) {
            learner.server.run(&step.id).await.unwrap();
        }
    }
    let mut serving = learner.server.begin("dns").await.unwrap();
    learner.server.kernel.wait_for_lines(&mut serving, 1).await.unwrap();
    let lab = Protocol::of("dns", port);
    let socket = lab.client();
    // The server closes idle connections after two seconds: a busy machine may need more attempts.
    let is_answered_before_they_close = (0..5).any(|_| {
        let idle: Vec<TcpStream> = (0..4).map(|_| connection(port)).collect();
        abort(port);
        lab.send(&socket, lab.request);
        assert_eq!(lab.hears(&socket, 1, Instant::now() + Duration::from_secs(20)), 1);
        idle.iter().all(is_open)
    });
    assert!(is_answered_before_they_close, "a question waited for idle connections");
    let shown = learner.server.kernel.finish(serving).await.unwrap();
    assert!(!shown.has_failed(), "{shown}");
    learner.close().await;
}
