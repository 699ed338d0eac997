//! Carrying commands out.

use std::fmt::Display;

use super::show_traffic::{tell_rule, tell_surge};
use super::view::EventKind;
use super::watch::Watch;
use super::{Author, Command, JournalEntry, Refusal, Session};
use crate::base::SimTime;
use crate::world::spec::Strategy;
use crate::world::{ActionError, FaultSpec, LoadFactor, NodeAct, RegionAct, RolloutAct};

/// Commands in one journal.
pub(super) const MOST_COMMANDS: usize = 10_000;

impl From<ActionError> for Refusal {
    fn from(error: ActionError) -> Refusal {
        Refusal {
            problem: error.to_string(),
            remedy: error.remedy(),
        }
    }
}

impl Refusal {
    /// A refusal with its remedy.
    pub fn new(problem: impl Display, remedy: impl Display) -> Refusal {
        Refusal {
            problem: problem.to_string(),
            remedy: remedy.to_string(),
        }
    }
}

impl Session {
    /// Carries a command out at the present instant, after everything that is
    /// due now. A learner's command is journalled. A refusal changes nothing.
    pub fn apply(&mut self, author: Author, command: Command) -> Result<JournalEntry, Refusal> {
        // A slice may have ended between two events of one instant.
        self.advance(self.now(), u64::MAX);
        if self.journal.len() >= MOST_COMMANDS {
            let problem = format!("a run may have {MOST_COMMANDS} commands");
            return Err(Refusal::new(problem, "start again from a fresh run"));
        }
        self.carry_out(author, &command)?;
        let entry = JournalEntry {
            at: self.now(),
            seq: self.journal.len() as u32,
            command,
        };
        self.history.push((entry.at, author, entry.command.clone()));
        if author == Author::Learner {
            self.journal.push(entry.clone());
            self.marks.push(self.mark());
        }
        Ok(entry)
    }

    pub(super) fn carry_out(&mut self, author: Author, command: &Command) -> Result<(), Refusal> {
        if author == Author::Learner {
            self.frozen(command)?;
        }
        match command {
            Command::Alert { act } => return self.act_on_alerts(act),
            Command::Objective { change } => return self.set_objective(author, change),
            Command::AlertRule { act } => return self.set_rule(author, act),
            Command::Incident { act } => return self.act_on_incident(author, act),
            _ => {}
        }
        let now = self.now();
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
        let world = &mut self.world;
        // Starts of pods are told while the action runs; the action itself is told first.
        match command {
            Command::Inject { fault } => {
                let id = world.inject(fault, &mut watch)?;
                let service = world.service(&fault.target.service).ok();
                let text = format!("fault {id}: {}", tell_fault(fault));
                if author == (Author::Lesson { hidden: true }) {
                    self.hidden.push(id);
                } else {
                    self.tell(now, author, EventKind::Fault, service, text);
                }
            }
            Command::EndFault { id } => {
                world.end_fault(*id, &mut watch)?;
                self.tell(
                    now,
                    author,
                    EventKind::Fault,
                    None,
                    format!("fault {id} ended"),
                );
            }
            Command::Deploy {
                service,
                version,
                strategy,
            } => {
                world.deploy(service, version, *strategy, &mut watch)?;
                let place = world.service(service)?;
                let how = strategy.map_or(String::new(), |strategy| {
                    format!(", {}", strategy_word(strategy))
                });
                let text = format!("deploy {service} {version}{how}");
                self.tell(now, author, EventKind::Deploy, Some(place), text);
            }
            Command::RollBack { service } => {
                let version = world.roll_back(service, &mut watch)?;
                let place = world.service(service)?;
                let versions = &self.scenario.world.services[place].versions;
                let version = versions
                    .get(version as usize)
                    .map_or("?", |v| v.name.as_str());
                let text = format!("roll {service} back to {version}");
                self.tell(now, author, EventKind::Deploy, Some(place), text);
            }
            Command::Restart { service } => {
                world.restart(service, &mut watch)?;
                let place = world.service(service)?;
                self.tell(
                    now,
                    author,
                    EventKind::Action,
                    Some(place),
                    format!("restart {service}"),
                );
            }
            Command::Scale { service, replicas } => {
                world.scale(service, *replicas, &mut watch)?;
                let place = world.service(service)?;
                let text = format!("scale {service} to {replicas} pods");
                self.tell(now, author, EventKind::Action, Some(place), text);
            }
            Command::Rollout { service, act } => {
                world.steer_rollout(service, *act, &mut watch)?;
                let place = world.service(service)?;
                let what = match act {
                    RolloutAct::Promote => "promote",
                    RolloutAct::Pause => "pause",
                    RolloutAct::Resume => "resume",
                    RolloutAct::Abort => "abort",
                };
                let text = format!("{what} the roll-out of {service}");
                self.tell(now, author, EventKind::Deploy, Some(place), text);
            }
            Command::Autoscaler {
                service,
                on,
                bounds,
            } => {
                world.set_autoscaler(service, *on, *bounds)?;
                let place = world.service(service)?;
                let state = match on {
                    Some(true) => " on",
                    Some(false) => " off",
                    None => "",
                };
                let range = bounds.map_or(String::new(), |(min, max)| {
                    format!(" from {min} to {max} pods")
                });
                let text = format!("autoscaler of {service}{state}{range}");
                self.tell(now, author, EventKind::Action, Some(place), text);
            }
            Command::Node { node, act } => {
                world.act_on_node(node, *act, &mut watch)?;
                let what = match act {
                    NodeAct::Cordon => "cordon",
                    NodeAct::Uncordon => "uncordon",
                    NodeAct::Drain => "drain",
                    NodeAct::Lose => "lose",
                    NodeAct::Return => "bring back",
                };
                let kind = match act {
                    NodeAct::Lose | NodeAct::Return => EventKind::Fault,
                    _ => EventKind::Action,
                };
                self.tell(now, author, kind, None, format!("{what} node {node}"));
            }
            Command::Zone { zone, lost } => {
                let nodes = world.act_on_zone(zone, *lost, &mut watch)?;
                let what = if *lost { "lost" } else { "back" };
                let text = format!("zone {zone} is {what}, {nodes} nodes");
                self.tell(now, author, EventKind::Fault, None, text);
            }
            Command::Region { region, act } => {
                world.act_on_region(region, *act)?;
                let what = match act {
                    RegionAct::Withdraw => "withdraws",
                    RegionAct::Restore => "restores",
                };
                let text = format!("DNS {what} region {region}");
                self.tell(now, author, EventKind::Action, None, text);
            }
            Command::SetCall { service, to, set } => {
                world.tune(service, to, *set, &mut watch)?;
                let place = world.service(service)?;
                let text = format!("{service} calls {to}: {set}");
                self.tell(now, author, EventKind::Action, Some(place), text);
            }
            Command::SetGuard { service, set } => {
                world.tune_guard(service, *set)?;
                let place = world.service(service)?;
                let text = format!("{service}: {set}");
                self.tell(now, author, EventKind::Action, Some(place), text);
            }
            Command::SetLoad { factor } => {
                let load = LoadFactor::new(*factor).ok_or_else(|| {
                    let most = LoadFactor::MOST;
                    Refusal::new(
                        format!("traffic cannot be multiplied by {factor}"),
                        format!("give a number from 0 to {most}"),
                    )
                })?;
                world.set_load(load, &mut watch);
                let text = format!("traffic is {factor} times the usual");
                self.tell(now, author, EventKind::Action, None, text);
            }
            Command::Surge { surge } => {
                let id = world.surge(surge, &mut watch)?;
                let text = format!("surge {id}: {}", tell_surge(surge));
                if author == (Author::Lesson { hidden: true }) {
                    self.hidden_surges.push(id);
                } else {
                    self.tell(now, author, EventKind::Action, None, text);
                }
            }
            Command::EndSurge { id } => {
                world.end_surge(*id, &mut watch)?;
                let text = format!("surge {id} ended");
                self.tell(now, author, EventKind::Action, None, text);
            }
            Command::Admit { who, rule } => {
                world.admit(who, *rule)?;
                self.tell(now, author, EventKind::Action, None, tell_rule(who, *rule));
            }
            Command::Shed { over } => {
                world.shed(*over)?;
                let text = match over {
                    Some(over) => format!("gateways shed from a load of {over}"),
                    None => "gateways shed nothing".to_owned(),
                };
                self.tell(now, author, EventKind::Action, None, text);
            }
            Command::Answer { question, value } => {
                if !value.is_finite() {
                    return Err(Refusal::new("the answer is not a number", "give a number"));
                }
                self.answers.insert(question.clone(), *value);
            }
            // The lesson's own state; a session only keeps them in its journal.
            Command::Hint
            | Command::Continue
            | Command::Alert { .. }
            | Command::Objective { .. }
            | Command::AlertRule { .. }
            | Command::Incident { .. } => {}
        }
        Ok(())
    }

    pub(super) fn tell(
        &mut self,
        now: SimTime,
        author: Author,
        kind: EventKind,
        service: Option<usize>,
        text: String,
    ) {
        if author != (Author::Lesson { hidden: true }) {
            self.timeline
                .write(now, kind, service.map(|service| service as u32), text);
        }
    }
}

/// A strategy's usual name.
pub(super) fn strategy_word(strategy: Strategy) -> &'static str {
    match strategy {
        Strategy::Rolling => "rolling",
        Strategy::Recreate => "recreate",
        Strategy::BlueGreen => "blue-green",
        Strategy::Canary => "canary",
    }
}

/// A fault in words, with its schedule.
pub(super) fn tell_fault(fault: &FaultSpec) -> String {
    let mut text = fault.tell();
    let schedule = &fault.schedule;
    if let Some(duration) = schedule.duration {
        text.push_str(&format!(" for {duration}"));
    }
    if !schedule.delay.is_zero() {
        text.push_str(&format!(" in {}", schedule.delay));
    }
    if !schedule.ramp.is_zero() {
        text.push_str(&format!(", growing over {}", schedule.ramp));
    }
    if let Some(every) = schedule.every {
        text.push_str(&format!(", every {every}"));
    }
    if let Some(times) = schedule.times {
        text.push_str(&format!(", {times} times"));
    }
    text
}
