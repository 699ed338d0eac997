//! The `alerting` section of a world file.

use super::{AlertingSpec, derived};
use crate::alert::notify;
use crate::alert::oncall::OnCall;
use crate::alert::rules;
use crate::base::yaml::{self, Limits};
use crate::base::{At, Report, Span};
use crate::slo::{Date, Objective};

/// What tells whom where a file does not say: pages and tickets.
const USUAL: &str = "\
route:
  receiver: tickets
  group_by: [alertname, slo]
  routes: [{receiver: pager, matchers: [severity=\"page\"]}]
receivers: [{name: tickets}, {name: pager}]
inhibit_rules: [{source_matchers: [severity=\"page\"], target_matchers: [severity=\"ticket\"], equal: [slo]}]
";

/// Reads it; none if anything in it is wrong.
pub(in crate::session) fn alerting(
    report: &mut Report,
    at: &At<'_>,
    objectives: &[Objective],
) -> Option<AlertingSpec> {
    let mut fields = report.fields(at)?;
    let every = fields.get("every").map_or(Some(Span::from_mins(1)), |at| {
        report.duration(&at, Span::from_secs(1)..=Span::from_hours(1))
    });
    let from_slos = fields
        .get("from-slos")
        .map_or(Some(true), |at| report.boolean(&at));
    let rules = fields.get("rules").map(|at| rules::group_list(report, &at));
    let config = match fields.get("alertmanager") {
        Some(at) => notify::section(report, &at),
        None => usual(),
    };
    let on_call = fields.get("on-call").map(|at| on_call(report, &at));
    let place = fields.at().clone();
    fields.done(report);
    let mut groups = match rules {
        Some(rules) => rules?.groups,
        None => Vec::new(),
    };
    if from_slos? {
        groups.push(derived(objectives.iter()));
    }
    let config = config?;
    let on_call = match on_call {
        Some(on_call) => on_call?,
        None => alone(),
    };
    for pager in &on_call.pagers {
        let known: Vec<&str> = config.receivers.iter().map(|r| r.name.as_str()).collect();
        if !known.contains(&pager.as_str()) {
            let problem = format!("on-call is paged by `{pager}`, which is no receiver");
            report.error(&place, problem, crate::base::did_you_mean(pager, &known));
        }
    }
    let first = objectives.iter().find_map(|slo| slo.terms.calendar);
    Some(AlertingSpec {
        every: every?,
        groups,
        config,
        on_call,
        first: first.map_or(Date::FIRST, |calendar| calendar.first),
        from_slos: from_slos?,
    })
}

/// What holds where a world says nothing of alerts and somebody makes a rule:
/// pages go to you, everything else waits.
pub(super) fn from_scratch() -> Option<AlertingSpec> {
    Some(AlertingSpec {
        every: Span::from_mins(1),
        groups: Vec::new(),
        config: usual()?,
        on_call: alone(),
        first: Date::FIRST,
        from_slos: false,
    })
}

fn alone() -> OnCall {
    OnCall {
        people: vec!["you".to_owned()],
        shift: Span::from_days(7),
        escalate: Span::from_mins(5),
        pagers: vec!["pager".to_owned()],
    }
}

fn usual() -> Option<notify::Config> {
    let root = yaml::parse("usual", USUAL, &Limits::default()).ok()?;
    notify::section(&mut Report::new("usual", USUAL), &At::root(&root))
}

fn on_call(report: &mut Report, at: &At<'_>) -> Option<OnCall> {
    let mut fields = report.fields(at)?;
    let mut names = |report: &mut Report, name: &'static str| {
        let at = fields.get(name)?;
        let items = report.items(&at, 50);
        let names: Vec<String> = items.iter().filter_map(|at| report.text(at, 60)).collect();
        if names.is_empty() {
            report.error(&at, "nobody is named", "name at least one");
        }
        Some(names)
    };
    let people = names(report, "people");
    let pagers = names(report, "pagers");
    let [shift, escalate] = [
        ("shift", Span::from_days(7)),
        ("escalate", Span::from_mins(5)),
    ]
    .map(|(name, usual)| {
        let at = fields.get(name);
        at.map_or(Some(usual), |at| {
            report.duration(&at, Span::from_mins(1)..=Span::from_days(30))
        })
    });
    fields.done(report);
    Some(OnCall {
        people: people.unwrap_or_else(|| vec!["you".to_owned()]),
        shift: shift?,
        escalate: escalate?,
        pagers: pagers.unwrap_or_else(|| vec!["pager".to_owned()]),
    })
}
