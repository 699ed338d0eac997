//! Groups of rules evaluated, and the states of their alerts.
//!
//! As Prometheus 3 does it (`rules/alerting.go`): an alert is pending from the
//! evaluation that first sees its series, fires once it has been seen for
//! `for`, goes on for `keep_firing_for` after the series is gone, and is kept
//! for 15 minutes when it has resolved.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::Span;
use crate::promql::{Options, Query, Value};
use crate::telemetry::store::{self, NAME, Sample, SeriesId, Store};

use super::Labels;
use super::rules::{Group, Kind, Rule};
use super::template::{self, Data};

/// Milliseconds for which a resolved alert is remembered.
const RETENTION: i64 = 15 * 60_000;
/// Alerts of one rule.
const MOST_ALERTS: usize = 1_000;

/// How an alert stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It was firing, and is over.
    Inactive,
    /// Its series is there, but not yet for long enough.
    Pending,
    /// It fires.
    Firing,
}

impl State {
    /// As the label `alertstate` has it.
    pub fn word(self) -> &'static str {
        match self {
            State::Inactive => "inactive",
            State::Pending => "pending",
            State::Firing => "firing",
        }
    }
}

/// One alert: a series of its rule's expression. Times are milliseconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    /// Its labels, `alertname` among them.
    pub labels: Labels,
    /// Texts for people.
    pub annotations: Labels,
    /// How it stands.
    pub state: State,
    /// The value of its series when that was last seen.
    pub value: f64,
    /// When its series was first seen.
    pub active_at: i64,
    /// When it began to fire.
    pub fired_at: Option<i64>,
    /// When it was over.
    pub resolved_at: Option<i64>,
    keep_since: Option<i64>,
}

/// A rule with what it is up to.
#[derive(Clone, Debug)]
struct Running {
    rule: Rule,
    labels: Labels,
    query: Result<Query, String>,
    active: BTreeMap<Labels, Alert>,
    error: Option<String>,
    /// Series of its last evaluation, to mark those that are gone.
    series: Written,
}

/// A group of rules under way.
#[derive(Clone, Debug)]
pub struct Evaluation {
    name: String,
    interval: Option<Span>,
    offset: i64,
    limit: Option<u64>,
    labels: Labels,
    external: Labels,
    url: String,
    rules: Vec<Running>,
    /// Series of rules that are gone, to be ended at the next evaluation.
    ended: Vec<SeriesId>,
}

/// A rule as it stands.
#[derive(Clone, Copy, Debug)]
pub struct RuleState<'a> {
    /// The rule, with its group's labels.
    pub rule: &'a Rule,
    /// Why its last evaluation failed.
    pub error: Option<&'a str>,
    alerts: &'a BTreeMap<Labels, Alert>,
    series: &'a Written,
}

impl<'a> RuleState<'a> {
    /// The series that its last evaluation wrote.
    pub fn series(&self) -> impl Iterator<Item = SeriesId> + use<'a> {
        self.series.values().copied()
    }

    /// The alerts that are pending or firing, ordered by labels.
    pub fn alerts(&self) -> impl Iterator<Item = &'a Alert> + use<'a> {
        self.remembered()
            .filter(|alert| alert.resolved_at.is_none())
    }

    /// These and those that resolved of late.
    pub fn remembered(&self) -> impl Iterator<Item = &'a Alert> + use<'a> {
        self.alerts.values()
    }
}

impl Evaluation {
    /// A group that nothing has happened in.
    pub fn new(group: &Group, external: &Labels, url: &str) -> Evaluation {
        let rules = group.rules.iter();
        let rules = rules.map(|rule| Running::new(rule.clone(), &group.labels));
        Evaluation {
            name: group.name.clone(),
            interval: group.interval,
            offset: group.query_offset.map_or(0, Span::as_millis),
            limit: group.limit.filter(|limit| *limit > 0),
            external: external.clone(),
            url: url.to_owned(),
            rules: rules.collect(),
            labels: group.labels.clone(),
            ended: Vec::new(),
        }
    }

    /// Puts other rules in place of its own. Those that are equal go on as they
    /// are; alerts of the others are over.
    pub fn set_rules(&mut self, rules: Vec<Rule>) {
        let mut old = std::mem::take(&mut self.rules);
        for rule in rules {
            let same = old.iter().position(|running| running.rule == rule);
            let running = match same {
                Some(place) => old.remove(place),
                None => Running::new(rule, &self.labels),
            };
            self.rules.push(running);
        }
        let ended = old.iter().flat_map(|running| running.series.values());
        self.ended.extend(ended);
    }

    /// The group's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Time between evaluations, where the group has its own.
    pub fn interval(&self) -> Option<Span> {
        self.interval
    }

    /// Its rules in order.
    pub fn rules(&self) -> impl Iterator<Item = RuleState<'_>> {
        self.rules.iter().map(|running| RuleState {
            rule: &running.rule,
            error: running.error.as_deref(),
            alerts: &running.active,
            series: &running.series,
        })
    }

    /// Evaluates every rule at `now` (milliseconds) in order, each seeing what
    /// the ones before it wrote.
    pub fn evaluate(&mut self, store: &mut Store, now: i64) {
        let at = now - self.offset;
        for id in self.ended.drain(..) {
            let _ = store.mark_stale(id, at);
        }
        for running in &mut self.rules {
            let made = running.evaluate(store, now, at, (&self.external, &self.url), self.limit);
            match made {
                Ok(samples) => {
                    running.error = None;
                    running.series = record(store, at, samples, &running.series);
                }
                // The series of before stay as they are until it works again.
                Err(problem) => running.error = Some(problem),
            }
        }
    }
}

/// Samples of one instant.
type Made = Vec<(store::Labels, f64)>;

impl Running {
    fn new(rule: Rule, group: &Labels) -> Running {
        let mut labels = group.clone();
        labels.extend(rule.labels.clone());
        Running {
            query: Query::new(&rule.expr, &Options::default()).map_err(|e| e.to_string()),
            rule,
            labels,
            active: BTreeMap::new(),
            error: None,
            series: Written::new(),
        }
    }

    fn evaluate(
        &mut self,
        store: &Store,
        now: i64,
        at: i64,
        (external, url): (&Labels, &str),
        limit: Option<u64>,
    ) -> Result<Made, String> {
        let query = self.query.as_ref().map_err(Clone::clone)?;
        let found = vector(query, store, at)?;
        let limit = limit.unwrap_or(u64::MAX);
        let ask = |text: &str| -> template::Answer {
            let query = Query::new(text, &Options::default()).map_err(|e| e.to_string())?;
            let found = vector(&query, store, at)?;
            Ok(found
                .into_iter()
                .map(|(labels, value)| (plain(&labels), value))
                .collect())
        };
        let (after, keep, annotations, name) = match &self.rule.kind {
            Kind::Record { metric } => {
                let mut seen = BTreeSet::new();
                let mut made = Vec::new();
                for (labels, value) in found {
                    let labels = self
                        .labels
                        .iter()
                        .fold(labels, |labels, (name, text)| labels.with(name, text));
                    let labels = labels.with(NAME, metric);
                    if !seen.insert(labels.clone()) {
                        return Err("vector contains metrics with the same labelset after applying rule labels".to_owned());
                    }
                    made.push((labels, value));
                }
                if made.len() as u64 > limit {
                    return Err(format!(
                        "exceeded limit of {limit} with {} series",
                        made.len()
                    ));
                }
                return Ok(made);
            }
            Kind::Alert {
                name,
                after,
                keep_firing,
                annotations,
            } => (*after, *keep_firing, annotations, name),
        };
        let mut seen: BTreeMap<Labels, (f64, Labels)> = BTreeMap::new();
        for (series, value) in found {
            let own = plain(&series);
            let data = Data {
                labels: &own,
                external,
                url,
                value,
                query: &ask,
            };
            let fill = |text: &String| {
                template::expand(text, &data)
                    .unwrap_or_else(|problem| format!("<error expanding template: {problem}>"))
            };
            let mut labels = own.clone();
            labels.remove(NAME);
            for (name, text) in &self.labels {
                labels.insert(name.clone(), fill(text));
            }
            labels.insert("alertname".to_owned(), name.clone());
            labels.retain(|_, value| !value.is_empty());
            let texts = annotations
                .iter()
                .map(|(name, text)| (name.clone(), fill(text)));
            let texts = texts.collect();
            if seen.insert(labels, (value, texts)).is_some() {
                return Err(
                    "vector contains metrics with the same labelset after applying alert labels"
                        .to_owned(),
                );
            }
        }
        if seen.len() as u64 > limit.min(MOST_ALERTS as u64) {
            self.active.clear();
            return Err(format!(
                "exceeded limit of {limit} with {} alerts",
                seen.len()
            ));
        }
        Ok(self.advance(seen, now, after.as_millis(), keep.as_millis()))
    }

    /// Moves every alert on by one evaluation.
    fn advance(
        &mut self,
        seen: BTreeMap<Labels, (f64, Labels)>,
        now: i64,
        after: i64,
        keep: i64,
    ) -> Made {
        let is_seen: BTreeSet<Labels> = seen.keys().cloned().collect();
        for (labels, (value, annotations)) in seen {
            match self.active.get_mut(&labels) {
                Some(alert) if alert.state != State::Inactive => {
                    alert.value = value;
                    alert.annotations = annotations;
                }
                _ => {
                    let alert = Alert {
                        labels: labels.clone(),
                        annotations,
                        state: State::Pending,
                        value,
                        active_at: now,
                        fired_at: None,
                        resolved_at: None,
                        keep_since: None,
                    };
                    self.active.insert(labels, alert);
                }
            }
        }
        let mut made = Vec::new();
        self.active.retain(|labels, alert| {
            if is_seen.contains(labels) {
                alert.keep_since = None;
            } else {
                let mut keeps = false;
                if alert.state == State::Firing && keep > 0 {
                    let since = *alert.keep_since.get_or_insert(now);
                    keeps = now - since < keep;
                }
                let is_old = alert.resolved_at.is_some_and(|at| now - at > RETENTION);
                if alert.state == State::Pending || is_old {
                    return false;
                }
                if alert.state != State::Inactive && !keeps {
                    alert.state = State::Inactive;
                    alert.resolved_at = Some(now);
                }
                if !keeps {
                    return true;
                }
            }
            if alert.state == State::Pending && now - alert.active_at >= after {
                alert.state = State::Firing;
                alert.fired_at = Some(now);
            }
            let labels =
                store::Labels::new(alert.labels.iter().map(|(n, v)| (n.as_str(), v.as_str())));
            let state = labels
                .with(NAME, "ALERTS")
                .with("alertstate", alert.state.word());
            made.push((state, 1.0));
            let since = labels.with(NAME, "ALERTS_FOR_STATE");
            made.push((since, libm::floor(alert.active_at as f64 / 1_000.0)));
            true
        });
        made
    }
}

/// Series that a rule wrote, by their labels.
pub type Written = BTreeMap<store::Labels, SeriesId>;

/// Writes samples at one instant (milliseconds), and the end of those series
/// of the instant before that are gone; gives the series that are there.
pub fn record(store: &mut Store, at: i64, samples: Made, before: &Written) -> Written {
    let mut now = Written::new();
    for (labels, value) in samples {
        // What the store refuses (it is full) is counted by the store.
        if let Ok(id) = store.series(&labels)
            && store.append(id, Sample { time: at, value }).is_ok()
        {
            now.insert(labels, id);
        }
    }
    for (labels, id) in before {
        if !now.contains_key(labels) {
            // One that a full store has thrown away needs no end.
            let _ = store.mark_stale(*id, at);
        }
    }
    now
}

fn vector(query: &Query, store: &Store, at: i64) -> Result<Vec<(store::Labels, f64)>, String> {
    match query
        .instant(store, at)
        .map_err(|error| error.to_string())?
        .value
    {
        Value::Vector(found) => Ok(found),
        Value::Scalar(value) => Ok(vec![(store::Labels::default(), value)]),
        _ => Err("the query gives neither a scalar nor an instant vector".to_owned()),
    }
}

/// Labels as texts by name.
pub(super) fn plain(labels: &store::Labels) -> Labels {
    let pairs = labels.iter();
    pairs
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}
