//! Text to quantities: durations, ratios, rates, money and plain numbers.
//!
//! World files, command-line flags and number fields of the page all read
//! quantities here, so one spelling works everywhere. Each function answers
//! `Err` with what is wrong, without a final stop; the `*_FORM` constant beside
//! it says how to write it right. Reading is exact and the same on every
//! machine: decimals are shifted as text, and only the result is rounded, to
//! the nearest `f64` for as many digits as people write.

mod real;
#[cfg(test)]
mod tests;

pub use real::real;

use super::{Bytes, Money, Rate, Ratio, Span};
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
/// How to write a quantity of bytes.
pub const BYTES_FORM: &str = "write a number and a unit: 512MiB, 1.5GiB, 2KiB, 300B";
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

/// A quantity such as `512MiB`, `1.5GiB`, `2KiB` or `300B`: whole bytes, powers of 1024.
pub fn bytes(text: &str) -> Result<Bytes, String> {
    let bad = |why: &str| format!("`{}` is not a quantity of bytes: {why}", shown(text));
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let shift = match &text[digits.len()..] {
        "B" => 0,
        "KiB" => 10,
        "MiB" => 20,
        "GiB" => 30,
        "TiB" => 40,
        _ => return Err(bad("the unit is not one of B, KiB, MiB, GiB, TiB")),
    };
    if text.len() > MOST_BYTES {
        return Err(bad("it is too long"));
    }
    let (whole, fraction) = decimal(digits).ok_or_else(|| bad("a number is expected first"))?;
    scaled(whole, fraction, 1 << shift)
        .and_then(|bytes| u64::try_from(bytes).ok())
        .map(Bytes::new)
        .ok_or_else(|| bad("it is not a whole number of bytes, or too large"))
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
    match real(text) {
        Some(value) if value.is_finite() => Ok(value),
        Some(_) => Err(format!("{text} is too large")),
        None => Err(bad()),
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

/// A plain decimal times ten to the power of `shift`, rounded as [`real`] rounds.
fn plain(text: &str, shift: i32) -> Option<f64> {
    if text.len() > MOST_BYTES {
        return None;
    }
    decimal(text)?;
    real(&format!("{text}e{shift}")).filter(|value| value.is_finite())
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
