//! Readiness and liveness probes.
//!
//! A probe is an HTTP request like any other: a free worker answers it at
//! once, a full queue refuses it, and otherwise it has its turn in the queue
//! and fails if the timeout comes first. So a pod that is busy enough fails
//! its probes, and a liveness probe then kills what was merely slow
//! (Kubernetes documentation, "Configure Liveness, Readiness and Startup
//! Probes"). Probes take no worker's time; they are too few to matter.

use crate::engine::{Agenda, Key};
use crate::world::live::Live;
use crate::world::probe::{Happening, Probe};
use crate::world::spec::HealthCheck;
use crate::world::state::{Event, PodPhase};

use super::body::{Exit, FleetEvent, Health};

/// What a probe finds at once.
enum Found {
    Served,
    Refused,
    /// Its turn comes when so many requests have begun.
    Waits(u64),
}

impl<P: Probe> Live<'_, P> {
    /// The first probes of a container.
    pub fn start_probes(&mut self, key: Key, agenda: &mut Agenda<Event>) {
        let Some(pod) = self.state.pods.get_mut(key) else {
            return;
        };
        pod.body.readiness = Health::default();
        pod.body.liveness = Health::default();
        let starts = pod.starts;
        let fleet = &self.plan.spec.services[pod.service as usize].fleet;
        if let Some(check) = fleet.readiness {
            let event = FleetEvent::Ready { pod: key, starts };
            agenda.after(check.delay, Event::Fleet(event));
        }
        if let Some(check) = fleet.liveness {
            let event = FleetEvent::Live { pod: key, starts };
            agenda.after(check.delay, Event::Fleet(event));
        }
    }

    pub fn send_readiness(&mut self, key: Key, agenda: &mut Agenda<Event>) {
        let Some((check, starts, found)) = self.probe_answer(key, true, agenda) else {
            return;
        };
        match found {
            Found::Served => self.readiness_is(key, check, true, agenda),
            Found::Refused => self.readiness_is(key, check, false, agenda),
            Found::Waits(turn) => {
                if let Some(pod) = self.state.pods.get_mut(key) {
                    pod.body.readiness.turn = turn;
                }
                let event = FleetEvent::ReadyDue { pod: key, starts };
                agenda.after(check.timeout, Event::Fleet(event));
            }
        }
        // The next one comes by the period, whatever became of this one.
        let event = FleetEvent::Ready { pod: key, starts };
        agenda.after(check.period, Event::Fleet(event));
    }

    pub fn readiness_due(&mut self, key: Key, agenda: &mut Agenda<Event>) {
        let Some(pod) = self.state.pods.get(key) else {
            return;
        };
        let good = pod.begun >= pod.body.readiness.turn;
        if let Some(check) = self.plan.spec.services[pod.service as usize]
            .fleet
            .readiness
        {
            self.readiness_is(key, check, good, agenda);
        }
    }

    pub fn send_liveness(&mut self, key: Key, agenda: &mut Agenda<Event>) {
        let Some((check, starts, found)) = self.probe_answer(key, false, agenda) else {
            return;
        };
        let event = FleetEvent::Live { pod: key, starts };
        agenda.after(check.period, Event::Fleet(event));
        match found {
            Found::Served => self.liveness_is(key, check, true, agenda),
            Found::Refused => self.liveness_is(key, check, false, agenda),
            Found::Waits(turn) => {
                if let Some(pod) = self.state.pods.get_mut(key) {
                    pod.body.liveness.turn = turn;
                }
                let event = FleetEvent::LiveDue { pod: key, starts };
                agenda.after(check.timeout, Event::Fleet(event));
            }
        }
    }

    pub fn liveness_due(&mut self, key: Key, agenda: &mut Agenda<Event>) {
        let Some(pod) = self.state.pods.get(key) else {
            return;
        };
        let good = pod.begun >= pod.body.liveness.turn;
        if let Some(check) = self.plan.spec.services[pod.service as usize].fleet.liveness {
            self.liveness_is(key, check, good, agenda);
        }
    }

    /// What a probe finds; nothing where pods are not probed any more.
    fn probe_answer(
        &self,
        key: Key,
        readiness: bool,
        agenda: &Agenda<Event>,
    ) -> Option<(HealthCheck, u32, Found)> {
        let pod = self.state.pods.get(key)?;
        if pod.phase == PodPhase::Draining {
            return None;
        }
        let fleet = &self.plan.spec.services[pod.service as usize].fleet;
        let check = if readiness {
            fleet.readiness
        } else {
            fleet.liveness
        }?;
        let paused = pod.body.paused_until.since(agenda.now());
        let found = if !pod.open || paused > check.timeout {
            Found::Refused
        } else if pod.busy < pod.workers {
            Found::Served
        } else if pod.queue.len() as u32 >= pod.places {
            Found::Refused
        } else {
            Found::Waits(pod.begun + pod.queue.len() as u64 + 1)
        };
        Some((check, pod.starts, found))
    }

    fn readiness_is(
        &mut self,
        key: Key,
        check: HealthCheck,
        good: bool,
        agenda: &mut Agenda<Event>,
    ) {
        let Some(pod) = self.state.pods.get_mut(key) else {
            return;
        };
        let health = &mut pod.body.readiness;
        health.count(good);
        match pod.phase {
            PodPhase::Unready if health.successes >= check.successes => {
                self.become_ready(key, agenda);
            }
            PodPhase::Ready if health.failures >= check.failures => {
                pod.phase = PodPhase::Unready;
                let (service, number) = (pod.service, pod.number);
                self.publish(key, false, agenda);
                self.probe.happened(
                    agenda.now(),
                    Happening::PodUnready {
                        service,
                        pod: number,
                    },
                );
                self.reconcile(service, agenda);
            }
            _ => {}
        }
    }

    fn liveness_is(
        &mut self,
        key: Key,
        check: HealthCheck,
        good: bool,
        agenda: &mut Agenda<Event>,
    ) {
        let Some(pod) = self.state.pods.get_mut(key) else {
            return;
        };
        pod.body.liveness.count(good);
        if pod.body.liveness.failures >= check.failures {
            self.container_exits(key, Exit::Unhealthy, agenda);
        }
    }
}

impl Health {
    /// Thresholds count in a row.
    fn count(&mut self, good: bool) {
        if good {
            self.successes = self.successes.saturating_add(1);
            self.failures = 0;
        } else {
            self.failures = self.failures.saturating_add(1);
            self.successes = 0;
        }
    }
}
