//! Lines of execution: what a user, a request or a branch of one is doing.
//!
//! Everything that waits is a line: for work to be done, for a worker, for an
//! answer, for its own branches. Each has one outstanding call at most, which
//! stands in the line itself, so that a call costs no table of its own.

use serde::Serialize;

use crate::base::SimTime;
use crate::engine::Key;

use super::paths::{PathId, Why};
use super::plan::CallPlan;
use super::probe::Cause;

/// What a line belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) enum Kind {
    /// A user, who does nothing but wait for one answer.
    User,
    /// A request at a pod, from its arrival to its answer.
    Request,
    /// One of several things that a request does at once.
    Branch,
}

/// One line of execution.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(super) struct Line {
    pub kind: Kind,
    /// Requests: whether a worker has taken it up. Others always run.
    pub running: bool,
    /// Position of the service it runs in.
    pub service: u32,
    /// Requests: number of the route across all services. Users: position in the mix.
    pub route: u32,
    /// Next operation.
    pub at: u32,
    /// Branches that it waits for.
    pub waits: u32,
    /// The pod it runs in; none for users.
    pub pod: Key,
    /// Requests: the line that waits for the answer, if any still does.
    /// Branches: the line that waits for its branches.
    pub owner: Key,
    /// Branches: the request that they are part of.
    pub request: Key,
    /// When the user or the request arrived.
    pub arrived: SimTime,
    /// The call that it waits for.
    pub call: Sent,
    /// Requests: the line of theirs that made the last call: what a timeout
    /// follows to find its cause.
    pub last_caller: Key,
    /// Requests: what first made it slower than it is by nature, or failed a
    /// part it can do without.
    pub touched: Option<Cause>,
    /// How that came here.
    pub path: PathId,
    /// Requests: whether the answer will lack a part.
    pub degraded: bool,
    /// Whether it looks, before each step, if it should stop.
    pub watched: bool,
    /// Requests: whether it stops when nobody waits for it.
    pub cancel: bool,
    /// How important it is: position in the classes of criticality.
    pub class: u8,
    /// Who asks: what a hash ring places it by.
    pub user: u32,
    /// When it stops; the end of time where it was not told.
    pub deadline: SimTime,
}

/// The call that a line has sent.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(super) struct Sent {
    /// The present attempt at the callee; none between attempts.
    pub callee: Key,
    /// Number of the call in the plan.
    pub plan: u32,
    pub attempts: u32,
    /// When the present attempt was sent.
    pub began: SimTime,
    /// What its policies keep of it; none where it has none.
    pub guard: Key,
}

impl Sent {
    /// Nothing sent.
    pub const NOTHING: Sent = Sent {
        callee: Key::NONE,
        plan: 0,
        attempts: 0,
        began: SimTime::ZERO,
        guard: Key::NONE,
    };
}

impl Line {
    /// A user who arrives.
    #[inline]
    pub fn user(entry: u32, plan: u32, now: SimTime) -> Line {
        Line {
            kind: Kind::User,
            running: true,
            service: 0,
            route: entry,
            at: 0,
            waits: 0,
            pod: Key::NONE,
            owner: Key::NONE,
            request: Key::NONE,
            arrived: now,
            call: Sent {
                plan,
                ..Sent::NOTHING
            },
            last_caller: Key::NONE,
            touched: None,
            path: PathId::NONE,
            degraded: false,
            watched: false,
            cancel: false,
            class: 1, // what users ask for is critical, unless it says otherwise
            user: 0,
            deadline: SimTime::MAX,
        }
    }

    /// A branch of `parent`, which is a line of `request`.
    #[inline]
    pub fn branch(parent: Key, line: &Line, request: Key, at: u32) -> Line {
        Line {
            kind: Kind::Branch,
            at,
            waits: 0,
            owner: parent,
            request,
            call: Sent::NOTHING,
            touched: None,
            path: PathId::NONE,
            ..*line
        }
    }

    /// What touched it, and the way that it took.
    pub fn why(&self) -> Why {
        Why {
            cause: self.touched,
            path: self.path,
        }
    }

    /// The request that the line at `key` is part of: itself, or its root.
    #[inline]
    pub fn request_of(&self, key: Key) -> Key {
        match self.kind {
            Kind::Branch => self.request,
            Kind::User | Kind::Request => key,
        }
    }
}

/// What a caller hands on with a request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pass {
    pub user: u32,
    pub class: u8,
    pub cancel: bool,
    pub deadline: SimTime,
}

impl Pass {
    /// From the line that calls: who asks, how important it is, and the earlier
    /// of the line's own deadline and the call's timeout, if it tells them.
    #[inline]
    pub fn of(line: &Line, plan: &CallPlan, now: SimTime) -> Pass {
        let deadline = match plan.timeout {
            _ if !plan.deadline => SimTime::MAX,
            Some(timeout) if now + timeout < line.deadline => now + timeout,
            _ => line.deadline,
        };
        Pass {
            user: line.user,
            class: line.class,
            cancel: plan.cancel,
            deadline,
        }
    }
}
