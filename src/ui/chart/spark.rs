//! The outline of a sparkline. Pure.

use std::fmt::Write;

/// Path data for `points` in a box, and where the last value stands. A flat
/// line lies in the middle; gaps stay gaps.
pub fn path(points: &[Option<f64>], width: f64, height: f64) -> (String, Option<(f64, f64)>) {
    const INSET: f64 = 2.5;
    let values = || points.iter().flatten().copied().filter(|v| v.is_finite());
    let low = values().fold(f64::INFINITY, f64::min);
    let high = values().fold(f64::NEG_INFINITY, f64::max);
    let steps = points.len().saturating_sub(1).max(1) as f64;
    let place = |i: usize, v: f64| {
        let share = if high > low {
            (v - low) / (high - low)
        } else {
            0.5
        };
        (
            INSET + i as f64 / steps * (width - 2.0 * INSET),
            height - INSET - share * (height - 2.0 * INSET),
        )
    };
    let mut text = String::new();
    let mut end = None;
    let mut pen_down = false;
    for (i, point) in points.iter().enumerate() {
        let Some(v) = point.filter(|v| v.is_finite()) else {
            pen_down = false;
            continue;
        };
        let (x, y) = place(i, v);
        // Writing to a string cannot fail.
        let _ = write!(text, "{}{x:.1} {y:.1}", if pen_down { 'L' } else { 'M' });
        pen_down = true;
        end = Some((x, y));
    }
    (text, end)
}

#[cfg(test)]
mod tests {
    use super::path;

    #[test]
    fn gaps_lift_the_pen_and_the_last_value_is_marked() {
        let (text, end) = path(&[Some(0.0), None, Some(2.0), Some(1.0)], 65.0, 15.0);
        assert_eq!(text, "M2.5 12.5M42.5 2.5L62.5 7.5");
        assert_eq!(end, Some((62.5, 7.5)));
    }

    #[test]
    fn flat_and_empty_lines_are_fine() {
        assert_eq!(
            path(&[Some(4.0), Some(4.0)], 65.0, 15.0).0,
            "M2.5 7.5L62.5 7.5"
        );
        assert_eq!(path(&[], 65.0, 15.0), (String::new(), None));
        assert_eq!(path(&[Some(f64::NAN)], 65.0, 15.0), (String::new(), None));
    }
}
