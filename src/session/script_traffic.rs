//! Traffic commands in a file: surges, admission, shedding.

use crate::base::{At, Fields, Ratio, Report, Span};
use crate::world::{Admission, SurgeKind, SurgeSpec, Who};

use super::Command;
use super::script::LONGEST_WAIT;

/// Real requests per second that a file may ask for.
const MOST_RATE: f64 = 1e12;

/// `spike: {times: 3, class: mobile, for: 10m}`.
pub(super) fn spike(report: &mut Report, at: &At<'_>) -> Option<Command> {
    surge(report, at, |report, fields| {
        let times = times(report, fields)?;
        Some(SurgeKind::Spike { times })
    })
}

/// `flash-sale: {times: 10, half-life: 5m}`.
pub(super) fn flash_sale(report: &mut Report, at: &At<'_>) -> Option<Command> {
    surge(report, at, |report, fields| {
        let times = times(report, fields);
        let half_life = fields
            .need(report, "half-life")
            .and_then(|at| report.duration(&at, Span::from_secs(1)..=LONGEST_WAIT));
        Some(SurgeKind::FlashSale {
            times: times?,
            half_life: half_life?,
        })
    })
}

/// `flood: {rate: 500/s, class: crawler, for: 10m}`; of all bots where no
/// class is named.
pub(super) fn flood(report: &mut Report, at: &At<'_>) -> Option<Command> {
    surge(report, at, |report, fields| {
        let rate = rate(report, fields)?;
        Some(SurgeKind::Flood { rate })
    })
}

/// `block: mobile`, `block: {tenant: acme}`.
pub(super) fn block(report: &mut Report, at: &At<'_>) -> Option<Command> {
    admit(report, at, Admission::Block)
}

/// `allow: mobile`, which takes a block or a limit away.
pub(super) fn allow(report: &mut Report, at: &At<'_>) -> Option<Command> {
    admit(report, at, Admission::Allow)
}

/// `limit: {class: mobile, rate: 20/s, burst: 40}`.
pub(super) fn limit(report: &mut Report, at: &At<'_>) -> Option<Command> {
    let mut fields = report.fields(at)?;
    let who = who(report, &mut fields);
    let rate = rate(report, &mut fields);
    let burst = match fields.get("burst") {
        Some(at) => report.number(&at, 1.0..=1e9).map(Some),
        None => Some(None),
    };
    let place = fields.at().clone();
    fields.done(report);
    let rule = Admission::Limit {
        rate: rate?,
        burst: burst?,
    };
    let who = needed(report, &place, who?)?;
    Some(Command::Admit { who, rule })
}

/// `shed: 80%`, `shed: false`.
pub(super) fn shed(report: &mut Report, at: &At<'_>) -> Option<Command> {
    if at.scalar() == Some("false") {
        return Some(Command::Shed { over: None });
    }
    let over: Ratio = report.ratio(at)?;
    Some(Command::Shed { over: Some(over) })
}

fn admit(report: &mut Report, at: &At<'_>, rule: Admission) -> Option<Command> {
    if at.is_scalar() {
        let who = Who::Class(report.name(at)?);
        return Some(Command::Admit { who, rule });
    }
    let mut fields = report.fields(at)?;
    let who = who(report, &mut fields);
    let place = fields.at().clone();
    fields.done(report);
    let who = needed(report, &place, who?)?;
    Some(Command::Admit { who, rule })
}

fn surge(
    report: &mut Report,
    at: &At<'_>,
    kind: impl FnOnce(&mut Report, &mut Fields<'_>) -> Option<SurgeKind>,
) -> Option<Command> {
    let mut fields = report.fields(at)?;
    let kind = kind(report, &mut fields);
    let who = who(report, &mut fields);
    let duration = match fields.get("for") {
        Some(at) => report
            .duration(&at, Span::from_secs(1)..=LONGEST_WAIT)
            .map(Some),
        None => Some(None),
    };
    fields.done(report);
    let surge = SurgeSpec {
        who: who?,
        kind: kind?,
        duration: duration?,
    };
    Some(Command::Surge { surge })
}

fn times(report: &mut Report, fields: &mut Fields<'_>) -> Option<f64> {
    let at = fields.need(report, "times")?;
    report.number(&at, 1.0..=100.0)
}

fn rate(report: &mut Report, fields: &mut Fields<'_>) -> Option<f64> {
    let at = fields.need(report, "rate")?;
    let rate = report.rate(&at, MOST_RATE)?.get();
    if rate == 0.0 {
        report.error(&at, "a rate of nothing", "give a rate above zero");
        return None;
    }
    Some(rate)
}

/// Whom a command is about; at most one of the ways to say it.
fn who(report: &mut Report, fields: &mut Fields<'_>) -> Option<Option<Who>> {
    type Make = fn(String) -> Who;
    const WAYS: [(&str, Make); 4] = [
        ("class", Who::Class),
        ("tenant", Who::Tenant),
        ("device", Who::Device),
        ("region", Who::Region),
    ];
    let mut found = None;
    for (key, make) in WAYS {
        let Some(at) = fields.get(key) else {
            continue;
        };
        let who = make(report.name(&at)?);
        if found.replace(who).is_some() {
            let remedy = "give one of `class`, `tenant`, `device`, `region`";
            report.error(&at, "clients are chosen in two ways", remedy);
            return None;
        }
    }
    Some(found)
}

fn needed(report: &mut Report, place: &At<'_>, who: Option<Who>) -> Option<Who> {
    if who.is_none() {
        let remedy = "give one of `class`, `tenant`, `device`, `region`";
        report.error(place, "it is not said who is meant", remedy);
    }
    who
}
