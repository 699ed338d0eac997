//! What a chart says in words: current, lowest, highest, trend.

use super::format::value;
use crate::session::{Series, Unit};

/// Which way a series goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trend {
    /// The last fifth lies clearly above what came before.
    Rising,
    /// The last fifth lies clearly below what came before.
    Falling,
    /// Neither.
    Steady,
}

impl Trend {
    /// As a word.
    pub const fn word(self) -> &'static str {
        match self {
            Trend::Rising => "rising",
            Trend::Falling => "falling",
            Trend::Steady => "steady",
        }
    }
}

/// One sentence on one series between `from` and `to`.
pub fn sentence(series: &Series, unit: Unit, from: f64, to: f64) -> String {
    let values: Vec<f64> = series
        .points
        .iter()
        .filter(|(t, _)| (from..=to).contains(t))
        .filter_map(|(_, v)| v.filter(|v| v.is_finite()))
        .collect();
    let Some(now) = values.last() else {
        return format!("{}: no data yet.", series.name);
    };
    let lowest = values.iter().copied().fold(f64::INFINITY, f64::min);
    let highest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    format!(
        "{}: now {}, lowest {}, highest {}, {}.",
        series.name,
        value(*now, unit),
        value(lowest, unit),
        value(highest, unit),
        trend(&values).word()
    )
}

/// Compares the mean of the last fifth with the mean of the rest; a change
/// counts from 5 % of the larger mean and a tenth of the spread.
pub fn trend(values: &[f64]) -> Trend {
    if values.len() < 5 {
        return Trend::Steady;
    }
    let (before, last) = values.split_at(values.len() - values.len() / 5);
    let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len() as f64;
    let (old, new) = (mean(before), mean(last));
    let lowest = values.iter().copied().fold(f64::INFINITY, f64::min);
    let highest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let enough = (0.05 * old.abs().max(new.abs())).max(0.1 * (highest - lowest));
    if (new - old).abs() <= enough {
        Trend::Steady
    } else if new > old {
        Trend::Rising
    } else {
        Trend::Falling
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(values: &[f64], expected: Trend) {
        assert_eq!(trend(values), expected, "{values:?}");
    }

    #[test]
    fn trends_ignore_noise_and_see_steps() {
        check(&[1.0; 20], Trend::Steady);
        check(
            &[1.0, 1.02, 0.98, 1.0, 1.01, 0.99, 1.0, 1.01, 1.0, 1.0],
            Trend::Steady,
        );
        check(
            &[1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 4.0, 4.0],
            Trend::Rising,
        );
        check(
            &[4.0, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0, 1.0, 1.0],
            Trend::Falling,
        );
        check(&[1.0, 9.0], Trend::Steady);
    }

    #[test]
    fn a_sentence_names_current_lowest_highest_and_trend() {
        let series = Series {
            name: "p99".into(),
            points: (0..10)
                .map(|i| (f64::from(i), Some(if i < 8 { 0.1 } else { 0.4 })))
                .collect(),
        };
        assert_eq!(
            sentence(&series, Unit::Seconds, 0.0, 9.0).replace('\u{a0}', " "),
            "p99: now 400 ms, lowest 100 ms, highest 400 ms, rising."
        );
        assert_eq!(
            sentence(&series, Unit::Seconds, 20.0, 30.0),
            "p99: no data yet."
        );
    }
}
