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
    /// A narrow link that all datagrams from clients go through first. Those to clients bypass it.
    pub bottleneck: Option<Bottleneck>,
    /// A link with an MTU, before the bottleneck. Datagrams to clients bypass it as well.
    pub link: Option<Link>,
    /// With the same seed, datagrams that enter in the same order meet the same fates.
    pub seed: u64,
}

impl Conditions {
    /// The fate of one datagram: how long each copy of it takes to arrive. A lost datagram has no
    /// copies, a duplicated one has two.
    pub(crate) fn fate(&self, random: &mut Rng) -> Vec<Duration> {
        let mut happens = |probability: f64| random.f64() < probability;
        // Draw all numbers each time, so that one probability does not affect the other fates.
        let (lost, twice) = (happens(self.loss), happens(self.duplicate));
        let late = [happens(self.reorder), happens(self.reorder)];
        let copies = if lost { 0 } else { 1 + usize::from(twice) };
        late[..copies].iter().map(|late| self.delay * if *late { 3 } else { 1 }).collect()
    }

    /// Checks that the probabilities and the delay are within their ranges.
    pub(crate) fn check(&self) -> Result<()> {
        for (name, probability) in
            [("loss", self.loss), ("duplicate", self.duplicate), ("reorder", self.reorder)]
        {
            let sound = (0.0..=1.0).contains(&probability);
            ensure!(sound, "{name} is {probability}: give a probability from 0 to 1");
        }
        ensure!(
            self.delay <= Duration::from_secs(1),
            "the delay is {:?}: the maximum is 1 s",
            self.delay
        );
        Ok(())
    }
}
