//! The packets that the lab *wire* writes: as tshark reads them, and compared with real ones.

use crate::common::{self, free_port};

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::UdpSocket;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::thread;

use harness::wait::{self, wait_until};
use proof::pair;

/// The fields that tshark prints of each packet. The status of a correct checksum is 1.
const FIELDS: [&str; 8] = [
    "udp.srcport",
    "udp.dstport",
    "udp.length",
    "data.data",
    "udp.checksum.status",
    "ip.checksum.status",
    "_ws.malformed",
    "_ws.expert.message",
];

fn tshark(arguments: &[&str]) -> Command {
    let mut tshark = Command::new("tshark");
    tshark.args(["-l", "-n", "-T", "fields", "-E", "separator=|"]);
    tshark.args(["-o", "udp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE"]);
    tshark.args(FIELDS.iter().flat_map(|field| ["-e", field])).args(arguments);
    tshark
}

/// Runs the lab with its server at `port`, and returns the fields of the packets in its file.
async fn play(port: u16) -> Vec<String> {
    let file = format!("captures/test-{}.pcap", uuid::Uuid::new_v4().simple());
    let mut pair = pair::with_lab("wire").unwrap();
    let path: PathBuf = pair.client.folder().join(&file);
    pair::capture_to(&mut pair, &file).unwrap();
    let mut learner = common::open(pair, port).await;
    for step in learner.steps() {
        if step.is_setup() || step.id.starts_with("wire") {
            learner.take(&step).await.unwrap();
        }
    }
    learner.close().await;
    let read = tshark(&["-r", path.to_str().unwrap()]).output();
    fs::remove_file(path).unwrap();
    let read = read.expect("tshark is missing: on Debian, `apt install tshark`");
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    String::from_utf8(read.stdout).unwrap().lines().map(String::from).collect()
}

fn hexadecimal(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
#[ignore = "needs tshark"]
async fn tshark_finds_both_datagrams_and_no_faults() {
    let port = free_port();
    let packets = play(port).await;
    let relay = packets[0].split('|').next().unwrap();
    let (question, answer) = (hexadecimal("Hello."), hexadecimal("Server accessed.(1)"));
    assert_eq!(
        packets,
        [
            format!("{relay}|{port}|14|{question}|1|1||"),
            format!("{port}|{relay}|27|{answer}|1|1||"),
        ]
    );
}

/// A capture on the loopback interface, and the lines that tshark prints.
struct Capture {
    tshark: Child,
    lines: Receiver<String>,
}

impl Capture {
    /// Captures the datagrams to and from `port`. Returns once tshark has seen one of ours.
    fn of(port: u16) -> Capture {
        let filter = format!("udp port {port}");
        let mut command = tshark(&["-i", "lo", "-f", &filter]);
        let mut tshark = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("tshark is missing: on Debian, `apt install tshark`");
        let printed = BufReader::new(tshark.stdout.take().unwrap());
        let (tell, lines) = channel();
        thread::spawn(move || {
            printed.lines().map_while(Result::ok).try_for_each(|line| tell.send(line))
        });
        let capture = Capture { tshark, lines };
        let probe = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
        let sink = UdpSocket::bind(("127.0.0.1", port)).unwrap();
        let mut sent = 0;
        wait_until(|| {
            probe.send_to(b"probe", sink.local_addr().unwrap()).unwrap();
            sent += 1;
            match capture.lines.try_recv() {
                Ok(_) => true,
                Err(TryRecvError::Empty) => false,
                Err(TryRecvError::Disconnected) => panic!("tshark has ended"),
            }
        });
        capture
    }

    /// The next packet that is not a probe, without the checksums' status: the kernel does not
    /// compute checksums on the loopback interface.
    fn next(&self) -> String {
        let probe = hexadecimal("probe");
        loop {
            let line = self.lines.recv_timeout(wait::DEADLINE).expect("no packet captured");
            let fields: Vec<&str> = line.split('|').collect();
            if fields[3] != probe {
                return fields[..4].join("|");
            }
        }
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        let _ = self.tshark.kill();
        let _ = self.tshark.wait();
    }
}

#[tokio::test]
#[cfg(target_os = "linux")]
#[ignore = "needs tshark and the right to capture"]
async fn a_real_capture_agrees_in_ports_lengths_and_payloads() {
    let port = free_port();
    let capture = Capture::of(port);
    for packet in play(port).await {
        let fields: Vec<&str> = packet.split('|').collect();
        assert_eq!(capture.next(), fields[..4].join("|"));
    }
}
