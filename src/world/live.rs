//! The rules: what each event does to the state.
//!
//! [`Live`] binds the immutable plan, the state and a probe for the time of a
//! run. An event may set off a chain of things at the same instant (an answer
//! frees a worker, which begins the next visit, ...); they stand on a stack
//! of tasks, so that no depth of calls deepens the machine's own stack.

use crate::base::{SimTime, Span};
use crate::engine::{Agenda, Key, Model};

use super::plan::Plan;
use super::probe::{Happening, Probe, UserDone};
use super::spec::Profile;
use super::state::{Call, End, Event, State, Task};

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
        match event {
            Event::Wake(strand) => self.state.tasks.push(Task::Run(strand)),
            Event::Arrival { generation } => self.arrival(generation, agenda),
            Event::Lane(lane) => self.deadlines(lane, agenda),
            Event::Retry(call) => self.try_again(call, agenda),
            Event::PodReady { pod, starts } => self.pod_ready(pod, starts, agenda),
            Event::Hedge { call, attempt } => self.hedge(call, attempt, agenda),
            Event::Bulkhead(site) => self.waited(site, agenda),
            Event::FaultEnd(fault) => {
                if self.end_fault(fault) {
                    self.probe
                        .happened(agenda.now(), Happening::FaultEnded { fault });
                }
            }
        }
        self.finish_tasks(agenda);
    }
}

impl<P: Probe> Live<'_, P> {
    /// Does everything that this instant still asks for.
    #[inline]
    pub fn finish_tasks(&mut self, agenda: &mut Agenda<Event>) {
        while let Some(task) = self.state.tasks.pop() {
            match task {
                Task::Run(strand) => self.run(strand, agenda),
                Task::Settle { call, visit, end } => self.settle(call, visit, end, agenda),
                Task::Send(call) => self.send(call, agenda),
                Task::Refuse { call, end } => self.conclude(call, end, agenda),
            }
        }
    }

    /// Thinning (Lewis and Shedler, "Simulation of nonhomogeneous Poisson
    /// processes by thinning", 1979): candidates come at the profile's highest
    /// rate, and each is real with the present rate's share of it.
    fn arrival(&mut self, generation: u32, agenda: &mut Agenda<Event>) {
        if generation != self.state.load_generation {
            return;
        }
        let profile = &self.plan.spec.traffic.profile;
        let highest = profile.highest();
        let real = match profile {
            Profile::Constant(_) => true,
            _ => self.state.arrivals.unit() * highest < profile.at(agenda.now()),
        };
        self.schedule_arrival(agenda);
        if !real {
            return;
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
        let call = self
            .state
            .calls
            .insert(Call::new(Key::NONE, plan, entry as u32, now));
        self.attempt(call, agenda);
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
    pub fn user_done(&mut self, call: &Call, end: End, now: SimTime) {
        self.state.users.ended[end.outcome.index()] += 1;
        self.probe.user_done(UserDone {
            now,
            entry: call.entry,
            outcome: end.outcome,
            duration: now.since(call.began),
            cause: end.cause,
            path: end.path,
            degraded: end.degraded,
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
