//! The arithmetic of the HorizontalPodAutoscaler, apart from any pod.
//!
//! Follows the Kubernetes documentation ("Horizontal Pod Autoscaling",
//! algorithm details and configurable scaling behaviour) and, where that is
//! silent, pkg/controller/podautoscaler: `replica_calculator.go` for the
//! wanted number, `horizontal.go` for windows and policies.

use std::collections::VecDeque;

use crate::base::{SimTime, Span};
use crate::world::spec::{Amount, Behaviour, ScalePolicy, Select};

/// One pod, as the autoscaler finds it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sample {
    /// It counts, with this value.
    Value(f64),
    /// It is ready, but nothing was measured.
    Missing,
    /// It is not ready yet.
    Unready,
}

/// The pods wanted by `desired = ceil(current * value / target)`, with
/// Kubernetes' care for pods that are not ready or not measured: they count as
/// idle when it would add pods, and a missing one as full when it would remove
/// them. Worked example of the documentation: 200m measured, 100m wanted,
/// ratio 2, twice the pods; 50m, half of them. Returns the pods and the ratio.
pub fn desired(
    samples: &[Sample],
    current: u32,
    target: f64,
    tolerance: f64,
) -> (u32, Option<f64>) {
    let values = samples.iter().filter_map(|sample| match sample {
        Sample::Value(value) => Some(*value),
        _ => None,
    });
    let (count, sum) = values.fold((0u32, 0.0), |(count, sum), value| (count + 1, sum + value));
    if count == 0 {
        return (current, None);
    }
    let how_many = |kind: Sample| samples.iter().filter(|sample| **sample == kind).count() as u32;
    let (missing, unready) = (how_many(Sample::Missing), how_many(Sample::Unready));
    let ratio = sum / f64::from(count) / target;
    let within = |ratio: f64| (1.0 - tolerance..=1.0 + tolerance).contains(&ratio);
    let unready_too = unready > 0 && ratio > 1.0;
    if !unready_too && missing == 0 {
        let wanted = if within(ratio) {
            current
        } else {
            ceil(ratio * f64::from(count))
        };
        return (wanted, Some(ratio));
    }
    let (mut all, mut sum) = (count, sum);
    if missing > 0 && ratio != 1.0 {
        all += missing;
        if ratio < 1.0 {
            sum += target * f64::from(missing);
        }
    }
    if unready_too {
        all += unready;
    }
    let careful = sum / f64::from(all) / target;
    let turned = (ratio < 1.0 && careful > 1.0) || (ratio > 1.0 && careful < 1.0);
    if within(careful) || turned {
        return (current, Some(ratio));
    }
    let wanted = ceil(careful * f64::from(all));
    let against = (careful < 1.0 && wanted > current) || (careful > 1.0 && wanted < current);
    (if against { current } else { wanted }, Some(ratio))
}

/// Rounded up, forgiving the last bits of a division.
fn ceil(value: f64) -> u32 {
    libm::ceil(value - 1e-9) as u32
}

/// The most recent recommendations decide: the smallest of the scale-up
/// window when pods are to be added, the largest of the scale-down window when
/// they are to be removed. `wanted` is the newest and stands in `past` too.
pub fn stabilised(
    past: &VecDeque<(SimTime, u32)>,
    now: SimTime,
    current: u32,
    wanted: u32,
    up: Span,
    down: Span,
) -> u32 {
    let (mut least, mut most) = (wanted, wanted);
    for (at, count) in past {
        let age = now.since(*at);
        if age < up && *count < least {
            least = *count;
        }
        if age < down && *count > most {
            most = *count;
        }
    }
    if current < least {
        least
    } else if current > most {
        most
    } else {
        current
    }
}

/// `wanted` within what the policies allow now, given past changes.
pub fn limited(
    changes: &VecDeque<(SimTime, i64)>,
    now: SimTime,
    current: u32,
    wanted: u32,
    up: &Behaviour,
    down: &Behaviour,
) -> u32 {
    if wanted > current {
        let most = bound(changes, now, current, up, true);
        wanted.min(most.max(current))
    } else if wanted < current {
        let least = bound(changes, now, current, down, false);
        wanted.max(least.min(current))
    } else {
        current
    }
}

/// Where the policies of one direction end.
fn bound(
    changes: &VecDeque<(SimTime, i64)>,
    now: SimTime,
    current: u32,
    rules: &Behaviour,
    adds: bool,
) -> u32 {
    if rules.select == Select::Disabled {
        return current;
    }
    let ends = rules
        .policies
        .iter()
        .map(|policy| policy_end(changes, now, current, policy, adds));
    // The most change is the highest end upwards and the lowest one downwards.
    let end = if (rules.select == Select::Max) == adds {
        ends.max()
    } else {
        ends.min()
    };
    end.unwrap_or(if adds { u32::MAX } else { 0 })
}

fn policy_end(
    changes: &VecDeque<(SimTime, i64)>,
    now: SimTime,
    current: u32,
    policy: &ScalePolicy,
    adds: bool,
) -> u32 {
    let recent: i64 = changes
        .iter()
        .filter(|(at, _)| now.since(*at) < policy.per)
        .map(|(_, change)| *change)
        .sum();
    let began = (i64::from(current) - recent).max(0);
    let end = match (policy.amount, adds) {
        (Amount::Pods(pods), true) => began + i64::from(pods),
        (Amount::Pods(pods), false) => began - i64::from(pods),
        (Amount::Percent(percent), true) => {
            let added = (began as u64 * u64::from(percent)).div_ceil(100);
            began + added as i64
        }
        // Truncated, as the controller does: 10 % off 72 is 64.8, so 64.
        (Amount::Percent(percent), false) => began * (100 - i64::from(percent)).max(0) / 100,
    };
    end.clamp(0, i64::from(u32::MAX)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(values: &[f64]) -> Vec<Sample> {
        values.iter().map(|value| Sample::Value(*value)).collect()
    }

    fn wanted(samples: &[Sample], current: u32, target: f64) -> u32 {
        desired(samples, current, target, 0.1).0
    }

    #[test]
    fn the_documented_ratio_doubles_and_halves() {
        assert_eq!(wanted(&values(&[200.0; 3]), 3, 100.0), 6);
        assert_eq!(wanted(&values(&[50.0; 4]), 4, 100.0), 2);
    }

    #[test]
    fn a_ratio_within_a_tenth_of_one_changes_nothing() {
        assert_eq!(wanted(&values(&[109.0; 10]), 10, 100.0), 10);
        assert_eq!(wanted(&values(&[91.0; 10]), 10, 100.0), 10);
        assert_eq!(wanted(&values(&[111.0; 10]), 10, 100.0), 12);
    }

    #[test]
    fn a_missing_value_counts_as_idle_upwards_and_as_full_downwards() {
        // Ratio 2 over two pods; with an idle third, (400 + 0) / 3 / 100 = 1.33, 4 pods and not 6.
        let mut samples = values(&[200.0, 200.0]);
        samples.push(Sample::Missing);
        assert_eq!(wanted(&samples, 3, 100.0), 4);
        // Ratio 0.2; with a full third, (40 + 100) / 3 / 100 = 0.47, 2 pods and not 1.
        let mut samples = values(&[20.0, 20.0]);
        samples.push(Sample::Missing);
        assert_eq!(wanted(&samples, 3, 100.0), 2);
    }

    #[test]
    fn pods_that_are_not_ready_damp_growth_and_nothing_else() {
        let mut samples = values(&[150.0, 150.0]);
        samples.push(Sample::Unready);
        samples.push(Sample::Unready);
        // (300 + 0) / 4 / 100 = 0.75 would shrink what ought to grow: nothing is done.
        assert_eq!(wanted(&samples, 4, 100.0), 4);
        let mut samples = values(&[40.0, 40.0]);
        samples.push(Sample::Unready);
        assert_eq!(wanted(&samples, 3, 100.0), 1);
    }

    #[test]
    fn without_any_value_nothing_changes() {
        assert_eq!(wanted(&[Sample::Unready, Sample::Missing], 2, 1.0), 2);
    }

    fn rules(policies: &[(Amount, u64)], select: Select) -> Behaviour {
        Behaviour {
            window: Span::ZERO,
            policies: policies
                .iter()
                .map(|(amount, seconds)| ScalePolicy {
                    amount: *amount,
                    per: Span::from_secs(*seconds),
                })
                .collect(),
            select,
        }
    }

    #[test]
    fn the_documented_scale_down_takes_eight_then_ten_percent_and_then_four() {
        // "Pods 4 per 60 s, Percent 10 per 60 s": 80 replicas to 10. First 8 pods
        // (10 % of 80), then 72 and so 8 again (7.2 rounded up), and from 40 on four at a time.
        let down = rules(
            &[(Amount::Pods(4), 60), (Amount::Percent(10), 60)],
            Select::Max,
        );
        let up = rules(&[], Select::Max);
        let mut current = 80;
        let mut path = Vec::new();
        let mut changes = VecDeque::new();
        for minute in 0..16 {
            let now = SimTime::from_secs(60 * minute);
            let next = limited(&changes, now, current, 10, &up, &down);
            changes.push_back((now, i64::from(next) - i64::from(current)));
            current = next;
            path.push(current);
        }
        let expected = [
            72, 64, 57, 51, 45, 40, 36, 32, 28, 24, 20, 16, 12, 10, 10, 10,
        ];
        assert_eq!(path, expected);
    }

    #[test]
    fn the_usual_scale_up_doubles_or_adds_four_whichever_is_more() {
        let up = rules(
            &[(Amount::Percent(100), 15), (Amount::Pods(4), 15)],
            Select::Max,
        );
        let down = rules(&[], Select::Max);
        let none = VecDeque::new();
        let now = SimTime::from_secs(100);
        assert_eq!(limited(&none, now, 1, 50, &up, &down), 5);
        assert_eq!(limited(&none, now, 10, 50, &up, &down), 20);
        // What was added within the period counts against it.
        let recent = VecDeque::from([(SimTime::from_secs(90), 10)]);
        assert_eq!(limited(&recent, now, 20, 50, &up, &down), 20);
    }

    #[test]
    fn a_disabled_direction_stands_still() {
        let never = rules(&[(Amount::Percent(100), 15)], Select::Disabled);
        let now = SimTime::from_secs(100);
        assert_eq!(limited(&VecDeque::new(), now, 8, 2, &never, &never), 8);
    }

    #[test]
    fn the_window_keeps_the_highest_recommendation_before_it_removes_pods() {
        let past = VecDeque::from([
            (SimTime::from_secs(0), 9),
            (SimTime::from_secs(200), 5),
            (SimTime::from_secs(400), 3),
        ]);
        let now = SimTime::from_secs(400);
        let window = Span::from_secs(300);
        assert_eq!(stabilised(&past, now, 9, 3, Span::ZERO, window), 5);
        assert_eq!(stabilised(&past, now, 9, 3, Span::ZERO, Span::ZERO), 3);
    }
}
