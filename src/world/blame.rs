//! Finding the first cause of a wait.
//!
//! Failures carry their cause upwards by themselves; a timeout or a full queue
//! has to look for it, down the chain of what holds the workers.

use crate::engine::Key;

use super::live::Live;
use super::probe::{Cause, Probe};

/// How far a chain of calls is followed to find a cause; deeper than any acyclic world in practice.
const DEEPEST_BLAME: u32 = 32;

impl<P: Probe> Live<'_, P> {
    /// Why a visit has not been answered yet: follow what it waits for, down
    /// to the first thing that is known to be wrong.
    pub fn blame(&self, visit: Key) -> Cause {
        let mut key = visit;
        let mut service = None;
        for _ in 0..DEEPEST_BLAME {
            let Some(visit) = self.state.visits.get(key) else {
                break;
            };
            let route = &self.plan.routes[visit.route as usize];
            if let Some(cause) = visit.touched {
                return cause;
            }
            if !visit.running {
                return self.blame_queue(visit.pod, route.service);
            }
            service = Some(route.service);
            match self.state.calls.get(visit.last_call) {
                Some(call) => key = call.visit,
                None => break,
            }
        }
        Cause::Slow {
            service: service.unwrap_or_default(),
        }
    }

    /// Why a pod has no worker to spare: what its youngest visit waits for.
    pub fn blame_queue(&self, pod: Key, service: u32) -> Cause {
        let mut key = self
            .state
            .pods
            .get(pod)
            .map_or(Key::NONE, |pod| pod.last_begun);
        for _ in 0..DEEPEST_BLAME {
            let Some(visit) = self.state.visits.get(key) else {
                break;
            };
            if let Some(cause) = visit.touched {
                return cause;
            }
            let Some(call) = self.state.calls.get(visit.last_call) else {
                break;
            };
            let Some(callee) = self.state.visits.get(call.visit) else {
                break;
            };
            key = if callee.running {
                call.visit
            } else {
                self.state
                    .pods
                    .get(callee.pod)
                    .map_or(Key::NONE, |pod| pod.last_begun)
            };
        }
        Cause::Saturated { service }
    }
}
