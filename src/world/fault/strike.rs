//! What acting faults do to a request, and to a pod that would be ready.
//!
//! Requests on routes that no fault concerns never come here: [`State::struck`]
//! says so by route, and is refreshed whenever a fault begins or ends.
//!
//! [`State::struck`]: crate::world::state::State

use super::{Fault, FaultKind, NOWHERE, Phase};
use crate::base::{SimTime, Span};
use crate::engine::Key;
use crate::world::line::Line;
use crate::world::live::Live;
use crate::world::probe::{Cause, Probe};
use crate::world::state::{Pod, State};

/// Hanging requests between two looks at which of them still live. Those that
/// live hold a worker each, so their number is bounded by the workers.
const MOST_HUNG: usize = 4_096;

/// What befalls a request as its work begins.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(in crate::world) struct Blow {
    /// It waits this long first.
    pub wait: Span,
    /// The fault that made it wait.
    pub slowed: Option<u32>,
    /// What becomes of it then.
    pub fate: Fate,
}

/// What becomes of a struck request.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(in crate::world) enum Fate {
    /// It goes on.
    #[default]
    Spared,
    /// It is refused, by this fault.
    Refused(u32),
    /// It is never answered, because of this fault.
    Hung(u32),
}

impl Fault {
    /// Whether it acts on this request.
    fn concerns(&self, line: &Line, service: u32, local: u32, pod: Option<&Pod>) -> bool {
        let version = pod.map_or(0, |pod| pod.version);
        let here = if self.service == NOWHERE {
            pod.is_some_and(|pod| self.holds_node_of(pod))
        } else {
            self.service == service
        };
        self.phase == Phase::Acting
            && here
            && self.route.is_none_or(|only| only == local)
            && self.version.is_none_or(|only| only == version)
            && self
                .pods
                .as_ref()
                .is_none_or(|pods| pods.contains(&line.pod))
    }
}

impl<P: Probe> Live<'_, P> {
    /// Every fault of `kinds` that strikes this request, in the order of their
    /// beginning, with the strength it has reached.
    fn strikes(
        &mut self,
        line: &Line,
        now: SimTime,
        kinds: &[FaultKind],
        mut each: impl FnMut(&mut Self, u32, f64),
    ) {
        let route = &self.plan.routes[line.route as usize];
        let (service, local) = (route.service, route.local);
        for id in 0..self.state.faults.len() {
            let fault = &self.state.faults[id];
            let pod = self.state.pods.get(line.pod);
            if !kinds.contains(&fault.spec.kind) || !fault.concerns(line, service, local, pod) {
                continue;
            }
            let (share, strength) = (fault.spec.target.share.get(), fault.strength(now));
            if share >= 1.0 || self.state.fault_chance.chance(share) {
                each(self, id as u32, strength);
            }
        }
    }

    /// What befalls a request as a worker takes it up.
    pub fn strike_begin(&mut self, line: &Line, now: SimTime) -> Blow {
        let mut blow = Blow::default();
        let kinds = [
            FaultKind::Latency,
            FaultKind::Abort,
            FaultKind::Hang,
            FaultKind::MemoryLeak,
            FaultKind::Gc,
        ];
        self.strikes(line, now, &kinds, |live, id, strength| {
            let fault = &live.state.faults[id as usize];
            let (kind, value) = (fault.spec.kind, fault.value(0));
            if matches!(kind, FaultKind::MemoryLeak | FaultKind::Gc) {
                if live.burden_more(line.pod, id, strength, now) {
                    blow.slowed = blow.slowed.or(Some(id));
                }
            } else if kind == FaultKind::Latency {
                let jitter = fault.value(1);
                let swing = if jitter > 0.0 {
                    jitter * (2.0 * live.state.fault_chance.unit() - 1.0)
                } else {
                    0.0
                };
                blow.wait = blow.wait + Span::from_secs_f64((value + swing) * strength);
                blow.slowed = blow.slowed.or(Some(id));
            } else if blow.fate == Fate::Spared && live.state.fault_chance.chance(value * strength)
            {
                blow.fate = if kind == FaultKind::Abort {
                    Fate::Refused(id)
                } else {
                    Fate::Hung(id)
                };
            }
        });
        blow
    }

    /// How many times as long a piece of work takes, and the fault that makes it so.
    pub fn strike_work(&mut self, line: &Line, now: SimTime) -> (f64, Option<u32>) {
        let (mut factor, mut slowed) = (1.0, None);
        let kinds = [FaultKind::Slow, FaultKind::NoisyNeighbour];
        self.strikes(line, now, &kinds, |live, id, strength| {
            factor *= 1.0 + (live.state.faults[id as usize].value(0) - 1.0) * strength;
            slowed = slowed.or(Some(id));
        });
        (factor, slowed)
    }

    /// Why a finished request is answered with an error instead, if it is.
    pub fn strike_end(&mut self, line: &Line, now: SimTime) -> Option<Cause> {
        let mut found = None;
        let kinds = [FaultKind::Errors, FaultKind::DiskFill];
        self.strikes(line, now, &kinds, |live, id, strength| {
            let fault = &live.state.faults[id as usize];
            let share = fault.value(0) * strength;
            let fails = if fault.spec.kind == FaultKind::DiskFill {
                live.disk_full(line, share)
            } else {
                found.is_none() && live.state.fault_chance.chance(share)
            };
            if found.is_none() && fails {
                found = Some(Cause::Fault(id));
            }
        });
        found
    }

    /// Remembers a request that will have no answer before its fault ends.
    pub fn hang(&mut self, id: u32, request: Key) {
        let State { faults, lines, .. } = &mut *self.state;
        if let Some(fault) = faults.get_mut(id as usize) {
            // Pods may die with what hangs in them: their requests are forgotten now and then.
            if fault.hung.len() >= MOST_HUNG {
                fault.hung.retain(|request| lines.contains(*request));
            }
            fault.hung.push(request);
        }
    }

    /// Whether a fault of `kind` acts on a pod of a service.
    pub fn pod_struck(&self, kind: FaultKind, service: u32, pod: Key, version: u32) -> bool {
        self.state.faults.iter().any(|fault| {
            fault.phase == Phase::Acting
                && fault.spec.kind == kind
                && fault.service == service
                && fault.version.is_none_or(|only| only == version)
                && fault.pods.as_ref().is_none_or(|pods| pods.contains(&pod))
        })
    }
}

impl Fault {
    /// The value of its parameter at `place`, in base units.
    pub fn value(&self, place: usize) -> f64 {
        self.spec.values.get(place).copied().unwrap_or_default()
    }
}
