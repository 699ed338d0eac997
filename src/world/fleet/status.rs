//! What a control plane can tell of nodes, roll-outs and autoscalers.

use std::fmt;

use crate::base::SimTime;
use crate::world::World;
use crate::world::spec::Strategy;
use crate::world::state::{Pod, PodPhase};

use super::body::{Exit, Misfit, NodePhase, Stage};

/// One node, as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeStatus {
    /// Position among all nodes.
    pub place: u32,
    /// Its name, such as `general-2`.
    pub name: String,
    /// Its zone.
    pub zone: String,
    /// The region of that.
    pub region: String,
    /// What it is doing.
    pub phase: NodePhase,
    /// Whether nothing new is placed there.
    pub cordoned: bool,
    /// Reserved and allocatable thousandths of a core.
    pub cpu: (u32, u32),
    /// Reserved and allocatable bytes.
    pub memory: (u64, u64),
    /// Pods on it.
    pub pods: u32,
}

/// A roll-out, as it stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RolloutStatus {
    /// How it goes about it.
    pub strategy: Strategy,
    /// How far it is.
    pub stage: Stage,
    /// Share of traffic that the new set gets; all pods share alike where absent.
    pub weight: Option<f64>,
    /// Nothing has moved for longer than its deadline.
    pub stalled: bool,
    /// Someone stopped it.
    pub paused: bool,
    /// When it last moved.
    pub progressed: SimTime,
}

/// An autoscaler, as it stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScalerStatus {
    /// Whether it acts.
    pub on: bool,
    /// The fewest and the most pods.
    pub bounds: (u32, u32),
    /// What it last measured, relative to its target.
    pub ratio: Option<f64>,
}

impl World {
    /// Every node that exists.
    pub fn nodes(&self) -> impl Iterator<Item = NodeStatus> + '_ {
        let topology = self.plan.spec.topology.as_ref();
        let nodes = self.state.fleet.nodes.iter().enumerate();
        nodes
            .filter(|(_, node)| node.phase != NodePhase::Removed)
            .filter_map(move |(place, node)| {
                let topology = topology?;
                let pool = &topology.pools[node.pool as usize];
                let zone = &topology.zones[pool.zone as usize];
                Some(NodeStatus {
                    place: place as u32,
                    name: format!("{}-{}", pool.name, node.number),
                    zone: zone.name.clone(),
                    region: zone.region.clone(),
                    phase: node.phase,
                    cordoned: node.cordoned,
                    cpu: (node.cpu, pool.cpu),
                    memory: (node.memory, pool.memory.get()),
                    pods: node.pods,
                })
            })
    }

    /// Name and zone of a node, also after it is gone.
    pub fn node_name(&self, place: u32) -> Option<(String, &str)> {
        let topology = self.plan.spec.topology.as_ref()?;
        let node = self.state.fleet.nodes.get(place as usize)?;
        let pool = topology.pools.get(node.pool as usize)?;
        let zone = topology.zones.get(pool.zone as usize)?;
        Some((format!("{}-{}", pool.name, node.number), &zone.name))
    }

    /// A roll-out under way.
    pub fn rollout_status(&self, service: usize) -> Option<RolloutStatus> {
        let running = self.state.services.get(service)?;
        let rolling = running.rollout?;
        let weight = match rolling.stage {
            Stage::Weigh(_) | Stage::Fill => Some(running.split),
            Stage::Keep => Some(1.0),
            _ => None,
        };
        Some(RolloutStatus {
            strategy: rolling.strategy,
            stage: rolling.stage,
            weight,
            stalled: rolling.stalled,
            paused: rolling.paused,
            progressed: rolling.progressed,
        })
    }

    /// The autoscaler of a service.
    pub fn autoscaler(&self, service: usize) -> Option<ScalerStatus> {
        let spec = self.plan.spec.services.get(service)?;
        let spec = spec.fleet.autoscale.as_ref()?;
        let scaler = self.state.services.get(service)?.scaler.as_ref()?;
        let usual = || spec.bounds(self.now().since_start());
        Some(ScalerStatus {
            on: scaler.on,
            bounds: scaler.bounds.unwrap_or_else(usual),
            ratio: scaler.ratio,
        })
    }
}

impl Exit {
    /// In words, as `kubectl describe` would put it.
    pub fn word(self) -> &'static str {
        match self {
            Exit::Killed => "killed",
            Exit::OutOfMemory => "OOM-killed",
            Exit::Crashed => "crashed",
            Exit::Unhealthy => "failed its liveness probe",
            Exit::Grace => "did not stop within its grace period",
            Exit::Node => "lost with its node",
        }
    }
}

impl fmt::Display for Misfit {
    /// As kube-scheduler words it: `0/3 nodes fit: 2 insufficient cpu, 1 unschedulable`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.refused {
            return write!(f, "FailedCreate: exceeded quota");
        }
        write!(f, "0/{} nodes fit", self.nodes)?;
        let parts = [
            (self.cpu, "insufficient cpu"),
            (self.memory, "insufficient memory"),
            (self.alone, "with a pod of the service (anti-affinity)"),
            (self.spread, "would unbalance the zones"),
            (self.unschedulable, "unschedulable"),
        ];
        let mut between = ": ";
        for (count, what) in parts {
            if count > 0 {
                write!(f, "{between}{count} {what}")?;
                between = ", ";
            }
        }
        if self.quota {
            write!(f, "; no pool may grow (limit or quota)")?;
        }
        Ok(())
    }
}

/// Why a pod is not ready, or what ended its last container.
pub fn reason(pod: &Pod) -> String {
    let ended = |what: &str| match pod.body.last_exit {
        Some(exit) => format!("{what}{}", exit.word()),
        None => String::new(),
    };
    match pod.phase {
        PodPhase::Pending => pod
            .body
            .misfit
            .map_or(String::new(), |misfit| misfit.to_string()),
        PodPhase::Waiting if pod.body.unset => "CreateContainerConfigError".to_owned(),
        PodPhase::Waiting if !pod.body.pulled => "ImagePullBackOff".to_owned(),
        PodPhase::Waiting => ended("CrashLoopBackOff: "),
        PodPhase::Unready if pod.body.lost => "its node is silent".to_owned(),
        PodPhase::Unready => "its readiness probe fails".to_owned(),
        _ => ended("last: "),
    }
}
