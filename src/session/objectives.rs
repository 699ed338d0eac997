//! Objectives changed while the lab runs, and what is known of their past.
//!
//! Counts that are kept are judged anew. Where something else is to be
//! counted, the metric store is asked for what it has of it; where that cannot
//! tell, counting begins now.

use std::collections::BTreeMap;

use super::view::EventKind;
use super::{Author, Refusal, Session};
use crate::base::{SimTime, Span, did_you_mean};
use crate::promql::{Options, Query, Value};
use crate::slo::{
    Counter, Date, EDGE, Indicator, Inside, Measured, Objective, ObjectiveChange, SliQuery, Tracker,
};
use crate::telemetry::scrape::BOUND_TEXTS;
use crate::telemetry::store::Labels;
use crate::world::Spec;
use crate::world::spec::ClassKind;

/// Objectives of one lab, as of one world file.
const MOST: usize = 20;
/// Scrapes that one query looks at.
const PIECE: usize = 5_000;
/// What all kinds of requests at the edge are counted by, and at services.
const METRICS: [&str; 2] = [
    "edge_request_duration_seconds",
    "http_server_request_duration_seconds",
];

impl Session {
    /// Defines, changes or removes an objective; a refusal changes nothing.
    pub(super) fn set_objective(
        &mut self,
        author: Author,
        change: &ObjectiveChange,
    ) -> Result<(), Refusal> {
        let name = &change.name;
        let place = (self.slos.iter()).position(|slo| slo.objective().name == *name);
        if change.remove {
            let Some(place) = place else {
                return Err(self.no_objective(name));
            };
            self.slos.remove(place);
            self.truth.forget(name);
            self.overrides.remove(name);
            self.rederive();
            self.tell_objective(author, format!("objective {name} is gone"));
            return Ok(());
        }
        let old = place.map(|place| self.slos[place].objective());
        let made = self.wanted(change, old)?;
        let sentence = made.sentence();
        let known = match place {
            Some(place) if counts_the_same(self.slos[place].objective(), &made) => {
                self.slos[place].amend(made);
                "its past is judged anew from the same counts".to_owned()
            }
            Some(place) => {
                let (tracker, known) = self.reliving(made);
                self.slos[place] = tracker;
                known
            }
            None if self.slos.len() >= MOST => {
                let problem = format!("a lab may have {MOST} objectives");
                return Err(Refusal::new(problem, "remove one first"));
            }
            None => {
                let (tracker, known) = self.reliving(made);
                self.slos.push(tracker);
                self.truth.expect(name);
                known
            }
        };
        self.rederive();
        self.tell_objective(author, format!("objective {name}: {sentence}; {known}"));
        Ok(())
    }

    /// That there is no such objective, and which there are.
    pub(super) fn no_objective(&self, name: &str) -> Refusal {
        let known: Vec<&str> = (self.slos.iter())
            .map(|slo| slo.objective().name.as_str())
            .collect();
        let problem = format!("there is no objective `{name}`");
        Refusal::new(problem, did_you_mean(name, &known))
    }

    fn tell_objective(&mut self, author: Author, text: String) {
        let now = self.now();
        self.tell(now, author, EventKind::Action, None, text);
    }

    /// The objective as it is to be, with everything that it names.
    fn wanted(
        &self,
        change: &ObjectiveChange,
        old: Option<&Objective>,
    ) -> Result<Objective, Refusal> {
        let calendars = self.scenario.objectives.iter();
        let first = calendars.filter_map(|slo| slo.terms.calendar).next();
        let first = first.map_or(Date::FIRST, |calendar| calendar.first);
        let mut made = change.apply(old, first).map_err(|field| {
            let problem = format!("`{}` is new and has no `{field}`", change.name);
            Refusal::new(problem, "give `good` and `target`")
        })?;
        if made.target.complement().get() <= 0.0 {
            let remedy = "choose a target below 100 %, such as 99.9 %";
            return Err(Refusal::new("100 % leaves no error budget", remedy));
        }
        let window = Span::from_mins(5)..=Span::from_days(30);
        if !window.contains(&made.window) {
            let problem = format!("a window of {}", made.window);
            return Err(Refusal::new(problem, "give 5m to 30d"));
        }
        if let Some(at) = &change.at {
            made.inside = inside(self.world.spec(), at)?;
        }
        if made.inside.is_some() && made.indicator == Indicator::Query {
            let remedy = "name the service in the query, and leave `at` out";
            return Err(Refusal::new("a query says itself where it looks", remedy));
        }
        let kind = match made.of {
            Measured::Users => ClassKind::Users,
            Measured::Probes => ClassKind::Probes,
        };
        let classes = &self.world.spec().traffic.classes;
        let at_edge = made.inside.is_none() && made.indicator != Indicator::Query;
        if at_edge && !classes.iter().any(|class| class.kind == kind) {
            let problem = "nobody of that kind asks anything here";
            return Err(Refusal::new(problem, "measure users, or at a service"));
        }
        Ok(made)
    }

    /// A tracker with as much of its past as was measured, and that in words.
    fn reliving(&self, objective: Objective) -> (Tracker, String) {
        let (now, interval) = (self.now(), self.scenario.scrape);
        let reach = objective.window.max(Span::from_days(3));
        let reach = reach.min(self.scenario.metrics().retention);
        let from = now.back(reach);
        let within = Span::from_nanos(from.as_nanos() % interval.as_nanos().max(1));
        let mut times = vec![from.back(within)];
        while let Some(next) = times.last().map(|at| *at + interval)
            && next <= now
        {
            times.push(next);
        }
        let Some((begin, past)) = self.past(&objective, &times) else {
            let tracker = Tracker::begin(objective, interval, now);
            let known = "its window starts now: its past was not measured so";
            return (tracker, known.to_owned());
        };
        let scale = match objective.indicator {
            Indicator::Query => 1.0,
            _ => f64::from(self.world.spec().scale),
        };
        let begin = times[begin];
        let mut tracker = Tracker::begin(objective, interval, begin);
        let whole = |value: f64| libm::round(value.max(0.0) / scale) as u64;
        for (bad, total) in past {
            tracker.relive(whole(bad), whole(total));
        }
        let since = begin.since_start();
        let known = format!("its past is recomputed from what was measured after {since}");
        (tracker, known)
    }

    /// The scrape at which the store begins to have an objective's events, and
    /// bad and all events up to each later one; none where it cannot tell.
    fn past(&self, objective: &Objective, times: &[SimTime]) -> Option<(usize, Vec<(f64, f64)>)> {
        let (part, total, good) = match &objective.terms.query {
            Some(SliQuery::Threshold { query, op, value }) => {
                let mut rows = vec![(0.0, 0.0); times.len()];
                let begin = self.walk(query, times, |place, _, found| {
                    rows[place] = (f64::from(u8::from(!op.holds(found, *value))), 1.0);
                })?;
                return Some((begin, rows.split_off(begin + 1)));
            }
            Some(SliQuery::Counters { part, good, total }) => (part.clone(), total.clone(), *good),
            None => {
                let (part, total) = self.counters(objective)?;
                (part, total, true)
            }
        };
        let (begin, all) = self.rises(&total, times, None)?;
        let parts = self.rises(&part, times, Some(begin));
        let rows = (begin + 1..times.len()).map(|place| {
            let part = parts.as_ref().map_or(0.0, |(_, parts)| parts[place]);
            let bad = if good { all[place] - part } else { part };
            (bad, all[place])
        });
        Some((begin, rows.collect()))
    }

    /// Queries for the counters of good and of all events of an objective;
    /// none where no metric tells them apart.
    fn counters(&self, objective: &Objective) -> Option<(String, String)> {
        let labels = match &objective.inside {
            None => match objective.of {
                Measured::Users => "kind=\"users\"".to_owned(),
                Measured::Probes => "kind=\"probes\"".to_owned(),
            },
            Some(inside) => {
                let (service, route) = inside.name.split_once('/').unwrap_or((&inside.name, ""));
                let route = match route {
                    "" => String::new(),
                    route => format!(",route=\"{route}\""),
                };
                format!("service=\"{service}\"{route}")
            }
        };
        let metric = METRICS[usize::from(objective.inside.is_some())];
        let good = match objective.indicator {
            Indicator::Availability => format!("{metric}_count{{code=\"200\",{labels}}}"),
            Indicator::Latency { under } => {
                let bound = BOUND_TEXTS.iter().find(|bound| {
                    let bound = bound.parse::<f64>();
                    bound.is_ok_and(|bound| Span::from_secs_f64(bound) == under)
                })?;
                format!("{metric}_bucket{{code=\"200\",le=\"{bound}\",{labels}}}")
            }
            Indicator::Quality | Indicator::Query => return None,
        };
        Some((good, format!("{metric}_count{{{labels}}}")))
    }

    /// How much the counters that a query finds rose up to each scrape since
    /// the one before it, and the scrape at which they begin. One that comes
    /// later began at zero.
    fn rises(
        &self,
        query: &str,
        times: &[SimTime],
        begin: Option<usize>,
    ) -> Option<(usize, Vec<f64>)> {
        let mut rises = vec![0.0; times.len()];
        let mut counters: BTreeMap<Labels, Counter> = BTreeMap::new();
        // Before the run nothing was counted.
        let start = times.first().filter(|at| **at == SimTime::ZERO).map(|_| 0);
        let begin = begin.or(start);
        let mut first = begin;
        let found = self.walk(query, times, |place, labels, value| {
            let first = *first.get_or_insert(place);
            if let Some(counter) = counters.get_mut(labels) {
                rises[place] += counter.rise(Some(value));
                return;
            }
            let mut counter = Counter::default();
            if place > first {
                counter.rise(Some(0.0));
            }
            rises[place] += counter.rise(Some(value));
            counters.insert(labels.clone(), counter);
        });
        found.map(|found| (begin.unwrap_or(found), rises))
    }

    /// Tells every sample of every series of a query at some scrapes, each
    /// series in the order of time; gives the first scrape that has any.
    fn walk(
        &self,
        text: &str,
        times: &[SimTime],
        mut each: impl FnMut(usize, &Labels, f64),
    ) -> Option<usize> {
        let query = Query::new(text, &Options::default()).ok()?;
        let step = self.scenario.scrape.as_millis().max(1);
        let mut first = None;
        for (piece, part) in times.chunks(PIECE).enumerate() {
            let (from, to) = (part.first()?.as_millis(), part.last()?.as_millis());
            let answer = query.range(&self.store, from, to, step).ok()?;
            let Value::Matrix(series) = answer.value else {
                return None;
            };
            let begins = series.iter().filter_map(|(_, samples)| samples.first());
            let earliest = begins.map(|sample| (sample.time - from) / step).min();
            let place = |offset: i64| piece * PIECE + offset.unsigned_abs() as usize;
            first = first.or(earliest.map(place));
            for (labels, samples) in &series {
                for sample in samples {
                    each(place((sample.time - from) / step), labels, sample.value);
                }
            }
        }
        first
    }
}

/// Whether two objectives make the same counts, whatever follows from them.
fn counts_the_same(old: &Objective, new: &Objective) -> bool {
    let counted = |slo: &Objective| {
        let terms = &slo.terms;
        (
            slo.indicator,
            slo.of,
            slo.inside.clone(),
            terms.method,
            terms.query.clone(),
        )
    };
    counted(old) == counted(new)
}

/// Where an objective is measured: `edge`, a service, or a route of one.
pub(super) fn inside(spec: &Spec, at: &str) -> Result<Option<Inside>, Refusal> {
    if at == EDGE {
        return Ok(None);
    }
    let (service, route) = at.split_once('/').map_or((at, None), |(s, r)| (s, Some(r)));
    let unknown = |kind: &str, name: &str, known: Vec<&str>| {
        let problem = format!("there is no {kind} `{name}`");
        Refusal::new(problem, did_you_mean(name, &known))
    };
    let services = &spec.services;
    let Some(place) = services.iter().position(|found| found.name == service) else {
        let known = services.iter().map(|found| found.name.as_str());
        return Err(unknown("service", service, known.collect()));
    };
    let routes = &services[place].routes;
    let before: usize = services[..place]
        .iter()
        .map(|found| found.routes.len())
        .sum();
    let number = match route {
        None => None,
        Some(name) => match routes.iter().position(|found| found.name == name) {
            Some(found) => Some((before + found) as u32),
            None => {
                let known = routes.iter().map(|found| found.name.as_str());
                return Err(unknown("route", at, known.collect()));
            }
        },
    };
    Ok(Some(Inside {
        name: at.to_owned(),
        service: place as u32,
        route: number,
    }))
}
