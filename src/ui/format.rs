//! Numbers as people read them: a unit, a sensible precision, nothing more.
//!
//! Minus is the true minus sign, and a number never parts from its unit (a
//! no-break space stands between them).

use crate::base::{Money, Ratio, SimTime, Span};

/// Between a number and its unit: never broken over two lines.
const GAP: char = '\u{a0}';

/// What stands where there is no number.
pub const NONE: &str = "\u{2013}";

/// `digits` significant digits, at most `digits - 1` of them behind the point.
fn significant(value: f64, digits: i32) -> String {
    let magnitude = if value == 0.0 {
        0
    } else {
        libm::floor(libm::log10(value.abs())) as i32
    };
    let places = (digits - 1 - magnitude).clamp(0, 4) as usize;
    signed(format!("{value:.places$}"))
}

/// A true minus sign, and none before a zero.
fn signed(text: String) -> String {
    match text.strip_prefix('-') {
        Some(rest) if rest.chars().any(|c| ('1'..='9').contains(&c)) => format!("\u{2212}{rest}"),
        Some(rest) => rest.to_owned(),
        None => text,
    }
}

/// `text` with a comma between thousands.
fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A share as percent: `62 %`, `2.1 %`, `0.31 %`, `99.94 %`.
pub fn percent(share: f64) -> String {
    let percent = share * 100.0;
    let from_whole = (100.0 - percent).abs();
    let places = if percent == 0.0 || from_whole == 0.0 {
        0
    } else if from_whole < 0.1 || percent.abs() < 0.1 {
        3
    } else if from_whole < 1.0 || percent.abs() < 1.0 {
        2
    } else if from_whole < 10.0 || percent.abs() < 10.0 {
        1
    } else {
        0
    };
    let text = format!("{percent:.places$}");
    let text = if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    };
    format!("{}{GAP}%", signed(text))
}

/// A share as percent where there is one.
pub fn maybe_percent(share: Option<f64>) -> String {
    share.map_or_else(|| NONE.to_owned(), percent)
}

/// An objective's target: `99.9 %`.
pub fn target(ratio: Ratio) -> String {
    ratio.to_string().replace(' ', "\u{a0}")
}

/// Error budget left: whole percent, and a tenth below ten.
pub fn budget(left: Option<f64>) -> String {
    let Some(left) = left else {
        return NONE.to_owned();
    };
    let percent = left * 100.0;
    let places = usize::from(percent.abs() < 10.0 || (90.0..100.0).contains(&percent));
    format!("{}{GAP}%", signed(format!("{percent:.places$}")))
}

/// Error budget left with two places, where small changes are the point: `98.42 %`.
pub fn budget_fine(left: Option<f64>) -> String {
    left.map_or_else(
        || NONE.to_owned(),
        |left| format!("{}{GAP}%", signed(format!("{:.2}", left * 100.0))),
    )
}

/// A burn rate: `0.6×`, `14×`.
pub fn burn(rate: Option<f64>) -> String {
    rate.map_or_else(
        || NONE.to_owned(),
        |rate| {
            let places = if rate < 10.0 { 1 } else { 0 };
            format!("{rate:.places$}×")
        },
    )
}

/// A multiple such as the speed reached: `9.8×`, `3,600×`.
pub fn times(factor: f64) -> String {
    if factor < 10.0 {
        format!("{factor:.1}×")
    } else {
        format!("{}×", grouped(libm::round(factor) as u64))
    }
}

/// Occurrences per second: `0.42 /s`, `312 /s`, `1.2 k/s`.
pub fn rate(per_second: f64) -> String {
    let (value, prefix) = scaled(per_second);
    if value == 0.0 {
        return format!("0{GAP}/s");
    }
    let digits = if prefix.is_empty() { 3 } else { 2 };
    let text = significant(value, digits);
    format!("{}{GAP}{prefix}/s", at_most_two_places(&text))
}

/// A count: `812`, `9,400`, `1.24 M`.
pub fn count(value: u64) -> String {
    if value < 100_000 {
        return grouped(value);
    }
    let (value, prefix) = scaled(value as f64);
    format!("{}{GAP}{prefix}", significant(value, 3))
}

fn scaled(value: f64) -> (f64, &'static str) {
    match value.abs() {
        v if v >= 1e9 => (value / 1e9, "G"),
        v if v >= 1e6 => (value / 1e6, "M"),
        v if v >= 1e3 => (value / 1e3, "k"),
        _ => (value, ""),
    }
}

fn at_most_two_places(text: &str) -> &str {
    match text.find('.') {
        Some(point) => &text[..text.len().min(point + 3)],
        None => text,
    }
}

/// A short duration, as latencies are: `40 µs`, `312 ms`, `1.24 s`.
pub fn latency(span: Span) -> String {
    let seconds = span.as_secs_f64();
    if seconds >= 120.0 {
        return duration(span);
    }
    let (value, unit) = match seconds {
        s if s >= 1.0 => (s, "s"),
        s if s >= 1e-3 => (s * 1e3, "ms"),
        s => (libm::round(s * 1e6), "µs"),
    };
    if unit == "µs" {
        return format!("{value}{GAP}{unit}");
    }
    let text = significant(value, 3);
    format!("{}{GAP}{unit}", at_most_two_places(&text))
}

/// A long duration in its two largest units: `6 h 12 min`, `12 d 4 h`.
pub fn duration(span: Span) -> String {
    const UNITS: [(u64, &str); 4] = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    let seconds = span.as_secs();
    if seconds == 0 {
        return if span.is_zero() {
            format!("0{GAP}s")
        } else {
            latency(span)
        };
    }
    let mut parts = Vec::new();
    let mut rest = seconds;
    for (unit, name) in UNITS {
        if rest >= unit && parts.len() < 2 {
            parts.push(format!("{}{GAP}{name}", rest / unit));
            rest %= unit;
        } else if !parts.is_empty() {
            break;
        }
    }
    parts.join("\u{a0}")
}

/// Money: `$0`, `$1,240`, `$2.31 M`; cents only below ten.
pub fn money(amount: Money) -> String {
    let cents = amount.cents();
    let sign = if cents < 0 { "\u{2212}" } else { "" };
    let cents = cents.unsigned_abs();
    match cents {
        0 => "$0".to_owned(),
        1..1_000 => format!("{sign}${}.{:02}", cents / 100, cents % 100),
        1_000..100_000_000 => format!("{sign}${}", grouped((cents + 50) / 100)),
        _ => format!("{sign}${}{GAP}M", significant(cents as f64 / 1e8, 3)),
    }
}

/// The simulated day and clock: `("Day 3", "14:05:09")`.
pub fn clock(now: SimTime) -> (String, String) {
    let seconds = now.since_start().as_secs();
    let of_day = seconds % 86_400;
    (
        format!("Day{GAP}{}", seconds / 86_400 + 1),
        format!(
            "{:02}:{:02}:{:02}",
            of_day / 3_600,
            of_day / 60 % 60,
            of_day % 60
        ),
    )
}

/// An instant as a list shows it: `day 3, 14:05`.
pub fn instant(at: SimTime) -> String {
    let (day, clock) = clock(at);
    format!("{day}, {}", &clock[..5])
}

/// A plain number as a learner typed or slid it: no needless zeros.
pub fn plain(value: f64) -> String {
    let text = format!("{value:.3}");
    signed(text.trim_end_matches('0').trim_end_matches('.').to_owned())
}

/// A share with as many digits as tell it from all: `99.9 %`, `99.9999 %`.
pub fn percent_fine(share: f64) -> String {
    let percent = share * 100.0;
    let digits = (2..9)
        .find(|&digits| percent >= 100.0 || !format!("{percent:.digits$}").starts_with("100"));
    let text = format!("{percent:.0$}", digits.unwrap_or(9));
    format!("{}{GAP}%", text.trim_end_matches('0').trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(shown: String, expected: &str) {
        assert_eq!(shown.replace(GAP, " "), expected);
    }

    #[test]
    fn a_share_near_all_is_told_from_it() {
        check(percent_fine(0.99), "99 %");
        check(percent_fine(0.999_999), "99.9999 %");
        check(percent_fine(1.0), "100 %");
        check(percent_fine(0.904_382), "90.44 %");
        check(percent_fine(0.0), "0 %");
    }

    #[test]
    fn shares_show_the_digits_that_matter() {
        check(percent(0.9994), "99.94 %");
        check(percent(0.62), "62 %");
        check(percent(0.021), "2.1 %");
        check(percent(0.0031), "0.31 %");
        check(percent(1.0), "100 %");
        check(percent(0.0), "0 %");
        check(percent(-0.12), "\u{2212}12 %");
    }

    #[test]
    fn budgets_may_be_overspent() {
        check(budget(Some(0.624)), "62 %");
        check(budget(Some(0.047)), "4.7 %");
        check(budget(Some(-1.3)), "\u{2212}130 %");
        check(budget(Some(-0.0001)), "0.0 %");
        check(budget(Some(0.996)), "99.6 %");
        check(budget(None), "\u{2013}");
    }

    #[test]
    fn rates_and_counts_scale() {
        check(rate(0.42), "0.42 /s");
        check(rate(312.4), "312 /s");
        check(rate(1_240.0), "1.2 k/s");
        check(rate(0.0), "0 /s");
        check(count(9_400), "9,400");
        check(count(1_240_000), "1.24 M");
        check(times(3_600.0), "3,600×");
        check(burn(Some(0.62)), "0.6×");
        check(burn(Some(14.4)), "14×");
    }

    #[test]
    fn durations_read_as_people_say_them() {
        check(latency(Span::from_millis(312)), "312 ms");
        check(latency(Span::from_millis(1_240)), "1.24 s");
        check(latency(Span::from_micros(40)), "40 µs");
        check(latency(Span::from_micros(8_460)), "8.46 ms");
        check(duration(Span::from_secs(22_320)), "6 h 12 min");
        check(duration(Span::from_days(12)), "12 d");
        check(duration(Span::from_secs(86_405)), "1 d");
        check(duration(Span::ZERO), "0 s");
    }

    #[test]
    fn money_has_cents_only_while_they_count() {
        check(money(Money::ZERO), "$0");
        check(money(Money::from_cents(420)), "$4.20");
        check(money(Money::from_cents(124_049)), "$1,240");
        check(money(Money::from_cents(231_000_000)), "$2.31 M");
    }

    #[test]
    fn the_clock_counts_days_from_one() {
        let at = SimTime::from_secs(2 * 86_400 + 14 * 3_600 + 309);
        check(instant(at), "Day 3, 14:05");
        assert_eq!(clock(at).1, "14:05:09");
    }
}
