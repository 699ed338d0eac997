//! Simulated time: instants and spans in whole nanoseconds.
//!
//! A `u64` of nanoseconds covers 584 years, is exact, and is the same on 32
//! and 64 bit machines. Arithmetic saturates: the end of time is a bound, not
//! a wrap.

use std::fmt;
use std::ops::{Add, AddAssign, Sub};

use serde::{Deserialize, Serialize};

/// Nanoseconds in one second.
pub const NANOS_PER_SECOND: u64 = 1_000_000_000;

/// An instant of simulated time: nanoseconds since the start of the run.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct SimTime(u64);

/// A length of simulated time in nanoseconds.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Span(u64);

impl SimTime {
    /// The start of every run.
    pub const ZERO: SimTime = SimTime(0);
    /// The last representable instant; nothing is ever scheduled after it.
    pub const MAX: SimTime = SimTime(u64::MAX);

    /// The instant `nanos` nanoseconds after the start.
    pub const fn from_nanos(nanos: u64) -> Self {
        SimTime(nanos)
    }

    /// The instant `seconds` whole seconds after the start.
    pub const fn from_secs(seconds: u64) -> Self {
        SimTime(seconds.saturating_mul(NANOS_PER_SECOND))
    }

    /// Nanoseconds since the start of the run.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// Whole milliseconds since the start of the run, rounded down, as metrics have them.
    pub const fn as_millis(self) -> i64 {
        (self.0 / 1_000_000) as i64
    }

    /// Seconds since the start of the run, rounded to the nearest `f64`.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / NANOS_PER_SECOND as f64
    }

    /// How long after `earlier` this instant is; zero if it is not after it.
    pub const fn since(self, earlier: SimTime) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }

    /// The span from the start of the run to this instant.
    pub const fn since_start(self) -> Span {
        Span(self.0)
    }

    /// This instant moved back by `span`, at most to the start.
    pub const fn back(self, span: Span) -> SimTime {
        SimTime(self.0.saturating_sub(span.0))
    }

    /// The first multiple of `step` that lies strictly after this instant.
    pub fn next_multiple(self, step: Span) -> SimTime {
        let step = if step.0 == 0 { 1 } else { step.0 };
        SimTime((self.0 / step).saturating_add(1).saturating_mul(step))
    }
}

impl Span {
    /// No time at all.
    pub const ZERO: Span = Span(0);

    /// A span of whole nanoseconds.
    pub const fn from_nanos(nanos: u64) -> Self {
        Span(nanos)
    }

    /// A span of whole microseconds.
    pub const fn from_micros(micros: u64) -> Self {
        Span(micros.saturating_mul(1_000))
    }

    /// A span of whole milliseconds.
    pub const fn from_millis(millis: u64) -> Self {
        Span(millis.saturating_mul(1_000_000))
    }

    /// A span of whole seconds.
    pub const fn from_secs(seconds: u64) -> Self {
        Span(seconds.saturating_mul(NANOS_PER_SECOND))
    }

    /// A span of whole minutes.
    pub const fn from_mins(minutes: u64) -> Self {
        Span::from_secs(minutes.saturating_mul(60))
    }

    /// A span of whole hours.
    pub const fn from_hours(hours: u64) -> Self {
        Span::from_secs(hours.saturating_mul(3_600))
    }

    /// A span of whole days of 24 hours.
    pub const fn from_days(days: u64) -> Self {
        Span::from_secs(days.saturating_mul(86_400))
    }

    /// A span of `seconds`, rounded to the nearest nanosecond; negative and
    /// not-a-number become zero, too large becomes 292 years.
    #[inline]
    pub fn from_secs_f64(seconds: f64) -> Self {
        Span::from_nanos_f64(seconds * NANOS_PER_SECOND as f64)
    }

    /// A span of `nanos`, rounded to the nearest whole one (by at most one
    /// more beyond 2^52); negative and not-a-number become zero, too large
    /// becomes 292 years.
    #[inline]
    pub fn from_nanos_f64(nanos: f64) -> Self {
        // `as` saturates and maps NaN to zero on every target. By way of `i64`
        // it is one instruction on x86, by way of `u64` it is eight.
        let whole = (nanos + 0.5) as i64;
        Span(if whole > 0 { whole as u64 } else { 0 })
    }

    /// Whole nanoseconds.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// Whole seconds, rounded down.
    pub const fn as_secs(self) -> u64 {
        self.0 / NANOS_PER_SECOND
    }

    /// Whole milliseconds, rounded down, as metrics have them.
    pub const fn as_millis(self) -> i64 {
        (self.0 / 1_000_000) as i64
    }

    /// Seconds, rounded to the nearest `f64`.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / NANOS_PER_SECOND as f64
    }

    /// Milliseconds, rounded to the nearest `f64`.
    pub fn as_millis_f64(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// Whether this is no time at all.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// This span multiplied by `factor`; negative and not-a-number give zero.
    #[inline]
    pub fn scaled(self, factor: f64) -> Self {
        Span::from_nanos_f64(self.0 as f64 * factor)
    }
}

impl Add<Span> for SimTime {
    type Output = SimTime;
    #[inline]
    fn add(self, span: Span) -> SimTime {
        SimTime(self.0.saturating_add(span.0))
    }
}

impl AddAssign<Span> for SimTime {
    #[inline]
    fn add_assign(&mut self, span: Span) {
        *self = *self + span;
    }
}

impl Add for Span {
    type Output = Span;
    fn add(self, other: Span) -> Span {
        Span(self.0.saturating_add(other.0))
    }
}

impl Sub for Span {
    type Output = Span;
    fn sub(self, other: Span) -> Span {
        Span(self.0.saturating_sub(other.0))
    }
}

impl fmt::Display for Span {
    /// Two largest units: `1d 4h`, `2m 5s`, `312ms`, `40us`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [(u64, &str); 7] = [
            (86_400 * NANOS_PER_SECOND, "d"),
            (3_600 * NANOS_PER_SECOND, "h"),
            (60 * NANOS_PER_SECOND, "m"),
            (NANOS_PER_SECOND, "s"),
            (1_000_000, "ms"),
            (1_000, "us"),
            (1, "ns"),
        ];
        for (place, (unit, name)) in UNITS.iter().enumerate() {
            if self.0 >= *unit {
                write!(f, "{}{name}", self.0 / unit)?;
                let rest = self.0 % unit;
                if let Some((next, next_name)) = UNITS.get(place + 1)
                    && place < 3
                    && rest / next > 0
                {
                    write!(f, " {}{next_name}", rest / next)?;
                }
                return Ok(());
            }
        }
        f.write_str("0s")
    }
}

impl fmt::Display for SimTime {
    /// Day and clock time, counting from day 1: `day 3 14:05:09`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0 / NANOS_PER_SECOND;
        let (day, of_day) = (seconds / 86_400 + 1, seconds % 86_400);
        write!(
            f,
            "day {day} {:02}:{:02}:{:02}",
            of_day / 3_600,
            of_day / 60 % 60,
            of_day % 60
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_in_their_two_largest_units() {
        assert_eq!(Span::from_secs(86_400 + 4 * 3_600).to_string(), "1d 4h");
        assert_eq!(Span::from_secs(125).to_string(), "2m 5s");
        assert_eq!(Span::from_millis(312).to_string(), "312ms");
        assert_eq!(Span::from_secs(3_600).to_string(), "1h");
        assert_eq!(Span::ZERO.to_string(), "0s");
    }

    #[test]
    fn instants_read_as_day_and_clock() {
        assert_eq!(
            SimTime::from_secs(2 * 86_400 + 14 * 3_600 + 309).to_string(),
            "day 3 14:05:09"
        );
    }

    #[test]
    fn time_saturates_at_both_ends() {
        assert_eq!(SimTime::MAX + Span::from_days(1), SimTime::MAX);
        assert_eq!(
            SimTime::from_secs(1).back(Span::from_days(1)),
            SimTime::ZERO
        );
        assert_eq!(Span::from_secs_f64(f64::NAN), Span::ZERO);
        assert_eq!(Span::from_secs_f64(-3.0), Span::ZERO);
    }

    #[test]
    fn the_next_multiple_is_strictly_later() {
        let step = Span::from_secs(15);
        assert_eq!(SimTime::ZERO.next_multiple(step), SimTime::from_secs(15));
        assert_eq!(
            SimTime::from_secs(15).next_multiple(step),
            SimTime::from_secs(30)
        );
    }
}
