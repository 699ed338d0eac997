//! The kernel: takes events in order and hands them to a model.

use serde::{Deserialize, Serialize};

use super::EventQueue;
use crate::base::{SimTime, Span};

/// Something that events happen to.
pub trait Model {
    /// What can happen.
    type Event: Copy;

    /// One event happens; what follows from it is put on the agenda.
    fn handle(&mut self, event: Self::Event, agenda: &mut Agenda<Self::Event>);
}

/// The present and the future: what time it is and what will happen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Agenda<E> {
    now: SimTime,
    handled: u64,
    queue: EventQueue<E>,
}

/// Why a run came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Every event up to the limit has happened and the clock stands at the limit.
    Reached,
    /// The event budget is spent; the clock stands at the last event, and more may be due.
    OutOfBudget,
}

impl<E: Copy> Default for Agenda<E> {
    fn default() -> Self {
        Agenda {
            now: SimTime::ZERO,
            handled: 0,
            queue: EventQueue::default(),
        }
    }
}

impl<E: Copy> Agenda<E> {
    /// The simulated clock.
    #[inline]
    pub fn now(&self) -> SimTime {
        self.now
    }

    /// Events handled since the start.
    pub fn handled(&self) -> u64 {
        self.handled
    }

    /// Events waiting.
    pub fn pending(&self) -> usize {
        self.queue.len()
    }

    /// Lets `event` happen `delay` from now, after everything already due at that instant.
    #[inline(never)]
    pub fn after(&mut self, delay: Span, event: E) {
        self.after_inlined(delay, event);
    }

    /// [`Agenda::after`] for the few places that most events come from: a call
    /// would pass the event through memory, in pieces that stall when they are
    /// read as a whole.
    #[inline(always)]
    pub fn after_inlined(&mut self, delay: Span, event: E) {
        self.queue.push(self.now + delay, event);
    }

    /// Lets `event` happen at `time`, or now if that is past.
    #[inline(never)]
    pub fn at(&mut self, time: SimTime, event: E) {
        let time = if time < self.now { self.now } else { time };
        self.queue.push(time, event);
    }

    /// Handles one event due by `limit`; false if there is none.
    #[inline]
    pub fn step<M: Model<Event = E>>(&mut self, model: &mut M, limit: SimTime) -> bool {
        match self.queue.pop_until(limit) {
            Some((at, event)) => {
                self.now = at;
                self.handled += 1;
                model.handle(event, self);
                true
            }
            None => false,
        }
    }

    /// Handles every event due by `limit`, at most `budget` of them, and then
    /// sets the clock to `limit`. A run in many slices equals one run.
    pub fn run_until<M: Model<Event = E>>(
        &mut self,
        model: &mut M,
        limit: SimTime,
        budget: u64,
    ) -> Progress {
        for _ in 0..budget {
            if !self.step(model, limit) {
                if limit > self.now {
                    self.now = limit;
                }
                return Progress::Reached;
            }
        }
        Progress::OutOfBudget
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes down what happens; each event schedules its half twice.
    #[derive(Default)]
    struct Log(Vec<(u64, u32)>);

    impl Model for Log {
        type Event = u32;
        fn handle(&mut self, event: u32, agenda: &mut Agenda<u32>) {
            self.0.push((agenda.now().as_nanos(), event));
            for delay in [3, u64::from(event)] {
                if event > 1 {
                    agenda.after(Span::from_nanos(delay), event / 2);
                }
            }
        }
    }

    #[test]
    fn a_run_in_slices_of_any_budget_equals_one_run() {
        let run = |budget: u64| {
            let (mut log, mut agenda) = (Log::default(), Agenda::default());
            agenda.after(Span::from_nanos(1), 64);
            while agenda.run_until(&mut log, SimTime::from_nanos(200), budget)
                == Progress::OutOfBudget
            {}
            assert_eq!(agenda.now(), SimTime::from_nanos(200));
            log.0
        };
        let whole = run(u64::MAX);
        assert_eq!(whole.len(), 127);
        for budget in [1, 2, 7, 100] {
            assert_eq!(run(budget), whole);
        }
    }

    #[test]
    fn the_past_is_closed() {
        let (mut log, mut agenda) = (Log::default(), Agenda::default());
        agenda.run_until(&mut log, SimTime::from_nanos(50), 10);
        agenda.at(SimTime::from_nanos(10), 1);
        agenda.run_until(&mut log, SimTime::from_nanos(60), 10);
        assert_eq!(log.0, vec![(50, 1)]);
    }
}
