//! Arrivals from outside: non-homogeneous Poisson streams, thinned, and what
//! each request is.
//!
//! Source 0 is the common rate, which classes divide by their shares; every
//! class has a source of its own besides, for a rate of its own and for what
//! surges add to it.

use serde::Serialize;

use crate::base::{SimTime, Span, Stream};
use crate::engine::Agenda;

use super::line::{Line, NOBODY};
use super::live::Live;
use super::plan::Plan;
use super::probe::{Probe, UserDone};
use super::profile::Bound;
use super::spec::{ClassKind, Drive, Profile};
use super::state::{End, Event, Next, State};

/// Stretches and rejected candidates that one event may look through.
const MOST_LOOKS: u32 = 256;

/// One stream of arrivals.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Source {
    /// Rises with every change of the rate; an arrival of an older one is void.
    pub generation: u32,
    /// The rate where it stays the same until something changes it; 0 where
    /// it has to be looked up. It spares the common case the search.
    steady: f64,
    arrivals: Stream,
    mix: Stream,
}

impl Source {
    /// The common one and one per class.
    pub fn all(plan: &Plan, seed: u64) -> Vec<Source> {
        let source = |suffix: &str| Source {
            generation: 0,
            steady: 0.0,
            arrivals: Stream::named(seed, &format!("arrivals{suffix}")),
            mix: Stream::named(seed, &format!("mix{suffix}")),
        };
        let own = plan.spec.traffic.classes.iter();
        std::iter::once(source(""))
            .chain(own.map(|class| source(&format!("/{}", class.name))))
            .collect()
    }
}

impl<P: Probe> Live<'_, P> {
    /// Lets the first clients come.
    pub fn open_the_doors(&mut self, agenda: &mut Agenda<Event>) {
        for source in 0..self.state.sources.len() as u32 {
            self.schedule(source, agenda);
        }
        for class in 0..self.plan.classes.len() as u32 {
            self.census(class, agenda);
        }
    }

    /// Something has changed how many come: everything not yet arrived is
    /// drawn anew, which the exponential's lack of memory makes exact.
    pub fn refresh_traffic(&mut self, agenda: &mut Agenda<Event>) {
        for source in &mut self.state.sources {
            source.generation = source.generation.wrapping_add(1);
            source.steady = 0.0;
        }
        self.open_the_doors(agenda);
    }

    /// Puts a source's next arrival on the agenda.
    #[inline]
    pub fn schedule(&mut self, source: u32, agenda: &mut Agenda<Event>) {
        let of = &mut self.state.sources[source as usize];
        if of.steady > 0.0 {
            let at = agenda.now() + Span::from_secs_f64(of.arrivals.exponential() / of.steady);
            if at < SimTime::MAX {
                let generation = of.generation;
                agenda.at(at, Event::Arrival { source, generation });
            }
            return;
        }
        self.search(source, agenda);
    }

    /// Finds a source's next arrival along its profile.
    ///
    /// Thinning (Lewis and Shedler, "Simulation of nonhomogeneous Poisson
    /// processes by thinning", 1979): candidates come at a rate that bounds the
    /// present stretch of the profile, and each is real with the share of it
    /// that the profile has then.
    #[inline(never)]
    fn search(&mut self, source: u32, agenda: &mut Agenda<Event>) {
        let place = source as usize;
        let generation = self.state.sources[place].generation;
        let mut at = agenda.now();
        for _ in 0..MOST_LOOKS {
            let bound = level(self.plan, self.state, source, at, true);
            if bound.exact && bound.until == SimTime::MAX {
                self.state.sources[place].steady = bound.most;
            }
            let arrivals = &mut self.state.sources[place].arrivals;
            let next = if bound.most > 0.0 {
                at + Span::from_secs_f64(arrivals.exponential() / bound.most)
            } else {
                SimTime::MAX
            };
            if next >= bound.until {
                if bound.until == SimTime::MAX {
                    return;
                }
                at = bound.until;
                continue;
            }
            at = next;
            let real = bound.exact || {
                let draw = arrivals.unit();
                draw * bound.most < level(self.plan, self.state, source, at, false).most
            };
            if real {
                agenda.at(at, Event::Arrival { source, generation });
                return;
            }
        }
        agenda.at(at, Event::Look { source, generation });
    }

    /// A request arrives; which, is drawn now.
    #[inline]
    pub fn arrival(&mut self, source: u32, generation: u32, agenda: &mut Agenda<Event>) -> Next {
        if self.state.sources[source as usize].generation != generation {
            return Next::Nothing;
        }
        self.schedule(source, agenda);
        let mix = &mut self.state.sources[source as usize].mix;
        let class = match (source.checked_sub(1), &self.plan.shares[..]) {
            (Some(class), _) => class,
            (None, [(_, only)]) => *only,
            (None, shares) => pick(shares.iter().copied(), mix.unit()),
        };
        let plan = &self.plan.classes[class as usize];
        let entry = if plan.count > 1 {
            let entries = plan.first..plan.first + plan.count;
            let shares = entries.map(|entry| (self.plan.entries[entry as usize].reached, entry));
            pick(shares, mix.unit())
        } else {
            plan.first
        };
        self.ask(entry, NOBODY, agenda)
    }

    /// A client asks, and a gateway lets the request in or turns it away.
    #[inline]
    pub fn ask(&mut self, entry: u32, user: u32, agenda: &mut Agenda<Event>) -> Next {
        let plan = &self.plan.entries[entry as usize];
        self.state.users[plan.class as usize].offered += 1;
        let now = agenda.now();
        let followed = self.probe.follows();
        if self.state.edge.guarded
            && let Some(end) = self.turned_away(entry, now)
        {
            if followed {
                self.tell_turned_away(entry, now, end.outcome);
            }
            self.user_done(entry, now, user, end, true, agenda);
            return Next::Nothing;
        }
        let who = match user {
            NOBODY if self.plan.keyed => (self.state.keys.bits() >> 32) as u32,
            user => user,
        };
        let lines = &mut self.state.lines;
        let key =
            lines.insert_with(|| Line::user(entry, plan.call, user, who, plan.criticality, now));
        if followed {
            self.follow_user(key, entry, now);
        }
        self.send(key, agenda)
    }

    /// A client has an answer, was turned away, or has given up; `user` is
    /// which of a closed loop it was.
    #[inline]
    pub fn user_done(
        &mut self,
        entry: u32,
        arrived: SimTime,
        user: u32,
        end: End,
        refused: bool,
        agenda: &mut Agenda<Event>,
    ) {
        let plan = &self.plan.entries[entry as usize];
        let now = agenda.now();
        self.state.users[plan.class as usize].ended[end.outcome.index()] += 1;
        self.probe.user_done(UserDone {
            now,
            entry,
            class: plan.class,
            kind: plan.kind,
            value: plan.value,
            refused,
            outcome: end.outcome,
            duration: now.since(arrived),
            cause: self.state.paths.cause(end.path),
            path: end.path,
            degraded: end.degraded,
        });
        if user != NOBODY {
            self.answered(user, end.outcome.is_ok(), agenda);
        }
    }
}

/// A source's rate per simulated second at `now`, or a bound on it from then on.
///
/// The load factor and surges of everyone act on users; what else has a
/// rate of its own (bots, probes) is moved only by surges that name it.
pub(super) fn level(plan: &Plan, state: &State, source: u32, now: SimTime, bounded: bool) -> Bound {
    let traffic = &plan.spec.traffic;
    let surges = &state.surges;
    let read = |profile: &Profile| {
        if bounded {
            profile.bound(now)
        } else {
            Bound::forever(profile.at(now))
        }
    };
    let load = state.load_factor;
    let lift = surges.factor(None, now, bounded);
    let Some(class) = source.checked_sub(1) else {
        return read(&traffic.rate).with(lift, |rate, lift| rate * load * lift);
    };
    let spec = &traffic.classes[class as usize];
    let own = surges.factor(Some(class), now, bounded);
    let steady = match &spec.drive {
        Drive::Open(profile) if spec.kind == ClassKind::Users => read(profile)
            .with(lift, |rate, lift| rate * load * lift)
            .with(own, |rate, own| rate * own),
        Drive::Open(profile) => read(profile).with(own, |rate, own| rate * own),
        // The common source brings the ordinary part.
        Drive::Share(_) if own != Bound::forever(1.0) => {
            let share = plan.classes[class as usize].share;
            read(&traffic.rate)
                .with(lift, |rate, lift| rate * load * lift * share)
                .with(own, |rate, own| rate * (own - 1.0))
        }
        Drive::Share(_) | Drive::Closed(_) => Bound::forever(0.0),
    };
    steady.with(surges.flood(class, now, bounded), |rate, flood| {
        rate + flood
    })
}

/// The first whose cumulative share exceeds `draw`; the last where rounding leaves none.
fn pick(shares: impl Iterator<Item = (f64, u32)>, draw: f64) -> u32 {
    let mut last = 0;
    for (reached, place) in shares {
        last = place;
        if draw < reached {
            break;
        }
    }
    last
}
