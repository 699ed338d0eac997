//! An Alertmanager's file into a typed configuration.

use super::config::{Config, Inhibition, Interval, NamedIntervals, Receiver, Route};
use super::interval::{Range, TimeRange};
use super::matchers::{FORM, matchers};
use crate::alert::labels;
use crate::alert::rules::read_span;
use crate::base::yaml::{self, Limits, Tree};
use crate::base::{At, Diagnostics, Fields, Report, Span, did_you_mean, shown};
use crate::telemetry::store::{Compare, Matcher};

/// Items of one list.
const MOST: usize = 1_000;
/// Routes within each other.
const DEEPEST: u32 = 32;
/// Characters of one text.
const LONGEST: usize = 4_096;
const WEEKDAYS: [&str; 7] = [
    "sunday",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
];
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// Reads a file; on failure every problem of it.
pub fn read(file: &str, text: &str) -> Result<Config, Diagnostics> {
    let root = yaml::parse(file, text, &Limits::default())?;
    let mut report = Report::new(file, text);
    let found = section(&mut report, &At::root(&root));
    match found {
        Some(found) if !report.failed() => Ok(found),
        _ => Err(report.finish()),
    }
}

/// Reads the same as a part of another file.
pub fn section(report: &mut Report, at: &At<'_>) -> Option<Config> {
    let before = report.failed();
    let mut fields = report.fields(at)?;
    let global = fields.get("global").map(|at| Tree::from(at.node));
    let templates = texts(report, &mut fields, "templates");
    let route_at = fields.need(report, "route");
    let receivers = fields.need(report, "receivers");
    let inhibitions = list(report, &mut fields, "inhibit_rules");
    let mut intervals = list(report, &mut fields, "time_intervals");
    intervals.extend(list(report, &mut fields, "mute_time_intervals"));
    fields.done(report);
    let intervals: Vec<NamedIntervals> = intervals
        .iter()
        .filter_map(|at| named_intervals(report, at))
        .collect();
    let receivers = receivers.map_or_else(Vec::new, |at| report.items(&at, MOST));
    let receivers: Vec<Receiver> = receivers
        .iter()
        .filter_map(|at| receiver(report, at))
        .collect();
    let mut known = Names {
        receivers: receivers
            .iter()
            .map(|receiver| receiver.name.as_str())
            .collect(),
        intervals: intervals.iter().map(|named| named.name.as_str()).collect(),
    };
    twice(report, at, &mut known.receivers, "receiver");
    twice(report, at, &mut known.intervals, "time interval");
    let route = route_at.and_then(|at| {
        let route = route(report, &at, &known, 0)?;
        if route.receiver.is_none() {
            report.error(&at, "the root tells nobody", "add `receiver: <name>`");
        }
        if !route.matchers.is_empty() {
            let remedy = "take its matchers away, or move them to a route below";
            report.error(&at, "the root takes every alert", remedy);
        }
        if route.goes_on {
            report.error(
                &at,
                "the root has no siblings to go on to",
                "leave `continue` out",
            );
        }
        if !route.mute_times.is_empty() || !route.active_times.is_empty() {
            let remedy = "move the times to a route below";
            report.error(&at, "the root may not have times of its own", remedy);
        }
        Some(route)
    });
    let inhibitions = inhibitions
        .iter()
        .filter_map(|at| inhibition(report, at))
        .collect();
    if !before && report.failed() {
        return None;
    }
    Some(Config {
        global,
        templates,
        route: route?,
        receivers,
        inhibitions,
        intervals,
    })
}

/// What routes may refer to.
struct Names<'a> {
    receivers: Vec<&'a str>,
    intervals: Vec<&'a str>,
}

fn twice(report: &mut Report, at: &At<'_>, names: &mut [&str], what: &str) {
    names.sort_unstable();
    for pair in names.windows(2).filter(|pair| pair[0] == pair[1]) {
        let problem = format!("two {what}s are called `{}`", shown(pair[0]));
        report.error(at, problem, "give each a name of its own");
    }
}

fn route(report: &mut Report, at: &At<'_>, known: &Names<'_>, depth: u32) -> Option<Route> {
    if depth > DEEPEST {
        let problem = format!("more than {DEEPEST} routes within each other");
        report.error(at, problem, "make the tree flatter");
        return None;
    }
    let mut fields = report.fields(at)?;
    let receiver = fields.get("receiver").and_then(|at| {
        let name = report.text(&at, LONGEST)?;
        refer(report, &at, &name, &known.receivers, "receiver");
        Some(name)
    });
    let group_by = fields.get("group_by").map(|at| {
        let items = report.items(&at, MOST);
        let names: Vec<String> = items
            .iter()
            .filter_map(|at| report.text(at, LONGEST))
            .collect();
        if names.len() > 1 && names.iter().any(|name| name == "...") {
            let remedy = "write `...` alone, or labels";
            report.error(&at, "`...` stands for every label already", remedy);
        }
        names
    });
    let found = read_matchers(report, &mut fields, ["match", "match_re", "matchers"]);
    let goes_on = fields.get("continue").and_then(|at| report.boolean(&at));
    let [group_wait, group_interval, repeat_interval] =
        ["group_wait", "group_interval", "repeat_interval"]
            .map(|name| span(report, &mut fields, name));
    let times = |report: &mut Report, fields: &mut Fields<'_>, name| {
        let items = list(report, fields, name);
        let mut names = Vec::new();
        for at in items {
            if let Some(name) = report.text(&at, LONGEST) {
                refer(report, &at, &name, &known.intervals, "time interval");
                names.push(name);
            }
        }
        names
    };
    let mute_times = times(report, &mut fields, "mute_time_intervals");
    let active_times = times(report, &mut fields, "active_time_intervals");
    let below = list(report, &mut fields, "routes");
    fields.done(report);
    let below = below
        .iter()
        .filter_map(|at| route(report, at, known, depth + 1));
    let routes = below.collect();
    for (span, name) in [
        (group_interval, "group_interval"),
        (repeat_interval, "repeat_interval"),
    ] {
        if span.is_some_and(Span::is_zero) {
            let problem = format!("`{name}` is no time at all");
            report.error(at, problem, "give one such as 5m");
        }
    }
    Some(Route {
        receiver,
        group_by,
        matchers: found,
        goes_on: goes_on.unwrap_or_default(),
        group_wait,
        group_interval,
        repeat_interval,
        mute_times,
        active_times,
        routes,
    })
}

fn refer(report: &mut Report, at: &At<'_>, name: &str, known: &[&str], what: &str) {
    if !known.contains(&name) {
        let problem = format!("there is no {what} `{}`", shown(name));
        report.error(at, problem, did_you_mean(name, known));
    }
}

/// The old ways of writing matchers and the new one, in this order.
fn read_matchers(
    report: &mut Report,
    fields: &mut Fields<'_>,
    names: [&'static str; 3],
) -> Vec<Matcher> {
    let mut found = Vec::new();
    for (name, compare) in [(names[0], Compare::Equal), (names[1], Compare::Matches)] {
        let Some(at) = fields.get(name) else {
            continue;
        };
        for (label, at) in report.entries(&at, MOST) {
            let text = labels::text(report, &at).unwrap_or_default();
            match Matcher::new(label, compare, &text) {
                Ok(matcher) => found.push(matcher),
                Err(problem) => report.error(&at, problem, "mend the expression"),
            }
        }
    }
    let Some(at) = fields.get(names[2]) else {
        return found;
    };
    let items = if at.is_scalar() {
        vec![at]
    } else {
        report.items(&at, MOST)
    };
    for at in items {
        match matchers(at.scalar().unwrap_or_default()) {
            Ok(more) => found.extend(more),
            Err(problem) => report.error(&at, problem, FORM),
        }
    }
    found
}

fn receiver(report: &mut Report, at: &At<'_>) -> Option<Receiver> {
    let mut fields = report.fields(at)?;
    let name = fields
        .need(report, "name")
        .and_then(|at| report.text(&at, LONGEST));
    let mut integrations = Vec::new();
    for (key, at) in report.entries(at, MOST) {
        if key == "name" {
            continue;
        }
        if !key.ends_with("_configs") || !at.is_list() {
            let problem = format!("`{}` is no list of integrations", shown(key));
            let remedy = "write one such as `webhook_configs` with a list of them";
            report.error(&at, problem, remedy);
            continue;
        }
        integrations.push((key.to_owned(), Tree::from(at.node)));
    }
    Some(Receiver {
        name: name?,
        integrations,
    })
}

fn inhibition(report: &mut Report, at: &At<'_>) -> Option<Inhibition> {
    let mut fields = report.fields(at)?;
    let name = fields.get("name").and_then(|at| report.text(&at, LONGEST));
    let target = ["target_match", "target_match_re", "target_matchers"];
    let target = read_matchers(report, &mut fields, target);
    let source = ["source_match", "source_match_re", "source_matchers"];
    let source = read_matchers(report, &mut fields, source);
    let equal = texts(report, &mut fields, "equal");
    fields.done(report);
    Some(Inhibition {
        name,
        source,
        target,
        equal,
    })
}

fn named_intervals(report: &mut Report, at: &At<'_>) -> Option<NamedIntervals> {
    let mut fields = report.fields(at)?;
    let name = fields
        .need(report, "name")
        .and_then(|at| report.text(&at, LONGEST));
    let items = list(report, &mut fields, "time_intervals");
    fields.done(report);
    let intervals = items.iter().filter_map(|at| interval(report, at)).collect();
    Some(NamedIntervals {
        name: name?,
        intervals,
    })
}

fn interval(report: &mut Report, at: &At<'_>) -> Option<Interval> {
    let mut fields = report.fields(at)?;
    let times = list(report, &mut fields, "times");
    let mut ranges =
        |report: &mut Report, name, words: &[&str], first: i32, least: i32, most: i32| {
            let items = list(report, &mut fields, name);
            let read = |at: &At<'_>| range(report, at, words, first, least, most);
            items.iter().filter_map(read).collect::<Vec<Range>>()
        };
    let weekdays = ranges(report, "weekdays", &WEEKDAYS, 0, 0, 6);
    let days = ranges(report, "days_of_month", &[], 0, -31, 31);
    let months = ranges(report, "months", &MONTHS, 1, 1, 12);
    let years = ranges(report, "years", &[], 0, 1970, 9_999);
    let location = fields.get("location");
    fields.done(report);
    let location = location.and_then(|at| {
        let name = report.text(&at, 64)?;
        if !["UTC", "Etc/UTC", "GMT"].contains(&name.as_str()) {
            let problem = "the lab's calendar runs on UTC alone";
            report.error(&at, problem, "write `location: UTC`, with times in UTC");
        }
        Some(name)
    });
    let times = times.iter().filter_map(|at| {
        let mut fields = report.fields(at)?;
        let [from, to] = ["start_time", "end_time"].map(|name| {
            let at = fields.need(report, name)?;
            let minute = minute(at.scalar().unwrap_or_default());
            if minute.is_none() {
                report.error(
                    &at,
                    "this is no time of the day",
                    "write one such as 09:00 or 24:00",
                );
            }
            minute
        });
        fields.done(report);
        let (from, to) = (from?, to?);
        if from >= to {
            let remedy = "give two ranges for a time over midnight";
            report.error(at, "it ends before it begins", remedy);
        }
        Some(TimeRange { from, to })
    });
    let times = times.collect();
    Some(Interval {
        times,
        weekdays,
        days,
        months,
        years,
        location,
    })
}

fn minute(text: &str) -> Option<u32> {
    let (hour, minute) = text.split_once(':')?;
    let sound = hour.len() == 2 && minute.len() == 2;
    let (hour, minute) = (hour.parse::<u32>().ok()?, minute.parse::<u32>().ok()?);
    let all = hour * 60 + minute;
    (sound && minute < 60 && all <= 1_440).then_some(all)
}

/// `1:5`, `monday:friday`, `-3:-1`, or one of these alone.
fn range(
    report: &mut Report,
    at: &At<'_>,
    words: &[&str],
    first: i32,
    least: i32,
    most: i32,
) -> Option<Range> {
    let text = at.scalar().unwrap_or_default().to_ascii_lowercase();
    let one = |word: &str| -> Option<i32> {
        if let Some(place) = words.iter().position(|known| *known == word) {
            return Some(place as i32 + first);
        }
        let number = word.parse::<i32>().ok()?;
        ((least..=most).contains(&number) && (number != 0 || least == 0)).then_some(number)
    };
    let (from, to) = text.split_once(':').unwrap_or((&text, &text));
    let found = match (one(from), one(to)) {
        // From a day counted from the start to one counted from the end is fine.
        (Some(from), Some(to)) if from <= to || (from > 0 && to < 0) => Some(Range { from, to }),
        _ => None,
    };
    if found.is_none() {
        let problem = format!("`{}` is no range here", shown(&text));
        let remedy = match words.first() {
            Some(word) => format!("write one such as {word}:{}, the earlier first", words[2]),
            None => format!("write numbers from {least} to {most} such as {most}:{most}"),
        };
        report.error(at, problem, remedy);
    }
    found
}

fn list<'n>(report: &mut Report, fields: &mut Fields<'n>, name: &'static str) -> Vec<At<'n>> {
    let at = fields.get(name);
    at.map_or_else(Vec::new, |at| report.items(&at, MOST))
}

fn texts(report: &mut Report, fields: &mut Fields<'_>, name: &'static str) -> Vec<String> {
    let items = list(report, fields, name);
    items
        .iter()
        .filter_map(|at| report.text(at, LONGEST))
        .collect()
}

fn span(report: &mut Report, fields: &mut Fields<'_>, name: &'static str) -> Option<Span> {
    fields.get(name).and_then(|at| read_span(report, &at))
}
