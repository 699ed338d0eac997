//! Logs: what services and the control plane say of themselves.
//!
//! In: steps of requests that failed or took long, and what operators can see
//! happen. Out: lines with level, labels and trace, found by service, level,
//! text and label. They say what their writer could know: whom it called and
//! how that went, never why.
//!
//! Bounds: the last 20,000 lines. Of one thing that a service says of another,
//! five lines in ten seconds are written, and five more that belong to followed
//! requests; further ones are counted on the last of them. A line can be found
//! one to five seconds after it was written, as collectors ship in batches.

mod record;

pub use record::{CONTROL_PLANE, Level, Record, Said};

use std::collections::{BTreeMap, VecDeque};

use crate::base::{SimTime, Span};
use crate::world::{Happening, LONG, NOWHERE, Outcome, Spot, Step, Told, WaitFor, World};

/// Lines kept.
pub const MOST_LINES: usize = 20_000;
/// Lines that say the same of the same, in one window.
const ALIKE: u32 = 5;
const WINDOW: Span = Span::from_secs(10);
/// The shortest time until a line can be found, and how much longer it may take.
const SOONEST: Span = Span::from_secs(1);
const SPREAD: u64 = 4_000_000_000;

/// Everything that is written down.
#[derive(Clone, Debug, Default)]
pub struct Logs {
    records: VecDeque<Record>,
    /// Lines so far.
    written: u64,
    alike: BTreeMap<(u32, u8, u32), Alike>,
    /// Lines whose bytes are counted.
    weighed: u64,
    bytes: u64,
}

/// Lines that say the same.
#[derive(Clone, Copy, Debug)]
struct Alike {
    since: SimTime,
    plain: u32,
    followed: u32,
    /// Number of the last one written.
    last: u64,
}

impl Logs {
    /// A request took a step; `context` is its trace and span, if it is followed.
    pub fn told(&mut self, told: &Told, context: Option<(u64, u16)>) {
        if told.spot.service == NOWHERE {
            // Clients keep no log that anyone here could read.
            return;
        }
        let said = match told.step {
            Step::Ended { outcome, took } if !outcome.is_ok() => Said::Failed(outcome, took),
            Step::Ended { took, .. } if took >= LONG => Said::Slow(took),
            Step::Settled {
                to,
                route,
                outcome,
                took,
                ..
            } => match outcome {
                Outcome::Ok if took < LONG => return,
                Outcome::Ok => Said::CallSlow(to, route, took),
                outcome => Said::CallFailed(to, route, outcome, took),
            },
            Step::Retries { to, attempt, most } => Said::Retry(to, attempt, most),
            Step::BreakerOpened { to } => Said::BreakerOpened(to),
            Step::Denied { to, how } => Said::Denied(to, how),
            Step::Rejected { how, .. } => Said::Rejected(how),
            Step::Waited {
                what,
                at,
                got: false,
                ..
            } => match what {
                WaitFor::Connection => Said::PoolExhausted(at),
                WaitFor::Row => Said::LockTimeout,
                _ => return,
            },
            Step::Deadlocked => Said::Deadlock,
            _ => return,
        };
        self.write(told.now, told.spot, said, context);
    }

    /// Operators can see something.
    pub fn happened(&mut self, now: SimTime, happening: Happening) {
        let (service, pod) = match happening {
            // Nobody is told.
            Happening::NodeLost { .. }
            | Happening::FaultEnded { .. }
            | Happening::SurgeEnded { .. }
            | Happening::CrowdFull { .. } => return,
            Happening::PodStarting { service, pod }
            | Happening::PodReady { service, pod }
            | Happening::PodDied { service, pod, .. }
            | Happening::PodUnready { service, pod }
            | Happening::PodPending { service, pod } => (service, pod),
            Happening::RolloutStalled { service, .. }
            | Happening::RolloutDone { service, .. }
            | Happening::Scaled { service, .. } => (service, NOWHERE),
            Happening::FailedOver(found) => (found.service, found.pod),
            Happening::NodeBooting { .. }
            | Happening::NodeUp { .. }
            | Happening::NodeSilent { .. }
            | Happening::NodeRemoved { .. }
            | Happening::RegionChecked { .. } => (NOWHERE, NOWHERE),
        };
        let spot = Spot {
            service,
            pod,
            version: NOWHERE,
            ..Spot::OUTSIDE
        };
        self.write(now, spot, Said::Saw(happening), None);
    }

    fn write(&mut self, at: SimTime, spot: Spot, said: Said, context: Option<(u64, u16)>) {
        let (kind, about) = said.topic();
        if kind != u8::MAX {
            let fresh = Alike {
                since: at,
                plain: 0,
                followed: 0,
                last: 0,
            };
            let alike = self
                .alike
                .entry((spot.service, kind, about))
                .or_insert(fresh);
            if at >= alike.since + WINDOW {
                *alike = fresh;
            }
            let count = if context.is_some() {
                &mut alike.followed
            } else {
                &mut alike.plain
            };
            *count += 1;
            if *count > ALIKE {
                let last = alike.last;
                self.repeat(last);
                return;
            }
            alike.last = self.written;
        }
        if self.records.len() >= MOST_LINES {
            self.records.pop_front();
        }
        self.records.push_back(Record {
            number: self.written,
            at,
            spot,
            said,
            context,
            repeats: 0,
        });
        self.written += 1;
    }

    /// Counts one more line like a line that was written.
    fn repeat(&mut self, number: u64) {
        let first = self.records.front().map_or(0, |record| record.number);
        let place = number.checked_sub(first);
        if let Some(record) = place.and_then(|place| self.records.get_mut(place as usize)) {
            record.repeats += 1;
        }
    }

    /// Weighs the lines that are new.
    pub fn scrape(&mut self, world: &World, seed: u64) {
        let new = self.written - self.weighed;
        let kept = self.records.len() as u64;
        let skip = kept - if new < kept { new } else { kept };
        let bytes = self.records.iter().skip(skip as usize);
        self.bytes += bytes.map(|record| record.bytes(world, seed)).sum::<u64>();
        self.weighed = self.written;
    }

    /// Bytes shipped, up to the last scrape.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Lines written so far; [`MOST_LINES`] of them are kept.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// The lines that can be found at `now`, oldest first.
    pub fn found(&self, now: SimTime) -> impl DoubleEndedIterator<Item = &Record> {
        let arrived = move |record: &&Record| {
            let spread = record.number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
            let late = Span::from_nanos((spread * SPREAD) >> 32);
            record.at + SOONEST + late <= now
        };
        self.records.iter().filter(arrived)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spot(service: u32) -> Spot {
        Spot {
            service,
            ..Spot::OUTSIDE
        }
    }

    fn said(to: u32) -> Said {
        Said::CallFailed(to, 0, Outcome::TimedOut, Span::from_millis(250))
    }

    #[test]
    fn repetition_is_counted_and_not_written() {
        let mut logs = Logs::default();
        for second in 0..10 {
            for _ in 0..100 {
                let at = SimTime::from_secs(second);
                logs.write(at, spot(1), said(2), None);
            }
        }
        logs.write(SimTime::from_secs(5), spot(1), said(3), None);
        logs.write(SimTime::from_secs(9), spot(1), said(2), Some((7, 0)));
        assert_eq!(logs.written(), 7);
        let counted: u32 = logs.records.iter().map(|record| record.repeats + 1).sum();
        assert_eq!(counted, 1_002);
        logs.write(SimTime::from_secs(10), spot(1), said(2), None);
        assert_eq!(logs.written(), 8);
    }

    #[test]
    fn only_the_last_lines_are_kept() {
        let mut logs = Logs::default();
        for round in 0..MOST_LINES as u64 + 500 {
            logs.write(SimTime::from_secs(round * 10), spot(1), said(2), None);
        }
        assert_eq!(logs.records.len(), MOST_LINES);
        assert_eq!(logs.records.front().map(|record| record.number), Some(500));
    }

    #[test]
    fn lines_are_found_one_to_five_seconds_after_they_were_written() {
        let mut logs = Logs::default();
        for place in 0..1_000 {
            logs.write(SimTime::from_secs(100), spot(place), said(2), None);
        }
        let found = |at| logs.found(SimTime::from_secs(at)).count();
        assert_eq!((found(100), found(105)), (0, 1_000));
        assert!(found(103) > 300 && found(103) < 700, "{}", found(103));
    }
}
