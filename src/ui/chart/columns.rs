//! A series reduced to what a screen can show: at most four points per pixel
//! column (first, lowest, highest, last), so that no spike is lost.
//!
//! Comes in: points in rising time, gaps as `None`. Goes out: unbroken
//! pieces, cut exactly at the ends of the range.

/// A point that exists: (seconds, value).
pub type Point = (f64, f64);

/// The pieces of `points` between `from` and `to`, for a plot `columns` pixels
/// wide. A piece with one point stands alone between gaps.
pub fn reduce(
    points: &[(f64, Option<f64>)],
    from: f64,
    to: f64,
    columns: usize,
) -> Vec<Vec<Point>> {
    pieces(points)
        .map(|piece| cut(&piece, from, to))
        .filter(|piece| !piece.is_empty())
        .map(|piece| thin(piece, from, to, columns))
        .collect()
}

/// Splits at gaps; values that are not numbers are gaps too.
fn pieces(points: &[(f64, Option<f64>)]) -> impl Iterator<Item = Vec<Point>> {
    let usable = |(t, v): &(f64, Option<f64>)| v.filter(|v| v.is_finite() && t.is_finite());
    points
        .chunk_by(move |a, b| usable(a).is_some() == usable(b).is_some())
        .map(move |run| {
            run.iter()
                .filter_map(|point| usable(point).map(|v| (point.0, v)))
                .collect::<Vec<_>>()
        })
        .filter(|run| !run.is_empty())
}

/// The part of a piece within the range; the line is cut where it crosses an end.
fn cut(piece: &[Point], from: f64, to: f64) -> Vec<Point> {
    let inside = |t: f64| (from..=to).contains(&t);
    let mut kept = Vec::with_capacity(piece.len());
    for (place, &(t, v)) in piece.iter().enumerate() {
        if let Some(&(t0, v0)) = place.checked_sub(1).and_then(|before| piece.get(before))
            && t > t0
        {
            let at = |x: f64| (x, v0 + (v - v0) * (x - t0) / (t - t0));
            if t0 < from && t > from {
                kept.push(at(from));
            }
            if t0 < to && t > to {
                kept.push(at(to));
            }
        }
        if inside(t) {
            kept.push((t, v));
        }
    }
    kept
}

/// First, lowest, highest and last point of each column, in their order.
fn thin(piece: Vec<Point>, from: f64, to: f64, columns: usize) -> Vec<Point> {
    if piece.len() <= columns * 2 || columns == 0 || to <= from {
        return piece;
    }
    let column = |t: f64| ((t - from) / (to - from) * columns as f64) as usize;
    piece
        .chunk_by(|a, b| column(a.0) == column(b.0))
        .flat_map(|run| {
            let by = |better: fn(f64, f64) -> bool| {
                (1..run.len()).fold(0, |best, i| {
                    if better(run[i].1, run[best].1) {
                        i
                    } else {
                        best
                    }
                })
            };
            let mut places = [0, by(|a, b| a < b), by(|a, b| a > b), run.len() - 1];
            places.sort_unstable();
            let mut kept: Vec<Point> = Vec::with_capacity(4);
            for (k, place) in places.into_iter().enumerate() {
                if k == 0 || places[k - 1] != place {
                    kept.push(run[place]);
                }
            }
            kept
        })
        .collect()
}

/// The value that holds at `at`: the last point at or before it, unless that
/// is a gap or further than `reach` away.
pub fn value_at(points: &[(f64, Option<f64>)], at: f64, reach: f64) -> Option<f64> {
    let after = points.partition_point(|(t, _)| *t <= at);
    let nearest = [after.checked_sub(1), Some(after)]
        .into_iter()
        .flatten()
        .filter_map(|place| points.get(place))
        .min_by(|a, b| (a.0 - at).abs().total_cmp(&(b.0 - at).abs()))?;
    nearest
        .1
        .filter(|v| v.is_finite() && (nearest.0 - at).abs() <= reach)
}

/// The time of the point nearest to `at`.
pub fn nearest_time(points: &[(f64, Option<f64>)], at: f64) -> Option<f64> {
    let after = points.partition_point(|(t, _)| *t <= at);
    [after.checked_sub(1), Some(after)]
        .into_iter()
        .flatten()
        .filter_map(|place| points.get(place).map(|p| p.0))
        .min_by(|a, b| (a - at).abs().total_cmp(&(b - at).abs()))
}

/// The time `steps` points after (or before) the one nearest to `at`, at most the first or last.
pub fn step_time(points: &[(f64, Option<f64>)], at: f64, steps: isize) -> Option<f64> {
    let nearest = nearest_time(points, at)?;
    let place = points.partition_point(|(t, _)| *t < nearest);
    let place = place.saturating_add_signed(steps).min(points.len() - 1);
    points.get(place).map(|p| p.0)
}

/// The typical distance between neighbours, for how far a point's word carries.
pub fn spacing(points: &[(f64, Option<f64>)]) -> f64 {
    match (points.first(), points.last()) {
        (Some(first), Some(last)) if points.len() > 1 => {
            (last.0 - first.0) / (points.len() - 1) as f64
        }
        _ => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn gaps_split_a_series() {
        let points = [
            (0.0, Some(1.0)),
            (1.0, None),
            (2.0, Some(3.0)),
            (3.0, Some(f64::NAN)),
            (4.0, Some(5.0)),
            (5.0, Some(6.0)),
        ];
        assert_eq!(
            reduce(&points, 0.0, 5.0, 100),
            [
                vec![(0.0, 1.0)],
                vec![(2.0, 3.0)],
                vec![(4.0, 5.0), (5.0, 6.0)]
            ]
        );
    }

    #[test]
    fn lines_are_cut_where_they_cross_the_ends() {
        let points = [(0.0, Some(0.0)), (10.0, Some(10.0))];
        assert_eq!(
            reduce(&points, 2.0, 5.0, 100),
            [vec![(2.0, 2.0), (5.0, 5.0)]]
        );
        assert_eq!(
            reduce(&points, 5.0, 20.0, 100),
            [vec![(5.0, 5.0), (10.0, 10.0)]]
        );
        assert!(reduce(&points, 11.0, 20.0, 100).is_empty());
    }

    #[test]
    fn the_nearest_point_speaks_for_a_moment() {
        let points = [(0.0, Some(1.0)), (10.0, Some(2.0)), (20.0, None)];
        assert_eq!(value_at(&points, 4.0, 8.0), Some(1.0));
        assert_eq!(value_at(&points, 7.0, 8.0), Some(2.0));
        assert_eq!(value_at(&points, 19.0, 8.0), None);
        assert_eq!(value_at(&points, -9.0, 8.0), None);
        assert_eq!(value_at(&[], 0.0, 8.0), None);
    }

    #[test]
    fn steps_go_from_point_to_point_and_stop_at_the_ends() {
        let points = [(0.0, Some(1.0)), (10.0, None), (20.0, Some(2.0))];
        assert_eq!(step_time(&points, 1.0, 1), Some(10.0));
        assert_eq!(step_time(&points, 10.0, -5), Some(0.0));
        assert_eq!(step_time(&points, 10.0, 5), Some(20.0));
        assert_eq!(step_time(&[], 1.0, 1), None);
        assert_eq!(nearest_time(&points, 14.0), Some(10.0));
    }

    proptest! {
        #[test]
        fn reducing_keeps_ends_and_extremes(values in prop::collection::vec(-1e3..1e3_f64, 1..2_000), columns in 1..300_usize) {
            let points: Vec<_> = values.iter().enumerate().map(|(i, v)| (i as f64, Some(*v))).collect();
            let to = values.len() as f64;
            let pieces = reduce(&points, 0.0, to, columns);
            prop_assert_eq!(pieces.len(), 1);
            let kept = &pieces[0];
            let lowest = |it: &mut dyn Iterator<Item = f64>| it.fold(f64::INFINITY, f64::min);
            let highest = |it: &mut dyn Iterator<Item = f64>| it.fold(f64::NEG_INFINITY, f64::max);
            prop_assert_eq!(lowest(&mut kept.iter().map(|p| p.1)), lowest(&mut values.iter().copied()));
            prop_assert_eq!(highest(&mut kept.iter().map(|p| p.1)), highest(&mut values.iter().copied()));
            prop_assert_eq!(kept.first().map(|p| p.1), values.first().copied());
            prop_assert_eq!(kept.last().map(|p| p.1), values.last().copied());
            prop_assert!(kept.windows(2).all(|w| w[0].0 < w[1].0));
            prop_assert!(kept.len() <= (columns + 1) * 4);
        }

        #[test]
        fn every_kept_point_lies_in_range(values in prop::collection::vec(prop::option::of(-1e3..1e3_f64), 0..300), from in 0.0..300.0_f64, span in 0.1..300.0_f64) {
            let points: Vec<_> = values.iter().enumerate().map(|(i, v)| (i as f64, *v)).collect();
            for piece in reduce(&points, from, from + span, 50) {
                prop_assert!(piece.iter().all(|p| (from..=from + span).contains(&p.0)));
            }
        }
    }
}
