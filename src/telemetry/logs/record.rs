//! One line of a log: numbers, and words when asked for.

use crate::base::{SimTime, Span};
use crate::telemetry::trace::{Value, refusal, resource, route, service, status_code, trace_id};
use crate::world::spec::Kind;
use crate::world::{Happening, How, NOWHERE, Outcome, Spot, World};

/// How much a line matters, with OpenTelemetry's severity numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// As it should be.
    Info,
    /// Worth a look.
    Warn,
    /// Something failed.
    Error,
}

impl Level {
    /// Every level, mildest first.
    pub const ALL: [Level; 3] = [Level::Info, Level::Warn, Level::Error];

    /// Its name.
    pub fn word(self) -> &'static str {
        ["info", "warn", "error"][self as usize]
    }

    /// OTLP's number of it.
    pub fn severity(self) -> u8 {
        [9, 13, 17][self as usize]
    }
}

/// What a service, or the control plane, says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// A request was answered badly.
    Failed(Outcome, Span),
    /// A request took long.
    Slow(Span),
    /// A call to a service's route ended badly.
    CallFailed(u32, u32, Outcome, Span),
    /// A call to a service's route took long.
    CallSlow(u32, u32, Span),
    /// A call is tried again: which attempt comes, of how many.
    Retry(u32, u32, u32),
    /// The breaker to a service opened.
    BreakerOpened(u32),
    /// A policy of one's own stopped a call to a service.
    Denied(u32, How),
    /// A pod turned a request away.
    Rejected(How),
    /// The pool of connections to a database had none to give.
    PoolExhausted(u32),
    /// A row stayed locked for as long as the query would wait.
    LockTimeout,
    /// A query was aborted to end a deadlock.
    Deadlock,
    /// The control plane saw something.
    Saw(Happening),
}

/// One line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Record {
    /// Number of the line since the start of the run.
    pub number: u64,
    /// When it was written.
    pub at: SimTime,
    /// By whom.
    pub spot: Spot,
    /// What it says.
    pub said: Said,
    /// Number of the request and place of the span, where that is followed.
    pub context: Option<(u64, u16)>,
    /// Lines like it right after it that were counted only.
    pub repeats: u32,
}

/// Who writes what the control plane sees.
pub const CONTROL_PLANE: &str = "kubelet";

impl Said {
    pub(super) fn level(&self) -> Level {
        match self {
            Said::Failed(Outcome::Limited, _) => Level::Warn,
            Said::Failed(..) | Said::CallFailed(..) => Level::Error,
            Said::PoolExhausted(_) | Said::LockTimeout | Said::Deadlock => Level::Error,
            Said::BreakerOpened(_) => Level::Error,
            Said::Saw(Happening::PodDied { .. }) => Level::Error,
            Said::Saw(
                Happening::PodUnready { .. }
                | Happening::PodPending { .. }
                | Happening::RolloutStalled { .. }
                | Happening::NodeSilent { .. }
                | Happening::FailedOver(_),
            ) => Level::Warn,
            Said::Saw(_) => Level::Info,
            _ => Level::Warn,
        }
    }

    /// What repetition is counted by, beside the service: the kind and whom it is about.
    pub(super) fn topic(&self) -> (u8, u32) {
        match self {
            Said::Failed(outcome, _) => (outcome.index() as u8, 0),
            Said::Slow(_) => (10, 0),
            Said::CallFailed(to, _, outcome, _) => (20 + outcome.index() as u8, *to),
            Said::CallSlow(to, ..) => (30, *to),
            Said::Retry(to, ..) => (31, *to),
            Said::BreakerOpened(to) => (32, *to),
            Said::Denied(to, how) => (40 + *how as u8, *to),
            Said::Rejected(how) => (80 + *how as u8, 0),
            Said::PoolExhausted(to) => (120, *to),
            Said::LockTimeout => (121, 0),
            Said::Deadlock => (122, 0),
            // The control plane says each thing once.
            Said::Saw(_) => (u8::MAX, 0),
        }
    }
}

impl Record {
    /// How much it matters.
    pub fn level(&self) -> Level {
        self.said.level()
    }

    /// Who wrote it.
    pub fn service<'a>(&self, world: &'a World) -> &'a str {
        match self.said {
            Said::Saw(_) => CONTROL_PLANE,
            _ => service(world, self.spot.service),
        }
    }

    /// Its labels, beginning with the service that it is about.
    pub fn labels(&self, world: &World) -> Vec<(&'static str, String)> {
        let name = service(world, self.spot.service);
        let found = match self.spot.service {
            NOWHERE => Vec::new(),
            _ => resource(world, name, &self.spot),
        };
        let words = found.into_iter().filter_map(|(key, value)| match value {
            Value::Text(text) => Some((short(key), text)),
            _ => None,
        });
        words.collect()
    }

    /// The id of its trace, where it has one.
    pub fn trace_id(&self, seed: u64) -> Option<String> {
        self.context.map(|(number, _)| trace_id(seed, number))
    }

    /// What it says, in words.
    pub fn text(&self, world: &World) -> String {
        let own = |path: u32| format!("/{}", route(world, self.spot.service, path));
        let other = |to: u32, path: u32| {
            let (name, path) = (service(world, to), route(world, to, path));
            let kind = world.spec().services.get(to as usize).map(|spec| spec.kind);
            match kind {
                Some(Kind::Database) => format!("database {name}, query {path}"),
                Some(Kind::Cache) => format!("cache {name}"),
                Some(Kind::Queue) => format!("queue {name}"),
                _ => format!("{name} /{path}"),
            }
        };
        match self.said {
            Said::Failed(outcome, took) => {
                let code = status_code(outcome);
                format!(
                    "request {} failed: {code} after {took}",
                    own(self.spot.route)
                )
            }
            Said::Slow(took) => format!("request {} took {took}", own(self.spot.route)),
            Said::CallFailed(to, path, Outcome::TimedOut, took) => {
                format!("timeout calling {} after {took}", other(to, path))
            }
            Said::CallFailed(to, path, Outcome::Unavailable, took) => {
                format!(
                    "{} is unreachable: connection failed after {took}",
                    other(to, path)
                )
            }
            Said::CallFailed(to, path, outcome, took) => {
                let code = status_code(outcome);
                format!("call to {} failed: {code} after {took}", other(to, path))
            }
            Said::CallSlow(to, path, took) => format!("call to {} took {took}", other(to, path)),
            Said::Retry(to, attempt, most) => {
                format!(
                    "calling {} again: attempt {attempt} of {most}",
                    service(world, to)
                )
            }
            Said::BreakerOpened(to) => format!("circuit breaker to {} opened", service(world, to)),
            Said::Denied(to, how) => {
                format!("call to {} not sent: {}", service(world, to), refusal(how))
            }
            Said::Rejected(how) => {
                format!(
                    "request {} turned away: {}",
                    own(self.spot.route),
                    refusal(how)
                )
            }
            Said::PoolExhausted(to) => {
                format!(
                    "no connection to {}: pool exhausted, wait timed out",
                    service(world, to)
                )
            }
            Said::LockTimeout => format!("lock wait timeout in query {}", own(self.spot.route)),
            Said::Deadlock => format!("deadlock found in query {}, aborted", own(self.spot.route)),
            Said::Saw(happening) => saw(world, happening),
        }
    }

    /// The bytes of the line as a JSON object, as it is shipped and paid for.
    pub fn bytes(&self, world: &World, seed: u64) -> u64 {
        // Braces, quotes, names of the fixed fields, time and level.
        let fixed = 90 + self.text(world).len() + self.service(world).len();
        let labels = self.labels(world);
        let labels: usize = labels
            .iter()
            .map(|(key, value)| key.len() + value.len() + 6)
            .sum();
        let trace = self.trace_id(seed).map_or(0, |id| id.len() + 40);
        (fixed + labels + trace) as u64
    }
}

/// Labels have the names that one would type.
fn short(key: &'static str) -> &'static str {
    match key {
        "service.name" => "service",
        "service.version" => "version",
        "k8s.pod.name" => "pod",
        "cloud.availability_zone" => "zone",
        "cloud.region" => "region",
        other => other,
    }
}

fn saw(world: &World, happening: Happening) -> String {
    let name = |of: u32| service(world, of);
    let version = |of: u32, version: u32| {
        let spec = world.spec().services.get(of as usize);
        let found = spec.and_then(|spec| spec.versions.get(version as usize));
        found.map_or("?", |found| found.name.as_str())
    };
    match happening {
        Happening::PodStarting { service, pod } => format!("starting pod {}-{pod}", name(service)),
        Happening::PodReady { service, pod } => format!("pod {}-{pod} is ready", name(service)),
        Happening::PodDied {
            service, pod, exit, ..
        } => format!("pod {}-{pod} terminated: {}", name(service), exit.word()),
        Happening::PodUnready { service, pod } => {
            format!("readiness probe of pod {}-{pod} failed", name(service))
        }
        Happening::PodPending { service, pod } => {
            format!("pod {}-{pod} fits no node", name(service))
        }
        Happening::RolloutStalled {
            service,
            version: of,
        } => {
            let version = version(service, of);
            format!(
                "roll-out of {} {version} exceeded its progress deadline",
                name(service)
            )
        }
        Happening::RolloutDone {
            service,
            version: of,
        } => {
            let version = version(service, of);
            format!("{} {version} is rolled out to every pod", name(service))
        }
        Happening::Scaled { service, from, to } => {
            format!("scaled {} from {from} to {to} pods", name(service))
        }
        Happening::NodeBooting { node } => format!("node {node} is booting"),
        Happening::NodeUp { node } => format!("node {node} is ready"),
        Happening::NodeSilent { node } => format!("node {node} stopped posting its status"),
        Happening::NodeRemoved { node } => format!("node {node} was removed"),
        Happening::FailedOver(found) => {
            format!(
                "{}-{} was promoted to primary",
                name(found.service),
                found.pod
            )
        }
        Happening::RegionChecked { region, healthy } => {
            let verdict = if healthy { "healthy" } else { "unhealthy" };
            let regions = world.spec().topology.iter().flat_map(|t| t.regions());
            let region = regions.into_iter().nth(region as usize).unwrap_or("?");
            format!("health checks find region {region} {verdict}")
        }
        Happening::NodeLost { .. }
        | Happening::FaultEnded { .. }
        | Happening::SurgeEnded { .. }
        | Happening::CrowdFull { .. } => String::new(),
    }
}
