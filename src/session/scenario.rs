//! A world file as a whole: the system, its objectives and its telemetry.

use super::alerting::{self, AlertingSpec};
use crate::base::yaml::{self, Limits};
use crate::base::{At, Diagnostics, Report, Span};
use crate::slo::{self, Measured, Objective};
use crate::telemetry::scrape::Settings;
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
    /// How long metrics are kept; none keeps no metrics at all.
    pub retention: Option<Span>,
    /// Rules that alert, and whom.
    pub alerting: Option<AlertingSpec>,
}

/// What a world file says of its telemetry.
#[derive(Clone, Copy)]
struct Told {
    scrape: Span,
    retention: Option<Span>,
}

impl Scenario {
    /// How metrics are scraped and kept.
    pub fn metrics(&self) -> Settings {
        let usual = Settings::default();
        Settings {
            on: self.retention.is_some(),
            interval: self.scrape,
            retention: self.retention.unwrap_or(usual.retention),
        }
    }

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
    let mut objectives = match fields.get("slos") {
        Some(at) => slo::objectives(report, &at),
        None => Some(Vec::new()),
    };
    let told = match fields.get("telemetry") {
        Some(at) => telemetry(report, &at),
        None => {
            let usual = Settings::default();
            Some(Told {
                scrape: usual.interval,
                retention: Some(usual.retention),
            })
        }
    };
    let alerting = fields.get("alerting").map(|at| {
        let objectives = objectives.as_deref().unwrap_or_default();
        alerting::alerting(report, &at, objectives)
    });
    let place = fields.at().clone();
    fields.done(report);
    if let (Some(world), Some(objectives)) = (&world, &mut objectives) {
        for objective in objectives.iter_mut() {
            let Some(at) = &objective.inside else {
                continue;
            };
            match super::objectives::inside(world, &at.name) {
                Ok(found) => objective.inside = found,
                Err(refusal) => {
                    let problem = format!("`{}`: {}", objective.name, refusal.problem);
                    report.error(&place, problem, refusal.remedy);
                }
            }
        }
        let of = |kind| world.traffic.classes.iter().any(|class| class.kind == kind);
        for objective in objectives {
            let (found, kind) = match objective.of {
                Measured::Users => (of(ClassKind::Users), "users"),
                Measured::Probes => (of(ClassKind::Probes), "probes"),
            };
            let at_edge = objective.inside.is_none();
            if at_edge && !found && objective.indicator != slo::Indicator::Query {
                let problem = format!("`{}` is about {kind}, and there are none", objective.name);
                let remedy = format!("add a class with `kind: {kind}` under `traffic`");
                report.error(&place, problem, remedy);
            }
        }
    }
    let told = told?;
    Some(Scenario {
        world: world?,
        objectives: objectives?,
        scrape: told.scrape,
        retention: told.retention,
        alerting: match alerting {
            Some(alerting) => Some(alerting?),
            None => None,
        },
    })
}

fn telemetry(report: &mut Report, at: &At<'_>) -> Option<Told> {
    let mut fields = report.fields(at)?;
    let scrape = fields
        .need(report, "scrape")
        .and_then(|at| report.duration(&at, Span::from_secs(1)..=Span::from_mins(5)));
    let metrics = fields.get("metrics");
    let on = metrics.is_none_or(|at| report.boolean(&at) != Some(false));
    let retention = fields.get("retention");
    let retention = match retention {
        // An hour, so that the longest windows of short lessons have something to look at.
        Some(at) => report.duration(&at, Span::from_hours(1)..=Span::from_hours(400 * 24)),
        None => Some(Settings::default().retention),
    };
    fields.done(report);
    Some(Told {
        scrape: scrape?,
        retention: if on { Some(retention?) } else { None },
    })
}
