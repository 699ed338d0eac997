//! From steps to spans.
//!
//! Beside each line of the world that is followed stands what is open for it.
//! A step of a line of which nothing is known (its trace was put together
//! before, or had no room) is ignored.

use super::ids;
use super::span::{
    CANCELLED, DETACHED, HEDGE, HIT, MISS, NONE, Note, NoteKind, Span, SpanKind, Trace, UNFINISHED,
};
use super::{Live, Open, Tracer};
use crate::base::SimTime;
use crate::engine::Key;
use crate::world::spec::Kind;
use crate::world::{NOWHERE, Outcome, Spot, Step, Told};

/// Spans in one trace; further ones are counted.
pub const MOST_SPANS: usize = 512;

impl Tracer {
    /// A followed request took a step.
    pub fn told(&mut self, told: &Told) {
        let now = told.now;
        match told.step {
            Step::Asked { entry } => self.begin(told, SpanKind::Request, entry, 0),
            Step::Taken {
                queue,
                failures,
                mark,
            } => {
                self.begin(told, SpanKind::Message, queue, failures);
                if let Some((_, live)) = self.at(told.line) {
                    live.trace.mark = mark;
                }
            }
            Step::Concluded { outcome } => self.conclude(told, outcome),
            Step::Sent {
                route,
                to,
                attempt,
                second,
            } => self.sent(told, (route, to), attempt, second),
            Step::Settled {
                outcome, second, ..
            } => {
                let Some((open, live)) = self.at(told.line) else {
                    return;
                };
                let place = open.attempt(second);
                live.close(place, now, Some(outcome), 0);
                if outcome == Outcome::TimedOut {
                    live.note(place, now, NoteKind::TimedOut, NOWHERE);
                }
            }
            Step::Dropped { second } => {
                if let Some((open, live)) = self.at(told.line) {
                    let place = open.attempt(second);
                    live.close(place, now, None, CANCELLED);
                }
            }
            Step::Retries { to, attempt, most } => {
                self.note(told, NoteKind::Retry(attempt, most), to);
            }
            Step::Denied { to, how } => {
                if let Some((open, live)) = self.at(told.line) {
                    let place = core::mem::replace(&mut open.wait, NONE);
                    live.close(place, now, None, CANCELLED);
                }
                self.note(told, NoteKind::Denied(how), to);
            }
            Step::BreakerOpened { to } => self.note(told, NoteKind::BreakerOpened, to),
            Step::Entered { owner, waits } => self.entered(told, owner, waits),
            Step::Begun => {
                if let Some((open, live)) = self.at(told.line) {
                    let place = core::mem::replace(&mut open.wait, NONE);
                    live.close(place, now, None, 0);
                }
            }
            Step::Ended { outcome, .. } => self.ended(told, outcome),
            Step::Rejected { owner, how } => self.rejected(told, owner, how),
            Step::Waits { what, at } => self.waits(told, SpanKind::Wait(what), at),
            Step::Waited { got, .. } => {
                if let Some((open, live)) = self.at(told.line) {
                    let place = core::mem::replace(&mut open.wait, NONE);
                    let outcome = if got { Outcome::Ok } else { Outcome::TimedOut };
                    live.close(place, now, Some(outcome), 0);
                }
            }
            Step::Looked { hit, .. } => {
                if let Some((open, live)) = self.at(told.line)
                    && let Some(span) = live.trace.spans.get_mut(open.attempt as usize)
                {
                    span.flags |= if hit { HIT } else { MISS };
                }
            }
            // What happens inside a database stands in its log.
            Step::Deadlocked => {}
        }
        self.finish_if_done(told.line, told.request);
    }

    /// What is open for a line, with the trace that it is part of.
    fn at(&mut self, line: Key) -> Option<(&mut Open, &mut Live)> {
        let open = self.lines.get_mut(line.index())?;
        let live = self.live.get_mut(open.slot as usize)?;
        let known = open.line == line && live.busy && live.trace.number == open.number;
        known.then_some((open, live))
    }

    /// Puts what is open for a line beside it.
    pub(super) fn put(&mut self, open: Open) {
        let place = open.line.index();
        if self.lines.len() <= place {
            self.lines.resize(place + 1, Open::NOTHING);
        }
        self.lines[place] = open;
    }

    fn begin(&mut self, told: &Told, kind: SpanKind, to: u32, attempt: u32) {
        let Some(number) = self.asked.take() else {
            return;
        };
        let Some(slot) = self.free.pop() else {
            return;
        };
        let mut trace = self.keep.buffer();
        (trace.number, trace.mark, trace.left_out) = (number, 0, 0);
        let live = &mut self.live[slot as usize];
        live.trace = trace;
        (live.busy, live.open, live.ended) = (true, 0, None);
        live.push(Span {
            attempt: attempt as u8,
            route: NOWHERE,
            ..span(NONE, kind, told.now, told.spot, to)
        });
        self.last = slot;
        if told.line != Key::NONE {
            self.put(Open::of(told.line, slot, number, 0));
        }
    }

    fn conclude(&mut self, told: &Told, outcome: Outcome) {
        let slot = match self.at(told.line) {
            Some((open, _)) => open.slot,
            // A request that a gateway turned away has no line.
            None if told.line == Key::NONE => self.last,
            None => return,
        };
        let live = &mut self.live[slot as usize];
        if !live.busy {
            return;
        }
        live.close_children(0, told.now);
        live.close(0, told.now, Some(outcome), 0);
        live.ended = Some(told.now);
        if live.open == 0 {
            self.decide(slot);
        }
    }

    fn sent(&mut self, told: &Told, callee: (u32, u32), attempt: u32, second: bool) {
        self.line_of(told);
        let Some((open, live)) = self.at(told.line) else {
            return;
        };
        let (route, to) = callee;
        let root = &mut live.trace.spans[0];
        if root.kind == SpanKind::Message && open.own == 0 {
            // The consumer is handed its message: that is the root itself.
            root.route = route;
            open.sending = 0;
            return;
        }
        let place = live.push(Span {
            attempt: if attempt > 255 { 255 } else { attempt as u8 },
            flags: if second { HEDGE } else { 0 },
            route,
            ..span(open.own, SpanKind::Call, told.now, told.spot, to)
        });
        if second {
            open.hedge = place;
        } else {
            (open.attempt, open.hedge) = (place, NONE);
        }
        open.sending = place;
    }

    /// A branch is known from the first thing that it does.
    fn line_of(&mut self, told: &Told) {
        if told.line == told.request || self.at(told.line).is_some() {
            return;
        }
        if let Some((request, _)) = self.at(told.request) {
            let open = Open {
                line: told.line,
                attempt: NONE,
                hedge: NONE,
                sending: NONE,
                wait: NONE,
                ..*request
            };
            self.put(open);
        }
    }

    fn entered(&mut self, told: &Told, owner: Key, waits: bool) {
        let silent = self.is_silent(told.spot.service);
        let Some((caller, live)) = self.at(owner) else {
            return;
        };
        let (slot, parent) = (caller.slot, caller.sending);
        let number = live.trace.number;
        let own = if silent {
            parent
        } else {
            live.push(span(parent, SpanKind::Serve, told.now, told.spot, NOWHERE))
        };
        if own == NONE {
            return;
        }
        let mut open = Open::of(told.line, slot, number, own);
        open.silent = silent;
        if waits && !silent {
            open.wait = live.push(span(own, SpanKind::Queue, told.now, told.spot, NOWHERE));
        }
        self.put(open);
    }

    fn ended(&mut self, told: &Told, outcome: Outcome) {
        let Some((open, live)) = self.at(told.line) else {
            return;
        };
        let (own, slot) = (open.own, open.slot);
        open.line = Key::NONE;
        if !open.silent {
            live.close_children(own, told.now);
            let call = live.trace.spans[own as usize].parent;
            let call = live.trace.spans.get(call as usize);
            let late = call.is_some_and(|call| call.end < told.now);
            live.close(
                own,
                told.now,
                Some(outcome),
                if late { DETACHED } else { 0 },
            );
        }
        self.finish(slot);
    }

    fn rejected(&mut self, told: &Told, owner: Key, how: crate::world::How) {
        let silent = self.is_silent(told.spot.service);
        let Some((caller, live)) = self.at(owner) else {
            return;
        };
        let parent = caller.sending;
        if silent || parent == NONE {
            return;
        }
        let outcome = match how {
            crate::world::How::RateLimited => Outcome::Limited,
            _ => Outcome::Overloaded,
        };
        let place = live.push(span(parent, SpanKind::Serve, told.now, told.spot, NOWHERE));
        live.note(place, told.now, NoteKind::Rejected(how), NOWHERE);
        live.close(place, told.now, Some(outcome), 0);
    }

    fn waits(&mut self, told: &Told, kind: SpanKind, at: u32) {
        self.line_of(told);
        if let Some((open, live)) = self.at(told.line) {
            let parent = open.own;
            if !open.silent {
                open.wait = live.push(span(parent, kind, told.now, told.spot, at));
            }
        }
    }

    fn note(&mut self, told: &Told, kind: NoteKind, to: u32) {
        self.line_of(told);
        if let Some((open, live)) = self.at(told.line) {
            let own = open.own;
            live.note(own, told.now, kind, to);
        }
    }

    /// Whether nothing inside a service tells of spans: it is not one of ours,
    /// or a program that does not speak OpenTelemetry.
    fn is_silent(&self, service: u32) -> bool {
        let kind = self.kinds.get(service as usize);
        !matches!(kind, Some(Kind::Gateway | Kind::Service))
    }

    fn finish_if_done(&mut self, line: Key, request: Key) {
        for key in [line, request] {
            if let Some((open, _)) = self.at(key) {
                let slot = open.slot;
                self.finish(slot);
                return;
            }
        }
    }

    fn finish(&mut self, slot: u32) {
        let live = &self.live[slot as usize];
        if live.busy && live.open == 0 && live.ended.is_some() {
            self.decide(slot);
        }
    }

    /// The trace and the span that a step belongs to.
    pub fn context(&mut self, told: &Told) -> Option<(u64, u16)> {
        let line = match told.step {
            Step::Rejected { owner, .. } => owner,
            _ if self.at(told.line).is_none() => told.request,
            _ => told.line,
        };
        let (open, live) = self.at(line)?;
        let place = match told.step {
            Step::Settled { second, .. } => open.attempt(second),
            _ => open.own,
        };
        Some((live.trace.number, place))
    }

    /// What to mark the message with that a line publishes.
    pub fn mark(&mut self, line: Key) -> u64 {
        match self.at(line) {
            Some((open, live)) if open.own != NONE => ids::mark(live.trace.number, open.own),
            _ => 0,
        }
    }
}

/// A span that begins.
fn span(parent: u16, kind: SpanKind, now: SimTime, spot: Spot, to: u32) -> Span {
    Span {
        parent,
        kind,
        outcome: None,
        flags: 0,
        attempt: 0,
        start: now,
        end: SimTime::MAX,
        spot,
        to,
        route: NOWHERE,
    }
}

impl Live {
    pub(super) fn new() -> Live {
        Live {
            trace: Trace::empty(),
            busy: false,
            open: 0,
            ended: None,
        }
    }

    fn push(&mut self, span: Span) -> u16 {
        let parent = span.parent;
        let orphan = !self.trace.spans.is_empty() && parent == NONE;
        if self.trace.spans.len() >= MOST_SPANS || orphan {
            self.trace.left_out += 1;
            return NONE;
        }
        self.trace.spans.push(span);
        self.open += 1;
        (self.trace.spans.len() - 1) as u16
    }

    fn close(&mut self, place: u16, now: SimTime, outcome: Option<Outcome>, flags: u8) {
        if let Some(span) = self.trace.spans.get_mut(place as usize)
            && span.end == SimTime::MAX
        {
            span.end = now;
            span.outcome = outcome;
            span.flags |= flags;
            self.open -= 1;
        }
    }

    /// A request has ended: what it still did is over for it. What others do
    /// for it goes on without it.
    fn close_children(&mut self, parent: u16, now: SimTime) {
        for place in parent as usize + 1..self.trace.spans.len() {
            let span = self.trace.spans[place];
            if span.parent == parent && span.kind != SpanKind::Serve {
                self.close(place as u16, now, None, CANCELLED);
            }
        }
    }

    /// Ends what has not ended by itself.
    pub(super) fn close_all(&mut self, now: SimTime) {
        for place in (0..self.trace.spans.len()).rev() {
            let span = self.trace.spans[place];
            let parent = self.trace.spans.get(span.parent as usize);
            let late = parent.is_some_and(|parent| parent.end < now);
            let detached = if late { DETACHED } else { 0 };
            self.close(place as u16, now, None, UNFINISHED | detached);
        }
    }

    fn note(&mut self, span: u16, at: SimTime, kind: NoteKind, to: u32) {
        if span != NONE && self.trace.notes.len() < MOST_SPANS {
            self.trace.notes.push(Note { span, at, kind, to });
        }
    }
}

impl Open {
    pub(super) const NOTHING: Open = Open {
        line: Key::NONE,
        slot: NOWHERE,
        number: 0,
        own: NONE,
        attempt: NONE,
        hedge: NONE,
        sending: NONE,
        wait: NONE,
        silent: false,
    };

    fn of(line: Key, slot: u32, number: u64, own: u16) -> Open {
        Open {
            line,
            slot,
            number,
            own,
            ..Open::NOTHING
        }
    }

    fn attempt(&self, second: bool) -> u16 {
        if second { self.hedge } else { self.attempt }
    }
}
