//! A TCP connection with one deadline for all its reads and writes.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// A TCP connection with a deadline. A read timeout alone starts over with each read, so a peer
/// that sends a byte now and then can keep `read_exact` waiting for as long as it likes. Here each
/// call waits until the deadline at most, and after the deadline every call fails with `TimedOut`.
///
/// Drop the connection after a timeout. Part of a message may have gone through, and Windows calls
/// the state of a socket after a timeout indeterminate (`SO_RCVTIMEO` in Winsock's documentation).
///
/// ```
/// use std::io::{ErrorKind, Read};
/// use std::net::{TcpListener, TcpStream};
/// use std::time::{Duration, Instant};
/// use udp_labs::DeadlineStream;
///
/// let listener = TcpListener::bind(("127.0.0.1", 0))?;
/// let silent = TcpStream::connect(listener.local_addr()?)?;
/// let deadline = Instant::now() + Duration::from_millis(20);
/// let mut stream = DeadlineStream::new(listener.accept()?.0, deadline);
/// let error = stream.read_exact(&mut [0; 6]).unwrap_err();
/// assert!(matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut));
/// # drop(silent);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct DeadlineStream {
    stream: TcpStream,
    deadline: Instant,
}

impl DeadlineStream {
    /// Gives `stream` a deadline. It must be a blocking stream.
    pub fn new(stream: TcpStream, deadline: Instant) -> DeadlineStream {
        DeadlineStream { stream, deadline }
    }

    /// The time left until the deadline, never zero.
    ///
    /// # Errors
    ///
    /// The deadline has passed (`TimedOut`).
    pub fn left(&self) -> io::Result<Duration> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(ErrorKind::TimedOut.into()) } else { Ok(left) }
    }
}

impl Read for DeadlineStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(Some(self.left()?))?;
        self.stream.read(buffer)
    }
}

impl Write for DeadlineStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(Some(self.left()?))?;
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;
    use std::sync::atomic::{AtomicBool, Ordering};
    use udp_tutorial::explain::is_timeout;

    /// Both ends of a connection.
    fn pair() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        (listener.accept().unwrap().0, client)
    }

    fn soon() -> Instant {
        Instant::now() + Duration::from_millis(60)
    }

    #[test]
    fn a_trickling_peer_does_not_extend_the_deadline() {
        let (server, mut client) = pair();
        let ended = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !ended.load(Ordering::Acquire) && client.write_all(b"x").is_ok() {
                    std::thread::sleep(Duration::from_millis(1));
                }
            });
            let error = DeadlineStream::new(server, soon()).read_exact(&mut [0; 1_000_000]);
            ended.store(true, Ordering::Release);
            assert!(is_timeout(&error.unwrap_err()));
        });
    }

    #[test]
    fn a_peer_that_reads_nothing_does_not_block_a_writer_for_ever() {
        let (server, _client) = pair();
        let error = DeadlineStream::new(server, soon()).write_all(&vec![0; 60_000_000]);
        assert!(is_timeout(&error.unwrap_err()));
    }

    #[test]
    fn data_that_arrives_in_time_is_read() {
        let (server, mut client) = pair();
        let mut stream = DeadlineStream::new(server, Instant::now() + Duration::from_secs(5));
        client.write_all(b"Hello.").unwrap();
        let mut read = [0; 6];
        stream.read_exact(&mut read).unwrap();
        assert_eq!(&read, b"Hello.");
    }
}
