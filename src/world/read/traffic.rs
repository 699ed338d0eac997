//! Traffic: the common rate, classes of clients, what they ask for.

use crate::base::{At, Fields, Money, Rate, Report, Span};
use crate::world::spec::{
    Class, ClassKind, Criticality, Drive, Entry, Limit, Population, Profile, Traffic,
};

use super::profile::{self, Unit};
use super::{MAX_ITEMS, Names, users};
use crate::world::{MAX_CLASSES, TokenBucket};

/// What a class has where it does not say otherwise.
struct Defaults {
    patience: Option<Span>,
    mix: Option<Vec<Entry>>,
}

pub(super) fn read(report: &mut Report, at: &At<'_>, names: &Names<'_>) -> Option<Traffic> {
    let mut fields = report.fields(at)?;
    let rate = fields
        .get("rate")
        .map(|at| profile::read(report, &at, Unit::Rate));
    let patience = patience(report, &mut fields);
    let mix = fields.get("mix").map(|at| mix(report, &at, names));
    let people = fields
        .get("users")
        .map(|at| users::read(report, &at, names, mix.as_ref().and_then(Option::as_ref)));
    let listed = fields.get("classes");
    let shed = match fields.get("shed") {
        Some(at) => shed(report, &at).map(Some),
        None => Some(None),
    };
    let place = fields.at().clone();
    fields.done(report);
    let rated = rate.is_some();
    let rate = rate.unwrap_or(Some(Profile::Constant(0.0)))?;
    let mixed = mix.is_some();
    let mix = mix.flatten();
    let patience = patience?;
    let mut classes = match listed {
        Some(_) if people.is_some() => {
            let remedy = "move `users` into one of the classes";
            report.error(&place, "users stand beside classes", remedy);
            return None;
        }
        Some(at) => {
            let defaults = Defaults { patience, mix };
            all(report, &at, names, &defaults, rated)?
        }
        None => {
            if rated == people.is_some() {
                let remedy = "give either `rate: 10/s` or `users: {count: 50, think: 7s}`";
                report.error(&place, "it is not clear who comes", remedy);
                return None;
            }
            let (drive, mix) = match people {
                Some(people) => {
                    let (population, mix) = people?;
                    (Drive::Closed(population), mix)
                }
                None if mixed => (Drive::Share(1.0), mix?),
                None => {
                    let remedy = "add a line `mix: ...` here";
                    report.error(&place, "the field `mix` is missing", remedy);
                    return None;
                }
            };
            vec![Class {
                name: "users".to_owned(),
                kind: ClassKind::Users,
                tenant: None,
                device: None,
                region: None,
                criticality: Criticality::Critical,
                drive,
                patience,
                mix,
                limit: None,
            }]
        }
    };
    if !classes.iter().any(|class| class.kind == ClassKind::Bots) {
        classes.push(crawler(&classes));
    }
    Some(Traffic {
        rate,
        classes,
        shed: shed?,
    })
}

/// Bots that a file does not name: they stay away until someone lets them
/// loose, and then ask for everything alike.
fn crawler(classes: &[Class]) -> Class {
    let mut mix: Vec<Entry> = Vec::new();
    for entry in classes.iter().flat_map(|class| &class.mix) {
        if !mix.iter().any(|other| other.to == entry.to) {
            mix.push(Entry {
                weight: 1.0,
                value: Money::ZERO,
                ..*entry
            });
        }
    }
    Class {
        name: "crawler".to_owned(),
        kind: ClassKind::Bots,
        tenant: None,
        device: None,
        region: None,
        criticality: Criticality::Sheddable,
        drive: Drive::Open(Profile::Constant(0.0)),
        patience: Some(Span::from_secs(30)),
        mix,
        limit: None,
    }
}

fn all(
    report: &mut Report,
    at: &At<'_>,
    names: &Names<'_>,
    defaults: &Defaults,
    rated: bool,
) -> Option<Vec<Class>> {
    // One place is kept for the crawler.
    let entries = report.entries(at, MAX_CLASSES - 1);
    if entries.is_empty() {
        report.error(at, "no class is given", "name one, or leave `classes` out");
        return None;
    }
    let classes: Vec<Option<Class>> = entries
        .iter()
        .map(|(name, at)| class(report, name, at, names, defaults, rated))
        .collect();
    let shared = classes
        .iter()
        .flatten()
        .any(|class| matches!(class.drive, Drive::Share(_)));
    if rated && !shared && classes.iter().all(Option::is_some) {
        let remedy = "drop the common `rate`, or give a class `share: 1`";
        report.error(at, "no class has a share of the common rate", remedy);
        return None;
    }
    classes.into_iter().collect()
}

fn class(
    report: &mut Report,
    name: &str,
    at: &At<'_>,
    names: &Names<'_>,
    defaults: &Defaults,
    rated: bool,
) -> Option<Class> {
    let name = super::service::name_of(report, name, at);
    let mut fields = report.fields(at)?;
    let kind = fields.get("kind").map_or(Some(ClassKind::Users), |at| {
        let words = [
            ("users", ClassKind::Users),
            ("bots", ClassKind::Bots),
            ("probes", ClassKind::Probes),
        ];
        report.choice(&at, &words)
    });
    let mut label = |report: &mut Report, key| match fields.get(key) {
        Some(at) => report.name(&at).map(Some),
        None => Some(None),
    };
    let (tenant, device, region) = (
        label(report, "tenant"),
        label(report, "device"),
        label(report, "region"),
    );
    let criticality = fields.get("criticality").map(|at| {
        let words = [
            ("critical-plus", Criticality::CriticalPlus),
            ("critical", Criticality::Critical),
            ("sheddable-plus", Criticality::SheddablePlus),
            ("sheddable", Criticality::Sheddable),
        ];
        report.choice(&at, &words)
    });
    let patience = match fields.get("patience") {
        Some(at) => span(report, &at).map(Some),
        None => Some(defaults.patience),
    };
    let own = fields.get("mix").map(|at| mix(report, &at, names));
    let usual = own
        .clone()
        .unwrap_or_else(|| defaults.mix.clone())
        .filter(|mix| !mix.is_empty());
    let (share, rate, people) = (fields.get("share"), fields.get("rate"), fields.get("users"));
    let share = share.map(|at| (report.number(&at, 1e-6..=1e6), at));
    let rate = rate.map(|at| profile::read(report, &at, Unit::Rate));
    let people = people.map(|at| users::read(report, &at, names, usual.as_ref()));
    let value = fields.get("value").map(|at| report.money(&at));
    let limit = match fields.get("limit") {
        Some(at) => limit(report, &at).map(Some),
        None => Some(None),
    };
    let place = fields.at().clone();
    fields.done(report);
    let (drive, mix) = match (share, rate, people) {
        (Some((share, at)), None, None) => {
            if !rated {
                let remedy = "add `rate` under `traffic`, or give this class a rate of its own";
                report.error(&at, "there is no common rate to share", remedy);
                return None;
            }
            (Drive::Share(share?), usual)
        }
        (None, Some(rate), None) => (Drive::Open(rate?), usual),
        (None, None, Some(people)) => {
            let (population, mix) = people?;
            (Drive::Closed(population), Some(mix))
        }
        _ => {
            let remedy = "give one of `share: 1`, `rate: 5/s` and `users: {count: 50, think: 7s}`";
            report.error(&place, "it is not clear how often this class comes", remedy);
            return None;
        }
    };
    if mix.is_none() && own.is_none() {
        let remedy = "add a line `mix: ...` here or under `traffic`";
        report.error(&place, "this class asks for nothing", remedy);
    }
    let (kind, mut mix) = (kind?, mix?);
    let value = value.map_or(Some(None), |value| value.map(Some))?;
    for entry in &mut mix {
        entry.value = match (kind, value) {
            (ClassKind::Users, value) => value.unwrap_or(entry.value),
            _ => Money::ZERO,
        };
    }
    if kind != ClassKind::Users && value.is_some() {
        let remedy = "drop `value`";
        report.error(&place, "only users bring revenue", remedy);
        return None;
    }
    let usual = match kind {
        ClassKind::Users | ClassKind::Probes => Criticality::Critical,
        ClassKind::Bots => Criticality::Sheddable,
    };
    Some(Class {
        name: name?,
        kind,
        tenant: tenant?,
        device: device?,
        region: region?,
        criticality: criticality.unwrap_or(Some(usual))?,
        drive,
        patience: patience?,
        mix,
        limit: limit?,
    })
}

fn patience(report: &mut Report, fields: &mut Fields<'_>) -> Option<Option<Span>> {
    match fields.get("patience") {
        Some(at) => span(report, &at).map(Some),
        None => Some(None),
    }
}

fn span(report: &mut Report, at: &At<'_>) -> Option<Span> {
    report.duration(at, Span::from_millis(1)..=Span::from_hours(1))
}

/// The load from which a gateway sheds.
fn shed(report: &mut Report, at: &At<'_>) -> Option<crate::base::Ratio> {
    let mut fields = report.fields(at)?;
    let over = fields.need(report, "over").and_then(|at| {
        let over = report.ratio(&at)?;
        if over.get() < 0.01 {
            report.error(&at, "this would shed all the time", "give 1% or more");
            return None;
        }
        Some(over)
    });
    fields.done(report);
    over
}

/// A token bucket: a rate, and how much at once (a second's worth by default).
pub(super) fn limit(report: &mut Report, at: &At<'_>) -> Option<Limit> {
    let mut fields = report.fields(at)?;
    let rate = fields.need(report, "rate").and_then(|at| {
        let rate = report.rate(&at, 1e6)?;
        if rate == Rate::ZERO {
            report.error(&at, "nothing would pass", "give a rate above zero");
            return None;
        }
        Some(rate)
    });
    let most = u64::from(TokenBucket::MOST_BURST);
    let burst = fields.get("burst").map(|at| report.integer(&at, 1..=most));
    fields.done(report);
    let rate = rate?;
    let burst = match burst {
        Some(burst) => burst? as u32,
        None => libm::ceil(rate.get()) as u32,
    };
    Some(Limit { rate, burst })
}

pub(super) fn mix(report: &mut Report, at: &At<'_>, names: &Names<'_>) -> Option<Vec<Entry>> {
    let items = report.items(at, MAX_ITEMS);
    if items.is_empty() {
        report.error(
            at,
            "nobody asks for anything",
            "add `- route: service/route`",
        );
    }
    let entries: Vec<Option<Entry>> = items.iter().map(|at| entry(report, at, names)).collect();
    entries
        .into_iter()
        .collect::<Option<Vec<_>>>()
        .filter(|entries| !entries.is_empty())
}

fn entry(report: &mut Report, at: &At<'_>, names: &Names<'_>) -> Option<Entry> {
    let mut fields = report.fields(at)?;
    let to = fields
        .need(report, "route")
        .and_then(|at| names.route(report, &at));
    let weight = fields
        .get("weight")
        .map_or(Some(1.0), |at| report.number(&at, 1e-6..=1e6));
    let value = fields
        .get("value")
        .map_or(Some(Money::ZERO), |at| report.money(&at));
    fields.done(report);
    Some(Entry {
        to: to?,
        weight: weight?,
        value: value?,
    })
}

/// Used by `users` for a population without journeys of its own.
pub(super) type People = (Population, Vec<Entry>);
