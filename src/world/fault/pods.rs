//! What acting faults do to pods: to their start, their probes, their memory,
//! cores and disk. Everything here is asked seldom, or only while faults act.

use super::{Fault, FaultKind, Phase};
use crate::base::SimTime;
use crate::engine::{Agenda, Key};
use crate::world::fleet::body::Exit;
use crate::world::fleet::{disk_refuses, weigh};
use crate::world::line::Line;
use crate::world::live::Live;
use crate::world::plan::Plan;
use crate::world::probe::{Cause, Probe};
use crate::world::spec::Cores;
use crate::world::state::{Event, Pod, PodPhase};

impl Fault {
    /// Whether it acts on a pod, asked for by its key.
    fn acts_on(&self, key: Key, pod: &Pod) -> bool {
        self.phase == Phase::Acting
            && self.service == pod.service
            && self.version.is_none_or(|only| only == pod.version)
            && self.pods.as_ref().is_none_or(|pods| pods.contains(&key))
    }

    /// Whether a pod runs on a node that the fault holds.
    pub(super) fn holds_node_of(&self, pod: &Pod) -> bool {
        pod.body.node.is_some_and(|node| self.nodes.contains(&node))
    }
}

/// Bytes that faults use of a container's memory.
pub fn memory_strain(faults: &[Fault], key: Key, pod: &Pod, now: SimTime) -> u64 {
    faults
        .iter()
        .filter(|fault| fault.spec.kind == FaultKind::MemoryStress && fault.acts_on(key, pod))
        .map(|fault| (fault.value(0) * fault.strength(now)) as u64)
        .sum()
}

impl<P: Probe> Live<'_, P> {
    /// A request begins in a pod that leaks, or collects more than by its
    /// nature; whether the pod stands still now.
    pub(super) fn burden_more(&mut self, key: Key, id: u32, strength: f64, now: SimTime) -> bool {
        let fault = &self.state.faults[id as usize];
        let (kind, value, every) = (fault.spec.kind, fault.value(0), fault.value(1));
        let Some(pod) = self.state.pods.get_mut(key) else {
            return false;
        };
        let body = &mut pod.body;
        if kind == FaultKind::MemoryLeak {
            body.leaked = body.leaked.saturating_add((value * strength) as u64);
            return false;
        }
        body.since_stop += 1;
        if f64::from(body.since_stop) >= every {
            body.since_stop = 0;
            let until = now + crate::base::Span::from_secs_f64(value * strength);
            if until > body.paused_until {
                body.paused_until = until;
            }
        }
        body.paused_until > now
    }

    /// Whether a route has to write and cannot, with a share of the disk used by something else.
    pub(super) fn disk_full(&self, line: &Line, share: f64) -> bool {
        let local = self.plan.routes[line.route as usize].local;
        self.state
            .pods
            .get(line.pod)
            .is_some_and(|pod| disk_refuses(pod, self.plan, local, share))
    }

    /// Whether a request is on a route that writes to its pod's disk.
    pub(super) fn writes_disk(&self, line: &Line) -> bool {
        let route = &self.plan.routes[line.route as usize];
        let fleet = &self.plan.spec.services[route.service as usize].fleet;
        let writes = |writes: &Vec<bool>| writes.get(route.local as usize) == Some(&true);
        fleet.disk.as_ref().is_some_and(|disk| writes(&disk.writes))
    }

    /// The cores of a pod as faults leave them, the busy loops there, and the fault behind it.
    pub fn cores_now(&self, key: Key, cores: Cores, now: SimTime) -> (Cores, f64, Option<u32>) {
        let (mut cores, mut loops, mut by) = (cores, 0.0, None);
        let Some(pod) = self.state.pods.get(key) else {
            return (cores, loops, by);
        };
        for (id, fault) in self.state.faults.iter().enumerate() {
            let kind = fault.spec.kind;
            let strains = matches!(kind, FaultKind::CpuLimit | FaultKind::CpuStress);
            if !strains || !fault.acts_on(key, pod) {
                continue;
            }
            if kind == FaultKind::CpuStress {
                loops += fault.value(0) * fault.strength(now);
                by = Some(id as u32);
                continue;
            }
            let own = cores.limit.unwrap_or(cores.threads * 1_000);
            let limit = (fault.value(0) * 1e3) as u32;
            // The limit comes down evenly while the fault grows.
            let lost = f64::from(own.saturating_sub(limit)) * fault.strength(now);
            if lost >= 1.0 {
                cores.limit = Some(own - lost as u32);
                by = Some(id as u32);
            }
        }
        (cores, loops, by)
    }

    /// Ready pods lose their container, or are deleted, with all they hold.
    pub(super) fn kill_pods(
        &mut self,
        service: u32,
        count: u32,
        fault: u32,
        agenda: &mut Agenda<Event>,
    ) {
        let in_place = self.state.faults[fault as usize].spec.kind == FaultKind::ContainerKill;
        let mut victims = self.state.services[service as usize].pods.clone();
        victims.retain(|key| {
            self.state
                .pods
                .get(*key)
                .is_some_and(|pod| pod.phase == PodPhase::Ready)
        });
        victims.truncate(count as usize);
        for key in victims {
            let cause = Cause::Fault(fault);
            if in_place {
                self.kill(key, Exit::Killed, cause, agenda);
            } else {
                self.publish(key, false, agenda);
                self.delete(key, Exit::Killed, cause, agenda);
            }
        }
    }

    /// Something uses memory of containers from now on: it may be the last straw.
    pub(super) fn strain_memory(&mut self, service: u32, agenda: &mut Agenda<Event>) {
        for key in &self.state.services[service as usize].pods {
            if let Some(pod) = self.state.pods.get(*key) {
                weigh(pod, *key, &self.state.faults, self.plan, agenda);
            }
        }
    }
}

/// Why a kind could do nothing to a service, if so.
pub(super) fn idle(kind: FaultKind, plan: &Plan, service: u32) -> Option<&'static str> {
    let spec = &plan.spec.services[service as usize];
    let fleet = &spec.fleet;
    match kind {
        FaultKind::Unhealthy if fleet.liveness.is_none() => {
            Some("the service has no liveness probe that could fail")
        }
        FaultKind::CpuStress | FaultKind::CpuLimit if fleet.cores.is_none() || !spec.computes() => {
            Some("the service counts no cores: give it `cores`, and `work` with `cpu`")
        }
        FaultKind::MemoryStress | FaultKind::MemoryLeak if fleet.memory.is_none() => {
            Some("the service has no memory limit that could be reached")
        }
        FaultKind::DiskFill if fleet.disk.is_none() => {
            Some("the service has no disk that could be full")
        }
        FaultKind::DiskSlow | FaultKind::DiskErrors
            if !fleet
                .disk
                .as_ref()
                .is_some_and(|disk| disk.writes.contains(&true)) =>
        {
            Some("no route of the service writes to a disk of its pods")
        }
        FaultKind::AntiAffinity if plan.spec.topology.is_none() || fleet.alone => {
            Some("its pods run on no nodes that could be too few, or never share one")
        }
        _ => None,
    }
}
