//! Which traces there are, and one of them as a waterfall.

use serde::{Deserialize, Serialize};

use super::{Bars, During};
use crate::base::{SimTime, Span};
use crate::session::Session;
use crate::telemetry::trace::{
    self, CANCELLED, DETACHED, NONE, Row, Trace, UNFINISHED, Value, asked, rows, service_name,
    span_id, span_name, trace_id,
};

/// Traces that a list carries; how many more there are is told.
const MOST_LISTED: usize = 100;

/// What is asked of traces.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum TraceQuestion {
    /// Which there are.
    List(TraceFilter),
    /// One of them, by the number of its request.
    One(u64),
}

/// Which traces are wanted; what is empty asks for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceFilter {
    /// Only those that this service took part in.
    pub service: String,
    /// Only those whose request's name contains this.
    pub route: String,
    /// Only those in which something failed.
    pub failed: bool,
    /// Only those that took so long.
    pub least: Span,
    /// When they began.
    pub during: During,
    /// In which order.
    pub sort: TraceSort,
}

/// The order of a list of traces.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum TraceSort {
    /// The latest first.
    #[default]
    Latest,
    /// The longest first.
    Longest,
    /// Those with the most spans first.
    Largest,
}

/// What there is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum TraceAnswer {
    /// A list.
    List {
        /// The first of those that fit, in the order that was asked for.
        found: Vec<TraceLine>,
        /// How many more fit.
        left_out: u32,
        /// How many are kept.
        kept: u32,
        /// Those that fit over time, by when they began, and among them those
        /// in which something failed.
        bars: Bars,
    },
    /// One trace; nothing if it is not kept.
    One(Option<TraceView>),
}

/// A trace in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TraceLine {
    /// Number of its request.
    pub number: u64,
    /// What was asked for.
    pub name: String,
    /// When it began.
    pub at: SimTime,
    /// How long it took.
    pub took: Span,
    /// Spans in it.
    pub spans: u32,
    /// Those that failed.
    pub failed: u32,
    /// Whether whoever asked got no answer in full.
    pub lost: bool,
}

/// A trace as a waterfall.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TraceView {
    /// Its line in the list.
    pub line: TraceLine,
    /// Its W3C id.
    pub id: String,
    /// Its spans: parents first.
    pub rows: Vec<SpanRow>,
    /// Spans that there was no room for.
    pub left_out: u32,
}

/// A span in a waterfall.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SpanRow {
    /// Its W3C id.
    pub id: String,
    /// How deep it stands.
    pub depth: u16,
    /// Whose it is.
    pub service: String,
    /// Its name.
    pub name: String,
    /// From the root's beginning to its own, and its length, as shares of the
    /// root's length; what is detached reaches past 1.
    pub from: f64,
    /// See `from`.
    pub length: f64,
    /// How long it took.
    pub took: Span,
    /// Its length without its children's.
    pub own: Span,
    /// How much of the root's length was spent waiting for just this span.
    pub critical: Span,
    /// Whether it failed.
    pub failed: bool,
    /// Whether it went on for nobody, was given up, or had not ended.
    pub stray: bool,
    /// Attributes and events, in words.
    pub about: Vec<(String, String)>,
}

impl Session {
    pub(super) fn ask_traces(&self, question: &TraceQuestion) -> TraceAnswer {
        match question {
            TraceQuestion::List(filter) => self.list_traces(filter),
            TraceQuestion::One(number) => {
                let found = self.tracer().trace(*number);
                TraceAnswer::One(found.map(|trace| self.show_trace(trace)))
            }
        }
    }

    fn list_traces(&self, filter: &TraceFilter) -> TraceAnswer {
        let world = self.world();
        let (from, until) = filter.during.bounds(self.now());
        let mut bars = Bars::new(from, until);
        let mut kept = 0;
        let mut found: Vec<TraceLine> = Vec::new();
        for trace in self.tracer().traces() {
            kept += 1;
            let line = self.trace_line(trace);
            let here = |span| service_name(world, span) == filter.service;
            if line.at < from
                || line.at > until
                || (filter.failed && line.failed == 0)
                || line.took < filter.least
                || !line.name.contains(&filter.route)
                || !(filter.service.is_empty() || trace.spans.iter().any(here))
            {
                continue;
            }
            bars.add(line.at, 1, u32::from(line.failed > 0));
            found.push(line);
        }
        found.sort_by_key(|line| {
            let first = match filter.sort {
                TraceSort::Latest => line.at.as_nanos(),
                TraceSort::Longest => line.took.as_nanos(),
                TraceSort::Largest => u64::from(line.spans),
            };
            core::cmp::Reverse((first, line.number))
        });
        let left_out = found.len().saturating_sub(MOST_LISTED) as u32;
        found.truncate(MOST_LISTED);
        TraceAnswer::List {
            found,
            left_out,
            kept,
            bars,
        }
    }

    fn trace_line(&self, trace: &Trace) -> TraceLine {
        let root = trace.root();
        let (service, route) = root.map_or_else(Default::default, |root| asked(self.world(), root));
        TraceLine {
            number: trace.number,
            name: format!("{service} /{route}"),
            at: root.map_or(SimTime::ZERO, |root| root.start),
            took: root.map_or(Span::ZERO, |root| root.length()),
            spans: trace.spans.len() as u32,
            failed: trace.spans.iter().filter(|span| span.failed()).count() as u32,
            lost: root.is_some_and(|root| root.failed()),
        }
    }

    fn show_trace(&self, trace: &Trace) -> TraceView {
        TraceView {
            line: self.trace_line(trace),
            id: trace_id(self.seed(), trace.number),
            rows: rows(trace)
                .into_iter()
                .map(|row| self.span_row(trace, row))
                .collect(),
            left_out: trace.left_out,
        }
    }

    fn span_row(&self, trace: &Trace, row: Row) -> SpanRow {
        let world = self.world();
        let span = &trace.spans[row.place as usize];
        let root = trace.root().unwrap_or(span);
        let whole = root.length().as_nanos().max(1) as f64;
        let after = span.start.since(root.start).as_nanos() as f64;
        let words = |value: Value| match value {
            Value::Text(text) => text,
            Value::Int(number) => number.to_string(),
            Value::Flag(flag) => if flag { "true" } else { "false" }.to_owned(),
        };
        let service = service_name(world, span);
        let mut about: Vec<(String, String)> =
            trace::attributes(world, self.metrics().methods(), span)
                .into_iter()
                .chain(trace::resource(world, service, &span.spot))
                .map(|(key, value)| (key.to_owned(), words(value)))
                .collect();
        for (at, name, said) in trace::events(world, trace, row.place) {
            let mut text = name;
            for (_, value) in said {
                text.push(' ');
                text.push_str(&words(value));
            }
            let after = Span::from_nanos(at.saturating_sub(root.start.as_nanos()));
            about.push((format!("event after {after}"), text));
        }
        SpanRow {
            id: match row.place {
                NONE => String::new(),
                place => span_id(self.seed(), trace.number, place),
            },
            depth: row.depth,
            service: service.to_owned(),
            name: span_name(world, span),
            from: after / whole,
            length: span.length().as_nanos() as f64 / whole,
            took: span.length(),
            own: row.own,
            critical: row.critical,
            failed: span.failed(),
            stray: span.flags & (CANCELLED | DETACHED | UNFINISHED) != 0,
            about,
        }
    }
}
