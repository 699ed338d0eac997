//! Where everything is: zones and regions of pods, callers and users, how far
//! they are from each other, and which pods are near.

use crate::base::Span;
use crate::engine::Key;

use super::World;
use super::line::Kind;
use super::live::Live;
use super::plan::Plan;
use super::probe::Probe;
use super::spec::{Balance, Hop, Spec, Topology};
use super::state::State;

/// What of it never changes.
#[derive(Clone, Debug, Default)]
pub(super) struct Ground {
    /// Regions, in the order in which zones name them.
    pub regions: Vec<String>,
    /// By zone: its region.
    pub region_of: Vec<u32>,
    /// By class of clients: the region that they are in.
    pub homes: Vec<Option<u32>>,
    /// By region: all regions, the nearest first.
    pub nearest: Vec<Vec<u32>>,
    /// Whether messages take time.
    pub networked: bool,
    /// Whether DNS leads clients to regions.
    pub led: bool,
}

impl Ground {
    pub fn new(spec: &Spec) -> Ground {
        let Some(topology) = &spec.topology else {
            return Ground::default();
        };
        let regions = topology.regions();
        let place = |name: &str| {
            let found = regions.iter().position(|region| *region == name);
            found.map(|place| place as u32)
        };
        let zones = topology.zones.iter();
        let region_of: Vec<u32> = zones.filter_map(|zone| place(&zone.region)).collect();
        let classes = spec.traffic.classes.iter();
        let homes = classes.map(|class| class.region.as_deref().and_then(place));
        let nearest = (0..regions.len() as u32).map(|from| {
            let mut all: Vec<u32> = (0..regions.len() as u32).collect();
            all.sort_by_key(|to| (*to != from, distance(topology, &region_of, from, *to), *to));
            all
        });
        Ground {
            nearest: nearest.collect(),
            homes: homes.collect(),
            networked: topology.network.is_some(),
            led: topology.dns.is_some(),
            regions: regions.iter().map(|region| (*region).to_owned()).collect(),
            region_of,
        }
    }
}

/// The shortest way between two regions.
fn distance(topology: &Topology, region_of: &[u32], from: u32, to: u32) -> Span {
    let Some(network) = &topology.network else {
        return Span::ZERO;
    };
    let zones = |region: u32| (0..region_of.len()).filter(move |zone| region_of[*zone] == region);
    let ways = zones(from).flat_map(|one| zones(to).map(move |other| (one, other)));
    let ways = ways.map(|(one, other)| network.pairs[one][other].latency);
    ways.min().unwrap_or(Span::ZERO)
}

impl State {
    /// Position of the zone that a pod runs in.
    pub fn zone(&self, plan: &Plan, pod: Key) -> Option<u32> {
        let node = self.pods.get(pod)?.body.node?;
        let pool = self.fleet.nodes.get(node as usize)?.pool;
        let topology = plan.spec.topology.as_ref()?;
        topology.pools.get(pool as usize).map(|pool| pool.zone)
    }

    /// Position of the region that a pod runs in.
    pub fn region(&self, plan: &Plan, pod: Key) -> Option<u32> {
        let zone = self.zone(plan, pod)?;
        plan.ground.region_of.get(zone as usize).copied()
    }

    /// Zone and region of whoever makes a call; a user may have a region alone.
    fn whereabouts(&self, plan: &Plan, line: Key) -> (Option<u32>, Option<u32>) {
        let Some(line) = self.lines.get(line) else {
            return (None, None);
        };
        if line.kind == Kind::User {
            let class = plan.entries[line.route as usize].class;
            return (
                None,
                plan.ground.homes.get(class as usize).copied().flatten(),
            );
        }
        let zone = self.zone(plan, line.pod);
        let region = zone.map(|zone| plan.ground.region_of[zone as usize]);
        (zone, region)
    }
}

impl<P: Probe> Live<'_, P> {
    /// How long a message takes between a caller and a pod by nature.
    pub fn hop(&mut self, caller: Key, pod: Key) -> Span {
        let topology = self.plan.spec.topology.as_ref();
        let network = topology.and_then(|topology| topology.network.as_ref());
        let (Some(network), Some(there)) = (network, self.state.zone(self.plan, pod)) else {
            return Span::ZERO;
        };
        let ground = &self.plan.ground;
        let here = match self.state.whereabouts(self.plan, caller) {
            (Some(zone), _) => Some(zone as usize),
            // Users of a region are beside all of it.
            (None, Some(region)) if ground.region_of[there as usize] != region => {
                ground.region_of.iter().position(|of| *of == region)
            }
            _ => None,
        };
        let hop = here.map_or(Hop::default(), |here| network.pairs[here][there as usize]);
        self.swung(hop)
    }

    /// How long a message takes between two pods by nature.
    pub fn way_between(&mut self, one: Key, other: Key) -> Span {
        let topology = self.plan.spec.topology.as_ref();
        let network = topology.and_then(|topology| topology.network.as_ref());
        let zones = (
            self.state.zone(self.plan, one),
            self.state.zone(self.plan, other),
        );
        let (Some(network), (Some(one), Some(other))) = (network, zones) else {
            return Span::ZERO;
        };
        self.swung(network.pairs[one as usize][other as usize])
    }

    fn swung(&mut self, hop: Hop) -> Span {
        match &mut self.state.network {
            Some(network) if !hop.jitter.is_zero() => {
                let swing = (2.0 * network.unit() - 1.0) * hop.jitter.as_secs_f64();
                Span::from_secs_f64(hop.latency.as_secs_f64() + swing)
            }
            _ => hop.latency,
        }
    }

    /// How far a pod is from a caller: in its zone, in its region, or elsewhere.
    fn remoteness(&self, (zone, region): (Option<u32>, Option<u32>), pod: Key) -> u8 {
        let there = self.state.zone(self.plan, pod);
        let of = there.map(|zone| self.plan.ground.region_of[zone as usize]);
        match there {
            Some(_) if zone.is_some() && there == zone => 0,
            Some(_) if region.is_some() && of == region => 1,
            _ => 2,
        }
    }

    /// Whether a pod is as near to a caller as any of these is.
    pub fn is_nearest(&self, caller: Key, pod: Key, among: &[Key]) -> bool {
        let here = self.state.whereabouts(self.plan, caller);
        let own = self.remoteness(here, pod);
        among
            .iter()
            .all(|other| own <= self.remoteness(here, *other))
    }

    /// One of the ready pods that are nearest to the caller, or that lie in
    /// the region that DNS led a user to; not `but` if there is another.
    #[inline(never)]
    pub fn choose_near(
        &mut self,
        service: u32,
        caller: Key,
        led: Option<u32>,
        but: Key,
        user: u32,
    ) -> Option<Key> {
        let running = &mut self.state.services[service as usize];
        let split = running.split > 0.0 && running.canaries.chance(running.split);
        let mut near = std::mem::take(&mut self.state.near);
        near.clear();
        let here = self.state.whereabouts(self.plan, caller);
        let mut least = u8::MAX;
        let running = &self.state.services[service as usize];
        for pod in if split {
            &running.canary
        } else {
            &running.ready
        } {
            if running.ejected.contains(pod) && running.ejected.len() < running.ready.len() {
                continue;
            }
            let far = match led {
                Some(region) if self.state.region(self.plan, *pod) != Some(region) => continue,
                Some(_) => 0,
                None => self.remoteness(here, *pod),
            };
            if far < least {
                least = far;
                near.clear();
            }
            if far == least {
                near.push(*pod);
            }
        }
        if near.len() > 1 {
            near.retain(|pod| *pod != but);
        }
        let chosen = self.choose_among(service, &near, user);
        self.state.near = near;
        chosen
    }

    /// One of these pods, by the service's balancing rule.
    fn choose_among(&mut self, service: u32, pods: &[Key], user: u32) -> Option<Key> {
        let running = &mut self.state.services[service as usize];
        let count = pods.len() as u32;
        if count < 2 {
            return pods.first().copied();
        }
        let place = match self.plan.services[service as usize].balance {
            Balance::RoundRobin => {
                running.turn = running.turn.wrapping_add(1);
                running.turn % count
            }
            Balance::Random => running.balance.below(count),
            Balance::RingHash => return running.ring.find(user, |pod| !pods.contains(&pod)),
            Balance::LeastRequest | Balance::ZoneAware => {
                let first = running.balance.below(count);
                let second = (first + 1 + running.balance.below(count - 1)) % count;
                let load = |place: u32| {
                    let pod = self.state.pods.get(pods[place as usize]);
                    pod.map_or(0, |pod| pod.requests)
                };
                if load(second) < load(first) {
                    second
                } else {
                    first
                }
            }
        };
        pods.get(place as usize).copied()
    }
}

impl World {
    /// Mean time in seconds of a request and its answer on their way, by
    /// position of caller and callee, as pods stand now; empty where messages
    /// take no time.
    pub(super) fn ways(&self) -> Vec<Vec<f64>> {
        let topology = self.plan.spec.topology.as_ref();
        let Some(network) = topology.and_then(|topology| topology.network.as_ref()) else {
            return Vec::new();
        };
        let ground = &self.plan.ground;
        let zones = self.state.services.iter().map(|service| {
            let pods = service.pods.iter();
            let zones = pods.filter_map(|pod| self.state.zone(&self.plan, *pod));
            zones.map(|zone| zone as usize).collect()
        });
        let zones: Vec<Vec<usize>> = zones.collect();
        let way = |from: &Vec<usize>, to: usize| {
            let near = self.plan.services[to].balance == Balance::ZoneAware;
            let each = from.iter().map(|here| {
                let far = |there: &usize| match ground.region_of[*there] == ground.region_of[*here]
                {
                    _ if !near || there == here => 0,
                    true => 1,
                    false => 2,
                };
                let least = zones[to].iter().map(far).min();
                let asked = zones[to].iter().filter(|there| Some(far(there)) == least);
                mean(asked.map(|there| 2.0 * network.pairs[*here][*there].latency.as_secs_f64()))
            });
            mean(each)
        };
        let row = |from| (0..zones.len()).map(|to| way(from, to)).collect();
        zones.iter().map(row).collect()
    }
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (count, sum) = values.fold((0_u32, 0.0), |(count, sum), value| (count + 1, sum + value));
    if count == 0 {
        0.0
    } else {
        sum / f64::from(count)
    }
}
