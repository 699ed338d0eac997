//! What a rule would have been worth: when it would have fired over a past
//! that is known, held against what really happened.
//!
//! After the SRE Workbook (2018), chapter 5: precision, recall, detection time
//! and reset time. Times are seconds.

use serde::{Deserialize, Serialize};

/// A stretch of time, its end not included.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stretch {
    /// Where it begins.
    pub from: f64,
    /// Where it ends.
    pub to: f64,
}

impl Stretch {
    fn meets(&self, other: &Stretch, later: f64) -> bool {
        self.from < other.to + later && other.from < self.to
    }
}

/// How a rule would have done.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Worth {
    /// When it would have fired.
    pub fired: Vec<Stretch>,
    /// Share of its firings that met an incident.
    pub precision: Option<f64>,
    /// Share of the incidents that it met.
    pub recall: Option<f64>,
    /// From an incident's beginning to the firing, on average.
    pub detection: Option<f64>,
    /// From an incident's end to the firing's end, on average.
    pub reset: Option<f64>,
    /// Firings in a week.
    pub per_week: f64,
}

/// When a rule fires whose series is there at these steps: pending for `after`,
/// going on for `keep` when the series is gone.
pub fn firings(steps: &[(f64, bool)], after: f64, keep: f64) -> Vec<Stretch> {
    let (mut found, mut since, mut firing, mut gone) =
        (Vec::new(), None::<f64>, None::<f64>, None::<f64>);
    for (at, there) in steps {
        if *there {
            gone = None;
            let since = *since.get_or_insert(*at);
            if firing.is_none() && at - since >= after {
                firing = Some(*at);
            }
            continue;
        }
        let left = *gone.get_or_insert(*at);
        match firing {
            Some(_) if keep > 0.0 && at - left < keep => continue,
            Some(from) => found.push(Stretch { from, to: *at }),
            None => {}
        }
        (since, firing, gone) = (None, None, None);
    }
    if let (Some(from), Some((to, _))) = (firing, steps.last()) {
        found.push(Stretch { from, to: *to });
    }
    found
}

/// Stretches in which the budget really burned: steps at which the burn rate is
/// at least `least`, those less than `gap` apart taken together.
pub fn incidents(burn: &[(f64, Option<f64>)], least: f64, gap: f64) -> Vec<Stretch> {
    let mut found: Vec<Stretch> = Vec::new();
    for pair in burn.windows(2) {
        let ((from, _), (to, rate)) = (pair[0], pair[1]);
        if rate.is_none_or(|rate| rate < least) {
            continue;
        }
        match found.last_mut() {
            Some(last) if from - last.to <= gap => last.to = to,
            _ => found.push(Stretch { from, to }),
        }
    }
    found
}

/// Holds firings against incidents over `length` seconds. A firing that begins
/// up to `late` after an incident's end is still about it.
pub fn worth(fired: Vec<Stretch>, incidents: &[Stretch], late: f64, length: f64) -> Worth {
    let met = |firing: &Stretch| {
        incidents
            .iter()
            .find(|incident| firing.meets(incident, late))
    };
    let hits = fired.iter().filter(|firing| met(firing).is_some()).count();
    let share = |part: usize, whole: usize| (whole > 0).then(|| part as f64 / whole as f64);
    let (mut found, mut detection, mut reset) = (0, 0.0, 0.0);
    for incident in incidents {
        let about = || fired.iter().filter(|firing| firing.meets(incident, late));
        if let (Some(first), Some(last)) = (about().next(), about().next_back()) {
            found += 1;
            detection += (first.from - incident.from).max(0.0);
            reset += (last.to - incident.to).max(0.0);
        }
    }
    let mean = |sum: f64| (found > 0).then(|| sum / found as f64);
    Worth {
        precision: share(hits, fired.len()),
        recall: share(found, incidents.len()),
        detection: mean(detection),
        reset: mean(reset),
        per_week: if length > 0.0 {
            fired.len() as f64 * 604_800.0 / length
        } else {
            0.0
        },
        fired,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stretch(from: f64, to: f64) -> Stretch {
        Stretch { from, to }
    }

    #[test]
    fn a_rule_waits_for_its_time_and_goes_on_for_a_while() {
        let there = [0, 1, 1, 1, 0, 1, 0, 0, 1, 1];
        let steps: Vec<(f64, bool)> = there
            .iter()
            .enumerate()
            .map(|(at, there)| (at as f64, *there == 1))
            .collect();
        let found = |after, keep| firings(&steps, after, keep);
        assert_eq!(
            found(0.0, 0.0),
            [stretch(1.0, 4.0), stretch(5.0, 6.0), stretch(8.0, 9.0)]
        );
        assert_eq!(found(2.0, 0.0), [stretch(3.0, 4.0)]);
        assert_eq!(found(2.0, 2.0), [stretch(3.0, 9.0)]);
    }

    #[test]
    fn firings_are_held_against_what_happened() {
        let burn: Vec<(f64, Option<f64>)> = (0..20)
            .map(|at| {
                (
                    f64::from(at),
                    Some(if (5..8).contains(&at) || at == 15 {
                        20.0
                    } else {
                        0.5
                    }),
                )
            })
            .collect();
        let happened = incidents(&burn, 1.0, 2.0);
        assert_eq!(happened, [stretch(4.0, 7.0), stretch(14.0, 15.0)]);
        let fired = vec![stretch(5.0, 9.0), stretch(11.0, 12.0)];
        let found = worth(fired, &happened, 1.0, 604_800.0);
        assert_eq!((found.precision, found.recall), (Some(0.5), Some(0.5)));
        assert_eq!(
            (found.detection, found.reset, found.per_week),
            (Some(1.0), Some(2.0), 2.0)
        );
        let silent = worth(Vec::new(), &happened, 1.0, 604_800.0);
        assert_eq!((silent.precision, silent.recall), (None, Some(0.0)));
    }
}
