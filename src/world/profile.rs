//! Profiles evaluated: the value at an instant, and a bound on the values to come.
//!
//! Thinning is exact under any bound and fast under a tight one. So a bound
//! holds for a short stretch only, over which the profile is nearly flat; the
//! sampler begins anew at its end (the exponential has no memory).

use crate::base::{SimTime, Span};

use super::spec::Profile;

const DAY: u64 = 86_400 * 1_000_000_000;
/// Stretches of a day's cosine: half an hour, over which it changes by at most
/// 7 % of its height.
const COSINE_STRETCH: u64 = DAY / 48;
/// Stretches of a slope between two points.
const SLOPE_STRETCHES: u64 = 16;

/// A bound on a value from an instant on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bound {
    /// No value is higher...
    pub most: f64,
    /// ...before this instant, which is later than the one asked for.
    pub until: SimTime,
    /// Every value until then equals `most`.
    pub exact: bool,
}

impl Bound {
    /// A value that never changes.
    pub const fn forever(value: f64) -> Bound {
        Bound {
            most: value,
            until: SimTime::MAX,
            exact: true,
        }
    }

    /// Both at once, combined by `join`, which must not fall when either rises.
    pub fn with(self, other: Bound, join: impl Fn(f64, f64) -> f64) -> Bound {
        Bound {
            most: join(self.most, other.most),
            until: if other.until < self.until {
                other.until
            } else {
                self.until
            },
            exact: self.exact && other.exact,
        }
    }
}

impl Profile {
    /// A value that is never exceeded; the highest one unless parts peak at
    /// different times.
    pub fn highest(&self) -> f64 {
        match self {
            Profile::Constant(value) => *value,
            Profile::Diurnal { high, .. } => *high,
            Profile::Table { points, .. } => points
                .iter()
                .fold(0.0, |most, (_, value)| larger(most, *value)),
            Profile::Weekly(days) => days.iter().fold(0.0, |most, value| larger(most, *value)),
            Profile::Spike { times, .. } | Profile::FlashSale { times, .. } => larger(1.0, *times),
            Profile::Sum(parts) => parts.iter().map(Profile::highest).sum(),
            Profile::Product(parts) => parts.iter().map(Profile::highest).product(),
        }
    }

    /// The value at an instant.
    pub fn at(&self, now: SimTime) -> f64 {
        match self {
            Profile::Constant(value) => *value,
            Profile::Diurnal { low, high, peak } => {
                let hour = now.as_secs_f64() - peak.as_secs_f64();
                let wave = libm::cos(hour / 86_400.0 * core::f64::consts::TAU);
                low + (high - low) * (1.0 + wave) / 2.0
            }
            Profile::Table {
                points,
                linear,
                repeat,
            } => table_at(points, *linear, fold(now.as_nanos(), *repeat)),
            Profile::Weekly(days) => days[(now.as_nanos() / DAY % 7) as usize],
            Profile::Spike { times, .. } => {
                let (place, corners) = self.spike(now);
                1.0 + (times - 1.0) * height(place, corners)
            }
            Profile::FlashSale {
                at,
                times,
                half_life,
            } => flash_at(now.as_nanos(), at.as_nanos(), *times, *half_life),
            Profile::Sum(parts) => parts.iter().map(|part| part.at(now)).sum(),
            Profile::Product(parts) => parts.iter().map(|part| part.at(now)).product(),
        }
    }

    /// A bound on the values from `now` on.
    pub(super) fn bound(&self, now: SimTime) -> Bound {
        let nanos = now.as_nanos();
        match self {
            Profile::Constant(value) => Bound::forever(*value),
            Profile::Diurnal { high, peak, .. } => {
                let until = next(nanos, COSINE_STRETCH);
                let top = (peak.as_nanos() + DAY - nanos % DAY) % DAY < until - nanos;
                let ends = larger(self.at(now), self.at(SimTime::from_nanos(until)));
                // A hair above, for the rounding of the cosine.
                let most = if top { *high } else { ends * (1.0 + 1e-12) };
                bound_to(most, until, false)
            }
            Profile::Table {
                points,
                linear,
                repeat,
            } => {
                let place = fold(nanos, *repeat);
                let (most, until, exact) = table_bound(points, *linear, place);
                let end = repeat.map_or(u64::MAX, Span::as_nanos);
                bound_to(most, nanos.saturating_add(until.min(end) - place), exact)
            }
            Profile::Weekly(days) => {
                let day = (nanos / DAY % 7) as usize;
                bound_to(days[day], next(nanos, DAY), true)
            }
            Profile::Spike { times, .. } => self.spike_bound(now, *times),
            Profile::FlashSale {
                at,
                times,
                half_life,
            } => flash_bound(nanos, at.as_nanos(), *times, *half_life),
            Profile::Sum(parts) => parts.iter().fold(Bound::forever(0.0), |bound, part| {
                bound.with(part.bound(now), |a, b| a + b)
            }),
            Profile::Product(parts) => parts.iter().fold(Bound::forever(1.0), |bound, part| {
                bound.with(part.bound(now), |a, b| a * b)
            }),
        }
    }

    /// Where in a spike an instant lies, and the spike's corners, in nanoseconds.
    fn spike(&self, now: SimTime) -> (u64, [u64; 4]) {
        let Profile::Spike {
            at,
            rise,
            hold,
            fall,
            every,
            ..
        } = self
        else {
            return (0, [0; 4]);
        };
        let up = rise.as_nanos();
        let down = up.saturating_add(hold.as_nanos());
        let corners = [0, up, down, down.saturating_add(fall.as_nanos())];
        match now.as_nanos().checked_sub(at.as_nanos()) {
            Some(since) => (fold(since, *every), corners),
            None => (u64::MAX, corners),
        }
    }

    fn spike_bound(&self, now: SimTime, times: f64) -> Bound {
        let Profile::Spike { at, every, .. } = self else {
            return Bound::forever(1.0);
        };
        let nanos = now.as_nanos();
        let (place, corners) = self.spike(now);
        if place == u64::MAX {
            return bound_to(1.0, at.as_nanos(), true);
        }
        let value = |height: f64| 1.0 + (times - 1.0) * height;
        // The first corner still to come ends the stretch; a flank has several.
        for leg in 0..3 {
            let (from, to) = (corners[leg], corners[leg + 1]);
            if place >= to {
                continue;
            }
            if leg == 1 {
                return bound_to(times, nanos.saturating_add(to - place), true);
            }
            let until = (place + ((to - from) / SLOPE_STRETCHES).max(1)).min(to);
            let most = larger(height(place, corners), height(until, corners));
            let low = value(height(place, corners));
            let most = larger(low, value(most));
            return bound_to(most, nanos.saturating_add(until - place), false);
        }
        let until = every.map_or(u64::MAX, |every| {
            nanos.saturating_add(every.as_nanos() - place)
        });
        bound_to(1.0, until, true)
    }
}

/// A flash sale's factor: its excess over 1 halves every `half_life`.
pub(super) fn flash_at(now: u64, at: u64, times: f64, half_life: Span) -> f64 {
    match now.checked_sub(at) {
        None => 1.0,
        Some(since) => {
            let halvings = since as f64 / half_life.as_nanos() as f64;
            1.0 + (times - 1.0) * libm::exp2(-halvings)
        }
    }
}

/// Its bound: it falls only, so the present value holds for an eighth of a half-life.
pub(super) fn flash_bound(now: u64, at: u64, times: f64, half_life: Span) -> Bound {
    if now < at {
        return bound_to(1.0, at, true);
    }
    let stretch = (half_life.as_nanos() / 8).max(1);
    let most = flash_at(now, at, times, half_life);
    if most - 1.0 < 1e-9 {
        // From here on it is flat to nine digits.
        return Bound {
            exact: false,
            ..Bound::forever(most)
        };
    }
    bound_to(most, now.saturating_add(stretch), false)
}

fn bound_to(most: f64, until: u64, exact: bool) -> Bound {
    Bound {
        most,
        until: SimTime::from_nanos(until),
        exact,
    }
}

/// The first multiple of `step` after `nanos`.
fn next(nanos: u64, step: u64) -> u64 {
    (nanos / step + 1).saturating_mul(step)
}

fn fold(nanos: u64, repeat: Option<Span>) -> u64 {
    match repeat {
        Some(period) if !period.is_zero() => nanos % period.as_nanos(),
        _ => nanos,
    }
}

fn larger(a: f64, b: f64) -> f64 {
    if b > a { b } else { a }
}

/// Height of a spike, 0..=1, at a place relative to its beginning.
fn height(place: u64, [_, up, down, end]: [u64; 4]) -> f64 {
    if place < up {
        place as f64 / up as f64
    } else if place < down {
        1.0
    } else if place < end {
        (end - place) as f64 / (end - down) as f64
    } else {
        0.0
    }
}

/// Points at or before a place in a table.
fn reached(points: &[(Span, f64)], place: u64) -> usize {
    points.partition_point(|(from, _)| from.as_nanos() <= place)
}

fn table_at(points: &[(Span, f64)], linear: bool, place: u64) -> f64 {
    let reached = reached(points, place);
    let after = points.get(reached);
    let before = reached.checked_sub(1).and_then(|last| points.get(last));
    match (before, after) {
        (Some((from, low)), Some((to, high))) if linear => {
            let (from, to) = (from.as_nanos(), to.as_nanos());
            let share = (place - from) as f64 / (to - from) as f64;
            low + (high - low) * share
        }
        (Some((_, value)), _) | (None, Some((_, value))) => *value,
        (None, None) => 0.0,
    }
}

fn table_bound(points: &[(Span, f64)], linear: bool, place: u64) -> (f64, u64, bool) {
    let value = table_at(points, linear, place);
    let reached = reached(points, place);
    let Some((to, _)) = points.get(reached) else {
        return (value, u64::MAX, true);
    };
    let to = to.as_nanos();
    let from = reached.checked_sub(1).map(|last| points[last].0.as_nanos());
    match from {
        Some(from) if linear => {
            let until = (place + ((to - from) / SLOPE_STRETCHES).max(1)).min(to);
            // Just before the end: at the end itself the next stretch may have begun.
            let high = points[reached].1;
            let share = (until - from) as f64 / (to - from) as f64;
            let low = points[reached - 1].1;
            let end = low + (high - low) * share;
            if low == high {
                return (value, to, true);
            }
            (larger(value, end) * (1.0 + 1e-12), until, false)
        }
        _ => (value, to, true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<Profile> {
        let (mins, hours) = (Span::from_mins, Span::from_hours);
        let table = |linear, repeat| Profile::Table {
            points: vec![
                (mins(10), 2.0),
                (mins(30), 9.0),
                (hours(2), 0.0),
                (hours(3), 4.0),
            ],
            linear,
            repeat,
        };
        let flash = Profile::FlashSale {
            at: hours(5),
            times: 12.0,
            half_life: mins(7),
        };
        let spike = |every| Profile::Spike {
            at: mins(50),
            rise: mins(3),
            hold: mins(4),
            fall: mins(9),
            times: 6.0,
            every,
        };
        let diurnal = Profile::Diurnal {
            low: 1.0,
            high: 8.0,
            peak: hours(20),
        };
        let weekly = Profile::Weekly([1.0, 1.1, 1.0, 1.2, 1.4, 0.6, 0.5]);
        vec![
            Profile::Constant(3.0),
            table(false, None),
            table(true, None),
            table(true, Some(hours(4))),
            table(false, Some(hours(3) + mins(1))),
            spike(None),
            spike(Some(mins(16))),
            spike(Some(hours(1))),
            Profile::Product(vec![diurnal.clone(), weekly.clone(), flash.clone()]),
            Profile::Sum(vec![flash, spike(Some(hours(2))), weekly, diurnal]),
        ]
    }

    #[test]
    fn no_value_exceeds_its_bound_and_bounds_are_tight() {
        for profile in all() {
            let mut now = SimTime::ZERO;
            let (mut bounded, mut real) = (0.0, 0.0);
            let end = SimTime::ZERO + Span::from_days(9);
            while now < end {
                let bound = profile.bound(now);
                assert!(bound.until > now, "{profile:?} at {now:?}");
                let until = if bound.until < end { bound.until } else { end };
                let length = until.since(now);
                for part in 0..20 {
                    let at = now + length.scaled(f64::from(part) / 20.0);
                    let value = profile.at(at);
                    assert!(value <= bound.most, "{profile:?} at {at:?}: {value}");
                    assert!(
                        !bound.exact || value == bound.most,
                        "{profile:?} at {at:?}: {value}"
                    );
                    real += value * length.as_secs_f64() / 20.0;
                }
                bounded += bound.most * length.as_secs_f64();
                now = until;
            }
            // Of ten candidates at least nine are real.
            assert!(real / bounded > 0.9, "{profile:?}: {}", real / bounded);
        }
    }

    #[test]
    fn each_shape_has_the_values_it_is_described_by() {
        let at = |profile: &Profile, secs| profile.at(SimTime::from_secs(secs));
        let spike = Profile::Spike {
            at: Span::from_secs(100),
            rise: Span::from_secs(10),
            hold: Span::from_secs(20),
            fall: Span::from_secs(40),
            times: 5.0,
            every: Some(Span::from_secs(1_000)),
        };
        let found = [99, 105, 110, 129, 150, 170, 1_105].map(|secs| at(&spike, secs));
        assert_eq!(found, [1.0, 3.0, 5.0, 5.0, 3.0, 1.0, 3.0]);
        let flash = Profile::FlashSale {
            at: Span::from_secs(60),
            times: 9.0,
            half_life: Span::from_secs(30),
        };
        assert_eq!(
            [59, 60, 90, 120].map(|secs| at(&flash, secs)),
            [1.0, 9.0, 5.0, 3.0]
        );
        let week = Profile::Weekly([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]);
        let days = [0, 1, 6, 7].map(|day| at(&week, day * 86_400 + 1));
        assert_eq!(days, [1.0, 2.0, 7.0, 1.0]);
    }
}
