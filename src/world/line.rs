//! Lines of execution: what a user, a request or a branch of one is doing.
//!
//! Everything that waits is a line: for work to be done, for a worker, for an
//! answer, for its own branches. Each has one outstanding call at most, which
//! stands in the line itself, so that a call costs no table of its own.

use serde::Serialize;

use crate::base::SimTime;
use crate::engine::Key;

use super::paths::PathId;
use super::plan::CallPlan;

/// No user of a closed loop.
pub(super) const NOBODY: u32 = u32::MAX;

/// What a line belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) enum Kind {
    /// A user, who does nothing but wait for one answer.
    User,
    /// A request at a pod, from its arrival to its answer.
    Request,
    /// One of several things that a request does at once.
    Branch,
    /// A message on its way to a consumer.
    Delivery,
}

/// One line of execution.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(super) struct Line {
    pub kind: Kind,
    /// Requests: whether a worker has taken it up. Others always run.
    pub running: bool,
    /// Position of the service it runs in.
    pub service: u32,
    /// Requests: number of the route across all services. Users: position
    /// among all entries. Messages: number of the group.
    pub route: u32,
    /// Next operation. Users of a closed loop: which of them; other users:
    /// [`NOBODY`].
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
    /// part it can do without, and how that came here.
    pub touched: PathId,
    /// Requests: whether the answer will lack a part.
    pub degraded: bool,
    /// Whether the probe follows its request; nothing acts on it.
    #[serde(skip)]
    pub followed: bool,
    /// Whether it looks, before each step, if it should stop.
    pub watched: bool,
    /// Requests: whether it stops when nobody waits for it.
    pub cancel: bool,
    /// Position of its criticality.
    pub criticality: u8,
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
    /// A second attempt beside the present one.
    pub hedge: Key,
    /// The state of the breaker that let the attempt through.
    pub era: u32,
    /// What its policies hold for it; empty where it has none.
    pub hold: Hold,
}

/// What the policies of a call hold for it while it is under way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Hold {
    /// Whether it has policies that must hear of its end.
    pub guarded: bool,
    /// Whether a breaker waits for a result.
    pub permit: bool,
    /// Whether it counts as a retry.
    pub retried: bool,
    /// Attempts of it that count as under way.
    pub counted: u8,
}

impl Hold {
    /// No policies, or nothing held.
    pub const NOTHING: Hold = Hold {
        guarded: false,
        permit: false,
        retried: false,
        counted: 0,
    };
}

impl Sent {
    /// Nothing sent.
    pub const NOTHING: Sent = Sent {
        callee: Key::NONE,
        plan: 0,
        attempts: 0,
        began: SimTime::ZERO,
        hedge: Key::NONE,
        era: 0,
        hold: Hold::NOTHING,
    };
}

impl Line {
    /// A user who arrives.
    #[inline(always)]
    pub fn user(entry: u32, plan: u32, user: u32, who: u32, criticality: u8, now: SimTime) -> Line {
        Line {
            kind: Kind::User,
            running: true,
            service: 0,
            route: entry,
            at: user,
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
            touched: PathId::NONE,
            degraded: false,
            followed: false,
            watched: false,
            cancel: false,
            criticality,
            user: who,
            deadline: SimTime::MAX,
        }
    }

    /// A request that starts at an operation in a pod, once it runs.
    #[inline(always)]
    pub fn request(
        (service, route, at): (u32, u32, u32),
        pod: Key,
        owner: Key,
        pass: Pass,
        now: SimTime,
    ) -> Line {
        Line {
            kind: Kind::Request,
            running: false,
            service,
            route,
            at,
            waits: 0,
            pod,
            owner,
            request: Key::NONE,
            arrived: now,
            call: Sent::NOTHING,
            last_caller: Key::NONE,
            touched: PathId::NONE,
            degraded: false,
            followed: pass.followed,
            watched: pass.is_watched(),
            cancel: pass.cancel,
            criticality: pass.criticality,
            user: pass.user,
            deadline: pass.deadline,
        }
    }

    /// A branch that starts at an operation; `line` is its `owner`.
    #[inline(always)]
    pub fn branch(owner: Key, line: &Line, at: u32) -> Line {
        Line {
            kind: Kind::Branch,
            running: true,
            service: line.service,
            route: line.route,
            at,
            waits: 0,
            pod: line.pod,
            owner,
            request: line.request_of(owner),
            arrived: line.arrived,
            call: Sent::NOTHING,
            last_caller: Key::NONE,
            touched: PathId::NONE,
            degraded: false,
            followed: line.followed,
            watched: line.watched,
            cancel: line.cancel,
            criticality: line.criticality,
            user: line.user,
            deadline: line.deadline,
        }
    }

    /// The request that the line at `key` is part of: itself, or its root.
    #[inline(always)]
    pub fn request_of(&self, key: Key) -> Key {
        match self.kind {
            Kind::Branch => self.request,
            Kind::User | Kind::Request | Kind::Delivery => key,
        }
    }
}

/// What a caller hands on with a request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pass {
    pub user: u32,
    pub criticality: u8,
    pub cancel: bool,
    pub followed: bool,
    pub deadline: SimTime,
}

impl Pass {
    /// From a line whose call tells nothing else.
    #[inline(always)]
    pub fn plain(line: &Line) -> Pass {
        Pass {
            user: line.user,
            criticality: line.criticality,
            cancel: false,
            followed: line.followed,
            deadline: SimTime::MAX,
        }
    }

    /// Whether the request has to look if it should stop.
    #[inline(always)]
    pub fn is_watched(&self) -> bool {
        self.cancel | (self.deadline < SimTime::MAX)
    }

    /// With whether the callee is to stop when its caller has given up, and
    /// the earlier of the line's own deadline and the call's timeout, if the
    /// call tells them.
    #[inline]
    pub fn of(line: &Line, plan: &CallPlan, now: SimTime) -> Pass {
        let deadline = match plan.timeout {
            _ if !plan.deadline => SimTime::MAX,
            Some(timeout) if now + timeout < line.deadline => now + timeout,
            _ => line.deadline,
        };
        Pass {
            cancel: plan.cancel,
            deadline,
            ..Pass::plain(line)
        }
    }
}
