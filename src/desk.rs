//! A desk: a second socket of a server, where its client asks what became of what it has sent.

use std::fmt::Debug;
use std::net::{SocketAddr, ToSocketAddrs, UdpSocket};
use std::time::Duration;

use anyhow::{Context, Result};

use crate::Explain;
use crate::explain::{is_timeout, is_transient};

/// How long [`ask`] waits for the report.
const DEADLINE: Duration = Duration::from_secs(5);

/// The longest report, in bytes.
const LONGEST: usize = 512;

/// The server's side of the desk.
///
/// ```
/// use std::time::Duration;
/// use udp_tutorial::desk::{self, Desk};
///
/// let desk = Desk::open(("127.0.0.1", 0))?;
/// let address = desk.address()?;
/// let client = std::thread::spawn(move || desk::ask(address));
/// let visitor = desk.wait(Duration::from_secs(5))?.expect("the client asks");
/// visitor.tell("received = 256, dropped = 244")?;
/// let report = client.join().unwrap()?;
/// assert_eq!(desk::number(&report, "dropped")?, 244.0);
/// # Ok::<(), anyhow::Error>(())
/// ```
#[derive(Debug)]
pub struct Desk {
    socket: UdpSocket,
}

/// A client that has asked, and waits for the report.
#[derive(Debug)]
pub struct Visitor<'a> {
    socket: &'a UdpSocket,
    address: SocketAddr,
}

impl Desk {
    /// Opens a desk at `address`.
    ///
    /// # Errors
    ///
    /// The address is in use, or not this machine's.
    pub fn open(address: impl ToSocketAddrs + Debug + Copy) -> Result<Desk> {
        Ok(Desk { socket: UdpSocket::bind(address).explain("bind", address)? })
    }

    /// Where clients ask.
    ///
    /// # Errors
    ///
    /// The system does not tell.
    pub fn address(&self) -> Result<SocketAddr> {
        Ok(self.socket.local_addr()?)
    }

    /// Waits for a client, as long as `patience`, which is not zero; `None` says that nobody came.
    ///
    /// # Errors
    ///
    /// The socket fails.
    pub fn wait(&self, patience: Duration) -> Result<Option<Visitor<'_>>> {
        self.socket.set_read_timeout(Some(patience))?;
        loop {
            match self.socket.recv_from(&mut [0; 8]) {
                Ok((_, address)) => return Ok(Some(Visitor { socket: &self.socket, address })),
                Err(error) if is_timeout(&error) => return Ok(None),
                Err(error) if is_transient(&error) => {}
                Err(error) => return Err(error).context("wait at the desk"),
            }
        }
    }
}

impl Visitor<'_> {
    /// Tells the client `report`, of 512 bytes at the most: numbers as `name = 12`.
    ///
    /// # Errors
    ///
    /// It cannot be sent.
    pub fn tell(&self, report: &str) -> Result<()> {
        self.socket.send_to(report.as_bytes(), self.address).explain("send to", self.address)?;
        Ok(())
    }
}

/// Asks at the desk at `address`, and returns the report.
///
/// # Errors
///
/// Nobody answers within 5 s, or nobody is there.
pub fn ask(address: impl ToSocketAddrs + Debug + Copy) -> Result<String> {
    let socket = UdpSocket::bind(("127.0.0.1", 0)).explain("bind", ("127.0.0.1", 0))?;
    socket.connect(address).explain("connect to", address)?;
    socket.set_read_timeout(Some(DEADLINE))?;
    socket.send(b"?").explain("send to", address)?;
    let mut report = [0; LONGEST];
    let length = socket.recv(&mut report).explain("receive from", address)?;
    Ok(String::from_utf8_lossy(&report[..length]).into_owned())
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
    fn that_no_visitor_came_is_said() {
        let desk = Desk::open(("127.0.0.1", 0)).unwrap();
        assert!(desk.wait(Duration::from_millis(1)).unwrap().is_none());
    }

    #[test]
    fn that_nobody_is_at_the_desk_is_said() {
        let desk = Desk::open(("127.0.0.1", 0)).unwrap();
        let address = desk.address().unwrap();
        drop(desk);
        let error = ask(address).unwrap_err().to_string();
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
