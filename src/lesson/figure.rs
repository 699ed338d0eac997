//! Figures in prose, such as `{budget:availability}`: computed from the run
//! that is being played, never written down.

use crate::base::{Ratio, SimTime, Span, parse};
use crate::session::Session;
use crate::slo::{Tracker, allowance};

use super::goal::{Facts, told};
use super::measure::Measure;
use super::names::Names;
use super::text::{Block, Inline};
use super::view::QuestionKind;

/// What a figure shows.
#[derive(Clone, Debug, PartialEq)]
enum Figure {
    /// Error budget left of an objective: `62 %`.
    Budget(String),
    /// Burn rate over a look-back window: `0.57`.
    Burn(String, Span),
    /// Share of the whole budget spent since the step began: `2.4 %`.
    Spent(String),
    /// Time until the budget is gone at the burn of the last hour: `9.1 days`.
    Exhausted(String),
    /// Share of the budget left at the window's end if the step's burn goes on.
    AtEnd(String),
    /// Mean burn rate since the step began.
    StepBurn(String),
    /// Users' requests that failed since the step began: `1,240`.
    Failed(String),
    /// Revenue lost since the step began.
    Money,
    /// The learner's answer to a question.
    Answer(String),
    /// The day and the clock.
    Now,
    /// Simulated time since the step began.
    Passed,
    /// A golden signal or the capacity of somebody.
    Measured(Measure),
    /// What an objective promises: `99.9 %`.
    Target(String),
    /// Time without any good answer that it allows in a day: `1m 26s`.
    Allowed(String),
    /// Share of good events since the step began: `99.82 %`.
    Sli(String),
    /// What customers get back by the contract at the present window's figure: `4,000`.
    Credit(String),
    /// Pages since the step began.
    Pages,
    /// From the step's beginning until a rule first fired.
    Detected(String),
    /// A figure of the rule designer for a rule and an objective since the step began.
    Worth(String, String, told::Figure),
    /// Share of users' requests that a service's requests are, since the step began.
    Share(usize),
}

/// Every form, for the message about an unknown one.
const FORMS: &str = "budget:SLO, burn:SLO:6h, spent:SLO, exhausted:SLO, at-end:SLO, \
                     step-burn:SLO, failed:SLO, money, answer:QUESTION, now, passed, \
                     share:SERVICE, errors:WHO, p50:WHO, p95:WHO, p99:WHO, rate:WHO, \
                     busy:SERVICE, per-user:SERVICE, pods:SERVICE (WHO is a service or `users`), \
                     target:SLO, allowed-per-day:SLO, sli:SLO, credit:SLO, pages, \
                     alert-detected:RULE, precision:RULE:SLO, recall:RULE:SLO, \
                     detection:RULE:SLO, reset:RULE:SLO";

impl Figure {
    fn parse(text: &str, names: &Names<'_>) -> Result<Figure, String> {
        let mut parts = text.split(':');
        let (kind, name, more) = (parts.next().unwrap_or(""), parts.next(), parts.next());
        let slo = || {
            let name = name.unwrap_or("");
            if names.objectives().any(|known| known == name) {
                Ok(name.to_owned())
            } else {
                Err(format!("no objective is called `{name}`"))
            }
        };
        let service = || {
            let name = name.unwrap_or("");
            let place = names
                .scenario
                .world
                .services
                .iter()
                .position(|s| s.name == name);
            place.ok_or_else(|| format!("no service is called `{name}`"))
        };
        if let Some(measure) = Measure::parse(kind, name, more, names) {
            return measure.map(Figure::Measured);
        }
        let figure = match kind {
            "budget" => Figure::Budget(slo()?),
            "burn" => Figure::Burn(slo()?, parse::duration(more.unwrap_or("1h"))?),
            "spent" => Figure::Spent(slo()?),
            "exhausted" => Figure::Exhausted(slo()?),
            "at-end" => Figure::AtEnd(slo()?),
            "step-burn" => Figure::StepBurn(slo()?),
            "failed" => Figure::Failed(slo()?),
            "money" => Figure::Money,
            "now" => Figure::Now,
            "passed" => Figure::Passed,
            "share" => Figure::Share(service()?),
            "target" => Figure::Target(slo()?),
            "allowed-per-day" => Figure::Allowed(slo()?),
            "sli" => Figure::Sli(slo()?),
            "credit" => Figure::Credit(slo()?),
            "pages" => Figure::Pages,
            "alert-detected" => Figure::Detected(name.unwrap_or("").to_owned()),
            "precision" | "recall" | "detection" | "reset" => {
                let slo = more.unwrap_or("");
                if !names.objectives().any(|known| known == slo) {
                    return Err(format!("no objective is called `{slo}`"));
                }
                let figure = match kind {
                    "recall" => told::Figure::Recall,
                    "detection" => told::Figure::Detection,
                    "reset" => told::Figure::Reset,
                    _ => told::Figure::Precision,
                };
                Figure::Worth(name.unwrap_or("").to_owned(), slo.to_owned(), figure)
            }
            "answer" => {
                let name = name.unwrap_or("");
                if !names.questions.iter().any(|(question, _)| question == name) {
                    return Err(format!("no question is called `{name}`"));
                }
                Figure::Answer(name.to_owned())
            }
            _ => return Err(format!("no figure is called `{kind}`; known: {FORMS}")),
        };
        Ok(figure)
    }
}

/// What fills figures in.
pub(super) struct Filler<'a> {
    pub facts: Facts<'a>,
    pub names: &'a Names<'a>,
}

impl Filler<'_> {
    /// The same prose with every figure computed.
    pub fn fill(&self, blocks: &[Block]) -> Vec<Block> {
        map(blocks, &|figure| match Figure::parse(figure, self.names) {
            Ok(figure) => self
                .compute(&figure)
                .unwrap_or_else(|| "nothing yet".to_owned()),
            Err(problem) => problem,
        })
    }

    fn compute(&self, figure: &Figure) -> Option<String> {
        let (session, step) = (self.facts.session, self.facts.step);
        let now = session.now();
        let passed = now.since(step.now());
        Some(match figure {
            Figure::Budget(slo) => percent(session.slo(slo)?.budget(now).left?),
            Figure::Burn(slo, over) => rate(session.slo(slo)?.burn_rate(now, *over)?),
            Figure::Spent(slo) => percent(spent(step, session, slo)?),
            Figure::Exhausted(slo) => match session.slo(slo)?.exhausted_in(now) {
                Some(span) => days(span),
                None => "not at this rate".to_owned(),
            },
            Figure::AtEnd(slo) => {
                let tracker = session.slo(slo)?;
                let (end, length) = tracker.ends(now);
                let rest = end.since(now.min(end)).as_secs_f64() / length.as_secs_f64();
                percent(tracker.budget(now).left? - rest * mean_burn(step.now(), tracker, now)?)
            }
            Figure::StepBurn(slo) => rate(mean_burn(step.now(), session.slo(slo)?, now)?),
            Figure::Failed(slo) => {
                let tracker = session.slo(slo)?;
                let before = step.slo(slo)?.budget(step.now()).bad;
                let bad = tracker.budget(now).bad.saturating_sub(before);
                thousands(bad * session.stands_for(tracker.objective()))
            }
            Figure::Money => {
                let lost = session.truth().since(step.truth()).lost;
                thousands(lost.cents().unsigned_abs() / 100)
            }
            Figure::Answer(question) => {
                let answer = *session.answers().get(question)?;
                let (_, kind) = self
                    .names
                    .questions
                    .iter()
                    .find(|(name, _)| name == question)?;
                match kind {
                    QuestionKind::Number { unit, .. } => format!("{answer} {unit}"),
                    QuestionKind::Choice { options } => options.get(answer as usize)?.clone(),
                }
            }
            Figure::Now => now.to_string(),
            Figure::Passed => passed.to_string(),
            Figure::Measured(measure) => measure.quantity.show(measure.value(&self.facts)?),
            Figure::Target(slo) => percent_of_target(session.slo(slo)?),
            Figure::Allowed(slo) => {
                let target = session.slo(slo)?.objective().target;
                let allowed = allowance(target, Span::from_days(1), 0.0).down;
                Span::from_secs(allowed.as_secs_f64() as u64).to_string()
            }
            Figure::Sli(slo) => {
                let events = session.slo(slo)?.rise(now, passed);
                sli(Ratio::of(events.total - events.bad, events.total)?)
            }
            Figure::Credit(slo) => {
                let tracker = session.slo(slo)?;
                let owed = tracker
                    .objective()
                    .terms
                    .sla
                    .as_ref()?
                    .owed(tracker.sli(now)?);
                thousands(owed.cents().unsigned_abs() / 100)
            }
            Figure::Pages => told::pages(&self.facts).len().to_string(),
            Figure::Detected(rule) => told::detected(&self.facts, rule)?.to_string(),
            Figure::Worth(rule, slo, figure) => told::shown(&self.facts, rule, slo, *figure)?,
            Figure::Share(service) => {
                let counts = session.telemetry().service(*service)?.increase(now, passed);
                let all = session.telemetry().edge().increase(now, passed);
                percent(counts.total as f64 / all.total.max(1) as f64)
            }
        })
    }
}

/// Share of the whole budget of `slo` that was spent from one state of a run to a later one.
pub(super) fn spent(from: &Session, to: &Session, slo: &str) -> Option<f64> {
    let now = to.slo(slo)?.budget(to.now());
    let before = from.slo(slo)?.budget(from.now());
    (now.allowed > 0.0).then(|| (now.bad as f64 - before.bad as f64) / now.allowed)
}

fn mean_burn(since: SimTime, tracker: &Tracker, now: SimTime) -> Option<f64> {
    tracker.burn_rate(now, now.since(since))
}

/// A share as percent with sensible precision: `62 %`, `2.4 %`, `0.06 %`.
pub(super) fn percent(share: f64) -> String {
    let value = share * 100.0;
    let size = if value < 0.0 { -value } else { value };
    let digits = if size >= 10.0 {
        0
    } else if size >= 1.0 {
        1
    } else {
        2
    };
    format!("{value:.digits$} %")
}

/// A share of good events, with two digits, since its distance from all matters.
fn sli(share: Ratio) -> String {
    format!("{:.2} %", share.get() * 100.0)
}

/// A target with as many digits as it has: `99.9 %`, `99.95 %`.
fn percent_of_target(slo: &Tracker) -> String {
    let value = slo.objective().target.get() * 100.0;
    format!("{} %", libm::round(value * 1e6) / 1e6)
}

fn rate(rate: f64) -> String {
    format!("{rate:.*}", if rate >= 10.0 { 1 } else { 2 })
}

fn days(span: Span) -> String {
    let days = span.as_secs_f64() / 86_400.0;
    if days >= 1.0 {
        format!("{days:.1} days")
    } else {
        format!("{:.1} hours", days * 24.0)
    }
}

fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// What is wrong with the figures and terms of a text; empty if nothing is.
pub(super) fn problems(blocks: &[Block], names: &Names<'_>) -> Vec<String> {
    let mut problems = Vec::new();
    walk(blocks, &mut |inline| match inline {
        Inline::Figure(figure) => {
            if let Err(problem) = Figure::parse(figure, names) {
                problems.push(problem);
            }
        }
        Inline::Term { slug, .. } if !names.terms.contains(slug) => {
            problems.push(format!("the glossary has no term `{slug}`"));
        }
        _ => {}
    });
    problems
}

/// Calls `visit` with every run of a text, outer before inner.
pub(super) fn walk(blocks: &[Block], visit: &mut impl FnMut(&Inline)) {
    fn inlines(list: &[Inline], visit: &mut impl FnMut(&Inline)) {
        for inline in list {
            visit(inline);
            match inline {
                Inline::Emphasis(inner)
                | Inline::Strong(inner)
                | Inline::Term { text: inner, .. }
                | Inline::Link { text: inner, .. } => inlines(inner, visit),
                Inline::Text(_) | Inline::Code(_) | Inline::Figure(_) => {}
            }
        }
    }
    for block in blocks {
        match block {
            Block::Paragraph(list) | Block::Heading(list) => inlines(list, visit),
            Block::List { items, .. } => items.iter().for_each(|item| walk(item, visit)),
            Block::Quote(inner) => walk(inner, visit),
            Block::Code(_) => {}
        }
    }
}

fn map(blocks: &[Block], figure: &impl Fn(&str) -> String) -> Vec<Block> {
    fn inlines(list: &[Inline], figure: &impl Fn(&str) -> String) -> Vec<Inline> {
        list.iter()
            .map(|inline| match inline {
                Inline::Figure(text) => Inline::Figure(figure(text)),
                Inline::Emphasis(inner) => Inline::Emphasis(inlines(inner, figure)),
                Inline::Strong(inner) => Inline::Strong(inlines(inner, figure)),
                Inline::Term { slug, text } => Inline::Term {
                    slug: slug.clone(),
                    text: inlines(text, figure),
                },
                Inline::Link { href, text } => Inline::Link {
                    href: href.clone(),
                    text: inlines(text, figure),
                },
                Inline::Text(_) | Inline::Code(_) => inline.clone(),
            })
            .collect()
    }
    blocks
        .iter()
        .map(|block| match block {
            Block::Paragraph(list) => Block::Paragraph(inlines(list, figure)),
            Block::Heading(list) => Block::Heading(inlines(list, figure)),
            Block::List { ordered, items } => Block::List {
                ordered: *ordered,
                items: items.iter().map(|item| map(item, figure)).collect(),
            },
            Block::Quote(inner) => Block::Quote(map(inner, figure)),
            Block::Code(code) => Block::Code(code.clone()),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_show_as_many_digits_as_they_deserve() {
        assert_eq!(percent(0.62), "62 %");
        assert_eq!(percent(0.0237), "2.4 %");
        assert_eq!(percent(-0.0006), "-0.06 %");
    }

    #[test]
    fn large_numbers_are_grouped() {
        assert_eq!(thousands(1_234_567), "1,234,567");
        assert_eq!(thousands(12), "12");
    }
}
