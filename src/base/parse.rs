//! Text to quantities: durations, ratios, rates, money and plain numbers.
//!
//! World files, command-line flags and number fields of the page all read
//! quantities here, so one spelling works everywhere. Each function answers
//! `Err` with what is wrong, without a final stop; the `*_FORM` constant beside
//! it says how to write it right. Reading is exact and the same on every
//! machine: decimals are shifted as text, and only the result is rounded to
//! the nearest `f64`.

use super::{Money, Rate, Ratio, Span};
use crate::base::diag::shown;

/// How to write a duration.
pub const DURATION_FORM: &str =
    "write numbers with units, largest first: 250ms, 1.5s, 1h30m, 2d (w d h m s ms us ns)";
/// How to write a ratio.
pub const RATIO_FORM: &str = "write a percentage such as 99.9%, or a number from 0 to 1";
/// How to write a rate.
pub const RATE_FORM: &str = "write a number and a time: 20/s, 5/min, 3/h, 1/d, 1.2k/s";
/// How to write an amount of money.
pub const MONEY_FORM: &str = "write an amount such as 12 or 12.50, without a currency";
/// How to write a whole number.
pub const INTEGER_FORM: &str =
    "write digits only, such as 1500: no sign, quotes, separators or leading zeros";
/// How to write a number.
pub const NUMBER_FORM: &str = "write a decimal number such as 0.25, -3 or 1.5e3";
/// How to write a truth value.
pub const BOOLEAN_FORM: &str = "write true or false; yes, no, on and off are not truth values here";
/// How to write a name.
pub const NAME_FORM: &str =
    "write 1 to 63 lower-case letters, digits and hyphens, a letter first, such as checkout-api";

/// Longest text that can be a quantity; it bounds the work and the message.
const MOST_BYTES: usize = 64;

/// Units of time, largest first, in nanoseconds. A month or year has no fixed
/// length, so there is none; `m` is minutes, as in Prometheus.
const TIME_UNITS: [(&str, u64); 8] = [
    ("w", 7 * 86_400 * 1_000_000_000),
    ("d", 86_400 * 1_000_000_000),
    ("h", 3_600 * 1_000_000_000),
    ("m", 60 * 1_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("ns", 1),
];

/// A span such as `250ms`, `1.5s`, `1h30m` or `1h 30m`: units in falling
/// order, each at most once, only the last with a fraction, exact to the
/// nanosecond, at most 584 years.
pub fn duration(text: &str) -> Result<Span, String> {
    let bad = |why: &str| format!("`{}` is not a duration: {why}", shown(text));
    if text.len() > MOST_BYTES {
        return Err(bad("it is too long"));
    }
    let mut rest = text;
    let mut nanos: u128 = 0;
    let mut units = TIME_UNITS.iter();
    let mut fraction_seen = false;
    while !rest.is_empty() {
        let number = take_while(&mut rest, |c| c.is_ascii_digit() || c == '.');
        let unit = take_while(&mut rest, |c| c.is_alphabetic());
        let Some((whole, fraction)) = decimal(number) else {
            return Err(bad("a number is expected before each unit"));
        };
        if unit.is_empty() {
            return Err(bad("the unit is missing"));
        }
        let unit = if unit == "µs" || unit == "μs" {
            "us"
        } else {
            unit
        };
        if !TIME_UNITS.iter().any(|(name, _)| *name == unit) {
            return Err(bad(&format!("`{}` is not a unit of time", shown(unit))));
        }
        let Some((_, length)) = units.find(|(name, _)| *name == unit) else {
            return Err(bad("each unit stands once, larger ones first"));
        };
        if fraction_seen {
            return Err(bad("only the last number may have a fraction"));
        }
        fraction_seen = !fraction.is_empty();
        let part = scaled(whole, fraction, *length)
            .ok_or_else(|| bad("it is finer than 1ns or too long"))?;
        nanos = nanos.saturating_add(part);
        if let Some(after) = rest.strip_prefix(' ')
            && !after.is_empty()
        {
            rest = after;
        }
    }
    match u64::try_from(nanos) {
        _ if text.is_empty() => Err("a duration is missing".to_owned()),
        Ok(nanos) => Ok(Span::from_nanos(nanos)),
        Err(_) => Err(bad("it is longer than 584 years")),
    }
}

/// A share such as `99.9%`, `99.9 %` or `0.999`, from 0 to 1 (100 %).
pub fn ratio(text: &str) -> Result<Ratio, String> {
    let (digits, percent) = match text.strip_suffix('%') {
        Some(before) => (before.strip_suffix(' ').unwrap_or(before), true),
        None => (text, false),
    };
    let value = plain(digits, if percent { -2 } else { 0 })
        .ok_or_else(|| format!("`{}` is not a ratio", shown(text)))?;
    Ratio::new(value).ok_or_else(|| {
        if percent {
            format!("{text} is more than 100 %")
        } else {
            format!("{text} is above 1; is {text} % meant?")
        }
    })
}

/// A rate such as `20/s`, `5/min`, `1.2k/s`, `3/h` or `1/d`.
pub fn rate(text: &str) -> Result<Rate, String> {
    let bad = |why: &str| format!("`{}` is not a rate: {why}", shown(text));
    let Some((number, per)) = text.split_once('/') else {
        return Err(bad("it lacks `/s`, `/min`, `/h` or `/d`"));
    };
    let seconds = match per {
        "s" => 1.0,
        "min" => 60.0,
        "h" => 3_600.0,
        "d" => 86_400.0,
        _ => {
            return Err(bad(&format!(
                "`/{}` is not one of /s, /min, /h, /d",
                shown(per)
            )));
        }
    };
    let (digits, shift) = match (number.strip_suffix('k'), number.strip_suffix('M')) {
        (Some(digits), _) => (digits, 3),
        (_, Some(digits)) => (digits, 6),
        _ => (number, 0),
    };
    plain(digits, shift)
        .and_then(|count| Rate::per_second(count / seconds))
        .ok_or_else(|| bad(&format!("`{}` is not a number", shown(number))))
}

/// An amount such as `12`, `12.5` or `12.50`: not negative, exact to the cent.
pub fn money(text: &str) -> Result<Money, String> {
    let bad = || format!("`{}` is not an amount of money", shown(text));
    if text.len() > MOST_BYTES {
        return Err(bad());
    }
    let (whole, fraction) = decimal(text).ok_or_else(bad)?;
    if fraction.len() > 2 {
        return Err(format!("{text} is finer than a cent"));
    }
    scaled(whole, fraction, 100)
        .and_then(|cents| i64::try_from(cents).ok())
        .map(Money::from_cents)
        .ok_or_else(|| format!("{text} is more money than can be counted"))
}

/// A whole number in decimal digits. A leading zero is refused: some readers
/// of YAML take `010` for 8.
pub fn integer(text: &str) -> Result<u64, String> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(format!("`{}` is not a whole number", shown(text)));
    }
    if digits.len() > 1 && digits.starts_with('0') {
        return Err(format!("`{}` has a leading zero", shown(text)));
    }
    if digits.len() < text.len() && digits != "0" {
        return Err(format!("{} is below zero", shown(text)));
    }
    digits
        .parse()
        .map_err(|_| format!("{} is too large", shown(text)))
}

/// A decimal number, with `e` for a power of ten if need be; never infinite
/// and never not-a-number.
pub fn number(text: &str) -> Result<f64, String> {
    let bad = || format!("`{}` is not a number", shown(text));
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let exponent_reads = exponent.is_none_or(|e| {
        let digits = e.strip_prefix(['-', '+']).unwrap_or(e);
        (1..=3).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
    });
    if text.len() > MOST_BYTES || decimal(mantissa).is_none() || !exponent_reads {
        return Err(bad());
    }
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(value),
        Ok(_) => Err(format!("{text} is too large")),
        Err(_) => Err(bad()),
    }
}

/// `true` or `false`.
pub fn boolean(text: &str) -> Result<bool, String> {
    match text {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(format!("`{}` is neither true nor false", shown(text))),
    }
}

/// A name: `^[a-z][a-z0-9-]{0,62}$`, which is also a DNS label, as Kubernetes
/// asks of a service's name.
pub fn name(text: &str) -> Result<&str, String> {
    let first = text.starts_with(|c: char| c.is_ascii_lowercase());
    let rest = text
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if first && rest && text.len() <= 63 {
        Ok(text)
    } else {
        Err(format!("`{}` is not a name", shown(text)))
    }
}

/// Cuts the longest start of `rest` whose characters all satisfy `wanted`.
fn take_while<'t>(rest: &mut &'t str, wanted: impl Fn(char) -> bool) -> &'t str {
    let end = rest.find(|c| !wanted(c)).unwrap_or(rest.len());
    let (start, after) = rest.split_at(end);
    *rest = after;
    start
}

/// Splits `12.50` into its digits before and after the point; `None` unless
/// there are digits before it, after it if it is there, and no leading zero.
fn decimal(text: &str) -> Option<(&str, &str)> {
    let (whole, fraction) = match text.split_once('.') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (text, ""),
    };
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let leading_zero = whole.len() > 1 && whole.starts_with('0');
    (!whole.is_empty() && !leading_zero && digits(whole) && digits(fraction))
        .then_some((whole, fraction))
}

/// A plain decimal times ten to the power of `shift`, rounded once.
fn plain(text: &str, shift: i32) -> Option<f64> {
    if text.len() > MOST_BYTES {
        return None;
    }
    decimal(text)?;
    format!("{text}e{shift}")
        .parse::<f64>()
        .ok()
        .filter(|value| value.is_finite())
}

/// `whole.fraction` times `unit`, if that is a whole number that fits.
fn scaled(whole: &str, fraction: &str, unit: u64) -> Option<u128> {
    let unit = u128::from(unit);
    let whole = whole
        .parse::<u64>()
        .ok()
        .map(u128::from)?
        .checked_mul(unit)?;
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() {
        return Some(whole);
    }
    let power = 10u128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let part = fraction.parse::<u128>().ok()?.checked_mul(unit)?;
    (part % power == 0).then(|| whole.saturating_add(part / power))
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use proptest::prelude::*;

    use super::*;

    /// Reads each text and compares the answer's `Debug` text, or the problem.
    fn check<T: Debug>(read: impl Fn(&str) -> Result<T, String>, table: &[(&str, &str)]) {
        for (text, expected) in table {
            let answer = match read(text) {
                Ok(value) => format!("{value:?}"),
                Err(problem) => problem,
            };
            assert_eq!(&answer, expected, "for {text:?}");
        }
    }

    #[test]
    fn durations_are_exact() {
        check(
            |text| duration(text).map(Span::as_nanos),
            &[
                ("250ms", "250000000"),
                ("1.5s", "1500000000"),
                ("1h30m", "5400000000000"),
                ("1h 30m", "5400000000000"),
                ("2d", "172800000000000"),
                ("4w", "2419200000000000"),
                ("40us", "40000"),
                ("40µs", "40000"),
                ("0s", "0"),
                ("1m2.5s", "62500000000"),
                ("0.1s", "100000000"),
                ("18446744073709551615ns", "18446744073709551615"),
            ],
        );
    }

    #[test]
    fn what_is_no_duration_says_why() {
        check(
            duration,
            &[
                ("", "a duration is missing"),
                ("5", "`5` is not a duration: the unit is missing"),
                ("5 s", "`5 s` is not a duration: the unit is missing"),
                (
                    "s",
                    "`s` is not a duration: a number is expected before each unit",
                ),
                (
                    "-5s",
                    "`-5s` is not a duration: a number is expected before each unit",
                ),
                ("1:30", "`1:30` is not a duration: the unit is missing"),
                ("5y", "`5y` is not a duration: `y` is not a unit of time"),
                (
                    "30m1h",
                    "`30m1h` is not a duration: each unit stands once, larger ones first",
                ),
                (
                    "1s1s",
                    "`1s1s` is not a duration: each unit stands once, larger ones first",
                ),
                (
                    "1.5h30m",
                    "`1.5h30m` is not a duration: only the last number may have a fraction",
                ),
                (
                    "1.5ns",
                    "`1.5ns` is not a duration: it is finer than 1ns or too long",
                ),
                (
                    "01s",
                    "`01s` is not a duration: a number is expected before each unit",
                ),
                (
                    ".5s",
                    "`.5s` is not a duration: a number is expected before each unit",
                ),
                (
                    "600000d",
                    "`600000d` is not a duration: it is longer than 584 years",
                ),
                (
                    "5s ",
                    "`5s ` is not a duration: a number is expected before each unit",
                ),
            ],
        );
    }

    #[test]
    fn ratios_are_the_nearest_number_to_what_is_written() {
        check(
            |text| ratio(text).map(Ratio::get),
            &[
                ("99.9 %", "0.999"),
                ("99.9%", "0.999"),
                ("99.95%", "0.9995"),
                ("0.999", "0.999"),
                ("1", "1.0"),
                ("0%", "0.0"),
                ("99.9", "99.9 is above 1; is 99.9 % meant?"),
                ("101%", "101% is more than 100 %"),
                ("-1%", "`-1%` is not a ratio"),
                ("NaN", "`NaN` is not a ratio"),
                ("1e-3", "`1e-3` is not a ratio"),
                ("%", "`%` is not a ratio"),
            ],
        );
    }

    #[test]
    fn rates_are_per_second_whatever_they_are_written_in() {
        check(
            |text| rate(text).map(Rate::get),
            &[
                ("20/s", "20.0"),
                ("5/min", "0.08333333333333333"),
                ("1.2k/s", "1200.0"),
                ("2M/d", "23.14814814814815"),
                ("36/h", "0.01"),
                (
                    "20",
                    "`20` is not a rate: it lacks `/s`, `/min`, `/h` or `/d`",
                ),
                (
                    "20/m",
                    "`20/m` is not a rate: `/m` is not one of /s, /min, /h, /d",
                ),
                ("-1/s", "`-1/s` is not a rate: `-1` is not a number"),
                ("inf/s", "`inf/s` is not a rate: `inf` is not a number"),
                ("k/s", "`k/s` is not a rate: `k` is not a number"),
            ],
        );
    }

    #[test]
    fn money_is_exact_to_the_cent() {
        check(
            |text| money(text).map(Money::cents),
            &[
                ("12.50", "1250"),
                ("12.5", "1250"),
                ("12", "1200"),
                ("0.07", "7"),
                ("1.005", "1.005 is finer than a cent"),
                ("-3", "`-3` is not an amount of money"),
                ("12 EUR", "`12 EUR` is not an amount of money"),
                (
                    "99999999999999999999",
                    "99999999999999999999 is more money than can be counted",
                ),
            ],
        );
    }

    #[test]
    fn numbers_hold_no_surprises_of_older_yaml() {
        check(
            integer,
            &[
                ("0", "0"),
                ("18446744073709551615", "18446744073709551615"),
                ("18446744073709551616", "18446744073709551616 is too large"),
                ("010", "`010` has a leading zero"),
                ("0x10", "`0x10` is not a whole number"),
                ("1_000", "`1_000` is not a whole number"),
                ("1:30", "`1:30` is not a whole number"),
                ("-5", "-5 is below zero"),
                ("+5", "`+5` is not a whole number"),
                ("1e3", "`1e3` is not a whole number"),
            ],
        );
        check(
            number,
            &[
                ("0.25", "0.25"),
                ("-3", "-3.0"),
                ("1.5e3", "1500.0"),
                (".5", "`.5` is not a number"),
                ("5.", "`5.` is not a number"),
                (".inf", "`.inf` is not a number"),
                ("inf", "`inf` is not a number"),
                ("NaN", "`NaN` is not a number"),
                ("1e999", "1e999 is too large"),
                ("0o10", "`0o10` is not a number"),
                ("1e", "`1e` is not a number"),
            ],
        );
        check(
            boolean,
            &[
                ("true", "true"),
                ("false", "false"),
                ("yes", "`yes` is neither true nor false"),
            ],
        );
    }

    #[test]
    fn a_name_is_a_dns_label() {
        assert_eq!(name("checkout-api2"), Ok("checkout-api2"));
        for wrong in [
            "",
            "Shop",
            "2shop",
            "-a",
            "a b",
            "a_b",
            "ä",
            &"a".repeat(64),
        ] {
            assert!(name(wrong).is_err(), "{wrong:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_span_can_be_written_and_read_back(nanos: u64) {
            prop_assert_eq!(duration(&format!("{nanos}ns")), Ok(Span::from_nanos(nanos)));
        }

        #[test]
        fn what_a_span_shows_reads_back_as_what_it_shows(nanos: u64, shift in 0u32..64) {
            let shown = Span::from_nanos(nanos >> shift).to_string();
            prop_assert_eq!(duration(&shown).map(|span| span.to_string()), Ok(shown));
        }

        #[test]
        fn what_a_ratio_shows_reads_back(hundredths in 0u64..=10_000) {
            let ratio_of = Ratio::of(hundredths, 10_000);
            prop_assert_eq!(ratio_of.and_then(|r| ratio(&r.to_string()).ok()), ratio_of);
        }

        #[test]
        fn no_text_makes_any_reader_panic(text in "\\PC{0,20}", near in "[0-9.]{0,6}[ wdhmsun%/kM-]{0,4}[0-9a-z]{0,3}") {
            for text in [text.as_str(), near.as_str()] {
                let read = [
                    duration(text).err(),
                    ratio(text).err(),
                    rate(text).err(),
                    money(text).err(),
                    integer(text).err(),
                    number(text).err(),
                    boolean(text).err(),
                    name(text).err(),
                ];
                prop_assert!(read.iter().flatten().all(|problem| !problem.is_empty()));
            }
        }
    }
}
