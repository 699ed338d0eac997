//! Two sets of pods at once: blue-green and canary.
//!
//! The old set stays whole while the new one gets its share. A canary's share
//! of pods follows its share of traffic, rounded up, and traffic is split by
//! weight and not by the number of pods (Argo Rollouts with traffic routing).
//! When the whole new set is ready, all traffic is switched at once, and
//! blue-green keeps the old set for a time, to switch back to.

use crate::base::Span;
use crate::engine::{Agenda, Key};
use crate::world::fault::FaultKind;
use crate::world::live::Live;
use crate::world::probe::Probe;
use crate::world::spec::Strategy;
use crate::world::state::Event;

use super::body::{FleetEvent, Stage};
use super::rollout::Census;

impl<P: Probe> Live<'_, P> {
    /// Pods that the new set has at a stage.
    pub fn set_size(&self, service: u32, stage: Stage) -> u32 {
        let wanted = self.state.services[service as usize].replicas;
        let steps = &self.plan.spec.services[service as usize]
            .fleet
            .rollout
            .steps;
        match stage {
            Stage::Weigh(step) => {
                let weight = steps.get(step as usize).map_or(1.0, |(weight, _)| *weight);
                let pods = libm::ceil(f64::from(wanted) * weight - 1e-9) as u32;
                if pods == 0 { 1 } else { pods }
            }
            _ => wanted,
        }
    }

    /// Takes the next step when the new set is ready for it.
    pub fn advance_sets(&mut self, service: u32, census: Census, agenda: &mut Agenda<Event>) {
        let running = &self.state.services[service as usize];
        let Some(rolling) = running.rollout.filter(|rolling| !rolling.timing) else {
            return;
        };
        let target = self.set_size(service, rolling.stage);
        if census.new_ready < target {
            return;
        }
        let rollout = &self.plan.spec.services[service as usize].fleet.rollout;
        let wait = match rolling.stage {
            Stage::Weigh(step) => {
                let (weight, wait) = rollout.steps[step as usize];
                self.state.services[service as usize].split = weight;
                wait
            }
            Stage::Fill if rolling.strategy == Strategy::BlueGreen => {
                self.set_stage(service, Stage::Keep);
                Some(rollout.keep)
            }
            Stage::Fill => {
                self.set_stage(service, Stage::Replace);
                return;
            }
            _ => return,
        };
        if let Some(rolling) = &mut self.state.services[service as usize].rollout {
            rolling.timing = true;
        }
        self.refresh_ready(service);
        if let Some(wait) = wait {
            let event = FleetEvent::Step {
                service,
                roll: rolling.roll,
            };
            agenda.after(wait, Event::Fleet(event));
        }
    }

    fn set_stage(&mut self, service: u32, stage: Stage) {
        let running = &mut self.state.services[service as usize];
        running.split = 0.0;
        if let Some(rolling) = &mut running.rollout {
            rolling.stage = stage;
            rolling.timing = false;
        }
        self.refresh_ready(service);
    }

    /// A step's time is over.
    pub fn step_over(&mut self, service: u32, roll: u32, agenda: &mut Agenda<Event>) {
        let paused = match &self.state.services[service as usize].rollout {
            Some(rolling) if rolling.roll == roll && rolling.timing => rolling.paused,
            _ => return,
        };
        if paused {
            // Looks again; a person decides meanwhile.
            let event = FleetEvent::Step { service, roll };
            agenda.after(Span::from_secs(10), Event::Fleet(event));
        } else {
            self.promote(service, agenda);
        }
    }

    /// The next step, whatever the clock says.
    pub fn promote(&mut self, service: u32, agenda: &mut Agenda<Event>) {
        let steps = self.plan.spec.services[service as usize]
            .fleet
            .rollout
            .steps
            .len() as u32;
        let running = &mut self.state.services[service as usize];
        let next = running.next_epoch;
        let Some(rolling) = &mut running.rollout else {
            return;
        };
        // A step's timer that still runs is void from here on.
        rolling.roll = next;
        rolling.paused = false;
        rolling.timing = false;
        rolling.best = 0;
        rolling.progressed = agenda.now();
        let stage = match rolling.stage {
            Stage::Weigh(step) if step + 1 < steps => Some(Stage::Weigh(step + 1)),
            Stage::Weigh(_) => Some(Stage::Fill),
            Stage::Keep => Some(Stage::Replace),
            _ => None,
        };
        if let Some(stage) = stage {
            rolling.stage = stage;
        }
        running.next_epoch += 1;
        let deadline = self.plan.spec.services[service as usize]
            .fleet
            .rollout
            .progress_deadline;
        let event = FleetEvent::Progress {
            service,
            roll: next,
        };
        agenda.after(deadline, Event::Fleet(event));
        self.refresh_ready(service);
        self.reconcile(service, agenda);
    }

    /// Which pods callers ask: all that are listed, but one set at a time
    /// while there are two.
    pub fn refresh_ready(&mut self, service: u32) {
        let running = &mut self.state.services[service as usize];
        let old_only = match running.rollout.map(|rolling| rolling.stage) {
            Some(Stage::Weigh(_) | Stage::Fill) => Some(true),
            Some(Stage::Keep) => Some(false),
            // After a switch the old set gets nothing while it is drained.
            Some(Stage::Replace)
                if running
                    .rollout
                    .is_some_and(|rolling| rolling.strategy != Strategy::Rolling) =>
            {
                Some(false)
            }
            _ => None,
        };
        let epoch = running.epoch;
        let split = running.split > 0.0;
        let mut ready = std::mem::take(&mut running.ready);
        let mut canary = std::mem::take(&mut running.canary);
        ready.clear();
        canary.clear();
        let running = &self.state.services[service as usize];
        let listed = running.pods.iter().filter_map(|key| {
            let pod = self.state.pods.get(*key).filter(|pod| pod.body.listed)?;
            let struck = self.pod_struck(FaultKind::Unready, service, *key, pod.version);
            (!struck).then_some((*key, pod.epoch))
        });
        for (key, of) in listed.chain(running.ghosts.iter().copied()) {
            let old = of != epoch;
            if old_only.is_none_or(|only| only == old) {
                ready.push(key);
            }
            if split && !old {
                canary.push(key);
            }
        }
        let running = &mut self.state.services[service as usize];
        running.sole = match ready[..] {
            [only] if !split => only,
            _ => Key::NONE,
        };
        running.ready = ready;
        running.canary = canary;
        running.place_ring(self.plan, service, &self.state.pods);
    }
}
