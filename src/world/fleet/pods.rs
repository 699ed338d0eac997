//! One pod's life: placed, started, ready, drained, killed, started again.
//!
//! As the kubelet does it (Kubernetes documentation, "Pod Lifecycle"). A
//! container that ends is started again: at once the first time, then after
//! 10 s, 20 s, ... up to 5 min; ten good minutes forget what was before. A pod
//! that is to go is taken out of balancing and told to stop at the same time;
//! callers learn of it later, which is what pre-stop is for.

use crate::base::Span;
use crate::engine::{Agenda, Key};
use crate::world::fault::FaultKind;
use crate::world::line::Kind;
use crate::world::live::Live;
use crate::world::paths::How;
use crate::world::policy::Shield;
use crate::world::probe::{Cause, Happening, Outcome, Probe};
use crate::world::state::{End, Event, Pod, PodPhase};

use super::body::{Exit, FleetEvent, NodePhase};
use super::compute::weigh;

/// The first back-off, the longest one, and how long a container must run to be forgiven.
const BACK_OFF: Span = Span::from_secs(10);
const LONGEST_BACK_OFF: Span = Span::from_secs(300);
const FORGIVEN: Span = Span::from_mins(10);
/// Wait before a container that could not be created is tried again.
const SYNC: Span = Span::from_secs(10);

/// The wait before a container that ended for the `crashes`-th time in a row.
pub fn back_off(crashes: u32) -> Span {
    match crashes {
        0 | 1 => Span::ZERO,
        2..=6 => {
            let wait = Span::from_nanos(BACK_OFF.as_nanos() << (crashes - 2));
            if wait > LONGEST_BACK_OFF {
                LONGEST_BACK_OFF
            } else {
                wait
            }
        }
        _ => LONGEST_BACK_OFF,
    }
}

impl<P: Probe> Live<'_, P> {
    /// Makes a pod and starts it where it fits.
    pub fn create_pod(
        &mut self,
        service: u32,
        version: u32,
        epoch: u32,
        agenda: &mut Agenda<Event>,
    ) {
        let running = &mut self.state.services[service as usize];
        let number = running.next_number;
        running.next_number += 1;
        let pod = Pod::new(self.plan, service, number, version, epoch, agenda.now());
        let key = self.state.pods.insert(pod);
        self.state.services[service as usize].pods.push(key);
        self.spend(agenda.now());
        if self.place(key, agenda) {
            self.start_container(key, agenda);
        } else {
            let pod = number;
            self.probe
                .happened(agenda.now(), Happening::PodPending { service, pod });
        }
    }

    /// The pods that stand at the start: they have been serving for a while.
    pub fn start_service(&mut self, service: u32, agenda: &mut Agenda<Event>) {
        let spec = &self.plan.spec.services[service as usize];
        for number in 0..spec.replicas {
            let pod = Pod::new(self.plan, service, number, 0, 0, agenda.now());
            let key = self.state.pods.insert(pod);
            let running = &mut self.state.services[service as usize];
            running.next_number += 1;
            running.pods.push(key);
            if !self.place(key, agenda) {
                continue;
            }
            if let Some(pod) = self.state.pods.get_mut(key) {
                pod.phase = PodPhase::Ready;
                pod.open = true;
                pod.body.was_ready = true;
                pod.body.listed = true;
                pod.body.pulled = true;
                if let Some(after) = spec.versions[0].change.crash_after {
                    let starts = pod.starts;
                    agenda.after(after, Event::Fleet(FleetEvent::Exit { pod: key, starts }));
                }
            }
            self.start_probes(key, agenda);
        }
        self.refresh_ready(service);
        if let Some(scaler) = &spec.fleet.autoscale {
            agenda.after(scaler.sync, Event::Fleet(FleetEvent::Autoscale { service }));
        }
    }

    /// Starts a pod's container (again).
    pub fn start_container(&mut self, key: Key, agenda: &mut Agenda<Event>) {
        let now = agenda.now();
        let Some(pod) = self.state.pods.get_mut(key) else {
            return;
        };
        pod.phase = PodPhase::Starting;
        pod.body.started = now;
        pod.body.was_ready = false;
        let (service, number, version, starts) = (pod.service, pod.number, pod.version, pod.starts);
        let node = pod.body.node;
        let silent =
            node.is_some_and(|node| self.state.fleet.nodes[node as usize].phase == NodePhase::Lost);
        if silent {
            // Bound to a node that nobody knows to be gone: nothing happens.
            pod.body.lost = true;
            return;
        }
        let image_missing =
            !pod.body.pulled && self.pod_struck(FaultKind::WrongImage, service, key, version);
        if image_missing {
            self.pull_again(key, agenda);
            return;
        }
        if let Some(pod) = self.state.pods.get_mut(key)
            && !pod.body.pulled
        {
            pod.body.pulled = true;
            pod.body.crashes = 0;
        }
        let unset = self.pod_struck(FaultKind::BadEnvironment, service, key, version);
        if let Some(pod) = self.state.pods.get_mut(key) {
            pod.body.unset = unset;
            if unset {
                pod.phase = PodPhase::Waiting;
                let event = FleetEvent::Restart { pod: key, starts };
                agenda.after(SYNC, Event::Fleet(event));
                return;
            }
        }
        if self.pod_struck(FaultKind::BadCommand, service, key, version) {
            let event = FleetEvent::Exit { pod: key, starts };
            agenda.after(Span::ZERO, Event::Fleet(event));
        }
        let spec = &self.plan.spec.services[service as usize];
        let change = &spec.versions[version as usize].change;
        let start_up = change.start_up.unwrap_or(spec.start_up);
        if let Some(after) = change.crash_after {
            agenda.after(after, Event::Fleet(FleetEvent::Exit { pod: key, starts }));
        }
        agenda.after(start_up, Event::PodReady { pod: key, starts });
        self.start_probes(key, agenda);
        self.probe.happened(
            now,
            Happening::PodStarting {
                service,
                pod: number,
            },
        );
    }

    /// An image cannot be had: tried again later and later (`ImagePullBackOff`).
    fn pull_again(&mut self, key: Key, agenda: &mut Agenda<Event>) {
        let Some(pod) = self.state.pods.get_mut(key) else {
            return;
        };
        pod.phase = PodPhase::Waiting;
        pod.body.crashes += 1;
        let wait = back_off(pod.body.crashes + 1);
        let starts = pod.starts;
        agenda.after(wait, Event::Fleet(FleetEvent::Restart { pod: key, starts }));
    }

    /// A container has started: it can serve. It is ready unless a probe decides that.
    pub fn pod_ready(&mut self, key: Key, starts: u32, agenda: &mut Agenda<Event>) {
        let Some(pod) = self.state.pods.get(key) else {
            return;
        };
        if pod.starts != starts || pod.phase != PodPhase::Starting {
            return;
        }
        let held = self.pod_held(pod.service, key, pod.version);
        let Some(pod) = self.state.pods.get_mut(key) else {
            return;
        };
        pod.held = held;
        if held {
            return;
        }
        pod.open = true;
        pod.phase = PodPhase::Unready;
        let fleet = &self.plan.spec.services[pod.service as usize].fleet;
        if let Some(warm) = fleet.warm_up {
            pod.body.cold_until = agenda.now() + warm.over;
        }
        let odd = pod.odd;
        if fleet.readiness.is_none() {
            self.become_ready(key, agenda);
        }
        if let Some(pod) = self.state.pods.get(key).filter(|_| odd) {
            weigh(pod, key, &self.state.faults, self.plan, agenda);
        }
    }

    /// A pod can be asked from now on, as far as the control plane is concerned.
    pub fn become_ready(&mut self, key: Key, agenda: &mut Agenda<Event>) {
        let Some(pod) = self.state.pods.get_mut(key) else {
            return;
        };
        pod.phase = PodPhase::Ready;
        pod.body.was_ready = true;
        let (service, number) = (pod.service, pod.number);
        self.publish(key, true, agenda);
        self.probe.happened(
            agenda.now(),
            Happening::PodReady {
                service,
                pod: number,
            },
        );
        self.reconcile(service, agenda);
    }

    /// Tells callers whether a pod can be asked; it takes a while to reach them.
    pub fn publish(&mut self, key: Key, on: bool, agenda: &mut Agenda<Event>) {
        let topology = self.plan.spec.topology.as_ref();
        let delay = topology.map_or(Span::ZERO, |topology| topology.endpoint_delay);
        if delay.is_zero() {
            self.list(key, on);
        } else {
            agenda.after(delay, Event::Fleet(FleetEvent::Endpoint { pod: key, on }));
        }
    }

    /// Callers know.
    pub fn list(&mut self, key: Key, on: bool) {
        if let Some(pod) = self.state.pods.get_mut(key) {
            pod.body.listed = on;
            let service = pod.service;
            self.refresh_ready(service);
            return;
        }
        let services = self.state.services.iter_mut();
        for (service, running) in services.enumerate() {
            let before = running.ghosts.len();
            running.ghosts.retain(|(ghost, _)| *ghost != key);
            if running.ghosts.len() < before {
                self.refresh_ready(service as u32);
                return;
            }
        }
    }

    /// Takes a pod out of balancing; it goes when it has finished what it has.
    pub fn drain(&mut self, key: Key, agenda: &mut Agenda<Event>) {
        let Some(pod) = self.state.pods.get_mut(key) else {
            return;
        };
        let was_open = pod.open;
        pod.phase = PodPhase::Draining;
        let (service, starts, lost) = (pod.service, pod.starts, pod.body.lost);
        self.publish(key, false, agenda);
        if lost {
            // The kubelet cannot be told; the node's eviction ends it.
            return;
        }
        if !was_open {
            self.remove_pod(key, agenda);
            return;
        }
        let fleet = &self.plan.spec.services[service as usize].fleet;
        if let Some(grace) = fleet.grace {
            agenda.after(grace, Event::Fleet(FleetEvent::Kill { pod: key, starts }));
        }
        if fleet.pre_stop.is_zero() {
            self.terminate(key, agenda);
        } else {
            let event = FleetEvent::Terminate { pod: key, starts };
            agenda.after(fleet.pre_stop, Event::Fleet(event));
        }
    }

    /// The container is told to stop: it takes nothing new and finishes what it has.
    pub fn terminate(&mut self, key: Key, agenda: &mut Agenda<Event>) {
        let Some(pod) = self.state.pods.get_mut(key) else {
            return;
        };
        pod.open = false;
        if pod.requests == 0 {
            self.remove_pod(key, agenda);
        }
    }

    /// Ends a pod with all it holds.
    pub fn delete_pod(&mut self, key: Key, exit: Exit, agenda: &mut Agenda<Event>) {
        let cause = self.cause_of(key, exit);
        self.delete(key, exit, cause, agenda);
    }

    /// The same, for a cause.
    pub fn delete(&mut self, key: Key, exit: Exit, cause: Cause, agenda: &mut Agenda<Event>) {
        let Some(service) = self.state.pods.get(key).map(|pod| pod.service) else {
            return;
        };
        if let Some(pod) = self.state.pods.get_mut(key) {
            pod.phase = PodPhase::Draining;
        }
        self.lose_visits(key, exit, cause, agenda);
        self.remove_pod(key, agenda);
        self.reconcile(service, agenda);
    }

    /// Forgets a pod that holds nothing.
    pub fn remove_pod(&mut self, key: Key, agenda: &mut Agenda<Event>) {
        let Some(service) = self.state.pods.get(key).map(|pod| pod.service) else {
            return;
        };
        self.unplace(key, agenda);
        self.spend(agenda.now());
        // What still waits there is left over from requests that have ended.
        while let Some(line) = self.state.pods.get_mut(key).and_then(|pod| {
            let queued = pod.queue.pop_front();
            queued.or_else(|| pod.body.waiting.pop_front().map(|(line, _)| line))
        }) {
            self.forget(line, agenda.now());
        }
        if let Some(pod) = self.state.pods.get(key) {
            let (served, version) = (pod.begun, pod.version as usize);
            let running = &mut self.state.services[service as usize];
            running.served_by[version] += served;
            if pod.body.listed {
                running.ghosts.push((key, pod.epoch));
            }
        }
        self.state.pods.remove(key);
        self.state.services[service as usize]
            .pods
            .retain(|present| *present != key);
        self.refresh_ready(service);
        self.place_pending(agenda);
    }

    /// A container ends by itself, or is ended by the kubelet.
    pub fn container_exits(&mut self, key: Key, exit: Exit, agenda: &mut Agenda<Event>) {
        if self
            .state
            .pods
            .get(key)
            .is_some_and(|pod| pod.phase == PodPhase::Draining)
        {
            // It was to go anyway.
            self.delete_pod(key, exit, agenda);
            return;
        }
        let cause = self.cause_of(key, exit);
        self.kill(key, exit, cause, agenda);
    }

    /// A container ends and is started again in place; nothing where none runs.
    pub fn kill(&mut self, key: Key, exit: Exit, cause: Cause, agenda: &mut Agenda<Event>) {
        let now = agenda.now();
        let Some(pod) = self.state.pods.get_mut(key) else {
            return;
        };
        if pod.phase == PodPhase::Draining {
            self.delete_pod(key, exit, agenda);
            return;
        }
        if matches!(pod.phase, PodPhase::Pending | PodPhase::Waiting) || pod.body.lost {
            return;
        }
        // First closed, so that a freed worker takes up nothing.
        pod.phase = PodPhase::Waiting;
        let body = &mut pod.body;
        if now.since(body.started) >= FORGIVEN {
            body.crashes = 0;
        }
        body.crashes += 1;
        body.restarts += 1;
        let wait = back_off(body.crashes);
        let service = pod.service;
        self.publish(key, false, agenda);
        self.lose_visits(key, exit, cause, agenda);
        let starts = self.state.pods.get(key).map_or(0, |pod| pod.starts);
        if wait.is_zero() {
            self.start_container(key, agenda);
        } else {
            agenda.after(wait, Event::Fleet(FleetEvent::Restart { pod: key, starts }));
        }
        self.reconcile(service, agenda);
    }

    /// A container is gone: whoever it served is told that the connection is.
    pub fn lose_visits(&mut self, key: Key, exit: Exit, cause: Cause, agenda: &mut Agenda<Event>) {
        let Some(pod) = self.state.pods.get_mut(key) else {
            return;
        };
        pod.open = false;
        pod.starts += 1;
        pod.queue.clear();
        pod.busy = 0;
        pod.closing = 0;
        pod.requests = 0;
        let served = std::mem::take(&mut pod.begun);
        pod.body.begun_seen = 0;
        pod.body.lost = false;
        pod.body.last_exit = Some(exit);
        pod.body.cores_busy = 0;
        pod.body.waiting.clear();
        pod.body.paused_until = agenda.now();
        pod.body.since_gc = 0;
        pod.shield = Shield::default();
        pod.body.since_stop = 0;
        pod.body.leaked = 0;
        let (service, number) = (pod.service, pod.number);
        self.state.services[service as usize].served_by[pod.version as usize] += served;
        let lines = self.state.lines.iter().filter(|(_, line)| line.pod == key);
        let (held, branches): (Vec<_>, Vec<_>) =
            lines.partition(|(_, line)| line.kind == Kind::Request);
        let [held, branches] =
            [held, branches].map(|lines| lines.iter().map(|(line, _)| *line).collect::<Vec<Key>>());
        if self.plan.keeps {
            self.primary_died(key, agenda.now());
        }
        for branch in branches {
            self.let_go(branch);
            self.forget(branch, agenda.now());
        }
        let first = self.state.paths.first(cause);
        let path = self.state.paths.onward(first, service, How::Reset);
        let end = End::of(Outcome::Unavailable, path);
        for request in &held {
            let caller = self.close(*request, end, agenda);
            self.answer(caller, *request, end);
        }
        self.probe.happened(
            agenda.now(),
            Happening::PodDied {
                service,
                pod: number,
                key,
                lost: held.len() as u32,
                exit,
            },
        );
    }

    fn cause_of(&self, key: Key, exit: Exit) -> Cause {
        let (service, version, node) = self.state.pods.get(key).map_or((0, 0, None), |pod| {
            (pod.service, pod.version, pod.body.node)
        });
        match (exit, node) {
            (Exit::Node, Some(node)) => self.state.fleet.cause(node),
            (Exit::Crashed, _) => Cause::Version { service, version },
            _ => Cause::Died { service, exit },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn back_off_doubles_from_ten_seconds_to_five_minutes() {
        let waits: Vec<u64> = (1..=8)
            .map(|crashes| back_off(crashes).as_nanos() / 1_000_000_000)
            .collect();
        assert_eq!(waits, [0, 10, 20, 40, 80, 160, 300, 300]);
    }
}
