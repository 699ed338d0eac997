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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::lesson::sample::{WORLD, names, perform, session};
    use crate::session::Scenario;

    /// A quantity of the world's service or, with none, of its users, over an hour.
    fn value(quantity: Quantity, service: Option<usize>, session: &Session) -> Option<f64> {
        let measure = Measure {
            quantity,
            service,
            over: Some(Span::from_hours(1)),
        };
        measure.value(&Facts {
            session,
            step: session,
            lesson: session,
            hints: 0,
            held: &BTreeMap::new(),
        })
    }

    /// That a value is about what arithmetic says.
    fn about(found: Option<f64>, expected: f64, within: f64) {
        let found = found.expect("something measured");
        let range = expected - within..=expected + within;
        assert!(range.contains(&found), "{found} is not about {expected}");
    }

    #[test]
    fn a_rate_is_that_of_the_world_in_real_requests() {
        let plain = session(WORLD, "- after: 2h");
        // 6 a minute are 0.1 a second; 360 of them vary by 5 %.
        about(value(Quantity::Rate, None, &plain), 0.1, 0.025);
        about(value(Quantity::Rate, Some(0), &plain), 0.1, 0.025);
        let scaled = WORLD.replace("traffic:", "scale: 50\ntraffic:");
        about(
            value(Quantity::Rate, None, &session(&scaled, "- after: 2h")),
            5.0,
            1.25,
        );
        assert_eq!(value(Quantity::PerUser, Some(0), &plain), Some(1.0));
    }

    #[test]
    fn errors_are_those_of_the_version_that_runs() {
        let mut now = session(WORLD, "- after: 2h");
        assert_eq!(value(Quantity::Errors, Some(0), &now), Some(0.0));
        perform(
            &mut now,
            "- deploy: {service: one, version: v2}\n- after: 2h",
        );
        about(value(Quantity::Errors, Some(0), &now), 0.5, 0.1);
        about(value(Quantity::Errors, None, &now), 0.5, 0.1);
    }

    #[test]
    fn workers_are_busy_for_as_long_as_work_takes() {
        // 6 a minute that take 10 s each: one of two workers, but for what is refused.
        let slow = WORLD.replace("work: 1ms", "work: 10s");
        about(
            value(Quantity::Busy, Some(0), &session(&slow, "- after: 2h")),
            0.45,
            0.1,
        );
        let quick = session(WORLD, "- after: 2h");
        about(value(Quantity::Busy, Some(0), &quick), 0.0, 0.01);
    }

    #[test]
    fn a_percentile_is_of_the_last_minute() {
        let busy = WORLD.replace("6/min", "5/s");
        let now = session(&busy, "- after: 10m");
        about(value(Quantity::Latency(0), Some(0), &now), 0.001, 0.0001);
        let mut quiet = now;
        perform(&mut quiet, "- load: 0\n- after: 5m");
        assert_eq!(value(Quantity::Latency(0), Some(0), &quiet), None);
    }

    #[test]
    fn pods_are_those_that_are_wanted() {
        let mut now = session(WORLD, "[]");
        assert_eq!(value(Quantity::Pods, Some(0), &now), Some(2.0));
        perform(&mut now, "- scale: {service: one, replicas: 3}");
        assert_eq!(value(Quantity::Pods, Some(0), &now), Some(3.0));
    }

    #[test]
    fn nothing_is_told_of_what_was_not_measured() {
        let now = session(WORLD, "[]");
        for quantity in [Quantity::Errors, Quantity::Latency(2), Quantity::PerUser] {
            assert_eq!(value(quantity, Some(0), &now), None, "{quantity:?}");
        }
    }

    #[test]
    fn figures_name_whom_they_are_about() {
        let (scenario, _) = Scenario::read("one.yaml", WORLD).expect("a sound world");
        let names = names(&scenario);
        let parse = |kind, name, over| Measure::parse(kind, Some(name), over, &names);
        assert_eq!(
            parse("p95", "users", Some("5m")),
            Some(Ok(Measure {
                quantity: Quantity::Latency(1),
                service: None,
                over: Some(Span::from_mins(5)),
            }))
        );
        assert_eq!(parse("budget", "one", None), None);
        for (kind, name, over) in [
            ("errors", "two", None),
            ("busy", "users", None),
            ("rate", "one", Some("soon")),
        ] {
            assert!(
                matches!(parse(kind, name, over), Some(Err(_))),
                "{kind} of {name}"
            );
        }
    }

    #[test]
    fn values_are_shown_with_their_units() {
        for (quantity, value, shown) in [
            (Quantity::Errors, 0.0213, "2.1 %"),
            (Quantity::Latency(0), 0.2504, "250 ms"),
            (Quantity::Latency(2), 1.25, "1.2 s"),
            (Quantity::Rate, 199.6, "200/s"),
            (Quantity::PerUser, 1.5, "1.50"),
            (Quantity::Pods, 3.0, "3"),
        ] {
            assert_eq!(quantity.show(value), shown);
        }
    }
}
