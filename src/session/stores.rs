//! Views and charts of what services keep.

use super::Session;
use super::view::{FigureView, Panel, Series, Unit};
use crate::base::SimTime;
use crate::telemetry::RECENT;
use crate::world::Failover;
use crate::world::store::{Figure, Quantity, figures};

impl Session {
    /// The figures of a service that has any.
    pub(super) fn figure_views(&self, service: usize) -> Vec<FigureView> {
        let last = self.telemetry.last_scrape();
        let views = self.figures(service).map(|figure| FigureView {
            title: figure.title.to_owned(),
            about: figure.about.to_owned(),
            unit: unit(figure),
            value: self
                .telemetry
                .figure(service, figure, last, last.back(RECENT))
                .map(|value| value * self.figure_scale(figure)),
            limit: figure
                .limit
                .map(|place| f64::from(self.telemetry.raw(service, place))),
        });
        views.collect()
    }

    /// What there is to say of a service that keeps something, beyond figures.
    pub(super) fn store_notes(&self, service: usize) -> Vec<String> {
        let name = &self.world.spec().services[service].name;
        let primary = self.world.primary(service);
        let primary = primary.map(|pod| format!("{name}-{pod} takes the writes"));
        let last = self.world.failover(service);
        primary
            .into_iter()
            .chain(last.map(|last| tell_failover(name, &last)))
            .collect()
    }

    /// One chart for each figure of a service.
    pub(super) fn figure_panels(&self, service: usize, instants: &[SimTime]) -> Vec<Panel> {
        let pairs = || instants.iter().zip(instants.iter().skip(1));
        let panels = self.figures(service).map(|figure| Panel {
            id: figure.id.to_owned(),
            title: figure.title.to_owned(),
            about: figure.about.to_owned(),
            unit: unit(figure),
            series: vec![Series {
                name: figure.title.to_owned(),
                points: pairs()
                    .map(|(since, at)| {
                        let value = self.telemetry.figure(service, figure, *at, *since);
                        let value = value.map(|value| value * self.figure_scale(figure));
                        (at.as_secs_f64(), value)
                    })
                    .collect(),
            }],
            threshold: None,
        });
        panels.collect()
    }

    /// Figures that say something about this service.
    fn figures(&self, service: usize) -> impl Iterator<Item = &'static Figure> + '_ {
        let kind = self.world.spec().services[service].kind;
        figures(kind).iter().filter(move |figure| {
            let needs = figure.needs.map(|place| self.telemetry.raw(service, place));
            needs.is_none_or(|raw| raw > 0)
        })
    }

    /// Rates are told as of real requests; what waits is what is simulated.
    fn figure_scale(&self, figure: &Figure) -> f64 {
        match figure.quantity {
            Quantity::Rate(_) => f64::from(self.world.spec().scale),
            _ => 1.0,
        }
    }
}

/// A failover in words, with what it cost.
pub(super) fn tell_failover(database: &str, found: &Failover) -> String {
    let (pod, time) = (found.pod, found.time);
    let mut text = format!("{database}-{pod} took over as the primary after {time}");
    if found.lost > 0 {
        let (lost, data) = (found.lost, found.data);
        text.push_str(&format!(", {lost} writes of the last {data} are lost"));
    }
    text
}

fn unit(figure: &Figure) -> Unit {
    match figure.quantity {
        Quantity::Count(_) => Unit::Count,
        Quantity::Millis(_) => Unit::Seconds,
        Quantity::Rate(_) => Unit::PerSecond,
        Quantity::Share(..) => Unit::Share,
    }
}
