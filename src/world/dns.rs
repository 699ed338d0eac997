//! DNS: which region clients are led to, and how late they learn of a change.
//!
//! Every region is looked at from outside, again and again; so many failures
//! in a row take it out of what is given out, and so many successes put it
//! back. Clients keep what they were told for the time to live. A client that
//! asks now was told at some instant within the last time to live, evenly
//! spread: after a change the share that still has the old answer falls in a
//! straight line to nothing.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh64::xxh64;

use crate::base::{SimTime, Span, Stream};
use crate::engine::{Agenda, Key};

use super::World;
use super::control::ActionError;
use super::fault::{FaultKind, Struck};
use super::line::{Kind, NOBODY};
use super::live::Live;
use super::plan::Plan;
use super::probe::{Happening, Probe};
use super::spec::{Dns, DnsPolicy};
use super::state::Event;

/// What can be done to a region by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegionAct {
    /// Give it out no more.
    Withdraw,
    /// Give it out again.
    Restore,
}

/// One region, as DNS knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegionStatus {
    /// Its name.
    pub name: String,
    /// Whether health checks say that it is well.
    pub healthy: bool,
    /// Whether clients that ask now may be led there.
    pub given: bool,
    /// Whether an operator withdrew it.
    pub withdrawn: bool,
    /// Whether it is well again, and waits for an operator to restore it.
    pub waiting: bool,
    /// Users that were led there so far.
    pub led: u64,
}

/// What DNS says and said.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Names {
    regions: Vec<Region>,
    /// Sets of regions given out and since when, oldest first; as many as
    /// some client may still know. The last is given out now.
    records: VecDeque<(SimTime, u32)>,
    /// Faults that keep answers alive, and the set that they keep.
    stale: Vec<(u32, u32)>,
    clients: Stream,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
struct Region {
    healthy: bool,
    withdrawn: bool,
    waiting: bool,
    /// Checks in a row that said otherwise.
    against: u32,
    led: u64,
}

impl Names {
    /// Everything is well.
    pub fn new(plan: &Plan, seed: u64) -> Names {
        let well = Region {
            healthy: true,
            withdrawn: false,
            waiting: false,
            against: 0,
            led: 0,
        };
        let mut names = Names {
            regions: vec![well; plan.ground.regions.len()],
            records: VecDeque::new(),
            stale: Vec::new(),
            clients: Stream::named(seed, "dns"),
        };
        names.records.push_back((SimTime::ZERO, names.set()));
        names
    }

    /// The regions to be given out. Where none is well, those that nobody
    /// withdrew: an answer that may fail is better than none.
    fn set(&self) -> u32 {
        let of = |fits: &dyn Fn(&Region) -> bool| {
            let chosen = (0..).zip(&self.regions).filter(|(_, region)| fits(region));
            chosen.fold(0, |set, (place, _)| set | 1_u32 << place)
        };
        match of(&|region| region.healthy && !region.withdrawn && !region.waiting) {
            0 => of(&|region| !region.withdrawn),
            set => set,
        }
    }

    /// Gives out what is to be given out; whether that is something new.
    fn publish(&mut self, now: SimTime, ttl: Span) {
        let set = self.set();
        if self.records.back().is_none_or(|(_, last)| *last != set) {
            self.records.push_back((now, set));
        }
        // What was replaced longer than a time to live ago is known to nobody.
        while self
            .records
            .get(1)
            .is_some_and(|(since, _)| *since + ttl <= now)
        {
            self.records.pop_front();
        }
    }

    fn given(&self) -> u32 {
        self.records.back().map_or(0, |(_, set)| *set)
    }

    /// What was given out at `age` before `now`.
    fn at(&self, now: SimTime, age: Span) -> u32 {
        let mut records = self.records.iter().rev();
        let found = records.find(|(since, _)| now.since(*since) >= age);
        found.or(self.records.front()).map_or(0, |(_, set)| *set)
    }
}

/// Two numbers of 0..1 of one user for one stretch of time.
fn of_user(user: u32, stretch: u64) -> (f64, f64) {
    let unit = |seed| {
        let mut bytes = [0; 12];
        bytes[..4].copy_from_slice(&user.to_le_bytes());
        bytes[4..].copy_from_slice(&stretch.to_le_bytes());
        (xxh64(&bytes, seed) >> 11) as f64 / (1_u64 << 53) as f64
    };
    (unit(2), unit(3))
}

impl Dns {
    /// Which of the regions in `set` a client gets.
    fn choose(&self, plan: &Plan, home: Option<u32>, set: u32, draw: f64) -> Option<u32> {
        let has = |region: &u32| set >> region & 1 == 1;
        let regions = plan.ground.regions.len() as u32;
        let weight = |region: u32| match &self.policy {
            DnsPolicy::Weighted(weights) => weights[region as usize],
            _ => 1.0,
        };
        let order = match (&self.policy, home) {
            (DnsPolicy::Nearest, Some(home)) => plan.ground.nearest[home as usize].iter(),
            (DnsPolicy::Failover(order), _) => order.iter(),
            _ => {
                let all = || (0..regions).filter(has);
                let sum: f64 = all().map(weight).sum();
                let mut left = draw * sum;
                for region in all().filter(|region| weight(*region) > 0.0) {
                    left -= weight(region);
                    if left < 0.0 {
                        return Some(region);
                    }
                }
                // Only regions without a weight are left, or rounding left none.
                return all().next_back();
            }
        };
        order.copied().find(has)
    }
}

impl<P: Probe> Live<'_, P> {
    fn dns(&self) -> Option<&Dns> {
        self.plan.spec.topology.as_ref()?.dns.as_ref()
    }

    /// The health checks begin.
    pub fn watch_regions(&mut self, agenda: &mut Agenda<Event>) {
        if let Some(dns) = self.dns() {
            agenda.after(dns.period, Event::Check);
        }
    }

    /// Where a user is led who asks now; none where DNS leads nobody.
    #[inline(never)]
    pub fn lead(&mut self, line: Key, route: u32, now: SimTime) -> Option<u32> {
        let line = *self.state.lines.get(line)?;
        let dns = self.plan.spec.topology.as_ref()?.dns.as_ref()?;
        if line.kind != Kind::User {
            return None;
        }
        let mut kept = None;
        let struck = Struck {
            route,
            pod: Key::NONE,
            from: None,
        };
        self.strikes(struck, now, &[FaultKind::StaleDns], |live, id, strength| {
            let share = live.state.faults[id as usize].value(0) * strength;
            if live.state.fault_chance.chance(share) {
                kept = kept.or(Some(id));
            }
        });
        let names = self.state.names.as_mut()?;
        let (age, draw) = if line.at == NOBODY {
            let age = dns.ttl.scaled(names.clients.unit());
            let draws = matches!(dns.policy, DnsPolicy::Nearest | DnsPolicy::Weighted(_));
            (age, if draws { names.clients.unit() } else { 0.0 })
        } else {
            // The same user asks DNS once in a time to live, at a time of its own.
            let ttl = dns.ttl.as_nanos();
            let phase = (of_user(line.at, 0).0 * ttl as f64) as u64;
            let (since, stretch) = (
                (now.as_nanos() + phase) % ttl,
                (now.as_nanos() + phase) / ttl,
            );
            (Span::from_nanos(since), of_user(line.at, stretch + 1).1)
        };
        let held = kept.and_then(|id| names.stale.iter().find(|(fault, _)| *fault == id));
        let set = match held {
            Some((_, set)) => *set,
            None => names.at(now, age),
        };
        let class = self.plan.entries[line.route as usize].class;
        let home = self.plan.ground.homes[class as usize];
        let region = dns.choose(self.plan, home, set, draw)?;
        names.regions[region as usize].led += 1;
        Some(region)
    }

    /// Every region is looked at.
    pub fn check_regions(&mut self, agenda: &mut Agenda<Event>) {
        let Some(dns) = self.dns().cloned() else {
            return;
        };
        agenda.after(dns.period, Event::Check);
        for place in 0..self.plan.ground.regions.len() as u32 {
            let answers = self.region_answers(place);
            let Some(names) = &mut self.state.names else {
                return;
            };
            let region = &mut names.regions[place as usize];
            if answers == region.healthy {
                region.against = 0;
                continue;
            }
            region.against += 1;
            if region.against >= dns.threshold {
                region.against = 0;
                region.healthy = answers;
                region.waiting = !dns.fail_back && (answers || region.waiting);
                let told = Happening::RegionChecked {
                    region: place,
                    healthy: answers,
                };
                self.probe.happened(agenda.now(), told);
            }
        }
        if let Some(names) = &mut self.state.names {
            names.publish(agenda.now(), dns.ttl);
        }
    }

    /// Whether each service that clients ask has a pod in a region that answers.
    fn region_answers(&self, region: u32) -> bool {
        let entries = self.plan.entries.iter();
        let mut asked = entries.map(|entry| self.plan.calls[entry.call as usize].service);
        asked.all(|service| {
            let mut ready = self.state.services[service as usize].ready.iter();
            ready.any(|pod| {
                self.state.region(self.plan, *pod) == Some(region)
                    && self.state.pods.get(*pod).is_some_and(|pod| pod.open)
            })
        })
    }

    /// A fault keeps answers alive from now on, or does no more.
    pub fn keep_answers(&mut self, id: u32, begins: bool) {
        if let Some(names) = &mut self.state.names {
            names.stale.retain(|(fault, _)| *fault != id);
            if begins {
                names.stale.push((id, names.given()));
            }
        }
    }
}

impl World {
    /// What DNS knows of every region; nothing where it leads nobody.
    pub fn regions(&self) -> impl Iterator<Item = RegionStatus> {
        let names = self.state.names.iter();
        names.flat_map(|names| {
            let named = (0..).zip(&self.plan.ground.regions).zip(&names.regions);
            named.map(|((place, name), region)| RegionStatus {
                name: name.clone(),
                healthy: region.healthy,
                given: names.given() >> place & 1 == 1,
                withdrawn: region.withdrawn,
                waiting: region.waiting,
                led: region.led,
            })
        })
    }

    /// The share of clients that knows what DNS says now.
    pub fn dns_known(&self) -> Option<f64> {
        let ttl = self.plan.spec.topology.as_ref()?.dns.as_ref()?.ttl;
        let (since, _) = self.state.names.as_ref()?.records.back()?;
        if *since == SimTime::ZERO {
            return Some(1.0);
        }
        let share = self.now().since(*since).as_secs_f64() / ttl.as_secs_f64();
        Some(if share < 1.0 { share } else { 1.0 })
    }

    /// Takes a region out of DNS, or puts it back.
    pub fn act_on_region(&mut self, name: &str, act: RegionAct) -> Result<(), ActionError> {
        let unknown = || ActionError::UnknownRegion(name.to_owned());
        let refused = || ActionError::AlreadySo(name.to_owned());
        let regions = &self.plan.ground.regions;
        let place = regions.iter().position(|region| region == name);
        let place = place.ok_or_else(unknown)?;
        let topology = self.plan.spec.topology.as_ref();
        let dns = topology.and_then(|topology| topology.dns.as_ref());
        let (Some(dns), Some(names)) = (dns, &mut self.state.names) else {
            return Err(ActionError::NoDns);
        };
        let left = names
            .regions
            .iter()
            .filter(|region| !region.withdrawn)
            .count();
        let region = &mut names.regions[place];
        match act {
            RegionAct::Withdraw if region.withdrawn => return Err(refused()),
            RegionAct::Withdraw if left < 2 => return Err(ActionError::LastRegion),
            RegionAct::Withdraw => region.withdrawn = true,
            RegionAct::Restore if !region.withdrawn && !region.waiting => return Err(refused()),
            RegionAct::Restore => (region.withdrawn, region.waiting) = (false, false),
        }
        names.publish(self.agenda.now(), dns.ttl);
        Ok(())
    }
}
