//! The fields of an objective that have a usual value.

use super::calendar::{Date, Unit};
use super::terms::{
    Compare, Few, FewThen, Maintenance, Method, NoData, PolicyRule, Sla, SliQuery, Stance, Terms,
};
use crate::base::{At, Fields, Report, Span, shown};
use crate::promql;

/// Planned times, tiers and rules of one objective.
const MOST: usize = 20;
/// Characters of a query.
const LONGEST: usize = 4_096;

/// A rolling window, or one of the calendar with about its length.
pub(super) fn window(report: &mut Report, at: &At<'_>) -> Option<(Span, Option<Unit>)> {
    const UNITS: [(&str, Unit, u64); 3] = [
        ("day", Unit::Day, 1),
        ("week", Unit::Week, 7),
        ("month", Unit::Month, 30),
    ];
    let word = at.scalar().unwrap_or_default();
    if let Some((_, unit, days)) = UNITS.iter().find(|(name, ..)| *name == word) {
        return Some((Span::from_days(*days), Some(*unit)));
    }
    let span = report.duration(at, Span::from_mins(5)..=Span::from_days(30))?;
    Some((span, None))
}

/// Everything else, and the day on which the run begins.
pub(super) fn terms(report: &mut Report, fields: &mut Fields<'_>) -> Option<(Terms, Date)> {
    let before = report.failed();
    let mut terms = Terms::default();
    let mut first = Date::FIRST;
    if let Some(at) = fields.get("first-day") {
        match Date::read(at.scalar().unwrap_or_default()) {
            Some(date) => first = date,
            None => report.error(&at, "this is no date", "write one such as 2024-01-31"),
        }
    }
    if let Some(at) = fields.get("budget") {
        terms.method = method(report, &at).unwrap_or_default();
    }
    if let Some(at) = fields.get("few") {
        terms.few = few(report, &at);
        if terms.method == Method::Occurrences
            && terms.few.is_some_and(|few| few.then != FewThen::Skip)
        {
            let problem = "without slices, few events can only be skipped";
            report.error(&at, problem, "write `then: skip`, or budget by slices");
        }
    }
    if let Some(at) = fields.get("no-data") {
        let words = [
            ("skip", NoData::Skip),
            ("good", NoData::Good),
            ("bad", NoData::Bad),
        ];
        terms.no_data = report.choice(&at, &words).unwrap_or_default();
        if terms.method == Method::Occurrences && terms.no_data != NoData::Skip {
            let problem = "without slices, no event is nothing to count";
            let remedy = "leave it out, or budget by slices";
            report.error(&at, problem, remedy);
        }
    }
    if let Some(at) = fields.get("maintenance") {
        let items = report.items(&at, MOST);
        terms.maintenance = items
            .iter()
            .filter_map(|at| maintenance(report, at))
            .collect();
    }
    if let Some(at) = fields.get("sla") {
        terms.sla = sla(report, &at);
    }
    if let Some(at) = fields.get("policy") {
        let items = report.items(&at, MOST);
        terms.policy = items.iter().filter_map(|at| rule(report, at)).collect();
    }
    (before || !report.failed()).then_some((terms, first))
}

pub(super) fn method(report: &mut Report, at: &At<'_>) -> Option<Method> {
    let (kind, at) = report.tagged(at, &["occurrences", "slices", "ratio-slices"])?;
    if kind == "occurrences" {
        return Some(Method::Occurrences);
    }
    let mut fields = report.fields(&at)?;
    let slice = fields
        .need(report, "of")
        .and_then(|at| report.duration(&at, Span::from_secs(1)..=Span::from_hours(24)));
    let good = (kind == "slices").then(|| {
        let at = fields.need(report, "good")?;
        let share = report.ratio(&at)?;
        if share.get() == 0.0 {
            let remedy = "give a share above 0, such as 95%";
            report.error(&at, "every slice would be good", remedy);
        }
        Some(libm::round(share.get() * 1e6) as u32)
    });
    fields.done(report);
    let slice = slice?;
    Some(match good {
        Some(good) => Method::Timeslices { slice, good: good? },
        None => Method::RatioTimeslices { slice },
    })
}

fn few(report: &mut Report, at: &At<'_>) -> Option<Few> {
    let mut fields = report.fields(at)?;
    let below = fields
        .need(report, "below")
        .and_then(|at| report.integer(&at, 1..=1_000_000));
    let words = [
        ("skip", FewThen::Skip),
        ("good", FewThen::Good),
        ("carry", FewThen::Carry),
    ];
    let then = fields
        .need(report, "then")
        .and_then(|at| report.choice(&at, &words));
    fields.done(report);
    Some(Few {
        below: below? as u32,
        then: then?,
    })
}

fn maintenance(report: &mut Report, at: &At<'_>) -> Option<Maintenance> {
    let year = Span::ZERO..=Span::from_days(400);
    let mut fields = report.fields(at)?;
    let title = fields
        .need(report, "title")
        .and_then(|at| report.text(&at, 60));
    let from = fields
        .need(report, "from")
        .and_then(|at| report.duration(&at, year.clone()));
    let length = fields
        .need(report, "for")
        .and_then(|at| report.duration(&at, Span::from_mins(1)..=Span::from_days(7)));
    let every = fields
        .get("every")
        .map(|at| report.duration(&at, Span::from_mins(2)..=Span::from_days(400)));
    let place = fields.at().clone();
    fields.done(report);
    if let (Some(Some(every)), Some(length)) = (every, length)
        && every <= length
    {
        let problem = "it would never end: it comes again before it is over";
        report.error(&place, problem, "make `every` longer than `for`");
    }
    Some(Maintenance {
        title: title?,
        from: from?,
        length: length?,
        every: match every {
            Some(every) => Some(every?),
            None => None,
        },
    })
}

fn sla(report: &mut Report, at: &At<'_>) -> Option<Sla> {
    let mut fields = report.fields(at)?;
    let target = fields
        .need(report, "target")
        .and_then(|at| report.ratio(&at));
    let fee = fields.need(report, "fee").and_then(|at| report.money(&at));
    let tiers = fields.need(report, "credits");
    fields.done(report);
    let mut credits = Vec::new();
    if let Some(at) = &tiers {
        for at in report.items(at, MOST) {
            let Some(mut fields) = report.fields(&at) else {
                continue;
            };
            let [below, credit] = ["below", "credit"]
                .map(|name| fields.need(report, name).and_then(|at| report.ratio(&at)));
            fields.done(report);
            if let (Some(below), Some(credit)) = (below, credit) {
                credits.push((below, credit));
            }
        }
        let sorted = credits
            .windows(2)
            .all(|pair| pair[0].0.get() > pair[1].0.get() && pair[0].1.get() < pair[1].1.get());
        if credits.is_empty() || !sorted {
            let problem = "the tiers are not a ladder";
            let remedy = "give at least one; each next `below` is lower, and its `credit` higher";
            report.error(at, problem, remedy);
        }
    }
    Some(Sla {
        target: target?,
        credits,
        fee: fee?,
    })
}

fn rule(report: &mut Report, at: &At<'_>) -> Option<PolicyRule> {
    let mut fields = report.fields(at)?;
    let below = fields
        .need(report, "below")
        .and_then(|at| report.ratio(&at));
    let words = [Stance::Careful, Stance::Freeze, Stance::Reliability];
    let words = words.map(|stance| (stance.word(), stance));
    let then = fields
        .need(report, "then")
        .and_then(|at| report.choice(&at, &words));
    fields.done(report);
    Some(PolicyRule {
        below: below?.get(),
        then: then?,
    })
}

/// What is asked of the metric store.
pub(super) fn query(report: &mut Report, at: &At<'_>, ratio: bool) -> Option<SliQuery> {
    let mut fields = report.fields(at)?;
    if ratio {
        let total = fields
            .need(report, "total")
            .and_then(|at| text(report, &at));
        let [good, bad] = ["good", "bad"].map(|name| fields.get(name));
        let place = fields.at().clone();
        fields.done(report);
        let is_good = good.is_some();
        let ((Some(at), None) | (None, Some(at))) = (good, bad) else {
            let problem = "a ratio is of good events or of bad ones";
            report.error(&place, problem, "give one of `good` and `bad`, and `total`");
            return None;
        };
        let part = text(report, &at);
        return Some(SliQuery::Counters {
            part: part?,
            good: is_good,
            total: total?,
        });
    }
    let query = fields
        .need(report, "query")
        .and_then(|at| text(report, &at));
    let words = [
        ("under", Compare::Under),
        ("at-most", Compare::AtMost),
        ("over", Compare::Over),
        ("at-least", Compare::AtLeast),
    ];
    let found: Vec<_> = words
        .into_iter()
        .filter_map(|(name, op)| Some((op, fields.get(name)?)))
        .collect();
    let place = fields.at().clone();
    fields.done(report);
    let [(op, at)] = found.as_slice() else {
        let problem = "a threshold has one comparison";
        let remedy = "give one of `under`, `at-most`, `over` and `at-least`";
        report.error(&place, problem, remedy);
        return None;
    };
    Some(SliQuery::Threshold {
        query: query?,
        op: *op,
        value: report.number(at, -1e18..=1e18)?,
    })
}

fn text(report: &mut Report, at: &At<'_>) -> Option<String> {
    let text = report.text(at, LONGEST)?;
    match promql::parse(&text, &promql::Bounds::default()) {
        Ok(_) => Some(text),
        Err(error) => {
            let problem = format!("no PromQL: {}", error.problem);
            let remedy = match error.expected.as_str() {
                "" => format!("mend `{}`", shown(&text)),
                expected => format!("write {expected} there"),
            };
            report.error(at, problem, remedy);
            None
        }
    }
}
