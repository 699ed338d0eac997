//! A world file as a whole: the system, its objectives and its telemetry.

use super::alerting::{self, AlertingSpec};
use crate::base::yaml::{self, Limits};
use crate::base::{At, Diagnostics, Report, Span};
use crate::slo::{self, Measured, Objective};
use crate::world::spec::ClassKind;
use crate::world::{self, Spec};

/// The format that this build reads.
pub const FORMAT: &str = "xops-world/1";

/// Everything a session starts from, apart from the seed.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// The simulated system.
    pub world: Spec,
    /// What is promised to its users.
    pub objectives: Vec<Objective>,
    /// Time between scrapes.
    pub scrape: Span,
    /// Rules that alert, and whom.
    pub alerting: Option<AlertingSpec>,
}

impl Scenario {
    /// Reads a world file. On success the diagnostics hold warnings only;
    /// otherwise they hold every problem found.
    pub fn read(file: &str, text: &str) -> Result<(Scenario, Diagnostics), Diagnostics> {
        let node = yaml::parse(file, text, &Limits::default())?;
        let mut report = Report::new(file, text);
        let scenario = read(&mut report, &At::root(&node));
        let failed = report.failed();
        let diagnostics = report.finish();
        match scenario {
            Some(scenario) if !failed => Ok((scenario, diagnostics)),
            _ => Err(diagnostics),
        }
    }
}

fn read(report: &mut Report, at: &At<'_>) -> Option<Scenario> {
    let mut fields = report.fields(at)?;
    if let Some(at) = fields.need(report, "format") {
        report.choice(&at, &[(FORMAT, ())]);
    }
    let world = world::read::spec(report, &mut fields);
    let objectives = match fields.get("slos") {
        Some(at) => slo::objectives(report, &at),
        None => Some(Vec::new()),
    };
    let scrape = match fields.get("telemetry") {
        Some(at) => telemetry(report, &at),
        None => Some(Span::from_secs(15)),
    };
    let alerting = fields.get("alerting").map(|at| {
        let objectives = objectives.as_deref().unwrap_or_default();
        alerting::alerting(report, &at, objectives)
    });
    let place = fields.at().clone();
    fields.done(report);
    if let (Some(world), Some(objectives)) = (&world, &objectives) {
        let of = |kind| world.traffic.classes.iter().any(|class| class.kind == kind);
        for objective in objectives {
            let (found, kind) = match objective.of {
                Measured::Users => (of(ClassKind::Users), "users"),
                Measured::Probes => (of(ClassKind::Probes), "probes"),
            };
            if !found && objective.indicator != slo::Indicator::Query {
                let problem = format!("`{}` is about {kind}, and there are none", objective.name);
                let remedy = format!("add a class with `kind: {kind}` under `traffic`");
                report.error(&place, problem, remedy);
            }
        }
    }
    Some(Scenario {
        world: world?,
        objectives: objectives?,
        scrape: scrape?,
        alerting: match alerting {
            Some(alerting) => Some(alerting?),
            None => None,
        },
    })
}

fn telemetry(report: &mut Report, at: &At<'_>) -> Option<Span> {
    let mut fields = report.fields(at)?;
    let scrape = fields
        .need(report, "scrape")
        .and_then(|at| report.duration(&at, Span::from_secs(1)..=Span::from_mins(5)));
    fields.done(report);
    scrape
}
