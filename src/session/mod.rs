//! Commands, journal, and the one facade that owns a running lab.
//!
//! In: a [`Scenario`], a seed, and [`Command`]s. Out: a [`View`], charts, the
//! journal and the digest. Same seed and same journal give the same digest, in
//! whatever slices the time in between was run.

mod act;
mod alerting;
mod ask;
mod charts;
mod command;
mod fleet;
mod incident;
mod link;
mod mark;
mod objectives;
mod outages;
mod replay;
mod scenario;
mod script;
mod script_traffic;
mod show;
mod show_objectives;
mod show_traffic;
mod stores;
mod timeline;
mod truth;
mod tune;
mod view;
mod watch;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use crate::base::{Digest, Money, SimTime, Span};
use crate::engine::Progress;
use crate::slo::Tracker;
use crate::telemetry::logs::Logs;
use crate::telemetry::scrape::Metrics;
use crate::telemetry::store::Store;
use crate::telemetry::trace::{Sampling, Tracer};
use crate::telemetry::{History, Telemetry};
use crate::world::World;

pub use alerting::{
    AlertAct, AlertView, AlertingSpec, AlertsView, PageView, RecordView, RouteRow, RuleAct,
    RuleChange, RuleView, SilenceView,
};
pub(crate) use ask::step_for;
pub use ask::{
    Answer, Asked, Bars, Board, BoardAnswer, BoardQuestion, During, Found, FoundSeries, LINES,
    LogAnswer, LogLine, LogQuestion, MetricAnswer, MetricQuestion, Proposal, Proposals, Proposed,
    Question, RuleAnswer, RuleQuestion, Shape, SpanRow, TraceAnswer, TraceFilter, TraceLine,
    TraceQuestion, TraceSort, TraceView, Typing, When,
};
pub use command::{Author, Command, JournalEntry, Refusal};
pub use incident::{
    Burnt, Compared, Impact, IncidentAct, IncidentView, Rerun, RerunWay, ReviewView, Times, Toll,
};
pub use link::Link;
pub use mark::Mark;
pub use outages::{OutageView, outage_burn};
pub use replay::{File, LessonFiles, Opening, Replay};
pub use scenario::{FORMAT, Scenario};
pub use script::{Scripted, commands};
pub use truth::{Sample, Truth, Way};
pub use view::{
    BurnRate, CallView, Charts, ClassView, EdgeView, EventKind, FaultView, FigureView, Health,
    Latency, NodeView, Panel, PodState, PodView, RegionView, RolloutView, RouteView, ScalerView,
    Scope, Series, ServiceKind, ServiceView, SloView, SurgeView, TermsView, TimelineEvent, Unit,
    VersionView, View,
};

use alerting::Alerting;
use incident::{Incidents, Tolls};
use timeline::Timeline;
use watch::Watch;

/// A running lab. A clone is an independent continuation: a snapshot to rewind
/// to, or a fork that shows what would have happened.
#[derive(Clone, Debug, Serialize)]
pub struct Session {
    #[serde(skip)]
    scenario: Arc<Scenario>,
    seed: u64,
    world: World,
    telemetry: Telemetry,
    /// Not in the digest: what is followed says nothing that the world does not.
    #[serde(skip)]
    tracer: Tracer,
    #[serde(skip)]
    logs: Logs,
    /// Read by queries only: nothing in the lab depends on it.
    #[serde(skip)]
    store: Store,
    /// What fills the store.
    #[serde(skip)]
    metrics: Metrics,
    slos: Vec<Tracker>,
    truth: Truth,
    timeline: Timeline,
    journal: Vec<JournalEntry>,
    #[serde(skip)]
    marks: Vec<Mark>,
    answers: BTreeMap<String, f64>,
    /// Numbers of faults that operators are not told of.
    hidden: Vec<u32>,
    /// Numbers of surges that operators are not told of.
    hidden_surges: Vec<u32>,
    next_scrape: SimTime,
    /// Revenue lost over time, as [`Truth`] counts it.
    #[serde(skip)]
    lost: History<Money>,
    /// What it tells stands in the timeline, and who acts on it in the journal.
    #[serde(skip)]
    alerting: Option<Box<Alerting>>,
    /// Objectives whose budget policy is overridden, and until when.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    overrides: BTreeMap<String, SimTime>,
    #[serde(skip_serializing_if = "Incidents::is_empty")]
    incidents: Incidents,
    /// What users' requests came to, by the scrape.
    #[serde(skip)]
    tolls: Tolls,
    /// Every command that was carried out, whoever gave it.
    #[serde(skip)]
    history: Vec<(SimTime, Author, Command)>,
}

impl Session {
    /// A lab at time zero.
    pub fn new(scenario: Arc<Scenario>, seed: u64) -> Session {
        let world = World::new(scenario.world.clone(), seed);
        let telemetry = Telemetry::new(&world, scenario.scrape);
        let mut metrics = Metrics::new(&world, scenario.metrics(), seed);
        let mut store = Store::new(scenario.metrics().limits());
        metrics.scrape(&world, &mut store);
        let slos = scenario
            .objectives
            .iter()
            .map(|objective| Tracker::new(objective.clone(), scenario.scrape))
            .collect();
        let names = scenario.objectives.iter().map(|slo| slo.name.clone());
        Session {
            seed,
            tracer: Tracer::new(&world, seed, Sampling::usual()),
            logs: Logs::default(),
            world,
            telemetry,
            store,
            metrics,
            slos,
            truth: Truth::new(names.collect()),
            timeline: Timeline::default(),
            journal: Vec::new(),
            marks: Vec::new(),
            answers: BTreeMap::new(),
            hidden: Vec::new(),
            hidden_surges: Vec::new(),
            next_scrape: SimTime::ZERO + scenario.scrape,
            lost: History::begin(scenario.scrape, SimTime::ZERO, Money::ZERO),
            alerting: scenario
                .alerting
                .as_ref()
                .map(|spec| Box::new(Alerting::new(spec, &scenario.objectives))),
            overrides: BTreeMap::new(),
            incidents: Incidents::default(),
            tolls: Tolls::new(&scenario.objectives, scenario.scrape, scenario.world.scale),
            history: Vec::new(),
            scenario,
        }
    }

    /// Runs to `until`, handling at most `budget` events. When it has
    /// [reached](Progress::Reached) an instant, everything due then has
    /// happened, and a scrape due then has been taken.
    pub fn advance(&mut self, until: SimTime, budget: u64) -> Progress {
        let mut left = budget;
        loop {
            let scrape_first = self.next_scrape <= until;
            let goal = if scrape_first {
                self.next_scrape
            } else {
                until
            };
            let before = self.world.events();
            let mut watch = Watch {
                spec: &self.scenario.world,
                telemetry: &mut self.telemetry,
                metrics: &mut self.metrics,
                tracer: &mut self.tracer,
                logs: &mut self.logs,
                slos: &mut self.slos,
                truth: &mut self.truth,
                tolls: &mut self.tolls,
                timeline: &mut self.timeline,
                hidden: &self.hidden,
                hidden_surges: &self.hidden_surges,
            };
            if self.world.run_until(goal, left, &mut watch) == Progress::OutOfBudget {
                return Progress::OutOfBudget;
            }
            left = left.saturating_sub(self.world.events() - before);
            if !scrape_first {
                return Progress::Reached;
            }
            self.metrics.scrape(&self.world, &mut self.store);
            self.telemetry.scrape(&self.world);
            self.lost.push(self.truth.lost);
            self.tracer.sweep(self.world.now());
            self.logs.scrape(&self.world, self.seed);
            self.look_at_metrics();
            for slo in &mut self.slos {
                slo.scrape();
            }
            self.tolls.scrape();
            self.evaluate_rules();
            self.work_on_incident();
            self.next_scrape += self.scenario.scrape;
        }
    }

    /// The simulated clock.
    pub fn now(&self) -> SimTime {
        self.world.now()
    }

    /// The seed of every random stream.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// What the lab was built from.
    pub fn scenario(&self) -> &Arc<Scenario> {
        &self.scenario
    }

    /// Every command that a person gave, oldest first.
    pub fn journal(&self) -> &[JournalEntry] {
        &self.journal
    }

    /// The simulated system.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// What is measured of it.
    pub fn telemetry(&self) -> &Telemetry {
        &self.telemetry
    }

    /// What was scraped.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// What fills the store, as a Prometheus does.
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// The last scrape as text.
    pub fn exposition(&self) -> String {
        self.metrics.exposition(&self.store)
    }

    /// What was done for single requests.
    pub fn tracer(&self) -> &Tracer {
        &self.tracer
    }

    /// Chooses which requests are followed from now on. The world takes the
    /// same course whatever is chosen.
    pub fn sample(&mut self, sampling: Sampling) {
        self.tracer.set_sampling(sampling);
    }

    /// What services and the control plane say of themselves.
    pub fn logs(&self) -> &Logs {
        &self.logs
    }

    /// Alerts as shells show them; none where nobody is told of anything.
    pub fn view_of_alerts(&self) -> Option<AlertsView> {
        let alerting = self.alerting.as_deref();
        alerting.map(|alerting| alerting.view(&self.store, self.now()))
    }

    /// The objective called `name`.
    pub fn slo(&self, name: &str) -> Option<&Tracker> {
        self.slos.iter().find(|slo| slo.objective().name == name)
    }

    /// Every objective.
    pub fn slos(&self) -> &[Tracker] {
        &self.slos
    }

    /// What the simulator alone knows.
    pub fn truth(&self) -> &Truth {
        &self.truth
    }

    /// The learner's answers by question.
    pub fn answers(&self) -> &BTreeMap<String, f64> {
        &self.answers
    }

    /// The last lines of what operators saw happen, oldest first; see
    /// [`Session::happenings`] for how many there were in all.
    pub fn timeline(&self) -> impl Iterator<Item = &TimelineEvent> {
        self.timeline.lines()
    }

    /// Lines written to the timeline so far.
    pub fn happenings(&self) -> u32 {
        self.timeline.written()
    }

    /// Time between scrapes.
    pub fn scrape_interval(&self) -> Span {
        self.scenario.scrape
    }

    /// The digest of the whole state.
    pub fn digest(&self) -> Digest {
        Digest::of(self)
    }
}
