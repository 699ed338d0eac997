//! Values as people read them: `312 ms`, `99.94 %`, `1.2 k/s`.
//!
//! Comes in: a number and its [`Unit`]. Goes out: text with a unit and at most
//! three significant digits, with a true minus sign and no-break spaces. It
//! knows nothing of charts or the browser.

use crate::session::Unit;

/// One value on its own, with three significant digits.
pub fn value(value: f64, unit: Unit) -> String {
    if !value.is_finite() {
        return "no data".to_owned();
    }
    typeset(&match unit {
        Unit::Seconds => seconds(value),
        Unit::Share => share(value),
        Unit::PerSecond => {
            let (factor, prefix) = thousands(value.abs());
            // `1.2 k/s`: the third digit of a rate is noise.
            let number = value * factor;
            let text = match prefix {
                "" => significant(number),
                _ if number.abs() < 9.95 => trimmed(&format!("{number:.1}")).to_owned(),
                _ => format!("{number:.0}"),
            };
            format!("{text} {prefix}/s")
        }
        Unit::Count => {
            let (factor, prefix) = thousands(value.abs());
            format!("{} {prefix}", significant(value * factor))
        }
    })
}

/// True minus signs, and spaces at which no line breaks.
fn typeset(text: &str) -> String {
    text.trim_end()
        .replace('-', "\u{2212}")
        .replace(' ', "\u{a0}")
}

/// One label of an axis whose labels lie `step` apart: as many digits as the
/// step needs and no more, so that labels of one axis line up.
pub fn tick(value: f64, step: f64, unit: Unit) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let (factor, suffix) = match unit {
        Unit::Share => (100.0, " %"),
        Unit::Seconds => second_unit(value.abs().max(step)),
        Unit::PerSecond => match thousands(value.abs()) {
            (factor, "") => (factor, " /s"),
            (factor, "k") => (factor, " k/s"),
            (factor, _) => (factor, " M/s"),
        },
        Unit::Count => match thousands(value.abs()) {
            (factor, "") => (factor, ""),
            (factor, "k") => (factor, " k"),
            (factor, _) => (factor, " M"),
        },
    };
    let digits = digits_for(step * factor);
    typeset(&format!("{:.digits$}{suffix}", value * factor))
}

/// A rate in requests per second: `12.3/s`, `1.2 k/s`.
pub fn rate(per_second: f64) -> String {
    value(per_second, Unit::PerSecond)
}

/// A share as percent, with more digits close to 0 and close to 100 %.
fn share(ratio: f64) -> String {
    let percent = ratio * 100.0;
    let from_whole = (100.0 - percent).abs();
    let digits = if percent == 0.0 || from_whole == 0.0 {
        0
    } else if percent.abs() < 0.01 || from_whole < 0.01 {
        4
    } else if percent.abs() < 1.0 || from_whole < 1.0 {
        2
    } else if percent.abs() < 10.0 || from_whole < 10.0 {
        1
    } else {
        0
    };
    let text = format!("{percent:.digits$}");
    format!("{} %", trimmed(&text))
}

fn seconds(value: f64) -> String {
    if value == 0.0 {
        return "0 ms".to_owned();
    }
    let (factor, suffix) = second_unit(value.abs());
    format!("{}{suffix}", significant(value * factor))
}

/// Factor and suffix of the unit in which a duration of `magnitude` seconds reads well.
fn second_unit(magnitude: f64) -> (f64, &'static str) {
    match magnitude {
        m if m < 0.001 => (1e6, " µs"),
        m if m < 0.9995 => (1e3, " ms"),
        m if m < 120.0 => (1.0, " s"),
        m if m < 7_200.0 => (1.0 / 60.0, " min"),
        _ => (1.0 / 3_600.0, " h"),
    }
}

/// Factor and prefix for a plain number.
fn thousands(magnitude: f64) -> (f64, &'static str) {
    match magnitude {
        m if m < 999.5 => (1.0, ""),
        m if m < 999_500.0 => (1e-3, "k"),
        _ => (1e-6, "M"),
    }
}

/// Three significant digits, without trailing zeros.
fn significant(value: f64) -> String {
    let digits = match value.abs() {
        m if m >= 99.95 => 0,
        m if m >= 9.995 => 1,
        _ => 2,
    };
    trimmed(&format!("{value:.digits$}")).to_owned()
}

fn trimmed(text: &str) -> &str {
    let text = if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        text
    };
    if text == "-0" { "0" } else { text }
}

/// Decimals that tell neighbours `step` apart from each other, at most 4.
fn digits_for(step: f64) -> usize {
    let mut digits = 0;
    let mut rest = step.abs();
    while digits < 4 && (rest - rest.round()).abs() > 1e-6 * rest.max(1e-9) {
        rest *= 10.0;
        digits += 1;
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::{rate, tick, value};
    use crate::session::Unit;

    fn plain(text: String) -> String {
        text.replace('\u{a0}', " ")
    }

    #[test]
    fn durations_choose_their_unit() {
        let texts: Vec<String> = [0.00004, 0.312, 0.9996, 1.25, 61.0, 150.0, 9_000.0, 0.0]
            .map(|v| plain(value(v, Unit::Seconds)))
            .into();
        assert_eq!(
            texts,
            [
                "40 µs", "312 ms", "1 s", "1.25 s", "61 s", "2.5 min", "2.5 h", "0 ms"
            ]
        );
    }

    #[test]
    fn shares_keep_their_nines() {
        let texts: Vec<String> = [0.9994, 0.999_95, 0.021, 0.000_4, 0.0, 1.0, 0.42, -0.5]
            .map(|v| plain(value(v, Unit::Share)))
            .into();
        assert_eq!(
            texts,
            [
                "99.94 %",
                "99.995 %",
                "2.1 %",
                "0.04 %",
                "0 %",
                "100 %",
                "42 %",
                "\u{2212}50 %"
            ]
        );
    }

    #[test]
    fn rates_and_counts_shorten_thousands() {
        assert_eq!(plain(rate(12.34)), "12.3 /s");
        assert_eq!(plain(rate(1_234.0)), "1.2 k/s");
        assert_eq!(plain(rate(0.0)), "0 /s");
        assert_eq!(plain(value(999.7, Unit::Count)), "1 k");
        assert_eq!(plain(value(2_500_000.0, Unit::Count)), "2.5 M");
        assert_eq!(plain(value(f64::NAN, Unit::Count)), "no data");
    }

    #[test]
    fn labels_of_one_axis_show_the_digits_of_its_step() {
        assert_eq!(plain(tick(0.05, 0.05, Unit::Seconds)), "50 ms");
        assert_eq!(plain(tick(0.5, 0.5, Unit::Seconds)), "500 ms");
        assert_eq!(plain(tick(1.0, 0.5, Unit::Seconds)), "1.0 s");
        assert_eq!(plain(tick(0.005, 0.005, Unit::Share)), "0.5 %");
        assert_eq!(plain(tick(0.02, 0.005, Unit::Share)), "2.0 %");
        assert_eq!(plain(tick(40.0, 20.0, Unit::PerSecond)), "40 /s");
        assert_eq!(plain(tick(1_500.0, 500.0, Unit::PerSecond)), "1.5 k/s");
        assert_eq!(plain(tick(0.0, 500.0, Unit::PerSecond)), "0");
    }
}
