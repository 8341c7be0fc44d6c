//! A client asks a server's second socket what happened to the client's datagrams.

use std::fmt::Debug;
use std::io::ErrorKind;
use std::net::{SocketAddr, ToSocketAddrs, UdpSocket};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use udp_tutorial::explain::{Explain, despite_icmp, is_timeout, is_transient};
use udp_tutorial::message::text;

/// The datagram by which a client asks for the report.
const QUESTION: &[u8] = b"?";

/// How long [`ask`] waits for the report.
const WAIT: Duration = Duration::from_secs(5);

/// The longest report, in bytes.
const LONGEST: usize = 512;

/// The server's second socket, where clients ask for the report.
///
/// ```
/// use std::time::Duration;
/// use udp_labs::report::{self, ReportListener};
///
/// let reports = ReportListener::open(("127.0.0.1", 0))?;
/// let address = reports.address()?;
/// let client = std::thread::spawn(move || report::ask(address));
/// let question = reports.wait(Duration::from_secs(5))?.expect("the client asks");
/// question.answer("received = 256, dropped = 244")?;
/// let report = client.join().unwrap()?;
/// assert_eq!(report::number(&report, "dropped")?, 244.0);
/// # Ok::<(), anyhow::Error>(())
/// ```
#[derive(Debug)]
pub struct ReportListener {
    socket: UdpSocket,
}

/// A client that has asked for the report and is waiting for it.
#[derive(Debug)]
pub struct Question<'a> {
    socket: &'a UdpSocket,
    address: SocketAddr,
}

impl ReportListener {
    /// Binds the socket to `address`.
    ///
    /// # Errors
    ///
    /// The address is in use, or is not one of this machine's.
    pub fn open(address: impl ToSocketAddrs + Debug + Copy) -> Result<ReportListener> {
        Ok(ReportListener { socket: UdpSocket::bind(address).explain("bind", address)? })
    }

    /// The address where clients ask.
    ///
    /// # Errors
    ///
    /// The system does not report the address.
    pub fn address(&self) -> Result<SocketAddr> {
        Ok(self.socket.local_addr()?)
    }

    /// Waits up to `wait` for a client. `None` means that no client asked. Datagrams other than the
    /// question from [`ask`] get no answer, so two servers cannot answer each other for ever.
    ///
    /// # Errors
    ///
    /// The socket fails.
    pub fn wait(&self, wait: Duration) -> Result<Option<Question<'_>>> {
        let deadline = Instant::now() + wait;
        let mut buffer = [0; 2]; // one byte longer than the question
        let question = receive(&self.socket, &mut buffer, deadline, |text| text == QUESTION);
        match question {
            Ok((_, address)) => Ok(Some(Question { socket: &self.socket, address })),
            Err(error) if is_transient("receive", &error) => Ok(None),
            Err(error) => Err(error).context("cannot wait for a client's question"),
        }
    }
}

/// Receives the next datagram that is `wanted`, if one arrives before `deadline`. Returns an error
/// that concerns one datagram or one peer only once the deadline has passed.
fn receive(
    socket: &UdpSocket,
    buffer: &mut [u8],
    deadline: Instant,
    wanted: impl Fn(&[u8]) -> bool,
) -> std::io::Result<(usize, SocketAddr)> {
    let mut reason = ErrorKind::TimedOut.into();
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(reason);
        }
        socket.set_read_timeout(Some(left))?;
        match socket.recv_from(buffer) {
            Ok((length, peer)) if wanted(&buffer[..length]) => return Ok((length, peer)),
            Err(error) if !is_transient("receive", &error) => return Err(error),
            Err(error) if !is_timeout(&error) => reason = error,
            _ => {}
        }
    }
}

impl Question<'_> {
    /// Sends `report` to the client: at most 512 bytes, with numbers as `name = 12, other = 3`.
    ///
    /// # Errors
    ///
    /// The socket fails. It is not an error if the report cannot be sent to this one client.
    pub fn answer(&self, report: &str) -> Result<()> {
        match self.socket.send_to(report.as_bytes(), self.address) {
            Err(error) if !is_transient("send", &error) => {
                Err(error).explain("send to", self.address)
            }
            _ => Ok(()),
        }
    }
}

/// Asks the [`ReportListener`] at `address` for the report, and returns it.
///
/// # Errors
///
/// No answer arrives within 5 s. The error says if nothing is listening there at all.
pub fn ask(address: impl ToSocketAddrs + Debug + Copy) -> Result<String> {
    ask_within(WAIT, address)
}

fn ask_within(wait: Duration, address: impl ToSocketAddrs + Debug + Copy) -> Result<String> {
    let socket = UdpSocket::bind(("127.0.0.1", 0)).explain("bind", ("127.0.0.1", 0))?;
    socket.connect(address).explain("connect to", address)?;
    despite_icmp(|| socket.send(QUESTION)).explain("send to", address)?;
    let mut report = [0; LONGEST];
    let (length, _) = receive(&socket, &mut report, Instant::now() + wait, |_| true)
        .explain("receive from", address)?;
    Ok(text(&report[..length])) // escaped, because anybody may have sent it and a cell prints it
}

/// The number in `report` that is called `name`.
///
/// # Errors
///
/// The report has no such number, or the number is `unknown`.
pub fn number(report: &str, name: &str) -> Result<f64> {
    let mut parts = report.split(", ").filter_map(|part| part.split_once(" = "));
    let found = parts.find(|(own, _)| *own == name).and_then(|(_, number)| number.parse().ok());
    found.with_context(|| format!("the report has no number called {name:?}: {report}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_without_a_question_returns_none() {
        let reports = ReportListener::open(("127.0.0.1", 0)).unwrap();
        assert!(reports.wait(Duration::from_millis(1)).unwrap().is_none());
    }

    #[test]
    fn only_the_question_is_answered() {
        let reports = ReportListener::open(("127.0.0.1", 0)).unwrap();
        let peer = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
        peer.connect(reports.address().unwrap()).unwrap();
        for datagram in ["received = 256", "", "??", "x"] {
            peer.send(datagram.as_bytes()).unwrap();
        }
        assert!(reports.wait(Duration::from_millis(20)).unwrap().is_none());
        peer.send(QUESTION).unwrap();
        let question = reports.wait(Duration::from_secs(5)).unwrap().expect("no question arrived");
        question.answer("sent = 1").unwrap();
        assert_eq!(peer.recv(&mut [0; 64]).unwrap(), 8);
    }

    #[test]
    fn a_missing_server_is_reported() {
        let reports = ReportListener::open(("127.0.0.1", 0)).unwrap();
        let address = reports.address().unwrap();
        drop(reports);
        let error = ask_within(Duration::from_millis(50), address).unwrap_err().to_string();
        assert!(error.contains("run the server cell first"), "{error}");
    }

    #[test]
    fn a_missing_or_unknown_number_is_an_error() {
        let report = "received = 5, dropped = unknown";
        assert_eq!(number(report, "received").unwrap(), 5.0);
        for name in ["dropped", "sent"] {
            let error = number(report, name).unwrap_err().to_string();
            assert_eq!(error, format!("the report has no number called {name:?}: {report}"));
        }
    }
}
