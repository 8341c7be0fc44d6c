//! Peers that keep sending a little at a time: every wait of a cell must still end at its deadline.

use crate::common::{self, free_port};
use crate::peers::{self, Protocol};

use std::collections::HashSet;
use std::io::Write;
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use kernel_client::fence::Execution;
use kernel_client::kernel::Kernel;
use kernel_client::transcript::Transcript;
use proof::compare::has_ipv6;
use proof::learner::Learner;
use proof::pair;

/// How many seconds the server's cells wait here for a first request, and for all that follow.
const PATIENCE: u64 = 2;

/// The peers' pause between two datagrams.
const PAUSE: Duration = Duration::from_millis(50);

/// Far longer than any cell takes.
const DEADLINE: Duration = Duration::from_secs(100);

/// Waits for the end of a cell whose peers keep sending. A cell that prints for ever is never
/// silent, so the deadline is for the whole cell.
async fn end_of(kernel: &mut Kernel, running: Execution, place: &str) -> Transcript {
    let ended = tokio::time::timeout(DEADLINE, kernel.finish(running)).await;
    ended.unwrap_or_else(|_| panic!("{place} has not ended")).unwrap()
}

/// Repeats an action until dropped.
struct Peer {
    ended: Arc<AtomicBool>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Peer {
    fn that(mut acts: impl FnMut() + Send + 'static) -> Peer {
        let ended = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&ended);
        let thread = thread::spawn(move || {
            while !told.load(Ordering::Acquire) {
                acts();
                thread::sleep(PAUSE);
            }
        });
        Peer { ended, thread: Some(thread) }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Release);
        let ended = self.thread.take().expect("drop runs only once").join();
        assert!(ended.is_ok() || thread::panicking(), "a peer has panicked");
    }
}

/// Keeps sending `datagram` to a lab's server, and bytes over a TCP connection if one is possible.
fn trickle(lab: Protocol, datagram: &'static [u8], port: u16) -> Peer {
    let (socket, mut stream) = (lab.client(), None);
    Peer::that(move || {
        lab.send(&socket, datagram);
        let open = stream.take().or_else(|| TcpStream::connect(("127.0.0.1", port)).ok());
        stream = open.filter(|mut open: &TcpStream| open.write_all(b"H").is_ok());
    })
}

async fn every_server_cell_ends(junk: Option<&'static [u8]>) {
    let mut served = 0;
    // Not the article's loop, which waits for ever by design.
    for pair in pair::all().unwrap().into_iter().skip(1) {
        let port = free_port();
        let mut learner = common::open(pair, port).await;
        learner.server.lose_patience(PATIENCE, PATIENCE);
        served += server_cells_end(&mut learner, junk, port).await;
        learner.close().await;
    }
    assert!(served >= 20, "{served} server cells");
}

/// Runs the server cells of one notebook until they end. Returns how many.
async fn server_cells_end(learner: &mut Learner, junk: Option<&'static [u8]>, port: u16) -> usize {
    let mut served = 0;
    for step in learner.steps().iter().filter(|step| step.on_server) {
        let id = step.id.as_str();
        if !peers::serves(step) {
            learner.server.run(id).await.unwrap();
            continue;
        }
        let code = learner.server.code(id).unwrap();
        let kernel = &mut learner.server.kernel;
        let mut serving = kernel.begin(&code).await.unwrap();
        kernel.wait_for_lines(&mut serving, 1).await.unwrap();
        let lab = Protocol::of(id, port);
        let peer = trickle(lab, junk.unwrap_or(lab.request), port);
        let shown = end_of(kernel, serving, id).await;
        drop(peer);
        assert!(!shown.has_failed(), "{id}:\n{shown}");
        served += 1;
    }
    served
}

#[tokio::test]
async fn every_server_cell_ends_while_requests_keep_coming() {
    every_server_cell_ends(None).await;
}

#[tokio::test]
async fn every_server_cell_ends_while_junk_keeps_coming() {
    every_server_cell_ends(Some(b"x")).await;
}

/// Datagrams that a client may mistake for part of an answer.
const SCRAPS: [&[u8]; 6] =
    [b"x", b"A\xff\xff\xff\xff", b"", b"7 ", b"A\0\0\0\0\0\0\0\0", b"A\xff\xff\xff\xff\0\0\0\0"];

/// A server that keeps sending scraps to every client that has sent it a datagram.
fn scraps(socket: UdpSocket) -> Peer {
    socket.set_nonblocking(true).unwrap();
    let mut clients: HashSet<SocketAddr> = HashSet::new();
    Peer::that(move || {
        while let Ok((_, client)) = socket.recv_from(&mut [0; 65_507]) {
            clients.insert(client);
        }
        for client in &clients {
            for scrap in SCRAPS {
                let _ = socket.send_to(scrap, client);
            }
        }
    })
}

/// A server that keeps sending single bytes over each connection, and reads nothing.
fn bytes(listener: TcpListener) -> Peer {
    listener.set_nonblocking(true).unwrap();
    let mut clients: Vec<TcpStream> = Vec::new();
    Peer::that(move || {
        clients.extend(listener.accept().map(|(client, _)| client));
        clients.retain_mut(|client| {
            client.set_nonblocking(true).is_ok() && client.write_all(b"\0").is_ok()
        });
    })
}

#[tokio::test]
async fn every_client_cell_ends_while_scraps_of_answers_keep_coming() {
    for pair in pair::all().unwrap() {
        let port = free_port();
        let mut learner = common::open(pair, port).await;
        let mut servers = Vec::new();
        for port in [port, port + 1] {
            servers.push(scraps(UdpSocket::bind(("127.0.0.1", port)).unwrap()));
            servers.push(bytes(TcpListener::bind(("127.0.0.1", port)).unwrap()));
            if has_ipv6() {
                servers.push(scraps(UdpSocket::bind(("::1", port)).unwrap()));
            }
        }
        for step in learner.steps().into_iter().filter(|step| step.on_client) {
            let code = learner.client.code(&step.id).unwrap();
            let kernel = &mut learner.client.kernel;
            let running = kernel.begin(&code).await.unwrap();
            let shown = end_of(kernel, running, &step.id).await;
            let mut rich = shown.rich.iter();
            let compiles = rich.all(|one| !matches!(one, nbformat::v4::Output::Error(_)));
            assert!(compiles, "{}:\n{shown}", step.id);
        }
        drop(servers);
        learner.close().await;
    }
}
