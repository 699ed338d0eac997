//! Windows that follow the calendar, in UTC.

use serde::{Deserialize, Serialize};

use crate::base::{SimTime, Span};

/// How long a window of the calendar is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unit {
    /// From midnight to midnight.
    Day,
    /// From Monday to Sunday.
    Week,
    /// From the first of a month to its last day.
    Month,
}

/// A day of the Gregorian calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Date {
    /// The year.
    pub year: u16,
    /// The month, from 1.
    pub month: u8,
    /// The day, from 1.
    pub day: u8,
}

impl Date {
    /// The day on which runs begin unless a file says otherwise: a Monday, as
    /// profiles of traffic count days from Monday.
    pub const FIRST: Date = Date {
        year: 2024,
        month: 1,
        day: 1,
    };

    /// Reads `2024-01-31`.
    pub fn read(text: &str) -> Option<Date> {
        let mut parts = text.split('-');
        let mut number = |digits: usize| {
            let part = parts.next()?;
            let plain = part.len() == digits && part.bytes().all(|b| b.is_ascii_digit());
            plain.then(|| part.parse::<u16>().ok()).flatten()
        };
        let (year, month, day) = (number(4)?, number(2)? as u8, number(2)? as u8);
        let date = Date { year, month, day };
        let sound = parts.next().is_none()
            && (1970..=9_000).contains(&year)
            && (1..=12).contains(&month)
            && day >= 1
            && Date::from_days(date.days()) == date;
        sound.then_some(date)
    }

    /// Days since 1970-01-01, after Howard Hinnant's "chrono-compatible
    /// low-level date algorithms": years begin in March, so that the leap day
    /// is the last of its year.
    pub fn days(self) -> i64 {
        let (month, day) = (i64::from(self.month), i64::from(self.day));
        let year = i64::from(self.year) - i64::from(month <= 2);
        let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let shifted = (month + 9) % 12;
        let of_year = (153 * shifted + 2) / 5 + day - 1;
        era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
    }

    /// The day so many days after 1970-01-01; the other way round.
    pub fn from_days(days: i64) -> Date {
        let from_march = days + 719_468;
        let (era, of_era) = (
            from_march.div_euclid(146_097),
            from_march.rem_euclid(146_097),
        );
        let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let shifted = (5 * of_year + 2) / 153;
        let month = if shifted < 10 {
            shifted + 3
        } else {
            shifted - 9
        };
        Date {
            year: (year + era * 400 + i64::from(month <= 2)) as u16,
            month: month as u8,
            day: (of_year - (153 * shifted + 2) / 5 + 1) as u8,
        }
    }
}

/// Windows of the calendar over a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    /// Their length.
    pub unit: Unit,
    /// The day whose midnight is the run's start.
    pub first: Date,
}

impl Calendar {
    /// How much of the window that holds `at` had passed when the run began,
    /// where the window begins in the run, and how long it is.
    ///
    /// An instant on the border belongs to the window that ends there, as a
    /// budget at midnight of the first is that of the month before.
    pub fn window(self, at: SimTime) -> CalendarWindow {
        let nanos = at.as_nanos().saturating_sub(1);
        let today = self.first.days() + (nanos / DAY.as_nanos()) as i64;
        let (from, days) = match self.unit {
            Unit::Day => (today, 1),
            // 1970-01-01 was a Thursday.
            Unit::Week => (today - (today + 3).rem_euclid(7), 7),
            Unit::Month => {
                let date = Date::from_days(today);
                let first = Date { day: 1, ..date };
                let next = match date.month {
                    12 => Date {
                        year: date.year + 1,
                        month: 1,
                        ..first
                    },
                    month => Date {
                        month: month + 1,
                        ..first
                    },
                };
                (first.days(), next.days() - first.days())
            }
        };
        let offset = from - self.first.days();
        let span = |days: i64| Span::from_days(days.unsigned_abs());
        CalendarWindow {
            start: if offset > 0 {
                SimTime::ZERO + span(offset)
            } else {
                SimTime::ZERO
            },
            missed: if offset < 0 { span(offset) } else { Span::ZERO },
            length: span(days),
        }
    }
}

const DAY: Span = Span::from_days(1);

/// One window of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CalendarWindow {
    /// Where it begins, at the earliest the run's start.
    pub start: SimTime,
    /// How much of it lies before the run.
    pub missed: Span,
    /// Its whole length.
    pub length: Span,
}
