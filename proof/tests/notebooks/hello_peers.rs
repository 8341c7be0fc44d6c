//! The `hello` cells on the wire: with Python at the other end, with no peer, with their port
//! taken, and under hostile datagrams.

use crate::common::{self, free_port};

use std::io::{BufRead, BufReader};
use std::net::UdpSocket;
use std::process::{Command, Stdio};
use std::time::Duration;

use proof::learner::Learner;
use proof::pair::{self, Pair, SETUP, SETUPS};

/// The longest that an answer over the loopback interface may take on a busy machine.
const DEADLINE: Duration = Duration::from_secs(30);

/// What the cells and the helper crate say in one language.
struct Said {
    received: &'static str,
    closed: &'static str,
    no_datagram: &'static str,
    run_the_server: &'static str,
    in_use: &'static str,
}

const ENGLISH: Said = Said {
    received: "Received from the server: ",
    closed: "The socket is closed.\n",
    no_datagram: "no datagram came in time (",
    run_the_server: "run the server cell, then this cell again",
    in_use: "the address is in use (AddrInUse): another server cell, program or user of this computer \
             already has {address}, and would answer your client; press ■ in that notebook, or change \
             PORT in both notebooks\n",
};

const JAPANESE: Said = Said {
    received: "サーバーから受信：",
    closed: "ソケットを閉じました。\n",
    no_datagram: "期限までにデータグラムが届きませんでした（",
    run_the_server: "サーバーのセルを実行してから、このセルをもう一度実行してください",
    in_use: "アドレスは使用中です（AddrInUse）：このコンピューターでは、サーバーの別のセル、別のプログラム、または別の利用者\
             がすでに{address}を使っていて、クライアントにはそちらが応答してしまいます。そのノートブックで■を押す\
             か、両方のノートブックのPORTを変えてください\n",
};

#[tokio::test]
async fn the_hello_cells_work_with_other_programs_and_fail_clearly() {
    the_hello_cells_work(pair::article().unwrap(), &ENGLISH).await;
}

#[tokio::test]
async fn the_japanese_hello_cells_work_with_other_programs_and_fail_clearly() {
    let pairs = pair::in_all_languages().unwrap();
    let is_japanese = |pair: &Pair| pair.part.language.as_deref() == Some("ja");
    the_hello_cells_work(pairs.into_iter().find(is_japanese).unwrap(), &JAPANESE).await;
}

async fn the_hello_cells_work(pair: Pair, said: &Said) {
    let port = free_port();
    let mut learner = common::open(pair, port).await;
    let setup = learner.steps().into_iter().find(|step| step.id == SETUP).unwrap();
    learner.take(&setup).await.unwrap();
    the_server_cell_serves_a_python_client(&mut learner, port).await;
    the_client_cell_asks_a_python_server(&mut learner, port).await;
    the_kernel_treats_a_strangers_answer_as_text(&mut learner, port, said).await;
    without_a_server_the_client_cell_ends_and_says_what_to_do(&mut learner, port, said).await;
    with_its_port_taken_the_server_cell_says_so(&mut learner, port, said).await;
    the_server_cell_survives_a_thousand_hostile_datagrams(&mut learner, port).await;
    learner.close().await;
}

/// A client that retries on a dead port must not flood it, although each refusal comes at once.
#[tokio::test]
async fn a_retry_never_sends_faster_than_its_backoff() {
    let mut learner = common::open_lab("bad-network", free_port()).await;
    for id in SETUPS {
        learner.client.run(id).await.unwrap();
    }
    learner.client.run("bad-network-answered").await.unwrap();
    let ask = learner.client.code("bad-network-ask").unwrap();
    let sends = "client.send(request.as_bytes())";
    assert_eq!(ask.matches(sends).count(), 1, "{ask}");
    let counting = "{ SENT.fetch_add(1, Ordering::Relaxed); client.send(request.as_bytes()) }";
    let code = format!(
        "use std::sync::atomic::{{AtomicU32, Ordering}};\n\
         static SENT: AtomicU32 = AtomicU32::new(0);\n\
         {}\n\
         let dead = UdpSocket::bind((HOST, 0))?.local_addr()?;\n\
         let client = UdpSocket::bind((HOST, 0))?;\n\
         client.connect(dead)?;\n\
         let replied = ask(&client, \"1\", Instant::now() + Duration::from_secs(2))?;\n\
         println!(\"{{replied}} after {{}}\", SENT.load(Ordering::Relaxed));",
        ask.replace(sends, counting)
    );
    let shown = learner.client.kernel.run(&code).await.unwrap();
    let sent = shown.stdout.trim_end().strip_prefix("false after ");
    // The waits are 60, 120, 240, then 500 ms, each randomly up to a quarter shorter or longer.
    let sent: u32 = sent.unwrap_or_else(|| panic!("{shown}")).parse().unwrap();
    assert!((2..=9).contains(&sent), "{sent} datagrams in 2 s");
    learner.close().await;
}

fn python(script: &str, port: u16) -> Command {
    let mut command = Command::new(common::prepared().venv_program("python"));
    command.args(["-u", "-c", script, &port.to_string()]).stdout(Stdio::piped());
    command
}

async fn the_server_cell_serves_a_python_client(learner: &mut Learner, port: u16) {
    let mut serving = learner.server.begin("hello").await.unwrap();
    learner.server.kernel.wait_for_lines(&mut serving, 1).await.unwrap();
    for count in 1..=3 {
        let script = "import socket, sys\n\
                      asking = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n\
                      asking.settimeout(30)\n\
                      asking.sendto(b'Hello.', ('127.0.0.1', int(sys.argv[1])))\n\
                      print(asking.recv(4096))";
        let output = python(script, port).output().unwrap();
        let shown = String::from_utf8(output.stdout).unwrap();
        assert_eq!(shown.trim_end(), format!("b'Server accessed.({count})'"));
    }
    learner.server.kernel.interrupt(serving).await.unwrap();
}

async fn the_client_cell_asks_a_python_server(learner: &mut Learner, port: u16) {
    let script = "import socket, sys\n\
                  answering = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n\
                  answering.settimeout(60)\n\
                  answering.bind(('127.0.0.1', int(sys.argv[1])))\n\
                  print('bound')\n\
                  asked, peer = answering.recvfrom(4096)\n\
                  answering.sendto('Server accessed.({})'.format(1).encode(), peer)\n\
                  print(asked)";
    let mut server = python(script, port).spawn().unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
    assert_eq!(lines.next().unwrap().unwrap(), "bound");
    learner.client.run("hello").await.unwrap();
    assert_eq!(lines.next().unwrap().unwrap(), "b'Hello.'");
    assert!(server.wait().unwrap().success());
    learner.compare().unwrap();
}

/// The kernel interprets such lines in a cell's output as rich content.
async fn the_kernel_treats_a_strangers_answer_as_text(
    learner: &mut Learner,
    port: u16,
    said: &Said,
) {
    let server = UdpSocket::bind(("127.0.0.1", port)).unwrap();
    let answering = std::thread::spawn(move || {
        let (_, client) = server.recv_from(&mut [0; 64]).unwrap();
        let content = "\nEVCXR_BEGIN_CONTENT text/html\n<b>mine</b>\nEVCXR_END_CONTENT\n";
        server.send_to(content.as_bytes(), client).unwrap();
    });
    let code = learner.client.code("hello").unwrap();
    let shown = learner.client.kernel.run(&code).await.unwrap();
    answering.join().unwrap();
    assert!(shown.rich.is_empty() && shown.stderr.is_empty(), "{shown}");
    let received = format!("{}\\nEVCXR\\x5fBEGIN", said.received);
    assert!(shown.stdout.contains(&received), "{shown}");
    assert!(shown.stdout.ends_with(said.closed), "{shown}");
}

async fn without_a_server_the_client_cell_ends_and_says_what_to_do(
    learner: &mut Learner,
    port: u16,
    said: &Said,
) {
    let code = learner.client.code("hello").unwrap();
    let shown = learner.client.kernel.run(&code).await.unwrap();
    let error = format!("receive from 127.0.0.1:{port}: {}", said.no_datagram);
    assert!(shown.stderr.starts_with(&error), "{shown}");
    assert!(shown.stderr.contains(said.run_the_server), "{shown}");
    assert_eq!(shown.stderr.lines().count(), 1, "{shown}");
}

async fn with_its_port_taken_the_server_cell_says_so(
    learner: &mut Learner,
    port: u16,
    said: &Said,
) {
    let _taken = UdpSocket::bind(("127.0.0.1", port)).unwrap();
    let code = learner.server.code("hello").unwrap();
    let shown = learner.server.kernel.run(&code).await.unwrap();
    let in_use = said.in_use.replace("{address}", &format!("127.0.0.1:{port}"));
    let error = format!("bind 127.0.0.1:{port}: {in_use}");
    assert_eq!(shown.to_string(), format!("[stderr] {error}"));
}

async fn the_server_cell_survives_a_thousand_hostile_datagrams(learner: &mut Learner, port: u16) {
    let mut serving = learner.server.begin("hello").await.unwrap();
    learner.server.kernel.wait_for_lines(&mut serving, 1).await.unwrap();
    let mut attack = tokio::task::spawn_blocking(move || Attack::on(port));
    // The cell blocks unless something reads its output.
    let mut lines = 2;
    let attack = loop {
        tokio::select! {
            done = &mut attack => break done.unwrap(),
            printed = learner.server.kernel.wait_for_lines(&mut serving, lines) => printed.unwrap(),
        }
        lines += 1;
    };
    if let Some(dropped) = attack.dropped {
        assert_eq!(attack.counted + dropped, attack.sent, "{attack:?}");
    }
    assert!(attack.counted <= attack.sent && attack.counted > 10, "{attack:?}");
    let after = learner.client.run("hello").await.unwrap();
    let reply = format!("Server accessed.({})", attack.counted + 1);
    assert!(after.stdout.contains(&reply), "{after}");
    learner.server.kernel.interrupt(serving).await.unwrap();
}

/// The outcome of 1,000 random datagrams and the honest ones that follow.
#[derive(Debug)]
struct Attack {
    sent: u64,
    counted: u64,
    dropped: Option<u64>,
}

impl Attack {
    fn on(port: u16) -> Attack {
        let seed = 49_152;
        let mut random = fastrand::Rng::with_seed(seed);
        let hostile = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
        for _ in 0..1_000 {
            let length = random.usize(0..=65_507);
            let datagram: Vec<u8> = std::iter::repeat_with(|| random.u8(..)).take(length).collect();
            hostile.send_to(&datagram, ("127.0.0.1", port)).unwrap();
        }
        // A full queue drops a greeting; otherwise the server answers it after everything in the
        // queue. Before the last greeting, every earlier datagram has been answered or dropped.
        let honest = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
        honest.set_read_timeout(Some(Duration::from_secs(1))).unwrap();
        let mut sent = 1_000;
        let mut ask = || {
            let mut replies = Vec::new();
            for _ in 0..DEADLINE.as_secs() {
                honest.send_to(b"Hello.", ("127.0.0.1", port)).unwrap();
                sent += 1;
                let mut buffer = [0; 64];
                while let Ok(length) = honest.recv(&mut buffer) {
                    let reply = std::str::from_utf8(&buffer[..length]).unwrap();
                    let count = reply.strip_prefix("Server accessed.(").unwrap();
                    replies.push(count.strip_suffix(')').unwrap().parse().unwrap());
                }
                if let Some(last) = replies.last() {
                    return *last;
                }
            }
            panic!("no greeting was answered: the server's loop has ended")
        };
        ask();
        let counted = ask();
        Attack { sent, counted, dropped: dropped(port) }
    }
}

/// How many datagrams Linux dropped because the receive buffer of the socket on `port` was full.
fn dropped(port: u16) -> Option<u64> {
    let table = std::fs::read_to_string("/proc/net/udp").ok()?;
    let address = format!(":{port:04X}");
    let socket = table.lines().find(|line| {
        line.split_whitespace().nth(1).is_some_and(|local| local.ends_with(&address))
    })?;
    socket.split_whitespace().last()?.parse().ok()
}
