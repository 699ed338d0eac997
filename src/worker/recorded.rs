//! A recorded run that is watched: what was done is done again when its time
//! comes, and the run stands still where the recording ends.

use std::collections::VecDeque;

use crate::base::SimTime;
use crate::session::{JournalEntry, Opening};

/// What of a recording is still to come.
#[derive(Clone)]
pub(super) struct Recorded {
    /// The whole of it.
    whole: Opening,
    rest: VecDeque<JournalEntry>,
}

impl Recorded {
    /// The recording, watched from `at`; all that was done until then is behind it.
    pub(super) fn from(whole: Opening, at: SimTime) -> Recorded {
        let rest = whole.journal.iter().filter(|entry| entry.at > at);
        let rest = rest.cloned().collect();
        Recorded { whole, rest }
    }

    /// How many commands are behind it.
    pub(super) fn done(&self) -> usize {
        self.whole.journal.len() - self.rest.len()
    }

    /// What leads to `at`, to be built.
    pub(super) fn until(&self, at: SimTime) -> Opening {
        self.whole.until(at)
    }

    /// Whether this is that recording, with all before `at` still to come.
    pub(super) fn is_before(&self, other: &Opening, now: SimTime, at: SimTime) -> bool {
        now <= at && self.whole == *other
    }

    /// What is to be done until `at`, which is behind it then.
    pub(super) fn take_until(&mut self, at: SimTime) -> VecDeque<JournalEntry> {
        let count = self.rest.partition_point(|entry| entry.at <= at);
        self.rest.drain(..count).collect()
    }

    /// How far the run may go on before the recording must be asked again.
    pub(super) fn stop(&self) -> SimTime {
        self.rest.front().map_or(self.whole.until, |entry| entry.at)
    }

    /// What is to be done now, if anything is.
    pub(super) fn due(&mut self, now: SimTime) -> Option<JournalEntry> {
        self.rest.front().filter(|entry| entry.at <= now)?;
        self.rest.pop_front()
    }

    /// Whether nothing of it is left.
    pub(super) fn is_over(&self, now: SimTime) -> bool {
        self.rest.is_empty() && now >= self.whole.until
    }
}
