//! Outages: when a budget burned as fast as what pages, and what each cost.

use serde::{Deserialize, Serialize};

use super::Session;
use super::show_objectives::BAD_BURN;
use crate::alert::designer::{Stretch, incidents};
use crate::base::{Money, Ratio, SimTime, Span};
use crate::slo::Tracker;

/// Parts of time that are judged, each for itself.
const PART: Span = Span::from_mins(5);
/// Burning parts no more than this apart are one outage.
const GAP: Span = Span::from_mins(30);
/// How far back is looked, and how many outages are told.
const PAST: Span = Span::from_days(7);
const MOST: usize = 5;

/// The burn rate from which it is an outage: that of what pages, or of half of
/// all events being bad, where the target allows so many that this is less.
pub fn outage_burn(target: Ratio) -> f64 {
    BAD_BURN.min(0.5 / target.complement().get())
}

/// One outage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutageView {
    /// When it began, to five minutes.
    pub from: SimTime,
    /// How long it went on.
    pub length: Span,
    /// Bad requests (scaled) or slices in it.
    pub bad: u64,
    /// Their share of the whole budget.
    pub spent: Option<f64>,
    /// Revenue that users' failed requests lost meanwhile (scaled).
    pub lost: Money,
    /// Credits that would not be owed without its bad events; none without an
    /// agreement.
    pub credit: Option<Money>,
}

impl Session {
    /// The last outages by an objective, the newest first.
    pub(super) fn outages(&self, slo: &Tracker) -> Vec<OutageView> {
        let now = self.now();
        let part = PART.max(self.scenario.scrape);
        let begin = now.back(PAST).max(slo.since()).min(now);
        let mut burn = vec![(begin.as_secs_f64(), None)];
        let (mut last, mut at) = (begin, begin.next_multiple(part));
        while last < now {
            let end = at.min(now);
            if end > last {
                let rate = slo.burn_rate(end, end.since(last));
                burn.push((end.as_secs_f64(), rate));
            }
            (last, at) = (end, at + part);
        }
        let found = incidents(
            &burn,
            outage_burn(slo.objective().target),
            GAP.as_secs_f64(),
        );
        let views = found.iter().rev().take(MOST);
        views.map(|stretch| self.outage(slo, stretch)).collect()
    }

    fn outage(&self, slo: &Tracker, stretch: &Stretch) -> OutageView {
        let [from, to] = [stretch.from, stretch.to].map(|s| SimTime::ZERO + Span::from_secs_f64(s));
        let (now, objective) = (self.now(), slo.objective());
        let unit = objective.terms.method.unit();
        let bad = slo.rise(to, to.since(from)).bad;
        let allowed = slo.budget(now).allowed * unit as f64;
        let lost = |at| self.lost.at(at).unwrap_or_default().cents();
        let credit = objective.terms.sla.as_ref().and_then(|sla| {
            let whole = slo.in_window(now);
            let share = |bad: u64| Ratio::of(whole.total - bad.min(whole.total), whole.total);
            let (with, without) = (share(whole.bad)?, share(whole.bad.saturating_sub(bad))?);
            let saved = sla.owed(with).cents() - sla.owed(without).cents();
            Some(Money::from_cents(saved))
        });
        OutageView {
            from,
            length: to.since(from),
            bad: (bad + unit / 2) / unit * self.stands_for(objective),
            spent: (allowed > 0.0).then(|| bad as f64 / allowed),
            lost: Money::from_cents(lost(to) - lost(from)),
            credit,
        }
    }
}
