//! The lab *dns*: against hostile servers, its client never invents an address and never panics.

use crate::common::{self, Opened, free_port};
use crate::peers;

use std::net::UdpSocket;
use std::thread;

/// How many answers with a changed byte the test sends.
const CHANGED: usize = 300;

const A: u16 = 1;

/// A learner whose client is ready to ask, and the server's socket.
async fn open() -> (Opened, UdpSocket) {
    let port = free_port();
    let mut learner = common::open_lab("dns", port).await;
    for step in learner.steps().iter().filter(|step| peers::defines(step, "dns")) {
        if step.on_client {
            learner.client.run(&step.id).await.unwrap();
        }
    }
    (learner, UdpSocket::bind(("127.0.0.1", port)).unwrap())
}

/// A record with an owner, a type, a class and data.
fn record(owner: &[u8], kind: u16, class: u16, data: &[u8]) -> Vec<u8> {
    let head = [kind, class, 0, 60, data.len() as u16].map(u16::to_be_bytes);
    [owner, head.as_flattened(), data].concat()
}

/// An answer to `query` that claims `count` answer records and one additional record.
fn answer(query: &[u8], count: u16, records: &[u8]) -> Vec<u8> {
    let mut reply = [query, records].concat();
    reply[2] |= 0x80;
    reply[6..8].copy_from_slice(&count.to_be_bytes());
    reply[10..12].copy_from_slice(&[0, 1]);
    reply
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a table of hostile answers")]
async fn no_hostile_answer_becomes_an_address() {
    const OWN: &[u8] = &[0xc0, 12];
    const NAME: &[u8] = b"\x05hello\x07example\0";
    let data = &[192, 0, 2, 9];
    let others = |kind: u16| format!("hello.example: other records: 1, the first of type {kind}\n");
    // What each answer is, how many records it claims, its records, and what the client prints.
    let answers: [(&str, u16, Vec<u8>, String); 13] = [
        ("a CNAME", 1, record(OWN, 5, 1, b"\x01a\x07example\x03org\0"), others(5)),
        ("a TXT record", 1, record(OWN, 16, 1, b"\x03abc"), others(16)),
        ("an AAAA record", 1, record(OWN, 28, 1, &[7; 16]), others(28)),
        ("another class", 1, record(OWN, A, 3, data), others(A)),
        ("glue of another name", 0, record(b"\x02ns\x07example\0", A, 1, data), String::new()),
        ("another name", 1, record(b"\x05other\x07example\0", A, 1, data), others(A)),
        ("a label with a dot", 1, record(b"\x0dhello.example\0", A, 1, data), others(A)),
        (
            "a reserved label",
            1,
            record(&[&[0x41; 66][..], &[0]].concat(), A, 1, data),
            String::new(),
        ),
        ("a pointer to itself", 1, record(&[0xc0, 31], A, 1, data), others(A)),
        ("a pointer behind labels", 1, record(b"\x05hello\xc0\x12", A, 1, data), others(A)),
        ("six bytes of address", 1, record(OWN, A, 1, &[192, 0, 2, 9, 1, 1]), others(A)),
        ("no record of many", 65_535, vec![], String::new()),
        (
            "the whole name",
            1,
            record(NAME, A, 1, data),
            "hello.example: 192.0.2.9, 1 in all\n".into(),
        ),
    ];
    let (mut learner, server) = open().await;
    for (what, count, records, expected) in answers {
        let socket = server.try_clone().unwrap();
        let serving = thread::spawn(move || {
            let mut query = [0; 512];
            let (length, client) = socket.recv_from(&mut query).unwrap();
            socket.send_to(&answer(&query[..length], count, &records), client).unwrap();
        });
        let shown = learner.client.kernel.run("resolve(\"hello.example\", A)?;").await.unwrap();
        serving.join().unwrap();
        assert_eq!(shown.to_string(), expected, "{what}");
    }
    learner.close().await;
}

#[tokio::test]
async fn no_changed_answer_makes_the_client_panic() {
    let (mut learner, server) = open().await;
    thread::spawn(move || {
        let mut random = fastrand::Rng::with_seed(49_152);
        let mut query = [0; 512];
        while let Ok((length, client)) = server.recv_from(&mut query) {
            let record = record(&[0xc0, 12], A, 1, &[192, 0, 2, 9]);
            let good = answer(&query[..length], 1, &record);
            let mut changed = good.clone();
            let place = random.usize(0..changed.len());
            changed[place] = random.u8(..);
            changed.truncate(random.usize(0..=changed.len()).max(place));
            for reply in [&changed, &good] {
                let _ = server.send_to(reply, client);
            }
        }
    });
    let code = format!(
        "let mut answered = 0;\n\
         for _ in 0..{CHANGED} {{ answered += resolve(\"hello.example\", A).is_ok() as u32; }}\n\
         println!(\"{{answered}} answered\");"
    );
    let shown = learner.client.kernel.run(&code).await.unwrap();
    assert!(!shown.has_failed(), "{shown}");
    // After an answer that claims to be truncated, the client tries TCP, where nobody listens.
    let answered: usize =
        shown.stdout.lines().last().unwrap().split(' ').next().unwrap().parse().unwrap();
    assert!(answered > CHANGED * 3 / 4, "{shown}");
    learner.close().await;
}
