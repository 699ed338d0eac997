//! Curves between nodes, measured so that dots can travel along them.

use std::fmt::Write;

/// A place in CSS pixels.
pub type Place = (f64, f64);

/// Which way the graph runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Layers are columns, traffic runs to the right.
    Right,
    /// Layers are rows, traffic runs down.
    Down,
}

/// A smooth curve.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Path {
    /// As SVG path data.
    pub data: String,
    /// Samples along it: distance from its start, place.
    samples: Vec<(f64, Place)>,
    /// Where its last piece begins.
    last_piece: f64,
}

/// Samples per piece between two places.
const SAMPLES: u32 = 20;

impl Path {
    /// A curve through `places` that leaves and enters each along `direction`.
    pub fn through(places: &[Place], direction: Direction) -> Path {
        let mut path = Path::default();
        let Some(start) = places.first() else {
            return path;
        };
        // Writing to a string cannot fail.
        let _ = write!(path.data, "M{:.1} {:.1}", start.0, start.1);
        path.samples.push((0.0, *start));
        for pair in places.windows(2) {
            if let [a, b] = pair {
                path.extend(*a, *b, direction);
            }
        }
        path
    }

    fn extend(&mut self, a: Place, b: Place, direction: Direction) {
        let (c, d) = match direction {
            Direction::Right => {
                let reach = ((b.0 - a.0) / 2.0).abs().max(24.0);
                ((a.0 + reach, a.1), (b.0 - reach, b.1))
            }
            Direction::Down => {
                let reach = ((b.1 - a.1) / 2.0).abs().max(16.0);
                ((a.0, a.1 + reach), (b.0, b.1 - reach))
            }
        };
        self.last_piece = self.length();
        let _ = write!(
            self.data,
            "C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}",
            c.0, c.1, d.0, d.1, b.0, b.1
        );
        for step in 1..=SAMPLES {
            let t = f64::from(step) / f64::from(SAMPLES);
            let mix = |a: f64, c: f64, d: f64, b: f64| {
                let s = 1.0 - t;
                s * s * s * a + 3.0 * s * s * t * c + 3.0 * s * t * t * d + t * t * t * b
            };
            let place = (mix(a.0, c.0, d.0, b.0), mix(a.1, c.1, d.1, b.1));
            let (gone, last) = self.samples.last().copied().unwrap_or((0.0, a));
            let step = libm::hypot(place.0 - last.0, place.1 - last.1);
            self.samples.push((gone + step, place));
        }
    }

    /// Its length in CSS pixels.
    pub fn length(&self) -> f64 {
        self.samples.last().map_or(0.0, |s| s.0)
    }

    /// Whether it ends as high as it began.
    pub fn is_level(&self) -> bool {
        let ends = self.samples.first().zip(self.samples.last());
        ends.is_some_and(|(a, b)| (a.1.1 - b.1.1).abs() < 1.0)
    }

    /// The middle of its last piece: never beside a node that it passes.
    pub fn label_distance(&self) -> f64 {
        (self.last_piece + self.length()) / 2.0
    }

    /// The place `distance` from its start, moved `aside` to the right of the way.
    pub fn at(&self, distance: f64, aside: f64) -> Place {
        let after = self.samples.partition_point(|s| s.0 < distance);
        let end = after.clamp(1, self.samples.len().saturating_sub(1).max(1));
        let (Some(a), Some(b)) = (self.samples.get(end - 1), self.samples.get(end)) else {
            return self.samples.first().map_or((0.0, 0.0), |s| s.1);
        };
        let span = (b.0 - a.0).max(1e-9);
        let share = ((distance - a.0) / span).clamp(0.0, 1.0);
        let (dx, dy) = (b.1.0 - a.1.0, b.1.1 - a.1.1);
        (
            a.1.0 + dx * share - dy / span * aside,
            a.1.1 + dy * share + dx / span * aside,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_straight_path_is_as_long_as_it_looks() {
        let path = Path::through(&[(0.0, 10.0), (100.0, 10.0)], Direction::Right);
        assert!((path.length() - 100.0).abs() < 1e-6);
        let (x, y) = path.at(50.0, 0.0);
        assert!((x - 50.0).abs() < 3.0 && (y - 10.0).abs() < 1e-9);
        assert!((path.at(50.0, 4.0).1 - 14.0).abs() < 1e-9);
    }

    #[test]
    fn ends_are_met_and_never_passed() {
        let path = Path::through(
            &[(0.0, 0.0), (50.0, 40.0), (100.0, -20.0)],
            Direction::Right,
        );
        assert_eq!(path.at(-5.0, 0.0), (0.0, 0.0));
        let (x, y) = path.at(1e9, 0.0);
        assert!((x - 100.0).abs() < 1e-6 && (y + 20.0).abs() < 1e-6);
    }

    #[test]
    fn no_places_no_path() {
        let path = Path::through(&[], Direction::Down);
        assert_eq!((path.length(), path.at(3.0, 0.0)), (0.0, (0.0, 0.0)));
    }
}
