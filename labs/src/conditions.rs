//! How bad a network is, and what becomes of a datagram in it.

use std::time::Duration;

use anyhow::{Result, ensure};
use fastrand::Rng;

use crate::bottleneck::Bottleneck;

/// How bad the network is. The default is a perfect one.
#[derive(Clone, Debug, Default)]
pub struct Conditions {
    /// The probability that a datagram is lost, from 0 to 1.
    pub loss: f64,
    /// The probability that a datagram which is not lost arrives twice, from 0 to 1.
    pub duplicate: f64,
    /// The probability that one is held back three times as long, so that later ones overtake it.
    pub reorder: f64,
    /// How long each one is on its way, up to 1 s.
    pub delay: Duration,
    /// A narrow link that all datagrams from clients pass first; those to them do not.
    pub bottleneck: Option<Bottleneck>,
    /// The same seed gives the same fates, in the order in which datagrams enter.
    pub seed: u64,
}

impl Conditions {
    /// The fate of one datagram: how long each copy of it is on its way. None arrives of a lost
    /// one, two of a duplicated one.
    pub(crate) fn fate(&self, random: &mut Rng) -> Vec<Duration> {
        let mut happens = |probability: f64| random.f64() < probability;
        // All are drawn each time, so that one probability does not change another's fates.
        let (lost, twice) = (happens(self.loss), happens(self.duplicate));
        let late = [happens(self.reorder), happens(self.reorder)];
        let copies = if lost { 0 } else { 1 + usize::from(twice) };
        late[..copies].iter().map(|late| self.delay * if *late { 3 } else { 1 }).collect()
    }

    /// Whether the probabilities and the delay are within their ranges.
    pub(crate) fn check(&self) -> Result<()> {
        for (name, probability) in
            [("loss", self.loss), ("duplicate", self.duplicate), ("reorder", self.reorder)]
        {
            let sound = (0.0..=1.0).contains(&probability);
            ensure!(sound, "{name} is {probability}: a probability is a number from 0 to 1");
        }
        ensure!(
            self.delay <= Duration::from_secs(1),
            "the delay is {:?}: 1 s is the most",
            self.delay
        );
        Ok(())
    }
}
