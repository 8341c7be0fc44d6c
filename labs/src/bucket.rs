//! A token bucket: a limit on how often something may happen, with room for a short burst.

use std::time::Instant;

/// A bucket that starts full, holds up to `burst` tokens, and gains `rate` tokens per second. Each
/// permission takes one token.
///
/// ```
/// use std::time::{Duration, Instant};
/// use udp_labs::TokenBucket;
///
/// let start = Instant::now();
/// let mut bucket = TokenBucket::new(2.0, 10.0, start);
/// assert!(bucket.take(start) && bucket.take(start));
/// assert!(!bucket.take(start), "the burst is used up");
/// assert!(bucket.take(start + Duration::from_millis(100)), "one token has come in since");
/// ```
#[derive(Clone, Debug)]
pub struct TokenBucket {
    burst: f64,
    rate: f64,
    tokens: f64,
    filled: Instant,
}

impl TokenBucket {
    /// A full bucket. It holds at most `burst` tokens and gains `rate` tokens per second. Anything
    /// that is not a positive number counts as zero.
    pub fn new(burst: f64, rate: f64, now: Instant) -> TokenBucket {
        let (burst, rate) = (burst.max(0.0), rate.max(0.0));
        TokenBucket { burst, rate, tokens: burst, filled: now }
    }

    /// Takes a token if there is one. Time never runs backwards: if `now` is before the `now` of an
    /// earlier call, the earlier one counts.
    pub fn take(&mut self, now: Instant) -> bool {
        self.fill(now);
        let granted = self.tokens >= 1.0;
        if granted {
            self.tokens -= 1.0;
        }
        granted
    }

    /// Whether the bucket is full. If so, you may discard it: a new one would grant no more.
    ///
    /// ```
    /// use std::time::{Duration, Instant};
    /// use udp_labs::TokenBucket;
    ///
    /// let start = Instant::now();
    /// let mut bucket = TokenBucket::new(1.0, 10.0, start);
    /// assert!(bucket.take(start) && !bucket.is_full(start));
    /// assert!(bucket.is_full(start + Duration::from_millis(100)));
    /// ```
    pub fn is_full(&mut self, now: Instant) -> bool {
        self.fill(now);
        self.tokens >= self.burst
    }

    fn fill(&mut self, now: Instant) {
        let elapsed = now.saturating_duration_since(self.filled).as_secs_f64();
        self.tokens = (self.tokens + elapsed * self.rate).min(self.burst);
        self.filled = self.filled.max(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::Duration;

    proptest! {
        #[test]
        fn a_bucket_never_grants_more_than_burst_and_rate_allow(
            burst in 0.0..50.0f64,
            rate in 0.0..500.0f64,
            steps in prop::collection::vec(0u64..40_000, 1..300),
        ) {
            let start = Instant::now();
            let mut bucket = TokenBucket::new(burst, rate, start);
            let (mut now, mut granted) = (start, 0);
            for step in steps {
                now += Duration::from_micros(step);
                granted += u32::from(bucket.take(now));
                let allowed = burst + rate * (now - start).as_secs_f64();
                prop_assert!(f64::from(granted) <= allowed + 1e-6, "{granted} > {allowed}");
            }
        }

        #[test]
        fn requests_that_are_slow_enough_all_get_a_token(count in 1u32..50) {
            let start = Instant::now();
            let mut bucket = TokenBucket::new(1.0, 100.0, start);
            for asked in 0..count {
                prop_assert!(bucket.take(start + Duration::from_micros(10_001) * asked));
            }
        }
    }

    #[test]
    fn invalid_numbers_grant_nothing_and_time_does_not_run_backwards() {
        let now = Instant::now() + Duration::from_secs(1);
        for (burst, rate) in [(f64::NAN, 1.0), (-1.0, -1.0), (0.0, 0.0)] {
            assert!(!TokenBucket::new(burst, rate, now).take(now));
        }
        let mut bucket = TokenBucket::new(1.0, 1.0, now);
        assert!(bucket.take(now) && !bucket.take(now - Duration::from_secs(1)));
        assert!(!bucket.take(now), "the earlier second counted twice");
    }
}
