//! The rules: what each event does to the state.
//!
//! [`Live`] binds the immutable plan, the state and a probe for the time of a
//! run. An event may set off a chain of things at the same instant (an answer
//! lets its caller go on, which calls another service, ...): each rule returns
//! what is [`Next`], and [`Live::follow`] does it in a loop, so that no depth
//! of calls deepens the machine's own stack. What comes beside the chain (a
//! freed worker takes up a waiting request) stands on a stack of tasks.

use crate::engine::{Agenda, Key, Model};

use super::plan::Plan;
use super::probe::Probe;
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
            Event::Arrival { source, generation } => self.arrival(source, generation, agenda),
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
                Some(Task::Send(line)) => self.turn(line, agenda),
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
            Event::Burst(burst) => self.burst_over(burst, agenda),
            Event::Fleet(event) => self.fleet_event(event, agenda),
            Event::FaultTurn(fault) => self.fault_turn(fault, agenda),
            Event::Store(event) => self.store_event(event, agenda),
            Event::Bulkhead(site) => self.waited(site, agenda),
            Event::Arrive(request) => {
                let next = self.enter(request, agenda);
                self.follow(next, agenda);
            }
            Event::Letter(letter) => self.letter(letter),
            Event::Astray(request) => self.astray(request),
            Event::Closed { pod, starts } => self.closed(pod, starts, agenda),
            Event::Check => self.check_regions(agenda),
            Event::Return { service, pod } => self.readmit(service, pod, agenda.now()),
        }
        // Whoever is told something by it hears of it at this very instant.
        self.follow(Next::Nothing, agenda);
    }
}
