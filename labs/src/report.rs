//! Reports: at a second socket of a server its client asks what became of what it has sent.

use std::fmt::Debug;
use std::io::ErrorKind;
use std::net::{SocketAddr, ToSocketAddrs, UdpSocket};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use udp_tutorial::explain::{Explain, despite_icmp, is_timeout, is_transient};
use udp_tutorial::message::text;

/// What a client sends to ask for the report.
const QUESTION: &[u8] = b"?";

/// How long [`ask`] waits for the report.
const WAIT: Duration = Duration::from_secs(5);

/// The longest report, in bytes.
const LONGEST: usize = 512;

/// The server's second socket, which waits for such questions.
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

/// A client that has asked, and waits for the report.
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
    /// The address is in use, or not this machine's.
    pub fn open(address: impl ToSocketAddrs + Debug + Copy) -> Result<ReportListener> {
        Ok(ReportListener { socket: UdpSocket::bind(address).explain("bind", address)? })
    }

    /// Where clients ask.
    ///
    /// # Errors
    ///
    /// The system does not tell.
    pub fn address(&self) -> Result<SocketAddr> {
        Ok(self.socket.local_addr()?)
    }

    /// Waits for a client, for `wait` in all; `None` says that nobody came. Whatever is not the
    /// question of [`ask`] gets no answer, above all no report that somebody sends back.
    ///
    /// # Errors
    ///
    /// The socket fails.
    pub fn wait(&self, wait: Duration) -> Result<Option<Question<'_>>> {
        let deadline = Instant::now() + wait;
        let mut buffer = [0; 2]; // more than the question has
        let question = receive(&self.socket, &mut buffer, deadline, |text| text == QUESTION);
        match question {
            Ok((_, address)) => Ok(Some(Question { socket: &self.socket, address })),
            Err(error) if is_transient("receive", &error) => Ok(None),
            Err(error) => Err(error).context("wait for a question"),
        }
    }
}

/// The next datagram that is `wanted`, if one comes before `deadline`. An error about one datagram or
/// one peer ends the wait only when the deadline has come.
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
    /// Tells the client `report`, of 512 bytes at the most: numbers as `name = 12`.
    ///
    /// # Errors
    ///
    /// The socket fails. That the report cannot be sent to this client is no error.
    pub fn answer(&self, report: &str) -> Result<()> {
        match self.socket.send_to(report.as_bytes(), self.address) {
            Err(error) if !is_transient("send", &error) => {
                Err(error).explain("send to", self.address)
            }
            _ => Ok(()),
        }
    }
}

/// Asks the [`ReportListener`] at `address`, and returns the report.
///
/// # Errors
///
/// Nobody answers within 5 s; the error says so, or that nobody is there.
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
    Ok(text(&report[..length])) // it is printed, whoever sent it
}

/// The number that `report` gives for `name`.
///
/// # Errors
///
/// It gives none, or one that is unknown.
pub fn number(report: &str, name: &str) -> Result<f64> {
    let mut parts = report.split(", ").filter_map(|part| part.split_once(" = "));
    let found = parts.find(|(own, _)| *own == name).and_then(|(_, number)| number.parse().ok());
    found.with_context(|| format!("the report has no number {name}: {report}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn that_nobody_asked_is_said() {
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
        reports.wait(Duration::from_secs(5)).unwrap().expect("it asks").answer("sent = 1").unwrap();
        assert_eq!(peer.recv(&mut [0; 64]).unwrap(), 8);
    }

    #[test]
    fn that_nobody_reports_is_said() {
        let reports = ReportListener::open(("127.0.0.1", 0)).unwrap();
        let address = reports.address().unwrap();
        drop(reports);
        let error = ask_within(Duration::from_millis(50), address).unwrap_err().to_string();
        assert!(error.contains("run the server cell first"), "{error}");
    }

    #[test]
    fn what_a_report_does_not_say_is_an_error() {
        let report = "received = 5, dropped = unknown";
        assert_eq!(number(report, "received").unwrap(), 5.0);
        for name in ["dropped", "sent"] {
            let error = number(report, name).unwrap_err().to_string();
            assert_eq!(error, format!("the report has no number {name}: {report}"));
        }
    }
}
