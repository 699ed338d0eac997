//! Golden signals and capacity as lessons ask for them: of the users, at the
//! edge, or of one service.

use super::goal::Facts;
use super::names::Names;
use crate::base::{At, Fields, Report, Span, parse};
use crate::session::Session;
use crate::telemetry::Meter;

/// What stands for the users, where the name of a service is expected.
const USERS: &str = "users";

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// Share of requests that failed, 0 to 1.
    Errors,
    /// Percentile of duration over the last minute, in seconds; which of p50, p95 and p99.
    Latency(usize),
    /// Mean share of busy workers, 0 to 1.
    Busy,
    /// Real requests per second.
    Rate,
    /// Requests for each request of a user.
    PerUser,
    /// Pods wanted.
    Pods,
}

/// A quantity of somebody over a time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measure {
    /// What.
    pub quantity: Quantity,
    /// Of which service; of the users where absent.
    pub service: Option<usize>,
    /// How far back; to the beginning of the step where absent.
    pub over: Option<Span>,
}

/// Goals that are limits on a quantity, as lesson files name them.
pub(super) const GOALS: [(&str, Quantity); 8] = [
    ("errors", Quantity::Errors),
    ("p50", Quantity::Latency(0)),
    ("p95", Quantity::Latency(1)),
    ("p99", Quantity::Latency(2)),
    ("busy", Quantity::Busy),
    ("rate", Quantity::Rate),
    ("per-user", Quantity::PerUser),
    ("pods", Quantity::Pods),
];

impl Measure {
    /// A figure in a text, such as `p99` of `users`; nothing if it is no quantity.
    pub(super) fn parse(
        kind: &str,
        name: Option<&str>,
        over: Option<&str>,
        names: &Names<'_>,
    ) -> Option<Result<Measure, String>> {
        let (_, quantity) = GOALS.iter().find(|(word, _)| *word == kind)?;
        let name = name.unwrap_or("");
        let over = match over.map(parse::duration).transpose() {
            Ok(over) => over,
            Err(problem) => return Some(Err(problem)),
        };
        let services = &names.scenario.world.services;
        let service = services.iter().position(|service| service.name == name);
        if service.is_none() && (name != USERS || !quantity.of_users()) {
            return Some(Err(format!("no service is called `{name}`")));
        }
        Some(Ok(Measure {
            quantity: *quantity,
            service,
            over,
        }))
    }

    /// Reads whose and how far back, of a goal.
    pub(super) fn read(
        quantity: Quantity,
        report: &mut Report,
        fields: &mut Fields<'_>,
        names: &Names<'_>,
    ) -> Option<Measure> {
        let at = fields.need(report, "service")?;
        let service = if at.scalar() == Some(USERS) && quantity.of_users() {
            None
        } else {
            let name = names.service(report, &at)?;
            let services = &names.scenario.world.services;
            Some(services.iter().position(|service| service.name == name)?)
        };
        let over = match fields.get("over") {
            Some(at) => Some(report.duration(&at, Span::from_mins(1)..=Span::from_hours(6))?),
            None => None,
        };
        Some(Measure {
            quantity,
            service,
            over,
        })
    }

    /// Its value; nothing where nothing was measured.
    pub(super) fn value(&self, facts: &Facts<'_>) -> Option<f64> {
        let session = facts.session;
        let now = session.now();
        let window = self.over.unwrap_or_else(|| now.since(facts.step.now()));
        let counts = |meter: &Meter| meter.increase(now, window);
        let meter = self.meter(session)?;
        let scale = f64::from(session.world().spec().scale);
        match self.quantity {
            Quantity::Errors => {
                let counts = counts(meter);
                (counts.total > 0).then(|| counts.failed as f64 / counts.total as f64)
            }
            Quantity::Latency(place) => Some(meter.recent().latency?[place].as_secs_f64()),
            Quantity::Rate => {
                let time = window.as_secs_f64();
                (time > 0.0).then(|| counts(meter).total as f64 * scale / time)
            }
            Quantity::PerUser => {
                let all = counts(session.telemetry().edge()).total;
                (all > 0).then(|| counts(meter).total as f64 / all as f64)
            }
            Quantity::Busy => self.busy(session, window),
            Quantity::Pods => Some(f64::from(session.world().replicas(self.service?))),
        }
    }

    fn meter<'s>(&self, session: &'s Session) -> Option<&'s Meter> {
        let telemetry = session.telemetry();
        match self.service {
            Some(service) => telemetry.service(service),
            None => Some(telemetry.edge()),
        }
    }

    /// Mean over the scrapes of a window.
    fn busy(&self, session: &Session, window: Span) -> Option<f64> {
        let telemetry = session.telemetry();
        let gauges = telemetry.gauges(self.service?)?;
        let from = session.now().back(window);
        let (mut sum, mut count) = (0.0, 0);
        for at in telemetry.instants(from, u64::MAX) {
            let found = gauges.at(at)?;
            if found.workers > 0 {
                sum += f64::from(found.busy) / f64::from(found.workers);
                count += 1;
            }
        }
        (count > 0).then(|| sum / f64::from(count))
    }

    /// What it is, in words, such as `p99 of checkout`.
    pub(super) fn name(&self, session: &Session) -> String {
        let services = &session.world().spec().services;
        let whose = self
            .service
            .and_then(|service| services.get(service))
            .map_or(USERS, |service| service.name.as_str());
        match self.quantity {
            Quantity::Errors => format!("failed requests of {whose}"),
            Quantity::Latency(place) => {
                let word = ["p50", "p95", "p99"].get(place).copied().unwrap_or("?");
                format!("{word} of {whose} over the last minute")
            }
            Quantity::Busy => format!("busy workers of {whose}"),
            Quantity::Rate => format!("requests of {whose}"),
            Quantity::PerUser => format!("requests to {whose} for each of a user"),
            Quantity::Pods => format!("pods of {whose}"),
        }
    }
}

impl Quantity {
    /// Whether there is such a thing of the users as a whole.
    fn of_users(self) -> bool {
        matches!(
            self,
            Quantity::Errors | Quantity::Latency(_) | Quantity::Rate
        )
    }

    /// Reads a limit of it.
    pub(super) fn limit(self, report: &mut Report, at: &At<'_>) -> Option<f64> {
        match self {
            Quantity::Errors | Quantity::Busy => report.ratio(at).map(|ratio| ratio.get()),
            Quantity::Latency(_) => report
                .duration(at, Span::from_millis(1)..=Span::from_hours(1))
                .map(Span::as_secs_f64),
            Quantity::Rate => report.rate(at, 1e6).map(|rate| rate.get()),
            Quantity::PerUser | Quantity::Pods => report.number(at, 0.0..=1e6),
        }
    }

    /// A value with its unit.
    pub(super) fn show(self, value: f64) -> String {
        match self {
            Quantity::Errors | Quantity::Busy => super::figure::percent(value),
            Quantity::Latency(_) if value < 1.0 => format!("{:.0} ms", value * 1_000.0),
            Quantity::Latency(_) => format!("{value:.1} s"),
            Quantity::Rate => format!("{value:.0}/s"),
            Quantity::PerUser => format!("{value:.2}"),
            Quantity::Pods => format!("{value:.0}"),
        }
    }
}
