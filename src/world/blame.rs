//! Finding the first cause of a wait, and the way that it took.
//!
//! Failures carry their cause upwards by themselves; a timeout or a full queue
//! has to look for it, down the chain of what holds the workers.

use crate::engine::Key;

use super::live::Live;
use super::paths::{How, PathId};
use super::probe::{Cause, Probe};

/// How far a chain of calls is followed to find a cause; deeper than any acyclic world in practice.
const DEEPEST_BLAME: usize = 32;

impl<P: Probe> Live<'_, P> {
    /// Why a request has not been answered yet: follow what it waits for, down
    /// to the first thing that is known to be wrong.
    pub fn blame(&mut self, request: Key) -> PathId {
        self.trace(request, None)
    }

    /// Why a pod has no worker to spare: what its youngest request waits for.
    pub fn blame_queue(&mut self, pod: Key, service: u32) -> PathId {
        let pod = self.state.pods.get(pod);
        let youngest = pod.map_or(Key::NONE, |pod| pod.last_begun);
        self.trace(youngest, Some(service))
    }

    /// Goes down from a request; `queue` is the service at whose queue it began.
    fn trace(&mut self, request: Key, queue: Option<u32>) -> PathId {
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
        let mut key = request;
        let (mut saturated, mut slow) = (queue, None);
        let mut found = PathId::NONE;
        // Each step goes to a callee or to a pod's youngest request.
        for _ in 0..DEEPEST_BLAME {
            let Some(request) = self.state.lines.get(key) else {
                break;
            };
            let service = request.service;
            if !request.running && request.touched == PathId::NONE {
                hop(service, How::Held);
                saturated = Some(service);
                let pod = self.state.pods.get(request.pod);
                key = pod.map_or(Key::NONE, |pod| pod.last_begun);
                continue;
            }
            slow = Some(service);
            if Some(service) != saturated {
                hop(service, How::Slow);
            }
            if request.touched != PathId::NONE {
                found = request.touched;
                break;
            }
            match self.state.lines.get(request.last_caller) {
                Some(caller) => key = caller.call.callee,
                None => break,
            }
        }
        let mut path = found;
        if path == PathId::NONE {
            path = self.state.paths.first(match saturated.or(slow) {
                Some(service) if saturated.is_some() => Cause::Saturated { service },
                service => Cause::Slow {
                    service: service.unwrap_or_default(),
                },
            });
        }
        for (service, how) in hops[..count].iter().rev() {
            path = self.state.paths.onward(path, *service, *how);
        }
        path
    }
}
