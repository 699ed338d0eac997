//! Closed loops: how many users, how they think, where they go.

use crate::base::{At, Duration, Money, Report, Span};
use crate::world::spec::{Entry, Journey, JourneyStep, Population};

use super::profile::{self, Unit};
use super::traffic::People;
use super::{MAX_ITEMS, Names, duration};

/// Some time between two requests of one user: without any, a user who is
/// turned away at once would ask for ever at one instant.
fn pause(report: &mut Report, at: &At<'_>) -> Option<Duration> {
    let pause = duration(report, at)?;
    if pause.mean() < Span::from_millis(1) {
        report.error(at, "users never pause", "give a mean of 1ms or more");
        return None;
    }
    Some(pause)
}

/// A population and what it asks for: the steps of its journeys, or where it
/// has none, the usual mix, each request a journey of its own.
pub(super) fn read(
    report: &mut Report,
    at: &At<'_>,
    names: &Names<'_>,
    usual: Option<&Vec<Entry>>,
) -> Option<People> {
    let mut fields = report.fields(at)?;
    let users = fields
        .need(report, "count")
        .and_then(|at| profile::read(report, &at, Unit::Users));
    let think = fields
        .need(report, "think")
        .and_then(|at| pause(report, &at));
    let again = match fields.get("click-again") {
        Some(at) => click_again(report, &at),
        None => Some((0, Duration::Constant(Span::ZERO))),
    };
    let place = fields.at().clone();
    let listed = fields
        .get("journeys")
        .map(|at| journeys(report, &at, names));
    fields.done(report);
    let (journeys, mix) = match (listed, usual) {
        (Some(listed), _) => listed?,
        (None, Some(mix)) => (single_steps(mix), mix.clone()),
        (None, None) => {
            let remedy = "add `journeys` here, or a `mix` beside `users`";
            report.error(&place, "these users ask for nothing", remedy);
            return None;
        }
    };
    let (clicks, click_after) = again?;
    let population = Population {
        users: users?,
        think: think?,
        journeys,
        clicks,
        click_after,
    };
    Some((population, mix))
}

fn single_steps(mix: &[Entry]) -> Vec<Journey> {
    mix.iter()
        .enumerate()
        .map(|(entry, of)| Journey {
            weight: of.weight,
            steps: vec![JourneyStep { entry, think: None }],
        })
        .collect()
}

fn click_again(report: &mut Report, at: &At<'_>) -> Option<(u32, Duration)> {
    let mut fields = report.fields(at)?;
    let times = fields
        .need(report, "times")
        .and_then(|at| report.integer(&at, 1..=100));
    let after = fields
        .need(report, "after")
        .and_then(|at| pause(report, &at));
    fields.done(report);
    Some((times? as u32, after?))
}

/// Every journey, and every step's request as an entry of the class's mix.
fn journeys(
    report: &mut Report,
    at: &At<'_>,
    names: &Names<'_>,
) -> Option<(Vec<Journey>, Vec<Entry>)> {
    let items = report.items(at, MAX_ITEMS);
    if items.is_empty() {
        let remedy = "add `- steps: [service/route, service/route]`";
        report.error(at, "no journey is given", remedy);
        return None;
    }
    let mut mix = Vec::new();
    let journeys: Vec<Option<Journey>> = items
        .iter()
        .map(|at| journey(report, at, names, &mut mix))
        .collect();
    Some((journeys.into_iter().collect::<Option<_>>()?, mix))
}

fn journey(
    report: &mut Report,
    at: &At<'_>,
    names: &Names<'_>,
    mix: &mut Vec<Entry>,
) -> Option<Journey> {
    let mut fields = report.fields(at)?;
    let weight = fields
        .get("weight")
        .map_or(Some(1.0), |at| report.number(&at, 1e-6..=1e6));
    let steps = fields.need(report, "steps").and_then(|at| {
        let items = report.items(&at, MAX_ITEMS);
        if items.is_empty() {
            report.error(&at, "a journey without steps", "name at least one route");
            return None;
        }
        let steps: Vec<Option<JourneyStep>> = items
            .iter()
            .map(|at| step(report, at, names, mix))
            .collect();
        steps.into_iter().collect()
    });
    fields.done(report);
    Some(Journey {
        weight: weight?,
        steps: steps?,
    })
}

/// One step: a bare route, or a route with its value and the thinking after it.
fn step(
    report: &mut Report,
    at: &At<'_>,
    names: &Names<'_>,
    mix: &mut Vec<Entry>,
) -> Option<JourneyStep> {
    let (to, value, think) = if at.is_scalar() {
        (names.route(report, at), Some(Money::ZERO), Some(None))
    } else {
        let mut fields = report.fields(at)?;
        let to = fields
            .need(report, "route")
            .and_then(|at| names.route(report, &at));
        let value = fields
            .get("value")
            .map_or(Some(Money::ZERO), |at| report.money(&at));
        let think = match fields.get("think") {
            Some(at) => pause(report, &at).map(Some),
            None => Some(None),
        };
        fields.done(report);
        (to, value, think)
    };
    let (to, value, think) = (to?, value?, think?);
    mix.push(Entry {
        to,
        weight: 1.0,
        value,
    });
    Some(JourneyStep {
        entry: mix.len() - 1,
        think,
    })
}
