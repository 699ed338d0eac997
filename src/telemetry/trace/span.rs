//! What is kept of a followed request: numbers only; words come when asked for.

use crate::base::{SimTime, Span as Length};
use crate::world::{How, Outcome, Spot, WaitFor};

/// No span.
pub const NONE: u16 = u16::MAX;

/// What a span stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanKind {
    /// What a client asked for, with all its attempts: the root.
    Request,
    /// A message in the hands of a consumer: the root.
    Message,
    /// An attempt at a call, as its caller sees it.
    Call,
    /// A request inside a pod.
    Serve,
    /// Its wait for a worker.
    Queue,
    /// A wait of a line inside a pod.
    Wait(WaitFor),
}

/// The caller waited no longer, because it had another answer or was gone.
pub const CANCELLED: u8 = 1;
/// It went on after whoever asked had stopped waiting.
pub const DETACHED: u8 = 2;
/// It had not ended when the trace was put together.
pub const UNFINISHED: u8 = 4;
/// A cache had what was asked for.
pub const HIT: u8 = 8;
/// A cache did not have it.
pub const MISS: u8 = 16;
/// Sent beside another attempt.
pub const HEDGE: u8 = 32;

/// A span.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    /// Place of its parent in the trace; [`NONE`] for the root.
    pub parent: u16,
    /// What it stands for.
    pub kind: SpanKind,
    /// How it ended, where that can be said.
    pub outcome: Option<Outcome>,
    /// What else is known, as a set.
    pub flags: u8,
    /// Calls: which attempt. Messages: deliveries before.
    pub attempt: u8,
    /// Its beginning.
    pub start: SimTime,
    /// Its end; the end of time while it is open.
    pub end: SimTime,
    /// Where it took place.
    pub spot: Spot,
    /// Calls and waits: position of the other service. Messages: of the
    /// queue. Requests: position of what is asked for.
    pub to: u32,
    /// Calls: the route that is asked for. Messages: the consumer's.
    pub route: u32,
}

impl Span {
    /// How long it took.
    pub fn length(&self) -> Length {
        self.end.since(self.start)
    }

    /// Whether it went wrong.
    pub fn failed(&self) -> bool {
        self.flags & CANCELLED == 0 && self.outcome.is_some_and(|outcome| !outcome.is_ok())
    }

    /// Whether all of the set is known of it.
    pub fn has(&self, flags: u8) -> bool {
        self.flags & flags == flags
    }
}

/// What happened within a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteKind {
    /// The call to a service is tried again: which attempt comes, of how many.
    Retry(u32, u32),
    /// A breaker opened.
    BreakerOpened,
    /// The caller's own policy stopped a call.
    Denied(How),
    /// A pod turned the request away.
    Rejected(How),
    /// The caller waited no longer.
    TimedOut,
}

/// Something that happened at an instant within a span.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Note {
    /// Place of the span.
    pub span: u16,
    /// When.
    pub at: SimTime,
    /// What.
    pub kind: NoteKind,
    /// The other service, by position.
    pub to: u32,
}

/// Why a trace was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// Something in it failed.
    Error,
    /// It took long.
    Slow,
    /// It was chosen by lot, or to have a few of each route.
    Sample,
}

/// A request with everything that was done for it. The root stands first,
/// parents before their children.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// Number of the request since the start of the run.
    pub number: u64,
    /// Messages: number and span of the publisher, where that was followed.
    pub mark: u64,
    /// Why it was kept.
    pub why: Why,
    /// The spans.
    pub spans: Vec<Span>,
    /// What happened within them, in order.
    pub notes: Vec<Note>,
    /// Spans that there was no room for.
    pub left_out: u32,
}

impl Trace {
    pub(super) fn empty() -> Trace {
        Trace {
            number: 0,
            mark: 0,
            why: Why::Sample,
            spans: Vec::new(),
            notes: Vec::new(),
            left_out: 0,
        }
    }

    /// The root.
    pub fn root(&self) -> Option<&Span> {
        self.spans.first()
    }

    /// What is asked for, as one number over clients' entries and consumers' routes.
    pub(super) fn topic(&self) -> u32 {
        match self.root() {
            Some(root) if root.kind == SpanKind::Message => root.route | 1 << 31,
            Some(root) => root.to,
            None => 0,
        }
    }
}
