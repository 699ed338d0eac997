//! Names in a lesson's commands: a script that names what is not there would
//! be refused while the lesson runs, and nobody would hear of it.

use crate::base::{At, Report, did_you_mean};
use crate::lesson::Lesson;
use crate::session::{Command, Scenario, Scripted};
use crate::world::spec::Class;
use crate::world::{Place, Who};

use super::check::{field, items};

/// Reports every command of a lesson's file that names what its world lacks.
pub(super) fn check(report: &mut Report, root: &At<'_>, lesson: &Lesson, scenario: &Scenario) {
    let mut hold = |lists: Vec<At<'_>>, commands: &[Scripted]| {
        for (at, scripted) in lists.iter().zip(commands) {
            if let Some((problem, remedy)) = scripted
                .command
                .as_ref()
                .and_then(|command| wrong(command, lesson, scenario))
            {
                report.error(at, problem, remedy);
            }
        }
    };
    for (at, step) in items(root, "steps").iter().zip(&lesson.steps) {
        hold(items(at, "script"), &step.script);
        hold(items(at, "hidden"), &step.hidden);
    }
    hold(items(root, "solution"), &lesson.solution);
    for (at, mistake) in items(root, "mistakes").iter().zip(&lesson.mistakes) {
        hold(items(at, "commands"), &mistake.commands);
    }
    // The step of a mistake counts from 0, which is easily forgotten.
    for (at, mistake) in items(root, "mistakes").iter().zip(&lesson.mistakes) {
        let steps = lesson.steps.len();
        if mistake.step as usize >= steps
            && let Some(at) = field(at, "step")
        {
            let problem = format!("there are {steps} steps, counted from 0");
            report.error(&at, problem, format!("give a number up to {}", steps - 1));
        }
    }
}

/// What a command names wrongly, and what was probably meant.
fn wrong(command: &Command, lesson: &Lesson, scenario: &Scenario) -> Option<(String, String)> {
    let (service, version, route) = match command {
        Command::Inject { fault } => {
            let target = &fault.target;
            if let Some(place) = &target.place
                && let Some(wrong) = no_place(place, scenario)
            {
                return Some(wrong);
            }
            if target.service.is_empty() {
                return None;
            }
            (
                &target.service,
                target.version.as_ref(),
                target.route.as_ref(),
            )
        }
        Command::Deploy {
            service, version, ..
        } => (service, Some(version), None),
        Command::RollBack { service }
        | Command::Rollout { service, .. }
        | Command::Autoscaler { service, .. }
        | Command::Restart { service }
        | Command::Scale { service, .. }
        | Command::SetGuard { service, .. } => (service, None, None),
        Command::SetCall { service, to, .. } => {
            return wrong_call(service, to, scenario);
        }
        Command::Answer { question, .. } => {
            let known = lesson.questions.iter().map(|(name, _)| name.as_str());
            return unknown("question", question, known);
        }
        Command::Surge { surge } => return nobody(surge.who.as_ref()?, scenario),
        Command::Admit { who, .. } => return nobody(who, scenario),
        Command::Zone { zone, .. } => return no_place(&Place::Zone(zone.clone()), scenario),
        Command::Region { region, .. } => {
            return no_place(&Place::Region(region.clone()), scenario);
        }
        Command::Node { node, .. } => return no_place(&Place::Node(node.clone()), scenario),
        Command::EndFault { .. }
        | Command::Alert { .. }
        | Command::Objective { .. }
        | Command::AlertRule { .. }
        | Command::Incident { .. }
        | Command::SetLoad { .. }
        | Command::EndSurge { .. }
        | Command::Shed { .. }
        | Command::Hint
        | Command::Continue => {
            return None;
        }
    };
    let services = &scenario.world.services;
    let Some(found) = services.iter().find(|known| known.name == *service) else {
        let known = services.iter().map(|known| known.name.as_str());
        return unknown("service", service, known);
    };
    let versions = found.versions.iter().map(|known| known.name.as_str());
    let routes = found.routes.iter().map(|known| known.name.as_str());
    version
        .and_then(|version| unknown("version", version, versions))
        .or_else(|| route.and_then(|route| unknown("route", route, routes)))
}

/// What a call names wrongly: its caller, its callee or the callee's route.
fn wrong_call(service: &str, to: &str, scenario: &Scenario) -> Option<(String, String)> {
    let services = &scenario.world.services;
    let (callee, route) = match to.split_once('/') {
        Some((callee, route)) => (callee, Some(route)),
        None => (to, None),
    };
    for name in [service, callee] {
        let known = services.iter().map(|known| known.name.as_str());
        if let Some(problem) = unknown("service", name, known) {
            return Some(problem);
        }
    }
    let found = services.iter().find(|known| known.name == callee)?;
    let routes = found.routes.iter().map(|known| known.name.as_str());
    route.and_then(|route| unknown("route", route, routes))
}

/// Clients that the world does not have.
fn nobody(who: &Who, scenario: &Scenario) -> Option<(String, String)> {
    type Label = fn(&Class) -> Option<&String>;
    let (what, word, label): (_, _, Label) = match who {
        Who::Class(name) => ("class", name, |class| Some(&class.name)),
        Who::Tenant(name) => ("tenant", name, |class| class.tenant.as_ref()),
        Who::Device(name) => ("device", name, |class| class.device.as_ref()),
        Who::Region(name) => ("region", name, |class| class.region.as_ref()),
    };
    let classes = scenario.world.traffic.classes.iter();
    unknown(what, word, classes.filter_map(label).map(String::as_str))
}

/// What is wrong with the name of a place; nodes come and go, their pools do not.
fn no_place(place: &Place, scenario: &Scenario) -> Option<(String, String)> {
    let topology = || scenario.world.topology.iter();
    let zones = || topology().flat_map(|topology| &topology.zones);
    match place {
        Place::Zone(zone) => unknown("zone", zone, zones().map(|known| known.name.as_str())),
        Place::Region(region) => {
            unknown("region", region, zones().map(|known| known.region.as_str()))
        }
        Place::Node(node) => {
            let pool = node
                .rsplit_once('-')
                .map_or(node.as_str(), |(pool, _)| pool);
            let known = topology().flat_map(|topology| &topology.pools);
            unknown("node pool", pool, known.map(|known| known.name.as_str()))
        }
    }
}

fn unknown<'k>(
    what: &str,
    word: &str,
    known: impl Iterator<Item = &'k str>,
) -> Option<(String, String)> {
    let known: Vec<&str> = known.collect();
    if known.contains(&word) {
        return None;
    }
    Some((
        format!("no {what} is called `{word}`"),
        did_you_mean(word, &known),
    ))
}
