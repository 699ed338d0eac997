//! Objectives as shells show them, and what follows from each.

use std::collections::BTreeSet;

use super::Session;
use super::view::{BurnRate, Health, SloView, TermsView};
use crate::base::order::sort_by;
use crate::base::{Money, Ratio, SimTime, Span};
use crate::slo::{
    EDGE, Indicator, LOOK_BACKS, Loss, Method, Objective, ObjectiveChange, Stakes, Tracker,
    allowance,
};
use crate::world::reach;
use crate::world::spec::{Class, ClassKind, Entry, Kind, RouteRef};

/// Burn rates that page and that ticket in the SRE Workbook's recommended
/// alerts (2 % of 30 days in 1 h; 10 % in 3 d).
pub(super) const BAD_BURN: f64 = 14.4;
const WATCH_BURN: f64 = 1.0;

impl Session {
    /// How many real events, or slices, one that an objective counts stands for:
    /// slices are what they are, and metrics are about real requests already.
    pub fn stands_for(&self, objective: &Objective) -> u64 {
        let counts_requests = objective.terms.method == Method::Occurrences;
        match objective.indicator {
            Indicator::Query => 1,
            _ if counts_requests => u64::from(self.world.spec().scale),
            _ => 1,
        }
    }

    pub(super) fn slo_view(&self, slo: &Tracker) -> SloView {
        let now = self.now();
        let objective = slo.objective();
        let scale = self.stands_for(objective);
        let budget = slo.budget(now);
        let burn: Vec<BurnRate> = LOOK_BACKS
            .iter()
            .filter(|look_back| **look_back <= objective.window)
            .map(|look_back| BurnRate {
                window: *look_back,
                rate: slo.burn_rate(now, *look_back),
            })
            .collect();
        SloView {
            name: objective.name.clone(),
            title: objective.title.clone(),
            sentence: objective.sentence(),
            target: objective.target,
            window: objective.window,
            sli: slo.sli(now),
            events: budget.events * scale,
            bad: budget.bad * scale,
            allowed: budget.allowed * scale as f64,
            budget_left: budget.left,
            burn,
            exhausted_in: slo.exhausted_in(now),
            health: slo_health(slo, now),
            terms: self.terms_view(slo),
            form: Box::new(ObjectiveChange::of(objective)),
        }
    }

    /// What clients ask for, by its position among everything that they do.
    fn asked_for(&self, entry: u32) -> Option<(&Class, &Entry)> {
        let classes = self.world.spec().traffic.classes.iter();
        let mut entries =
            classes.flat_map(|class| class.mix.iter().map(move |entry| (class, entry)));
        entries.nth(entry as usize)
    }

    /// Where that enters, in words.
    fn asked_word(&self, entry: u32) -> String {
        let service = |to: RouteRef| self.world.spec().services.get(to.service);
        let found = self.asked_for(entry).and_then(|(_, entry)| {
            let service = service(entry.to)?;
            let route = service.routes.get(entry.to.route)?;
            Some(format!("{}/{}", service.name, route.name))
        });
        found.unwrap_or_default()
    }

    /// What follows from an objective.
    fn terms_view(&self, slo: &Tracker) -> TermsView {
        const MOST_SPENDERS: usize = 6;
        let (now, objective) = (self.now(), slo.objective());
        let terms = &objective.terms;
        let slice = terms.method.slice();
        let (unit, scale) = (terms.method.unit(), self.stands_for(objective));
        let real = |count: u64| count as f64 / unit as f64 * scale as f64;
        let since = now.since(slo.since().min(now));
        let counted = since.min(Span::from_days(7));
        let bad = real(slo.rise(now, counted).bad);
        let lately = since.as_secs_f64().clamp(1.0, 3_600.0);
        let per_second = match slice {
            None => real(slo.rise(now, Span::from_hours(1)).total) / lately,
            Some(slice) => 1.0 / slice.as_secs_f64(),
        };
        let allows = [Span::from_days(1), Span::from_days(30)].map(|over| {
            let allowed = allowance(objective.target, over, per_second);
            (over, allowed.down, allowed.bad)
        });
        let requests = u64::from(self.world.spec().scale);
        let mut spenders: Vec<(String, String, u64)> = slo
            .spenders()
            .map(|(entry, loss, count)| {
                let inside = objective.inside.as_ref();
                let asked = inside.map_or_else(|| self.asked_word(entry), |i| i.name.clone());
                (asked, loss.word().to_owned(), count * requests)
            })
            .collect();
        sort_by(&mut spenders, |a, b| b.2.cmp(&a.2));
        spenders.truncate(MOST_SPENDERS);
        let sla = terms.sla.as_ref().zip(slo.sli(now));
        let overridden = self.overrides.get(&objective.name).copied();
        let overridden = overridden.filter(|until| *until > now);
        TermsView {
            window: objective.over(),
            since: (slo.since() > SimTime::ZERO).then_some(slo.since()),
            slice,
            per_second,
            bad_per_day: (!counted.is_zero()).then(|| bad * 86_400.0 / counted.as_secs_f64()),
            allows: allows.to_vec(),
            between: slo.forecast(now).map(|found| (found.soonest, found.latest)),
            stance: (!terms.policy.is_empty()).then(|| slo.stance(now).word().to_owned()),
            frozen: !slo.stance(now).ships() && overridden.is_none(),
            overridden,
            excluded: slo.excluded() * scale,
            sla: sla.map(|(sla, sli)| (sla.target, sla.credit(sli), sla.owed(sli))),
            spenders,
            stakes: self.stakes(slo),
            elsewhere: self.elsewhere(objective),
            outages: self.outages(slo),
        }
    }

    /// What other objectives say that promise the same of another place.
    fn elsewhere(&self, objective: &Objective) -> Vec<(String, Option<Ratio>)> {
        let place = |slo: &Objective| {
            let inside = slo.inside.as_ref();
            inside.map_or(EDGE.to_owned(), |inside| inside.name.clone())
        };
        let promised = |slo: &Objective| (slo.indicator, slo.window, slo.terms.calendar);
        let here = place(objective);
        let others = self.slos.iter().filter(|other| {
            let other = other.objective();
            let by_requests = other.indicator != Indicator::Query;
            by_requests && promised(other) == promised(objective) && place(other) != here
        });
        let told = |other: &Tracker| (place(other.objective()), other.sli(self.now()));
        others.map(told).collect()
    }

    /// The money that depends on an objective: what its bad requests lost, and
    /// what the services that they went through cost.
    fn stakes(&self, slo: &Tracker) -> Stakes {
        let (mut bad, mut lost) = (0, 0.0);
        let mut through: BTreeSet<usize> = BTreeSet::new();
        for (entry, loss, count) in slo.spenders() {
            bad += count;
            let Some((class, entry)) = self.asked_for(entry) else {
                continue;
            };
            if matches!(loss, Loss::Failed(_)) && class.kind == ClassKind::Users {
                lost += count as f64 * entry.value.cents() as f64;
            }
            through.extend(reach(self.world.spec(), entry.to));
        }
        let objective = slo.objective();
        let inside = objective.inside.as_ref().filter(|_| bad > 0);
        through.extend(inside.map(|inside| inside.service as usize));
        through.retain(|service| self.world.spec().services[*service].kind != Kind::Dependency);
        let each = through.iter().map(|service| {
            let pods = self.world.pods(*service).count().max(1);
            self.world.service_cost(*service) / pods as f64
        });
        let spare = each.sum::<f64>() * 24.0 * 100.0;
        let by_request =
            objective.inside.is_none() && objective.terms.method == Method::Occurrences;
        Stakes {
            lost_each: (by_request && bad > 0).then(|| lost / bad as f64),
            sla: objective.terms.sla.clone(),
            through: through.len() as u32,
            spare_per_day: (spare > 0.0).then(|| Money::from_cents(libm::round(spare) as i64)),
        }
    }
}

/// How an objective stands: bad when its budget is gone or burns as fast as
/// what pages, watch when it burns faster than it lasts or little is left.
pub(super) fn slo_health(slo: &Tracker, now: SimTime) -> Health {
    let Some(left) = slo.budget(now).left else {
        return Health::Unknown;
    };
    let burn = |look_back| slo.burn_rate(now, look_back).unwrap_or(0.0);
    let (short, long) = (burn(Span::from_mins(5)), burn(Span::from_hours(1)));
    if left <= 0.0 || (short >= BAD_BURN && long >= BAD_BURN) {
        Health::Bad
    } else if left < 0.1 || short > BAD_BURN || burn(Span::from_hours(6)) > WATCH_BURN {
        Health::Watch
    } else {
        Health::Good
    }
}
