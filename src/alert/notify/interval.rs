//! Times of the day, the week, the month and the year.

use super::config::Interval;
use crate::slo::Date;

/// A moment taken apart, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The day.
    pub date: Date,
    /// Sunday is 0.
    pub weekday: i32,
    /// Minutes since midnight.
    pub minute: u32,
}

impl Moment {
    /// The moment so many milliseconds after the midnight of a day.
    pub fn new(first: Date, millis: i64) -> Moment {
        let days = first.days() + millis.div_euclid(86_400_000);
        Moment {
            date: Date::from_days(days),
            // 1970-01-01 was a Thursday.
            weekday: (days + 4).rem_euclid(7) as i32,
            minute: (millis.rem_euclid(86_400_000) / 60_000) as u32,
        }
    }

    fn days_of_month(&self) -> i32 {
        let Date { year, month, .. } = self.date;
        let next = match month {
            12 => Date {
                year: year + 1,
                month: 1,
                day: 1,
            },
            _ => Date {
                year,
                month: month + 1,
                day: 1,
            },
        };
        (next.days()
            - Date {
                year,
                month,
                day: 1,
            }
            .days()) as i32
    }
}

/// From one number to another, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The first.
    pub from: i32,
    /// The last.
    pub to: i32,
}

/// From one minute of the day until before another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeRange {
    /// Minutes since midnight.
    pub from: u32,
    /// The same, up to 1,440.
    pub to: u32,
}

impl Interval {
    /// Whether a moment lies in it.
    pub fn holds(&self, at: &Moment) -> bool {
        let in_any = |ranges: &[Range], value: i32| {
            ranges.is_empty() || ranges.iter().any(|r| (r.from..=r.to).contains(&value))
        };
        let in_times = self.times.is_empty()
            || self
                .times
                .iter()
                .any(|r| (r.from..r.to).contains(&at.minute));
        let length = at.days_of_month();
        let day = i32::from(at.date.day);
        let in_days = self.days.is_empty()
            || self.days.iter().any(|range| {
                // Counted from the end; a day beyond the month is its last.
                let from = if range.from < 0 {
                    length + range.from + 1
                } else {
                    range.from
                };
                let to = if range.to < 0 {
                    length + range.to + 1
                } else {
                    range.to
                };
                from <= length && (from.max(1)..=to.min(length)).contains(&day)
            });
        in_times
            && in_days
            && in_any(&self.weekdays, at.weekday)
            && in_any(&self.months, i32::from(at.date.month))
            && in_any(&self.years, i32::from(at.date.year))
    }
}
