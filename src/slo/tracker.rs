//! An objective over time: counters, budget, burn rates.

use std::collections::BTreeMap;

use serde::Serialize;

use super::count::{Counter, Events, Open};
use super::terms::{Method, SliQuery};
use super::{Loss, Objective, Stance};
use crate::base::{Ratio, SimTime, Span};
use crate::telemetry::History;
use crate::world::{Served, UserDone};

/// Look-back windows of burn rates: the SRE Workbook's long windows and its shortest.
pub const LOOK_BACKS: [Span; 4] = [
    Span::from_mins(5),
    Span::from_hours(1),
    Span::from_hours(6),
    Span::from_days(3),
];

/// An objective and what happened to it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Tracker {
    objective: Objective,
    now: Events,
    history: History<Events>,
    /// When its counting began, where that was later than the run.
    #[serde(skip_serializing_if = "is_start")]
    since: SimTime,
    /// Only where something is counted otherwise than event by event.
    #[serde(skip_serializing_if = "Option::is_none")]
    open: Option<Box<Opened>>,
    /// Bad events by what was asked for and how it went wrong; telemetry that
    /// nothing depends on.
    #[serde(skip)]
    spent: BTreeMap<(u32, Loss), u64>,
}

fn is_start(since: &SimTime) -> bool {
    *since == SimTime::ZERO
}

/// State that only some objectives have.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
struct Opened {
    open: Open,
    part: Counter,
    total: Counter,
}

/// An error budget at an instant. Counts are simulated requests, or slices of
/// time where the budget is counted so.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Budget {
    /// Events in the window so far.
    pub events: u64,
    /// Bad events in the window so far.
    pub bad: u64,
    /// Bad events that the whole window allows at this traffic.
    pub allowed: f64,
    /// 1 is untouched, 0 is gone, negative is overspent; none without events.
    pub left: Option<f64>,
}

impl Tracker {
    /// Nothing has happened yet.
    pub fn new(objective: Objective, interval: Span) -> Tracker {
        Tracker::begin(objective, interval, SimTime::ZERO)
    }

    /// Counts from the last scrape up to `since` on: nothing before it is known.
    pub fn begin(objective: Objective, interval: Span, since: SimTime) -> Tracker {
        let since = since.back(Span::from_nanos(
            since.as_nanos() % interval.as_nanos().max(1),
        ));
        let terms = &objective.terms;
        let special = terms.method != Method::Occurrences
            || terms.query.is_some()
            || !terms.maintenance.is_empty();
        let opened = || {
            Box::new(Opened {
                open: Open::begin(since, terms),
                ..Opened::default()
            })
        };
        Tracker {
            open: special.then(opened),
            objective,
            now: Events::default(),
            history: History::begin(interval, since, Events::default()),
            since,
            spent: BTreeMap::new(),
        }
    }

    /// When its counting began.
    pub fn since(&self) -> SimTime {
        self.since
    }

    /// Changes what is made of the counts: title, target, window, what follows.
    /// What is counted must stay the same, so that the past can be judged anew.
    pub fn amend(&mut self, objective: Objective) {
        self.objective = objective;
    }

    /// Counts events of the past that something else has measured, up to the
    /// next scrape, and takes that scrape.
    pub fn relive(&mut self, bad: u64, total: u64) {
        let at = self.history.next_time();
        let bad = bad.min(total);
        match &mut self.open {
            None => {
                self.now.total += total;
                self.now.bad += bad;
            }
            Some(opened) => {
                // They came before the scrape: the slice that ends there is theirs.
                let within = at.back(Span::from_nanos(1));
                let terms = &self.objective.terms;
                opened.open.count(within, bad, total, terms, &mut self.now);
            }
        }
        self.scrape();
    }

    /// The objective.
    pub fn objective(&self) -> &Objective {
        &self.objective
    }

    /// Counts a request that ended, if it is one of the objective's events;
    /// whether it was bad and counts.
    pub fn count(&mut self, done: &UserDone) -> bool {
        if !self.objective.counts(done) {
            return false;
        }
        let loss = self
            .objective
            .loss(done.outcome, done.duration, done.degraded);
        self.add(done.now, done.entry, loss)
    }

    /// Counts an answer of a service, if the objective is about it.
    pub fn count_inside(&mut self, served: &Served) {
        if self.objective.counts_inside(served) {
            let loss = self
                .objective
                .loss(served.outcome, served.duration, served.degraded);
            self.add(served.now, u32::MAX, loss);
        }
    }

    /// Counts one event; whether it was bad and counts.
    fn add(&mut self, at: SimTime, entry: u32, loss: Option<Loss>) -> bool {
        let bad = u64::from(loss.is_some());
        match &mut self.open {
            None => {
                self.now.total += 1;
                self.now.bad += bad;
            }
            Some(opened) => {
                let terms = &self.objective.terms;
                opened.open.count(at, bad, 1, terms, &mut self.now);
                if terms.maintenance_at(at).is_some() {
                    return false;
                }
            }
        }
        if let Some(loss) = loss {
            *self.spent.entry((entry, loss)).or_default() += 1;
        }
        loss.is_some()
    }

    /// Takes what the metric store answered at a scrape: the part and the
    /// whole of a ratio, or a value that is compared. Counters may start again
    /// and may be missing; a value that is missing is no event.
    pub fn observe(&mut self, at: SimTime, part: Option<f64>, total: Option<f64>) {
        let (Some(opened), Some(query)) = (&mut self.open, &self.objective.terms.query) else {
            return;
        };
        let (bad, all) = match query {
            SliQuery::Counters { good, .. } => {
                let all = opened.total.rise(total);
                let part = opened.part.rise(part).min(all);
                (if *good { all - part } else { part }, all)
            }
            SliQuery::Threshold { op, value, .. } => match part {
                None => return,
                Some(found) => (f64::from(u8::from(!op.holds(found, *value))), 1.0),
            },
        };
        let whole = |value: f64| libm::round(value) as u64;
        let terms = &self.objective.terms;
        let bad = whole(bad).min(whole(all));
        opened.open.count(at, bad, whole(all), terms, &mut self.now);
    }

    /// Samples the counters; once per interval, from time zero.
    pub fn scrape(&mut self) {
        if let Some(opened) = &mut self.open {
            let at = self.history.next_time();
            opened.open.pass(at, &self.objective.terms, &mut self.now);
        }
        self.history.push(self.now);
    }

    /// Events, or slices, that planned maintenance kept out.
    pub fn excluded(&self) -> u64 {
        self.open.as_ref().map_or(0, |opened| opened.open.excluded)
    }

    /// Bad events since the start by what was asked for (its position in the
    /// mix) and how it went wrong, as telemetry sees it.
    pub fn spenders(&self) -> impl Iterator<Item = (u32, Loss, u64)> {
        self.spent
            .iter()
            .map(|((entry, loss), count)| (*entry, *loss, *count))
    }

    /// What the policy says at an instant.
    pub fn stance(&self, at: SimTime) -> Stance {
        self.objective.terms.stance(self.budget(at).left)
    }

    /// The window that ends at `at` or holds it: how far it reaches back, how
    /// much of it has passed, and its whole length.
    fn period(&self, at: SimTime) -> (Span, Span, Span) {
        let Some(calendar) = self.objective.terms.calendar else {
            let window = self.objective.window;
            let passed = at.since(self.since.min(at)).min(window);
            return (window, passed, window);
        };
        let window = calendar.window(at);
        // One that began before the counting is as long as what was counted of it.
        let start = window.start.max(self.since).min(at);
        let uncounted = start.since(window.start.min(start));
        let passed = at.since(start);
        (passed, passed, window.length - window.missed - uncounted)
    }

    /// When a window ends, and how long it is: that of the calendar which holds
    /// `at`, or the first of those that roll.
    pub fn ends(&self, at: SimTime) -> (SimTime, Span) {
        let length = self.period(at).2;
        let start = match self.objective.terms.calendar {
            Some(calendar) => calendar.window(at).start.max(self.since),
            None => self.since,
        };
        (start + length, length)
    }

    /// The budget as of `at`, by the samples up to then.
    ///
    /// A run that is younger than the window is taken as the window's
    /// beginning: the rest is assumed to bring the same traffic and no
    /// failure. So a steady burn rate of 1 uses the budget up exactly at the
    /// end of the first window, and no failure in a run's first minute can
    /// use up a month. With a target of 99.9 %, 1,000,000 requests in 10 of 30
    /// days and 600 of them bad: 3,000 are allowed and 80 % is left.
    pub fn budget(&self, at: SimTime) -> Budget {
        let (back, covered, window) = self.period(at);
        let Events { total, bad } = self.rise(at, back);
        let allowed_so_far = self.objective.target.complement().get() * total as f64;
        let allowed = if covered.is_zero() {
            0.0
        } else {
            allowed_so_far * (window.as_secs_f64() / covered.as_secs_f64())
        };
        let left = (allowed > 0.0).then(|| 1.0 - bad as f64 / allowed);
        let unit = self.objective.terms.method.unit();
        Budget {
            events: total / unit,
            bad: (bad + unit / 2) / unit,
            allowed: allowed / unit as f64,
            left,
        }
    }

    /// Share of good events in the window up to `at`.
    pub fn sli(&self, at: SimTime) -> Option<Ratio> {
        let events = self.in_window(at);
        Ratio::of(events.total - events.bad, events.total)
    }

    /// What was counted in the window up to `at`.
    pub fn in_window(&self, at: SimTime) -> Events {
        self.rise(at, self.period(at).0)
    }

    /// How fast the budget burned over `look_back` up to `at`: the share of bad
    /// events over the share that the target allows. 0.2 % bad at a target of
    /// 99.9 % is a burn rate of 2. None without events.
    pub fn burn_rate(&self, at: SimTime, look_back: Span) -> Option<f64> {
        let Events { total, bad } = self.rise(at, look_back);
        let allowed = self.objective.target.complement().get();
        let terms = &self.objective.terms;
        let least = match terms.few {
            Some(few) if terms.method == Method::Occurrences => u64::from(few.below),
            _ => 1,
        };
        (total >= least.max(1)).then(|| bad as f64 / total as f64 / allowed)
    }

    /// When the budget is gone if the burn of the last hour goes on:
    /// left x window / burn rate. None while nothing burns or nothing is left.
    pub fn exhausted_in(&self, at: SimTime) -> Option<Span> {
        let left = self.budget(at).left.filter(|left| *left > 0.0)?;
        let burn = self
            .burn_rate(at, Span::from_hours(1))
            .filter(|burn| *burn > 0.0)?;
        Some(self.period(at).2.scaled(left / burn))
    }

    /// What was counted over `window` up to `until`.
    pub fn rise(&self, until: SimTime, window: Span) -> Events {
        let (Some(newer), Some(older)) =
            (self.history.at(until), self.history.at(until.back(window)))
        else {
            return Events::default();
        };
        Events {
            total: newer.total - older.total,
            bad: newer.bad - older.bad,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Money;
    use crate::slo::{Indicator, Measured};
    use crate::world::Outcome;
    use crate::world::spec::ClassKind;

    fn tracker(window: Span) -> Tracker {
        let objective = Objective {
            name: "availability".to_owned(),
            title: "Availability".to_owned(),
            of: Measured::Users,
            indicator: Indicator::Availability,
            target: Ratio::new(0.999).unwrap_or_default(),
            window,
            inside: None,
            terms: Default::default(),
        };
        Tracker::new(objective, Span::from_secs(15))
    }

    fn done(now: SimTime, bad: bool) -> UserDone {
        UserDone {
            now,
            entry: 0,
            class: 0,
            kind: ClassKind::Users,
            value: Money::ZERO,
            refused: false,
            outcome: if bad { Outcome::Error } else { Outcome::Ok },
            duration: Span::from_millis(10),
            cause: None,
            path: Default::default(),
            degraded: false,
        }
    }

    /// 15 requests per scrape, of which every `nth` of all is bad.
    fn run(tracker: &mut Tracker, from: u64, scrapes: u64, nth: u64) {
        for scrape in from..from + scrapes {
            for request in 0..15 {
                let bad = nth > 0 && (scrape * 15 + request) % nth == 0;
                tracker.count(&done(SimTime::from_secs(scrape * 15), bad));
            }
            tracker.scrape();
        }
    }

    #[test]
    fn a_burn_rate_of_one_uses_the_budget_up_exactly_at_the_windows_end() {
        let day = Span::from_days(1);
        let mut tracker = tracker(day);
        run(&mut tracker, 0, 5_760 / 2, 1_000);
        let half = SimTime::from_secs(43_200);
        assert!((tracker.budget(half).left.unwrap_or(0.0) - 0.5).abs() < 0.01);
        assert!((tracker.burn_rate(half, Span::from_hours(6)).unwrap_or(0.0) - 1.0).abs() < 0.05);
        run(&mut tracker, 5_760 / 2, 5_760 / 2, 1_000);
        let end = SimTime::ZERO + day;
        assert!(tracker.budget(end).left.unwrap_or(1.0).abs() < 0.01);
    }

    #[test]
    fn the_window_rolls_failures_out_again() {
        let mut tracker = tracker(Span::from_hours(1));
        run(&mut tracker, 0, 240, 10);
        assert!(
            tracker
                .budget(SimTime::from_secs(3_600))
                .left
                .unwrap_or(1.0)
                < -90.0
        );
        run(&mut tracker, 240, 240, 0);
        let budget = tracker.budget(SimTime::from_secs(7_200));
        assert_eq!((budget.bad, budget.left), (0, Some(1.0)));
    }

    #[test]
    fn the_forecast_is_what_is_left_over_the_burn() {
        let mut tracker = tracker(Span::from_days(30));
        // A day at burn rate 5: a sixth of the budget spent, 25 days' worth left at rate 1.
        run(&mut tracker, 0, 5_760, 200);
        let at = SimTime::ZERO + Span::from_days(1);
        let left = tracker.budget(at).left.unwrap_or(0.0);
        assert!((left - (1.0 - 5.0 / 30.0)).abs() < 0.01, "{left}");
        let days = tracker
            .exhausted_in(at)
            .map_or(0.0, |span| span.as_secs_f64() / 86_400.0);
        assert!((days - 5.0).abs() < 0.3, "{days}");
    }

    #[test]
    fn nothing_measured_is_nothing_claimed() {
        let tracker = tracker(Span::from_days(30));
        assert_eq!(tracker.budget(SimTime::ZERO).left, None);
        assert_eq!(tracker.sli(SimTime::ZERO), None);
        assert_eq!(tracker.burn_rate(SimTime::ZERO, Span::from_hours(1)), None);
        assert_eq!(tracker.exhausted_in(SimTime::ZERO), None);
    }
}
