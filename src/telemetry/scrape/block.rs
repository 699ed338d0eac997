//! The series of one scraped thing, found again by the order in which they are written.

use super::counters::{BOUND_TEXTS, BUCKETS, Cell};
use crate::telemetry::store::{Labels, NAME, Refused, Sample, SeriesId, Store};

/// Series of a histogram: its buckets, its sum and its count.
pub(super) const PLACES: usize = BUCKETS + 2;

/// Labels of a histogram's own, beside its bounds.
const MOST_LABELS: usize = 6;

/// A series of a block.
#[derive(Clone, Copy, Debug, Default)]
enum Slot {
    /// Never written.
    #[default]
    New,
    /// In the store, and the number of the scrape that last wrote it.
    Known(SeriesId, u32),
    /// The store has no room for it.
    Refused,
    /// It was there, and is marked as gone.
    Gone(SeriesId),
}

/// The series of one thing.
#[derive(Clone, Debug, Default)]
pub(super) struct Block {
    slots: Vec<Slot>,
    /// The scrape that last wrote something here.
    pub seen: u32,
}

/// Labels that all series of a block have, built once for each new series.
pub(super) type Base<'a> = &'a dyn Fn() -> Vec<(&'static str, String)>;

/// Writes the samples of one block at one scrape.
pub(super) struct Pen<'a> {
    pub store: &'a mut Store,
    pub block: &'a mut Block,
    pub base: Base<'a>,
    pub time: i64,
    pub scrape: u32,
    /// The next place.
    pub place: usize,
}

impl Pen<'_> {
    /// Writes the series at the next place.
    #[inline]
    pub fn write(&mut self, name: &'static str, labels: &[(&'static str, &str)], value: f64) {
        self.put(name, "", labels, value);
    }

    /// Leaves a place out: what stands there is not told any more.
    pub fn skip(&mut self, places: usize) {
        self.place += places;
    }

    /// Writes the series at the next place, or leaves it out.
    pub fn maybe(
        &mut self,
        name: &'static str,
        labels: &[(&'static str, &str)],
        value: Option<f64>,
    ) {
        match value {
            Some(value) => self.write(name, labels, value),
            None => self.skip(1),
        }
    }

    /// Writes a histogram; one that has counted nothing yet is not there.
    pub fn histogram(
        &mut self,
        name: &'static str,
        labels: &[(&'static str, &str)],
        cell: &Cell,
        scale: f64,
    ) {
        let count = cell.count();
        if count == 0 {
            return self.skip(PLACES);
        }
        // An empty label is none, so that a few too many do no harm.
        let mut all = [("", ""); MOST_LABELS + 1];
        for (to, from) in all.iter_mut().zip(labels.iter().take(MOST_LABELS)) {
            *to = *from;
        }
        let mut below = 0;
        for (bucket, bound) in cell.buckets.iter().zip(BOUND_TEXTS) {
            below += bucket;
            all[MOST_LABELS] = ("le", bound);
            self.put(name, "_bucket", &all, below as f64 * scale);
        }
        // To the microsecond: the digits below would take room and mean nothing.
        let micros = (cell.nanos / 1_000) as f64 * scale;
        self.put(name, "_sum", labels, micros / 1e6);
        self.put(name, "_count", labels, count as f64 * scale);
    }

    fn put(
        &mut self,
        name: &'static str,
        suffix: &'static str,
        labels: &[(&'static str, &str)],
        value: f64,
    ) {
        let place = self.place;
        self.place += 1;
        self.block.seen = self.scrape;
        if self.block.slots.len() <= place {
            self.block.slots.resize(place + 1, Slot::New);
        }
        let sample = Sample {
            time: self.time,
            value,
        };
        if let Slot::Known(id, _) | Slot::Gone(id) = self.block.slots[place] {
            // A series that was dropped because it was gone for long is made anew.
            if self.store.append(id, sample) != Err(Refused::Unknown) {
                self.block.slots[place] = Slot::Known(id, self.scrape);
                return;
            }
        } else if let Slot::Refused = self.block.slots[place] {
            return;
        }
        let base = (self.base)().into_iter();
        let own = labels
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()));
        let metric = [(NAME, format!("{name}{suffix}"))];
        let labels = Labels::new(base.chain(own).chain(metric));
        self.block.slots[place] = match self.store.series(&labels) {
            Ok(id) => {
                // New series take their first sample; nothing older is there.
                let _ = self.store.append(id, sample);
                Slot::Known(id, self.scrape)
            }
            Err(_) => Slot::Refused,
        };
    }
}

impl Block {
    /// Appends the last values again, as a target does that has stopped counting.
    pub fn repeat(&mut self, store: &mut Store, time: i64, scrape: u32) {
        self.seen = scrape;
        for slot in &mut self.slots {
            if let Slot::Known(id, last) = slot
                && let Some(value) = store.newest(*id)
            {
                // Out of order where its clock was set back; then it is missing.
                let _ = store.append(*id, Sample { time, value });
                *last = scrape;
            }
        }
    }

    /// Marks the series as gone that were not written in `scrape`.
    pub fn close(&mut self, store: &mut Store, time: i64, scrape: u32) {
        for slot in &mut self.slots {
            if let Slot::Known(id, last) = *slot
                && last != scrape
            {
                // A series that is not in the store any more is gone anyway.
                let _ = store.mark_stale(id, time);
                *slot = Slot::Gone(id);
            }
        }
    }
}
