//! Hedging: a second attempt beside one that takes long.
//!
//! Dean and Barroso, "The tail at scale" (2013), and gRPC's hedging (proposal
//! A6): the first good answer wins; a bad one waits for the other. The loser
//! goes on and is wasted, unless the call propagates cancellation.

use super::super::live::Live;
use super::super::probe::Probe;
use super::super::state::Event;
use crate::engine::{Agenda, Key};

impl<P: Probe> Live<'_, P> {
    /// The delay is over: the attempt that it belongs to gets a second beside
    /// it, if it is still unanswered and the policies allow it.
    pub fn hedge(&mut self, key: Key, attempt: u32, agenda: &mut Agenda<Event>) {
        let Some(call) = self.state.calls.get(key).copied() else {
            return;
        };
        let due = call.attempts == attempt && call.visit != Key::NONE && call.hedge == Key::NONE;
        if !due || !self.is_wanted(key) {
            return;
        }
        let plan = &self.plan.calls[call.plan as usize];
        if let Some(site) = plan.site
            && !self.ask_hedge(key, site, agenda.now())
        {
            return;
        }
        let first = self.state.visits.get(call.visit).map(|visit| visit.pod);
        match self.dispatch(key, first, agenda) {
            Ok(visit) => {
                if let Some(call) = self.state.calls.get_mut(key) {
                    call.hedge = visit;
                }
            }
            // As if it had not been sent: the first attempt goes on.
            Err(_) => {
                if let Some(call) = self.state.calls.get(key).copied() {
                    self.attempt_over(key, &call, true, None, agenda.now());
                }
            }
        }
    }
}
