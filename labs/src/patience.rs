//! How long a lab's server waits: for a first request, then until the requests stop.

use std::time::{Duration, Instant};

/// How long a server waits. It stops if the first request takes too long to arrive, if the requests
/// then pause for too long, or if it has served for long enough in all. So neither a client that
/// leaves nor a peer that never stops sending can keep the server running for ever.
///
/// ```
/// use std::time::Duration;
/// use udp_labs::Patience;
///
/// let millisecond = Duration::from_millis(1);
/// let mut patience = Patience::new(60_000 * millisecond, 5 * millisecond, 60_000 * millisecond);
/// patience.request();
/// while let Some(left) = patience.left() {
///     std::thread::sleep(left); // a server would receive here, with this timeout
/// }
/// assert_eq!(patience.over(), Some(udp_labs::Over::Quiet(5 * millisecond)));
/// ```
#[derive(Clone, Debug)]
pub struct Patience {
    quiet: Duration,
    in_all: Duration,
    /// When the wait ends if no request arrives first, and why it ends then.
    until: (Instant, Over),
    /// When the wait ends despite any requests. The first request sets this.
    end: Option<Instant>,
}

/// Why a server's time is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// No request has arrived for this long.
    Quiet(Duration),
    /// It has served for this long in all.
    InAll(Duration),
}

impl Patience {
    /// Waits up to `first` for the first request and up to `quiet` for each further one, but no
    /// longer than `in_all` after the first request.
    pub fn new(first: Duration, quiet: Duration, in_all: Duration) -> Patience {
        let until = (Instant::now() + first, Over::Quiet(first));
        Patience { quiet, in_all, until, end: None }
    }

    /// The time left, never zero: use it as the timeout of the next receive call. `None` means that
    /// the wait is over.
    pub fn left(&self) -> Option<Duration> {
        let left = self.until.0.saturating_duration_since(Instant::now());
        (!left.is_zero()).then_some(left)
    }

    /// Notes that a request has arrived, so `quiet` starts again. Call this for requests only: no
    /// other datagram may extend the wait.
    pub fn request(&mut self) {
        let now = Instant::now();
        let end = *self.end.get_or_insert(now + self.in_all);
        let quiet = (now + self.quiet, Over::Quiet(self.quiet));
        self.until = if end < quiet.0 { (end, Over::InAll(self.in_all)) } else { quiet };
    }

    /// Why the wait is over, or `None` if it isn't.
    pub fn over(&self) -> Option<Over> {
        self.left().is_none().then_some(self.until.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(3600);
    const SHORT: Duration = Duration::from_millis(1);

    /// Sleeps until the wait is over, and returns why it ended.
    fn why(patience: &Patience) -> Over {
        while let Some(left) = patience.left() {
            assert!(left < Duration::from_secs(1), "{left:?}");
            std::thread::sleep(left);
        }
        patience.over().unwrap()
    }

    #[test]
    fn the_wait_ends_without_a_request() {
        assert_eq!(why(&Patience::new(SHORT, LONG, LONG)), Over::Quiet(SHORT));
    }

    #[test]
    fn the_wait_ends_when_the_requests_stop() {
        let mut patience = Patience::new(LONG, SHORT, LONG);
        assert!(patience.left().is_some_and(|left| left > SHORT) && patience.over().is_none());
        patience.request();
        assert_eq!(why(&patience), Over::Quiet(SHORT));
    }

    #[test]
    fn the_wait_ends_even_if_the_requests_never_stop() {
        let in_all = Duration::from_millis(20);
        let mut patience = Patience::new(LONG, LONG, in_all);
        let start = Instant::now();
        patience.request();
        while let Some(left) = patience.left() {
            assert!(left <= in_all && start.elapsed() < LONG);
            patience.request();
        }
        assert_eq!(patience.over(), Some(Over::InAll(in_all)));
    }
}
