//! Surges: traffic that operators, attackers or marketing add for a while.

use serde::{Deserialize, Serialize};

use crate::base::{SimTime, Span};
use crate::engine::Agenda;

use super::World;
use super::control::ActionError;
use super::live::Live;
use super::probe::{Happening, Probe};
use super::profile::{Bound, flash_at, flash_bound};
use super::spec::{Class, ClassKind};
use super::state::Event;

/// Surges in one run; far more than a person can start.
const MAX_SURGES: usize = 1_000;
/// A flash sale is over after so many half-lives: a thousandth of it is left.
const FLASH_HALF_LIVES: f64 = 10.0;
/// Stretches of a ramp over which its bound holds.
const RAMP_STRETCHES: u64 = 16;
/// Simulated requests per second that a flood may add.
const MAX_FLOOD: f64 = 100_000.0;

/// Clients chosen by name or label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// One class.
    Class(String),
    /// Every class of this tenant.
    Tenant(String),
    /// Every class with this device.
    Device(String),
    /// Every class from this region.
    Region(String),
}

/// A surge as someone asks for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SurgeSpec {
    /// Whose traffic; every user's where absent (every bot's for a flood).
    pub who: Option<Who>,
    /// What happens.
    pub kind: SurgeKind,
    /// When it ends by itself; until someone ends it where absent.
    pub duration: Option<Span>,
}

/// What a surge does.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SurgeKind {
    /// So many times the traffic (or the users of a closed loop), at once.
    Spike {
        /// 1 is as before; at most 100.
        times: f64,
    },
    /// So many times the traffic at once, and the excess halves again and again.
    FlashSale {
        /// 1 is as before; at most 100.
        times: f64,
        /// Time in which the excess halves.
        half_life: Span,
    },
    /// Requests on top, whatever else comes, from all the chosen classes alike.
    Flood {
        /// Real requests per second, as pages show them.
        rate: f64,
    },
}

/// A surge, as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct SurgeStatus {
    /// Its number.
    pub id: u32,
    /// What was asked for.
    pub spec: SurgeSpec,
    /// When it ends by itself.
    pub until: Option<SimTime>,
}

/// Every surge so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(super) struct Surges {
    all: Vec<Surge>,
    /// Numbers of those that act, oldest first.
    active: Vec<u32>,
    /// Those that faults are, each with the number of its fault.
    of_faults: Vec<(u32, Surge)>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Surge {
    spec: SurgeSpec,
    /// Set of classes; none for every user.
    classes: Option<u32>,
    /// A flood's simulated requests per second for each of its classes.
    flood: f64,
    began: SimTime,
    /// How long it takes to reach its full strength.
    ramp: Span,
    until: Option<SimTime>,
}

impl Surge {
    /// How much of its full strength it has at `now`, 0..=1, or a bound on it.
    fn strength(&self, now: SimTime, bounded: bool) -> Bound {
        let full = self.began + self.ramp;
        if now >= full {
            return Bound::forever(1.0);
        }
        let share = |at: SimTime| at.since(self.began).as_secs_f64() / self.ramp.as_secs_f64();
        if !bounded {
            return Bound::forever(share(now));
        }
        let soon = now + Span::from_nanos(self.ramp.as_nanos() / RAMP_STRETCHES + 1);
        let until = if soon < full { soon } else { full };
        Bound {
            most: share(until),
            until,
            exact: false,
        }
    }
}

impl Surges {
    /// A fault lets more come from a set of classes.
    pub fn begin_fault(
        &mut self,
        fault: u32,
        classes: u32,
        kind: SurgeKind,
        scale: f64,
        began: SimTime,
        ramp: Span,
    ) {
        let flood = match kind {
            SurgeKind::Flood { rate } => rate / scale / f64::from(classes.count_ones()),
            _ => 0.0,
        };
        let spec = SurgeSpec {
            who: None,
            kind,
            duration: None,
        };
        let surge = Surge {
            spec,
            classes: Some(classes),
            flood,
            began,
            ramp,
            until: None,
        };
        self.of_faults.push((fault, surge));
    }

    /// That fault ends; false if it let nobody come.
    pub fn end_fault(&mut self, fault: u32) -> bool {
        let before = self.of_faults.len();
        self.of_faults.retain(|(other, _)| *other != fault);
        self.of_faults.len() < before
    }

    fn acting(&self) -> impl Iterator<Item = &Surge> {
        self.active
            .iter()
            .filter_map(|id| self.all.get(*id as usize))
            .chain(self.of_faults.iter().map(|(_, surge)| surge))
    }

    /// What the surges of everyone (or, of one class alone) multiply traffic by.
    pub fn factor(&self, class: Option<u32>, now: SimTime, bounded: bool) -> Bound {
        let mut factor = Bound::forever(1.0);
        for surge in self.acting() {
            let applies = match (surge.classes, class) {
                (None, None) => true,
                (Some(classes), Some(class)) => classes >> class & 1 == 1,
                _ => false,
            };
            if !applies {
                continue;
            }
            let (began, at) = (surge.began.as_nanos(), now.as_nanos());
            let own = match surge.spec.kind {
                SurgeKind::Spike { times } => Bound::forever(times),
                SurgeKind::FlashSale { times, half_life } if bounded => {
                    flash_bound(at, began, times, half_life)
                }
                SurgeKind::FlashSale { times, half_life } => {
                    Bound::forever(flash_at(at, began, times, half_life))
                }
                SurgeKind::Flood { .. } => continue,
            };
            let own = own.with(surge.strength(now, bounded), |own, strength| {
                1.0 + (own - 1.0) * strength
            });
            factor = factor.with(own, |a, b| a * b);
        }
        factor
    }

    /// What floods add to a class, or a bound on it.
    pub fn flood(&self, class: u32, now: SimTime, bounded: bool) -> Bound {
        let floods = self.acting().filter(|surge| {
            surge
                .classes
                .is_some_and(|classes| classes >> class & 1 == 1)
        });
        floods.fold(Bound::forever(0.0), |sum, surge| {
            let strength = surge.strength(now, bounded);
            sum.with(strength, |sum, strength| sum + surge.flood * strength)
        })
    }
}

impl<P: Probe> Live<'_, P> {
    /// Ends a surge; false if it does not act.
    pub fn end_surge(&mut self, id: u32, agenda: &mut Agenda<Event>) -> bool {
        let active = &mut self.state.surges.active;
        let before = active.len();
        active.retain(|other| *other != id);
        let ended = active.len() < before;
        if ended {
            self.refresh_traffic(agenda);
        }
        ended
    }

    /// A surge's time is over.
    pub fn surge_over(&mut self, id: u32, agenda: &mut Agenda<Event>) {
        if self.end_surge(id, agenda) {
            self.probe
                .happened(agenda.now(), Happening::SurgeEnded { surge: id });
        }
    }
}

impl World {
    /// The classes that `who` chooses, as a set.
    pub(super) fn classes_of(&self, who: &Who) -> Result<u32, ActionError> {
        let chosen = |class: &Class| match who {
            Who::Class(name) => class.name == *name,
            Who::Tenant(name) => class.tenant.as_ref() == Some(name),
            Who::Device(name) => class.device.as_ref() == Some(name),
            Who::Region(name) => class.region.as_ref() == Some(name),
        };
        match self.set_of(chosen) {
            0 => Err(ActionError::NobodyLikeThat(who.to_string())),
            classes => Ok(classes),
        }
    }

    fn set_of(&self, chosen: impl Fn(&Class) -> bool) -> u32 {
        let classes = self.plan.spec.traffic.classes.iter().enumerate();
        classes
            .filter(|(_, class)| chosen(class))
            .fold(0, |set, (place, _)| set | 1 << place)
    }

    /// Starts a surge; returns its number.
    pub fn surge<P: Probe>(&mut self, spec: &SurgeSpec, probe: &mut P) -> Result<u32, ActionError> {
        let mut classes = match &spec.who {
            Some(who) => Some(self.classes_of(who)?),
            None => None,
        };
        let mut flood = 0.0;
        let mut duration = spec.duration;
        match spec.kind {
            SurgeKind::Spike { times } if !(1.0..=100.0).contains(&times) => {
                return Err(ActionError::BadSurge);
            }
            SurgeKind::FlashSale { times, half_life } => {
                if !(1.0..=100.0).contains(&times) || half_life < Span::from_secs(1) {
                    return Err(ActionError::BadSurge);
                }
                duration = duration.or(Some(half_life.scaled(FLASH_HALF_LIVES)));
            }
            SurgeKind::Flood { rate } => {
                let set = classes.unwrap_or(self.set_of(|class| class.kind == ClassKind::Bots));
                classes = Some(set);
                let simulated = rate / f64::from(self.plan.spec.scale);
                if !(simulated > 0.0 && simulated <= MAX_FLOOD) {
                    return Err(ActionError::BadSurge);
                }
                flood = simulated / f64::from(set.count_ones());
            }
            SurgeKind::Spike { .. } => {}
        }
        let surges = &mut self.state.surges;
        if surges.all.len() >= MAX_SURGES {
            return Err(ActionError::TooManySurges);
        }
        let id = surges.all.len() as u32;
        let began = self.agenda.now();
        let until = duration.map(|duration| began + duration);
        surges.all.push(Surge {
            spec: spec.clone(),
            classes,
            flood,
            began,
            ramp: Span::ZERO,
            until,
        });
        surges.active.push(id);
        if let Some(until) = until {
            self.agenda.at(until, Event::SurgeEnd(id));
        }
        self.with_live(probe, |live, agenda| live.refresh_traffic(agenda));
        Ok(id)
    }

    /// Ends a surge before its time.
    pub fn end_surge<P: Probe>(&mut self, id: u32, probe: &mut P) -> Result<(), ActionError> {
        if self.with_live(probe, |live, agenda| live.end_surge(id, agenda)) {
            Ok(())
        } else {
            Err(ActionError::NoSuchSurge(id))
        }
    }

    /// Surges that act now.
    pub fn surges(&self) -> impl Iterator<Item = SurgeStatus> + '_ {
        let surges = &self.state.surges;
        surges.active.iter().filter_map(|id| {
            surges.all.get(*id as usize).map(|surge| SurgeStatus {
                id: *id,
                spec: surge.spec.clone(),
                until: surge.until,
            })
        })
    }

    fn with_live<P: Probe, T>(
        &mut self,
        probe: &mut P,
        act: impl FnOnce(&mut Live<'_, P>, &mut Agenda<Event>) -> T,
    ) -> T {
        let mut live = Live {
            plan: &self.plan,
            state: &mut self.state,
            probe,
        };
        act(&mut live, &mut self.agenda)
    }
}

impl std::fmt::Display for Who {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Who::Class(name) => f.write_str(name),
            Who::Tenant(name) => write!(f, "tenant {name}"),
            Who::Device(name) => write!(f, "device {name}"),
            Who::Region(name) => write!(f, "region {name}"),
        }
    }
}
