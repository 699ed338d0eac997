//! Where services run and how they are kept running: zones, node pools,
//! requests and limits, probes, roll-outs, autoscaling, cost.
//!
//! Names and defaults are Kubernetes' own where it has them.

use super::{Call, Service, Step};
use crate::base::{Bytes, Duration, Span};

/// Where pods can run. A world without one has a single zone with one node
/// that is never full and never fails.
#[derive(Clone, Debug, PartialEq)]
pub struct Topology {
    /// Every zone, in the order of the file.
    pub zones: Vec<Zone>,
    /// Every node pool, in the order of the file.
    pub pools: Vec<Pool>,
    /// Nodes that may exist at once, over all pools.
    pub quota: Option<u32>,
    /// From a pod's change to the moment its callers know of it.
    pub endpoint_delay: Span,
    /// From a node's last heartbeat until its pods are taken out of balancing
    /// (Kubernetes: `node-monitor-grace-period`, 50 s since 1.32).
    pub unreachable_after: Span,
    /// From then until its pods are replaced elsewhere (Kubernetes: the
    /// default toleration of `unreachable`, 300 s).
    pub evict_after: Span,
    /// Price of a GiB that leaves the system.
    pub egress_price: f64,
    /// How long messages take between zones; no time where absent.
    pub network: Option<Network>,
    /// How clients find a region; they are led to none where absent.
    pub dns: Option<Dns>,
}

/// How long a message takes one way, by the zones of caller and callee. Users
/// whose class has a region are beside that region's first zone, and pay the
/// way into other regions only; other users are beside whom they ask.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// By position of the one zone and then of the other.
    pub pairs: Vec<Vec<Hop>>,
}

/// One way from zone to zone.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Hop {
    /// The time it takes on average.
    pub latency: Span,
    /// More or less by up to this, drawn evenly.
    pub jitter: Span,
}

/// A name that leads clients to a region, as Route 53 answers for one
/// (Amazon Route 53 Developer Guide, "Choosing a routing policy" and "How
/// Route 53 determines whether a health check is healthy").
#[derive(Clone, Debug, PartialEq)]
pub struct Dns {
    /// Which region a client is given.
    pub policy: DnsPolicy,
    /// How long a client keeps an answer.
    pub ttl: Span,
    /// Time between two health checks of each region.
    pub period: Span,
    /// So many checks in a row change what is known of a region.
    pub threshold: u32,
    /// Whether a region that is well again is given out by itself.
    pub fail_back: bool,
}

/// Which of the regions that are given out a client gets.
#[derive(Clone, Debug, PartialEq)]
pub enum DnsPolicy {
    /// The nearest to where the client is; any for one that is nowhere.
    Nearest,
    /// By chance, by weight: one for each region.
    Weighted(Vec<f64>),
    /// The first of this order: active-passive.
    Failover(Vec<u32>),
}

/// A failure domain.
#[derive(Clone, Debug, PartialEq)]
pub struct Zone {
    /// Its name.
    pub name: String,
    /// The region that it lies in.
    pub region: String,
}

/// Nodes of one size in one zone.
#[derive(Clone, Debug, PartialEq)]
pub struct Pool {
    /// Its name.
    pub name: String,
    /// Position of its zone.
    pub zone: u32,
    /// Allocatable thousandths of a core per node.
    pub cpu: u32,
    /// Allocatable memory per node.
    pub memory: Bytes,
    /// Nodes at the start, and the fewest that remain.
    pub nodes: u32,
    /// The most nodes; more than `nodes` lets the pool grow by itself.
    pub max: u32,
    /// From asking for a node until it can take pods.
    pub boot: Span,
    /// How long a grown node stands empty before it is given back
    /// (Cluster Autoscaler: `scale-down-unneeded-time`, 10 min).
    pub idle: Span,
    /// Price of a node per hour.
    pub price: f64,
}

/// How one service's pods run. [`Fleet::default`] is a pod that needs
/// nothing, is ready when started, and drains for as long as it takes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fleet {
    /// Requested thousandths of a core: what placement reserves.
    pub cpu_request: u32,
    /// Requested memory.
    pub memory_request: Bytes,
    /// Where pods of this service may stand relative to each other.
    pub spread: Spread,
    /// Pods of this service never share a node.
    pub alone: bool,
    /// CPU of one pod, if `work` counts cores.
    pub cores: Option<Cores>,
    /// Memory of one pod, if it is limited.
    pub memory: Option<Memory>,
    /// Garbage-collection pauses.
    pub gc: Option<Gc>,
    /// The disk that logs fill.
    pub disk: Option<Disk>,
    /// Work right after the start.
    pub warm_up: Option<WarmUp>,
    /// Readiness.
    pub readiness: Option<HealthCheck>,
    /// Liveness.
    pub liveness: Option<HealthCheck>,
    /// Still takes requests for so long after it was told to stop.
    pub pre_stop: Span,
    /// Killed so long after it was told to stop, pre-stop included; never where absent.
    pub grace: Option<Span>,
    /// How versions are rolled out.
    pub rollout: Rollout,
    /// Who changes the number of pods.
    pub autoscale: Option<Autoscale>,
    /// Price of one request, in addition to nodes.
    pub request_price: f64,
    /// Bytes that one answer carries out of the system.
    pub egress: Bytes,
}

/// Topology spread over zones (Kubernetes: `topologySpreadConstraints`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Spread {
    /// Fewest pods first, but anywhere rather than nowhere (`ScheduleAnyway`).
    #[default]
    Prefer,
    /// Counts of two zones never differ by more than one (`DoNotSchedule`, `maxSkew: 1`).
    Require,
}

/// CPU that the container may use.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cores {
    /// Bursts that run at once.
    pub threads: u32,
    /// Thousandths of a core per second, if limited: the CFS quota.
    pub limit: Option<u32>,
}

/// Memory of a container; over its limit it is OOM-killed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Memory {
    /// The limit.
    pub limit: Bytes,
    /// Used when idle.
    pub base: Bytes,
    /// Used by each request that is waiting or served.
    pub per_request: Bytes,
    /// Never given back, by each request served.
    pub leak: Bytes,
}

/// Stop-the-world collections.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gc {
    /// Requests between two of them.
    pub every: u32,
    /// How long everything stops.
    pub pause: Duration,
}

/// A disk that logs fill and that is empty in a new pod.
#[derive(Clone, Debug, PartialEq)]
pub struct Disk {
    /// How much fits.
    pub size: Bytes,
    /// Written by each request.
    pub per_request: Bytes,
    /// By route: whether it has to write, and so fails when the disk is full.
    pub writes: Vec<bool>,
    /// Price of a GiB for an hour.
    pub price: f64,
}

/// Cold caches and unoptimised code.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WarmUp {
    /// How many times as long work takes at first; falls evenly to 1.
    pub factor: f64,
    /// How long it takes to fall.
    pub over: Span,
}

/// A probe by the kubelet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HealthCheck {
    /// `initialDelaySeconds`.
    pub delay: Span,
    /// `periodSeconds`.
    pub period: Span,
    /// `timeoutSeconds`.
    pub timeout: Span,
    /// `failureThreshold`.
    pub failures: u32,
    /// `successThreshold`.
    pub successes: u32,
}

/// How a new version replaces the old one.
#[derive(Clone, Debug, PartialEq)]
pub struct Rollout {
    /// Unless the deploy says otherwise.
    pub strategy: Strategy,
    /// For `rolling`: more pods than wanted. Rounds up.
    pub max_surge: Amount,
    /// For `rolling`: fewer ready pods than wanted. Rounds down.
    pub max_unavailable: Amount,
    /// A roll-out without progress for so long is reported as stalled.
    pub progress_deadline: Span,
    /// For `blue-green`: how long the old pods are kept after the switch.
    pub keep: Span,
    /// For `canary`: shares of traffic, and how long each lasts; without a
    /// duration it lasts until someone promotes.
    pub steps: Vec<(f64, Option<Span>)>,
}

/// How a new version replaces the old one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// A few pods at a time.
    Rolling,
    /// All old pods go, then new ones come.
    Recreate,
    /// A second full set, then all traffic at once.
    BlueGreen,
    /// A share of traffic, step by step.
    Canary,
}

/// A number of pods or a share of the wanted ones.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Amount {
    /// So many.
    Pods(u32),
    /// So many of every hundred.
    Percent(u32),
}

/// A HorizontalPodAutoscaler.
#[derive(Clone, Debug, PartialEq)]
pub struct Autoscale {
    /// The fewest pods.
    pub min: u32,
    /// The most pods.
    pub max: u32,
    /// What is measured.
    pub metric: Metric,
    /// The value that it aims for: a share of the request or of the workers, or a rate per pod.
    pub target: f64,
    /// Time between looks (`horizontal-pod-autoscaler-sync-period`, 15 s).
    pub sync: Span,
    /// No change while the ratio to the target is within this of 1 (0.1).
    pub tolerance: f64,
    /// A pod's CPU does not count while it is younger than this and has
    /// been unready since (`horizontal-pod-autoscaler-initial-readiness-delay`, 30 s).
    pub initial_delay: Span,
    /// How fast it may add pods.
    pub up: Behaviour,
    /// How fast it may remove pods.
    pub down: Behaviour,
    /// Bounds by time of day: (from, min, max), in order; before the first, the last of the day before.
    pub schedule: Vec<(Span, u32, u32)>,
}

/// What an autoscaler measures, averaged over pods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// CPU used over CPU requested.
    Cpu,
    /// Busy workers over workers, as found at each look.
    Workers,
    /// Requests per second.
    Rate,
}

/// `scaleUp` or `scaleDown`.
#[derive(Clone, Debug, PartialEq)]
pub struct Behaviour {
    /// `stabilizationWindowSeconds`.
    pub window: Span,
    /// Limits; none means that it may do as it likes.
    pub policies: Vec<ScalePolicy>,
    /// Which of them counts.
    pub select: Select,
}

/// At most so much change within a period.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScalePolicy {
    /// How much.
    pub amount: Amount,
    /// Over which stretch.
    pub per: Span,
}

/// `selectPolicy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Select {
    /// The policy that allows the most change.
    Max,
    /// The policy that allows the least change.
    Min,
    /// No change in this direction.
    Disabled,
}

impl Service {
    /// Whether any of its scripts uses a core.
    pub fn computes(&self) -> bool {
        let own = self.routes.iter().map(|route| &route.script);
        let before = self.versions.iter().flat_map(|v| &v.change.before);
        own.chain(before).any(|script| uses_core(script))
    }
}

fn uses_core(script: &[Step]) -> bool {
    script.iter().any(|step| match step {
        Step::Compute { .. } => true,
        Step::Parallel(scripts) => scripts.iter().any(|script| uses_core(script)),
        Step::Branch(choices) => choices.iter().any(|(_, script)| uses_core(script)),
        Step::Lookup(lookup) => uses_core(&lookup.miss) || falls_back(&lookup.call),
        Step::Call(call) => falls_back(call),
        Step::Work(_) | Step::Lock(_) => false,
    })
}

/// Whether what is done when a call has failed uses a core.
fn falls_back(call: &Call) -> bool {
    let fallback = call.policy.fallback.as_deref();
    fallback.is_some_and(uses_core)
}

impl Default for Rollout {
    /// One pod more, none fewer: what a careful Deployment does. Deadline as Kubernetes' own.
    fn default() -> Self {
        Rollout {
            strategy: Strategy::Rolling,
            max_surge: Amount::Pods(1),
            max_unavailable: Amount::Pods(0),
            progress_deadline: Span::from_mins(10),
            keep: Span::from_mins(5),
            steps: vec![
                (0.05, Some(Span::from_mins(5))),
                (0.25, Some(Span::from_mins(5))),
            ],
        }
    }
}

impl Amount {
    /// Of `whole` pods, rounded up.
    pub fn up(self, whole: u32) -> u32 {
        match self {
            Amount::Pods(pods) => pods,
            Amount::Percent(percent) => {
                (u64::from(percent) * u64::from(whole)).div_ceil(100) as u32
            }
        }
    }

    /// Of `whole` pods, rounded down.
    pub fn down(self, whole: u32) -> u32 {
        match self {
            Amount::Pods(pods) => pods,
            Amount::Percent(percent) => (u64::from(percent) * u64::from(whole) / 100) as u32,
        }
    }
}

impl Rollout {
    /// Surge and unavailable pods of `wanted`. Both zero would never move, so
    /// one may then be unavailable (Kubernetes, `ResolveFenceposts` in
    /// pkg/controller/deployment/util).
    pub fn bounds(&self, wanted: u32) -> (u32, u32) {
        let surge = self.max_surge.up(wanted);
        let unavailable = self.max_unavailable.down(wanted);
        if surge == 0 && unavailable == 0 {
            (0, 1)
        } else {
            (surge, unavailable)
        }
    }
}

impl Topology {
    /// Every region, in the order in which zones name them.
    pub fn regions(&self) -> Vec<&str> {
        let mut regions: Vec<&str> = Vec::new();
        for zone in &self.zones {
            if !regions.contains(&zone.region.as_str()) {
                regions.push(&zone.region);
            }
        }
        regions
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surge_rounds_up_and_unavailable_rounds_down() {
        // Kubernetes' documentation of Deployments: 25 % of 10 are 3 more and 2 fewer.
        let quarter = |wanted| {
            Rollout {
                max_surge: Amount::Percent(25),
                max_unavailable: Amount::Percent(25),
                ..Rollout::default()
            }
            .bounds(wanted)
        };
        assert_eq!(quarter(10), (3, 2));
        assert_eq!(quarter(4), (1, 1));
        assert_eq!(quarter(1), (1, 0));
    }

    #[test]
    fn a_rollout_that_could_not_move_may_be_one_short() {
        let stuck = Rollout {
            max_surge: Amount::Pods(0),
            max_unavailable: Amount::Percent(25),
            ..Rollout::default()
        };
        assert_eq!(stuck.bounds(3), (0, 1));
    }
}
