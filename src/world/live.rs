//! The rules: what each event does to the state.
//!
//! [`Live`] binds the immutable plan, the state and a probe for the time of a
//! run. An event may set off a chain of things at the same instant (an answer
//! frees a worker, which begins the next visit, ...); they stand on a stack
//! of tasks, so that no depth of calls deepens the machine's own stack.

use crate::engine::{Agenda, Model};

use super::plan::Plan;
use super::probe::{Happening, Outcome, Probe};
use super::state::{End, Event, State, Task};

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
            Event::Arrival { source, generation } => self.arrival(source, generation, agenda),
            Event::Act(user) => self.act(user, agenda),
            Event::Lane(lane) => self.deadlines(lane, agenda),
            Event::Retry(call) => self.try_again(call, agenda),
            Event::PodReady { pod, starts } => self.pod_ready(pod, starts, agenda),
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
            }
        }
    }
}

impl End {
    /// Answered in full.
    pub const OK: End = End {
        outcome: Outcome::Ok,
        cause: None,
    };
}
