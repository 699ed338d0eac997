//! Numbers and durations as Go and Prometheus write and read them.

use std::fmt;

/// Writes a number as Go's `strconv.FormatFloat(value, 'f', -1, 64)` does:
/// the fewest digits that lead back to it, never an exponent.
pub fn plain(value: f64) -> String {
    match special(value) {
        Some(text) => text.to_owned(),
        None => value.to_string(),
    }
}

fn special(value: f64) -> Option<&'static str> {
    if value.is_nan() {
        Some("NaN")
    } else if value == f64::INFINITY {
        Some("+Inf")
    } else if value == f64::NEG_INFINITY {
        Some("-Inf")
    } else {
        None
    }
}

/// Writes a number as Go's `%g` does: the fewest digits that lead back to it,
/// with an exponent below 1e-4 and from 1e6 on.
pub fn general(value: f64) -> String {
    if let Some(text) = special(value) {
        return text.to_owned();
    }
    // `1.25e-7`: digits and exponent, as short as can be.
    let text = format!("{value:e}");
    let Some((digits, exponent)) = text.split_once('e') else {
        return text;
    };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..6).contains(&exponent) {
        return value.to_string();
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.unsigned_abs())
}

/// Reads a number as PromQL has it: decimal, with exponent, hexadecimal,
/// octal with a leading 0, `Inf` and `NaN`, and `_` between digits.
pub fn read(text: &str) -> Option<f64> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => (-1.0, &text[1..]),
        b'+' => (1.0, &text[1..]),
        _ => (1.0, text),
    };
    if digits.eq_ignore_ascii_case("inf") || digits.eq_ignore_ascii_case("infinity") {
        return Some(sign * f64::INFINITY);
    }
    if digits.eq_ignore_ascii_case("nan") {
        return Some(f64::NAN);
    }
    let first = digits.bytes().next()?;
    if !(first.is_ascii_digit() || first == b'.') {
        return None;
    }
    let clean: String = digits.chars().filter(|c| *c != '_').collect();
    let lower = clean.to_ascii_lowercase();
    if let Some(hex) = lower.strip_prefix("0x") {
        return i64::from_str_radix(hex, 16).ok().map(|v| sign * v as f64);
    }
    let octal = lower.len() > 1 && lower.starts_with('0');
    if octal && lower.bytes().all(|c| (b'0'..b'8').contains(&c)) {
        return i64::from_str_radix(&lower, 8).ok().map(|v| sign * v as f64);
    }
    if !lower
        .bytes()
        .all(|c| c.is_ascii_digit() || b".e+-".contains(&c))
    {
        return None;
    }
    lower.parse::<f64>().ok().map(|value| sign * value)
}

/// Units of durations, longest first, with their milliseconds. A year has 365 days.
const UNITS: [(&str, u64); 7] = [
    ("y", 31_536_000_000),
    ("w", 604_800_000),
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

/// Milliseconds that a duration may have: what fits 64 bits of nanoseconds.
pub(super) const LONGEST: u64 = i64::MAX as u64 / 1_000_000;

/// Reads a duration such as `1h30m` into milliseconds: units from long to
/// short, each once; `0` needs no unit.
pub fn read_duration(text: &str) -> Option<i64> {
    if text == "0" {
        return Some(0);
    }
    let mut rest = text;
    let mut units = &UNITS[..];
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number: u64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let place = units
            .iter()
            .position(|(unit, _)| *unit == &rest[..letters])?;
        total = total.checked_add(number.checked_mul(units[place].1)?)?;
        units = &units[place + 1..];
        rest = &rest[letters..];
    }
    (!text.is_empty() && total <= LONGEST).then_some(total as i64)
}

/// Writes milliseconds as a duration that [`read_duration`] reads; weeks and
/// years only where they leave no rest, as Prometheus does.
pub fn write_duration(out: &mut dyn fmt::Write, millis: i64) -> fmt::Result {
    if millis < 0 {
        out.write_char('-')?;
    }
    let mut left = millis.unsigned_abs();
    if left == 0 {
        return out.write_str("0s");
    }
    for (unit, length) in UNITS {
        let exact = matches!(unit, "y" | "w");
        if left >= length && (!exact || left.is_multiple_of(length)) {
            write!(out, "{}{unit}", left / length)?;
            left %= length;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_written_as_go_writes_them() {
        // Expected: what Go's strconv documents and its own tests show.
        for (value, expected_plain, expected_general) in [
            (0.0, "0", "0"),
            (-0.0, "-0", "-0"),
            (6.0, "6", "6"),
            (0.1, "0.1", "0.1"),
            (1e5, "100000", "100000"),
            (1e6, "1000000", "1e+06"),
            (1e21, "1000000000000000000000", "1e+21"),
            (1e-7, "0.0000001", "1e-07"),
            (1.5e-10, "0.00000000015", "1.5e-10"),
            (123456789.0, "123456789", "1.23456789e+08"),
            (f64::NAN, "NaN", "NaN"),
            (f64::INFINITY, "+Inf", "+Inf"),
            (f64::NEG_INFINITY, "-Inf", "-Inf"),
        ] {
            assert_eq!(plain(value), expected_plain);
            assert_eq!(general(value), expected_general);
        }
    }

    #[test]
    fn numbers_are_read_in_every_spelling() {
        for (text, expected) in [
            ("12.34e6", 12_340_000.0),
            (".5", 0.5),
            ("2.", 2.0),
            ("0x1F", 31.0),
            ("017", 15.0),
            ("08", 8.0),
            ("1_000", 1_000.0),
            ("-1e-3", -0.001),
            ("+Inf", f64::INFINITY),
            ("-iNf", f64::NEG_INFINITY),
        ] {
            assert_eq!(read(text), Some(expected), "{text}");
        }
        assert!(read("nan").is_some_and(f64::is_nan));
        for text in ["", "-", "1e", "0x", "x", "1.2.3", "infin", "1 "] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn durations_have_units_from_long_to_short() {
        assert_eq!(read_duration("1h30m"), Some(5_400_000));
        assert_eq!(read_duration("10s53ms"), Some(10_053));
        assert_eq!(read_duration("1y2w3d4h5m6s7ms"), Some(33_019_506_007));
        for text in [
            "",
            "5",
            "5x",
            "1m1h",
            "1s1s",
            "m",
            "99999999999999y",
            "1.5h",
            "-1s",
        ] {
            assert_eq!(read_duration(text), None, "{text}");
        }
        let shown = |millis| {
            let mut text = String::new();
            write_duration(&mut text, millis).expect("a string takes it");
            text
        };
        assert_eq!(shown(5_400_000), "1h30m");
        assert_eq!(shown(691_200_000), "8d");
        assert_eq!(shown(-1_209_600_000), "-2w");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(value in any::<f64>(), millis in 0i64..=LONGEST as i64) {
            for text in [plain(value), general(value)] {
                let again = read(&text).expect("a number");
                prop_assert!(again == value || (again.is_nan() && value.is_nan()), "{}", text);
            }
            let mut text = String::new();
            write_duration(&mut text, millis).expect("a string takes it");
            prop_assert_eq!(read_duration(&text), Some(millis));
        }
    }
}
