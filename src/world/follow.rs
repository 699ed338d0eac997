//! What is told of single requests, step by step: of those that are followed,
//! and of those that fail or take long.
//!
//! Whether a request is followed is asked of the probe once, when it is made,
//! and handed on with it from service to service, as the sampled flag of a W3C
//! `traceparent` is. Nothing here acts on it: the world takes the same course
//! whoever looks. What is told is what the services themselves can know; first
//! causes stay in [`paths`](super::paths).

use super::line::Kind;
use super::live::Live;
use super::paths::How;
use super::probe::{Outcome, Probe};
use crate::base::{SimTime, Span};
use crate::engine::Key;

/// What takes longer than this is told of although nobody follows it.
pub const LONG: Span = Span::from_secs(1);

/// No pod, zone or request.
pub const NOWHERE: u32 = u32::MAX;

/// Where something happens, as the labels of a pod would say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot {
    /// Position of the service; [`NOWHERE`] for clients.
    pub service: u32,
    /// Number of the route across all services; [`NOWHERE`] for clients.
    pub route: u32,
    /// Number of the pod within its service.
    pub pod: u32,
    /// Position of its version.
    pub version: u32,
    /// Position of its zone; [`NOWHERE`] where there is none.
    pub zone: u32,
}

impl Spot {
    /// With the clients.
    pub const OUTSIDE: Spot = Spot {
        service: NOWHERE,
        route: NOWHERE,
        pod: NOWHERE,
        version: 0,
        zone: NOWHERE,
    };
}

/// What a line waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitFor {
    /// A connection out of its pod's pool.
    Connection,
    /// A row that another query has locked.
    Row,
    /// Another line that fetches the same from a cache's source.
    Fetch,
    /// Room in a queue.
    Room,
    /// Its turn at a bulkhead.
    Bulkhead,
}

/// One step of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A client makes a request.
    Asked {
        /// Position among everything that clients ask for.
        entry: u32,
    },
    /// A consumer is handed a message.
    Taken {
        /// Position of the queue among services.
        queue: u32,
        /// Deliveries of it that failed before.
        failures: u32,
        /// What [`Probe::mark`] said of its publisher; 0 where nobody followed it.
        mark: u64,
    },
    /// What was asked, or handed over, has ended; so has the line.
    Concluded {
        /// How.
        outcome: Outcome,
    },
    /// An attempt is sent to another service.
    Sent {
        /// Number of the callee's route across all services.
        route: u32,
        /// Position of the callee.
        to: u32,
        /// Which attempt of the call.
        attempt: u32,
        /// Whether beside another, as a hedge.
        second: bool,
    },
    /// An attempt has ended for the caller.
    Settled {
        /// Position of the callee.
        to: u32,
        /// Number of its route across all services.
        route: u32,
        /// How.
        outcome: Outcome,
        /// How long it took.
        took: Span,
        /// Whether it was a hedge.
        second: bool,
    },
    /// An attempt is no longer waited for, because the other one was answered.
    Dropped {
        /// Whether that was the hedge.
        second: bool,
    },
    /// Another attempt will be made.
    Retries {
        /// Position of the callee.
        to: u32,
        /// Which attempt comes next.
        attempt: u32,
        /// The most attempts.
        most: u32,
    },
    /// The caller's own policy stopped a call before it was sent.
    Denied {
        /// Position of the callee.
        to: u32,
        /// Which policy.
        how: How,
    },
    /// A breaker opened.
    BreakerOpened {
        /// Position of the callee.
        to: u32,
    },
    /// A request reaches a pod.
    Entered {
        /// The line that waits for its answer.
        owner: Key,
        /// Whether it has to wait for a worker.
        waits: bool,
    },
    /// A worker takes it up.
    Begun,
    /// It is answered.
    Ended {
        /// How.
        outcome: Outcome,
        /// From its arrival at the pod.
        took: Span,
    },
    /// A pod turned a request away at its door.
    Rejected {
        /// The line that waits for its answer.
        owner: Key,
        /// What made it.
        how: How,
    },
    /// The line has to wait.
    Waits {
        /// For what.
        what: WaitFor,
        /// Position of the service that has it.
        at: u32,
    },
    /// The wait is over.
    Waited {
        /// What it was for.
        what: WaitFor,
        /// Position of the service that has it.
        at: u32,
        /// Whether it was given what it waited for.
        got: bool,
    },
    /// A cache has answered.
    Looked {
        /// Whether it had what was asked for.
        hit: bool,
        /// Position of the cache.
        cache: u32,
    },
    /// A query was aborted to end a deadlock.
    Deadlocked,
}

/// A step, of whom, when and where.
#[derive(Clone, Copy, Debug)]
pub struct Told {
    /// When.
    pub now: SimTime,
    /// Whether the request is followed.
    pub followed: bool,
    /// The line that takes the step.
    pub line: Key,
    /// The request that it is part of: itself, unless it is a branch.
    pub request: Key,
    /// Where.
    pub spot: Spot,
    /// What.
    pub step: Step,
}

/// A line begins to wait for what the service at `at` has.
pub(super) const fn waits(what: WaitFor, at: u32) -> Step {
    Step::Waits { what, at }
}

/// The wait for it is over.
pub(super) const fn waited(what: WaitFor, at: u32, got: bool) -> Step {
    Step::Waited { what, at, got }
}

impl<P: Probe> Live<'_, P> {
    /// Tells a step of a line.
    #[cold]
    #[inline(never)]
    pub fn tell_step(&mut self, key: Key, now: SimTime, step: Step) {
        let Some(&line) = self.state.lines.get(key) else {
            return;
        };
        let spot = match line.kind {
            Kind::User | Kind::Delivery => Spot::OUTSIDE,
            Kind::Request | Kind::Branch => self.spot(line.route, line.pod),
        };
        self.probe.told(&Told {
            now,
            followed: line.followed,
            line: key,
            request: line.request_of(key),
            spot,
            step,
        });
    }

    /// Tells a step of a line that somebody follows.
    #[inline(always)]
    pub fn tell_followed(&mut self, key: Key, now: SimTime, step: Step) {
        if self.is_followed(key) {
            self.tell_step(key, now, step);
        }
    }

    #[inline(always)]
    fn is_followed(&self, key: Key) -> bool {
        self.state.lines.get(key).is_some_and(|line| line.followed)
    }

    /// Tells that a pod turned a request away, which has no line of its own.
    #[cold]
    #[inline(never)]
    pub fn tell_rejected(&mut self, pod: Key, route: u32, owner: Key, now: SimTime, how: How) {
        let followed = self.is_followed(owner);
        let spot = self.spot(route, pod);
        self.probe.told(&Told {
            now,
            followed,
            line: Key::NONE,
            request: Key::NONE,
            spot,
            step: Step::Rejected { owner, how },
        });
    }

    /// Tells how an attempt ended, and that another follows or a breaker opened.
    #[cold]
    #[inline(never)]
    pub fn tell_settled(&mut self, key: Key, now: SimTime, outcome: Outcome, second: bool) {
        let Some(line) = self.state.lines.get(key) else {
            return;
        };
        let plan = &self.plan.calls[line.call.plan as usize];
        let mut began = line.call.began;
        if let Some((delay, _)) = plan.hedge
            && second
        {
            began += delay;
        }
        let step = Step::Settled {
            to: plan.service,
            route: plan.route,
            outcome,
            took: now.since(began),
            second,
        };
        self.tell_step(key, now, step);
    }

    /// Tells that a breaker opened for a line's call.
    #[cold]
    #[inline(never)]
    pub fn tell_opened(&mut self, key: Key, now: SimTime) {
        if let Some(line) = self.state.lines.get(key) {
            let to = self.plan.calls[line.call.plan as usize].service;
            self.tell_step(key, now, Step::BreakerOpened { to });
        }
    }

    /// Tells that a line has its turn at a bulkhead.
    #[cold]
    #[inline(never)]
    pub fn tell_turn(&mut self, key: Key, now: SimTime) {
        if let Some(line) = self.state.lines.get(key)
            && line.followed
        {
            let at = self.plan.calls[line.call.plan as usize].service;
            self.tell_step(key, now, waited(WaitFor::Bulkhead, at, true));
        }
    }

    /// Tells that an attempt is sent.
    #[cold]
    #[inline(never)]
    pub fn tell_sent(&mut self, key: Key, now: SimTime, second: bool) {
        let Some(line) = self.state.lines.get(key) else {
            return;
        };
        let plan = &self.plan.calls[line.call.plan as usize];
        let step = Step::Sent {
            route: plan.route,
            to: plan.service,
            attempt: line.call.attempts,
            second,
        };
        self.tell_step(key, now, step);
    }

    /// A client's request is followed from here on.
    #[cold]
    #[inline(never)]
    pub fn follow_user(&mut self, key: Key, entry: u32, now: SimTime) {
        if let Some(line) = self.state.lines.get_mut(key) {
            line.followed = true;
        }
        self.tell_step(key, now, Step::Asked { entry });
    }

    /// A gateway turned a client's request away, which has no line of its own.
    #[cold]
    #[inline(never)]
    pub fn tell_turned_away(&mut self, entry: u32, now: SimTime, outcome: Outcome) {
        for step in [Step::Asked { entry }, Step::Concluded { outcome }] {
            self.probe.told(&Told {
                now,
                followed: true,
                line: Key::NONE,
                request: Key::NONE,
                spot: Spot::OUTSIDE,
                step,
            });
        }
    }

    /// What a followed line's message is marked with; 0 for others.
    #[cold]
    #[inline(never)]
    pub fn mark(&mut self, key: Key) -> u64 {
        match self.state.lines.get(key) {
            Some(line) if line.followed => {
                let request = line.request_of(key);
                self.probe.mark(request)
            }
            _ => 0,
        }
    }

    fn spot(&self, route: u32, pod: Key) -> Spot {
        let service = self.plan.routes[route as usize].service;
        let Some(pod) = self.state.pods.get(pod) else {
            return Spot {
                service,
                route,
                ..Spot::OUTSIDE
            };
        };
        let zone = self.plan.spec.topology.as_ref().and_then(|topology| {
            let node = self.state.fleet.nodes.get(pod.body.node? as usize)?;
            topology.pools.get(node.pool as usize).map(|pool| pool.zone)
        });
        Spot {
            service,
            route,
            pod: pod.number,
            version: pod.version,
            zone: zone.unwrap_or(NOWHERE),
        }
    }
}
