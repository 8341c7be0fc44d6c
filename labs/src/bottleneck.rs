//! A narrow link: it carries a limited number of datagrams per second and queues a few more.

use std::collections::VecDeque;
use std::time::Duration;

/// A link with a fixed rate and a queue in front of it. The link drops a datagram that finds the
/// queue full. The others leave in the order in which they arrived.
///
/// ```
/// use std::time::Duration;
/// use udp_labs::Bottleneck;
///
/// let mut link = Bottleneck::new(100, 2);
/// let moment = Duration::ZERO;
/// assert_eq!(link.enter(moment), Some(Duration::from_millis(10)));
/// assert_eq!(link.enter(moment), Some(Duration::from_millis(20)));
/// assert_eq!(link.enter(moment), None, "two wait already");
/// assert_eq!(link.dropped(), 1);
/// ```
#[derive(Clone, Debug)]
pub struct Bottleneck {
    interval: Duration,
    room: usize,
    /// When each waiting datagram will have left, the next one first.
    leaving: VecDeque<Duration>,
    dropped: u64,
}

impl Bottleneck {
    /// A link that carries `rate` datagrams a second, at least 1, with room for `room` datagrams,
    /// including the one that the link is sending.
    pub fn new(rate: u32, room: usize) -> Bottleneck {
        let interval = Duration::from_secs(1) / rate.max(1);
        Bottleneck { interval, room, leaving: VecDeque::new(), dropped: 0 }
    }

    /// Takes a datagram that arrives at `now`, the time since any fixed moment. `now` must not run
    /// backwards. Returns how long the datagram takes to leave, or `None` if the link drops it.
    pub fn enter(&mut self, now: Duration) -> Option<Duration> {
        self.pass(now);
        if self.leaving.len() >= self.room {
            self.dropped += 1;
            return None;
        }
        let free = self.leaving.back().copied().unwrap_or_default().max(now);
        self.leaving.push_back(free + self.interval);
        Some(free + self.interval - now)
    }

    /// Removes the datagrams that have left by `now`.
    fn pass(&mut self, now: Duration) {
        while self.leaving.front().is_some_and(|leaves| *leaves <= now) {
            self.leaving.pop_front();
        }
    }

    /// How many datagrams were waiting at the time of the last [`enter`](Bottleneck::enter).
    pub fn queued(&self) -> usize {
        self.leaving.len()
    }

    /// How many datagrams the link has dropped.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn delivered_dropped_and_queued_always_add_up_to_entered(
            rate in 1u32..5_000,
            room in 0usize..50,
            gaps in prop::collection::vec(0u64..20_000, 1..300),
        ) {
            let mut link = Bottleneck::new(rate, room);
            let (mut now, mut dropped) = (Duration::ZERO, 0);
            let mut leaves = Vec::new();
            for (entered, gap) in (1..).zip(gaps) {
                now += Duration::from_micros(gap);
                match link.enter(now) {
                    Some(wait) => leaves.push(now + wait),
                    None => dropped += 1,
                }
                // An independent count, based on when each datagram leaves.
                let delivered = leaves.iter().filter(|moment| **moment <= now).count();
                let queued = leaves.len() - delivered;
                prop_assert_eq!(link.queued(), queued);
                prop_assert_eq!(link.dropped(), dropped);
                prop_assert_eq!(entered, delivered as u64 + dropped + queued as u64);
                prop_assert!(queued <= room);
            }
            // No two datagrams leave closer together than the rate allows.
            let apart = Duration::from_secs(1) / rate;
            prop_assert!(leaves.windows(2).all(|two| two[1] - two[0] >= apart));
        }
    }
}
