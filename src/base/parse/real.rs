//! Decimal text to a real number.
//!
//! The standard library rounds every text correctly, for which it needs a
//! table of ten thousand bytes that no compression makes smaller. Texts that
//! people write have few digits, and those are read exactly without it.

/// Powers of ten that a double holds exactly.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

/// More digits than this do not fit the mantissa; the rest only counts for the exponent.
const MOST_MANTISSA: u64 = 1_000_000_000_000_000_000;

/// A number such as `-12.5e3`; none where the text is something else. Infinite where it is
/// too large.
///
/// Rounded correctly, as the standard library does it, for up to 15 digits and powers of
/// ten up to 22: the digits and the power are then exact, and one multiplication or
/// division rounds once (W. D. Clinger, How to Read Floating Point Numbers Accurately,
/// 1990). Beyond that the error stays below 16 units in the last place. Only arithmetic
/// that IEEE 754 defines, so it is the same everywhere.
pub fn real(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (digits, power) = match unsigned.split_once(['e', 'E']) {
        Some((digits, power)) => (digits, exponent(power)?),
        None => (unsigned, 0),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let (mut mantissa, mut power) = (0_u64, power);
    let marked = whole
        .bytes()
        .map(|b| (b, 0))
        .chain(fraction.bytes().map(|b| (b, -1)));
    for (byte, shift) in marked {
        let digit = byte.is_ascii_digit().then(|| u64::from(byte - b'0'))?;
        if mantissa < MOST_MANTISSA {
            mantissa = mantissa * 10 + digit;
            power += shift;
        } else {
            power += shift + 1;
        }
    }
    let value = scale(mantissa as f64, power);
    Some(if text.starts_with('-') { -value } else { value })
}

fn exponent(text: &str) -> Option<i32> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() {
        return None;
    }
    let mut value = 0_i32;
    for byte in digits.bytes() {
        let digit = byte.is_ascii_digit().then(|| i32::from(byte - b'0'))?;
        // Past the range of a double on either side; more digits change nothing.
        value = (value * 10 + digit).min(100_000);
    }
    Some(if text.starts_with('-') { -value } else { value })
}

/// `value` times ten to the power of `power`.
fn scale(mut value: f64, power: i32) -> f64 {
    let mut left = power.unsigned_abs();
    while left > 0 && value != 0.0 && value.is_finite() {
        let step = left.min(22);
        let factor = POWERS[step as usize];
        if power < 0 {
            value /= factor;
        } else {
            value *= factor;
        }
        left -= step;
    }
    value
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_no_number_is_not_read() {
        for text in [
            "", "-", ".", "e5", "1e", "1e+", "1.2.3", "1 ", "0x1", "inf", "NaN", "--1", "1,5",
        ] {
            assert_eq!(real(text), None, "{text}");
        }
        assert_eq!(real("1e999"), Some(f64::INFINITY));
        assert_eq!(real("-1e-999"), Some(0.0));
        assert_eq!(real("99.9e-2"), Some(0.999));
    }

    proptest! {
        #[test]
        fn few_digits_are_read_as_the_standard_library_reads_them(
            whole in "-?[0-9]{1,8}", fraction in "[0-9]{1,7}", power in -15_i32..=15
        ) {
            let text = format!("{whole}.{fraction}e{power}");
            prop_assert_eq!(real(&text), text.parse().ok());
        }

        #[test]
        fn any_number_is_read_nearly_as_it_was_written(value in any::<f64>()) {
            prop_assume!(value.is_normal() && value.abs() > 1e-290);
            let read = real(&value.to_string()).unwrap_or(0.0);
            prop_assert!(((read - value) / value).abs() < 3.6e-15, "{value} {read}");
        }

        #[test]
        fn any_text_is_a_number_for_both_or_for_neither(text in "[-+0-9.eE]{0,8}") {
            prop_assert_eq!(real(&text).is_some(), text.parse::<f64>().is_ok());
        }
    }
}
