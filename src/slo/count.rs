//! Events into counters: one by one, or slice by slice.

use serde::Serialize;

use super::terms::{FewThen, MILLION, Method, NoData, Terms};
use crate::base::SimTime;

/// Cumulative counts. Their unit is an event, a slice, or a millionth of a
/// slice ([`Method::unit`]).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Events {
    /// All.
    pub total: u64,
    /// The bad ones.
    pub bad: u64,
}

/// The slice under way and what was left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Open {
    /// Number of the slice.
    slice: u64,
    /// What came in it so far, and what it took over from slices before it.
    events: Events,
    /// Events, or slices, in planned maintenance.
    pub excluded: u64,
}

impl Open {
    /// Nothing has come yet, and slices before an instant are not looked at.
    pub fn begin(at: SimTime, terms: &Terms) -> Open {
        let slice = terms.method.slice();
        Open {
            slice: slice.map_or(0, |slice| at.as_nanos() / slice.as_nanos().max(1)),
            ..Open::default()
        }
    }

    /// Counts one event; slices that ended before it are judged first. Whether
    /// it counts at all.
    pub fn count(&mut self, at: SimTime, bad: u64, total: u64, terms: &Terms, to: &mut Events) {
        self.pass(at, terms, to);
        if terms.method == Method::Occurrences {
            if terms.maintenance_at(at).is_some() {
                self.excluded += total;
                return;
            }
            to.total += total;
            to.bad += bad;
            return;
        }
        self.events.total += total;
        self.events.bad += bad;
    }

    /// Judges every slice that is over by `at`.
    pub fn pass(&mut self, at: SimTime, terms: &Terms, to: &mut Events) {
        let Some(length) = terms.method.slice() else {
            return;
        };
        let nanos = length.as_nanos().max(1);
        let present = at.as_nanos() / nanos;
        while self.slice < present {
            let edge = |slice: u64| SimTime::from_nanos(slice.saturating_mul(nanos));
            let (from, until) = (edge(self.slice), edge(self.slice + 1));
            self.slice += 1;
            if terms.maintenance.iter().any(|m| m.overlaps(from, until)) {
                self.excluded += 1;
                self.events = Events::default();
                continue;
            }
            self.judge(terms, to);
        }
    }

    fn judge(&mut self, terms: &Terms, to: &mut Events) {
        let Events { total, bad } = self.events;
        // Millionths that are bad, or nothing where the slice does not count.
        let few = terms
            .few
            .filter(|few| total > 0 && total < u64::from(few.below));
        let bad = if total == 0 {
            match terms.no_data {
                NoData::Skip => None,
                NoData::Good => Some(0),
                NoData::Bad => Some(MILLION),
            }
        } else if let Some(few) = few {
            match few.then {
                FewThen::Carry => return,
                FewThen::Skip => None,
                FewThen::Good => Some(0),
            }
        } else {
            Some((u128::from(bad) * u128::from(MILLION) / u128::from(total)) as u64)
        };
        let whole = self.events;
        self.events = Events::default();
        let Some(bad) = bad else {
            return;
        };
        match terms.method {
            Method::Timeslices { good, .. } => {
                let is_bad = match whole.total {
                    0 => bad > 0,
                    // Exact: good / total < good target.
                    total if few.is_none() => {
                        let left = u128::from(total - whole.bad) * u128::from(MILLION);
                        left < u128::from(good) * u128::from(total)
                    }
                    _ => false,
                };
                to.total += 1;
                to.bad += u64::from(is_bad);
            }
            _ => {
                to.total += MILLION;
                to.bad += bad;
            }
        }
    }
}

/// A counter that is read now and then: it starts again at zero when its
/// process does, and it may be missing for a while.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Counter {
    last: Option<f64>,
}

impl Counter {
    /// How much it rose since it was last there. A value below the last is a
    /// reset, so all of it is new; the first value is where counting begins.
    pub fn rise(&mut self, value: Option<f64>) -> f64 {
        let Some(value) = value.filter(|value| value.is_finite()) else {
            return 0.0;
        };
        let rise = match self.last {
            None => 0.0,
            Some(last) if value < last => value,
            Some(last) => value - last,
        };
        self.last = Some(value);
        rise
    }
}
