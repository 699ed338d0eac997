//! The `slos` section of a world file.

use crate::base::{At, Ratio, Report, Span, parse};

use super::change::place;
use super::{Calendar, EDGE, Indicator, Inside, Measured, Objective, SliQuery, small_print};

/// Objectives of one world.
const MOST: usize = 20;

/// Reads every objective; `None` if any has an error.
pub fn objectives(report: &mut Report, at: &At<'_>) -> Option<Vec<Objective>> {
    let read: Vec<Option<Objective>> = report
        .entries(at, MOST)
        .iter()
        .map(|(name, at)| objective(report, name, at))
        .collect();
    read.into_iter().collect()
}

fn objective(report: &mut Report, name: &str, at: &At<'_>) -> Option<Objective> {
    let name = match parse::name(name) {
        Ok(name) => Some(name.to_owned()),
        Err(problem) => {
            report.error(at, problem, parse::NAME_FORM);
            None
        }
    };
    let mut fields = report.fields(at)?;
    let title = fields
        .need(report, "title")
        .and_then(|at| report.text(&at, 40));
    let target = fields
        .need(report, "target")
        .and_then(|at| target(report, &at));
    let window = fields
        .need(report, "window")
        .and_then(|at| small_print::window(report, &at));
    let good = fields.need(report, "good");
    let good = good.and_then(|at| indicator(report, &at));
    let of = fields.get("of").map_or(Some(Measured::Users), |at| {
        let words = [("users", Measured::Users), ("probes", Measured::Probes)];
        report.choice(&at, &words)
    });
    let inside = match fields.get("at") {
        Some(at) => place(report, &at).filter(|name| name != EDGE),
        None => None,
    };
    let terms = small_print::terms(report, &mut fields);
    fields.done(report);
    let (indicator, query) = good?;
    let (window, unit) = window?;
    let (mut terms, first) = terms?;
    terms.query = query;
    terms.calendar = unit.map(|unit| Calendar { unit, first });
    Some(Objective {
        // Which service that is, the world knows.
        inside: inside.map(|name| Inside {
            name,
            service: u32::MAX,
            route: None,
        }),
        of: of?,
        name: name?,
        title: title?,
        indicator,
        target: target?,
        window,
        terms,
    })
}

/// Reads what makes an event good, and the queries of [`Indicator::Query`].
pub fn indicator(report: &mut Report, at: &At<'_>) -> Option<(Indicator, Option<SliQuery>)> {
    const KINDS: [&str; 5] = ["availability", "quality", "latency", "ratio", "threshold"];
    let (kind, at) = report.tagged(at, &KINDS)?;
    match kind {
        "availability" => Some((Indicator::Availability, None)),
        "quality" => Some((Indicator::Quality, None)),
        "latency" => {
            let mut fields = report.fields(&at)?;
            let under = fields
                .need(report, "under")
                .and_then(|at| report.duration(&at, Span::from_millis(1)..=Span::from_hours(1)));
            fields.done(report);
            Some((Indicator::Latency { under: under? }, None))
        }
        _ => {
            let query = small_print::query(report, &at, kind == "ratio")?;
            Some((Indicator::Query, Some(query)))
        }
    }
}

pub(super) fn target(report: &mut Report, at: &At<'_>) -> Option<Ratio> {
    let target = report.ratio(at)?;
    if target == Ratio::ONE {
        let remedy = "choose a target below 100 %, such as 99.9 %";
        report.error(at, "a target of 100 % leaves no error budget", remedy);
        return None;
    }
    Some(target)
}
