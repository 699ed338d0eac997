//! Commands as a file: solutions of lessons, scripts of events, `--commands`.

use crate::base::{At, Fields, Report, Span};
use crate::world::read::{self, fault};
use crate::world::{LoadFactor, NodeAct, RegionAct, RolloutAct};

use crate::slo;

use super::Command;
use super::alerting;
use super::incident;
use super::script_traffic as traffic;
use super::tune;

/// Commands in one file or script.
const MOST: usize = 1_000;
/// The longest wait before one command.
pub(super) const LONGEST_WAIT: Span = Span::from_days(90);

/// A command and how long to wait before it.
#[derive(Clone, Debug, PartialEq)]
pub struct Scripted {
    /// After the command before it, or after the script's start.
    pub after: Span,
    /// What to do; nothing for a mere wait.
    pub command: Option<Command>,
}

/// Reads a list of commands; `None` if any has an error.
pub fn commands(report: &mut Report, at: &At<'_>) -> Option<Vec<Scripted>> {
    if !at.is_list() {
        report.error(at, "commands stand in a list", "begin each with `- `");
        return None;
    }
    let read: Vec<Option<Scripted>> = report
        .items(at, MOST)
        .iter()
        .map(|at| scripted(report, at))
        .collect();
    read.into_iter().collect()
}

/// One command: a bare word, or a mapping of `after` and one command.
fn scripted(report: &mut Report, at: &At<'_>) -> Option<Scripted> {
    if at.is_scalar() {
        let hint = report.choice(at, &[("hint", true), ("continue", false)])?;
        let command = if hint {
            Command::Hint
        } else {
            Command::Continue
        };
        return Some(Scripted {
            after: Span::ZERO,
            command: Some(command),
        });
    }
    let mut fields = report.fields(at)?;
    let after = fields.get("after").map_or(Some(Span::ZERO), |at| {
        report.duration(&at, Span::ZERO..=LONGEST_WAIT)
    });
    let before = report.failed();
    let found: Vec<Option<Command>> = READERS
        .iter()
        .filter_map(|(key, read)| fields.get(key).map(|at| read(report, &at)))
        .collect();
    let acts = alerting::READERS
        .iter()
        .filter_map(|(key, read)| fields.get(key).map(|at| read(report, &at)))
        .map(|act| act.map(|act| Command::Alert { act }));
    let found: Vec<Option<Command>> = found.into_iter().chain(acts).collect();
    let place = fields.at().clone();
    fields.done(report);
    if found.len() > 1 {
        let remedy = "write one list item per command";
        report.error(&place, "several commands in one place", remedy);
        return None;
    }
    if report.failed() && !before {
        return None;
    }
    let command = match found.into_iter().next() {
        Some(command) => Some(command?),
        None => None,
    };
    Some(Scripted {
        after: after?,
        command,
    })
}

/// One command that happens at no time of its own.
pub(super) fn one(report: &mut Report, at: &At<'_>) -> Option<Command> {
    match scripted(report, at)? {
        Scripted {
            after: Span::ZERO,
            command: Some(command),
        } => Some(command),
        _ => {
            report.error(at, "no command stands here", "write one, without `after`");
            None
        }
    }
}

type Read = fn(&mut Report, &At<'_>) -> Option<Command>;

/// Every command that a file can hold, by its key.
const READERS: [(&str, Read); 28] = [
    ("objective", |report, at| {
        let change = Box::new(slo::change(report, at)?);
        Some(Command::Objective { change })
    }),
    ("alert-rule", |report, at| {
        alerting::rule(report, at).map(|act| Command::AlertRule { act })
    }),
    ("set-call", tune::call),
    ("set-guard", tune::guard),
    ("inject", |report, at| {
        fault(report, at).map(|fault| Command::Inject { fault })
    }),
    ("end-fault", |report, at| {
        report
            .integer(at, 0..=100_000)
            .map(|id| Command::EndFault { id: id as u32 })
    }),
    ("deploy", |report, at| {
        let mut fields = report.fields(at)?;
        let service = fields
            .need(report, "service")
            .and_then(|at| report.name(&at));
        let version = fields
            .need(report, "version")
            .and_then(|at| report.name(&at));
        let strategy = optional(&mut fields, "strategy", |at| {
            report.choice(&at, &read::STRATEGIES)
        });
        fields.done(report);
        Some(Command::Deploy {
            service: service?,
            version: version?,
            strategy: strategy?,
        })
    }),
    ("rollout", |report, at| {
        let acts = [
            ("promote", RolloutAct::Promote),
            ("pause", RolloutAct::Pause),
            ("resume", RolloutAct::Resume),
            ("abort", RolloutAct::Abort),
        ];
        let (service, act) = act_on(report, at, "service", &acts)?;
        Some(Command::Rollout { service, act })
    }),
    ("node", |report, at| {
        let acts = [
            ("cordon", NodeAct::Cordon),
            ("uncordon", NodeAct::Uncordon),
            ("drain", NodeAct::Drain),
            ("lose", NodeAct::Lose),
            ("return", NodeAct::Return),
        ];
        let (node, act) = act_on(report, at, "name", &acts)?;
        Some(Command::Node { node, act })
    }),
    ("zone", |report, at| {
        let (zone, lost) = act_on(report, at, "name", &[("lose", true), ("return", false)])?;
        Some(Command::Zone { zone, lost })
    }),
    ("region", |report, at| {
        let acts = [
            ("withdraw", RegionAct::Withdraw),
            ("restore", RegionAct::Restore),
        ];
        let (region, act) = act_on(report, at, "name", &acts)?;
        Some(Command::Region { region, act })
    }),
    ("autoscaler", |report, at| {
        let mut fields = report.fields(at)?;
        let service = fields
            .need(report, "service")
            .and_then(|at| report.name(&at));
        let on = optional(&mut fields, "on", |at| report.boolean(&at));
        let mut count = |report: &mut Report, key| {
            optional(&mut fields, key, |at| report.integer(&at, 1..=100))
        };
        let (min, max) = (count(report, "min"), count(report, "max"));
        let place = fields.at().clone();
        fields.done(report);
        let bounds = match (min?, max?) {
            (Some(min), Some(max)) => Some((min as u32, max as u32)),
            (None, None) => None,
            _ => {
                report.error(&place, "only one of two bounds", "give `min` and `max`");
                return None;
            }
        };
        Some(Command::Autoscaler {
            service: service?,
            on: on?,
            bounds,
        })
    }),
    ("roll-back", |report, at| {
        report.name(at).map(|service| Command::RollBack { service })
    }),
    ("restart", |report, at| {
        report.name(at).map(|service| Command::Restart { service })
    }),
    ("scale", |report, at| {
        let mut fields = report.fields(at)?;
        let service = fields
            .need(report, "service")
            .and_then(|at| report.name(&at));
        let replicas = fields
            .need(report, "replicas")
            .and_then(|at| report.integer(&at, 1..=100));
        fields.done(report);
        Some(Command::Scale {
            service: service?,
            replicas: replicas? as u32,
        })
    }),
    ("load", |report, at| {
        report
            .number(at, 0.0..=LoadFactor::MOST)
            .map(|factor| Command::SetLoad { factor })
    }),
    ("spike", traffic::spike),
    ("flash-sale", traffic::flash_sale),
    ("flood", traffic::flood),
    ("end-surge", |report, at| {
        report
            .integer(at, 0..=100_000)
            .map(|id| Command::EndSurge { id: id as u32 })
    }),
    ("block", traffic::block),
    ("limit", traffic::limit),
    ("allow", traffic::allow),
    ("shed", traffic::shed),
    ("answer", |report, at| {
        let mut fields = report.fields(at)?;
        let question = fields
            .need(report, "question")
            .and_then(|at| report.name(&at));
        let value = fields
            .need(report, "value")
            .and_then(|at| report.number(&at, -1e12..=1e12));
        fields.done(report);
        Some(Command::Answer {
            question: question?,
            value: value?,
        })
    }),
    ("hint", |report, at| {
        report.boolean(at).map(|_| Command::Hint)
    }),
    ("continue", |report, at| {
        report.boolean(at).map(|_| Command::Continue)
    }),
    ("incident", incident::READ),
];

/// `{<key>: name, act: word}`.
fn act_on<T: Copy>(
    report: &mut Report,
    at: &At<'_>,
    key: &'static str,
    acts: &[(&str, T)],
) -> Option<(String, T)> {
    let mut fields = report.fields(at)?;
    let name = fields.need(report, key).and_then(|at| report.name(&at));
    let act = fields
        .need(report, "act")
        .and_then(|at| report.choice(&at, acts));
    fields.done(report);
    Some((name?, act?))
}

/// `Some(None)` where the field is absent, `None` where it is wrong.
fn optional<'n, T>(
    fields: &mut Fields<'n>,
    key: &'static str,
    read: impl FnOnce(At<'n>) -> Option<T>,
) -> Option<Option<T>> {
    match fields.get(key) {
        Some(at) => read(at).map(Some),
        None => Some(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::yaml::{self, Limits};

    /// Reads commands and gives them, or the problems, as text.
    fn check(text: &str, expected: &str) {
        let node = yaml::parse("c.yaml", text, &Limits::default()).expect("valid YAML");
        let mut report = Report::new("c.yaml", text);
        let read = commands(&mut report, &At::root(&node));
        let problems = report.finish();
        let found = match read {
            Some(commands) if problems.is_empty() => format!("{commands:?}"),
            _ => problems.to_string(),
        };
        assert!(found.contains(expected), "{found}");
    }

    #[test]
    fn a_command_has_its_wait_and_its_parts() {
        check(
            "- {after: 5m, roll-back: payment}",
            "RollBack { service: \"payment\" }",
        );
        check("- continue", "Continue");
        check("- after: 1d", "command: None");
        check(
            "- inject: {service: payment, errors: 30%, for: 4m}",
            "kind: Errors, values: [0.3]",
        );
        check(
            "- spike: {times: 3, tenant: acme, for: 10m}",
            "Surge { surge: SurgeSpec { who: Some(Tenant(\"acme\")), kind: Spike { times: 3.0 }",
        );
        check(
            "- flood: {rate: 5k/s}",
            "who: None, kind: Flood { rate: 5000.0 }, duration: None",
        );
        check(
            "- limit: {class: partner, rate: 20/s}",
            "rule: Limit { rate: 20.0, burst: None }",
        );
        check("- block: partner", "Class(\"partner\"), rule: Block");
        check("- shed: 80%", "Shed { over: Some(Ratio(0.8)) }");
        check("- shed: false", "Shed { over: None }");
        check(
            "- region: {name: north, act: withdraw}",
            "Region { region: \"north\", act: Withdraw }",
        );
    }

    #[test]
    fn a_wrong_command_says_what_is_wrong() {
        check("- {deploy: {service: a}}", "version");
        check("- {restart: a, roll-back: b}", "several commands");
        check("- {restrat: a}", "restart");
        check("- inject: {service: a, errors: 1%, kill: 1}", "this has 2");
        check("- {after: -5m, restart: a}", "c.yaml:1");
        check("- limit: {rate: 5/s}", "not said who is meant");
        check("- block: {class: a, tenant: b}", "two ways");
        check("- spike: {times: 0.5}", "below the least value 1");
    }
}
