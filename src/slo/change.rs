//! Objectives that come, change and go in a running lab.

use serde::{Deserialize, Serialize};

use super::read::{indicator, target};
use super::small_print::{method, window};
use super::{Calendar, Date, Indicator, Measured, Method, Objective, SliQuery, Terms, Unit};
use crate::base::{At, Ratio, Report, Span, parse};

/// What an objective is to be. What is absent stays as it is, or is usual.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ObjectiveChange {
    /// Its name.
    pub name: String,
    /// Whether it goes.
    pub remove: bool,
    /// A short name for people.
    pub title: Option<String>,
    /// What makes an event good, and the queries of [`Indicator::Query`].
    pub good: Option<(Indicator, Option<SliQuery>)>,
    /// Where it is measured: `edge`, `service` or `service/route`.
    pub at: Option<String>,
    /// Whose requests count at the edge.
    pub of: Option<Measured>,
    /// Share of events that must be good, below 1.
    pub target: Option<Ratio>,
    /// Length of the window, and its unit where it follows the calendar.
    pub window: Option<(Span, Option<Unit>)>,
    /// How the budget is counted.
    pub budget: Option<Method>,
}

/// The word for what is measured where users are.
pub const EDGE: &str = "edge";

impl ObjectiveChange {
    /// A change that would make an objective what it is.
    pub fn of(objective: &Objective) -> ObjectiveChange {
        let inside = objective.inside.as_ref();
        let terms = &objective.terms;
        ObjectiveChange {
            name: objective.name.clone(),
            remove: false,
            title: Some(objective.title.clone()),
            good: Some((objective.indicator, terms.query.clone())),
            at: Some(inside.map_or(EDGE.to_owned(), |inside| inside.name.clone())),
            of: Some(objective.of),
            target: Some(objective.target),
            window: Some((objective.window, terms.calendar.map(|found| found.unit))),
            budget: Some(terms.method),
        }
    }

    /// The objective as it is to be, apart from where it is measured: from the
    /// one that is there, or a new one. What a new one lacks is told.
    pub fn apply(&self, old: Option<&Objective>, first: Date) -> Result<Objective, &'static str> {
        let mut made = match old {
            Some(old) => old.clone(),
            None => Objective {
                name: self.name.clone(),
                title: self.name.clone(),
                of: Measured::Users,
                indicator: self.good.as_ref().ok_or("good")?.0,
                target: self.target.ok_or("target")?,
                window: Span::from_days(30),
                inside: None,
                terms: Terms::default(),
            },
        };
        if let Some(title) = &self.title {
            made.title.clone_from(title);
        }
        if let Some((indicator, query)) = &self.good {
            made.indicator = *indicator;
            made.terms.query.clone_from(query);
        }
        made.of = self.of.unwrap_or(made.of);
        made.target = self.target.unwrap_or(made.target);
        if let Some((length, unit)) = self.window {
            made.window = length;
            let first = made.terms.calendar.map_or(first, |calendar| calendar.first);
            made.terms.calendar = unit.map(|unit| Calendar { unit, first });
        }
        made.terms.method = self.budget.unwrap_or(made.terms.method);
        Ok(made)
    }
}

/// Reads `{name, target, ...}` or `{name, remove: true}`.
pub fn change(report: &mut Report, at: &At<'_>) -> Option<ObjectiveChange> {
    let before = report.failed();
    let mut fields = report.fields(at)?;
    let name = fields.need(report, "name").and_then(|at| report.name(&at));
    let remove = fields.get("remove").is_some_and(|at| {
        let found = report.boolean(&at);
        found == Some(true)
    });
    let title = fields.get("title").and_then(|at| report.text(&at, 40));
    let good = fields.get("good").and_then(|at| indicator(report, &at));
    let place = fields.get("at").and_then(|at| place(report, &at));
    let of = fields.get("of").and_then(|at| {
        let words = [("users", Measured::Users), ("probes", Measured::Probes)];
        report.choice(&at, &words)
    });
    let target = fields.get("target").and_then(|at| target(report, &at));
    let window = fields.get("window").and_then(|at| window(report, &at));
    let budget = fields.get("budget").and_then(|at| method(report, &at));
    fields.done(report);
    if report.failed() && !before {
        return None;
    }
    Some(ObjectiveChange {
        name: name?,
        remove,
        title,
        good,
        at: place,
        of,
        target,
        window,
        budget,
    })
}

/// `edge`, `service` or `service/route`.
pub(super) fn place(report: &mut Report, at: &At<'_>) -> Option<String> {
    let text = report.text(at, 130)?;
    let parts: Vec<&str> = text.split('/').collect();
    if parts.len() <= 2 && parts.iter().all(|part| parse::name(part).is_ok()) {
        return Some(text);
    }
    let remedy = "write `edge`, a service, or `service/route`";
    report.error(at, "this is no place where requests are measured", remedy);
    None
}
