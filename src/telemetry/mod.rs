//! What is measured of the world: counters, latencies and gauges, scraped.
//!
//! In: what a [`Probe`](crate::world::Probe) is told, and the gauges that a
//! scrape reads. Out: bounded histories and figures over the last minute. It
//! changes nothing in the world, and knows no objective.

mod classes;
mod histogram;
mod history;
pub mod logs;
mod meter;
pub mod scrape;
pub mod store;
pub mod trace;

pub use classes::{ClassRecent, Classes};
pub use histogram::Latencies;
pub use history::History;
pub use meter::{Counts, Lately, Meter, Percentiles, Recent};

use serde::Serialize;

use crate::base::{SimTime, Span};
use crate::world::spec::ClassKind;
use crate::world::store::{Figure, Quantity, RAW, figures};
use crate::world::{Attempted, Served, UserDone, World};

/// How far back the figures "over the last minute" look.
pub const RECENT: Span = Span::from_mins(1);

/// Gauges of one service at a scrape.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Gauges {
    /// Workers that serve a request.
    pub busy: u32,
    /// Workers in all.
    pub workers: u32,
    /// Requests that wait.
    pub queued: u32,
}

/// Everything that is measured.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Telemetry {
    interval: Span,
    /// Requests from outside, as the edge sees them.
    edge: Meter,
    classes: Classes,
    /// By route number.
    routes: Vec<Lately>,
    /// By edge number: attempts, as callers see them.
    calls: Vec<Lately>,
    /// By service: all its routes together.
    services: Vec<Meter>,
    /// By service.
    gauges: Vec<History<Gauges>>,
    /// What services keep, in raw numbers; not in the digest of a world that keeps nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    kept: Vec<Kept>,
}

/// Raw numbers of what one service keeps.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Kept {
    service: u32,
    raw: History<[u32; RAW]>,
}

impl Telemetry {
    /// Nothing measured yet; scraped every `interval`.
    pub fn new(world: &World, interval: Span) -> Telemetry {
        let meter = || Meter::new(interval);
        let lately = || Lately::new(interval);
        let mut telemetry = Telemetry {
            interval,
            edge: meter(),
            classes: Classes::new(world.spec().traffic.classes.len(), interval),
            routes: (0..world.route_count()).map(|_| lately()).collect(),
            calls: world.edges().map(|_| lately()).collect(),
            services: world.spec().services.iter().map(|_| meter()).collect(),
            gauges: world
                .spec()
                .services
                .iter()
                .map(|_| History::new(interval))
                .collect(),
            kept: (0..world.spec().services.len())
                .filter(|service| {
                    world.keeps() && !figures(world.spec().services[*service].kind).is_empty()
                })
                .map(|service| Kept {
                    service: service as u32,
                    raw: History::new(interval),
                })
                .collect(),
        };
        telemetry.scrape(world);
        telemetry
    }

    /// When everything was sampled last.
    pub fn last_scrape(&self) -> SimTime {
        self.edge.counts().last_time().unwrap_or_default()
    }

    /// Time between scrapes.
    pub fn interval(&self) -> Span {
        self.interval
    }

    /// A service finished with a request.
    #[inline]
    pub fn served(&mut self, served: &Served) {
        if let Some(meter) = self.routes.get_mut(served.route as usize) {
            meter.record(served.outcome, served.duration);
        }
        if let Some(meter) = self.services.get_mut(served.service as usize) {
            meter.count(served.outcome);
        }
    }

    /// A caller finished with an attempt.
    #[inline]
    pub fn attempted(&mut self, attempted: &Attempted) {
        if let Some(lately) = self.calls.get_mut(attempted.edge as usize) {
            lately.record(attempted.outcome, attempted.duration);
        }
    }

    /// A request from outside ended. The edge's golden signals leave out
    /// one's own probes, and bots that a gateway turned away: nobody was hurt.
    #[inline]
    pub fn user_done(&mut self, done: &UserDone) {
        self.classes.record(done);
        let seen = match done.kind {
            ClassKind::Users => true,
            ClassKind::Bots => !done.refused,
            ClassKind::Probes => false,
        };
        if seen {
            self.edge.record(done.outcome, done.duration);
        }
    }

    /// Samples everything; to be called once per interval, from time zero.
    pub fn scrape(&mut self, world: &World) {
        for (service, whole) in self.services.iter_mut().enumerate() {
            let routes = self.routes.iter().skip(world.first_route(service));
            let count = world.spec().services[service].routes.len();
            routes.take(count).for_each(|route| whole.take(route));
        }
        self.edge.scrape();
        self.classes.scrape();
        for lately in self.routes.iter_mut().chain(&mut self.calls) {
            lately.scrape();
        }
        for service in &mut self.services {
            service.scrape();
        }
        for (service, history) in self.gauges.iter_mut().enumerate() {
            let (busy, workers) = world.workers(service);
            history.push(Gauges {
                busy,
                workers,
                queued: world.queued(service),
            });
        }
        for kept in &mut self.kept {
            kept.raw.push(world.raw(kept.service as usize));
        }
    }

    /// Requests from outside by class of client.
    pub fn classes(&self) -> &Classes {
        &self.classes
    }

    /// Requests from outside as the edge sees them.
    pub fn edge(&self) -> &Meter {
        &self.edge
    }

    /// A route's requests, by number across all services.
    pub fn route(&self, route: usize) -> Option<&Lately> {
        self.routes.get(route)
    }

    /// A service's requests, all routes together.
    pub fn service(&self, service: usize) -> Option<&Meter> {
        self.services.get(service)
    }

    /// Attempts over an edge of the service graph.
    pub fn call(&self, edge: usize) -> Option<&Lately> {
        self.calls.get(edge)
    }

    /// Gauges of a service.
    pub fn gauges(&self, service: usize) -> Option<&History<Gauges>> {
        self.gauges.get(service)
    }

    /// A figure about what a service keeps, at an instant; what is counted is
    /// compared with the instant `since`.
    pub fn figure(
        &self,
        service: usize,
        figure: &Figure,
        at: SimTime,
        since: SimTime,
    ) -> Option<f64> {
        let of = |kept: &&Kept| kept.service as usize == service;
        let raw = &self.kept.iter().find(of)?.raw;
        let (now, then) = (raw.at(at)?, raw.at(since)?);
        let grown = |place: usize| f64::from(now[place].wrapping_sub(then[place]));
        match figure.quantity {
            Quantity::Count(place) => Some(f64::from(now[place])),
            Quantity::Millis(place) => Some(f64::from(now[place]) / 1_000.0),
            Quantity::Rate(place) => {
                let time = at.since(since).as_secs_f64();
                (time > 0.0).then(|| grown(place) / time)
            }
            Quantity::Share(part, rest) => {
                let all = grown(part) + grown(rest);
                (all > 0.0).then(|| grown(part) / all)
            }
        }
    }

    /// One of the raw numbers that figures are made of, at the last scrape.
    pub fn raw(&self, service: usize, place: usize) -> u32 {
        let of = |kept: &&Kept| kept.service as usize == service;
        let last = self.kept.iter().find(of).and_then(|kept| kept.raw.last());
        last.map_or(0, |raw| raw[place])
    }

    /// Instants at which charts may sample, from `from` on.
    pub fn instants(&self, from: SimTime, most: u64) -> Vec<SimTime> {
        self.edge.counts().instants(from, most)
    }
}
