//! What a control plane and a load balancer can tell of the running system.

use crate::base::SimTime;

use super::arrive;
use super::fault::{Phase, memory_strain};
use super::fleet::{memory_used, reason};
use super::probe::Cause;
use super::spec::Drive;
use super::state::{PodPhase, Users};
use super::{FaultSpec, World};

/// What a pod is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PodWord {
    /// No node takes it.
    Pending,
    /// Its container ended and is started again after a back-off.
    BackOff,
    /// Started, not yet able to serve.
    Starting,
    /// It serves, but callers are told not to ask it.
    Unready,
    /// Serving.
    Ready,
    /// Finishing what it has.
    Draining,
}

/// One pod, as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PodStatus {
    /// Unique within its service.
    pub number: u32,
    /// What it is doing.
    pub word: PodWord,
    /// Position of its version.
    pub version: u32,
    /// Workers that serve now.
    pub busy: u32,
    /// Requests that wait.
    pub queued: u32,
    /// How often it was started again.
    pub restarts: u32,
    /// Requests that it serves at a time, and that may wait.
    pub workers: u32,
    /// Requests that may wait.
    pub places: u32,
    /// Position of its node.
    pub node: Option<u32>,
    /// Why it is not ready, or what ended its last container; may be empty.
    pub reason: String,
    /// Memory used and its limit, in bytes.
    pub memory: Option<(u64, u64)>,
    /// Whether callers ask it.
    pub listed: bool,
    /// Share of time that it was throttled since it started.
    pub throttled: crate::base::Span,
}

/// A fault, as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct FaultStatus<'w> {
    /// Its number.
    pub id: u32,
    /// Position of the service.
    pub service: u32,
    /// What was asked for.
    pub spec: &'w FaultSpec,
    /// When it was asked for.
    pub asked: SimTime,
    /// When it begins, rests or ends by itself.
    pub until: Option<SimTime>,
    /// Whether it acts now.
    pub active: bool,
    /// Whether it will never act again.
    pub over: bool,
}

impl World {
    /// Pods of a service, oldest first.
    pub fn pods(&self, service: usize) -> impl Iterator<Item = PodStatus> + '_ {
        let keys = self
            .state
            .services
            .get(service)
            .map_or(&[][..], |service| &service.pods[..]);
        keys.iter()
            .filter_map(|key| Some((*key, self.state.pods.get(*key)?)))
            .map(|(key, pod)| PodStatus {
                number: pod.number,
                word: match pod.phase {
                    PodPhase::Pending => PodWord::Pending,
                    PodPhase::Waiting => PodWord::BackOff,
                    PodPhase::Unready => PodWord::Unready,
                    PodPhase::Starting => PodWord::Starting,
                    PodPhase::Ready => PodWord::Ready,
                    PodPhase::Draining => PodWord::Draining,
                },
                version: pod.version,
                busy: pod.busy,
                queued: pod.queue.len() as u32,
                restarts: pod.body.restarts,
                workers: pod.workers,
                places: pod.places,
                node: pod.body.node,
                reason: reason(pod),
                memory: memory_used(
                    pod,
                    &self.plan,
                    memory_strain(&self.state.faults, key, pod, self.now()),
                ),
                listed: pod.body.listed,
                throttled: pod.body.throttled,
            })
    }

    fn serving(&self, service: usize) -> impl Iterator<Item = &super::state::Pod> {
        let keys = self
            .state
            .services
            .get(service)
            .map_or(&[][..], |service| &service.pods[..]);
        keys.iter().filter_map(|key| self.state.pods.get(*key))
    }

    /// Workers busy and workers in all, over pods that can serve.
    pub fn workers(&self, service: usize) -> (u32, u32) {
        self.serving(service)
            .filter(|pod| {
                !matches!(
                    pod.phase,
                    PodPhase::Pending | PodPhase::Waiting | PodPhase::Starting
                )
            })
            .fold((0, 0), |(busy, all), pod| {
                (busy + pod.busy, all + pod.workers)
            })
    }

    /// Requests waiting at all pods of a service.
    pub fn queued(&self, service: usize) -> u32 {
        self.serving(service)
            .map(|pod| pod.queue.len() as u32)
            .sum()
    }

    /// Pods wanted.
    pub fn replicas(&self, service: usize) -> u32 {
        self.state
            .services
            .get(service)
            .map_or(0, |service| service.replicas)
    }

    /// Position of the version that new pods get.
    pub fn version(&self, service: usize) -> u32 {
        self.state
            .services
            .get(service)
            .map_or(0, |service| service.version)
    }

    /// Position of the version that a rollback returns to.
    pub fn previous_version(&self, service: usize) -> Option<u32> {
        self.state
            .services
            .get(service)
            .and_then(|service| service.previous)
    }

    /// Pods at the wanted version and pods wanted, while a rollout goes on.
    pub fn rollout(&self, service: usize) -> Option<(u32, u32)> {
        let running = self
            .state
            .services
            .get(service)
            .filter(|service| service.rollout.is_some())?;
        let done = running
            .pods
            .iter()
            .filter_map(|key| self.state.pods.get(*key))
            .filter(|pod| pod.epoch == running.epoch && pod.phase == PodPhase::Ready)
            .count();
        Some((done as u32, running.replicas))
    }

    /// Every fault so far.
    pub fn faults(&self) -> impl Iterator<Item = FaultStatus<'_>> + '_ {
        self.state
            .faults
            .iter()
            .enumerate()
            .map(|(id, fault)| FaultStatus {
                id: id as u32,
                service: fault.service,
                spec: &fault.spec,
                asked: fault.asked,
                until: fault.until,
                active: fault.phase == Phase::Acting,
                over: fault.phase == Phase::Over,
            })
    }

    /// Traffic relative to the profile.
    pub fn load_factor(&self) -> f64 {
        self.state.load_factor
    }

    /// Requests per simulated second that arrive by profiles, load factor and
    /// surges now. What closed loops send depends on the answers and is not in it.
    pub fn arrival_rate(&self) -> f64 {
        let now = self.now();
        (0..self.state.sources.len() as u32)
            .map(|source| arrive::level(&self.plan, &self.state, source, now, false).most)
            .sum()
    }

    /// Counts of requests from outside, all classes together.
    pub fn users(&self) -> Users {
        let mut sum = Users::default();
        for users in &self.state.users {
            sum.offered += users.offered;
            for (sum, ended) in sum.ended.iter_mut().zip(users.ended) {
                *sum += ended;
            }
        }
        sum
    }

    /// Counts of one class's requests.
    pub fn class(&self, class: usize) -> Users {
        self.state.users.get(class).copied().unwrap_or_default()
    }

    /// Simulated users of a closed loop that are there now; none for an open one.
    pub fn crowd(&self, class: usize) -> Option<u32> {
        match self.plan.spec.traffic.classes.get(class)?.drive {
            Drive::Closed(_) => self.state.crowds.get(class).map(|crowd| crowd.present),
            _ => None,
        }
    }

    /// Users waiting for an answer.
    pub fn users_in_flight(&self) -> u64 {
        self.state
            .lines
            .iter()
            .filter(|(_, line)| line.kind == super::line::Kind::User)
            .count() as u64
    }

    /// Requests inside services, waiting or served.
    pub fn visits_in_flight(&self) -> u64 {
        {
            let services = self.state.services.iter();
            services
                .map(|service| service.arrived - service.ended)
                .sum()
        }
    }

    /// Requests that arrived at a service and that it finished with.
    pub fn visits(&self, service: usize) -> (u64, u64) {
        self.state
            .services
            .get(service)
            .map_or((0, 0), |service| (service.arrived, service.ended))
    }

    /// Answers that found nobody waiting.
    pub fn wasted(&self) -> u64 {
        self.state.wasted
    }

    /// Column of each service on the map.
    pub fn layers(&self) -> Vec<u32> {
        self.plan.layers()
    }

    /// Caller and callee of each edge, by position.
    pub fn edges(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.plan.edges.iter().map(|edge| (edge.from, edge.to))
    }

    /// Number of routes across all services.
    pub fn route_count(&self) -> usize {
        self.plan.routes.len()
    }

    /// Number of the first route of a service across all services.
    pub fn first_route(&self, service: usize) -> usize {
        self.plan
            .first_route
            .get(service)
            .map_or(0, |first| *first as usize)
    }

    fn class_name(&self, class: u32) -> &str {
        let classes = &self.plan.spec.traffic.classes;
        classes
            .get(class as usize)
            .map_or("?", |spec| spec.name.as_str())
    }

    /// A cause in words.
    pub fn tell(&self, cause: Cause) -> String {
        let name = |service: u32| {
            self.plan
                .spec
                .services
                .get(service as usize)
                .map_or("?", |spec| spec.name.as_str())
        };
        match cause {
            Cause::Fault(id) => match self.state.faults.get(id as usize) {
                Some(fault) => format!("fault: {}", fault.spec.tell()),
                None => "fault".to_owned(),
            },
            Cause::Version { service, version } => {
                let versions = &self.plan.spec.services[service as usize].versions;
                let version = versions
                    .get(version as usize)
                    .map_or("?", |v| v.name.as_str());
                format!("{} {version}", name(service))
            }
            Cause::Saturated { service } => format!("{} had no worker to spare", name(service)),
            Cause::Slow { service } => format!("{} was slow by itself", name(service)),
            Cause::NoPod { service } => format!("{} had no ready pod", name(service)),
            Cause::Pool { service } => {
                format!("{} had no database connection to spare", name(service))
            }
            Cause::Connections { service } => {
                format!("{} allowed no more connections", name(service))
            }
            Cause::Locked { service } => format!("rows of {} were locked", name(service)),
            Cause::Deadlock { service } => format!("{} ended a deadlock", name(service)),
            Cause::NoPrimary { service } => format!("{} had no primary", name(service)),
            Cause::Full { service } => format!("{} was full", name(service)),
            Cause::Poison { service } => format!("{} had a poison message", name(service)),
            Cause::Quota { service } => format!("{} had no quota left", name(service)),
            Cause::Closed { service } => format!("{} was closed for maintenance", name(service)),
            Cause::Limit { service } => format!("{} was asked more than its limit", name(service)),
            Cause::Network { edge } => match self.plan.edges.get(edge as usize) {
                Some(edge) => format!("network from {} to {}", name(edge.from), name(edge.to)),
                None => "network".to_owned(),
            },
            Cause::Certificate { service } => {
                format!("certificate of {} expired", name(service))
            }
            Cause::Blocked { class } => format!("{} is blocked", self.class_name(class)),
            Cause::OverLimit { class } => {
                format!("{} is over its rate limit", self.class_name(class))
            }
            Cause::Shed { service } => format!("{} shed load", name(service)),
            Cause::Refused { service } => {
                format!(
                    "a pod of {} had stopped before its callers knew",
                    name(service)
                )
            }
            Cause::Died { service, exit } => {
                format!("a pod of {} was ended: {}", name(service), exit.word())
            }
            Cause::Node { node } => match self.node_name(node) {
                Some((node, zone)) => format!("node {node} in {zone} went away"),
                None => "a node went away".to_owned(),
            },
            Cause::Throttled { service } => {
                format!("{} was throttled at its CPU limit", name(service))
            }
            Cause::Collecting { service } => format!("{} collected garbage", name(service)),
            Cause::Cold { service } => format!("{} had not warmed up", name(service)),
            Cause::DiskFull { service } => format!("the disk of {} was full", name(service)),
        }
    }

    /// Positions of the services that a cause lies in; none where it lies elsewhere.
    pub fn services_of(&self, cause: Cause) -> Vec<u32> {
        match cause {
            Cause::Fault(id) => {
                let fault = self.faults().find(|fault| fault.id == id);
                fault.map(|fault| fault.service).into_iter().collect()
            }
            Cause::Network { edge } => {
                let edge = self.plan.edges.get(edge as usize);
                edge.map_or(Vec::new(), |edge| vec![edge.from, edge.to])
            }
            Cause::Blocked { .. } | Cause::OverLimit { .. } | Cause::Node { .. } => Vec::new(),
            Cause::Version { service, .. }
            | Cause::Saturated { service }
            | Cause::Slow { service }
            | Cause::NoPod { service }
            | Cause::Pool { service }
            | Cause::Connections { service }
            | Cause::Locked { service }
            | Cause::Deadlock { service }
            | Cause::NoPrimary { service }
            | Cause::Full { service }
            | Cause::Poison { service }
            | Cause::Quota { service }
            | Cause::Closed { service }
            | Cause::Limit { service }
            | Cause::Certificate { service }
            | Cause::Shed { service }
            | Cause::Refused { service }
            | Cause::Died { service, .. }
            | Cause::Throttled { service }
            | Cause::Collecting { service }
            | Cause::Cold { service }
            | Cause::DiskFull { service } => vec![service],
        }
    }
}
