//! Pods: start, ready, drain, die; and the controller that keeps a service at
//! its wanted version and number.
//!
//! The controller works as a Kubernetes Deployment does with `maxSurge: 1` and
//! `maxUnavailable: 0`: start one new pod, wait until it is ready, drain an
//! old one, and so on.

use crate::engine::{Agenda, Key};

use super::fault::FaultKind;
use super::line::Kind;
use super::live::Live;
use super::probe::{Cause, Happening, Outcome, Probe};
use super::state::{End, Event, Next, Pod, PodPhase};

impl<P: Probe> Live<'_, P> {
    /// Starts, drains and removes pods until nothing can be done at this instant.
    pub fn reconcile(&mut self, service: u32, agenda: &mut Agenda<Event>) {
        while self.reconcile_once(service, agenda) {}
        let running = &self.state.services[service as usize];
        let settled = running.pods.len() as u32 == running.replicas
            && running.ready.len() == running.pods.len()
            && running.pods.iter().all(|key| {
                self.state
                    .pods
                    .get(*key)
                    .is_some_and(|pod| pod.epoch == running.epoch)
            });
        if running.rolling && settled {
            let version = running.version;
            self.state.services[service as usize].rolling = false;
            self.probe
                .happened(agenda.now(), Happening::RolloutDone { service, version });
        }
    }

    /// One action of the controller; false if none is due.
    fn reconcile_once(&mut self, service: u32, agenda: &mut Agenda<Event>) -> bool {
        let running = &self.state.services[service as usize];
        let (mut old, mut new, mut ready) = (0, 0, 0);
        let (mut oldest, mut oldest_unready, mut newest) = (None, None, None);
        for key in &running.pods {
            let Some(pod) = self.state.pods.get(*key) else {
                continue;
            };
            if pod.phase == PodPhase::Draining {
                continue;
            }
            ready += u32::from(pod.phase == PodPhase::Ready);
            if pod.epoch == running.epoch {
                new += 1;
                newest = Some(*key);
            } else {
                old += 1;
                if oldest.is_none() {
                    oldest = Some(*key);
                }
                if pod.phase == PodPhase::Starting && oldest_unready.is_none() {
                    oldest_unready = Some(*key);
                }
            }
        }
        let wanted = running.replicas;
        let surge = u32::from(old > 0);
        if let Some(key) = oldest_unready {
            self.drain(key);
            true
        } else if new < wanted && old + new < wanted + surge {
            self.start_pod(service, agenda);
            true
        } else if let Some(key) = newest.filter(|_| new > wanted) {
            self.drain(key);
            true
        } else if let Some(key) = oldest.filter(|_| ready > wanted) {
            self.drain(key);
            true
        } else {
            false
        }
    }

    fn start_pod(&mut self, service: u32, agenda: &mut Agenda<Event>) {
        let running = &mut self.state.services[service as usize];
        let number = running.next_number;
        running.next_number += 1;
        let pod = Pod::new(self.plan, service, number, running.version, running.epoch);
        let key = self.state.pods.insert(pod);
        running.pods.push(key);
        self.announce_start(key, agenda);
    }

    pub fn announce_start(&mut self, key: Key, agenda: &mut Agenda<Event>) {
        let Some(pod) = self.state.pods.get(key) else {
            return;
        };
        let (service, number, starts) = (pod.service, pod.number, pod.starts);
        let delay = self.plan.spec.services[service as usize].start_up;
        agenda.after(delay, Event::PodReady { pod: key, starts });
        self.probe.happened(
            agenda.now(),
            Happening::PodStarting {
                service,
                pod: number,
            },
        );
    }

    /// A pod has started and can be asked, unless it died or was drained meanwhile.
    pub fn pod_ready(&mut self, key: Key, starts: u32, agenda: &mut Agenda<Event>) {
        let Some(pod) = self.state.pods.get(key) else {
            return;
        };
        if pod.starts != starts || pod.phase != PodPhase::Starting {
            return;
        }
        let (service, number, version) = (pod.service, pod.number, pod.version);
        let held = self.pod_held(service, key, version);
        let Some(pod) = self.state.pods.get_mut(key) else {
            return;
        };
        pod.held = held;
        if held {
            return;
        }
        pod.phase = PodPhase::Ready;
        self.refresh_ready(service);
        self.probe.happened(
            agenda.now(),
            Happening::PodReady {
                service,
                pod: number,
            },
        );
        self.reconcile(service, agenda);
    }

    /// Takes a pod out of balancing; it goes when it has finished what it has.
    fn drain(&mut self, key: Key) {
        let Some(pod) = self.state.pods.get_mut(key) else {
            return;
        };
        pod.phase = PodPhase::Draining;
        let (service, idle) = (pod.service, pod.requests == 0);
        if idle {
            self.remove_pod(key);
        } else {
            self.refresh_ready(service);
        }
    }

    /// Forgets a pod that holds nothing.
    pub fn remove_pod(&mut self, key: Key) {
        let Some(pod) = self.state.pods.get(key) else {
            return;
        };
        let service = pod.service;
        self.state.pods.remove(key);
        self.state.services[service as usize]
            .pods
            .retain(|present| *present != key);
        self.refresh_ready(service);
    }

    /// Notes which pods callers may ask: those that are ready and pass their probe.
    pub fn refresh_ready(&mut self, service: u32) {
        let mut ready = std::mem::take(&mut self.state.services[service as usize].ready);
        ready.clear();
        for key in &self.state.services[service as usize].pods {
            if let Some(pod) = self.state.pods.get(*key)
                && pod.phase == PodPhase::Ready
                && !self.pod_struck(FaultKind::Unready, service, *key, pod.version)
            {
                ready.push(*key);
            }
        }
        self.state.services[service as usize].ready = ready;
    }

    /// Ready pods die with all they hold and are started again in place.
    pub fn kill_pods(&mut self, service: u32, count: u32, fault: u32, agenda: &mut Agenda<Event>) {
        let victims: Vec<Key> = self.state.services[service as usize]
            .ready
            .iter()
            .copied()
            .take(count as usize)
            .collect();
        for key in victims {
            self.kill(key, Cause::Fault(fault), agenda);
        }
        self.follow(Next::Nothing, agenda);
    }

    /// A pod dies with all it holds and is started again in place.
    pub fn kill(&mut self, key: Key, cause: Cause, agenda: &mut Agenda<Event>) {
        let Some(pod) = self.state.pods.get_mut(key) else {
            return;
        };
        pod.phase = PodPhase::Starting;
        pod.starts += 1;
        pod.busy = 0;
        pod.requests = 0;
        pod.queue.clear();
        let (service, number) = (pod.service, pod.number);
        if self.plan.keeps {
            self.primary_died(key, agenda.now());
        }
        self.refresh_ready(service);
        let lines = self.state.lines.iter().filter(|(_, line)| line.pod == key);
        let (held, branches): (Vec<_>, Vec<_>) =
            lines.partition(|(_, line)| line.kind == Kind::Request);
        let [held, branches] =
            [held, branches].map(|lines| lines.iter().map(|(line, _)| *line).collect::<Vec<Key>>());
        for branch in branches {
            self.forget(branch, agenda.now());
        }
        let end = End {
            outcome: Outcome::Unavailable,
            cause: Some(cause),
        };
        for request in &held {
            let caller = self.close(*request, end, agenda);
            self.answer(caller, *request, end);
        }
        let lost = held.len() as u32;
        self.probe.happened(
            agenda.now(),
            Happening::PodDied {
                service,
                pod: number,
                lost,
            },
        );
        self.announce_start(key, agenda);
    }
}
