//! Hedging: a second attempt beside one that takes long.
//!
//! Dean and Barroso, "The tail at scale" (2013), and gRPC's hedging (proposal
//! A6): the first good answer wins; a bad one waits for the other. The loser
//! goes on and is wasted, unless the call propagates cancellation.

use super::super::follow::Step;
use super::super::live::Live;
use super::super::probe::Probe;
use super::super::state::{Event, Next};
use crate::engine::{Agenda, Key};

impl<P: Probe> Live<'_, P> {
    /// The delay is over: the attempt that it belongs to gets a second beside
    /// it, if it is still unanswered and the policies allow it.
    pub fn hedge(&mut self, key: Key, callee: Key, agenda: &mut Agenda<Event>) -> Next {
        let Some(line) = self.state.lines.get(key) else {
            return Next::Nothing;
        };
        let call = line.call;
        if call.callee != callee || call.hedge != Key::NONE || !self.is_wanted(key) {
            return Next::Nothing;
        }
        if let Some(site) = self.plan.calls[call.plan as usize].site
            && !self.ask_hedge(site, key, agenda.now())
        {
            return Next::Nothing;
        }
        let first = self.state.lines.get(callee);
        let first = first.map_or(Key::NONE, |line| line.pod);
        if self.state.lines.get(key).is_some_and(|line| line.followed) {
            self.tell_sent(key, agenda.now(), true);
        }
        match self.dispatch(key, first, agenda) {
            Ok((second, next)) => {
                if let Some(line) = self.state.lines.get_mut(key) {
                    line.call.hedge = second;
                }
                next
            }
            // As if it had not been sent: the first attempt goes on.
            Err(_) => {
                self.tell_followed(key, agenda.now(), Step::Dropped { second: true });
                self.attempt_over(key, true, None, agenda.now());
                Next::Nothing
            }
        }
    }
}
