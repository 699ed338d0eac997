//! `duration-shorthand`: one whole number and one unit, such as `4w` or `1M`.

use std::fmt;

use crate::base::{Span, shown};

/// How to write one.
pub(super) const FORM: &str =
    "write a whole number and one of m h d w M Q Y, such as 5m, 4w or 1M (m minutes, M months)";

/// A duration, whose length may depend on the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shorthand {
    /// How many.
    pub count: u32,
    /// Of what.
    pub unit: Unit,
}

/// The units; upper and lower case differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // nothing to add
pub enum Unit {
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

impl Unit {
    /// Every unit with its letter.
    pub const ALL: [(char, Unit); 7] = [
        ('m', Unit::Minute),
        ('h', Unit::Hour),
        ('d', Unit::Day),
        ('w', Unit::Week),
        ('M', Unit::Month),
        ('Q', Unit::Quarter),
        ('Y', Unit::Year),
    ];

    /// Its minutes, if every one has as many.
    fn minutes(self) -> Option<u64> {
        match self {
            Unit::Minute => Some(1),
            Unit::Hour => Some(60),
            Unit::Day => Some(1_440),
            Unit::Week => Some(10_080),
            Unit::Month | Unit::Quarter | Unit::Year => None,
        }
    }
}

impl Shorthand {
    /// Greatest number before the unit.
    pub const MOST: u32 = 1_000_000;

    /// Reads one; the number may be 0.
    pub fn read(text: &str) -> Result<Shorthand, String> {
        let bad = || format!("`{}` is not a duration of OpenSLO", shown(text));
        let letter = text.chars().next_back().ok_or_else(bad)?;
        let digits = text.strip_suffix(letter).unwrap_or_default();
        let unit = Unit::ALL.iter().find(|(known, _)| *known == letter);
        let (_, unit) = unit.ok_or_else(bad)?;
        Ok(Shorthand {
            count: count(digits).ok_or_else(bad)?,
            unit: *unit,
        })
    }

    /// A number of minutes without a unit, as slices of time may be written.
    pub(super) fn minutes(text: &str) -> Option<Shorthand> {
        Some(Shorthand {
            count: count(text)?,
            unit: Unit::Minute,
        })
    }

    /// Its length; none where that depends on the calendar.
    pub fn span(self) -> Option<Span> {
        let minutes = self.unit.minutes()?;
        Some(Span::from_mins(
            minutes.saturating_mul(u64::from(self.count)),
        ))
    }
}

/// Digits only, and not too many.
fn count(digits: &str) -> Option<u32> {
    let all = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let count = all.then(|| digits.parse().ok()).flatten()?;
    (count <= Shorthand::MOST).then_some(count)
}

impl fmt::Display for Shorthand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = Unit::ALL.iter().find(|(_, unit)| *unit == self.unit);
        let letter = found.map_or(' ', |(letter, _)| *letter);
        f.write_fmt(format_args!("{}{letter}", self.count))
    }
}
