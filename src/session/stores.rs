//! Views and charts of what services keep.

use super::Session;
use super::view::{FigureView, Panel, Series, Unit};
use crate::base::SimTime;
use crate::telemetry::RECENT;
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

fn unit(figure: &Figure) -> Unit {
    match figure.quantity {
        Quantity::Count(_) => Unit::Count,
        Quantity::Millis(_) => Unit::Seconds,
        Quantity::Rate(_) => Unit::PerSecond,
        Quantity::Share(..) => Unit::Share,
    }
}
