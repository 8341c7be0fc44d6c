//! A link that carries packets up to its MTU and does not fragment longer ones.

/// How many bytes the headers of IPv4, without options, and of UDP add to a payload.
const HEADERS: usize = 28;

/// How many bytes of a payload that is too long a report quotes.
const QUOTED: usize = 8;

/// A link in a bad network that drops each datagram that is too long for it. At first the link
/// reports this to the client, as a router does by ICMP. When it is silent, it is a black hole.
///
/// The report comes from the network's own address. It consists of the letter `R`, the link's MTU
/// in 2 bytes, high byte first, and the first 8 bytes of the payload, or the whole payload if it
/// is shorter.
///
/// ```
/// use std::net::UdpSocket;
/// use std::time::Duration;
/// use udp_labs::{BadNetwork, Conditions, Link};
///
/// let server = UdpSocket::bind(("127.0.0.1", 0))?;
/// let link = Some(Link::new(1_280));
/// let conditions = Conditions { link, ..Conditions::default() };
/// let network = BadNetwork::between(server.local_addr()?, conditions)?;
/// let client = UdpSocket::bind(("127.0.0.1", 0))?;
/// client.send_to(&[7; 1_253], network.address())?;
///
/// client.set_read_timeout(Some(Duration::from_secs(5)))?;
/// let mut report = [0; 64];
/// let length = client.recv(&mut report)?;
/// assert_eq!(report[..length], *b"R\x05\x00\x07\x07\x07\x07\x07\x07\x07\x07");
/// # Ok::<(), anyhow::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Link {
    mtu: usize,
    is_silent: bool,
    /// After how many more datagrams the link changes, and its MTU from then on.
    change: Option<(usize, usize)>,
}

/// What a link does with a datagram.
#[derive(Debug, PartialEq)]
pub(crate) enum Passage {
    Carried,
    Dropped,
    /// Dropped, and this report goes back to the sender.
    Reported(Vec<u8>),
}

impl Link {
    /// A link with this MTU, in bytes, up to 65,535. It reports what is too long. A packet consists
    /// of the payload and 28 bytes of headers, as in IPv4.
    pub fn new(mtu: u16) -> Link {
        Link { mtu: mtu.into(), is_silent: false, change: None }
    }

    /// The same link, but it reports nothing.
    pub fn silent(self) -> Link {
        Link { is_silent: true, ..self }
    }

    /// The same link, but after `count` datagrams from clients its MTU is `mtu`, in bytes, and it
    /// is silent from then on.
    pub fn then(self, count: usize, mtu: u16) -> Link {
        Link { change: Some((count, mtu.into())), ..self }
    }

    /// Takes a datagram with this payload.
    pub(crate) fn enter(&mut self, payload: &[u8]) -> Passage {
        match &mut self.change {
            Some((0, mtu)) => *self = Link { mtu: *mtu, is_silent: true, change: None },
            Some((left, _)) => *left -= 1,
            None => {}
        }
        if payload.len() + HEADERS <= self.mtu {
            return Passage::Carried;
        }
        if self.is_silent {
            return Passage::Dropped;
        }
        let mtu = (self.mtu as u16).to_be_bytes();
        let quoted = &payload[..payload.len().min(QUOTED)];
        Passage::Reported([b"R", &mtu[..], quoted].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_headers_count_and_the_report_quotes_what_was_too_long() {
        let mut link = Link::new(1_400);
        assert_eq!(link.enter(&[7; 1_372]), Passage::Carried);
        let report = [b"R", &1_400u16.to_be_bytes()[..], &[7; 8]].concat();
        assert_eq!(link.enter(&[7; 1_373]), Passage::Reported(report));
        assert_eq!(link.silent().enter(&[7; 1_373]), Passage::Dropped);
        assert_eq!(Link::new(30).enter(b"abc"), Passage::Reported(b"R\0\x1eabc".to_vec()));
    }

    #[test]
    fn after_a_number_of_datagrams_it_carries_less_and_is_silent() {
        let mut link = Link::new(1_400).then(2, 1_280);
        assert_eq!(link.enter(&[7; 1_372]), Passage::Carried);
        assert!(matches!(link.enter(&[7; 1_373]), Passage::Reported(_)), "this counts as well");
        assert_eq!(link.enter(&[7; 1_253]), Passage::Dropped);
        assert_eq!(link.enter(&[7; 1_252]), Passage::Carried);
    }
}
