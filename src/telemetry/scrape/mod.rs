//! Scraping, as Prometheus does it: at every interval each target tells what
//! it has counted and how it stands, and that is appended to the metric store.
//!
//! In: what the [`Probe`](crate::world::Probe) is told, counted in plain
//! integers, and the world as it stands at a scrape. Out: series under the
//! names of [`FAMILIES`]. Targets that vanish leave marks of staleness, and a
//! process that is started anew counts from 0, as in life. Nothing here
//! changes the world. All targets are scraped at the same instant.

mod block;
mod catalogue;
mod counters;
mod exposition;
mod kept;
mod pull;

use std::collections::BTreeMap;

use super::store::{Labels, Limits, NAME, Sample, SeriesId, Store};
use crate::base::{SimTime, Span, Stream};
use crate::world::{Attempted, Happening, PodFigures, Served, UserDone, World};

pub use catalogue::{FAMILIES, Family, FamilyKind, family_of};
pub use counters::{BOUND_TEXTS, BOUNDS};
pub use pull::methods;

use block::{Base, Block, Pen};
use catalogue::BY_SESSION;
use counters::Counters;

/// What is kept of the metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Whether anything is scraped into the store.
    pub on: bool,
    /// Time between scrapes.
    pub interval: Span,
    /// How long samples are kept.
    pub retention: Span,
}

impl Settings {
    /// What the store may take.
    pub fn limits(&self) -> Limits {
        Limits {
            retention: self.retention.as_millis(),
            ..Limits::default()
        }
    }
}

impl Default for Settings {
    /// Every 15 seconds, kept for 15 days, as Prometheus does by itself.
    fn default() -> Self {
        Settings {
            on: true,
            interval: Span::from_secs(15),
            retention: Span::from_hours(15 * 24),
        }
    }
}

/// What kind of thing a block is about; the order is that of scraping.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Of {
    Pod,
    Container,
    PodState,
    Deployment,
    Node,
    Store,
    Calls,
    Edge,
    Own,
}

/// What scrapes one lab: counters, and which series of the store are whose.
#[derive(Clone, Debug)]
pub struct Metrics {
    settings: Settings,
    counters: Counters,
    /// Methods by route number.
    methods: Vec<&'static str>,
    /// The lab's while it is filled, else an empty one.
    store: Store,
    /// By kind, service and pod or node.
    blocks: BTreeMap<(Of, u32, u32), Block>,
    scrapes: u32,
    last: Option<SimTime>,
    /// Whether a scrape fails; it moves nothing in the world.
    chance: Stream,
    /// Series that are told once and never again.
    passing: Vec<SeriesId>,
    /// How many of those there were.
    passed: u64,
}

impl Metrics {
    /// Nothing measured yet.
    pub fn new(world: &World, settings: Settings, seed: u64) -> Metrics {
        Metrics {
            settings,
            counters: Counters::new(world),
            methods: pull::methods(world),
            store: Store::default(),
            blocks: BTreeMap::new(),
            scrapes: 0,
            last: None,
            chance: Stream::named(seed, "scrape"),
            passing: Vec::new(),
            passed: 0,
        }
    }

    /// A pod finished with a request.
    #[inline]
    pub fn served(&mut self, served: &Served) {
        if self.settings.on {
            self.counters.served(served);
        }
    }

    /// A caller finished with an attempt.
    #[inline]
    pub fn attempted(&mut self, attempted: &Attempted) {
        if self.settings.on {
            self.counters.attempted(attempted);
        }
    }

    /// A request from outside ended.
    #[inline]
    pub fn user_done(&mut self, done: &UserDone) {
        if self.settings.on {
            self.counters.user_done(done);
        }
    }

    /// Something happened: a process that ended takes along what it had counted.
    pub fn happened(&mut self, happening: &Happening) {
        if let Happening::PodDied { key, .. } = happening {
            self.counters.forget(*key);
        }
    }

    /// Scrapes every target into a store, always the same.
    pub fn scrape(&mut self, world: &World, store: &mut Store) {
        if !self.settings.on {
            return;
        }
        std::mem::swap(&mut self.store, store);
        self.fill(world);
        std::mem::swap(&mut self.store, store);
    }

    fn fill(&mut self, world: &World) {
        self.scrapes += 1;
        self.last = Some(world.now());
        for id in std::mem::take(&mut self.passing) {
            // One that is not in the store any more is gone anyway.
            let _ = self.store.mark_stale(id, self.time());
        }
        self.pull(world);
        let (time, scrape) = (self.time(), self.scrapes);
        let store = &mut self.store;
        self.blocks.retain(|_, block| {
            block.close(store, time, scrape);
            // What has vanished does not come back under its old name.
            block.seen == scrape
        });
        self.store.tidy();
    }

    /// The instant of the last scrape in milliseconds.
    fn time(&self) -> i64 {
        let nanos = self.last.unwrap_or_default().as_nanos();
        (nanos / 1_000_000) as i64
    }

    /// Writes one block.
    fn block(
        &mut self,
        of: (Of, u32, u32),
        base: Base<'_>,
        write: impl FnOnce(&mut Pen<'_>, &Counters),
    ) {
        let time = self.time();
        let mut pen = Pen {
            store: &mut self.store,
            block: self.blocks.entry(of).or_default(),
            base,
            time,
            scrape: self.scrapes,
            place: 0,
        };
        write(&mut pen, &self.counters);
    }

    /// Writes a block as it was; false if there is none.
    fn repeat(&mut self, of: (Of, u32, u32)) -> bool {
        let time = self.time();
        match self.blocks.get_mut(&of) {
            Some(block) => {
                block.repeat(&mut self.store, time, self.scrapes);
                true
            }
            None => false,
        }
    }

    /// Series that nobody has seen before, and that nobody will see again.
    fn explode(&mut self, service: &str, pod: &PodFigures, series: u32) {
        let time = self.time();
        for _ in 0..series {
            self.passed += 1;
            let labels = Labels::new([
                (NAME, BY_SESSION.to_owned()),
                ("job", "kubernetes-pods".to_owned()),
                ("instance", format!("{service}-{}:8080", pod.number)),
                ("service", service.to_owned()),
                ("pod", format!("{service}-{}", pod.number)),
                ("session_id", format!("{:08x}", self.passed)),
            ]);
            // Beyond the limit they are refused, which the store counts.
            if let Ok(id) = self.store.series(&labels) {
                let _ = self.store.append(id, Sample { time, value: 1.0 });
                self.passing.push(id);
            }
        }
    }

    /// HTTP methods, by number of the route.
    pub fn methods(&self) -> &[&'static str] {
        &self.methods
    }

    /// How metrics are kept.
    pub fn settings(&self) -> Settings {
        self.settings
    }

    /// When everything was scraped last.
    pub fn last_scrape(&self) -> Option<SimTime> {
        self.last
    }
}
