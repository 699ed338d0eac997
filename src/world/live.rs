//! The rules: what each event does to the state.
//!
//! [`Live`] binds the immutable plan, the state and a probe for the time of a
//! run. An event may set off a chain of things at the same instant (an answer
//! lets its caller go on, which calls another service, ...): each rule returns
//! what is [`Next`], and [`Live::follow`] does it in a loop, so that no depth
//! of calls deepens the machine's own stack. What comes beside the chain (a
//! freed worker takes up a waiting request) stands on a stack of tasks.

use crate::engine::{Agenda, Model};

use super::plan::Plan;
use super::probe::{Cause, Outcome, Probe};
use super::state::{End, Event, Next, State};

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
            Event::Wake(line) => self.follow(Next::Run(line), agenda),
            Event::Arrival { source, generation } => {
                let next = self.arrival(source, generation, agenda);
                self.follow(next, agenda);
            }
            rare => self.rare(rare, agenda),
        }
    }
}

impl<P: Probe> Live<'_, P> {
    /// Does what is next, and everything that this instant asks for after it.
    #[inline]
    pub fn follow(&mut self, mut next: Next, agenda: &mut Agenda<Event>) {
        loop {
            next = match next {
                Next::Run(line) => self.run(line, agenda),
                Next::Answer { line, callee, end } => self.settle(line, callee, end, agenda),
                Next::Nothing => match self.state.tasks.pop() {
                    Some(task) => task,
                    None => return,
                },
            }
        }
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
            Event::Act(user) => {
                let next = self.act(user, agenda);
                self.follow(next, agenda);
            }
            Event::Look { source, generation } => {
                if self.state.sources[source as usize].generation == generation {
                    self.schedule(source, agenda);
                }
            }
            Event::Census { class, generation } => {
                if self.state.sources[class as usize + 1].generation == generation {
                    self.census(class, agenda);
                }
            }
            Event::SurgeEnd(surge) => self.surge_over(surge, agenda),
            Event::FaultTurn(fault) => self.fault_turn(fault, agenda),
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
