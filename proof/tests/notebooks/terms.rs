//! The words of the trade: each is bold where the text explains it, and that is where it first occurs.

use std::collections::HashSet;

use installation::tutorial::Side;
use proof::notebook::Notebook;
use proof::pair;
use regex::{Regex, escape};

/// The notebook, the cell, and the terms that it explains, in reading order.
const TERMS: &[(&str, &str, &[&str])] = &[
    ("server", "title", &["the article"]),
    (
        "server",
        "what-udp-is",
        &[
            "protocol",
            "RFC",
            "packet",
            "header",
            "payload",
            "IP",
            "host",
            "address",
            "IPv4",
            "IPv6",
            "router",
            "port",
            "datagram",
            "checksum",
            "lost",
            "duplicated",
            "reordering",
            "connection",
            "handshake",
            "acknowledgement",
            "retransmission",
            "congestion control",
            "DNS",
            "DHCP",
            "NTP",
            "QUIC",
        ],
    ),
    ("client", "what-udp-is", &["TCP", "round trip", "stream", "flow control", "firewall"]),
    (
        "server",
        "one-many-all",
        &["link", "unicast", "multicast", "service discovery", "broadcast", "anycast"],
    ),
    ("server", "how", &["kernel", "process", "interface", "loopback interface", "listen"]),
    ("server", "program", &["socket", "buffer", "accept"]),
    ("client", "program", &["timeout"]),
    ("server", "summary", &["receive buffer", "reflection attack"]),
    ("datagrams-server", "set-up", &["deadline", "signal"]),
    ("datagrams-client", "set-up", &["ICMP"]),
    ("datagrams-client", "silence-stranger", &["queue"]),
    ("datagrams-client", "silence-any-text", &["resolver", "DTLS"]),
    ("datagrams-client", "silence-why", &["NAT", "keepalive", "hole punching"]),
    ("datagrams-client", "edges-why", &["MTU", "Ethernet", "fragment", "path MTU", "black hole"]),
    ("datagrams-server", "wire-text", &["relay"]),
    ("datagrams-client", "wire-checksum-text", &["network byte order", "pseudo-header"]),
    ("datagrams-client", "wire-bytes-text", &["hexadecimal"]),
    ("datagrams-client", "wire-tools", &["root"]),
    ("networks-server", "loss-text", &["burst"]),
    ("networks-server", "loss-tools", &["network namespace"]),
    ("networks-server", "pace-text", &["bottleneck"]),
    ("networks-server", "pace-why", &["ECN"]),
    ("networks-client", "pace-share-text", &["AIMD"]),
    ("networks-client", "pace-why", &["congestion collapse", "bufferbloat"]),
    ("networks-client", "bad-network-ask-text", &["exponential backoff", "jitter"]),
    ("networks-client", "bad-network-why", &["idempotent"]),
    ("networks-server", "stream-text", &["sequence number", "cumulative", "digest"]),
    ("networks-client", "stream-timer-text", &["go-back-N"]),
    ("networks-client", "stream-deliver-text", &["send window", "goodput"]),
    ("networks-client", "stream-why", &["Little's law"]),
    ("networks-client", "stream-timers-why", &["selective acknowledgement"]),
    ("networks-client", "size-text", &["binary search"]),
    ("many-server", "multicast-text", &["multicast group"]),
    ("many-client", "multicast-text", &["TTL", "routing table", "route"]),
    ("many-client", "multicast-why", &["IGMP", "mDNS"]),
    ("many-server", "broadcast-why", &["directed broadcast"]),
    ("many-client", "ipv6-limit-text", &["dual stack", "mapped address"]),
    ("many-client", "ipv6-group-text", &["scope", "zone", "link-local"]),
    ("many-client", "ipv6-why", &["ARP"]),
    ("protocols-server", "flood-text", &["token bucket"]),
    ("protocols-server", "flood-why", &["amplifier", "cookie"]),
    ("protocols-client", "tcp-order-text", &["Nagle's algorithm"]),
    ("protocols-client", "tcp-why", &["head-of-line blocking"]),
    (
        "protocols-server",
        "dns-text",
        &[
            "recursion",
            "authoritative",
            "truncated",
            "class",
            "DNS record",
            "authority",
            "label",
            "pointer",
        ],
    ),
    ("protocols-server", "dns-records-text", &["DNS zone"]),
    ("protocols-server", "dns-code-text", &["EDNS"]),
    ("identity-server", "rebind-text", &["NAT rebinding", "connection id"]),
    ("identity-server", "rebind-conversation-text", &["challenge", "path validation"]),
    ("identity-server", "meeting-text", &["meeting point"]),
    ("identity-server", "cookie-text", &["HMAC"]),
    ("identity-server", "proof-text", &["message authentication code"]),
];

/// A cell of text: its notebook, its id, and its prose.
type Prose = (String, String, String);

/// All cells of text in the order in which a learner reads them: section by section, the server's first.
fn in_reading_order() -> Vec<Prose> {
    let mut all = Vec::new();
    for pair in pair::all().unwrap() {
        let [server, client] = Side::BOTH.map(|side| sections(pair.notebook(side)));
        assert_eq!(server.len(), client.len(), "{}", pair.part.name);
        all.extend(server.into_iter().zip(client).flat_map(|(left, right)| [left, right].concat()));
    }
    all
}

/// The cells of text before the first numbered section, and those of each section.
fn sections(notebook: &Notebook) -> Vec<Vec<Prose>> {
    let numbered = Regex::new(r"^## \d").unwrap();
    let mut sections = vec![Vec::new()];
    for (id, text, is_code) in notebook.texts() {
        if is_code {
            continue;
        }
        if numbered.is_match(&text) {
            sections.push(Vec::new());
        }
        let cell = (notebook.name(), id.to_string(), prose(&text));
        sections.last_mut().expect("it starts with one").push(cell);
    }
    sections
}

/// A text without code, headings, the targets of links and the table of contents.
fn prose(text: &str) -> String {
    let noise = r"(?s)```.*?```|`[^`]*`|\]\([^)]*\)|(?m:^#[^\n]*)|(?m:^\| \[\d[^\n]*)";
    Regex::new(noise).unwrap().replace_all(text, "").into_owned()
}

/// The word in whatever form: plural, or of a verb.
fn any_form(term: &str) -> Regex {
    Regex::new(&format!(r"(?i)\b{}(s|es|ed|ing)?\b", escape(term))).unwrap()
}

#[test]
fn a_term_is_bold_and_explained_where_it_first_occurs() {
    let cells = in_reading_order();
    for (notebook, cell, terms) in TERMS {
        for term in *terms {
            let word = any_form(term);
            let first = cells.iter().find(|(_, _, prose)| word.is_match(prose));
            let (own, id, prose) = first.unwrap_or_else(|| panic!("{term} is never explained"));
            assert_eq!((&**own, &**id), (*notebook, *cell), "{term} first occurs there");
            let bold = Regex::new(&format!(r"(?i)\*\*{}(s|es|ed|ing)?\*\*", escape(term))).unwrap();
            let at = word.find(prose).unwrap().start();
            let marked = bold.find(prose).map(|bold| bold.start() + 2);
            assert_eq!(
                marked,
                Some(at),
                "{notebook}, {cell}: {term} is bold where it first occurs"
            );
        }
    }
}

/// A new term has to be entered above; a bold word that explains nothing misleads.
#[test]
fn what_is_bold_is_a_term() {
    let known: HashSet<String> =
        TERMS.iter().flat_map(|(_, _, terms)| *terms).map(|term| term.to_lowercase()).collect();
    let bold = Regex::new(r"\*\*([a-z][^*]*)\*\*").unwrap();
    let ending = Regex::new(r"(s|es|ed|ing)$").unwrap();
    let mut seen = 0;
    for (notebook, cell, prose) in in_reading_order() {
        for found in bold.captures_iter(&prose) {
            let word = found[1].to_lowercase();
            let stem = ending.replace(&word, "");
            let singular = word.strip_suffix('s').unwrap_or(&word);
            let is_term = [&*word, &*stem, singular].iter().any(|form| known.contains(*form));
            assert!(is_term, "{notebook}, {cell}: {word} is bold, and no term");
            seen += 1;
        }
    }
    assert!(seen > 60, "{seen} terms");
}
