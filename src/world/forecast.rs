//! What a world does at its normal load, worked out on paper and not by
//! running it: how often each service is asked, how busy that keeps it, how
//! long a request takes if nobody waits, and what retries can make of it.
//!
//! Messages take the mean time between the zones where a fresh world has its
//! pods; where not the nearest is asked, any is taken to be asked as often.
//!
//! Assumes that nothing fails, that nobody is turned away, that no queue is
//! long, that nobody waits for a core, a collection or a lock, and that caches
//! are warm and hit as Che's approximation says. Every service runs its first
//! version. Parallel scripts are
//! taken to last as long as the longest of their means, which is a little less
//! than the mean of the longest.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::{SimTime, Span};

use super::World;
use super::cache::hit_ratio;
use super::spec::{Class, Drive, Lookup, Population, RouteRef, Service, Spec, Step, Store};

/// The whole of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Forecast {
    /// Requests from outside per simulated second, averaged over the first week.
    pub arrivals: f64,
    /// The same at the week's busiest; everything below is about that time.
    pub busiest: f64,
    /// Mean time of a request from outside.
    pub response: Span,
    /// Every service, in the order of the file.
    pub services: Vec<ServiceForecast>,
    /// Mean time of each route, by service and position.
    pub routes: Vec<Vec<Span>>,
    /// Calls per simulated second, by position of caller and callee.
    pub calls: BTreeMap<(usize, usize), f64>,
}

/// One service.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ServiceForecast {
    /// Requests per simulated second.
    pub rate: f64,
    /// Mean time for which one request holds a worker: its work and, unless the
    /// service is asynchronous, the answers that it waits for.
    pub held: Span,
    /// Mean time of one request.
    pub response: Span,
    /// Workers that can be busy at once, over all pods.
    pub workers: u32,
    /// Share of them that is busy, rate x held / workers; 1 and more cannot last.
    pub utilisation: f64,
    /// Mean wait for a worker by Erlang's C formula, if each pod gets the same
    /// share of requests; none where the load is more than it can carry.
    pub wait: Option<Span>,
    /// No user's request causes more attempts here, even if each fails and is
    /// tried again as often as allowed.
    pub most_attempts: f64,
}

/// Time that one request of a route takes, in seconds.
#[derive(Clone, Copy, Default)]
struct Time {
    /// From arrival to answer.
    whole: f64,
    /// Of that, work of its own.
    own: f64,
}

impl Time {
    /// One after the other.
    fn then(self, next: Time) -> Time {
        Time {
            whole: self.whole + next.whole,
            own: self.own + next.own,
        }
    }
}

impl Forecast {
    /// Works it out.
    pub fn of(spec: &Spec) -> Forecast {
        let mut sheet = Sheet::new(spec);
        let order = sheet.callees_first();
        for route in &order {
            let parts = sheet.scripts(*route);
            sheet.times[route.service][route.route] = parts
                .map(|script| sheet.time(route.service, script))
                .iter()
                .fold(Time::default(), |sum, part| sum.then(*part));
        }
        let (arrivals, now) = sheet.arrivals();
        let asked = sheet.asked(now);
        let (mut busiest, mut waited) = (0.0, 0.0);
        for (to, rate) in &asked {
            busiest += rate;
            waited += rate * sheet.times[to.service][to.route].whole;
            sheet.rates[to.service][to.route] += rate;
        }
        let mut between = BTreeMap::new();
        for route in order.iter().rev() {
            let rate = sheet.rates[route.service][route.route];
            outgoing(spec, *route, &mut |to, share, _| {
                sheet.rates[to.service][to.route] += rate * share;
                *between.entry((route.service, to.service)).or_insert(0.0) += rate * share;
            });
        }
        let mut most = vec![0.0; spec.services.len()];
        for (to, _) in &asked {
            sheet.attempts(*to, &order, &mut most);
        }
        let services = spec.services.iter().enumerate().zip(most);
        let row = |row: &Vec<Time>| row.iter().map(|time| seconds(time.whole)).collect();
        Forecast {
            routes: sheet.times.iter().map(row).collect(),
            calls: between,
            arrivals,
            busiest,
            response: seconds(if busiest > 0.0 { waited / busiest } else { 0.0 }),
            services: services
                .map(|((place, service), most_attempts)| ServiceForecast {
                    most_attempts,
                    ..sheet.service(place, service)
                })
                .collect(),
        }
    }
}

fn seconds(seconds: f64) -> Span {
    Span::from_nanos_f64(seconds * 1e9)
}

/// Work in progress: a row for each service, a cell for each route.
struct Sheet<'s> {
    spec: &'s Spec,
    times: Vec<Vec<Time>>,
    rates: Vec<Vec<f64>>,
    /// Mean time of a request and its answer on their way, by caller and
    /// callee; nothing where messages take no time.
    ways: Vec<Vec<f64>>,
}

impl<'s> Sheet<'s> {
    fn new(spec: &'s Spec) -> Sheet<'s> {
        let routes = |service: &Service| service.routes.len();
        Sheet {
            spec,
            times: spec
                .services
                .iter()
                .map(|s| vec![Time::default(); routes(s)])
                .collect(),
            rates: spec.services.iter().map(|s| vec![0.0; routes(s)]).collect(),
            ways: World::new(spec.clone(), 0).ways(),
        }
    }

    fn way(&self, from: usize, to: usize) -> f64 {
        let way = self.ways.get(from).and_then(|row| row.get(to));
        way.copied().unwrap_or(0.0)
    }

    /// Every route, each after all that it calls; the reader has refused circles.
    fn callees_first(&self) -> Vec<RouteRef> {
        let mut seen: Vec<Vec<bool>> = self
            .rates
            .iter()
            .map(|row| vec![false; row.len()])
            .collect();
        let mut order = Vec::new();
        for service in 0..self.spec.services.len() {
            for route in 0..self.spec.services[service].routes.len() {
                let mut stack = vec![(RouteRef { service, route }, false)];
                while let Some((here, leaving)) = stack.pop() {
                    if leaving {
                        order.push(here);
                    } else if !std::mem::replace(&mut seen[here.service][here.route], true) {
                        stack.push((here, true));
                        outgoing(self.spec, here, &mut |to, _, _| stack.push((to, false)));
                    }
                }
            }
        }
        order
    }

    /// Requests from outside per simulated second: the mean over a week, looked
    /// at every five minutes, and the instant of the most.
    fn arrivals(&self) -> (f64, SimTime) {
        const LOOKS: u64 = 7 * 24 * 12;
        let (mut sum, mut most, mut when) = (0.0, 0.0, SimTime::ZERO);
        for look in 0..LOOKS {
            let now = SimTime::ZERO + Span::from_mins(5 * look);
            let rate = self.asked(now).iter().map(|(_, rate)| rate).sum();
            sum += rate;
            if rate > most {
                (most, when) = (rate, now);
            }
        }
        (sum / LOOKS as f64, when)
    }

    /// What clients ask for at an instant, class by class, and how often.
    fn asked(&self, now: SimTime) -> Vec<(RouteRef, f64)> {
        let traffic = &self.spec.traffic;
        let share = |class: &Class| match class.drive {
            Drive::Share(share) => share,
            _ => 0.0,
        };
        let shares: f64 = traffic.classes.iter().map(share).sum();
        let mut asked = Vec::new();
        for class in &traffic.classes {
            let rate = match &class.drive {
                Drive::Share(share) => traffic.rate.at(now) * share / shares,
                Drive::Open(rate) => rate.at(now),
                Drive::Closed(population) => {
                    self.journeys(class, population, now, &mut asked);
                    continue;
                }
            };
            let total: f64 = class.mix.iter().map(|entry| entry.weight).sum();
            let each = class.mix.iter();
            asked.extend(each.map(|entry| (entry.to, rate * entry.weight / total)));
        }
        asked
    }

    /// Requests of a closed loop: its users go through so many journeys as
    /// have room for thinking and answers (the response time law; e.g. Denning
    /// and Buzen, "The operational analysis of queueing network models", 1978).
    fn journeys(
        &self,
        class: &Class,
        population: &Population,
        now: SimTime,
        asked: &mut Vec<(RouteRef, f64)>,
    ) {
        let total: f64 = population.journeys.iter().map(|way| way.weight).sum();
        let cycle: f64 = population
            .journeys
            .iter()
            .map(|way| {
                let steps = way.steps.iter().map(|step| {
                    let to = class.mix[step.entry].to;
                    let think = step.think.unwrap_or(population.think).mean();
                    self.times[to.service][to.route].whole + think.as_secs_f64()
                });
                way.weight / total * steps.sum::<f64>()
            })
            .sum();
        let journeys = population.users.at(now) / cycle;
        for way in &population.journeys {
            let rate = journeys * way.weight / total;
            let steps = way.steps.iter();
            asked.extend(steps.map(|step| (class.mix[step.entry].to, rate)));
        }
    }

    fn time(&self, service: usize, script: &[Step]) -> Time {
        let slower = self.spec.services[service].versions[0].slower;
        let work = |span: Span| {
            let work = span.as_secs_f64() * slower;
            Time {
                whole: work,
                own: work,
            }
        };
        let mut sum = Time::default();
        for step in script {
            let time = match step {
                Step::Work(duration) => work(duration.mean()),
                Step::Compute { cpu, wait } => {
                    let wait = wait.as_ref().map_or(Span::ZERO, |wait| wait.mean());
                    work(cpu.mean() + wait)
                }
                Step::Call(call) => Time {
                    whole: self.times[call.to.service][call.to.route].whole
                        + self.way(service, call.to.service),
                    own: 0.0,
                },
                Step::Lock(_) => Time::default(),
                Step::Lookup(lookup) => {
                    let (to, fetch) = (lookup.call.to, self.time(service, &lookup.miss));
                    let share = misses(self.spec, lookup);
                    Time {
                        whole: self.times[to.service][to.route].whole
                            + self.way(service, to.service)
                            + share * fetch.whole,
                        own: share * fetch.own,
                    }
                }
                Step::Parallel(scripts) => {
                    let times = scripts.iter().map(|script| self.time(service, script));
                    times.fold(Time::default(), |all, one| Time {
                        whole: if one.whole > all.whole {
                            one.whole
                        } else {
                            all.whole
                        },
                        own: all.own + one.own,
                    })
                }
                Step::Branch(choices) => {
                    let total: f64 = choices.iter().map(|(weight, _)| weight).sum();
                    choices
                        .iter()
                        .fold(Time::default(), |all, (weight, script)| {
                            let (share, one) = (weight / total, self.time(service, script));
                            Time {
                                whole: all.whole + share * one.whole,
                                own: all.own + share * one.own,
                            }
                        })
                }
            };
            sum = sum.then(time);
        }
        sum
    }

    /// What the first version does before a route's own script, and that script.
    fn scripts(&self, route: RouteRef) -> [&'s [Step]; 2] {
        let service = &self.spec.services[route.service];
        let before = service.versions[0].change.before.get(route.route);
        [
            before.map_or(&[], Vec::as_slice),
            &service.routes[route.route].script,
        ]
    }

    /// Raises `most` to the attempts that a request which enters at `entry` can cause.
    fn attempts(&self, entry: RouteRef, order: &[RouteRef], most: &mut [f64]) {
        let mut here: Vec<Vec<f64>> = self.rates.iter().map(|row| vec![0.0; row.len()]).collect();
        here[entry.service][entry.route] = 1.0;
        for route in order.iter().rev() {
            let count = here[route.service][route.route];
            outgoing(self.spec, *route, &mut |to, _, attempts| {
                here[to.service][to.route] += count * f64::from(attempts);
            });
        }
        for (most, row) in most.iter_mut().zip(here) {
            let sum = row.iter().sum();
            if sum > *most {
                *most = sum;
            }
        }
    }

    /// All but the attempts.
    fn service(&self, place: usize, service: &Service) -> ServiceForecast {
        let rate: f64 = self.rates[place].iter().sum();
        let routes = || self.times[place].iter().zip(&self.rates[place]);
        let mean = |pick: fn(&Time) -> f64| {
            let sum: f64 = routes().map(|(time, rate)| pick(time) * rate).sum();
            if rate > 0.0 { sum / rate } else { 0.0 }
        };
        let response = mean(|time| time.whole);
        let held = if service.asynchronous {
            mean(|time| time.own)
        } else {
            response
        };
        let per_pod = service.versions[0]
            .change
            .workers
            .unwrap_or(service.workers);
        let workers = per_pod * service.replicas;
        let pods = f64::from(service.replicas);
        ServiceForecast {
            rate,
            held: seconds(held),
            response: seconds(response),
            workers,
            utilisation: rate * held / f64::from(workers),
            wait: erlang_wait(rate * held / pods, per_pod).map(|share| seconds(share * held)),
            most_attempts: 0.0,
        }
    }
}

/// Every service that a request to a route can lead to, its own among them.
pub fn reach(spec: &Spec, entry: RouteRef) -> BTreeSet<usize> {
    let (mut seen, mut stack) = (BTreeSet::new(), vec![entry]);
    while let Some(here) = stack.pop() {
        if seen.insert((here.service, here.route)) {
            outgoing(spec, here, &mut |to, _, _| stack.push(to));
        }
    }
    seen.into_iter().map(|(service, _)| service).collect()
}

/// Calls of a route, each with the share of requests that make it and its
/// attempts; a queue's messages go to its consumers.
fn outgoing(spec: &Spec, from: RouteRef, tell: &mut impl FnMut(RouteRef, f64, u32)) {
    let service = &spec.services[from.service];
    if let Some(before) = service.versions[0].change.before.get(from.route) {
        calls(spec, before, 1.0, tell);
    }
    calls(spec, &service.routes[from.route].script, 1.0, tell);
    if let Store::Queue(queue) = &service.store {
        for group in &queue.groups {
            tell(group.to, 1.0, group.attempts);
        }
    }
}

/// Calls of a script.
fn calls(spec: &Spec, script: &[Step], share: f64, tell: &mut impl FnMut(RouteRef, f64, u32)) {
    for step in script {
        match step {
            Step::Work(_) | Step::Compute { .. } | Step::Lock(_) => {}
            Step::Call(call) => tell(call.to, share, call.retry.attempts),
            Step::Lookup(lookup) => {
                tell(lookup.call.to, share, lookup.call.retry.attempts);
                calls(spec, &lookup.miss, share * misses(spec, lookup), tell);
            }
            Step::Parallel(scripts) => {
                for script in scripts {
                    calls(spec, script, share, tell);
                }
            }
            Step::Branch(choices) => {
                let total: f64 = choices.iter().map(|(weight, _)| weight).sum();
                for (weight, script) in choices {
                    calls(spec, script, share * weight / total, tell);
                }
            }
        }
    }
}

/// Share of lookups that have to be fetched.
fn misses(spec: &Spec, lookup: &Lookup) -> f64 {
    let service = &spec.services[lookup.call.to.service];
    let Store::Cache(cache) = &service.store else {
        return 1.0;
    };
    let entries = f64::from(cache.capacity) * f64::from(service.replicas);
    let absent = if lookup.negative.is_some() {
        0.0
    } else {
        lookup.absent.get()
    };
    1.0 - hit_ratio(&lookup.keys, entries) * (1.0 - absent)
}

/// Mean wait in a queue M/M/c, in service times: C(c, a) / (c - a), with
/// Erlang's C from his B by recursion (Erlang 1917; e.g. Kleinrock, "Queueing
/// Systems" I, 1975, 3.5). `offered` is the load a in erlangs. For a = 8 and
/// c = 10 the probability of a wait is 0.409 and the wait 0.205 service times.
/// None if the load is as much as the servers can do: then the queue grows for ever.
pub fn erlang_wait(offered: f64, servers: u32) -> Option<f64> {
    let count = f64::from(servers);
    if offered >= count {
        return None;
    }
    let blocked = (1..=servers).fold(1.0, |b, n| offered * b / (f64::from(n) + offered * b));
    let waits = count * blocked / (count - offered * (1.0 - blocked));
    Some(waits / (count - offered))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_those_of_erlang() {
        // Half a server busy of one: M/M/1 waits u/(1-u) service times.
        assert!((erlang_wait(0.5, 1).unwrap_or(0.0) - 1.0).abs() < 1e-12);
        // C(10, 8) = 0.409: Erlang's tables, e.g. Cooper, "Introduction to Queueing Theory", 1981.
        assert!((erlang_wait(8.0, 10).unwrap_or(0.0) * 2.0 - 0.409).abs() < 5e-4);
        assert_eq!(erlang_wait(10.0, 10), None);
    }
}
