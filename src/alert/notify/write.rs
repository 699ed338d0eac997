//! A configuration as a file that Alertmanager reads.

use super::config::{Config, Inhibition, Interval, NamedIntervals, Receiver, Route};
use super::interval::Range;
use super::matchers::tell;
use crate::alert::rules::duration;
use crate::base::Span;
use crate::base::yaml::{self, Tree};
use crate::telemetry::store::Matcher;

/// The whole file.
pub fn write(config: &Config) -> String {
    yaml::write(&tree(config))
}

/// The same as a tree.
pub fn tree(config: &Config) -> Tree {
    let mut out = Entries::default();
    if let Some(global) = &config.global {
        out.add("global", global.clone());
    }
    out.texts("templates", &config.templates);
    out.add("route", route(&config.route));
    out.list("receivers", &config.receivers, receiver);
    out.list("inhibit_rules", &config.inhibitions, inhibition);
    out.list("time_intervals", &config.intervals, named_intervals);
    Tree::Map(out.0)
}

fn route(route: &Route) -> Tree {
    let mut out = Entries::default();
    if let Some(receiver) = &route.receiver {
        out.add("receiver", Tree::text(receiver));
    }
    if let Some(names) = &route.group_by {
        out.add(
            "group_by",
            Tree::List(names.iter().map(Tree::text).collect()),
        );
    }
    out.list("matchers", &route.matchers, matcher);
    if route.goes_on {
        out.add("continue", Tree::word(true));
    }
    out.span("group_wait", route.group_wait);
    out.span("group_interval", route.group_interval);
    out.span("repeat_interval", route.repeat_interval);
    out.texts("mute_time_intervals", &route.mute_times);
    out.texts("active_time_intervals", &route.active_times);
    out.list("routes", &route.routes, self::route);
    Tree::Map(out.0)
}

fn matcher(matcher: &Matcher) -> Tree {
    Tree::text(tell(matcher))
}

fn receiver(receiver: &Receiver) -> Tree {
    let mut out = Entries::default();
    out.add("name", Tree::text(&receiver.name));
    for (name, tree) in &receiver.integrations {
        out.add(name, tree.clone());
    }
    Tree::Map(out.0)
}

fn inhibition(rule: &Inhibition) -> Tree {
    let mut out = Entries::default();
    if let Some(name) = &rule.name {
        out.add("name", Tree::text(name));
    }
    out.list("source_matchers", &rule.source, matcher);
    out.list("target_matchers", &rule.target, matcher);
    out.texts("equal", &rule.equal);
    Tree::Map(out.0)
}

fn named_intervals(named: &NamedIntervals) -> Tree {
    let mut out = Entries::default();
    out.add("name", Tree::text(&named.name));
    out.list("time_intervals", &named.intervals, interval);
    Tree::Map(out.0)
}

fn interval(interval: &Interval) -> Tree {
    let mut out = Entries::default();
    out.list("times", &interval.times, |times| {
        let mut out = Entries::default();
        for (name, minute) in [("start_time", times.from), ("end_time", times.to)] {
            out.add(
                name,
                Tree::text(format!("{:02}:{:02}", minute / 60, minute % 60)),
            );
        }
        Tree::Map(out.0)
    });
    let ranges = [
        ("weekdays", &interval.weekdays),
        ("days_of_month", &interval.days),
        ("months", &interval.months),
        ("years", &interval.years),
    ];
    for (name, ranges) in ranges {
        out.list(name, ranges, |Range { from, to }| {
            Tree::text(format!("{from}:{to}"))
        });
    }
    if let Some(location) = &interval.location {
        out.add("location", Tree::text(location));
    }
    Tree::Map(out.0)
}

/// A mapping in the making; what is empty is left out.
#[derive(Default)]
struct Entries(Vec<(String, Tree)>);

impl Entries {
    fn add(&mut self, key: &str, value: Tree) {
        self.0.push((key.to_owned(), value));
    }

    fn list<T>(&mut self, key: &str, items: &[T], write: fn(&T) -> Tree) {
        if !items.is_empty() {
            self.add(key, Tree::List(items.iter().map(write).collect()));
        }
    }

    fn texts(&mut self, key: &str, texts: &[String]) {
        self.list(key, texts, |text| Tree::text(text));
    }

    fn span(&mut self, key: &str, span: Option<Span>) {
        if let Some(span) = span {
            self.add(key, Tree::word(duration::write(span)));
        }
    }
}
