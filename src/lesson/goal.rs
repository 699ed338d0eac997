//! Goals: conditions on the state of the session, and what is missing.

mod read;
#[cfg(test)]
mod tests;
pub(super) mod told;

use std::collections::BTreeMap;

use crate::base::{SimTime, Span};
use crate::session::{Command, Session};

use super::measure::Measure;
use told::Told;

pub(super) use read::read;

/// What must be true.
#[derive(Clone, Debug, PartialEq)]
pub enum Goal {
    /// A question is answered.
    Answered(String),
    /// A question is answered with this very choice.
    AnswerIs {
        /// The question.
        question: String,
        /// Index of the choice.
        value: f64,
    },
    /// So much simulated time has passed since the step began.
    Passed(Span),
    /// Every pod of a service runs a version.
    Runs {
        /// The service.
        service: String,
        /// The version.
        version: String,
    },
    /// The learner gave such a command since the step began.
    Used {
        /// Which kind.
        action: Action,
        /// On which service; any where absent.
        service: Option<String>,
    },
    /// The burn rate over a look-back window lies on one side of a limit.
    Burn {
        /// The objective.
        slo: String,
        /// How far back.
        over: Span,
        /// On which side of what.
        bound: Bound,
    },
    /// The error budget left lies on one side of a limit.
    Budget {
        /// The objective.
        slo: String,
        /// On which side of what; 1 is the whole budget.
        bound: Bound,
    },
    /// At most so many hints were opened in the lesson.
    Hints(u32),
    /// At most so many changes were made to the system in the lesson.
    Changes(u32),
    /// All of these.
    All(Vec<Goal>),
    /// At least one of these.
    Any(Vec<Goal>),
    /// Not this.
    Not(Box<Goal>),
    /// A golden signal or the capacity of somebody lies on one side of a limit.
    Measured(Measure, Bound),
    /// What is promised, measured and told.
    Told(Told),
    /// This, for so long without a break, as far as checks look.
    Hold {
        /// Where it stands in the file: its name among what is held.
        place: Place,
        /// For how long.
        length: Span,
        /// What.
        goal: Box<Goal>,
    },
    /// This, while no more than so much time has passed since the step began.
    Before {
        /// How much.
        passed: Span,
        /// What.
        goal: Box<Goal>,
    },
}

/// Line and column of a goal.
pub(super) type Place = (u32, u32);
/// Since when goals have held.
pub(super) type Held = BTreeMap<Place, SimTime>;

/// A limit and the side to be on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bound {
    /// Less than this.
    Below(f64),
    /// More than this.
    Above(f64),
}

/// A kind of command that changes the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Any of the below.
    Any,
    /// Start a fault.
    Inject,
    /// Deploy a version.
    Deploy,
    /// Roll back.
    RollBack,
    /// Restart.
    Restart,
    /// Scale.
    Scale,
    /// Change the load.
    Load,
    /// Change how a service calls another.
    SetCall,
    /// Change how a service protects itself.
    SetGuard,
    /// More traffic for a while.
    Surge,
    /// What gateways do with some clients.
    Admit,
    /// Shedding at gateways.
    Shed,
    /// Do something to a node or a zone.
    Node,
    /// Define, change or remove an objective.
    Objective,
    /// Add, change or remove a rule that alerts.
    AlertRule,
}

/// What a goal is judged by.
pub(super) struct Facts<'a> {
    pub session: &'a Session,
    /// The session when the step began.
    pub step: &'a Session,
    /// The session when the lesson began.
    pub lesson: &'a Session,
    /// Hints opened in the lesson.
    pub hints: u32,
    /// Since when goals have held in this step.
    pub held: &'a Held,
}

impl Goal {
    /// Nothing if it is met, else what is missing, in numbers.
    pub(super) fn missing(&self, facts: &Facts<'_>) -> Option<String> {
        let session = facts.session;
        match self {
            Goal::Answered(question) => {
                (!session.answers().contains_key(question)).then(|| "no answer yet".to_owned())
            }
            Goal::AnswerIs { question, value } => match session.answers().get(question) {
                None => Some("no answer yet".to_owned()),
                Some(answer) if answer == value => None,
                Some(_) => Some("the answer is not right".to_owned()),
            },
            Goal::Passed(span) => {
                let passed = session.now().since(facts.step.now());
                (passed < *span).then(|| format!("{passed} of {span} have passed"))
            }
            Goal::Runs { service, version } => missing_version(session, service, version),
            Goal::Used { action, service } => {
                let since = facts.step.journal().len();
                let used = session.journal().iter().skip(since).any(|entry| {
                    action.matches(&entry.command)
                        && service
                            .as_deref()
                            .is_none_or(|name| on(&entry.command) == Some(name))
                });
                (!used).then(|| "not done yet".to_owned())
            }
            Goal::Burn { slo, over, bound } => {
                let Some(tracker) = session.slo(slo) else {
                    return Some(format!("there is no objective {slo}"));
                };
                let rate = tracker.burn_rate(session.now(), *over);
                match rate {
                    None => Some(format!("nothing measured over {over} yet")),
                    Some(rate) => bound.missing(
                        rate,
                        |rate| format!("{rate:.2}"),
                        |found| format!("burn rate over {over} is {found}"),
                    ),
                }
            }
            Goal::Budget { slo, bound } => {
                let Some(tracker) = session.slo(slo) else {
                    return Some(format!("there is no objective {slo}"));
                };
                let left = tracker.budget(session.now()).left;
                match left {
                    None => Some("nothing measured yet".to_owned()),
                    Some(left) => bound.missing(left, super::figure::percent, |found| {
                        format!("{found} of the budget is left")
                    }),
                }
            }
            Goal::Hints(most) => (facts.hints > *most)
                .then(|| format!("{} hints were opened, at most {most} count", facts.hints)),
            Goal::Changes(most) => {
                let changes = changes(facts);
                (changes > *most)
                    .then(|| format!("{changes} changes were made, at most {most} count"))
            }
            Goal::All(goals) => goals.iter().find_map(|goal| goal.missing(facts)),
            Goal::Any(goals) => {
                let mut missing = Vec::with_capacity(goals.len());
                for goal in goals {
                    missing.push(goal.missing(facts)?);
                }
                Some(missing.join(", or "))
            }
            Goal::Not(goal) => match goal.missing(facts) {
                Some(_) => None,
                None => Some("this must not be so".to_owned()),
            },
            Goal::Measured(measure, bound) => match measure.value(facts) {
                None => Some("nothing measured yet".to_owned()),
                Some(found) => bound.missing(
                    found,
                    |value| measure.quantity.show(value),
                    |found| format!("{}: {found}", measure.name(session)),
                ),
            },
            Goal::Told(told) => told.missing(facts),
            Goal::Hold {
                place,
                length,
                goal,
            } => goal.missing(facts).or_else(|| {
                let since = facts.held.get(place).copied().unwrap_or(session.now());
                let held = session.now().since(since);
                (held < *length).then(|| format!("so for {held} of {length}"))
            }),
            Goal::Before { passed, goal } => {
                let late = session.now().since(facts.step.now()) > *passed;
                let over = || format!("{passed} have passed: rewind the step to try again");
                if late {
                    Some(over())
                } else {
                    goal.missing(facts)
                }
            }
        }
    }

    /// Notes since when what is to hold does; from the present instant on
    /// where it did not before, no longer where it does not.
    pub(super) fn note(&self, facts: &Facts<'_>, held: &mut Held) {
        match self {
            Goal::Hold { place, goal, .. } => {
                goal.note(facts, held);
                if goal.met(facts) {
                    held.entry(*place).or_insert(facts.session.now());
                } else {
                    held.remove(place);
                }
            }
            Goal::All(goals) | Goal::Any(goals) => {
                goals.iter().for_each(|goal| goal.note(facts, held));
            }
            Goal::Not(goal) | Goal::Before { goal, .. } => goal.note(facts, held),
            _ => {}
        }
    }

    /// Whether it is met.
    pub(super) fn met(&self, facts: &Facts<'_>) -> bool {
        self.missing(facts).is_none()
    }
}

/// Changes that the learner made to the system since the lesson began.
pub(super) fn changes(facts: &Facts<'_>) -> u32 {
    let since = facts.lesson.journal().len();
    let journal = facts.session.journal().iter().skip(since);
    journal
        .filter(|entry| Action::Any.matches(&entry.command))
        .count() as u32
}

fn missing_version(session: &Session, service: &str, version: &str) -> Option<String> {
    let world = session.world();
    let place = world.service(service).ok()?;
    let versions = &world.spec().services.get(place)?.versions;
    let present = versions
        .get(world.version(place) as usize)
        .map_or("?", |v| v.name.as_str());
    if present != version {
        return Some(format!("{service} is set to {present}"));
    }
    let (done, all) = world.rollout(place)?;
    Some(format!("{done} of {all} pods run {version}"))
}

impl Bound {
    fn holds(self, found: f64) -> bool {
        match self {
            Bound::Below(limit) => found < limit,
            Bound::Above(limit) => found > limit,
        }
    }

    fn missing(
        self,
        found: f64,
        show: impl Fn(f64) -> String,
        say: impl Fn(String) -> String,
    ) -> Option<String> {
        match self {
            Bound::Below(limit) => (found >= limit)
                .then(|| format!("{}, must be under {}", say(show(found)), show(limit))),
            Bound::Above(limit) => (found <= limit)
                .then(|| format!("{}, must be over {}", say(show(found)), show(limit))),
        }
    }
}

impl Action {
    /// Every kind, as lesson files name it.
    pub(super) const NAMES: [(&str, Action); 15] = [
        ("any", Action::Any),
        ("inject", Action::Inject),
        ("deploy", Action::Deploy),
        ("roll-back", Action::RollBack),
        ("restart", Action::Restart),
        ("scale", Action::Scale),
        ("load", Action::Load),
        ("set-call", Action::SetCall),
        ("set-guard", Action::SetGuard),
        ("surge", Action::Surge),
        ("admit", Action::Admit),
        ("shed", Action::Shed),
        ("node", Action::Node),
        ("objective", Action::Objective),
        ("alert-rule", Action::AlertRule),
    ];

    /// Whether a command is of this kind.
    pub(super) fn matches(self, command: &Command) -> bool {
        let kind = match command {
            Command::Inject { .. } | Command::EndFault { .. } => Action::Inject,
            Command::Deploy { .. } | Command::Rollout { .. } => Action::Deploy,
            Command::RollBack { .. } => Action::RollBack,
            Command::Restart { .. } => Action::Restart,
            Command::Scale { .. } | Command::Autoscaler { .. } => Action::Scale,
            Command::Node { .. } | Command::Zone { .. } | Command::Region { .. } => Action::Node,
            Command::SetLoad { .. } => Action::Load,
            Command::SetCall { .. } => Action::SetCall,
            Command::SetGuard { .. } => Action::SetGuard,
            Command::Surge { .. } | Command::EndSurge { .. } => Action::Surge,
            Command::Admit { .. } => Action::Admit,
            Command::Shed { .. } => Action::Shed,
            // They change what is promised and told, not the system.
            Command::Objective { .. } => return self == Action::Objective,
            Command::AlertRule { .. } => return self == Action::AlertRule,
            Command::Alert { .. }
            | Command::Incident { .. }
            | Command::Answer { .. }
            | Command::Hint
            | Command::Continue => {
                return false;
            }
        };
        self == kind || self == Action::Any
    }
}

/// The service that a command acts on.
fn on(command: &Command) -> Option<&str> {
    match command {
        Command::Inject { fault } => Some(&fault.target.service),
        Command::Deploy { service, .. }
        | Command::RollBack { service }
        | Command::Restart { service }
        | Command::Scale { service, .. }
        | Command::Rollout { service, .. }
        | Command::Autoscaler { service, .. } => Some(service),
        Command::SetCall { service, .. } | Command::SetGuard { service, .. } => Some(service),
        Command::EndFault { .. }
        | Command::SetLoad { .. }
        | Command::Surge { .. }
        | Command::EndSurge { .. }
        | Command::Admit { .. }
        | Command::Shed { .. }
        | Command::Node { .. }
        | Command::Zone { .. }
        | Command::Region { .. }
        | Command::Alert { .. }
        | Command::Objective { .. }
        | Command::AlertRule { .. }
        | Command::Incident { .. }
        | Command::Answer { .. }
        | Command::Hint
        | Command::Continue => None,
    }
}
