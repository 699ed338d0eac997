//! Token bucket: so many requests a second, and so many at once.
//!
//! A bucket holds at most `burst` tokens and gains `rate` a second; a request
//! takes one or is refused. It is kept as the virtual scheduling algorithm of
//! the generic cell rate algorithm (ITU-T I.371, annex A), which is the same
//! thing in whole nanoseconds: one instant, `full_at`, at which the bucket
//! would be full again. So nothing drifts and an idle bucket costs nothing.
//! From a full bucket, at most `burst + rate x time` requests pass in any time.

use serde::Serialize;

use crate::base::{Rate, SimTime, Span};

/// A running token bucket; full at the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct TokenBucket {
    /// Time that one token takes to come.
    interval: Span,
    /// Time that a whole bucket takes to come.
    depth: Span,
    full_at: SimTime,
}

impl TokenBucket {
    /// Most tokens that a bucket may hold.
    pub const MOST_BURST: u32 = 1_000_000;
    /// Longest time between two tokens; a slower rate is taken as this.
    const LONGEST: Span = Span::from_days(1);

    /// A full bucket. `burst` is taken as at least 1 and at most
    /// [`TokenBucket::MOST_BURST`].
    pub fn new(rate: Rate, burst: u32) -> TokenBucket {
        let interval = if rate.get() > 0.0 {
            Span::from_secs_f64(1.0 / rate.get())
        } else {
            Self::LONGEST
        };
        let interval = interval.clamp(Span::from_nanos(1), Self::LONGEST);
        let burst = u64::from(burst.clamp(1, Self::MOST_BURST));
        TokenBucket {
            interval,
            depth: Span::from_nanos(interval.as_nanos().saturating_mul(burst)),
            full_at: SimTime::ZERO,
        }
    }

    /// Takes a token; false if there is none, and then nothing is taken.
    #[inline]
    pub fn take(&mut self, now: SimTime) -> bool {
        let full_at = if self.full_at > now {
            self.full_at
        } else {
            now
        };
        let next = full_at + self.interval;
        let taken = next.since(now) <= self.depth;
        if taken {
            self.full_at = next;
        }
        taken
    }

    /// How long until there is a token; nothing if there is one now. What a
    /// `Retry-After` header would say.
    pub fn wait(&self, now: SimTime) -> Span {
        let full_at = if self.full_at > now {
            self.full_at
        } else {
            now
        };
        let missing = (full_at + self.interval).since(now);
        if missing > self.depth {
            missing - self.depth
        } else {
            Span::ZERO
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bucket(rate: f64, burst: u32) -> TokenBucket {
        TokenBucket::new(Rate::per_second(rate).unwrap_or_default(), burst)
    }

    /// Requests every `gap` for `time`; how many pass.
    fn passed(bucket: &mut TokenBucket, gap: Span, time: Span) -> u64 {
        let mut now = SimTime::ZERO;
        let mut count = 0;
        while now.since_start() < time {
            count += u64::from(bucket.take(now));
            now += gap;
        }
        count
    }

    #[test]
    fn a_flood_gets_the_burst_and_then_the_rate() {
        // Closed form: floor(burst + rate x T) over [0, T), here 20 + 5 x 60.
        let found = passed(
            &mut bucket(5.0, 20),
            Span::from_millis(1),
            Span::from_secs(60),
        );
        // The token of t = 60 s itself is out of the range.
        assert_eq!(found, 20 + 5 * 60 - 1);
        // At exactly its rate nothing is ever refused, whatever the burst.
        let found = passed(
            &mut bucket(5.0, 1),
            Span::from_millis(200),
            Span::from_secs(60),
        );
        assert_eq!(found, 300);
        // At twice its rate every second one is refused once the burst is gone.
        let found = passed(
            &mut bucket(5.0, 1),
            Span::from_millis(100),
            Span::from_secs(60),
        );
        assert_eq!(found, 300);
    }

    #[test]
    fn the_wait_is_told_to_the_nanosecond() {
        let mut bucket = bucket(4.0, 2);
        let start = SimTime::from_secs(10);
        assert!(bucket.take(start) && bucket.take(start));
        assert_eq!(bucket.wait(start), Span::from_millis(250));
        let almost = start + Span::from_nanos(249_999_999);
        assert!(!bucket.take(almost));
        assert_eq!(bucket.wait(almost), Span::from_nanos(1));
        assert!(bucket.take(start + Span::from_millis(250)));
    }

    #[test]
    fn an_idle_bucket_fills_up_to_its_burst_and_no_further() {
        let mut bucket = bucket(100.0, 3);
        let at = SimTime::from_secs(3_600);
        let taken = (0..10).filter(|_| bucket.take(at)).count();
        assert_eq!(taken, 3);
    }

    proptest! {
        /// The oracle is the bucket as it is usually told: tokens grow, in
        /// exact whole units of (token x interval), and one is taken.
        #[test]
        fn it_is_the_bucket_of_the_textbooks(
            rate in 1u64..50, burst in 1u32..20,
            gaps in prop::collection::vec(0u64..400_000_000, 1..200),
        ) {
            let mut bucket = bucket(rate as f64, burst);
            let interval = bucket.interval.as_nanos();
            let most = interval * u64::from(burst);
            let (mut tokens, mut now) = (most, SimTime::ZERO);
            for gap in gaps {
                now += Span::from_nanos(gap);
                tokens = (tokens + gap).min(most);
                let expected = tokens >= interval;
                if expected {
                    tokens -= interval;
                }
                prop_assert_eq!(bucket.take(now), expected);
            }
        }
    }
}
