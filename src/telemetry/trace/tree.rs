//! Where the time of a trace went.

use super::span::{NONE, Trace};
use crate::base::{SimTime, Span as Length};

/// A span in the order of a waterfall: parents first, children by their start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its place in the trace.
    pub place: u16,
    /// How deep it stands below the root.
    pub depth: u16,
    /// Its length without what its children took, each instant counted once.
    pub own: Length,
    /// How much of the root's length was spent waiting for just this span:
    /// the sum over all spans is the root's length.
    pub critical: Length,
}

/// The waterfall of a trace.
pub fn rows(trace: &Trace) -> Vec<Row> {
    let spans = &trace.spans;
    let mut children = vec![Vec::new(); spans.len()];
    for (place, span) in spans.iter().enumerate() {
        if let Some(of) = children.get_mut(span.parent as usize) {
            of.push(place as u16);
        }
    }
    for of in &mut children {
        of.sort_by_key(|place| (spans[*place as usize].start, *place));
    }
    let mut critical = vec![0; spans.len()];
    if let Some(root) = trace.root() {
        blame(trace, &children, &mut critical, 0, root.end);
    }
    let mut rows = Vec::with_capacity(spans.len());
    let roots = (0..spans.len() as u16).filter(|place| spans[*place as usize].parent == NONE);
    let mut stack: Vec<(u16, u16)> = roots.map(|place| (place, 0)).collect();
    stack.reverse();
    while let Some((place, depth)) = stack.pop() {
        let of = &children[place as usize];
        rows.push(Row {
            place,
            depth,
            own: own(trace, place, of),
            critical: Length::from_nanos(critical[place as usize]),
        });
        stack.extend(of.iter().rev().map(|child| (*child, depth + 1)));
    }
    rows
}

/// Length of a span that no child covers; children are sorted by their start.
fn own(trace: &Trace, place: u16, children: &[u16]) -> Length {
    let span = &trace.spans[place as usize];
    let mut reached = span.start;
    let mut free = 0;
    for child in children {
        let child = &trace.spans[*child as usize];
        let (start, end) = (child.start.min(span.end), child.end.min(span.end));
        free += start.since(reached).as_nanos();
        reached = reached.max(end);
    }
    Length::from_nanos(free + span.end.since(reached).as_nanos())
}

/// Goes backwards from `until` through what a span waited for last: the child
/// that ended last before each instant, as Jaeger's critical path does. What
/// no child explains is the span's own.
fn blame(trace: &Trace, children: &[Vec<u16>], critical: &mut [u64], place: u16, until: SimTime) {
    let span = &trace.spans[place as usize];
    let mut at = until;
    while at > span.start {
        let ends = |child: u16| trace.spans[child as usize].end.min(at);
        let starts = |child: u16| trace.spans[child as usize].start;
        let of = children[place as usize].iter().copied();
        let last = of
            .filter(|child| starts(*child) < at && ends(*child) > starts(*child))
            .max_by_key(|child| (ends(*child), starts(*child), *child));
        let Some(child) = last else {
            break;
        };
        critical[place as usize] += at.since(ends(child)).as_nanos();
        blame(trace, children, critical, child, ends(child));
        at = starts(child).max(span.start);
    }
    critical[place as usize] += at.since(span.start).as_nanos();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::trace::span::{Span, SpanKind};
    use crate::world::Spot;

    fn trace(spans: &[(u16, u64, u64)]) -> Trace {
        let at = |millis: u64| SimTime::ZERO + Length::from_millis(millis);
        let spans = spans.iter().map(|(parent, start, end)| Span {
            parent: *parent,
            kind: SpanKind::Call,
            outcome: None,
            flags: 0,
            attempt: 0,
            start: at(*start),
            end: at(*end),
            spot: Spot::OUTSIDE,
            to: 0,
            route: 0,
        });
        Trace {
            spans: spans.collect(),
            ..Trace::empty()
        }
    }

    /// Places, depths, own and critical milliseconds.
    fn check(spans: &[(u16, u64, u64)], expected: &[(u16, u16, u64, u64)]) {
        let millis = |length: Length| length.as_nanos() / 1_000_000;
        let found: Vec<_> = rows(&trace(spans))
            .iter()
            .map(|row| (row.place, row.depth, millis(row.own), millis(row.critical)))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_chain_is_critical_as_a_whole() {
        check(
            &[(NONE, 0, 100), (0, 10, 90), (1, 20, 80)],
            &[(0, 0, 20, 20), (1, 1, 20, 20), (2, 2, 60, 60)],
        );
    }

    #[test]
    fn of_parallel_children_the_one_that_ends_last_is_critical() {
        check(
            &[(NONE, 0, 100), (0, 10, 40), (0, 10, 90), (0, 20, 60)],
            &[(0, 0, 20, 20), (1, 1, 30, 0), (2, 1, 80, 80), (3, 1, 40, 0)],
        );
    }

    #[test]
    fn children_one_after_the_other_are_all_critical() {
        check(
            &[(NONE, 0, 100), (0, 50, 95), (0, 0, 30)],
            &[(0, 0, 25, 25), (2, 1, 30, 30), (1, 1, 45, 45)],
        );
    }

    #[test]
    fn what_goes_on_after_its_caller_counts_up_to_the_callers_end() {
        // A call given up after 50 ms whose callee works for 400.
        check(
            &[(NONE, 0, 100), (0, 0, 50), (1, 0, 400)],
            &[(0, 0, 50, 50), (1, 1, 0, 0), (2, 2, 400, 50)],
        );
    }
}
