//! The controller that keeps a service at its wanted version and number.
//!
//! Rolling and recreate follow the Kubernetes Deployment controller
//! (pkg/controller/deployment/rolling.go and recreate.go): new pods up to the
//! surge, then unready old pods go, then ready ones down to what must stay
//! available. Pods that are being stopped count neither way.

use crate::engine::{Agenda, Key};
use crate::world::live::Live;
use crate::world::probe::{Happening, Probe};
use crate::world::spec::Strategy;
use crate::world::state::{Event, PodPhase};

use super::body::{FleetEvent, Rolling, Stage};

/// Pods of a service by generation; those being stopped are left out.
#[derive(Clone, Copy, Default)]
pub struct Census {
    pub old: u32,
    pub old_ready: u32,
    pub new: u32,
    pub new_ready: u32,
    pub stopping: u32,
    oldest: Option<Key>,
    oldest_unready: Option<Key>,
    newest: Option<Key>,
    newest_unready: Option<Key>,
    newest_old: Option<Key>,
}

enum Act {
    Start { version: u32, epoch: u32 },
    Drain(Key),
}

impl<P: Probe> Live<'_, P> {
    /// Starts, drains and removes pods until nothing can be done at this instant.
    pub fn reconcile(&mut self, service: u32, agenda: &mut Agenda<Event>) {
        if self.state.services[service as usize].reconciling {
            return;
        }
        self.state.services[service as usize].reconciling = true;
        loop {
            self.note_progress(service, agenda);
            let Some(act) = self.next_act(service) else {
                break;
            };
            match act {
                Act::Start { version, epoch } => self.create_pod(service, version, epoch, agenda),
                Act::Drain(key) => self.drain(key, agenda),
            }
        }
        self.state.services[service as usize].reconciling = false;
        self.settle_rollout(service, agenda);
    }

    /// Counts the pods of a service.
    pub fn pods_at(&self, service: u32) -> Census {
        let running = &self.state.services[service as usize];
        let mut census = Census::default();
        for key in &running.pods {
            let Some(pod) = self.state.pods.get(*key) else {
                continue;
            };
            if pod.phase == PodPhase::Draining {
                census.stopping += 1;
                continue;
            }
            let ready = pod.phase == PodPhase::Ready;
            if pod.epoch == running.epoch {
                census.new += 1;
                census.new_ready += u32::from(ready);
                census.newest = Some(*key);
                if !ready {
                    census.newest_unready = Some(*key);
                }
            } else {
                census.old += 1;
                census.old_ready += u32::from(ready);
                census.oldest = census.oldest.or(Some(*key));
                census.newest_old = Some(*key);
                if !ready {
                    census.oldest_unready = census.oldest_unready.or(Some(*key));
                }
            }
        }
        census
    }

    /// One action of the controller, if any is due.
    fn next_act(&self, service: u32) -> Option<Act> {
        let running = &self.state.services[service as usize];
        let rollout = &self.plan.spec.services[service as usize].fleet.rollout;
        let wanted = running.replicas;
        let census = self.pods_at(service);
        let start = Act::Start {
            version: running.version,
            epoch: running.epoch,
        };
        let stage = running.rollout.map_or(Stage::Replace, |roll| roll.stage);
        match stage {
            Stage::Weigh(_) | Stage::Fill | Stage::Keep => {
                let roll = running.rollout?;
                let target = self.set_size(service, stage);
                let kept = Act::Start {
                    version: roll.stable_version,
                    epoch: roll.stable_epoch,
                };
                if census.old < wanted {
                    Some(kept)
                } else if census.old > wanted {
                    census.newest_old.map(Act::Drain)
                } else if census.new < target {
                    Some(start)
                } else if census.new > target {
                    census.newest_unready.or(census.newest).map(Act::Drain)
                } else {
                    None
                }
            }
            Stage::Empty => {
                if let Some(key) = census.oldest {
                    Some(Act::Drain(key))
                } else if census.stopping == 0 && census.new < wanted {
                    Some(start)
                } else {
                    None
                }
            }
            Stage::Replace => {
                let (surge, unavailable) = rollout.bounds(wanted);
                let held = running.rollout.is_some_and(|roll| roll.paused);
                let most = if census.old > 0 && !held {
                    wanted + surge
                } else {
                    wanted
                };
                if census.new > wanted {
                    return census.newest_unready.or(census.newest).map(Act::Drain);
                }
                if census.new < wanted && census.old + census.new < most {
                    return Some(start);
                }
                if held || census.old == 0 {
                    return None;
                }
                let least = i64::from(wanted) - i64::from(unavailable);
                let new_unready = i64::from(census.new) - i64::from(census.new_ready);
                let spare = i64::from(census.old) + i64::from(census.new) - least - new_unready;
                if spare <= 0 {
                    return None;
                }
                if let Some(key) = census.oldest_unready {
                    return Some(Act::Drain(key));
                }
                let ready = i64::from(census.old_ready) + i64::from(census.new_ready);
                census.oldest.filter(|_| ready > least).map(Act::Drain)
            }
        }
    }

    /// Begins a roll-out of `version`.
    pub fn begin_rollout(
        &mut self,
        service: u32,
        version: u32,
        strategy: Strategy,
        agenda: &mut Agenda<Event>,
    ) {
        let spec = &self.plan.spec.services[service as usize].fleet.rollout;
        let running = &mut self.state.services[service as usize];
        let roll = running.next_epoch;
        running.next_epoch += 1;
        let stage = match strategy {
            Strategy::Rolling => Stage::Replace,
            Strategy::Recreate => Stage::Empty,
            Strategy::BlueGreen => Stage::Fill,
            Strategy::Canary if spec.steps.is_empty() => Stage::Fill,
            Strategy::Canary => Stage::Weigh(0),
        };
        // A second deploy before the first is done: sets have one stable side only.
        running.rollout = Some(Rolling {
            strategy,
            stage,
            roll,
            stable_version: running.version,
            stable_epoch: running.epoch,
            best: 0,
            progressed: agenda.now(),
            stalled: false,
            paused: false,
            timing: false,
        });
        running.version = version;
        running.epoch = roll;
        running.split = 0.0;
        let event = FleetEvent::Progress { service, roll };
        agenda.after(spec.progress_deadline, Event::Fleet(event));
        self.refresh_ready(service);
        self.reconcile(service, agenda);
    }

    /// Notes that a roll-out moves, and lets it enter its next stage.
    fn note_progress(&mut self, service: u32, agenda: &mut Agenda<Event>) {
        let census = self.pods_at(service);
        if let Some(roll) = &mut self.state.services[service as usize].rollout
            && census.new_ready > roll.best
        {
            roll.best = census.new_ready;
            roll.progressed = agenda.now();
            roll.stalled = false;
        }
        self.advance_sets(service, census, agenda);
    }

    /// A roll-out has not moved for as long as it may take.
    pub fn progress_due(&mut self, service: u32, roll: u32, agenda: &mut Agenda<Event>) {
        let deadline = self.plan.spec.services[service as usize]
            .fleet
            .rollout
            .progress_deadline;
        let now = agenda.now();
        let Some(rolling) = self.state.services[service as usize]
            .rollout
            .as_mut()
            .filter(|rolling| rolling.roll == roll && !rolling.stalled)
        else {
            return;
        };
        let waits = rolling.paused || rolling.timing || rolling.stage == Stage::Keep;
        let due = rolling.progressed + deadline;
        if waits {
            let event = FleetEvent::Progress { service, roll };
            agenda.after(deadline, Event::Fleet(event));
        } else if due > now {
            agenda.at(due, Event::Fleet(FleetEvent::Progress { service, roll }));
        } else {
            rolling.stalled = true;
            let version = self.state.services[service as usize].version;
            self.probe
                .happened(now, Happening::RolloutStalled { service, version });
        }
    }

    /// Ends a roll-out when every pod is ready at the wanted version and number.
    fn settle_rollout(&mut self, service: u32, agenda: &mut Agenda<Event>) {
        let census = self.pods_at(service);
        let running = &mut self.state.services[service as usize];
        let Some(rolling) = running.rollout else {
            return;
        };
        let placed = matches!(rolling.stage, Stage::Replace | Stage::Empty);
        let settled = census.old == 0
            && census.stopping == 0
            && census.new == running.replicas
            && census.new_ready == census.new;
        if placed && settled {
            running.rollout = None;
            let version = running.version;
            self.probe
                .happened(agenda.now(), Happening::RolloutDone { service, version });
        }
    }

    /// Gives up a roll-out: what it came from is wanted again. Its pods that
    /// still stand are kept, which is why this is quicker than a deploy.
    pub fn abort_rollout(&mut self, service: u32, agenda: &mut Agenda<Event>) {
        let now = agenda.now();
        let running = &mut self.state.services[service as usize];
        let Some(rolling) = &mut running.rollout else {
            return;
        };
        running.version = rolling.stable_version;
        running.epoch = rolling.stable_epoch;
        running.split = 0.0;
        rolling.stage = if rolling.strategy == Strategy::Recreate {
            Stage::Empty
        } else {
            Stage::Replace
        };
        rolling.strategy = Strategy::Rolling;
        rolling.roll = running.next_epoch;
        running.next_epoch += 1;
        rolling.best = 0;
        rolling.progressed = now;
        rolling.stalled = false;
        rolling.paused = false;
        rolling.timing = false;
        let roll = rolling.roll;
        let deadline = self.plan.spec.services[service as usize]
            .fleet
            .rollout
            .progress_deadline;
        let event = FleetEvent::Progress { service, roll };
        agenda.after(deadline, Event::Fleet(event));
        self.refresh_ready(service);
        self.reconcile(service, agenda);
    }
}
