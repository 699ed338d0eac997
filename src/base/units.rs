//! Quantities that cannot be mistaken for one another.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Span;

/// A share between 0 and 1. "99.9 %" exists only where text is read or shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64")]
pub struct Ratio(f64);

/// Occurrences per second, never negative and never infinite.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct Rate(f64);

/// An amount of money in cents of the world's currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Money(i64);

/// A quantity of memory, disk or traffic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Bytes(u64);

impl Bytes {
    /// So many bytes.
    pub const fn new(bytes: u64) -> Self {
        Bytes(bytes)
    }

    /// The number of bytes.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// In GiB, as prices count.
    pub fn gib(self) -> f64 {
        self.0 as f64 / (1u64 << 30) as f64
    }
}

impl fmt::Display for Bytes {
    /// In the largest unit that leaves a whole number: `512MiB`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = ["B", "KiB", "MiB", "GiB", "TiB"];
        let mut place = 0;
        while place + 1 < units.len()
            && self.0 > 0
            && self.0.is_multiple_of(1 << (10 * (place + 1)))
        {
            place += 1;
        }
        write!(f, "{}{}", self.0 >> (10 * place), units[place])
    }
}

impl Ratio {
    /// Nothing.
    pub const ZERO: Ratio = Ratio(0.0);
    /// Everything.
    pub const ONE: Ratio = Ratio(1.0);

    /// A ratio, or `None` outside 0..=1 (and for not-a-number).
    pub fn new(value: f64) -> Option<Self> {
        (0.0..=1.0).contains(&value).then_some(Ratio(value))
    }

    /// `part` of `whole`; `None` where the whole is nothing or the part is larger.
    pub fn of(part: u64, whole: u64) -> Option<Self> {
        (whole > 0 && part <= whole).then(|| Ratio(part as f64 / whole as f64))
    }

    /// The plain number, 0..=1.
    pub const fn get(self) -> f64 {
        self.0
    }

    /// What is missing to 1.
    pub fn complement(self) -> Ratio {
        Ratio(1.0 - self.0)
    }
}

impl TryFrom<f64> for Ratio {
    type Error = &'static str;
    /// Journals come from outside: a ratio in one is checked like any other.
    fn try_from(value: f64) -> Result<Self, Self::Error> {
        Ratio::new(value).ok_or("a ratio lies between 0 and 1")
    }
}

impl Rate {
    /// Never.
    pub const ZERO: Rate = Rate(0.0);

    /// A rate per second, or `None` if negative or not finite.
    pub fn per_second(value: f64) -> Option<Self> {
        (value.is_finite() && value >= 0.0).then_some(Rate(value))
    }

    /// Occurrences per second.
    pub const fn get(self) -> f64 {
        self.0
    }

    /// The mean number of occurrences in `span`.
    pub fn over(self, span: Span) -> f64 {
        self.0 * span.as_secs_f64()
    }
}

impl Money {
    /// No money.
    pub const ZERO: Money = Money(0);

    /// An amount in cents.
    pub const fn from_cents(cents: i64) -> Self {
        Money(cents)
    }

    /// The amount in cents.
    pub const fn cents(self) -> i64 {
        self.0
    }

    /// This amount `count` times.
    pub const fn times(self, count: u64) -> Self {
        Money(self.0.saturating_mul(count as i64))
    }
}

impl fmt::Display for Ratio {
    /// Percent with as many digits as the ratio needs near 1: `99.95 %`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = self.0 * 100.0;
        let digits = f
            .precision()
            .unwrap_or(if percent > 99.0 && percent < 100.0 {
                3
            } else {
                2
            });
        let text = format!("{percent:.digits$}");
        let text = if text.contains('.') {
            text.trim_end_matches('0').trim_end_matches('.')
        } else {
            &text
        };
        write!(f, "{text} %")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_stays_between_nothing_and_everything() {
        assert_eq!(Ratio::new(1.5), None);
        assert_eq!(Ratio::new(f64::NAN), None);
        assert_eq!(Ratio::of(1, 0), None);
        assert_eq!(
            Ratio::of(999, 1_000).map(|r| r.to_string()).as_deref(),
            Some("99.9 %")
        );
    }

    #[test]
    fn a_rate_is_finite_and_not_negative() {
        assert_eq!(Rate::per_second(-1.0), None);
        assert_eq!(Rate::per_second(f64::INFINITY), None);
        assert_eq!(
            Rate::per_second(2.0).map(|r| r.over(Span::from_mins(1))),
            Some(120.0)
        );
    }
}
