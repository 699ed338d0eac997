//! Where a function crosses zero.

/// Steps after which the best place so far is given. Halving alone needs 60
/// for any interval that a canary's values span.
const MOST_STEPS: u32 = 1_000;

/// A place and the function's value there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Point {
    pub x: f64,
    pub y: f64,
}

/// Where `f` crosses zero between two points of opposite sign, to within
/// `tolerance`.
///
/// R. P. Brent, Algorithms for Minimization without Derivatives, 1973, chapter
/// 4: inverse quadratic interpolation, or a secant, where that stays inside
/// and makes headway; halving otherwise. R's `uniroot` and Kayenta's solver
/// take the same steps, so that on a function of stairs, such as a rank
/// statistic, all three stop on the same stair.
pub(super) fn root(f: &dyn Fn(f64) -> f64, low: Point, high: Point, tolerance: f64) -> f64 {
    if low.y == 0.0 {
        return low.x;
    }
    let (mut last, mut best) = (low, high);
    // The end across zero from `best`.
    let mut across = low;
    for _ in 0..MOST_STEPS {
        let came = best.x - last.x;
        if across.y.abs() < best.y.abs() {
            last = best;
            best = across;
            across = last;
        }
        let least = 2.0 * f64::EPSILON * best.x.abs() + 0.5 * tolerance;
        let half = (across.x - best.x) / 2.0;
        if half.abs() <= least || best.y == 0.0 {
            return best.x;
        }
        let guess = if came.abs() >= least && last.y.abs() > best.y.abs() {
            interpolated(last, best, across, came, least)
        } else {
            None
        };
        let step = guess.unwrap_or(half);
        let step = if step.abs() >= least {
            step
        } else if step > 0.0 {
            least
        } else {
            -least
        };
        last = best;
        best.x += step;
        best.y = f(best.x);
        if (best.y > 0.0 && across.y > 0.0) || (best.y < 0.0 && across.y < 0.0) {
            across = last;
        }
    }
    best.x
}

/// The step from `best` to where a curve through the points crosses zero; none
/// if it would lead near or past the end across, or shrink the interval less
/// than halving does.
fn interpolated(last: Point, best: Point, across: Point, came: f64, least: f64) -> Option<f64> {
    let gap = across.x - best.x;
    let to_last = best.y / last.y;
    // The step is `above / below`; divided only once it is known to be safe.
    let (above, below) = if last.x == across.x {
        (gap * to_last, 1.0 - to_last)
    } else {
        let q = last.y / across.y;
        let to_across = best.y / across.y;
        (
            to_last * (gap * q * (q - to_across) - (best.x - last.x) * (to_across - 1.0)),
            (q - 1.0) * (to_across - 1.0) * (to_last - 1.0),
        )
    };
    let (above, below) = if above > 0.0 {
        (above, -below)
    } else {
        (-above, below)
    };
    let inside = above < 0.75 * gap * below - (least * below).abs() / 2.0;
    (inside && above < (came * below / 2.0).abs()).then(|| above / below)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn between(f: &dyn Fn(f64) -> f64, low: f64, high: f64, tolerance: f64) -> f64 {
        let point = |x| Point { x, y: f(x) };
        root(f, point(low), point(high), tolerance)
    }

    #[test]
    fn smooth_functions_are_solved_to_the_tolerance() {
        // Brent's own examples are of this kind: a cubic, an exponential, a pole's neighbour.
        let cubic = |x: f64| x * x * x - 2.0 * x - 5.0;
        assert!((between(&cubic, 2.0, 3.0, 1e-12) - 2.094_551_481_542_326_5).abs() < 1e-11);
        let falling = |x: f64| libm::exp(-x) - x;
        assert!((between(&falling, 0.0, 1.0, 1e-12) - 0.567_143_290_409_783_8).abs() < 1e-11);
        assert!((between(&falling, 0.0, 1.0, 1e-2) - 0.567_143_290_409_783_8).abs() < 1e-2);
        let flat = |x: f64| x * x * x * x * x * x * x * x * x;
        assert!(between(&flat, -1.0, 1.5, 1e-9).abs() < 0.2);
    }

    #[test]
    fn a_zero_at_an_end_is_found_there() {
        assert_eq!(between(&|x| x, 0.0, 5.0, 1e-4), 0.0);
        assert_eq!(between(&|x| x - 5.0, 0.0, 5.0, 1e-4), 5.0);
    }

    #[test]
    fn a_step_is_located_within_the_tolerance() {
        for edge in [0.1, 1.0, 7.25, 9.999] {
            let step = |x: f64| if x < edge { 3.0 } else { -1.0 };
            assert!((between(&step, 0.0, 10.0, 1e-4) - edge).abs() <= 1e-4);
        }
    }

    #[test]
    fn values_that_are_no_numbers_end_too() {
        let end = Point {
            x: 1.0,
            y: f64::NAN,
        };
        let start = Point { x: 0.0, y: 1.0 };
        root(&|_| f64::NAN, start, end, 1e-4);
    }
}
