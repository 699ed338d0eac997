//! What bad events cost, and what one more nine would save.

use serde::{Deserialize, Serialize};

use super::Sla;
use crate::base::{Money, Ratio};

/// The money that depends on how an objective is kept.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Stakes {
    /// Revenue that a bad event has lost on average, in cents: an event that
    /// was answered, only late or in part, lost none. None where events are no
    /// users' requests, or none was bad.
    pub lost_each: Option<f64>,
    /// What is owed to customers.
    pub sla: Option<Sla>,
    /// Services of one's own that bad requests went through.
    pub through: u32,
    /// Price of one more pod of each of them for a day; none where nothing of
    /// them has a price.
    pub spare_per_day: Option<Money>,
}

/// What bad events cost, and what of it a target would save.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Gain {
    /// Revenue lost a day.
    pub lost: Money,
    /// What of that would not be lost.
    pub saved: Money,
    /// Credits for one window.
    pub owed: Money,
    /// What of these would not be owed.
    pub spared: Money,
}

/// The target with one more nine: it allows a tenth of what the old one does.
pub fn next_nine(target: Ratio) -> Ratio {
    Ratio::new(1.0 - target.complement().get() / 10.0).unwrap_or_default()
}

impl Stakes {
    /// What `had` bad events a day cost at a share `sli` of good ones, and what
    /// would be saved if only `leaves` were bad, as `next` allows, each kind
    /// becoming rarer alike. 100 bad events a day that lose 5.00 each lose
    /// 500.00; with 10 left, 450.00 are saved.
    pub fn gain(&self, (had, leaves): (f64, f64), sli: Option<Ratio>, next: Ratio) -> Gain {
        let cents = |events: f64| {
            let lost = events * self.lost_each.unwrap_or(0.0);
            Money::from_cents(libm::round(lost) as i64)
        };
        let owed = |sli: Option<Ratio>| {
            let owed = self.sla.as_ref().zip(sli).map(|(sla, sli)| sla.owed(sli));
            owed.unwrap_or_default()
        };
        let kept = sli.filter(|sli| *sli > next).or(sli.map(|_| next));
        let (now, then) = (owed(sli), owed(kept));
        Gain {
            lost: cents(had),
            saved: cents((had - leaves).max(0.0)),
            owed: now,
            spared: Money::from_cents(now.cents() - then.cents()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio(of: f64) -> Ratio {
        Ratio::new(of).unwrap_or_default()
    }

    #[test]
    fn a_nine_more_leaves_a_tenth() {
        for (target, next) in [(0.9, 0.99), (0.999, 0.9999), (0.95, 0.995), (0.0, 0.9)] {
            let found = next_nine(ratio(target)).get();
            assert!((found - next).abs() < 1e-12, "{target}: {found}");
        }
    }

    #[test]
    fn what_a_nine_saves_is_lost_revenue_and_credits() {
        let credits = vec![(ratio(0.999), ratio(0.1)), (ratio(0.99), ratio(0.25))];
        let stakes = Stakes {
            lost_each: Some(500.0),
            sla: Some(Sla {
                target: ratio(0.999),
                credits,
                fee: Money::from_cents(100_000),
            }),
            ..Stakes::default()
        };
        // 98 % good: below both tiers, a quarter of 1,000.00. At 99.5 % a tenth.
        let found = stakes.gain((100.0, 10.0), Some(ratio(0.98)), ratio(0.995));
        let expected = [50_000, 45_000, 25_000, 15_000].map(Money::from_cents);
        assert_eq!(
            [found.lost, found.saved, found.owed, found.spared],
            expected
        );
        // Better than the next nine already: nothing is to be gained.
        let found = stakes.gain((10.0, 50.0), Some(ratio(0.9995)), ratio(0.995));
        assert_eq!(found.lost, Money::from_cents(5_000));
        assert_eq!([found.saved, found.owed, found.spared], [Money::ZERO; 3]);
    }
}
