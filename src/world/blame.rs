//! Finding the first cause of a wait, and the way that it took.
//!
//! Failures carry their cause upwards by themselves; a timeout or a full queue
//! has to look for it, down the chain of what holds the workers.

use crate::engine::Key;

use super::live::Live;
use super::paths::{How, Why};
use super::probe::{Cause, Probe};

/// How far a chain of calls is followed to find a cause; deeper than any acyclic world in practice.
const DEEPEST_BLAME: usize = 32;

impl<P: Probe> Live<'_, P> {
    /// Why a visit has not been answered yet: follow what it waits for, down
    /// to the first thing that is known to be wrong.
    pub fn blame(&mut self, visit: Key) -> Why {
        self.follow(visit, None)
    }

    /// Why a pod has no worker to spare: what its youngest visit waits for.
    pub fn blame_queue(&mut self, pod: Key, service: u32) -> Why {
        let youngest = self
            .state
            .pods
            .get(pod)
            .map_or(Key::NONE, |pod| pod.last_begun);
        self.follow(youngest, Some(service))
    }

    /// Goes down from a visit; `queue` is the service at whose queue it began.
    fn follow(&mut self, visit: Key, queue: Option<u32>) -> Why {
        let mut hops = [(0, How::Slow); DEEPEST_BLAME];
        let mut count = 0;
        let mut hop = |service, how| {
            if count < DEEPEST_BLAME {
                hops[count] = (service, how);
                count += 1;
            }
        };
        if let Some(service) = queue {
            hop(service, How::Held);
        }
        let mut key = visit;
        let (mut saturated, mut slow) = (queue, None);
        let mut found = None;
        // Each step goes to a callee or to a pod's youngest visit.
        for _ in 0..DEEPEST_BLAME {
            let Some(visit) = self.state.visits.get(key) else {
                break;
            };
            let service = self.plan.routes[visit.route as usize].service;
            if !visit.running {
                hop(service, How::Held);
                saturated = Some(service);
                slow = None;
                let pod = self.state.pods.get(visit.pod);
                key = pod.map_or(Key::NONE, |pod| pod.last_begun);
                continue;
            }
            slow = Some(service);
            if Some(service) != saturated {
                hop(service, How::Slow);
            }
            if let Some(cause) = visit.touched {
                found = Some(Why {
                    cause: Some(cause),
                    path: visit.path,
                });
                break;
            }
            match self.state.calls.get(visit.last_call) {
                Some(call) => key = call.visit,
                None => break,
            }
        }
        let mut why = found.unwrap_or_else(|| match (saturated, slow) {
            (Some(service), _) => Cause::Saturated { service }.into(),
            (None, service) => Cause::Slow {
                service: service.unwrap_or_default(),
            }
            .into(),
        });
        for (service, how) in hops[..count].iter().rev() {
            why = self.state.paths.onward(why, *service, *how);
        }
        why
    }
}
