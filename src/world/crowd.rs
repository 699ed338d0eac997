//! Closed loops: users who think, ask, wait, click again, and go on.

use serde::Serialize;

use crate::base::{SimTime, Span, Stream};
use crate::engine::Agenda;

use super::MAX_USERS;
use super::live::Live;
use super::plan::Plan;
use super::probe::{Happening, Probe};
use super::profile::Bound;
use super::spec::{ClassKind, Drive, Population, Profile};
use super::state::{Event, Next};

/// Time between two counts of a class whose number of users keeps changing.
const CENSUS: Span = Span::from_secs(5);

/// The users of one class.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Crowd {
    pub wanted: u32,
    pub present: u32,
    /// More were wanted than one world may have.
    full: bool,
    stream: Stream,
}

/// Every user of every closed loop; places of those who left are used again.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(super) struct People {
    all: Vec<User>,
    absent: Vec<u32>,
}

/// One user.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
struct User {
    class: u32,
    /// The step to ask for next; at `end` a new journey begins.
    step: u32,
    end: u32,
    /// Clicks on this step after its first.
    clicks: u32,
}

impl Crowd {
    /// Nobody yet, in any class.
    pub fn all(plan: &Plan, seed: u64) -> Vec<Crowd> {
        let classes = plan.spec.traffic.classes.iter();
        classes
            .map(|class| Crowd {
                wanted: 0,
                present: 0,
                full: false,
                stream: Stream::named(seed, &format!("users/{}", class.name)),
            })
            .collect()
    }
}

impl<P: Probe> Live<'_, P> {
    /// How many users a class has at `now`, or a bound on it.
    fn crowd_level(&self, class: u32, users: &Profile, now: SimTime) -> (Bound, f64) {
        let spec = &self.plan.spec.traffic.classes[class as usize];
        let (load, lift) = match spec.kind {
            ClassKind::Users => (
                self.state.load_factor,
                self.state.surges.factor(None, now, true),
            ),
            _ => (1.0, Bound::forever(1.0)),
        };
        let own = self.state.surges.factor(Some(class), now, true);
        let bound = users
            .bound(now)
            .with(lift, |users, lift| users * load * lift)
            .with(own, |users, own| users * own);
        // At its beginning a stretch may be below its bound.
        let factor = |whom| self.state.surges.factor(whom, now, false).most;
        let everyone = if spec.kind == ClassKind::Users {
            factor(None)
        } else {
            1.0
        };
        let value = users.at(now) * load * everyone * factor(Some(class));
        (bound, value)
    }

    /// Counts a class's users: those missing come and think first; those too
    /// many leave instead of their next request.
    pub fn census(&mut self, class: u32, agenda: &mut Agenda<Event>) {
        let plan = self.plan;
        let Some(population) = plan.population(class) else {
            return;
        };
        let now = agenda.now();
        let (bound, value) = self.crowd_level(class, &population.users, now);
        let others: u32 = (0..)
            .zip(&self.state.crowds)
            .filter(|(other, _)| *other != class)
            .map(|(_, crowd)| crowd.present)
            .sum();
        let room = MAX_USERS.saturating_sub(others);
        // `as` saturates, and counts are never negative.
        let wanted = libm::round(value) as u32;
        let crowd = &mut self.state.crowds[class as usize];
        if wanted > room && !crowd.full {
            self.probe.happened(now, Happening::CrowdFull { class });
        }
        crowd.full = wanted > room;
        crowd.wanted = if wanted > room { room } else { wanted };
        while crowd.present < crowd.wanted {
            crowd.present += 1;
            let user = User {
                class,
                step: 0,
                end: 0,
                clicks: 0,
            };
            let people = &mut self.state.people;
            let place = match people.absent.pop() {
                Some(place) => {
                    people.all[place as usize] = user;
                    place
                }
                None => {
                    people.all.push(user);
                    (people.all.len() - 1) as u32
                }
            };
            let think = population.think.sample(&mut crowd.stream);
            agenda.after(think, Event::Act(place));
        }
        let soon = now + CENSUS;
        let next = if bound.exact || bound.until < soon {
            bound.until
        } else {
            soon
        };
        if next < SimTime::MAX {
            let generation = self.state.sources[class as usize + 1].generation;
            agenda.at(next, Event::Census { class, generation });
        }
    }

    /// A user has thought and asks, or leaves where there are too many.
    pub fn act(&mut self, place: u32, agenda: &mut Agenda<Event>) -> Next {
        let user = &mut self.state.people.all[place as usize];
        let crowd = &mut self.state.crowds[user.class as usize];
        if crowd.present > crowd.wanted {
            crowd.present -= 1;
            self.state.people.absent.push(place);
            return Next::Nothing;
        }
        let plan = &self.plan.classes[user.class as usize];
        if user.step == user.end {
            let draw = crowd.stream.unit();
            let chosen = plan.journeys.iter().find(|(reached, ..)| draw < *reached);
            if let Some((_, first, end)) = chosen.or(plan.journeys.last()) {
                (user.step, user.end) = (*first, *end);
            }
        }
        match plan.steps.get(user.step as usize) {
            Some((entry, _)) => self.ask(*entry, place, agenda),
            None => Next::Nothing,
        }
    }

    /// A user's request has ended: on to the next step, or once more, or away
    /// from the journey; and a while to think.
    #[inline(never)]
    pub fn answered(&mut self, place: u32, ok: bool, agenda: &mut Agenda<Event>) {
        let user = &mut self.state.people.all[place as usize];
        let Drive::Closed(population) = &self.plan.spec.traffic.classes[user.class as usize].drive
        else {
            return;
        };
        let plan = &self.plan.classes[user.class as usize];
        let wait = if ok {
            let think = plan.steps.get(user.step as usize);
            user.step += 1;
            user.clicks = 0;
            think.map_or(population.think, |(_, think)| *think)
        } else if user.clicks < population.clicks {
            user.clicks += 1;
            population.click_after
        } else {
            user.step = user.end;
            user.clicks = 0;
            population.think
        };
        let wait = wait.sample(&mut self.state.crowds[user.class as usize].stream);
        agenda.after(wait, Event::Act(place));
    }
}

impl Plan {
    fn population(&self, class: u32) -> Option<&Population> {
        match &self.spec.traffic.classes[class as usize].drive {
            Drive::Closed(population) => Some(population),
            _ => None,
        }
    }
}
