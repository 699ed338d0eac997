//! Durations as Prometheus writes them: `5m`, `1d12h`, `4w`.

use crate::base::{Span, shown};

/// How to write one.
pub const FORM: &str =
    "write whole numbers with units, largest first: 30s, 5m, 1h30m, 4w (y w d h m s ms)";

/// Units, largest first, in milliseconds, and whether they are written only
/// where nothing is left over: 90d reads easier than 12w6d.
const UNITS: [(&str, u64, bool); 7] = [
    ("y", 365 * 86_400_000, true),
    ("w", 7 * 86_400_000, true),
    ("d", 86_400_000, false),
    ("h", 3_600_000, false),
    ("m", 60_000, false),
    ("s", 1_000, false),
    ("ms", 1, false),
];

/// Longest text that can be a duration.
const MOST_BYTES: usize = 64;

/// Reads a duration. `0` needs no unit.
pub fn read(text: &str) -> Result<Span, String> {
    let bad = || format!("`{}` is not a duration", shown(text));
    if text == "0" {
        return Ok(Span::ZERO);
    }
    if text.is_empty() || text.len() > MOST_BYTES {
        return Err(bad());
    }
    let mut rest = text;
    let mut units = UNITS.iter();
    let mut millis = 0_u64;
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, after) = rest.split_at(digits);
        let letters = after.len()
            - after
                .trim_start_matches(|c: char| c.is_ascii_alphabetic())
                .len();
        let (unit, after) = after.split_at(letters);
        let (_, length, _) = units.find(|(name, ..)| *name == unit).ok_or_else(bad)?;
        let part = number
            .parse::<u64>()
            .ok()
            .and_then(|n| n.checked_mul(*length));
        millis = part
            .and_then(|part| millis.checked_add(part))
            .ok_or_else(bad)?;
        rest = after;
    }
    // Beyond this a span in nanoseconds overflows; Prometheus stops there too.
    if millis > i64::MAX as u64 / 1_000_000 {
        return Err(format!("{text} is longer than 292 years"));
    }
    Ok(Span::from_millis(millis))
}

/// Writes a duration as Prometheus does. Parts of a millisecond are left out.
pub fn write(span: Span) -> String {
    let mut millis = span.as_nanos() / 1_000_000;
    if millis == 0 {
        return "0s".to_owned();
    }
    let mut text = String::new();
    for (unit, length, exact) in UNITS {
        if exact && !millis.is_multiple_of(length) {
            continue;
        }
        let count = millis / length;
        if count > 0 {
            text.push_str(&format!("{count}{unit}"));
            millis -= count * length;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// As `model.Duration` of prometheus/common writes and reads them.
    #[test]
    fn durations_are_those_of_prometheus() {
        for text in [
            "5m",
            "30m",
            "1h",
            "6h",
            "1d",
            "3d",
            "30d",
            "4w",
            "1w",
            "1y",
            "1h30m",
            "90d",
            "13h1s250ms",
        ] {
            assert_eq!(read(text).map(write), Ok(text.to_owned()));
        }
        assert_eq!(write(Span::from_days(28)), "4w");
        assert_eq!(write(Span::from_days(365)), "1y");
        assert_eq!(read("24h").map(write), Ok("1d".to_owned()));
        assert_eq!((read("0"), read("0s")), (Ok(Span::ZERO), Ok(Span::ZERO)));
        for bad in [
            "", "5", "m", "1.5h", "1m1h", "1h1h", "5 m", "-1h", "1M", "300y", "1hh",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_written_is_read_back(millis in 0..9_000_000_000_000_u64) {
            let span = Span::from_millis(millis);
            prop_assert_eq!(read(&write(span)), Ok(span));
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,70}") {
            let _ = read(&text);
        }
    }
}
