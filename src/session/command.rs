//! Everything that may change a running lab from outside: a closed list.

use serde::{Deserialize, Serialize};

use super::alerting::{AlertAct, RuleAct};
use super::incident::IncidentAct;
use crate::base::{Ratio, SimTime};
use crate::slo::ObjectiveChange;
use crate::world::spec::Strategy;
use crate::world::{
    Admission, FaultSpec, GuardTuning, NodeAct, RegionAct, RolloutAct, SurgeSpec, Tuning, Who,
};

/// One thing a learner, an instructor or a lesson's script does.
///
/// Names are the world file's own, so that a journal can be read by a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Start a fault now.
    Inject {
        /// What, where and for how long.
        fault: FaultSpec,
    },
    /// End a fault now.
    EndFault {
        /// Its number in the view.
        id: u32,
    },
    /// Roll a version out.
    Deploy {
        /// The service.
        service: String,
        /// One of its versions.
        version: String,
        /// How; as the world file says where absent.
        #[serde(default)]
        strategy: Option<Strategy>,
    },
    /// Steer a roll-out under way.
    Rollout {
        /// The service.
        service: String,
        /// What to do.
        act: RolloutAct,
    },
    /// Turn an autoscaler on or off, or give it other bounds.
    Autoscaler {
        /// The service.
        service: String,
        /// Whether it is to act; as it is where absent.
        on: Option<bool>,
        /// The fewest and the most pods; as they are where absent.
        bounds: Option<(u32, u32)>,
    },
    /// Do something to a node.
    Node {
        /// Its name.
        node: String,
        /// What to do.
        act: NodeAct,
    },
    /// Lose a whole zone, or bring it back.
    Zone {
        /// Its name.
        zone: String,
        /// Whether it goes.
        lost: bool,
    },
    /// Roll back to the version before the last deploy, pod by pod.
    RollBack {
        /// The service.
        service: String,
    },
    /// Restart every pod, one after the other.
    Restart {
        /// The service.
        service: String,
    },
    /// Change the number of pods.
    Scale {
        /// The service.
        service: String,
        /// Pods wanted.
        replicas: u32,
    },
    /// Multiply the users' traffic.
    SetLoad {
        /// Relative to the world's profile; 1 is as written.
        factor: f64,
    },
    /// Change how a service calls another.
    SetCall {
        /// The caller.
        service: String,
        /// The callee, as `service` or `service/route`.
        to: String,
        /// What to change.
        set: Tuning,
    },
    /// Change how a service protects itself.
    SetGuard {
        /// The service.
        service: String,
        /// What to change.
        set: GuardTuning,
    },
    /// Let more traffic come.
    Surge {
        /// Whose, how, and for how long.
        surge: SurgeSpec,
    },
    /// End a surge now.
    EndSurge {
        /// Its number in the view.
        id: u32,
    },
    /// Change what gateways do with some clients.
    Admit {
        /// Which.
        who: Who,
        /// What.
        rule: Admission,
    },
    /// Let gateways turn away what matters least when they are busy.
    Shed {
        /// The load from which they do; they do not where absent.
        over: Option<Ratio>,
    },
    /// Commit to an answer of a lesson's question.
    Answer {
        /// The question's name.
        question: String,
        /// The number or the index of the choice.
        value: f64,
    },
    /// Open the next hint of the lesson's current step.
    Hint,
    /// Go on to the lesson's next step.
    Continue,
    /// Take a region out of what DNS gives out, or put it back.
    Region {
        /// Its name.
        region: String,
        /// What to do.
        act: RegionAct,
    },
    /// Do something about alerts and budgets.
    Alert {
        /// What.
        act: AlertAct,
    },
    /// Define, change or remove an objective.
    Objective {
        /// What it is to be.
        change: Box<ObjectiveChange>,
    },
    /// Add, change or remove a rule that alerts.
    AlertRule {
        /// What is done to it.
        act: RuleAct,
    },
    /// Do something about an incident or its review.
    Incident {
        /// What.
        act: IncidentAct,
    },
}

/// Who issued a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Author {
    /// The person at the page or the command file.
    Learner,
    /// The lesson's script; recomputed in a replay, never journalled.
    Lesson {
        /// Whether the timeline keeps silent about it.
        hidden: bool,
    },
}

/// A command as it was accepted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JournalEntry {
    /// When it took effect, after every event of that instant.
    pub at: SimTime,
    /// Position in the journal, from 0.
    pub seq: u32,
    /// What was done.
    pub command: Command,
}

/// Why a command was not carried out; nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// What was wrong.
    pub problem: String,
    /// How to mend it.
    pub remedy: String,
}
