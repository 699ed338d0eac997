//! The normal distribution.

use core::f64::consts::FRAC_1_SQRT_2;

/// The chance of a standard normal value below `z`: `erfc(-z / sqrt 2) / 2`.
/// At 1.96 it is 0.975.
pub(super) fn below(z: f64) -> f64 {
    0.5 * libm::erfc(-z * FRAC_1_SQRT_2)
}

/// The value that a standard normal one stays below with chance `p`, for `p`
/// between 0 and 1; -1.959963984540054 for 0.025.
///
/// Found by halving an interval until no double lies between its ends, about
/// sixty times: as exact as [`below`], and rarely asked for.
pub(super) fn quantile(p: f64) -> f64 {
    // The upper half has few digits left in `p`; the lower half mirrors it.
    if p > 0.5 {
        return -quantile(1.0 - p);
    }
    let (mut low, mut high) = (-39.0, 0.0);
    loop {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            return high;
        }
        if below(middle) < p {
            low = middle;
        } else {
            high = middle;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_agree_with_the_published_table() {
        // Abramowitz and Stegun, Handbook of Mathematical Functions, 1964, tables 26.1 and
        // 26.5; more digits as R's qnorm prints them.
        for (p, z) in [
            (0.5, 0.0),
            (0.25, -0.674_489_750_196_081_7),
            (0.1, -1.281_551_565_544_600_4),
            (0.025, -1.959_963_984_540_054),
            (0.01, -2.326_347_874_040_841),
            (0.005, -2.575_829_303_548_900_6),
            (0.001, -3.090_232_306_167_813),
            (0.000_001, -4.753_424_308_822_899),
        ] {
            assert!((quantile(p) - z).abs() < 1e-12, "{p}: {}", quantile(p));
            let upper = quantile(1.0 - p);
            // 1 - p keeps fewer digits of a small p.
            assert!((upper + z).abs() < 1e-9, "{p}: {upper}");
        }
    }

    #[test]
    fn the_quantile_undoes_the_chance() {
        for step in 1..1_000 {
            let p = f64::from(step) / 1_000.0;
            assert!((below(quantile(p)) - p).abs() < 1e-15, "{p}");
        }
    }

    #[test]
    fn chances_at_the_edge_end() {
        assert!(quantile(0.0) < -38.9);
        assert!(quantile(1.0) > 38.9);
        assert!(quantile(f64::MIN_POSITIVE) < -37.0);
    }
}
