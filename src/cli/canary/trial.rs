//! One case: tried, and compared with what was expected.

use crate::ops::canary::{
    Advice, Class, Fence, Finding, Level, Measure, Metric, Rule, Score, Scored, Stop, Thresholds,
    Why, classify, cles, interval, judge, percentile, score, summary,
};

/// A case of a file.
pub(super) struct Case {
    pub section: &'static str,
    pub name: String,
    pub trial: Trial,
}

/// A number, or none, and how near to it is near enough.
#[derive(Clone, Copy)]
pub(super) struct Wanted {
    pub value: Option<f64>,
    pub tolerance: f64,
}

/// What is expected of a score; what is none is not looked at.
pub(super) struct Expected {
    pub score: Wanted,
    pub level: Option<Level>,
    pub advice: Option<Advice>,
}

/// What is tried, and what must come out.
pub(super) enum Trial {
    Classify {
        baseline: Vec<f64>,
        canary: Vec<f64>,
        rule: Rule,
        expected: (Class, Option<bool>),
    },
    Interval {
        x: Vec<f64>,
        y: Vec<f64>,
        confidence: f64,
        precision: f64,
        /// Low, high and estimate; what is none is not looked at.
        expected: [Wanted; 3],
    },
    Score {
        results: Vec<Scored>,
        weights: Vec<(String, f64)>,
        thresholds: Thresholds,
        expected: Expected,
    },
    Judge {
        metrics: Vec<Metric>,
        weights: Vec<(String, f64)>,
        thresholds: Thresholds,
        expected: Expected,
    },
    Clean {
        values: Vec<f64>,
        rule: Rule,
        expected: Vec<f64>,
    },
    Outliers {
        values: Vec<f64>,
        fence: Fence,
        expected: Vec<bool>,
    },
    Percentile {
        values: Vec<f64>,
        percent: f64,
        expected: Wanted,
    },
    Effect {
        baseline: Vec<f64>,
        canary: Vec<f64>,
        measure: Measure,
        expected: Wanted,
    },
}

/// What came of it, in words.
pub(super) struct Tried {
    pub passed: bool,
    pub expected: String,
    pub found: String,
    /// The numbers behind what was found.
    pub numbers: String,
}

impl Trial {
    pub fn run(&self) -> Tried {
        match self {
            Trial::Classify {
                baseline,
                canary,
                rule,
                expected: (class, critical),
            } => {
                let found = classify(baseline, canary, rule);
                Tried {
                    passed: found.class == *class
                        && critical.is_none_or(|critical| critical == found.critical),
                    expected: named(*class, critical.unwrap_or(false)),
                    found: named(found.class, found.critical && critical != &Some(false)),
                    numbers: numbers(&found),
                }
            }
            Trial::Interval {
                x,
                y,
                confidence,
                precision,
                expected,
            } => {
                let found = interval(x, y, *confidence, *precision);
                let found = found.map(|found| [found.low, found.high, found.estimate]);
                let [low, high, estimate] = expected.map(|wanted| optional(wanted.value));
                Tried {
                    passed: found.is_ok_and(|found| {
                        let mut both = expected.iter().zip(found);
                        both.all(|(wanted, found)| {
                            wanted.value.is_none() || wanted.fits(Some(found))
                        })
                    }),
                    expected: format!("{low} to {high}, estimate {estimate}"),
                    found: match found {
                        Ok(found) => {
                            let [low, high, estimate] = found.map(short);
                            format!("{low} to {high}, estimate {estimate}")
                        }
                        Err(why) => format!("no interval: {why:?}"),
                    },
                    numbers: format!("{} and {} values", x.len(), y.len()),
                }
            }
            Trial::Score {
                results,
                weights,
                thresholds,
                expected,
            } => {
                let found = score(results, weights);
                let level = thresholds.level(found.value);
                expected.tried(&found, level, found.advice(level))
            }
            Trial::Judge {
                metrics,
                weights,
                thresholds,
                expected,
            } => {
                let found = judge(metrics, weights, thresholds);
                let mut tried = expected.tried(&found.score, found.level, found.advice);
                for (metric, found) in metrics.iter().zip(&found.findings) {
                    let class = named(found.class, found.critical);
                    let by = numbers(found);
                    tried.numbers += &format!("; {}: {class}, {by}", metric.name);
                }
                tried
            }
            Trial::Clean {
                values,
                rule,
                expected,
            } => lists(expected, &rule.clean(values), |value| short(*value)),
            Trial::Outliers {
                values,
                fence,
                expected,
            } => {
                let ends = fence.ends(values);
                let outside =
                    |value: &f64| ends.is_some_and(|(low, high)| *value < low || *value > high);
                let found: Vec<bool> = values.iter().map(outside).collect();
                let mut tried = lists(expected, &found, bool::to_string);
                if let Some((low, high)) = ends {
                    tried.numbers = format!("fence {} to {}", short(low), short(high));
                }
                tried
            }
            Trial::Percentile {
                values,
                percent,
                expected,
            } => expected.tried(
                percentile(values, *percent),
                format!("{} values", values.len()),
            ),
            Trial::Effect {
                baseline,
                canary,
                measure,
                expected,
            } => {
                let (below, above) = (summary(baseline).mean, summary(canary).mean);
                let found = match measure {
                    Measure::Cles => cles(canary, baseline),
                    Measure::MeanRatio => (below != 0.0 && above != 0.0).then(|| above / below),
                };
                let numbers = format!("means {} and {}", short(below), short(above));
                expected.tried(found, numbers)
            }
        }
    }
}

impl Wanted {
    fn fits(&self, found: Option<f64>) -> bool {
        match (self.value, found) {
            (None, None) => true,
            (Some(wanted), Some(found)) => (wanted - found).abs() <= self.tolerance,
            _ => false,
        }
    }

    fn tried(&self, found: Option<f64>, numbers: String) -> Tried {
        Tried {
            passed: self.fits(found),
            expected: optional(self.value),
            found: optional(found),
            numbers,
        }
    }
}

impl Expected {
    fn tried(&self, found: &Score, level: Level, advice: Advice) -> Tried {
        let score = self.score.value.map(|_| self.score.fits(Some(found.value)));
        let looks = [
            score,
            self.level.map(|expected| expected == level),
            self.advice.map(|expected| expected == advice),
        ];
        let words = [
            self.score.value.map(short),
            self.level.map(|level| format!("{level:?}")),
            self.advice.map(|advice| format!("{advice:?}")),
        ];
        let groups = found.groups.iter().map(|group| {
            let (passed, counted) = (group.passed, group.counted);
            format!(
                "{} {passed}/{counted} at {} %",
                group.name,
                short(group.weight)
            )
        });
        let mut numbers = groups.collect::<Vec<_>>().join(", ");
        match found.stop {
            Some(Stop::Critical(place)) => {
                numbers += &format!("; critical metric {} failed", place + 1);
            }
            Some(Stop::NoData) => numbers += "; half of the metrics or more have no values",
            None => {}
        }
        Tried {
            passed: looks.into_iter().flatten().all(|fits| fits),
            expected: words.into_iter().flatten().collect::<Vec<_>>().join(", "),
            found: format!("{}, {level:?}, {advice:?}", short(found.value)),
            numbers,
        }
    }
}

/// Lists that must be equal, where not-a-number equals itself.
fn lists<T: PartialEq>(expected: &[T], found: &[T], word: impl Fn(&T) -> String) -> Tried {
    let words = |list: &[T]| {
        let shown: Vec<String> = list.iter().take(12).map(&word).collect();
        let more = if list.len() > shown.len() {
            ", ..."
        } else {
            ""
        };
        format!("[{}{more}]", shown.join(", "))
    };
    Tried {
        passed: expected == found,
        expected: words(expected),
        found: words(found),
        numbers: format!("{} and {} values", expected.len(), found.len()),
    }
}

fn named(class: Class, critical: bool) -> String {
    format!("{class:?}{}", if critical { " (critical)" } else { "" })
}

/// The numbers that a classification rests on.
fn numbers(found: &Finding) -> String {
    let counts = format!("{} and {} values", found.baseline.count, found.canary.count);
    let Some(evidence) = &found.evidence else {
        return match found.why {
            Why::NoValues => format!("no values on a side: {counts}"),
            Why::Identical => format!("equal values: {counts}"),
            Why::Compared | Why::Incomparable => format!("ranks say nothing: {counts}"),
        };
    };
    let shift = evidence.shift;
    format!(
        "shift {} to {}, estimate {}, band {}, effect {}, p {}, {counts}",
        short(shift.low),
        short(shift.high),
        short(shift.estimate),
        short(evidence.band),
        optional(evidence.effect),
        short(evidence.test.p),
    )
}

fn optional(value: Option<f64>) -> String {
    value.map_or_else(|| "none".to_owned(), short)
}

/// Seven digits, which show every difference that cases look at.
fn short(value: f64) -> String {
    let text = format!("{value:.6e}");
    let rounded = text.parse().unwrap_or(value);
    if rounded != 0.0 && (rounded.abs() < 1e-4 || rounded.abs() >= 1e9) {
        format!("{rounded:e}")
    } else {
        rounded.to_string()
    }
}
