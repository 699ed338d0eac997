//! Traces: what was done for single requests, as OpenTelemetry would tell it.
//!
//! In: the steps of followed requests, told by the world's probe. Out: trees
//! of spans of those that are worth keeping, their names and attributes by
//! OpenTelemetry's semantic conventions (1.38), where their time went. It
//! knows what services can know of themselves, and no first cause.
//!
//! Sampling is the usual pair. At the head a share of requests is chosen by a
//! hash of their number and kept whatever becomes of them. A larger share is
//! followed to its end and then, at the tail, kept if something failed, if it
//! took long, or if its route has had none for a while. Bounds: 2,048 requests
//! followed at a time, 512 spans a trace, [`Sampling::spans`] spans kept.

mod describe;
mod ids;
mod keep;
mod record;
mod span;
mod tree;

pub use describe::{
    Attribute, Value, asked, attributes, error_type, events, resource, service_name, span_kind,
    span_name, status_code,
};
pub(crate) use describe::{refusal, route, service};
pub use ids::{marked, span_id, trace_id};
pub use record::MOST_SPANS;
pub use span::{
    CANCELLED, DETACHED, HEDGE, HIT, MISS, NONE, Note, NoteKind, Span, SpanKind, Trace, UNFINISHED,
    Why,
};
pub use tree::{Row, rows};

use crate::base::{Ratio, SimTime, Span as Length};
use crate::engine::Key;
use crate::world::World;
use crate::world::spec::Kind;
use keep::Keep;

/// Requests followed at a time.
const MOST_LIVE: u32 = 2_048;
/// How long a trace whose root has ended waits for the rest of its spans.
const PATIENCE: Length = Length::from_secs(30);
/// How long a request may be under way before its trace is put together.
const LONGEST: Length = Length::from_mins(10);
/// Each route has one ordinary trace kept in this time.
const FEW: Length = Length::from_secs(30);
/// How many times as long as usual is slow.
const TIMES: u64 = 4;
/// Requests of a kind after which its usual length is known.
const KNOWN: u32 = 64;

/// Which requests are followed and kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sampling {
    /// Kept whatever becomes of them.
    pub head: Ratio,
    /// Followed to their end, to be kept if it is worth it; at least the head's.
    pub tail: Ratio,
    /// So many between scrapes are followed beyond that share, so that a quiet
    /// system shows more than a handful.
    pub least: u32,
    /// What takes this long is slow, however usual that is.
    pub slow: Length,
    /// Spans kept.
    pub spans: usize,
}

impl Sampling {
    /// Nobody is followed.
    pub const OFF: Sampling = Sampling {
        head: Ratio::ZERO,
        tail: Ratio::ZERO,
        least: 0,
        slow: Length::from_secs(1),
        spans: 20_000,
    };

    /// One in a hundred, and one in twenty and ten more to their end.
    pub fn usual() -> Sampling {
        Sampling {
            head: Ratio::new(0.01).unwrap_or(Ratio::ZERO),
            tail: Ratio::new(0.05).unwrap_or(Ratio::ZERO),
            least: 10,
            ..Sampling::OFF
        }
    }
}

/// What became of requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Followed.
    pub followed: u64,
    /// Not followed, because too many were.
    pub skipped: u64,
    /// Kept at their end.
    pub kept: u64,
    /// Kept once, and gone since to make room.
    pub evicted: u64,
}

/// Follows requests and keeps what is worth it.
#[derive(Clone, Debug)]
pub struct Tracer {
    seed: u64,
    sampling: Sampling,
    kinds: Vec<Kind>,
    /// Requests so far, followed or not.
    number: u64,
    /// Followed beyond the share since the last scrape.
    beyond: u32,
    /// The number of the request that is about to be followed.
    asked: Option<u64>,
    live: Vec<Live>,
    free: Vec<u32>,
    /// The trace begun last.
    last: u32,
    /// Beside the world's lines.
    lines: Vec<Open>,
    usual: Vec<Usual>,
    keep: Keep,
    tally: Tally,
}

/// A request under way.
#[derive(Clone, Debug)]
struct Live {
    trace: Trace,
    busy: bool,
    /// Spans that have not ended.
    open: u32,
    ended: Option<SimTime>,
}

/// What is open for a line.
#[derive(Clone, Copy, Debug)]
struct Open {
    line: Key,
    slot: u32,
    number: u64,
    /// The span that what it does is part of.
    own: u16,
    attempt: u16,
    hedge: u16,
    /// The attempt that was sent last.
    sending: u16,
    wait: u16,
    silent: bool,
}

/// What one kind of request is like.
#[derive(Clone, Copy, Debug)]
struct Usual {
    topic: u32,
    seen: u32,
    /// Nanoseconds, a moving mean over about 64.
    mean: u64,
    next: SimTime,
}

impl Tracer {
    /// Follows nobody yet.
    pub fn new(world: &World, seed: u64, sampling: Sampling) -> Tracer {
        Tracer {
            seed,
            sampling,
            kinds: world.spec().services.iter().map(|spec| spec.kind).collect(),
            number: 0,
            beyond: 0,
            asked: None,
            live: Vec::new(),
            free: Vec::new(),
            last: 0,
            lines: Vec::new(),
            usual: Vec::new(),
            keep: Keep::default(),
            tally: Tally::default(),
        }
    }

    /// The seed that ids are made of.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Which requests are followed and kept.
    pub fn sampling(&self) -> Sampling {
        self.sampling
    }

    /// Follows and keeps others from now on.
    pub fn set_sampling(&mut self, sampling: Sampling) {
        self.sampling = sampling;
    }

    /// What became of requests.
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// Spans kept.
    pub fn spans(&self) -> usize {
        self.keep.spans()
    }

    /// Whether to follow the next request.
    #[inline]
    pub fn follows(&mut self) -> bool {
        self.number += 1;
        let (head, tail) = (self.sampling.head.get(), self.sampling.tail.get());
        let draw = self.draw(self.number);
        let chosen = draw < head || draw < tail;
        if !chosen && self.beyond >= self.sampling.least {
            return false;
        }
        self.beyond += u32::from(!chosen);
        self.may_follow()
    }

    /// Between 0 and 1, from the number alone.
    fn draw(&self, number: u64) -> f64 {
        (ids::mix(self.seed.rotate_left(17) ^ number) >> 11) as f64 / (1u64 << 53) as f64
    }

    #[cold]
    #[inline(never)]
    fn may_follow(&mut self) -> bool {
        if self.free.is_empty() && (self.live.len() as u32) < MOST_LIVE {
            self.free.push(self.live.len() as u32);
            self.live.push(Live::new());
        }
        let room = !self.free.is_empty();
        self.tally.followed += u64::from(room);
        self.tally.skipped += u64::from(!room);
        self.asked = room.then_some(self.number);
        room
    }

    /// Traces whose rest does not come are put together without it.
    pub fn sweep(&mut self, now: SimTime) {
        self.beyond = 0;
        for slot in 0..self.live.len() {
            let live = &self.live[slot];
            let began = live.trace.root().map_or(now, |root| root.start);
            let over =
                live.ended.is_some_and(|ended| now >= ended + PATIENCE) || now >= began + LONGEST;
            if live.busy && over {
                self.live[slot].close_all(now);
                self.decide(slot as u32);
            }
        }
    }

    /// A trace is complete: it is kept or forgotten.
    fn decide(&mut self, slot: u32) {
        let live = &mut self.live[slot as usize];
        live.busy = false;
        let mut trace = core::mem::replace(&mut live.trace, Trace::empty());
        self.free.push(slot);
        let Some(&root) = trace.root() else {
            return;
        };
        let long = self.is_long(&trace, &root);
        let head = self.draw(trace.number) < self.sampling.head.get();
        trace.why = if trace.spans.iter().any(Span::failed) {
            Why::Error
        } else if long.0 {
            Why::Slow
        } else {
            Why::Sample
        };
        if head || trace.why != Why::Sample || long.1 {
            self.tally.kept += 1;
            self.tally.evicted += self.keep.add(trace, self.sampling.spans);
        } else {
            self.keep.give(trace);
        }
    }

    /// Whether a request took long for its kind, and whether its kind has not
    /// been kept for a while.
    fn is_long(&mut self, trace: &Trace, root: &Span) -> (bool, bool) {
        let topic = trace.topic();
        let place = match self.usual.binary_search_by_key(&topic, |usual| usual.topic) {
            Ok(place) => place,
            Err(place) => {
                let next = SimTime::ZERO;
                let (seen, mean) = (0, 0);
                self.usual.insert(
                    place,
                    Usual {
                        topic,
                        seen,
                        mean,
                        next,
                    },
                );
                place
            }
        };
        let usual = &mut self.usual[place];
        let took = root.length();
        let nanos = took.as_nanos();
        let odd = usual.seen >= KNOWN && nanos > usual.mean.saturating_mul(TIMES);
        usual.seen = usual.seen.saturating_add(1);
        let weight = u64::from(if usual.seen < KNOWN {
            usual.seen
        } else {
            KNOWN
        });
        usual.mean = (usual.mean / weight).saturating_mul(weight - 1) + nanos / weight;
        let due = root.end >= usual.next;
        if due {
            usual.next = root.end + FEW;
        }
        (odd || took >= self.sampling.slow, due)
    }

    /// Every trace kept, in no particular order.
    pub fn traces(&self) -> impl Iterator<Item = &Trace> {
        self.keep.iter()
    }

    /// The trace of a request, if it is kept.
    pub fn trace(&self, number: u64) -> Option<&Trace> {
        self.keep.iter().find(|trace| trace.number == number)
    }
}
