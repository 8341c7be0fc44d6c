//! How long a server of the labs waits: until a first request, then until nobody asks any more.

use std::time::{Duration, Instant};

/// How long a server waits. Its time ends when no first request has come for a while, when the
/// requests have stopped for a while, or when all of it has lasted long enough. So neither a client
/// that leaves nor a peer that never stops sending keeps it waiting for ever.
///
/// ```
/// use std::time::Duration;
/// use udp_labs::Patience;
///
/// let millisecond = Duration::from_millis(1);
/// let mut patience = Patience::new(60_000 * millisecond, 5 * millisecond, 60_000 * millisecond);
/// patience.request();
/// while let Some(left) = patience.left() {
///     std::thread::sleep(left); // where a server receives, with this timeout
/// }
/// assert_eq!(patience.over(), Some(udp_labs::Over::Quiet(5 * millisecond)));
/// ```
#[derive(Clone, Debug)]
pub struct Patience {
    quiet: Duration,
    in_all: Duration,
    /// When it ends if nobody asks before, and after how long a wait that is.
    until: (Instant, Over),
    /// When it ends whoever asks: counted from the first request.
    end: Option<Instant>,
}

/// Why a server's time is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// No request has come for this long.
    Quiet(Duration),
    /// It has served for this long in all.
    InAll(Duration),
}

impl Patience {
    /// Waits for a first request for `first`, for each further one for `quiet`, and for all that come
    /// after the first one for `in_all`.
    pub fn new(first: Duration, quiet: Duration, in_all: Duration) -> Patience {
        let until = (Instant::now() + first, Over::Quiet(first));
        Patience { quiet, in_all, until, end: None }
    }

    /// What is left, never zero: the timeout of the next call that waits. `None`: it is over.
    pub fn left(&self) -> Option<Duration> {
        let left = self.until.0.saturating_duration_since(Instant::now());
        (!left.is_zero()).then_some(left)
    }

    /// A request has come: from now on `quiet` counts. What is no request does not prolong the wait.
    pub fn request(&mut self) {
        let now = Instant::now();
        let end = *self.end.get_or_insert(now + self.in_all);
        let quiet = (now + self.quiet, Over::Quiet(self.quiet));
        self.until = if end < quiet.0 { (end, Over::InAll(self.in_all)) } else { quiet };
    }

    /// Why it is over; `None` as long as it is not.
    pub fn over(&self) -> Option<Over> {
        self.left().is_none().then_some(self.until.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(3600);
    const SHORT: Duration = Duration::from_millis(1);

    /// Sleeps until it is over.
    fn why(patience: &Patience) -> Over {
        while let Some(left) = patience.left() {
            assert!(left < Duration::from_secs(1), "{left:?}");
            std::thread::sleep(left);
        }
        patience.over().unwrap()
    }

    #[test]
    fn it_ends_without_a_request() {
        assert_eq!(why(&Patience::new(SHORT, LONG, LONG)), Over::Quiet(SHORT));
    }

    #[test]
    fn it_ends_when_the_requests_have_stopped() {
        let mut patience = Patience::new(LONG, SHORT, LONG);
        assert!(patience.left().is_some_and(|left| left > SHORT) && patience.over().is_none());
        patience.request();
        assert_eq!(why(&patience), Over::Quiet(SHORT));
    }

    #[test]
    fn it_ends_although_the_requests_never_stop() {
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
