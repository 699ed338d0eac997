//! The formulas of the field with numbers to try: what goes in, what comes out.

use crate::base::{Ratio, Span};
use crate::slo::{BurnWindow, allowance};
use crate::world::erlang_wait;

/// What comes out, by how it is shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Answer {
    /// Minutes to days.
    Duration(Span),
    /// Milliseconds to seconds; none if it grows without end.
    Wait(Option<Span>),
    /// So many.
    Count(u64),
    /// A bare number.
    Number(f64),
    /// A multiple.
    Times(f64),
    /// A share of all, whose distance from all matters.
    Share(f64),
}

/// A quantity that can be set, one of a few sensible values.
pub struct Input {
    /// What it is.
    pub label: &'static str,
    /// Its unit; empty for a bare number.
    pub unit: &'static str,
    /// From small to large.
    pub values: &'static [f64],
    /// The place of the value to begin with.
    pub usual: usize,
}

/// A formula.
pub struct Formula {
    /// For ids.
    pub name: &'static str,
    /// What it is called.
    pub title: &'static str,
    /// As it is written.
    pub written: &'static str,
    /// What it is good for.
    pub about: &'static str,
    /// Where it comes from.
    pub source: &'static str,
    /// What goes in.
    pub inputs: &'static [Input],
    /// From one value for each input to results, each with its name.
    pub work: fn(&[f64]) -> Vec<(&'static str, Answer)>,
}

const TARGETS: &[f64] = &[90.0, 95.0, 98.0, 99.0, 99.5, 99.9, 99.95, 99.99, 99.999];
const PERCENT: &[f64] = &[
    0.01, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 50.0, 80.0, 100.0,
];
const RATES: &[f64] = &[
    1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1_000.0,
];
const MILLIS: &[f64] = &[
    1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1_000.0,
];
const DAYS: &[f64] = &[1.0, 7.0, 28.0, 30.0, 90.0];
const COUNTS: &[f64] = &[1.0, 2.0, 3.0, 4.0, 5.0, 8.0, 10.0, 16.0, 20.0, 32.0, 50.0];

/// Every formula, in the order of the lessons.
pub const FORMULAS: [Formula; 7] = [
    Formula {
        name: "error-budget",
        title: "Error budget",
        written: "error budget = (1 − target) × window",
        about: "What an objective allows to go wrong before it is missed.",
        source: "Site Reliability Engineering, chapter 4",
        inputs: &[
            Input {
                label: "Target",
                unit: "%",
                values: TARGETS,
                usual: 5,
            },
            Input {
                label: "Window",
                unit: "days",
                values: DAYS,
                usual: 3,
            },
            Input {
                label: "Requests",
                unit: "/s",
                values: RATES,
                usual: 6,
            },
        ],
        work: |values| {
            let [target, days, rate] = three(values);
            let window = Span::from_secs_f64(days * 86_400.0);
            let target = Ratio::new(target / 100.0).unwrap_or_default();
            let allowed = allowance(target, window, rate);
            vec![
                ("Minutes without any answer", Answer::Duration(allowed.down)),
                (
                    "Failed requests",
                    Answer::Count(libm::round(allowed.bad) as u64),
                ),
            ]
        },
    },
    Formula {
        name: "burn-rate",
        title: "Burn rate",
        written: "burn rate = share of bad requests ÷ (1 − target)",
        about: "How fast the budget is spent: 1 uses it up exactly at the end of the window.",
        source: "The Site Reliability Workbook, chapter 5",
        inputs: &[
            Input {
                label: "Bad requests",
                unit: "%",
                values: PERCENT,
                usual: 4,
            },
            Input {
                label: "Target",
                unit: "%",
                values: TARGETS,
                usual: 5,
            },
            Input {
                label: "Window",
                unit: "days",
                values: DAYS,
                usual: 3,
            },
        ],
        work: |values| {
            let [bad, target, days] = three(values);
            let burn = bad / (100.0 - target);
            let left = Span::from_secs_f64(libm::round(days * 86_400.0 / burn));
            vec![
                ("Burn rate", Answer::Times(burn)),
                ("A whole budget lasts", Answer::Duration(left)),
            ]
        },
    },
    Formula {
        name: "alert-factor",
        title: "Factor of a burn-rate alert",
        written: "factor = share of the budget × period ÷ window",
        about: "From which burn rate on an alert should fire, so that no more than a chosen share of the budget is spent before.",
        source: "The Site Reliability Workbook, chapter 5",
        inputs: &[
            Input {
                label: "Share of the budget",
                unit: "%",
                values: &[1.0, 2.0, 5.0, 10.0, 20.0],
                usual: 1,
            },
            Input {
                label: "Period",
                unit: "days",
                values: DAYS,
                usual: 3,
            },
            Input {
                label: "Window",
                unit: "h",
                values: &[0.5, 1.0, 2.0, 6.0, 24.0, 72.0],
                usual: 1,
            },
        ],
        work: |values| {
            let [share, days, hours] = three(values);
            let window = BurnWindow {
                budget_percent: share,
                short: Span::from_secs_f64(hours * 300.0),
                long: Span::from_secs_f64(hours * 3_600.0),
            };
            let factor = window.factor(Span::from_secs_f64(days * 86_400.0));
            vec![
                ("Factor", Answer::Number(factor)),
                ("Short window, a twelfth", Answer::Duration(window.short)),
            ]
        },
    },
    Formula {
        name: "littles-law",
        title: "Little's law",
        written: "requests in the system = rate × time each stays",
        about: "Holds for every system in balance, whatever happens inside. It gives the workers that are busy, the connections in use, the messages in a queue.",
        source: "Little, Operations Research 9 (1961)",
        inputs: &[
            Input {
                label: "Rate",
                unit: "/s",
                values: RATES,
                usual: 6,
            },
            Input {
                label: "Time each stays",
                unit: "ms",
                values: MILLIS,
                usual: 6,
            },
        ],
        work: |values| {
            let [rate, millis, _] = three(values);
            vec![(
                "In the system on average",
                Answer::Number(rate * millis / 1_000.0),
            )]
        },
    },
    Formula {
        name: "waiting",
        title: "Waiting for a worker (M/M/c)",
        written: "mean wait = C(c, a) × service time ÷ (c − a), a = rate × service time",
        about: "Why a service slows down long before it is full: the wait grows without bound as the busy share comes near 100 %. C is Erlang's chance that all workers are busy.",
        source: "Kleinrock, Queueing Systems I (1975), 3.5",
        inputs: &[
            Input {
                label: "Rate",
                unit: "/s",
                values: RATES,
                usual: 5,
            },
            Input {
                label: "Service time",
                unit: "ms",
                values: MILLIS,
                usual: 6,
            },
            Input {
                label: "Workers",
                unit: "",
                values: COUNTS,
                usual: 6,
            },
        ],
        work: |values| {
            let [rate, millis, workers] = three(values);
            let offered = rate * millis / 1_000.0;
            let wait = erlang_wait(offered, workers as u32).map(|times| times * millis / 1_000.0);
            vec![
                ("Busy", Answer::Share((offered / workers).min(1.0))),
                ("Mean wait", Answer::Wait(wait.map(Span::from_secs_f64))),
            ]
        },
    },
    Formula {
        name: "availability",
        title: "Availability of what depends on others",
        written: "all needed: aⁿ; one of them enough: 1 − (1 − a)ⁿ",
        about: "Ten services that are each up 99.9 % of the time make one that is up 99 %, if it needs all. It holds as far as they fail independently.",
        source: "Site Reliability Engineering, chapter 3",
        inputs: &[
            Input {
                label: "Availability of each",
                unit: "%",
                values: TARGETS,
                usual: 5,
            },
            Input {
                label: "How many",
                unit: "",
                values: COUNTS,
                usual: 6,
            },
        ],
        work: |values| {
            let [each, count, _] = three(values);
            let each = each / 100.0;
            let all = power(each, count);
            let one = 1.0 - power(1.0 - each, count);
            vec![
                ("If all are needed", Answer::Share(all)),
                ("If one is enough", Answer::Share(one)),
            ]
        },
    },
    Formula {
        name: "retries",
        title: "What retries add",
        written: "attempts per request = (1 − pⁿ) ÷ (1 − p)",
        about: "Retries multiply the load exactly when a system can least bear it. Through several layers the factors multiply.",
        source: "sum of a geometric series; each attempt fails with p",
        inputs: &[
            Input {
                label: "Attempts that fail",
                unit: "%",
                values: PERCENT,
                usual: 11,
            },
            Input {
                label: "Attempts at most",
                unit: "",
                values: &[1.0, 2.0, 3.0, 4.0, 5.0, 8.0],
                usual: 2,
            },
            Input {
                label: "Layers that retry",
                unit: "",
                values: &[1.0, 2.0, 3.0, 4.0],
                usual: 0,
            },
        ],
        work: |values| {
            let [percent, most, layers] = three(values);
            let fails = percent / 100.0;
            let mut attempts = 0.0;
            let mut reached = 1.0;
            for _ in 0..most as u32 {
                attempts += reached;
                reached *= fails;
            }
            vec![
                (
                    "Attempts per request",
                    Answer::Number(power(attempts, layers)),
                ),
                ("At worst", Answer::Number(power(most, layers))),
            ]
        },
    },
];

fn three(values: &[f64]) -> [f64; 3] {
    let value = |place: usize| values.get(place).copied().unwrap_or(1.0);
    [value(0), value(1), value(2)]
}

fn power(base: f64, exponent: f64) -> f64 {
    (0..exponent as u32).fold(1.0, |product, _| product * base)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The results of a formula for values that can be set.
    fn check(name: &str, given: &[f64], expected: &[Answer]) {
        let formula = FORMULAS.iter().find(|formula| formula.name == name);
        let formula = formula.expect("a formula of that name");
        for (input, value) in formula.inputs.iter().zip(given) {
            assert!(
                input.values.contains(value),
                "{name}: {} {value}",
                input.label
            );
        }
        let results = (formula.work)(given);
        assert_eq!(results.len(), expected.len());
        for ((what, found), expected) in results.iter().zip(expected) {
            let near = match (found, expected) {
                (Answer::Number(a), Answer::Number(b))
                | (Answer::Times(a), Answer::Times(b))
                | (Answer::Share(a), Answer::Share(b)) => (a - b).abs() < 1e-9,
                (Answer::Duration(a), Answer::Duration(b))
                | (Answer::Wait(Some(a)), Answer::Wait(Some(b))) => {
                    (a.as_secs_f64() - b.as_secs_f64()).abs() < 1e-6
                }
                (a, b) => a == b,
            };
            assert!(near, "{name} {given:?}: {what} {found:?}, not {expected:?}");
        }
    }

    #[test]
    fn each_gives_what_its_source_gives() {
        use Answer::{Count, Duration, Number, Share, Times, Wait};
        let minutes = |minutes| Duration(Span::from_secs_f64(minutes * 60.0));
        // 43.2 minutes a month at three nines; a thousandth of 259.2 M requests.
        check(
            "error-budget",
            &[99.9, 30.0, 100.0],
            &[minutes(43.2), Count(259_200)],
        );
        // A thousandth allowed, two in a hundred bad: 30 days in one and a half.
        check(
            "burn-rate",
            &[2.0, 99.9, 30.0],
            &[Times(20.0), minutes(36.0 * 60.0)],
        );
        // The workbook's table.
        check(
            "alert-factor",
            &[2.0, 30.0, 1.0],
            &[Number(14.4), minutes(5.0)],
        );
        check(
            "alert-factor",
            &[5.0, 30.0, 6.0],
            &[Number(6.0), minutes(30.0)],
        );
        check(
            "alert-factor",
            &[10.0, 30.0, 72.0],
            &[Number(1.0), minutes(360.0)],
        );
        check("littles-law", &[100.0, 100.0], &[Number(10.0)]);
        // One worker, half busy: as long a wait as the service itself.
        let wait = Wait(Some(Span::from_millis(100)));
        check("waiting", &[5.0, 100.0, 1.0], &[Share(0.5), wait]);
        check("waiting", &[10.0, 100.0, 1.0], &[Share(1.0), Wait(None)]);
        check(
            "availability",
            &[99.0, 2.0],
            &[Share(0.9801), Share(0.9999)],
        );
        check("retries", &[50.0, 3.0, 1.0], &[Number(1.75), Number(3.0)]);
        check("retries", &[100.0, 3.0, 3.0], &[Number(27.0), Number(27.0)]);
    }

    #[test]
    fn every_value_of_every_formula_gives_a_number() {
        for formula in &FORMULAS {
            assert!(
                formula
                    .inputs
                    .iter()
                    .all(|input| input.usual < input.values.len())
            );
            for place in 0..14 {
                let at = |input: &Input| input.values[place.min(input.values.len() - 1)];
                let values: Vec<f64> = formula.inputs.iter().map(at).collect();
                for (name, result) in (formula.work)(&values) {
                    let shown = format!("{result:?}");
                    assert!(
                        !shown.contains("NaN") && !shown.contains("inf"),
                        "{name} {shown}"
                    );
                }
            }
        }
    }
}
