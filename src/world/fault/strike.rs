//! What acting faults do to a request, and to a pod that would be ready.
//!
//! Requests on routes that no fault concerns never come here: [`State::struck`]
//! says so by route, and is refreshed whenever a fault begins or ends.
//!
//! [`State::struck`]: crate::world::state::State

use super::{Fault, FaultKind, NOWHERE, Phase};
use crate::base::{SimTime, Span};
use crate::engine::{Agenda, Key};
use crate::world::line::Line;
use crate::world::live::Live;
use crate::world::probe::{Cause, Outcome, Probe};
use crate::world::state::{End, Event, Pod, State};

/// Hanging requests between two looks at which of them still live. Those that
/// live hold a worker or a caller each, so their number is bounded.
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
    /// It goes on when this fault ends.
    Held(u32),
}

/// What a fault may strike: a request at its pod, or a message to or from it.
#[derive(Clone, Copy, Debug)]
pub(in crate::world) struct Struck {
    /// Number of the route across all services.
    pub route: u32,
    pub pod: Key,
    /// Position of the service that asks, where that is known.
    pub from: Option<u32>,
}

impl Struck {
    fn request(line: &Line) -> Struck {
        Struck {
            route: line.route,
            pod: line.pod,
            from: None,
        }
    }
}

impl Fault {
    /// Whether it acts on this request or message.
    fn concerns(&self, struck: &Struck, service: u32, local: u32, pod: Option<&Pod>) -> bool {
        let pods = self.pods.as_ref();
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
            && self.from.is_none_or(|only| struck.from == Some(only))
            && pods.is_none_or(|pods| pods.contains(&struck.pod))
    }

    /// What a request is answered that it refuses: its HTTP status as an outcome.
    pub fn refuses_with(&self) -> Outcome {
        match (self.spec.kind, self.value(1) as u32) {
            (FaultKind::Abort, 429) => Outcome::Limited,
            (FaultKind::Abort, 503) => Outcome::Overloaded,
            (FaultKind::Abort, 504 | 408) => Outcome::TimedOut,
            _ => Outcome::Error,
        }
    }
}

impl<P: Probe> Live<'_, P> {
    /// Every fault of `kinds` that strikes this request, in the order of their
    /// beginning, with the strength it has reached.
    pub(in crate::world) fn strikes(
        &mut self,
        struck: Struck,
        now: SimTime,
        kinds: &[FaultKind],
        mut each: impl FnMut(&mut Self, u32, f64),
    ) {
        let route = &self.plan.routes[struck.route as usize];
        let (service, local) = (route.service, route.local);
        for id in 0..self.state.faults.len() {
            let fault = &self.state.faults[id];
            let pod = self.state.pods.get(struck.pod);
            if !kinds.contains(&fault.spec.kind) || !fault.concerns(&struck, service, local, pod) {
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
            FaultKind::SlowQuery,
            FaultKind::Abort,
            FaultKind::Credentials,
            FaultKind::DiskFull,
            FaultKind::Hang,
            FaultKind::Unreachable,
            FaultKind::Migration,
            FaultKind::MemoryLeak,
            FaultKind::Gc,
            FaultKind::ClockSkew,
            FaultKind::SchemaMismatch,
            FaultKind::DiskSlow,
        ];
        let writes = self.plan.store.writes[line.route as usize];
        self.strikes(Struck::request(line), now, &kinds, |live, id, strength| {
            let fault = &live.state.faults[id as usize];
            let (kind, value) = (fault.spec.kind, fault.value(0));
            if matches!(kind, FaultKind::MemoryLeak | FaultKind::Gc) {
                if live.burden_more(line.pod, id, strength, now) {
                    blow.slowed = blow.slowed.or(Some(id));
                }
            } else if kind == FaultKind::DiskSlow && !live.writes_disk(line) {
                // It does not use the disk.
            } else if matches!(
                kind,
                FaultKind::Latency | FaultKind::SlowQuery | FaultKind::DiskSlow
            ) {
                blow.wait = blow.wait + live.swing(value, id, strength);
                blow.slowed = blow.slowed.or(Some(id));
            } else if blow.fate == Fate::Spared && (writes || kind != FaultKind::DiskFull) {
                let share = match kind {
                    FaultKind::ClockSkew => fault.refused_tokens(strength),
                    _ if value > 0.0 => value * strength,
                    _ => strength,
                };
                if live.state.fault_chance.chance(share) {
                    blow.fate = match kind {
                        FaultKind::Hang | FaultKind::Unreachable => Fate::Hung(id),
                        FaultKind::Migration => Fate::Held(id),
                        _ => Fate::Refused(id),
                    };
                }
            }
        });
        blow
    }

    /// How many times as long a piece of work takes, and the fault that makes it so.
    pub fn strike_work(&mut self, line: &Line, now: SimTime) -> (f64, Option<u32>) {
        let (mut factor, mut slowed) = (1.0, None);
        let kinds = [
            FaultKind::Slow,
            FaultKind::LostIndex,
            FaultKind::NoisyNeighbour,
        ];
        self.strikes(Struck::request(line), now, &kinds, |live, id, strength| {
            factor *= 1.0 + (live.state.faults[id as usize].value(0) - 1.0) * strength;
            slowed = slowed.or(Some(id));
        });
        (factor, slowed)
    }

    /// Why a finished request is answered with an error instead, if it is.
    pub fn strike_end(&mut self, line: &Line, now: SimTime) -> Option<Cause> {
        let mut found = None;
        let kinds = [
            FaultKind::Errors,
            FaultKind::DiskFill,
            FaultKind::DiskErrors,
        ];
        self.strikes(Struck::request(line), now, &kinds, |live, id, strength| {
            let fault = &live.state.faults[id as usize];
            let share = fault.value(0) * strength;
            let fails = match fault.spec.kind {
                FaultKind::DiskFill => live.disk_full(line, share),
                FaultKind::DiskErrors if !live.writes_disk(line) => false,
                _ => found.is_none() && live.state.fault_chance.chance(share),
            };
            if found.is_none() && fails {
                found = Some(Cause::Fault(id));
            }
        });
        found
    }

    /// Remembers a request that will have no answer before its fault ends. One
    /// that never arrived takes no worker, and goes when its caller gives up.
    pub fn hang(&mut self, id: u32, request: Key, agenda: &mut Agenda<Event>) {
        let State { faults, lines, .. } = &mut *self.state;
        let Some(fault) = faults.get_mut(id as usize) else {
            return;
        };
        let lost = fault.spec.kind == FaultKind::Unreachable;
        // Pods may die with what hangs in them: their requests are forgotten now and then.
        if fault.hung.len() >= MOST_HUNG && fault.hung.len().is_power_of_two() {
            let waited_for = |line: &Line| !lost || line.owner != Key::NONE;
            let gone = |key: &Key| lines.get(*key).is_some_and(|line| !waited_for(line));
            let forgotten: Vec<Key> = fault.hung.iter().copied().filter(gone).collect();
            fault
                .hung
                .retain(|key| lines.get(*key).is_some_and(waited_for));
            fault.hung.push(request);
            let path = self.state.paths.first(Cause::Fault(id));
            let end = End::of(Outcome::TimedOut, path);
            for request in forgotten {
                self.finish(request, end, agenda);
            }
        } else {
            fault.hung.push(request);
        }
        if let Some(line) = self.state.lines.get_mut(request).filter(|_| lost) {
            let (pod, service) = (line.pod, line.service);
            line.running = false;
            if !self.plan.services[service as usize].asynchronous {
                self.release(pod, agenda);
            }
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
        let given = self.spec.values.get(place).copied();
        let absent = || self.spec.kind.entry().parameters.get(place)?.absent;
        given.or_else(absent).unwrap_or_default()
    }
}
