//! Action items that the world can express, and evidence that can be looked up.

use crate::base::Span;
use crate::ops::review::Evidence;
use crate::promql::{Options, Query, Value};
use crate::session::show_traffic::tell_rule;
use crate::session::{Author, Command, Refusal, Session};
use crate::telemetry::trace::trace_id;

/// How far apart a query is evaluated as evidence, at least.
const STEPS: u64 = 60;

/// A lasting change in words; anything else is refused.
pub(super) fn tell(change: &Command) -> Result<String, Refusal> {
    Ok(match change {
        Command::SetCall { service, to, set } => format!("{service} calls {to}: {set}"),
        Command::SetGuard { service, set } => format!("{service}: {set}"),
        Command::Scale { service, replicas } => format!("{service} has {replicas} pods"),
        Command::Autoscaler {
            service,
            on,
            bounds,
        } => {
            let state = match on {
                Some(false) => "off",
                _ => "on",
            };
            let range = bounds.map_or(String::new(), |(min, max)| format!(", {min} to {max} pods"));
            format!("autoscaler of {service} {state}{range}")
        }
        Command::Shed { over: Some(over) } => format!("gateways shed from a load of {over}"),
        Command::Admit { who, rule } => tell_rule(who, *rule),
        _ => {
            let remedy =
                "give a call, a guard, a number of pods, an autoscaler, shedding or a limit";
            return Err(Refusal::new("this is no lasting change", remedy));
        }
    })
}

impl Session {
    /// Whether the world takes a change: tried on a copy of it.
    pub(super) fn can_change(&self, change: &Command) -> Result<(), Refusal> {
        tell(change)?;
        self.clone()
            .carry_out(Author::Lesson { hidden: true }, change)
    }

    /// Whether a piece of evidence is there, from the incident's start on.
    pub(super) fn holds(&self, evidence: &Evidence) -> bool {
        let Some(case) = self.incidents.0.last() else {
            return false;
        };
        let (from, until) = {
            let impact = self.impact_of(case);
            (impact.from, case.end(self.now()))
        };
        match evidence {
            Evidence::Query(text) => {
                let millis = |at: crate::base::SimTime| (at.as_nanos() / 1_000_000) as i64;
                let length = until.since(from).max(Span::from_mins(1));
                let step = Span::from_nanos(length.as_nanos() / STEPS).max(Span::from_secs(15));
                let step = (step.as_nanos() / 1_000_000) as i64;
                let answer = Query::new(text, &Options::default())
                    .and_then(|query| query.range(&self.store, millis(from), millis(until), step));
                match answer.map(|answer| answer.value) {
                    Ok(Value::Matrix(series)) => {
                        series.iter().any(|(_, points)| !points.is_empty())
                    }
                    _ => false,
                }
            }
            Evidence::Trace(id) => {
                let seed = self.tracer.seed();
                let mut traces = self.tracer.traces();
                traces.any(|trace| trace_id(seed, trace.number) == *id)
            }
            Evidence::Log(words) => {
                let mut lines = self.logs.found(self.now()).filter(|line| line.at >= from);
                lines.any(|line| line.text(&self.world).contains(words.as_str()))
            }
        }
    }
}
