//! Goals about what is promised, measured and told: objectives, alerts, pages,
//! rules on the past, and queries.

use super::read::bound;
use super::{Bound, Facts};
use crate::base::{At, Fields, Ratio, Report, Span};
use crate::lesson::names::Names;
use crate::promql::{self, Bounds, Options, Query, Value};
use crate::session::{Answer, PageView, Question, RuleQuestion, RuleView, Session};
use crate::slo::{Indicator, Objective, SliQuery};

/// What must be so.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    /// There is an objective like this.
    Objective(Box<Wanted>),
    /// An alert of this rule fires.
    Firing(String),
    /// Pages opened since the step began.
    Pages(Bound),
    /// The last page that opened since the step began is in this state.
    Page(PageState),
    /// So many of the pages that opened since the step began are.
    PagesIn(PageState, Bound),
    /// What a rule would have been worth.
    Rule {
        /// Its name.
        name: String,
        /// The objective that it is held against.
        slo: String,
        /// How far back; to the step's beginning where absent.
        over: Option<Span>,
        /// Which figure: seconds, shares or a number.
        figure: Figure,
        /// On which side of what.
        bound: Bound,
    },
    /// The one number that a query gives.
    Query {
        /// PromQL.
        query: String,
        /// On which side of what.
        bound: Bound,
    },
}

/// An objective as it must be; what is absent does not matter.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wanted {
    name: Option<String>,
    target: Option<Ratio>,
    window: Option<Span>,
    at: Option<String>,
    good: Option<(Indicator, Option<SliQuery>)>,
    bound: Option<Bound>,
}

/// How a page stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageState {
    /// Somebody works on it, or it is over.
    Acknowledged,
    /// Somebody said whether there was something to do.
    Marked,
    /// There was something to do.
    Actionable,
    /// There was nothing to do.
    Pointless,
}

/// A figure of the rule designer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Figure {
    /// Share of firings that met an incident.
    Precision,
    /// Share of incidents that were met.
    Recall,
    /// Seconds from an incident's beginning to the firing.
    Detection,
    /// Seconds from an incident's end to the firing's end.
    Reset,
    /// Share of the budget spent before the firing.
    Spent,
    /// Firings a week.
    PerWeek,
}

/// The keys of these goals.
pub const KEYS: [&str; 6] = ["objective", "firing", "pages", "page", "rule", "query"];

const FIGURES: [(&str, Figure); 6] = [
    ("precision", Figure::Precision),
    ("recall", Figure::Recall),
    ("detection", Figure::Detection),
    ("reset", Figure::Reset),
    ("spent", Figure::Spent),
    ("per-week", Figure::PerWeek),
];

const STATES: [(&str, PageState); 4] = [
    ("acknowledged", PageState::Acknowledged),
    ("marked", PageState::Marked),
    ("actionable", PageState::Actionable),
    ("for-nothing", PageState::Pointless),
];

/// Reads one of [`KEYS`].
pub(in crate::lesson) fn read(
    report: &mut Report,
    kind: &str,
    at: &At<'_>,
    names: &Names<'_>,
) -> Option<Told> {
    match kind {
        "objective" => wanted(report, at).map(|wanted| Told::Objective(Box::new(wanted))),
        "firing" => report.text(at, 60).map(Told::Firing),
        "pages" => {
            let mut fields = report.fields(at)?;
            let found = bound(report, &mut fields, |report, at| {
                report.number(at, 0.0..=1e4)
            });
            fields.done(report);
            found.map(Told::Pages)
        }
        "page" if at.is_scalar() => report.choice(at, &STATES).map(Told::Page),
        "page" => {
            let mut fields = report.fields(at)?;
            let state = fields.need(report, "is");
            let state = state.and_then(|at| report.choice(&at, &STATES));
            let found = bound(report, &mut fields, |report, at| {
                report.number(at, 0.0..=1e4)
            });
            fields.done(report);
            Some(Told::PagesIn(state?, found?))
        }
        "rule" => rule(report, at, names),
        _ => {
            let mut fields = report.fields(at)?;
            let query = fields.need(report, "query").and_then(|at| {
                let text = report.text(&at, 4_096)?;
                if let Err(error) = promql::parse(&text, &Bounds::default()) {
                    let problem = format!("no PromQL: {}", error.problem);
                    report.error(&at, problem, "mend the query");
                }
                Some(text)
            });
            let found = bound(report, &mut fields, |report, at| {
                report.number(at, -1e18..=1e18)
            });
            fields.done(report);
            Some(Told::Query {
                query: query?,
                bound: found?,
            })
        }
    }
}

fn wanted(report: &mut Report, at: &At<'_>) -> Option<Wanted> {
    let mut fields = report.fields(at)?;
    let name = fields.get("name").and_then(|at| report.name(&at));
    let sides = [fields.at().peek("below"), fields.at().peek("above")];
    let limited = sides.iter().any(Option::is_some);
    let limit = |report: &mut Report, fields: &mut Fields<'_>| {
        bound(report, fields, |report, at| {
            report.ratio(at).map(Ratio::get)
        })
    };
    let bound = if limited {
        Some(limit(report, &mut fields)?)
    } else {
        None
    };
    let target = fields.get("target").and_then(|at| report.ratio(&at));
    let window = fields
        .get("window")
        .and_then(|at| report.duration(&at, Span::from_mins(5)..=Span::from_days(30)));
    let place = fields.get("at").and_then(|at| report.text(&at, 130));
    let good = fields.get("good");
    let good = good.and_then(|at| crate::slo::indicator(report, &at));
    fields.done(report);
    Some(Wanted {
        name,
        target,
        window,
        at: place,
        good,
        bound,
    })
}

fn rule(report: &mut Report, at: &At<'_>, names: &Names<'_>) -> Option<Told> {
    let mut fields = report.fields(at)?;
    let name = fields
        .need(report, "name")
        .and_then(|at| report.text(&at, 60));
    let slo = fields
        .need(report, "slo")
        .and_then(|at| names.slo(report, &at));
    let over = fields
        .get("over")
        .and_then(|at| report.duration(&at, Span::from_mins(10)..=Span::from_days(15)));
    let figure = fields
        .need(report, "of")
        .and_then(|at| report.choice(&at, &FIGURES));
    let found = bound(report, &mut fields, |report, at| match figure {
        Some(Figure::Detection | Figure::Reset) => {
            let longest = Span::ZERO..=Span::from_days(15);
            report.duration(at, longest).map(Span::as_secs_f64)
        }
        Some(Figure::PerWeek) => report.number(at, 0.0..=1e6),
        _ => report.ratio(at).map(Ratio::get),
    });
    fields.done(report);
    Some(Told::Rule {
        name: name?,
        slo: slo?,
        over,
        figure: figure?,
        bound: found?,
    })
}

impl Told {
    /// Nothing if it is so, else what is missing.
    pub(super) fn missing(&self, facts: &Facts<'_>) -> Option<String> {
        let session = facts.session;
        match self {
            Told::Objective(wanted) => {
                let mut all = session.slos().iter().map(|slo| slo.objective());
                (!all.any(|slo| wanted.fits(slo))).then(|| "no objective is like that".to_owned())
            }
            Told::Firing(name) => {
                let rules = rules(session);
                match rules.iter().find(|rule| rule.name == *name) {
                    None => Some(format!("there is no rule {name}")),
                    Some(_) if rules.iter().any(|r| r.name == *name && r.state == "firing") => None,
                    Some(rule) => Some(format!("{name} is {}", rule.state)),
                }
            }
            Told::Pages(bound) => bound.missing(
                pages(facts).len() as f64,
                |count| format!("{count:.0}"),
                |count| format!("pages so far: {count}"),
            ),
            Told::Page(state) => match pages(facts).first() {
                None => Some("nobody was paged yet".to_owned()),
                Some(page) => (!state.is(page))
                    .then(|| format!("page {} is {}, not {}", page.id, page.state, state.word())),
            },
            Told::PagesIn(state, bound) => bound.missing(
                pages(facts).iter().filter(|page| state.is(page)).count() as f64,
                |count| format!("{count:.0}"),
                |count| format!("pages that are {}: {count}", state.word()),
            ),
            Told::Rule {
                name,
                slo,
                over,
                figure,
                bound,
            } => match worth(facts, name, slo, *over, *figure) {
                Err(missing) => Some(missing),
                Ok(found) => bound.missing(
                    found,
                    |value| figure.show(value),
                    |value| format!("{} is {value}", figure.word()),
                ),
            },
            Told::Query { query, bound } => match session.number(query) {
                None => Some("the query gives no single number yet".to_owned()),
                Some(found) => bound.missing(
                    found,
                    |value| format!("{}", libm::round(value * 1e4) / 1e4),
                    |value| format!("it is {value}"),
                ),
            },
        }
    }
}

impl Wanted {
    fn fits(&self, slo: &Objective) -> bool {
        let inside = slo.inside.as_ref();
        let place = inside.map_or("edge", |inside| inside.name.as_str());
        let good = |(indicator, query): &(Indicator, Option<SliQuery>)| {
            *indicator == slo.indicator && *query == slo.terms.query
        };
        self.name.as_ref().is_none_or(|name| *name == slo.name)
            && self.target.is_none_or(|target| target == slo.target)
            && self.window.is_none_or(|window| window == slo.window)
            && self.at.as_ref().is_none_or(|at| *at == place)
            && self.good.as_ref().is_none_or(good)
            && self.bound.is_none_or(|bound| bound.holds(slo.target.get()))
    }
}

impl PageState {
    fn is(self, page: &PageView) -> bool {
        match self {
            PageState::Acknowledged => page.state == "acknowledged" || page.state == "over",
            PageState::Marked => page.actionable.is_some(),
            PageState::Actionable => page.actionable == Some(true),
            PageState::Pointless => page.actionable == Some(false),
        }
    }

    fn word(self) -> &'static str {
        let found = STATES.iter().find(|(_, state)| *state == self);
        found.map_or("", |(word, _)| word)
    }
}

impl Figure {
    fn word(self) -> &'static str {
        let found = FIGURES.iter().find(|(_, figure)| *figure == self);
        found.map_or("", |(word, _)| word)
    }

    /// A value of it in words.
    fn show(self, value: f64) -> String {
        match self {
            Figure::Detection | Figure::Reset => Span::from_secs_f64(value).to_string(),
            Figure::PerWeek => format!("{value:.1}"),
            _ => crate::lesson::figure::percent(value),
        }
    }
}

/// A figure of the rule called `name`, shown; for texts.
pub(in crate::lesson) fn shown(
    facts: &Facts<'_>,
    name: &str,
    slo: &str,
    figure: Figure,
) -> Option<String> {
    let found = worth(facts, name, slo, None, figure).ok()?;
    Some(figure.show(found))
}

/// From the step's beginning until an alert of the rule called `name` first fired.
pub(in crate::lesson) fn detected(facts: &Facts<'_>, name: &str) -> Option<Span> {
    let text = format!("ALERTS{{alertname=\"{name}\",alertstate=\"firing\"}}");
    let query = Query::new(&text, &Options::default()).ok()?;
    let (began, now) = (facts.step.now(), facts.session.now());
    let minutes = now.since(began).as_secs() / 60;
    // Further back is no detection any more; a query has so many steps.
    let to = began + Span::from_mins(minutes.min(10_000));
    let found = query.range(
        facts.session.store(),
        began.as_millis(),
        to.as_millis(),
        60_000,
    );
    let Value::Matrix(series) = found.ok()?.value else {
        return None;
    };
    let firsts = series.iter().filter_map(|(_, samples)| samples.first());
    let first = firsts.map(|sample| sample.time).min()?;
    Some(Span::from_millis(
        (first - began.as_millis()).unsigned_abs(),
    ))
}

/// Pages opened since the step began, the newest first.
pub(in crate::lesson) fn pages(facts: &Facts<'_>) -> Vec<PageView> {
    let began = facts.step.now();
    let alerts = facts.session.view_of_alerts();
    let mut pages = alerts.map_or(Vec::new(), |alerts| alerts.pages);
    pages.retain(|page| page.at > began);
    pages
}

fn rules(session: &Session) -> Vec<RuleView> {
    session
        .view_of_alerts()
        .map_or(Vec::new(), |alerts| alerts.rules)
}

/// What a rule of the session would have been worth, or what keeps that from being told.
fn worth(
    facts: &Facts<'_>,
    name: &str,
    slo: &str,
    over: Option<Span>,
    figure: Figure,
) -> Result<f64, String> {
    let session = facts.session;
    let rules = rules(session);
    let Some(rule) = rules.iter().find(|rule| rule.name == name) else {
        return Err(format!("there is no rule {name}"));
    };
    let passed = session.now().since(facts.step.now());
    let question = Question::Rules(RuleQuestion {
        rules: vec![(rule.expr.clone(), rule.after, rule.keep)],
        slo: slo.to_owned(),
        span: over.unwrap_or(passed),
    });
    let Answer::Rules(found) = session.answer(&question) else {
        return Err("nothing measured yet".to_owned());
    };
    let Some(Ok((worth, spent))) = found.rules.into_iter().next() else {
        return Err("nothing measured yet".to_owned());
    };
    let value = match figure {
        Figure::Precision => worth.precision,
        Figure::Recall => worth.recall,
        Figure::Detection => worth.detection,
        Figure::Reset => worth.reset,
        Figure::Spent => spent,
        Figure::PerWeek => Some(worth.per_week),
    };
    value.ok_or_else(|| {
        format!(
            "{} is not known: {} incidents so far",
            figure.word(),
            found.incidents
        )
    })
}
