//! Which traces stay, within a bound that no route can take for itself.

use std::collections::{BTreeMap, VecDeque};

use super::span::{Trace, Why};

/// Traces by what was asked for and why they were kept, oldest first in each.
#[derive(Clone, Debug, Default)]
pub(super) struct Keep {
    groups: BTreeMap<(u32, Why), Group>,
    spans: usize,
    /// Buffers of traces that are gone.
    spare: Vec<Trace>,
}

#[derive(Clone, Debug, Default)]
struct Group {
    traces: VecDeque<Trace>,
    spans: usize,
}

impl Keep {
    /// A buffer that is empty.
    pub fn buffer(&mut self) -> Trace {
        self.spare.pop().unwrap_or_else(Trace::empty)
    }

    /// Takes a buffer back.
    pub fn give(&mut self, mut trace: Trace) {
        trace.spans.clear();
        trace.notes.clear();
        self.spare.push(trace);
    }

    /// Keeps a trace. Above `most` spans the oldest go, each out of the group
    /// that has the most spans then.
    pub fn add(&mut self, trace: Trace, most: usize) -> u64 {
        let group = self.groups.entry((trace.topic(), trace.why)).or_default();
        group.spans += trace.spans.len();
        self.spans += trace.spans.len();
        group.traces.push_back(trace);
        let mut gone = 0;
        while self.spans > most {
            let Some(group) = self.groups.values_mut().max_by_key(|group| group.spans) else {
                break;
            };
            let Some(oldest) = group.traces.pop_front() else {
                break;
            };
            group.spans -= oldest.spans.len();
            self.spans -= oldest.spans.len();
            gone += 1;
            self.give(oldest);
        }
        gone
    }

    /// Everything kept, by group.
    pub fn iter(&self) -> impl Iterator<Item = &Trace> {
        self.groups.values().flat_map(|group| &group.traces)
    }

    /// Spans kept.
    pub fn spans(&self) -> usize {
        self.spans
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::SimTime;
    use crate::telemetry::trace::span::{NONE, Span, SpanKind};
    use crate::world::Spot;

    fn trace(number: u64, topic: u32, spans: usize) -> Trace {
        let span = Span {
            parent: NONE,
            kind: SpanKind::Request,
            outcome: None,
            flags: 0,
            attempt: 0,
            start: SimTime::ZERO,
            end: SimTime::ZERO,
            spot: Spot::OUTSIDE,
            to: topic,
            route: 0,
        };
        Trace {
            number,
            spans: vec![span; spans],
            ..Trace::empty()
        }
    }

    #[test]
    fn a_noisy_route_pushes_out_its_own_oldest_and_nobody_elses() {
        let mut keep = Keep::default();
        for number in 0..5 {
            keep.add(trace(number, 1, 10), 200);
        }
        let mut gone = 0;
        for number in 5..1_000 {
            gone += keep.add(trace(number, 2, 10), 200);
        }
        assert_eq!(keep.spans(), 200);
        assert_eq!(gone, 1_000 - 20);
        let of = |topic| keep.iter().filter(move |trace| trace.topic() == topic);
        assert_eq!(of(1).map(|t| t.number).collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
        assert_eq!(of(2).count(), 15);
        assert!(of(2).all(|trace| trace.number >= 985));
    }
}
