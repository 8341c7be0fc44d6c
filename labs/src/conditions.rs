//! How bad a network is, and what happens to a datagram in it.

use std::time::Duration;

use anyhow::{Result, ensure};
use fastrand::Rng;

use crate::bottleneck::Bottleneck;
use crate::link::Link;

/// How bad the network is. The default is a perfect network.
#[derive(Clone, Debug, Default)]
pub struct Conditions {
    /// The probability that a datagram is lost, from 0 to 1.
    pub loss: f64,
    /// The probability that a datagram, unless it is lost, arrives twice, from 0 to 1.
    pub duplicate: f64,
    /// The probability that a datagram takes three times as long, so that later ones overtake it,
    /// from 0 to 1.
    pub reorder: f64,
    /// How long a datagram takes to arrive, up to 1 s.
    pub delay: Duration,
    /// A change of the delay: after so many datagrams in one direction, the next ones in that
    /// direction take this long, up to 1 s. Copies that the network makes do not count.
    pub delay_after: Option<(usize, Duration)>,
    /// A narrow link that all datagrams from clients go through first. Those to clients bypass it.
    pub bottleneck: Option<Bottleneck>,
    /// A link with an MTU, before the bottleneck. Datagrams to clients bypass it as well.
    pub link: Option<Link>,
    /// After how many datagrams of a client (duplicates count, at least 1) the network's NAT gives
    /// the client another port towards the server, once. What the server then still sends to the
    /// earlier port is lost.
    pub rebind: Option<u32>,
    /// With the same seed, the first datagram from a client always meets the same fate, and so does
    /// the second one, and so on. The same is true of the datagrams to clients.
    pub seed: u64,
}

/// One direction through the network. Each direction draws its own random numbers, so the fates of
/// its datagrams do not depend on when datagrams enter from the other side.
pub(crate) struct Direction {
    random: Rng,
    entered: usize,
}

impl Direction {
    /// The direction to the clients, then the one from them.
    pub(crate) fn both(seed: u64) -> [Direction; 2] {
        let mut random = Rng::with_seed(seed);
        [random.fork(), random].map(|random| Direction { random, entered: 0 })
    }
}

impl Conditions {
    /// The fate of one datagram: how long each copy of it takes to arrive. A lost datagram has no
    /// copies, a duplicated one has two.
    pub(crate) fn fate(&self, direction: &mut Direction) -> Vec<Duration> {
        let mut happens = |probability: f64| direction.random.f64() < probability;
        // Draw all numbers each time, so that one probability does not affect the other fates.
        let (lost, twice) = (happens(self.loss), happens(self.duplicate));
        let late = [happens(self.reorder), happens(self.reorder)];
        let copies = if lost { 0 } else { 1 + usize::from(twice) };
        let changed = self.delay_after.filter(|(count, _)| direction.entered >= *count);
        let delay = changed.map_or(self.delay, |(_, delay)| delay);
        direction.entered += 1;
        late[..copies].iter().map(|late| delay * if *late { 3 } else { 1 }).collect()
    }

    /// Checks that the probabilities, the delays and the rebind are within their ranges.
    pub(crate) fn check(&self) -> Result<()> {
        for (name, probability) in
            [("loss", self.loss), ("duplicate", self.duplicate), ("reorder", self.reorder)]
        {
            let sound = (0.0..=1.0).contains(&probability);
            ensure!(sound, "{name} is {probability}: give a probability from 0 to 1");
        }
        let changed = self.delay_after.map(|(_, delay)| delay);
        for delay in [Some(self.delay), changed].into_iter().flatten() {
            ensure!(delay <= Duration::from_secs(1), "the delay is {delay:?}: the maximum is 1 s");
        }
        let never = "rebind is 0: give the number of a client's datagrams, at least 1, or None";
        ensure!(self.rebind != Some(0), never);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEAR: Duration = Duration::from_millis(25);
    const FAR: Duration = Duration::from_millis(40);

    #[test]
    fn the_delay_changes_after_the_datagrams_of_each_direction() {
        let delay_after = Some((2, FAR));
        let conditions = Conditions { delay: NEAR, delay_after, ..Conditions::default() };
        let [mut back, mut forth] = Direction::both(1);
        let fates: Vec<_> = (0..4).flat_map(|_| conditions.fate(&mut forth)).collect();
        assert_eq!(fates, [NEAR, NEAR, FAR, FAR]);
        assert_eq!(conditions.fate(&mut back), [NEAR], "the other direction counts its own");
    }

    #[test]
    fn traffic_in_one_direction_does_not_change_the_fates_in_the_other() {
        let conditions = Conditions { loss: 0.5, duplicate: 0.3, ..Conditions::default() };
        let fates = |busy: usize| -> Vec<usize> {
            let [mut back, mut forth] = Direction::both(7);
            let fate = |_| {
                (0..busy).for_each(|_| drop(conditions.fate(&mut back)));
                conditions.fate(&mut forth).len()
            };
            (0..100).map(fate).collect()
        };
        assert_eq!(fates(0), fates(3));
        let [back, forth] = Direction::both(7).map(|mut own| {
            (0..100).map(|_| conditions.fate(&mut own).len()).collect::<Vec<usize>>()
        });
        assert_ne!(back, forth);
    }
}
