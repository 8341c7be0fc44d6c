//! A narrow link: it carries so many datagrams in a second, and has room for a few that wait.

use std::collections::VecDeque;
use std::time::Duration;

/// A link of a fixed rate with a queue in front of it. A datagram that finds the queue full is
/// dropped; the others leave in the order in which they came.
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
    /// When each of those that wait will have left, the next one first.
    leaving: VecDeque<Duration>,
    dropped: u64,
}

impl Bottleneck {
    /// A link that carries `rate` datagrams a second, at least 1, with room for `room` that wait,
    /// the one that is just being sent included.
    pub fn new(rate: u32, room: usize) -> Bottleneck {
        let interval = Duration::from_secs(1) / rate.max(1);
        Bottleneck { interval, room, leaving: VecDeque::new(), dropped: 0 }
    }

    /// A datagram comes at `now`, a moment since any fixed one that is not before that of the last
    /// call. Returns how long it takes to leave, or `None`: it is dropped.
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

    /// Lets those leave that have left by `now`.
    fn pass(&mut self, now: Duration) {
        while self.leaving.front().is_some_and(|leaves| *leaves <= now) {
            self.leaving.pop_front();
        }
    }

    /// How many wait, as of the last call.
    pub fn queued(&self) -> usize {
        self.leaving.len()
    }

    /// How many were dropped.
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
        fn entered_is_delivered_dropped_and_queued_at_every_moment(
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
                // Counted here, from when each one leaves.
                let delivered = leaves.iter().filter(|moment| **moment <= now).count();
                let queued = leaves.len() - delivered;
                prop_assert_eq!(link.queued(), queued);
                prop_assert_eq!(link.dropped(), dropped);
                prop_assert_eq!(entered, delivered as u64 + dropped + queued as u64);
                prop_assert!(queued <= room);
            }
            // No two leave closer together than the rate permits.
            let apart = Duration::from_secs(1) / rate;
            prop_assert!(leaves.windows(2).all(|two| two[1] - two[0] >= apart));
        }
    }
}
