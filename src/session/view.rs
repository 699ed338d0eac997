//! What a shell may show: plain data, computed here so that no page does
//! arithmetic about the simulation.
//!
//! Everything in a [`View`] is what telemetry and the control plane would tell
//! an operator; the engine's own truth appears in debriefs only.

use serde::{Deserialize, Serialize};

use super::alerting::AlertsView;
use super::incident::IncidentView;
use super::outages::OutageView;
use crate::base::{Money, Ratio, SimTime, Span};
use crate::slo::{ObjectiveChange, Stakes};

/// How something stands, always shown by shape and word as well as by colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Health {
    /// No data yet.
    #[default]
    Unknown,
    /// As it should be.
    Good,
    /// Worth a look.
    Watch,
    /// Users notice.
    Bad,
}

/// The state of a running lab at one instant.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct View {
    /// The simulated clock.
    pub now: SimTime,
    /// The world's title.
    pub world: String,
    /// One simulated request stands for this many real ones; rates and money are already scaled.
    pub requests_per_simulated: u32,
    /// Users' requests per second arriving at the edge.
    pub arrivals_per_second: f64,
    /// The load relative to the world's own profile; 1 is as written.
    pub load_factor: f64,
    /// Classes of clients that have a part in the traffic, in the order of the file.
    pub classes: Vec<ClassView>,
    /// Surges that act now.
    pub surges: Vec<SurgeView>,
    /// Load from which gateways shed, where they do.
    pub shed_over: Option<Ratio>,
    /// Revenue of requests that failed since the start.
    pub money_lost: Money,
    /// Cost of nodes and disks per hour; 0 where the world has no prices.
    pub cost_per_hour: f64,
    /// Cost since the start by real request, in words; empty without prices.
    pub cost: String,
    /// Every node; empty in a world without topology.
    pub nodes: Vec<NodeView>,
    /// Every region as DNS knows it; empty where it leads nobody.
    pub regions: Vec<RegionView>,
    /// Every service, in the order of the world file.
    pub services: Vec<ServiceView>,
    /// Who calls whom.
    pub edges: Vec<EdgeView>,
    /// Faults that act or wait for their time.
    pub faults: Vec<FaultView>,
    /// Every objective.
    pub slos: Vec<SloView>,
    /// Alerts; nothing in a world that has none.
    pub alerts: Option<AlertsView>,
    /// The latest incident; nothing where none was declared.
    pub incident: Option<Box<IncidentView>>,
    /// What happened, oldest first, at most the last 200.
    pub timeline: Vec<TimelineEvent>,
}

/// A class of clients.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClassView {
    /// The name that commands use.
    pub name: String,
    /// What it is and how much it matters, in words.
    pub about: String,
    /// Requests per second (scaled) over the last minute, those turned away included.
    pub rate: f64,
    /// Share of them that was not answered in full.
    pub error_ratio: Option<f64>,
    /// Share of them that gateways turned away.
    pub refused_ratio: Option<f64>,
    /// Revenue a minute (scaled) over the last minute.
    pub sales: Money,
    /// Users of a closed loop that are there (scaled).
    pub users: Option<u64>,
    /// What gateways do with it, in words; nothing where they let it in.
    pub rule: Option<String>,
}

/// A surge that acts now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SurgeView {
    /// Its number, for the command that ends it.
    pub id: u32,
    /// What it does.
    pub text: String,
    /// When it ends by itself, if it does.
    pub until: Option<SimTime>,
}

/// What kind of thing a service is; decides its picture on the map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ServiceKind {
    /// Where users' requests enter.
    Gateway,
    /// An ordinary service.
    Service,
    /// A database: its routes are queries.
    Database,
    /// A cache.
    Cache,
    /// A queue or stream of messages.
    Queue,
    /// Somebody else's service.
    Dependency,
}

/// A service as its dashboards would show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ServiceView {
    /// The name that commands use, such as `payment`.
    pub name: String,
    /// One sentence on what it does.
    pub about: String,
    /// What it is.
    pub kind: ServiceKind,
    /// Column on the map: the longest path from the edge, 0 for the gateway.
    pub layer: u32,
    /// How it stands.
    pub health: Health,
    /// Why it stands so, in words with numbers.
    pub reason: String,
    /// The version that new pods get.
    pub version: String,
    /// Every version that can be deployed, oldest first.
    pub versions: Vec<VersionView>,
    /// The version that a rollback returns to.
    pub rollback_to: Option<String>,
    /// A rollout in progress: pods done and pods in all.
    pub rollout: Option<(u32, u32)>,
    /// More on that rollout.
    pub rolling: Option<RolloutView>,
    /// Its autoscaler, if it has one.
    pub autoscaler: Option<ScalerView>,
    /// Its part of the cost per hour.
    pub cost_per_hour: f64,
    /// Pods wanted.
    pub replicas: u32,
    /// Every pod.
    pub pods: Vec<PodView>,
    /// Requests per second (scaled) over the last minute.
    pub rate: f64,
    /// Share of requests answered with an error over the last minute.
    pub error_ratio: Option<f64>,
    /// Median, 95th and 99th percentile of duration over the last minute.
    pub latency: Option<Latency>,
    /// Busy workers over all workers, 0..=1, at the last scrape.
    pub utilisation: Option<f64>,
    /// Requests waiting in queues at the last scrape.
    pub queued: u32,
    /// What it keeps, in figures, most important first; nothing where it keeps nothing.
    pub figures: Vec<FigureView>,
    /// What there is to say of it beyond figures: who takes the writes, what the last failover cost.
    pub notes: Vec<String>,
    /// Every route.
    pub routes: Vec<RouteView>,
    /// What it asks of others.
    pub calls: Vec<CallView>,
    /// Whether it sheds what matters least when it is busy.
    pub shedding: bool,
    /// Requests per second that one pod lets in, where that is limited.
    pub rate_limit: Option<f64>,
}

/// A call from one service to another, as its policies stand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CallView {
    /// Whom, as `service/route`: what commands use.
    pub to: String,
    /// How long an attempt may take.
    pub timeout: Option<Span>,
    /// Attempts in all.
    pub attempts: u32,
    /// How its breaker stands, in a word.
    pub breaker: Option<String>,
    /// Attempts at once.
    pub bulkhead: Option<u32>,
}

/// One figure about what a service keeps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FigureView {
    /// Its title, such as `Hit ratio`.
    pub title: String,
    /// What it is, one sentence.
    pub about: String,
    /// The unit of its value.
    pub unit: Unit,
    /// Its value at the last scrape, or over the last minute; none without data.
    pub value: Option<f64>,
    /// What it can be at most.
    pub limit: Option<f64>,
}

/// Percentiles of a duration.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Latency {
    /// Median.
    pub p50: Span,
    /// 95th percentile.
    pub p95: Span,
    /// 99th percentile.
    pub p99: Span,
}

/// A version of a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionView {
    /// Its name, such as `v2`.
    pub name: String,
    /// What its release note says. What it really does shows in production.
    pub note: String,
}

/// A route of a service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RouteView {
    /// Its name, such as `checkout`.
    pub name: String,
    /// Requests per second (scaled) over the last minute.
    pub rate: f64,
    /// Share of requests answered with an error over the last minute.
    pub error_ratio: Option<f64>,
    /// Percentiles over the last minute.
    pub latency: Option<Latency>,
}

/// What a pod is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PodState {
    /// No node takes it.
    Pending,
    /// Started, not yet able to serve.
    Starting,
    /// Serving.
    Ready,
    /// Finishing what it has, taking nothing new.
    Draining,
    /// It runs, but is not asked.
    Unready,
    /// Its container ended and waits to be started again.
    Dead,
}

/// One replica of a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PodView {
    /// Its name, such as `payment-2`.
    pub name: String,
    /// What it is doing.
    pub state: PodState,
    /// The version it runs.
    pub version: String,
    /// Workers that serve a request now.
    pub busy: u32,
    /// Workers in all.
    pub workers: u32,
    /// Requests waiting for a worker.
    pub queued: u32,
    /// Places in the queue.
    pub queue_limit: u32,
    /// How often it was started again.
    pub restarts: u32,
    /// Where it runs, such as `general-1 in eu-a`; empty without nodes.
    pub place: String,
    /// The zone of that; empty without nodes.
    pub zone: String,
    /// Whether DNS leads nobody to its region any more.
    pub away: bool,
    /// Why it is not ready, or what ended its last container; may be empty.
    pub reason: String,
}

/// A node that pods run on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NodeView {
    /// Its name, such as `general-2`.
    pub name: String,
    /// Its zone.
    pub zone: String,
    /// The region of that.
    pub region: String,
    /// How it stands.
    pub health: Health,
    /// What it is doing, in a word or two.
    pub state: String,
    /// What is reserved on it, in words with numbers.
    pub reserved: String,
    /// Share of its CPU that is reserved, 0..=1.
    pub share: f64,
    /// Whether nothing new is placed there.
    pub cordoned: bool,
}

/// A region that DNS leads clients to, or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegionView {
    /// Its name.
    pub name: String,
    /// How it stands.
    pub health: Health,
    /// What is known of it, in words with numbers.
    pub text: String,
    /// Whether an operator can put it back; takes it out otherwise.
    pub out: bool,
}

/// A roll-out under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RolloutView {
    /// How it goes and how far it is, in words.
    pub text: String,
    /// Whether someone stopped it.
    pub paused: bool,
    /// Whether it waits at a step that can be promoted.
    pub steps: bool,
}

/// An autoscaler.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScalerView {
    /// What it aims for and what it found, in words.
    pub text: String,
    /// Whether it acts.
    pub on: bool,
    /// The fewest pods.
    pub min: u32,
    /// The most pods.
    pub max: u32,
}

/// Calls from one service to another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EdgeView {
    /// Index of the caller in [`View::services`].
    pub from: u32,
    /// Index of the callee in [`View::services`].
    pub to: u32,
    /// Attempts per second (scaled) over the last minute.
    pub rate: f64,
    /// Share of attempts that failed for the caller over the last minute.
    pub error_ratio: Option<f64>,
    /// Whether a breaker on it is open.
    pub broken: bool,
}

/// A fault that acts, or waits for its time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FaultView {
    /// Its number, for the command that ends it.
    pub id: u32,
    /// Index of the service it acts on.
    pub service: u32,
    /// What it does, such as `+300ms on every request`.
    pub text: String,
    /// Whether it acts now; otherwise it waits for its time.
    pub active: bool,
    /// When it begins, rests or ends by itself, if it does.
    pub until: Option<SimTime>,
}

/// A service level objective and its error budget.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SloView {
    /// The name that commands use.
    pub name: String,
    /// A short name for the chip, such as `Availability`.
    pub title: String,
    /// The objective in one sentence.
    pub sentence: String,
    /// The target, such as 0.999.
    pub target: Ratio,
    /// Length of the rolling window.
    pub window: Span,
    /// Share of good events in the window so far.
    pub sli: Option<Ratio>,
    /// Events in the window so far (scaled).
    pub events: u64,
    /// Bad events in the window so far (scaled).
    pub bad: u64,
    /// Bad events that the target allows at a full window of this traffic (scaled).
    pub allowed: f64,
    /// Error budget left: 1 is untouched, 0 is gone, negative is overspent.
    pub budget_left: Option<f64>,
    /// Burn rate per look-back window; 1 spends the budget exactly over the SLO window.
    pub burn: Vec<BurnRate>,
    /// When the budget is gone if the burn of the last hour goes on.
    pub exhausted_in: Option<Span>,
    /// How it stands.
    pub health: Health,
    /// What follows from it.
    pub terms: TermsView,
    /// The command that would make it what it is.
    pub form: Box<ObjectiveChange>,
}

/// What follows from an objective and how it stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TermsView {
    /// The window in words.
    pub window: String,
    /// When its counting began, where that was later than the run.
    pub since: Option<SimTime>,
    /// Length of a slice, where slices are counted.
    pub slice: Option<Span>,
    /// Requests (scaled) a second in the last hour, or slices.
    pub per_second: f64,
    /// Bad ones of these a day over the last week, or as long as there was.
    pub bad_per_day: Option<f64>,
    /// What the target allows: over how long, time down, bad requests (scaled, at present traffic) or slices.
    pub allows: Vec<(Span, Span, f64)>,
    /// The forecast's 95 % interval: soonest and latest.
    pub between: Option<(Span, Option<Span>)>,
    /// What the budget policy says, where there is one.
    pub stance: Option<String>,
    /// Whether that lets no release go out.
    pub frozen: bool,
    /// Until when releases may go out all the same.
    pub overridden: Option<SimTime>,
    /// Requests (scaled) or slices that planned maintenance kept out.
    pub excluded: u64,
    /// What is owed to customers for a window like this one so far: agreed share, part of the fee, money.
    pub sla: Option<(Ratio, Ratio, Money)>,
    /// Who spent it: what was asked for, how it went wrong, bad requests (scaled); most first.
    pub spenders: Vec<(String, String, u64)>,
    /// The money that depends on it.
    pub stakes: Stakes,
    /// The same promise measured elsewhere, by other objectives: where, and the share of good events.
    pub elsewhere: Vec<(String, Option<Ratio>)>,
    /// The last outages, the newest first.
    pub outages: Vec<OutageView>,
}

/// A burn rate over one look-back window.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BurnRate {
    /// How far back it looks.
    pub window: Span,
    /// The rate; none without events.
    pub rate: Option<f64>,
}

/// What kind of thing happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EventKind {
    /// A rollout began or ended.
    Deploy,
    /// A fault began or ended, as far as operators were told.
    Fault,
    /// A pod started, drained or died.
    Pod,
    /// Someone did something else.
    Action,
    /// Somebody was told of an alert.
    Budget,
    /// A lesson's own words.
    Lesson,
    /// Something was said or decided about an incident.
    Incident,
}

/// One line of the timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineEvent {
    /// When.
    pub at: SimTime,
    /// Unique and rising.
    pub seq: u32,
    /// What kind.
    pub kind: EventKind,
    /// Index of the service it concerns.
    pub service: Option<u32>,
    /// What happened, in words.
    pub text: String,
    /// Whether it is worth a mark on charts.
    pub annotate: bool,
}

/// What charts are about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Scope {
    /// The users' side of the whole system.
    #[default]
    System,
    /// One service, by its index in [`View::services`].
    Service(u32),
}

/// The unit of a panel's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unit {
    /// Seconds.
    Seconds,
    /// Requests per second.
    PerSecond,
    /// A share, 0..=1 (a budget may fall below 0).
    Share,
    /// A plain count.
    Count,
}

/// One chart: series over the same range.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Panel {
    /// Stable name, such as `latency`.
    pub id: String,
    /// Heading.
    pub title: String,
    /// What it shows and where it comes from, one sentence.
    pub about: String,
    /// Unit of every value.
    pub unit: Unit,
    /// The lines, most important first.
    pub series: Vec<Series>,
    /// A line worth drawing across, with its label.
    pub threshold: Option<(f64, String)>,
}

/// One line of a chart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// Its label, such as `p99`.
    pub name: String,
    /// (seconds since the start of the run, value); no value is a gap.
    pub points: Vec<(f64, Option<f64>)>,
}

/// The charts that a shell asked for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Charts {
    /// What they are about.
    pub scope: Scope,
    /// Left end of every chart, seconds since the start of the run.
    pub from: f64,
    /// Right end of every chart, seconds since the start of the run.
    pub to: f64,
    /// Four golden signals: latency, traffic, errors, saturation.
    pub panels: Vec<Panel>,
    /// Budget left of each objective over its whole window, in the order of [`View::slos`].
    pub budgets: Vec<Panel>,
}
