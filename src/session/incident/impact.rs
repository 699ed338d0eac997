//! What an incident cost, and how long everything took.
//!
//! **Start**: the first scrape after which, over the last five minutes, some
//! objective burned faster than it lasts, with five bad events or more; from
//! there back over the scrapes of these five minutes in each of which more
//! failed than is allowed, to the beginning of the first. Going back from the
//! declaration, pauses of at most fifteen minutes are passed over. It is what
//! users felt: a fault that nobody feels starts nothing, and a retry storm
//! outlives its fault.
//!
//! **End of the trouble**: the end of the last stretch in which more failed
//! than the objective allows. It is known once two minutes were good.

use super::Case;
use crate::base::{Money, SimTime, Span};
use crate::ops::incident::Status;
use crate::session::Session;
use crate::slo::Tracker;

/// How far one looks back to see whether users suffer.
pub(super) const LOOK_BACK: Span = Span::from_mins(5);
/// Pauses of trouble that belong to one incident.
pub(super) const GAP: Span = Span::from_mins(15);
/// The longest time before a declaration that is looked at: fine samples reach so far.
const LONGEST: Span = Span::from_hours(6);
/// How long it must be good before the trouble counts as over.
const GOOD: Span = Span::from_mins(2);
/// Bad events that are no chance.
const LEAST: u64 = 5;

/// What it cost. Requests and money are real ones, not simulated.
#[derive(Clone, Debug, PartialEq)]
pub struct Impact {
    /// When users' trouble began; the declaration where they had none.
    pub from: SimTime,
    /// Until when was counted: the end of the incident, or now.
    pub until: SimTime,
    /// Whether there was trouble at all.
    pub felt: bool,
    /// Requests of users.
    pub requests: u64,
    /// Those that failed.
    pub failed: u64,
    /// Those that were slow.
    pub slow: u64,
    /// Sales lost.
    pub lost: Money,
    /// By objective.
    pub budgets: Vec<Burnt>,
    /// What more is owed to customers by agreements.
    pub credits: Money,
    /// How long everything took.
    pub times: Times,
    /// Whether the end was said while users still suffered.
    pub early: bool,
}

/// What one objective's budget lost.
#[derive(Clone, Debug, PartialEq)]
pub struct Burnt {
    /// Its title.
    pub title: String,
    /// Bad events, real ones, or slices.
    pub bad: u64,
    /// Share of the whole window's budget.
    pub share: Option<f64>,
}

/// Times; what was not reached is missing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Times {
    /// From the start to the first page or the declaration.
    pub detect: Option<Span>,
    /// From there to the first answer to a page, or the declaration.
    pub acknowledge: Option<Span>,
    /// From the start to the declaration.
    pub declare: Option<Span>,
    /// From the start to the status "identified".
    pub locate: Option<Span>,
    /// From the start to the end of the trouble.
    pub mitigate: Option<Span>,
    /// From the start to the status "resolved".
    pub resolve: Option<Span>,
}

impl Session {
    /// Whether users suffered over the five minutes before a scrape.
    pub(super) fn troubled(&self, at: SimTime) -> bool {
        self.slos.iter().any(|slo| {
            let unit = slo.objective().terms.method.unit();
            let bad = slo.rise(at, LOOK_BACK.max(self.scenario.scrape)).bad;
            bad >= LEAST * unit && over(slo, at, LOOK_BACK.max(self.scenario.scrape))
        })
    }

    /// Whether more failed than is allowed since the scrape before.
    pub(super) fn bad_stretch(&self, at: SimTime) -> bool {
        self.slos
            .iter()
            .any(|slo| over(slo, at, self.scenario.scrape))
    }

    fn scrape_before(&self, at: SimTime) -> SimTime {
        let interval = self.scenario.scrape.as_nanos().max(1);
        at.back(Span::from_nanos(at.as_nanos() % interval))
    }

    /// Since when users suffer, looking back from `at`, but not before `earliest`.
    pub(super) fn trouble_before(&self, at: SimTime, earliest: SimTime) -> Option<SimTime> {
        let step = self.scenario.scrape;
        let (mut first, mut quiet) = (None, Span::ZERO);
        let mut here = self.scrape_before(at);
        while here > earliest && at.since(here) < LONGEST && quiet <= GAP.max(step) {
            quiet = quiet + step;
            if self.troubled(here) {
                (first, quiet) = (Some(here), Span::ZERO);
            }
            here = here.back(step);
        }
        first.map(|first| self.begun(first))
    }

    /// When the trouble began that shows at a scrape for the first time.
    pub(super) fn begun(&self, first: SimTime) -> SimTime {
        let step = self.scenario.scrape;
        let mut start = first.back(step);
        while start > first.back(LOOK_BACK) && self.bad_stretch(start) {
            start = start.back(step);
        }
        start
    }

    /// When it was bad last, from a start to `until`.
    pub(super) fn last_trouble(&self, start: SimTime, until: SimTime) -> Option<SimTime> {
        let mut here = self.scrape_before(until);
        while here > start {
            if self.troubled(here) && self.bad_stretch(here) {
                return Some(here);
            }
            here = here.back(self.scenario.scrape);
        }
        None
    }

    /// What an incident has cost so far.
    pub(super) fn impact_of(&self, case: &Case) -> Impact {
        let now = self.now();
        let end = case.end(now);
        let from = case.start.unwrap_or(case.incident.declared);
        let from = self.scrape_before(from);
        let until = self.scrape_before(end).max(from);
        let scale = u64::from(self.world.spec().scale);
        let toll = self.tolls.between(from, until);
        let over = case.last_bad.filter(|bad| end.since(*bad) >= GOOD);
        Impact {
            from,
            until,
            felt: case.start.is_some(),
            requests: toll.requests * scale,
            failed: toll.failed * scale,
            slow: toll.slow * scale,
            lost: Money::from_cents(toll.lost),
            budgets: self
                .slos
                .iter()
                .map(|slo| burnt(slo, from, until, scale))
                .collect(),
            credits: Money::from_cents(self.slos.iter().map(|slo| credit(slo, from, until)).sum()),
            times: self.times(case, over),
            early: !case.incident.is_open() && case.last_bad.is_some() && over.is_none(),
        }
    }

    fn times(&self, case: &Case, over: Option<SimTime>) -> Times {
        let declared = case.incident.declared;
        let start = case.start.unwrap_or(declared).min(declared);
        let millis = |at: SimTime| (at.as_nanos() / 1_000_000) as i64;
        let instant = |at: i64| SimTime::from_nanos(at.unsigned_abs() * 1_000_000);
        let end = millis(case.end(self.now()));
        let pages = self.alerting.iter().flat_map(|alerting| alerting.pages());
        let ours = pages.filter(|page| (millis(start)..=end).contains(&page.at));
        let ours: Vec<_> = ours.collect();
        let first = ours.iter().map(|page| instant(page.at)).min();
        let answered = ours.iter().filter_map(|page| page.acknowledged).min();
        let detected = first.map_or(declared, |first| first.min(declared));
        let answered = answered
            .map(instant)
            .map_or(declared, |at| at.min(declared));
        let since = |at: SimTime| at.since(start);
        let reached = |status| case.incident.reached(status).map(since);
        Times {
            detect: Some(since(detected)),
            acknowledge: Some(answered.since(detected)),
            declare: Some(since(declared)),
            locate: reached(Status::Identified),
            mitigate: match case.start {
                Some(_) => over.map(since),
                None => Some(Span::ZERO),
            },
            resolve: reached(Status::Resolved),
        }
    }
}

/// Whether more events were bad than the target allows.
fn over(slo: &Tracker, at: SimTime, back: Span) -> bool {
    let events = slo.rise(at, back);
    let allowed = slo.objective().target.complement().get() * events.total as f64;
    events.bad as f64 > allowed
}

fn burnt(slo: &Tracker, from: SimTime, until: SimTime, scale: u64) -> Burnt {
    let method = slo.objective().terms.method;
    let unit = method.unit();
    let bad = slo.rise(until, until.since(from)).bad;
    let whole = slo.budget(until).allowed;
    let scale = if method.slice().is_none() { scale } else { 1 };
    Burnt {
        title: slo.objective().title.clone(),
        bad: (bad + unit / 2) / unit * scale,
        share: (whole > 0.0).then(|| bad as f64 / unit as f64 / whole),
    }
}

/// What more is owed at the end than at the start, in cents.
fn credit(slo: &Tracker, from: SimTime, until: SimTime) -> i64 {
    let Some(sla) = &slo.objective().terms.sla else {
        return 0;
    };
    let owed = |at| slo.sli(at).map_or(0, |sli| sla.owed(sli).cents());
    (owed(until) - owed(from)).max(0)
}
