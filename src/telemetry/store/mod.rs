//! The metric store: series of samples in bounded memory, as a small Prometheus.
//!
//! In: samples, appended at scrape time in the order of their times. Out:
//! series by their labels, and their samples of a span of time. Samples are
//! compressed ([`chunk`]); labels are indexed ([`index`]). It knows no query
//! language and nothing of what the numbers mean.
//!
//! Times are milliseconds since the start, as in Prometheus.

mod bits;
mod chunk;
mod index;
mod labels;
mod matcher;
mod tail;

use std::collections::{BTreeMap, VecDeque};
use std::fmt;

use chunk::{Chunk, Head};
use index::Index;
use tail::Tail;

pub use labels::{
    Label, Labels, NAME, is_of_metric, is_plain_label, is_plain_metric, write_quoted,
};
pub use matcher::{Compare, Matcher, Pattern};

/// The bits of the number that marks a series as stale: it is not there any
/// more. One of the many NaNs, the one that Prometheus has chosen.
pub const STALE: u64 = 0x7ff0_0000_0000_0002;

/// Whether a value is the mark of staleness.
#[inline]
pub fn is_stale(value: f64) -> bool {
    value.to_bits() == STALE
}

/// One value at one time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// Milliseconds since the start.
    pub time: i64,
    /// The value; [`STALE`] marks the end of a series.
    pub value: f64,
}

/// What a store may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Series at one time.
    pub series: u32,
    /// Bytes of everything; beyond, the oldest samples of all series go.
    pub bytes: usize,
    /// Milliseconds that samples are kept.
    pub retention: i64,
}

impl Default for Limits {
    /// 20,000 series, 48 MiB, 30 days.
    fn default() -> Self {
        Limits {
            series: 20_000,
            bytes: 48 << 20,
            retention: 30 * 86_400_000,
        }
    }
}

/// Why a sample was not taken. Nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The series has a newer sample already.
    OutOfOrder,
    /// The series has another value for the same time.
    Duplicate,
    /// There are as many series as there may be.
    TooManySeries,
    /// The series was dropped when its last sample became too old.
    Unknown,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Refused::OutOfOrder => "out of order sample",
            Refused::Duplicate => "duplicate sample for timestamp",
            Refused::TooManySeries => "too many series",
            Refused::Unknown => "the series is gone",
        })
    }
}

/// What a store did with what it was told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Samples taken.
    pub appended: u64,
    /// Samples that were out of order.
    pub out_of_order: u64,
    /// Samples that contradicted one of the same time.
    pub duplicates: u64,
    /// Series that there was no room for.
    pub refused_series: u64,
    /// Samples dropped because they became too old.
    pub expired: u64,
    /// Samples dropped for lack of room before they were too old.
    pub evicted: u64,
}

/// A series of a store; dropped with the series' last sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SeriesId {
    slot: u32,
    turn: u32,
}

#[derive(Clone, Debug)]
struct Series {
    labels: Labels,
    closed: VecDeque<Chunk>,
    head: Option<Head>,
}

/// A slot of the table of series.
#[derive(Clone, Debug)]
struct Slot {
    turn: u32,
    series: Option<Series>,
}

/// The store.
#[derive(Clone, Debug)]
pub struct Store {
    limits: Limits,
    slots: Vec<Slot>,
    /// By slot; what is not in the heads yet.
    tails: Vec<Tail>,
    free: Vec<u32>,
    by_labels: BTreeMap<Labels, u32>,
    index: Index,
    counts: Counts,
    /// Bytes of finished chunks.
    closed: usize,
    newest: i64,
    /// Nothing ends before this time, so that nothing has to be looked through.
    ends: i64,
}

/// Bytes that a series takes beside its finished chunks: its entry, its head
/// and its part of the index, as measured.
const PER_SERIES: usize = 950;

impl Default for Store {
    fn default() -> Self {
        Store::new(Limits::default())
    }
}

impl Store {
    /// An empty store.
    pub fn new(limits: Limits) -> Store {
        Store {
            limits,
            slots: Vec::new(),
            tails: Vec::new(),
            free: Vec::new(),
            by_labels: BTreeMap::new(),
            index: Index::default(),
            counts: Counts::default(),
            closed: 0,
            newest: i64::MIN,
            ends: i64::MIN,
        }
    }

    /// The series of these labels, made if it is not there.
    pub fn series(&mut self, labels: &Labels) -> Result<SeriesId, Refused> {
        if let Some(slot) = self.by_labels.get(labels) {
            let turn = self.slots[*slot as usize].turn;
            return Ok(SeriesId { slot: *slot, turn });
        }
        if self.by_labels.len() >= self.limits.series as usize {
            self.counts.refused_series += 1;
            return Err(Refused::TooManySeries);
        }
        let labels = self.index.share(labels);
        let series = Some(Series {
            labels: labels.clone(),
            closed: VecDeque::new(),
            head: None,
        });
        let slot = match self.free.pop() {
            Some(slot) => {
                self.slots[slot as usize].series = series;
                slot
            }
            None => {
                self.slots.push(Slot { turn: 0, series });
                self.tails.push(Tail::NONE);
                (self.slots.len() - 1) as u32
            }
        };
        self.index.insert(&labels, slot);
        self.by_labels.insert(labels, slot);
        let turn = self.slots[slot as usize].turn;
        Ok(SeriesId { slot, turn })
    }

    /// Appends a sample. The same sample twice is taken once, in silence.
    #[inline]
    pub fn append(&mut self, id: SeriesId, sample: Sample) -> Result<(), Refused> {
        if let Some(tail) = self.tails.get_mut(id.slot as usize)
            && tail.take(id.turn, sample)
        {
            self.counts.appended += 1;
            self.newest = self.newest.max(sample.time);
            return Ok(());
        }
        self.append_other(id, sample)
    }

    /// Appends a sample that the tail does not take.
    fn append_other(&mut self, id: SeriesId, sample: Sample) -> Result<(), Refused> {
        let slot = self.slots.get_mut(id.slot as usize);
        let slot = slot.filter(|slot| slot.turn == id.turn);
        let series = slot.and_then(|slot| slot.series.as_mut());
        let series = series.ok_or(Refused::Unknown)?;
        let tail = &mut self.tails[id.slot as usize];
        if let Some(head) = &mut series.head {
            if sample.time < tail.time {
                self.counts.out_of_order += 1;
                return Err(Refused::OutOfOrder);
            }
            if sample.time == tail.time {
                if sample.value.to_bits() == tail.value {
                    return Ok(());
                }
                self.counts.duplicates += 1;
                return Err(Refused::Duplicate);
            }
            tail.write(head);
        }
        let head = match &mut series.head {
            Some(head) if head.takes(sample) => {
                head.push(sample);
                head
            }
            Some(head) => {
                let chunk = head.turn(sample);
                self.closed += chunk.room();
                series.closed.push_back(chunk);
                head
            }
            head => head.insert(Head::new(sample)),
        };
        *tail = Tail::of(head, id.turn);
        self.counts.appended += 1;
        self.newest = self.newest.max(sample.time);
        if sample.time < self.ends {
            self.ends = sample.time;
        }
        Ok(())
    }

    /// Marks a series as gone from `time` on, unless it is marked already.
    pub fn mark_stale(&mut self, id: SeriesId, time: i64) -> Result<(), Refused> {
        if self.newest(id).is_none() {
            return Ok(());
        }
        let value = f64::from_bits(STALE);
        self.append(id, Sample { time, value })
    }

    /// Drops what is too old, and the oldest where there is no room; to be
    /// called once per scrape. Whole chunks go, so a little more is kept.
    pub fn tidy(&mut self) {
        let before = self.newest.saturating_sub(self.limits.retention);
        self.counts.expired += self.drop_before(before);
        while self.bytes() > self.limits.bytes {
            let series = self.slots.iter().filter_map(|slot| slot.series.as_ref());
            let ends = series.filter_map(|series| series.closed.front());
            let Some(end) = ends.map(|chunk| chunk.last).min() else {
                break;
            };
            // At least one chunk, and a little more at once.
            let span = self.newest.saturating_sub(end);
            self.counts.evicted += self.drop_before(end.saturating_add(span / 16 + 1));
        }
    }

    /// Drops finished chunks that end before `time`, and series that end there.
    fn drop_before(&mut self, time: i64) -> u64 {
        if time <= self.ends {
            return 0;
        }
        let mut dropped = 0;
        // Series that come later, and chunks that close later, end later.
        let mut ends = time.max(self.newest);
        for number in 0..self.slots.len() {
            let slot = &mut self.slots[number];
            let Some(series) = &mut slot.series else {
                continue;
            };
            while let Some(chunk) = series.closed.front() {
                if chunk.last >= time {
                    break;
                }
                self.closed -= chunk.room();
                dropped += u64::from(chunk.count);
                series.closed.pop_front();
            }
            let tail = &self.tails[number];
            let newest = series.head.as_ref().map(|_| tail.time);
            if newest.is_none_or(|newest| newest < time) && series.closed.is_empty() {
                let count = |head: &Head| u64::from(head.count + tail.count());
                dropped += series.head.as_ref().map_or(0, count);
                self.tails[number] = Tail::NONE;
                let labels = series.labels.clone();
                slot.series = None;
                slot.turn = slot.turn.wrapping_add(1);
                self.index.remove(&labels, number as u32);
                self.by_labels.remove(&labels);
                self.free.push(number as u32);
                continue;
            }
            let closed = series.closed.front().map(|chunk| chunk.last);
            let end = closed.or(newest);
            ends = ends.min(end.unwrap_or(ends));
        }
        self.ends = ends;
        dropped
    }

    /// Time of the oldest sample; none of an empty store.
    pub fn oldest(&self) -> Option<i64> {
        let series = self.slots.iter().filter_map(|slot| slot.series.as_ref());
        let firsts = series.filter_map(|series| {
            let closed = series.closed.front().map(|chunk| chunk.first);
            closed.or(series.head.as_ref().map(|head| head.first))
        });
        firsts.min()
    }

    /// Series that fit every matcher, ordered by their labels.
    pub fn select(&self, matchers: &[Matcher]) -> Vec<(SeriesId, &Labels)> {
        let slots = match self.index.candidates(matchers) {
            Some(slots) => slots,
            None => (0..self.slots.len() as u32).collect(),
        };
        let mut found = Vec::new();
        for slot in slots {
            let Some(entry) = self.slots.get(slot as usize) else {
                continue;
            };
            let Some(series) = &entry.series else {
                continue;
            };
            let fits = |matcher: &Matcher| matcher.fits(series.labels.get(&matcher.name));
            if matchers.iter().all(fits) {
                let turn = entry.turn;
                found.push((SeriesId { slot, turn }, &series.labels));
            }
        }
        crate::base::order::sort_by(&mut found, |a, b| a.1.cmp(b.1));
        found
    }

    /// Appends the samples of a series from `from` to `to`, both included, to
    /// `out`, marks of staleness among them.
    pub fn read(&self, id: SeriesId, from: i64, to: i64, out: &mut Vec<Sample>) {
        let Some(series) = self.get(id) else {
            return;
        };
        for chunk in &series.closed {
            if chunk.last >= from && chunk.first <= to {
                copy(chunk.samples(), from, to, out);
            }
        }
        if let Some(head) = series.head.as_ref().filter(|head| head.first <= to) {
            copy(head.samples(), from, to, out);
            let tail = &self.tails[id.slot as usize];
            copy(tail.samples(head.newest()), from, to, out);
        }
    }

    /// The newest value of a series, unless it is marked as gone.
    pub fn newest(&self, id: SeriesId) -> Option<f64> {
        self.get(id)?.head.as_ref()?;
        let newest = f64::from_bits(self.tails[id.slot as usize].value);
        (!is_stale(newest)).then_some(newest)
    }

    fn get(&self, id: SeriesId) -> Option<&Series> {
        let slot = self.slots.get(id.slot as usize)?;
        slot.series.as_ref().filter(|_| slot.turn == id.turn)
    }

    /// Names of labels that are in use.
    pub fn label_names(&self) -> Vec<&str> {
        self.index.names().collect()
    }

    /// Values of a label that are in use.
    pub fn label_values(&self, name: &str) -> Vec<&str> {
        self.index.values(name).collect()
    }

    /// How many series there are.
    pub fn len(&self) -> usize {
        self.by_labels.len()
    }

    /// Whether there is no series.
    pub fn is_empty(&self) -> bool {
        self.by_labels.is_empty()
    }

    /// What happened so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Bytes that this takes, as far as limits are concerned.
    pub fn bytes(&self) -> usize {
        self.closed + self.by_labels.len() * PER_SERIES
    }

    /// The same, walked through: what every part really takes.
    pub fn measured_bytes(&self) -> usize {
        let mut bytes = self.slots.capacity() * size_of::<Slot>() + self.index.room();
        bytes += self.tails.capacity() * size_of::<Tail>();
        for series in self.slots.iter().filter_map(|slot| slot.series.as_ref()) {
            bytes += series.closed.capacity() * size_of::<Chunk>();
            bytes += series
                .closed
                .iter()
                .map(|chunk| chunk.room() - size_of::<Chunk>())
                .sum::<usize>();
            bytes += series.head.as_ref().map_or(0, Head::room);
            // The set itself, its entry in the map, and the pairs it shares.
            bytes += size_of::<Labels>() * 2 + 48 + series.labels.len() * size_of::<Label>();
        }
        bytes
    }
}

fn copy(samples: impl Iterator<Item = Sample>, from: i64, to: i64, out: &mut Vec<Sample>) {
    for sample in samples {
        if sample.time > to {
            break;
        }
        if sample.time >= from {
            out.push(sample);
        }
    }
}

#[cfg(test)]
mod tests;
