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
    /// Why a request has not been answered yet: follow what it waits for, down
    /// to the first thing that is known to be wrong.
    pub fn blame(&self, request: Key) -> Cause {
        let lines = &self.state.lines;
        let mut key = request;
        let mut service = None;
        for _ in 0..DEEPEST_BLAME {
            let Some(request) = lines.get(key) else {
                break;
            };
            if let Some(cause) = request.touched {
                return cause;
            }
            if !request.running {
                return self.blame_queue(request.pod, request.service);
            }
            service = Some(request.service);
            match lines.get(request.last_caller) {
                Some(caller) => key = caller.call.callee,
                None => break,
            }
        }
        Cause::Slow {
            service: service.unwrap_or_default(),
        }
    }

    /// Why a pod has no worker to spare: what its youngest request waits for.
    pub fn blame_queue(&self, pod: Key, service: u32) -> Cause {
        let lines = &self.state.lines;
        let last_begun = |pod| {
            let pod = self.state.pods.get(pod);
            pod.map_or(Key::NONE, |pod| pod.last_begun)
        };
        let mut key = last_begun(pod);
        for _ in 0..DEEPEST_BLAME {
            let Some(request) = lines.get(key) else {
                break;
            };
            if let Some(cause) = request.touched {
                return cause;
            }
            let Some(caller) = lines.get(request.last_caller) else {
                break;
            };
            let Some(callee) = lines.get(caller.call.callee) else {
                break;
            };
            key = if callee.running {
                caller.call.callee
            } else {
                last_begun(callee.pod)
            };
        }
        Cause::Saturated { service }
    }
}
