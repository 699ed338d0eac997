//! Charts: the four golden signals and the budgets over time.

use super::Session;
use super::view::{Charts, Panel, Scope, Series, Unit};
use crate::base::order::sort_by;
use crate::base::{SimTime, Span};
use crate::slo::{Indicator, Tracker};
use crate::telemetry::Meter;

/// Points of one line; a chart is seldom wider.
const MOST_POINTS: u64 = 240;
/// Lines of the saturation chart of the whole system.
const MOST_LINES: usize = 6;

type Points = Vec<(f64, Option<f64>)>;

impl Session {
    /// The charts of `scope` over the last `range`.
    pub fn charts(&self, scope: Scope, range: Span) -> Charts {
        let now = self.now();
        let from = now.back(range);
        let instants = self.telemetry.instants(from, MOST_POINTS);
        let meter = match scope {
            Scope::System => Some(self.telemetry.edge()),
            Scope::Service(service) => self.telemetry.service(service as usize),
        };
        let mut panels = Vec::new();
        if let Some(meter) = meter {
            panels.push(self.latency(scope, meter, &instants));
            panels.push(self.traffic(scope, meter, &instants));
            panels.push(errors(scope, meter, &instants));
            panels.push(self.saturation(scope, &instants));
        }
        if let Scope::Service(service) = scope
            && meter.is_some()
        {
            panels.extend(self.figure_panels(service as usize, &instants));
        }
        Charts {
            scope,
            from: from.as_secs_f64(),
            to: now.as_secs_f64(),
            panels,
            budgets: self.slos.iter().map(|slo| self.burn_down(slo)).collect(),
        }
    }

    fn latency(&self, scope: Scope, meter: &Meter, instants: &[SimTime]) -> Panel {
        let line = |place: usize, name: &str| Series {
            name: name.to_owned(),
            points: points(instants, |at| {
                let percentiles = meter.percentiles().at(at)?.get()?;
                percentiles.get(place).map(|span| span.as_secs_f64())
            }),
        };
        // The line of the first latency objective, where users are concerned.
        let threshold = self
            .slos
            .iter()
            .find_map(|slo| match slo.objective().indicator {
                Indicator::Latency { under } if scope == Scope::System => {
                    Some((under.as_secs_f64(), format!("objective {under}")))
                }
                _ => None,
            });
        Panel {
            id: "latency".to_owned(),
            title: "Latency".to_owned(),
            about: "How long requests took, failed ones included: median, 95th and 99th \
                    percentile of each interval."
                .to_owned(),
            unit: Unit::Seconds,
            series: vec![line(2, "p99"), line(1, "p95"), line(0, "p50")],
            threshold,
        }
    }

    fn traffic(&self, scope: Scope, meter: &Meter, instants: &[SimTime]) -> Panel {
        let scale = f64::from(self.world.spec().scale);
        let points = steps(instants, |at, since| {
            let counts = meter.increase(at, at.since(since));
            Some(counts.total as f64 * scale / at.since(since).as_secs_f64())
        });
        let name = match scope {
            Scope::System => "users' requests",
            Scope::Service(_) => "requests",
        };
        Panel {
            id: "traffic".to_owned(),
            title: "Traffic".to_owned(),
            about: "Requests that ended, per second.".to_owned(),
            unit: Unit::PerSecond,
            series: vec![Series {
                name: name.to_owned(),
                points,
            }],
            threshold: None,
        }
    }

    fn saturation(&self, scope: Scope, instants: &[SimTime]) -> Panel {
        let spec = self.world.spec();
        let utilisation = |service: usize, at: SimTime| {
            let gauges = self.telemetry.gauges(service)?.at(at)?;
            (gauges.workers > 0).then(|| f64::from(gauges.busy) / f64::from(gauges.workers))
        };
        let mut services: Vec<usize> = match scope {
            Scope::Service(service) => vec![service as usize],
            Scope::System => (0..spec.services.len()).collect(),
        };
        // The fullest now come first; ties keep the order of the file.
        let now = self.now();
        let fill = |service: &usize| utilisation(*service, now).unwrap_or(0.0);
        sort_by(&mut services, |a, b| fill(b).total_cmp(&fill(a)));
        services.truncate(MOST_LINES);
        services.sort_unstable();
        let mut series: Vec<Series> = services
            .iter()
            .filter_map(|service| Some((*service, spec.services.get(*service)?)))
            .map(|(service, spec)| Series {
                name: match scope {
                    Scope::System => spec.name.clone(),
                    Scope::Service(_) => "busy workers".to_owned(),
                },
                points: points(instants, |at| utilisation(service, at)),
            })
            .collect();
        if let Scope::Service(service) = scope {
            series.push(self.queue_fill(service as usize, instants));
        }
        Panel {
            id: "saturation".to_owned(),
            title: "Saturation".to_owned(),
            about: "Share of workers that were busy at each scrape.".to_owned(),
            unit: Unit::Share,
            series,
            threshold: None,
        }
    }

    fn queue_fill(&self, service: usize, instants: &[SimTime]) -> Series {
        let spec = &self.world.spec().services[service];
        Series {
            name: "queue filled".to_owned(),
            points: points(instants, |at| {
                let gauges = self.telemetry.gauges(service)?.at(at)?;
                let pods = f64::from(gauges.workers) / f64::from(spec.workers);
                let places = pods * f64::from(spec.queue);
                (places > 0.0).then(|| f64::from(gauges.queued) / places)
            }),
        }
    }

    fn burn_down(&self, slo: &Tracker) -> Panel {
        let objective = slo.objective();
        let instants = self
            .telemetry
            .instants(self.now().back(objective.window), MOST_POINTS);
        Panel {
            id: format!("budget-{}", objective.name),
            title: format!("{}: error budget left", objective.title),
            about: format!("{}. 100 % is untouched, 0 % is gone.", objective.sentence()),
            unit: Unit::Share,
            series: vec![Series {
                name: "budget left".to_owned(),
                points: points(&instants, |at| slo.budget(at).left),
            }],
            threshold: Some((0.0, "gone".to_owned())),
        }
    }
}

fn errors(scope: Scope, meter: &Meter, instants: &[SimTime]) -> Panel {
    let points = steps(instants, |at, since| {
        let counts = meter.increase(at, at.since(since));
        (counts.total > 0).then(|| counts.failed as f64 / counts.total as f64)
    });
    let whose = match scope {
        Scope::System => "users' requests",
        Scope::Service(_) => "requests",
    };
    Panel {
        id: "errors".to_owned(),
        title: "Errors".to_owned(),
        about: format!("Share of {whose} that failed."),
        unit: Unit::Share,
        series: vec![Series {
            name: "failed".to_owned(),
            points,
        }],
        threshold: None,
    }
}

fn points(instants: &[SimTime], value: impl Fn(SimTime) -> Option<f64>) -> Points {
    instants
        .iter()
        .map(|at| (at.as_secs_f64(), value(*at)))
        .collect()
}

/// Values over the stretch from each instant to the next.
fn steps(instants: &[SimTime], value: impl Fn(SimTime, SimTime) -> Option<f64>) -> Points {
    let pairs = instants.iter().zip(instants.iter().skip(1));
    pairs
        .map(|(since, at)| (at.as_secs_f64(), value(*at, *since)))
        .collect()
}
