//! Dates: the calendar that a number of seconds since 1970 falls into, in UTC.

/// A moment, taken apart.
#[derive(Debug)]
pub struct Date {
    year: i64,
    month: i64,
    day: i64,
    /// Days since 1970-01-01.
    days: i64,
    second_of_day: i64,
}

impl Date {
    /// The date of whole seconds since 1970.
    ///
    /// By Howard Hinnant, "chrono-compatible low-level date algorithms": years
    /// are counted from March, so that the leap day is the last of its year.
    pub fn new(seconds: i64) -> Date {
        let days = seconds.div_euclid(86_400);
        let from_march = days + 719_468;
        let era = from_march.div_euclid(146_097);
        let day_of_era = from_march.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * day_of_year + 2) / 153;
        let month = if shifted < 10 {
            shifted + 3
        } else {
            shifted - 9
        };
        Date {
            year: year_of_era + era * 400 + i64::from(month <= 2),
            month,
            day: day_of_year - (153 * shifted + 2) / 5 + 1,
            days,
            second_of_day: seconds.rem_euclid(86_400),
        }
    }

    fn is_leap(&self) -> bool {
        self.year % 4 == 0 && (self.year % 100 != 0 || self.year % 400 == 0)
    }

    fn length_of(&self, month: i64) -> i64 {
        match month {
            4 | 6 | 9 | 11 => 30,
            2 => 28 + i64::from(self.is_leap()),
            _ => 31,
        }
    }
}

pub(in super::super) fn year(date: &Date) -> f64 {
    date.year as f64
}

pub(in super::super) fn month(date: &Date) -> f64 {
    date.month as f64
}

pub(in super::super) fn day_of_month(date: &Date) -> f64 {
    date.day as f64
}

/// 0 is Sunday; 1970-01-01 was a Thursday.
pub(in super::super) fn day_of_week(date: &Date) -> f64 {
    (date.days + 4).rem_euclid(7) as f64
}

pub(in super::super) fn day_of_year(date: &Date) -> f64 {
    let before: i64 = (1..date.month).map(|month| date.length_of(month)).sum();
    (before + date.day) as f64
}

pub(in super::super) fn days_in_month(date: &Date) -> f64 {
    date.length_of(date.month) as f64
}

pub(in super::super) fn hour(date: &Date) -> f64 {
    (date.second_of_day / 3_600) as f64
}

pub(in super::super) fn minute(date: &Date) -> f64 {
    (date.second_of_day / 60 % 60) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The oracle counts days one by one through two leap rules.
    #[test]
    fn dates_agree_with_a_calendar_walked_day_by_day() {
        let (mut year, mut month, mut day, mut of_year) = (1899, 1, 1, 1);
        // 1899-01-01 is 25,932 days before 1970-01-01.
        for days in -25_932_i64..60_000 {
            let date = Date::new(days * 86_400 + 86_399);
            assert_eq!((date.year, date.month, date.day), (year, month, day));
            assert_eq!(day_of_year(&date), f64::from(of_year));
            assert_eq!((hour(&date), minute(&date)), (23.0, 59.0));
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let lengths = [
                31,
                if leap { 29 } else { 28 },
                31,
                30,
                31,
                30,
                31,
                31,
                30,
                31,
                30,
                31,
            ];
            assert_eq!(days_in_month(&date), lengths[month as usize - 1] as f64);
            day += 1;
            of_year += 1;
            if day > lengths[month as usize - 1] {
                (month, day) = (month + 1, 1);
            }
            if month > 12 {
                (year, month, of_year) = (year + 1, 1, 1);
            }
        }
        assert_eq!(day_of_week(&Date::new(0)), 4.0);
        assert_eq!(day_of_week(&Date::new(-1)), 3.0);
    }

    #[test]
    fn no_number_of_seconds_is_too_large() {
        for seconds in [i64::MIN, i64::MAX, i64::MIN / 1_000, i64::MAX / 1_000] {
            let date = Date::new(seconds);
            assert!((1..=12).contains(&date.month) && (1..=31).contains(&date.day));
        }
    }
}
