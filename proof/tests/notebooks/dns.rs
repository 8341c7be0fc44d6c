//! The lab *dns*: other programs query its name server, some of them hostile.

use crate::common::{self, Opened, free_port};

use std::net::UdpSocket;
use std::process::Command;
use std::time::Duration;

use kernel_client::fence::Execution;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseResult, TestRunner};

/// How many hostile datagrams the test sends.
const HOSTILE: u32 = 1_000;

/// Starts the cell `dns-dig`, which serves at `port`.
async fn serve(port: u16) -> (Opened, Execution) {
    let mut learner = common::open_lab("dns", port).await;
    for step in learner.steps() {
        let defines = step.id.starts_with("dns-") && !step.on_client && step.id != "dns-dig";
        if step.on_server && (step.is_setup() || defines) {
            learner.server.run(&step.id).await.unwrap();
        }
    }
    let mut serving = learner.server.begin("dns-dig").await.unwrap();
    learner.server.kernel.wait_for_lines(&mut serving, 1).await.unwrap();
    (learner, serving)
}

/// Interrupts the cell, which must still be serving.
async fn end(mut learner: Opened, serving: Execution) {
    let shown = learner.server.kernel.interrupt(serving).await.unwrap();
    let shown = shown.without_interruption().unwrap();
    assert_eq!(shown.stdout.lines().count(), 1, "{shown}");
    learner.close().await;
}

fn dig(port: u16, arguments: &[&str]) -> String {
    let dig = Command::new("dig")
        .args(["-p", &port.to_string(), "@127.0.0.1", "+tries=1", "+time=10"])
        .args(arguments)
        .output()
        .expect("dig is missing: on Debian, `apt install bind9-dnsutils`");
    let shown = String::from_utf8(dig.stdout).unwrap();
    assert!(dig.status.success(), "{shown}");
    // Not a fault: the server offers no recursion, since it knows only its own names.
    let shown = shown.replace(";; WARNING: recursion requested but not available\n", "");
    for complaint in ["WARNING", "malformed", "mismatch", "unexpected"] {
        assert!(!shown.contains(complaint), "{shown}");
    }
    shown
}

#[tokio::test]
#[ignore = "needs dig"]
async fn the_server_answers_dig() {
    let port = free_port();
    let (learner, serving) = serve(port).await;
    // With EDNS, which is dig's default, and without.
    for edns in ["+edns", "+noedns"] {
        let shows = |name: &str, kind: &str, words: &[&str]| {
            let shown = dig(port, &[edns, name, kind]);
            for word in words {
                assert!(shown.contains(word), "{edns} {name} {kind}: {word} in {shown}");
            }
            shown
        };
        shows("hello.example", "A", &["status: NOERROR", "flags: qr aa rd;", "192.0.2.1", "(UDP)"]);
        shows("HELLO.Example", "AAAA", &["status: NOERROR", "2001:db8::1"]);
        shows("hello.example", "MX", &["status: NOERROR", "ANSWER: 0"]);
        shows("nobody.example", "A", &["status: NXDOMAIN", "ANSWER: 0"]);
        // No `aa`: the server has no authority over what it refuses.
        let refused = ["status: REFUSED", "flags: qr rd;", "ANSWER: 0"];
        shows("example.org", "A", &refused);
        shows("hello\\.example", "A", &refused); // one label
        let chaos = dig(port, &[edns, "-c", "CH", "hello.example"]);
        assert!(refused.iter().all(|word| chaos.contains(word)), "{chaos}");
        for opcode in ["STATUS", "NOTIFY", "UPDATE"] {
            let shown = dig(port, &[edns, &format!("+opcode={opcode}"), "hello.example"]);
            assert!(shown.contains("status: NOTIMP") && shown.contains("flags: qr rd;"), "{shown}");
        }
        let truncated = ";; Truncated, retrying in TCP mode.";
        let many = shows("many.example", "A", &[truncated, "ANSWER: 40", "192.0.2.40", "(TCP)"]);
        assert_eq!(many.matches("\tA\t192.0.2.").count(), 40, "{many}");
        let ignored = dig(port, &[edns, "+ignore", "many.example"]);
        assert!(ignored.contains("flags: qr aa tc rd;") && ignored.contains("ANSWER: 0"));
        let has_edns = many.contains("EDNS: version: 0, flags:; udp: 512");
        assert_eq!(has_edns, edns == "+edns", "{many}");
    }
    // A version of EDNS that this server does not know.
    let newer = dig(port, &["+edns=1", "+noednsnegotiation", "hello.example"]);
    let expected = ["status: BADVERS", "flags: qr rd;", "ANSWER: 0", "EDNS: version: 0"];
    assert!(expected.iter().all(|word| newer.contains(word)), "{newer}");
    end(learner, serving).await;
}

/// The reply that a datagram must get.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Reply {
    Nothing,
    /// A message with this response code.
    Code(u8),
    /// Any answer to this datagram, or none.
    Any,
}

const FORMERR: u8 = 1;
const NOTIMP: u8 = 4;

/// A message whose header announces `count` questions, followed by the bytes `question`.
fn message(flags: u16, count: u16, question: &[u8]) -> Vec<u8> {
    let header = [0x4910, flags, count, 0, 0, 0].map(u16::to_be_bytes);
    [header.as_flattened(), question].concat()
}

/// `hello.example`, A, IN.
const QUESTION: &[u8] = b"\x05hello\x07example\x00\x00\x01\x00\x01";

fn hostile() -> impl Strategy<Value = (Vec<u8>, Reply)> {
    let bytes = |most| prop::collection::vec(any::<u8>(), 0..most);
    let short = bytes(12).prop_map(|bytes| (bytes, Reply::Nothing));
    let answers = (0x8000u16.., bytes(600))
        .prop_map(|(flags, rest)| (message(flags, 1, &rest), Reply::Nothing));
    let counts = any::<u16>().prop_filter("a count of one is valid", |count| *count != 1);
    let counts = counts.prop_map(|count| (message(0, count, QUESTION), Reply::Code(FORMERR)));
    let cut = (0..QUESTION.len())
        .prop_map(|length| (message(0, 1, &QUESTION[..length]), Reply::Code(FORMERR)));
    // A compression pointer to anywhere, even in circles, in an otherwise valid question.
    let pointers = (0xc0u8.., any::<u8>()).prop_map(|(first, second)| {
        let name = [5, b'h', b'e', b'l', b'l', b'o', first, second, 0, 1, 0, 1];
        (message(0, 1, &name), Reply::Code(FORMERR))
    });
    // A label longer than the limit of 63 bytes, with all its bytes present.
    let labels = (64u8..240).prop_map(|length| {
        let name = [&[length][..], &vec![b'x'; length.into()], &[0, 0, 1, 0, 1]].concat();
        (message(0, 1, &name), Reply::Code(FORMERR))
    });
    let long = (5usize..40).prop_map(|labels| {
        let label = [&[63][..], &[b'x'; 63]].concat();
        let name = [label.repeat(labels), vec![0, 0, 1, 0, 1]].concat();
        (message(0, 1, &name), Reply::Code(FORMERR))
    });
    let kinds = (1u16..16).prop_map(|kind| (message(kind << 11, 1, QUESTION), Reply::Code(NOTIMP)));
    let wild = bytes(2_000).prop_map(|bytes| (bytes, Reply::Any));
    let changed = (any::<prop::sample::Index>(), any::<u8>()).prop_map(|(place, byte)| {
        let mut bytes = message(0x0100, 1, QUESTION);
        let place = place.index(bytes.len());
        bytes[place] = byte;
        (bytes, Reply::Any)
    });
    prop_oneof![short, answers, counts, cut, pointers, labels, long, kinds, wild, changed]
}

/// Sends a hostile datagram and then a valid question, whose answer must come last.
fn exchange(client: &UdpSocket, datagram: &[u8], expected: Reply) -> TestCaseResult {
    let good = {
        let mut good = message(0x0100, 1, QUESTION);
        // A different id from that of the hostile datagram.
        good[0] = !datagram.first().copied().unwrap_or(0);
        good
    };
    client.send(datagram).unwrap();
    client.send(&good).unwrap();
    let mut buffer = [0; 4096];
    let mut got = Reply::Nothing;
    loop {
        let length = client.recv(&mut buffer).map_err(|error| {
            TestCaseError::fail(format!("the server has stopped answering: {error}"))
        })?;
        let reply = &buffer[..length];
        prop_assert!((12..=512).contains(&length) && reply[2] & 0x80 != 0, "{reply:?}");
        if reply[..2] == good[..2] {
            prop_assert!(reply.ends_with(&[192, 0, 2, 1]), "{reply:?}");
            break;
        }
        prop_assert!(got == Reply::Nothing && reply[..2] == datagram[..2], "{reply:?}");
        got = Reply::Code(reply[3] & 15);
    }
    prop_assert!(expected == Reply::Any || got == expected, "{got:?}, not {expected:?}");
    Ok(())
}

#[tokio::test]
async fn hostile_datagrams_get_an_error_or_no_answer() {
    let port = free_port();
    let (learner, serving) = serve(port).await;
    let client = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
    client.connect(("127.0.0.1", port)).unwrap();
    client.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut runner =
        TestRunner::new(Config { cases: HOSTILE, failure_persistence: None, ..Config::default() });
    let run = runner.run(&hostile(), |(bytes, expected)| exchange(&client, &bytes, expected));
    run.unwrap_or_else(|error| panic!("{error}"));
    end(learner, serving).await;
}
