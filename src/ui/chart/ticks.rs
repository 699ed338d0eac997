//! Where an axis is marked: round values, round clock times.
//!
//! Pure arithmetic. Every tick lies within its range, ticks rise, and their
//! number is bounded by what was asked for.

use crate::base::SimTime;

/// Ticks of an axis: their distance and their places.
#[derive(Clone, Debug, PartialEq)]
pub struct Ticks {
    /// Distance between neighbours.
    pub step: f64,
    /// Places, rising.
    pub at: Vec<f64>,
}

/// Round values (1, 2, 2.5 or 5 times a power of ten) within `low..=high`, at most `most` + 1.
pub fn values(low: f64, high: f64, most: usize) -> Ticks {
    let span = high - low;
    if !(span.is_finite() && span > 0.0) {
        return Ticks {
            step: 1.0,
            at: Vec::new(),
        };
    }
    multiples(low, high, nice_step(span / most.max(1) as f64))
}

/// The smallest of 1, 2, 2.5, 5 times a power of ten that is at least `raw`.
pub fn nice_step(raw: f64) -> f64 {
    let power = 10_f64.powf(raw.log10().floor());
    [1.0, 2.0, 2.5, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|step| *step >= raw * (1.0 - 1e-9))
        .unwrap_or(10.0 * power)
}

/// Distances between clock labels, in seconds.
const CLOCK_STEPS: [f64; 21] = [
    1.0,
    2.0,
    5.0,
    10.0,
    15.0,
    30.0,
    60.0,
    120.0,
    300.0,
    600.0,
    900.0,
    1_800.0,
    3_600.0,
    7_200.0,
    10_800.0,
    21_600.0,
    43_200.0,
    DAY,
    2.0 * DAY,
    5.0 * DAY,
    10.0 * DAY,
];
const DAY: f64 = 86_400.0;

/// Round clock times within `from..=to` (seconds since the start), at most `most` + 1.
pub fn times(from: f64, to: f64, most: usize) -> Ticks {
    let span = to - from;
    if !(span.is_finite() && span > 0.0) {
        return Ticks {
            step: 60.0,
            at: Vec::new(),
        };
    }
    let raw = span / most.max(1) as f64;
    let step = CLOCK_STEPS
        .into_iter()
        .find(|step| *step >= raw)
        .unwrap_or_else(|| nice_step(raw / DAY) * DAY);
    multiples(from, to, step)
}

fn multiples(low: f64, high: f64, step: f64) -> Ticks {
    let first = (low / step - 1e-9).ceil();
    let last = (high / step + 1e-9).floor();
    let count = (last - first).clamp(-1.0, 1_000.0) as i64;
    let at = (0..=count)
        .map(|k| (first + k as f64) * step)
        .map(|v| v.clamp(low, high))
        .collect();
    Ticks { step, at }
}

/// Labels for the ticks of a time axis. A label names the day where the reader
/// could not know it: at midnight, and on the first label after day 1.
pub fn time_labels(ticks: &Ticks) -> Vec<String> {
    let mut previous_day = 1;
    ticks
        .at
        .iter()
        .enumerate()
        .map(|(place, at)| {
            let (day, clock) = day_and_clock(*at, ticks.step < 60.0);
            let names_day = day != previous_day || (place == 0 && day > 1);
            previous_day = day;
            if ticks.step >= DAY || (names_day && of_day(*at) == 0) {
                format!("day {day}")
            } else if names_day {
                format!("day {day} {clock}")
            } else {
                clock
            }
        })
        .collect()
}

/// One instant in full, for tooltips: `14:05:30`, after day 1 `day 3 14:05:30`.
pub fn instant(seconds: f64) -> String {
    match day_and_clock(seconds, true) {
        (1, clock) => clock,
        (day, clock) => format!("day {day} {clock}"),
    }
}

/// The same for a [`SimTime`].
pub fn sim_instant(at: SimTime) -> String {
    instant(at.as_secs_f64())
}

fn of_day(seconds: f64) -> u64 {
    (seconds.max(0.0) + 1e-6) as u64 % 86_400
}

fn day_and_clock(seconds: f64, with_seconds: bool) -> (u64, String) {
    let whole = (seconds.max(0.0) + 1e-6) as u64;
    let (day, rest) = (whole / 86_400 + 1, whole % 86_400);
    let (h, m, s) = (rest / 3_600, rest / 60 % 60, rest % 60);
    let clock = if with_seconds {
        format!("{h:02}:{m:02}:{s:02}")
    } else {
        format!("{h:02}:{m:02}")
    };
    (day, clock)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check_times(from: f64, to: f64, most: usize, expected: &[&str]) {
        assert_eq!(time_labels(&times(from, to, most)), expected);
    }

    #[test]
    fn values_are_round() {
        assert_eq!(values(0.0, 1.0, 4).at, [0.0, 0.25, 0.5, 0.75, 1.0]);
        assert_eq!(
            values(0.0, 0.43, 4).at,
            [0.0, 0.2, 0.4].map(|v: f64| v.clamp(0.0, 0.43))
        );
        assert_eq!(values(3.0, 3.0, 4).at, [0.0; 0]);
        assert_eq!(values(0.0, f64::NAN, 4).at, [0.0; 0]);
    }

    #[test]
    fn a_short_range_shows_the_clock() {
        let at = 14.0 * 3_600.0;
        check_times(at, at + 900.0, 3, &["14:00", "14:05", "14:10", "14:15"]);
        check_times(
            at,
            at + 30.0,
            3,
            &["14:00:00", "14:00:10", "14:00:20", "14:00:30"],
        );
    }

    #[test]
    fn later_days_are_named_once() {
        let at = 2.0 * DAY + 13.5 * 3_600.0;
        check_times(at, at + 3_600.0, 2, &["day 3 13:30", "14:00", "14:30"]);
    }

    #[test]
    fn a_range_over_midnight_names_the_new_day() {
        check_times(
            18.0 * 3_600.0,
            DAY + 6.0 * 3_600.0,
            2,
            &["18:00", "day 2", "06:00"],
        );
        check_times(
            0.0,
            4.0 * DAY,
            4,
            &["day 1", "day 2", "day 3", "day 4", "day 5"],
        );
    }

    #[test]
    fn instants_read_in_full() {
        assert_eq!(instant(50_730.0), "14:05:30");
        assert_eq!(instant(2.0 * DAY + 50_730.0), "day 3 14:05:30");
        assert_eq!(sim_instant(SimTime::from_secs(5)), "00:00:05");
    }

    proptest! {
        #[test]
        fn value_ticks_lie_in_range_and_rise(low in -1e6..1e6_f64, span in 1e-6..1e7_f64, most in 1..12_usize) {
            let ticks = values(low, low + span, most);
            prop_assert!(ticks.at.iter().all(|v| (low..=low + span).contains(v)));
            prop_assert!(ticks.at.windows(2).all(|w| w[0] < w[1]));
            prop_assert!(ticks.at.len() <= most + 1);
        }

        #[test]
        fn time_ticks_lie_in_range_and_each_has_a_label(from in 0.0..1e7_f64, span in 1.0..1e8_f64, most in 1..12_usize) {
            let ticks = times(from, from + span, most);
            prop_assert!(ticks.at.iter().all(|v| (from..=from + span).contains(v)));
            prop_assert!(ticks.at.windows(2).all(|w| w[0] < w[1]));
            prop_assert!(ticks.at.len() <= most + 1);
            prop_assert_eq!(time_labels(&ticks).len(), ticks.at.len());
        }
    }
}
