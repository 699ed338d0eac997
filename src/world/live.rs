//! The rules: what each event does to the state.
//!
//! [`Live`] binds the immutable plan, the state and a probe for the time of a
//! run. An event may set off a chain of things at the same instant (an answer
//! lets its caller go on, which calls another service, ...): each rule returns
//! what is [`Next`], and [`Live::follow`] does it in a loop, so that no depth
//! of calls deepens the machine's own stack. What comes beside the chain (a
//! freed worker takes up a waiting request) stands on a stack of tasks.

use crate::base::{SimTime, Span};
use crate::engine::{Agenda, Key, Model};

use super::line::Line;
use super::plan::Plan;
use super::probe::{Cause, Outcome, Probe, UserDone};
use super::spec::Profile;
use super::state::{End, Event, Next, State, Task};

/// The world while it runs.
pub(super) struct Live<'a, P> {
    pub plan: &'a Plan,
    pub state: &'a mut State,
    pub probe: &'a mut P,
}

impl<P: Probe> Model for Live<'_, P> {
    type Event = Event;

    #[inline]
    fn handle(&mut self, event: Event, agenda: &mut Agenda<Event>) {
        let next = match event {
            Event::Wake(line) => Next::Run(line),
            Event::Arrival { generation } => self.arrival(generation, agenda),
            rare => return self.rare(rare, agenda),
        };
        self.follow(next, agenda);
    }
}

impl<P: Probe> Live<'_, P> {
    /// Does what is next, and everything that this instant asks for after it.
    #[inline]
    pub fn follow(&mut self, mut next: Next, agenda: &mut Agenda<Event>) {
        loop {
            if let Next::Run(line) = next {
                self.run(line, agenda);
            }
            next = match self.state.tasks.pop() {
                None => return,
                Some(Task::Run(line)) => Next::Run(line),
                Some(Task::Answer { line, callee, end }) => {
                    self.settle_task(line, callee, end, agenda)
                }
            };
        }
    }

    /// Lets a line go on after what is next.
    #[inline]
    pub fn later(&mut self, next: Next) {
        if let Next::Run(line) = next {
            self.state.tasks.push(Task::Run(line));
        }
    }

    /// Answers a line by and by; none if nobody waits any more.
    pub fn answer(&mut self, line: Key, callee: Key, end: End) {
        if line != Key::NONE {
            self.state.tasks.push(Task::Answer { line, callee, end });
        }
    }

    #[inline(never)]
    fn settle_task(
        &mut self,
        line: Key,
        callee: Key,
        end: End,
        agenda: &mut Agenda<Event>,
    ) -> Next {
        self.settle(line, callee, end, agenda)
    }

    /// [`Live::attempt`] for those who are not in the hot loop.
    #[inline(never)]
    pub fn send(&mut self, line: Key, agenda: &mut Agenda<Event>) -> Next {
        self.attempt(line, agenda)
    }

    /// Events that are few beside the requests; kept out of the hot loop.
    #[inline(never)]
    fn rare(&mut self, event: Event, agenda: &mut Agenda<Event>) {
        match event {
            Event::Wake(_) | Event::Arrival { .. } => {}
            Event::Lane(lane) => self.deadlines(lane, agenda),
            Event::Retry(line) => {
                let next = self.try_again(line, agenda);
                self.follow(next, agenda);
            }
            Event::PodReady { pod, starts } => self.pod_ready(pod, starts, agenda),
            Event::FaultTurn(fault) => self.fault_turn(fault, agenda),
            Event::Store(event) => self.store_event(event, agenda),
        }
    }

    /// Thinning (Lewis and Shedler, "Simulation of nonhomogeneous Poisson
    /// processes by thinning", 1979): candidates come at the profile's highest
    /// rate, and each is real with the present rate's share of it.
    fn arrival(&mut self, generation: u32, agenda: &mut Agenda<Event>) -> Next {
        if generation != self.state.load_generation {
            return Next::Nothing;
        }
        let profile = &self.plan.spec.traffic.profile;
        let highest = profile.highest();
        let real = match profile {
            Profile::Constant(_) => true,
            _ => self.state.arrivals.unit() * highest < profile.at(agenda.now()),
        };
        self.schedule_arrival(agenda);
        if !real {
            return Next::Nothing;
        }
        let draw = if self.plan.entries.len() > 1 {
            self.state.mix.unit()
        } else {
            0.0
        };
        let entry = self
            .plan
            .entries
            .iter()
            .position(|(reached, _)| draw < *reached)
            .unwrap_or(self.plan.entries.len() - 1);
        self.state.users.offered += 1;
        let (_, plan) = self.plan.entries[entry];
        let now = agenda.now();
        let lines = &mut self.state.lines;
        let user = lines.insert_with(|| Line::user(entry as u32, plan, now));
        self.send(user, agenda)
    }

    /// Puts on the agenda what happens from the start on.
    pub fn launch(&mut self, agenda: &mut Agenda<Event>) {
        self.schedule_arrival(agenda);
        self.watch_databases(agenda);
    }

    /// Puts the next candidate arrival on the agenda.
    pub fn schedule_arrival(&mut self, agenda: &mut Agenda<Event>) {
        let rate = self.plan.spec.traffic.profile.highest() * self.state.load_factor;
        if rate > 0.0 {
            let gap = Span::from_secs_f64(self.state.arrivals.exponential() / rate);
            let generation = self.state.load_generation;
            agenda.after(gap, Event::Arrival { generation });
        }
    }

    /// A user has an answer or has given up.
    #[inline]
    pub fn user_done(&mut self, entry: u32, arrived: SimTime, end: End, now: SimTime) {
        self.state.users.ended[end.outcome.index()] += 1;
        self.probe.user_done(UserDone {
            now,
            entry,
            outcome: end.outcome,
            duration: now.since(arrived),
            cause: end.cause,
        });
    }
}

impl Profile {
    /// The highest rate it ever reaches, per simulated second.
    pub fn highest(&self) -> f64 {
        match self {
            Profile::Constant(rate) => rate.get(),
            Profile::Diurnal { high, .. } => high.get(),
            Profile::Steps(steps) => {
                steps.iter().fold(
                    0.0,
                    |most, (_, rate)| if rate.get() > most { rate.get() } else { most },
                )
            }
        }
    }

    /// The rate at an instant, per simulated second.
    pub fn at(&self, now: SimTime) -> f64 {
        match self {
            Profile::Constant(rate) => rate.get(),
            Profile::Diurnal { low, high, peak } => {
                let day = 86_400.0;
                let hour = now.as_secs_f64() - peak.as_secs_f64();
                let wave = libm::cos(hour / day * core::f64::consts::TAU);
                low.get() + (high.get() - low.get()) * (1.0 + wave) / 2.0
            }
            Profile::Steps(steps) => steps
                .iter()
                .take_while(|(from, _)| *from <= now.since_start())
                .last()
                .map_or(0.0, |(_, rate)| rate.get()),
        }
    }
}

impl End {
    /// Answered in full.
    pub const OK: End = End {
        outcome: Outcome::Ok,
        cause: None,
    };

    /// Nobody to ask.
    #[cold]
    pub fn no_pod(service: u32) -> End {
        End {
            outcome: Outcome::Unavailable,
            cause: Some(Cause::NoPod { service }),
        }
    }
}
