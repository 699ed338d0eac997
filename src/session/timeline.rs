//! What operators saw happen, in words.

use std::collections::VecDeque;

use serde::Serialize;

use super::view::{EventKind, TimelineEvent};
use crate::base::SimTime;

/// Lines kept; older ones go, and sequence numbers show that they did.
const MOST: usize = 200;

/// The last lines of what happened.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(super) struct Timeline {
    lines: VecDeque<TimelineEvent>,
    next: u32,
}

impl Timeline {
    /// Writes a line.
    pub fn write(&mut self, at: SimTime, kind: EventKind, service: Option<u32>, text: String) {
        if self.lines.len() == MOST {
            self.lines.pop_front();
        }
        let annotate = !matches!(kind, EventKind::Pod);
        self.lines.push_back(TimelineEvent {
            at,
            seq: self.next,
            kind,
            service,
            text,
            annotate,
        });
        self.next += 1;
    }

    /// Every line kept, oldest first.
    pub fn lines(&self) -> impl Iterator<Item = &TimelineEvent> {
        self.lines.iter()
    }

    /// Lines written so far.
    pub fn written(&self) -> u32 {
        self.next
    }
}
