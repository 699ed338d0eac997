//! What rules would have been worth on this run's past.

use serde::{Deserialize, Serialize};

use crate::alert::designer::{Worth, firings, incidents, worth};
use crate::base::{SimTime, Span};
use crate::promql::{Error, Kind, Options, Part, Query, Value};
use crate::session::Session;

/// Steps of the past that are looked at.
const STEPS: u64 = 1_440;
/// The burn rate from which the budget really burns: it would not last.
const BURNS: f64 = 1.0;
/// Stretches of burning less than this apart are one incident, and a firing so
/// long after an incident is still about it.
const GAP: Span = Span::from_mins(30);

/// Rules held against the past of one objective.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RuleQuestion {
    /// Queries, for how long each is pending, and for how long it goes on firing.
    pub rules: Vec<(String, Span, Span)>,
    /// The objective.
    pub slo: String,
    /// How far back.
    pub span: Span,
}

/// What each would have been worth.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RuleAnswer {
    /// Times at which the budget really burned.
    pub incidents: u32,
    /// In the order of the rules: its worth, and the share of the budget that
    /// was spent before it fired, on average; or what is wrong with its query.
    pub rules: Vec<Result<(Worth, Option<f64>), Error>>,
}

impl Session {
    pub(super) fn ask_rules(&self, question: &RuleQuestion) -> RuleAnswer {
        let empty = RuleAnswer {
            incidents: 0,
            rules: Vec::new(),
        };
        let Some(slo) = self.slo(&question.slo) else {
            return empty;
        };
        let now = self.now();
        let from = now.back(question.span);
        let least = Span::from_mins(1);
        let step = Span::from_secs(now.since(from).as_secs() / STEPS).max(least);
        let mut times = Vec::new();
        let mut at = from.next_multiple(step);
        while at <= now {
            times.push(at);
            at += step;
        }
        let (Some(first), Some(last)) = (times.first(), times.last()) else {
            // There is no past yet, but a query can be wrong already.
            let judge = |(text, ..): &(String, Span, Span)| {
                Query::new(text, &Options::default()).map(|_| (Worth::default(), None))
            };
            return RuleAnswer {
                rules: question.rules.iter().map(judge).collect(),
                ..empty
            };
        };
        let burn: Vec<(f64, Option<f64>)> = times
            .iter()
            .map(|at| {
                (
                    at.as_secs_f64(),
                    slo.burn_rate(*at, step.max(Span::from_mins(5))),
                )
            })
            .collect();
        let happened = incidents(&burn, BURNS, GAP.as_secs_f64());
        let tried = question.rules.iter().map(|(text, after, keep)| {
            let query = Query::new(text, &Options::default())?;
            let step = step.as_millis();
            let answer = query.range(self.store(), first.as_millis(), last.as_millis(), step);
            let Value::Matrix(series) = answer?.value else {
                return Err(no_series(text));
            };
            let mut there = vec![false; times.len()];
            for sample in series.iter().flat_map(|(_, samples)| samples) {
                let place = (sample.time - first.as_millis()) / step.max(1);
                if let Some(there) = usize::try_from(place).ok().and_then(|p| there.get_mut(p)) {
                    *there = true;
                }
            }
            let steps = times.iter().map(|at| at.as_secs_f64()).zip(there);
            let steps: Vec<(f64, bool)> = steps.collect();
            let fired = firings(&steps, after.as_secs_f64(), keep.as_secs_f64());
            // In the units of its counters.
            let allowed = slo.budget(now).allowed * slo.objective().terms.method.unit() as f64;
            let spent: Vec<f64> = happened
                .iter()
                .filter_map(|incident| {
                    let page = fired
                        .iter()
                        .find(|f| f.from >= incident.from && f.from < incident.to)?;
                    let at = SimTime::ZERO + Span::from_secs_f64(page.from);
                    let over = Span::from_secs_f64(page.from - incident.from);
                    (allowed > 0.0).then(|| slo.rise(at, over).bad as f64 / allowed)
                })
                .collect();
            let spent = (!spent.is_empty()).then(|| spent.iter().sum::<f64>() / spent.len() as f64);
            let length = last.since(*first).as_secs_f64();
            Ok((worth(fired, &happened, GAP.as_secs_f64(), length), spent))
        });
        RuleAnswer {
            incidents: happened.len() as u32,
            rules: tried.collect(),
        }
    }
}

fn no_series(query: &str) -> Error {
    Error {
        kind: Kind::Type,
        part: Part::new(0, query.len()),
        place: (1, 1),
        problem: "a rule needs a query that gives series".to_owned(),
        expected: "one such as up == 0".to_owned(),
    }
}
