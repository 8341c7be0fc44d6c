use super::*;
use std::net::UdpSocket;
use std::time::Duration;

const KINDS: [ErrorKind; 9] = [
    ErrorKind::AddrInUse,
    ErrorKind::AddrNotAvailable,
    ErrorKind::ConnectionRefused,
    ErrorKind::ConnectionReset,
    ErrorKind::PermissionDenied,
    ErrorKind::TimedOut,
    ErrorKind::UnexpectedEof,
    ErrorKind::HostUnreachable,
    ErrorKind::InvalidInput,
];

const ANY_PORT: (&str, u16) = ("127.0.0.1", 0);

fn line<T: Debug>(result: anyhow::Result<T>) -> String {
    let line = result.unwrap_err().to_string();
    assert!(!line.contains('\n'), "a notebook shows one line: {line}");
    line
}

#[test]
fn success_passes_through() {
    assert_eq!(Ok::<_, io::Error>(7).explain("bind", ANY_PORT).unwrap(), 7);
}

#[test]
fn a_taken_address_is_named_with_a_remedy() {
    let first = UdpSocket::bind(ANY_PORT).unwrap();
    let taken = first.local_addr().unwrap();
    let line = line(UdpSocket::bind(taken).explain("bind", taken));
    assert!(line.starts_with(&format!("bind {taken}: the address is in use")), "{line}");
    assert!(line.contains("press ■ in that notebook, or change PORT in both"), "{line}");
}

#[test]
fn another_machines_address_is_not_available() {
    // 192.0.2.1 is reserved for documentation (RFC 5737). Nothing is sent to it.
    let elsewhere = ("192.0.2.1", 0);
    let line = line(UdpSocket::bind(elsewhere).explain("bind", elsewhere));
    assert!(line.contains("this machine has no such address"), "{line}");
}

#[test]
fn a_timeout_names_both_causes() {
    let silent = UdpSocket::bind(ANY_PORT).unwrap();
    let client = UdpSocket::bind(ANY_PORT).unwrap();
    client.set_read_timeout(Some(Duration::from_millis(1))).unwrap();
    let waited = client.recv(&mut [0; 8]).explain("receive from", silent.local_addr().unwrap());
    let waited = line(waited);
    assert!(waited.contains("no datagram came in time"), "{waited}");
}

#[test]
fn a_refusal_differs_from_a_timeout() {
    let silent = UdpSocket::bind(ANY_PORT).unwrap();
    let peer = silent.local_addr().unwrap();
    let client = UdpSocket::bind(ANY_PORT).unwrap();
    client.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    client.connect(peer).unwrap();
    drop(silent);
    client.send(b"Hello.").unwrap();
    let refused = line(client.recv(&mut [0; 8]).explain("receive from", peer));
    assert!(refused.contains("nothing is listening there"), "{refused}");
}

#[test]
fn a_datagram_of_65_508_bytes_is_too_long() {
    let server = UdpSocket::bind(ANY_PORT).unwrap();
    let peer = server.local_addr().unwrap();
    let client = UdpSocket::bind(ANY_PORT).unwrap();
    let error = client.send_to(&[0; 65_508], peer).explain("send to", peer);
    assert!(line(error).contains("over IPv4 holds 65,507 bytes at most"));
}

#[test]
fn the_meaning_of_an_error_depends_on_the_call() {
    let explained = |operation: &str, error: io::Error, address: &str| {
        line(Err::<(), _>(error).explain(operation, address))
    };
    let timeout = || io::Error::from(ErrorKind::TimedOut);
    let peer = "127.0.0.1:9";
    assert!(explained("receive from", timeout(), peer).contains("no datagram came"));
    assert!(!explained("read from", timeout(), peer).contains("datagram"));
    assert!(!explained("connect to", timeout(), peer).contains("datagram"));
    let denied = || io::Error::from(ErrorKind::PermissionDenied);
    assert!(explained("send to", denied(), peer).contains("set_broadcast"));
    assert!(!explained("bind", denied(), peer).contains("set_broadcast"));
    let too_long = || io::Error::from_raw_os_error(MESSAGE_TOO_LONG);
    assert!(explained("send to", too_long(), "[::1]:9").contains("over IPv6 holds 65,527 bytes"));
    let cause =
        if cfg!(windows) { "longer than the buffer" } else { "an earlier datagram was too long" };
    assert!(explained("receive at", too_long(), peer).contains(cause));
    let invalid = || io::Error::from(ErrorKind::InvalidInput);
    assert!(explained("send to", invalid(), peer).contains("port 0"));
    assert!(!explained("receive from", invalid(), peer).contains("port 0"));
}

#[cfg(target_os = "linux")] // elsewhere the loopback network may have no broadcast address
#[test]
fn broadcast_without_permission_names_the_remedy() {
    let socket = UdpSocket::bind(ANY_PORT).unwrap();
    let everyone = ("127.255.255.255", 9);
    let error = socket.send_to(b"", everyone).explain("send to", everyone);
    assert!(line(error).contains("set_broadcast(true)"));
}

#[test]
fn each_kind_has_its_own_message_and_keeps_the_error() {
    let mut seen = std::collections::HashSet::new();
    for kind in KINDS {
        let result: io::Result<()> = Err(kind.into());
        let error = result.explain("send to", ("127.0.0.1", 49152)).unwrap_err();
        assert_eq!(error.downcast_ref::<io::Error>().unwrap().kind(), kind);
        assert!(error.to_string().starts_with("send to 127.0.0.1:49152: "));
        assert!(error.to_string().contains(&format!("({kind:?})")), "{error}");
        assert!(seen.insert(error.to_string()), "two kinds share the message: {error}");
    }
}

#[test]
fn an_address_that_does_not_resolve_is_shown_as_given() {
    let result: io::Result<()> = Err(io::Error::other("lookup failed"));
    let line = line(result.explain("bind", "not an address"));
    assert!(line.starts_with("bind \"not an address\": lookup failed"), "{line}");
}

#[test]
fn japanese_lines_differ_in_words_alone() {
    use crate::ja::Explain as InJapanese;
    let calls = ["bind", "send to", "receive from", "read from"];
    let kinds = [&KINDS[..], &[ErrorKind::Other]].concat();
    for (call, kind) in calls.iter().flat_map(|call| kinds.iter().map(move |kind| (call, *kind))) {
        let result = || Err::<(), _>(io::Error::from(kind));
        let english = Explain::explain(result(), call, ANY_PORT).unwrap_err();
        let japanese = InJapanese::explain(result(), call, ANY_PORT).unwrap_err();
        assert_eq!(japanese.downcast_ref::<io::Error>().unwrap().kind(), kind);
        let japanese = line::<()>(Err(japanese));
        assert!(japanese.starts_with(&format!("{call} 127.0.0.1:0: ")), "{japanese}");
        // The names that a cell has are the same: constants, methods, and std's name for the error.
        for name in ["PORT", "HOST", "set_broadcast(true)", &format!("{kind:?}")] {
            let is_named = english.to_string().contains(name);
            assert_eq!(japanese.contains(name), is_named, "{name}: {english}\n{japanese}");
        }
        assert!(japanese.contains("ください"), "what to do is missing: {japanese}");
    }
}
