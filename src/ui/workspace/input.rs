//! What was typed, checked: a number in range, or what is wrong and how to mend it.

use crate::base::parse::real;
use crate::ui::{format, strings};

/// A number of at least `min` and at most `max`. A comma is read as a point.
pub fn number(text: &str, min: f64, max: f64) -> Result<f64, String> {
    let text = text.trim().replace(',', ".");
    let wanted = || strings::number_from_to(&format::plain(min), &format::plain(max));
    if text.is_empty() {
        return Err(strings::number_missing(&wanted()));
    }
    match real(&text) {
        Some(value) if value.is_finite() && (min..=max).contains(&value) => Ok(value),
        Some(_) => Err(strings::number_out_of_range(&wanted())),
        None => Err(strings::not_a_number(&wanted())),
    }
}

/// A whole number of at least `min` and at most `max`.
pub fn whole(text: &str, min: u32, max: u32) -> Result<u32, String> {
    let value = number(text, f64::from(min), f64::from(max))?;
    if libm::trunc(value) == value {
        // In range and whole, so nothing is lost.
        Ok(value as u32)
    } else {
        Err(strings::NOT_WHOLE.to_owned())
    }
}

/// A number that may be left out.
pub fn optional(text: &str, min: f64, max: f64) -> Result<Option<f64>, String> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    number(text, min, max).map(Some)
}
