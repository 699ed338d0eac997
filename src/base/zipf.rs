//! Zipf's law: which of many things is asked for.
//!
//! Drawn exactly and without a table by rejection-inversion (Hörmann and
//! Derflinger, "Rejection-inversion to generate variates from monotone discrete
//! distributions", 1996): a continuous hat over the steps is inverted, and
//! seldom a draw is thrown away, whatever the number of things.

use serde::{Deserialize, Serialize};

use super::Stream;

/// Popularity of `count` things: the k-th is asked for in proportion to
/// k^-exponent. Exponent 0 makes all alike; 1 is Zipf's own.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Zipf {
    count: u32,
    exponent: f64,
    /// The hat's integral at both ends.
    first: f64,
    last: f64,
    /// A draw this near to its step is kept without a look.
    near: f64,
}

impl Zipf {
    /// The law over 1..=`count`; no thing is taken as one, a negative exponent as 0.
    pub fn new(count: u32, exponent: f64) -> Zipf {
        let count = count.max(1);
        let exponent = if exponent > 0.0 { exponent } else { 0.0 };
        let mut zipf = Zipf {
            count,
            exponent,
            first: 0.0,
            last: 0.0,
            near: 0.0,
        };
        zipf.first = zipf.integral(1.5) - 1.0;
        zipf.last = zipf.integral(f64::from(count) + 0.5);
        zipf.near = 2.0 - zipf.inverse(zipf.integral(2.5) - zipf.weight(2.0));
        zipf
    }

    /// How many things there are.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// How much more popular the first are; 0 where all are alike.
    pub fn exponent(&self) -> f64 {
        self.exponent
    }

    /// Draws a rank from 1, the most popular, to `count`.
    pub fn sample(&self, stream: &mut Stream) -> u32 {
        if self.count == 1 {
            return 1;
        }
        loop {
            let u = self.last + stream.unit() * (self.first - self.last);
            let x = self.inverse(u);
            let rank = ((x + 0.5) as u32).clamp(1, self.count);
            let k = f64::from(rank);
            if k - x <= self.near || u >= self.integral(k + 0.5) - self.weight(k) {
                return rank;
            }
        }
    }

    fn weight(&self, x: f64) -> f64 {
        libm::exp(-self.exponent * libm::log(x))
    }

    /// (x^(1-s) - 1) / (1 - s), which is ln x where s is 1.
    fn integral(&self, x: f64) -> f64 {
        let log = libm::log(x);
        expm1_over((1.0 - self.exponent) * log) * log
    }

    fn inverse(&self, x: f64) -> f64 {
        let t = x * (1.0 - self.exponent);
        // Rounding may carry the argument just past the logarithm's pole.
        let t = if t < -1.0 { -1.0 } else { t };
        libm::exp(log1p_over(t) * x)
    }
}

/// (e^x - 1) / x, with its limit at 0.
fn expm1_over(x: f64) -> f64 {
    if libm::fabs(x) > 1e-8 {
        libm::expm1(x) / x
    } else {
        1.0 + x * 0.5
    }
}

/// ln(1 + x) / x, with its limit at 0.
fn log1p_over(x: f64) -> f64 {
    if libm::fabs(x) > 1e-8 {
        libm::log1p(x) / x
    } else {
        1.0 - x * 0.5
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every rank's share of 400,000 draws, within five standard errors.
    fn check(count: u32, exponent: f64) {
        let zipf = Zipf::new(count, exponent);
        let mut stream = Stream::named(3, "test");
        let draws = 400_000;
        let mut found = vec![0u32; count as usize + 1];
        for _ in 0..draws {
            found[zipf.sample(&mut stream) as usize] += 1;
        }
        let weight = |k: u32| f64::from(k).powf(-exponent);
        let sum: f64 = (1..=count).map(weight).sum();
        assert_eq!(found[0], 0);
        for k in 1..=count {
            let share = weight(k) / sum;
            let error = 5.0 * (share * (1.0 - share) / f64::from(draws)).sqrt();
            let seen = f64::from(found[k as usize]) / f64::from(draws);
            assert!(
                (seen - share).abs() <= error + 1e-5,
                "{count} things, exponent {exponent}: rank {k} has {seen} instead of {share}"
            );
        }
    }

    #[test]
    fn ranks_come_in_the_shares_that_the_law_says() {
        for exponent in [0.0, 0.5, 0.8, 1.0, 1.2, 2.5] {
            check(1, exponent);
            check(2, exponent);
            check(50, exponent);
        }
    }

    #[test]
    fn a_million_things_are_drawn_like_fifty() {
        // P(rank 1) = 1 / H(10^6) = 0.06948 at exponent 1; ten standard errors of 100,000 draws.
        let zipf = Zipf::new(1_000_000, 1.0);
        let mut stream = Stream::named(4, "test");
        let first = (0..100_000).filter(|_| zipf.sample(&mut stream) == 1);
        let share = first.count() as f64 / 100_000.0;
        assert!((share - 0.069_48).abs() < 0.008, "{share}");
    }
}
