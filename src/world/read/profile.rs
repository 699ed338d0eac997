//! Profiles: a scalar, or a mapping of one kind.

use crate::base::{At, Report, Span, parse};
use crate::world::spec::Profile;

use super::table;

/// Simulated requests per second that one world may ask for.
const MAX_RATE: f64 = 100_000.0;
/// Simulated users of one class.
pub(super) const MAX_USERS: f64 = 100_000.0;
/// A factor on a rate or a number of users.
const MAX_FACTOR: f64 = 1_000.0;
/// Profiles within profiles.
const MAX_NESTING: u32 = 5;
/// Parts of one sum or product.
const MAX_PARTS: usize = 20;
/// Times in a profile lie within a year.
pub(super) const LONGEST: Span = Span::from_days(365);

/// What a profile's numbers are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// Requests per second, such as `20/s`.
    Rate,
    /// Simulated users.
    Users,
    /// A plain factor.
    Factor,
}

impl Unit {
    fn most(self) -> f64 {
        match self {
            Unit::Rate => MAX_RATE,
            Unit::Users => MAX_USERS,
            Unit::Factor => MAX_FACTOR,
        }
    }

    /// One number of this unit.
    pub fn value(self, report: &mut Report, at: &At<'_>) -> Option<f64> {
        match self {
            Unit::Rate => report.rate(at, MAX_RATE).map(|rate| rate.get()),
            Unit::Users | Unit::Factor => report.number(at, 0.0..=self.most()),
        }
    }

    /// One number of a CSV text, where a bare number is per second.
    pub fn parse(self, text: &str) -> Result<f64, String> {
        let rated = self == Unit::Rate && text.contains('/');
        let value = if rated {
            parse::rate(text).map(|rate| rate.get())?
        } else {
            parse::number(text)?
        };
        let most = self.most();
        if (0.0..=most).contains(&value) {
            Ok(value)
        } else {
            Err(format!("`{text}` is not between 0 and {most}"))
        }
    }
}

/// A whole profile, with a check of what it can reach.
pub(super) fn read(report: &mut Report, at: &At<'_>, unit: Unit) -> Option<Profile> {
    let profile = nested(report, at, unit, 0)?;
    let (highest, most) = (profile.highest(), unit.most());
    if highest > most {
        let remedy = format!("keep the product of all its highest values at or below {most}");
        report.error(at, format!("this can reach {highest}"), remedy);
        return None;
    }
    Some(profile)
}

fn nested(report: &mut Report, at: &At<'_>, unit: Unit, nesting: u32) -> Option<Profile> {
    if at.is_scalar() {
        return unit.value(report, at).map(Profile::Constant);
    }
    if nesting > MAX_NESTING {
        let problem = format!("profiles nest deeper than {MAX_NESTING} levels");
        report.error(at, problem, "write one product or sum of several parts");
        return None;
    }
    const KINDS: [&str; 11] = [
        "constant",
        "ramp",
        "diurnal",
        "weekly",
        "steps",
        "table",
        "spike",
        "flash-sale",
        "sum",
        "product",
        "csv",
    ];
    let (kind, at) = report.tagged(at, &KINDS)?;
    match kind {
        "constant" => unit.value(report, &at).map(Profile::Constant),
        "ramp" => ramp(report, &at, unit),
        "diurnal" => diurnal(report, &at, unit),
        "steps" => table::steps(report, &at, unit),
        "table" => table::table(report, &at, unit),
        "csv" => table::csv(report, &at, unit).map(|points| Profile::Table {
            points,
            linear: true,
            repeat: None,
        }),
        "sum" => parts(report, &at, unit, unit, nesting).map(Profile::Sum),
        "product" => parts(report, &at, unit, Unit::Factor, nesting).map(Profile::Product),
        _ => shaped(report, kind, &at, unit, nesting),
    }
}

/// Parts of a sum or product: the first in `unit`, the others in `rest`.
fn parts(
    report: &mut Report,
    at: &At<'_>,
    unit: Unit,
    rest: Unit,
    nesting: u32,
) -> Option<Vec<Profile>> {
    let items = report.items(at, MAX_PARTS);
    if items.is_empty() {
        report.error(at, "nothing is combined here", "give at least one profile");
        return None;
    }
    let parts: Vec<Option<Profile>> = items
        .iter()
        .enumerate()
        .map(|(place, at)| {
            let unit = if place == 0 { unit } else { rest };
            nested(report, at, unit, nesting + 1)
        })
        .collect();
    parts.into_iter().collect()
}

/// The kinds that are factors by nature. They shape the profile under `of`,
/// which only a factor may leave out.
fn shaped(
    report: &mut Report,
    kind: &str,
    at: &At<'_>,
    unit: Unit,
    nesting: u32,
) -> Option<Profile> {
    let mut fields = report.fields(at)?;
    let of = if unit == Unit::Factor {
        fields.get("of")
    } else {
        Some(fields.need(report, "of")?)
    };
    let of = match of {
        Some(at) => nested(report, &at, unit, nesting + 1).map(Some),
        None => Some(None),
    };
    let time = |report: &mut Report, at: At<'_>| report.duration(&at, Span::ZERO..=LONGEST);
    let shape = match kind {
        "weekly" => fields.need(report, "days").and_then(|at| week(report, &at)),
        "spike" => {
            let start = fields.need(report, "at").and_then(|at| time(report, at));
            let times = fields
                .need(report, "times")
                .and_then(|at| report.number(&at, 0.0..=MAX_FACTOR));
            let hold = fields.need(report, "for").and_then(|at| time(report, at));
            let mut flank = |report: &mut Report, key| match fields.get(key) {
                Some(at) => time(report, at),
                None => Some(Span::ZERO),
            };
            let (rise, fall) = (flank(report, "rise"), flank(report, "fall"));
            let every = match fields.get("every") {
                Some(at) => report
                    .duration(&at, Span::from_secs(1)..=LONGEST)
                    .map(|span| Some((span, at))),
                None => Some(None),
            };
            spike(report, [start, rise, hold, fall], times, every)
        }
        _ => {
            let start = fields.need(report, "at").and_then(|at| time(report, at));
            let times = fields
                .need(report, "times")
                .and_then(|at| report.number(&at, 1.0..=MAX_FACTOR));
            let half_life = fields
                .need(report, "half-life")
                .and_then(|at| report.duration(&at, Span::from_secs(1)..=LONGEST));
            match (start, times, half_life) {
                (Some(at), Some(times), Some(half_life)) => Some(Profile::FlashSale {
                    at,
                    times,
                    half_life,
                }),
                _ => None,
            }
        }
    };
    fields.done(report);
    match (of?, shape?) {
        (Some(of), shape) => Some(Profile::Product(vec![of, shape])),
        (None, shape) => Some(shape),
    }
}

fn spike(
    report: &mut Report,
    [at, rise, hold, fall]: [Option<Span>; 4],
    times: Option<f64>,
    every: Option<Option<(Span, At<'_>)>>,
) -> Option<Profile> {
    let (at, rise, hold, fall) = (at?, rise?, hold?, fall?);
    let every = every?;
    if let Some((every, place)) = &every
        && *every < rise + hold + fall
    {
        let length = rise + hold + fall;
        let problem = format!("a spike of {length} cannot begin anew after {every}");
        report.error(place, problem, format!("give {length} or more"));
        return None;
    }
    Some(Profile::Spike {
        at,
        rise,
        hold,
        fall,
        times: times?,
        every: every.map(|(every, _)| every),
    })
}

fn week(report: &mut Report, at: &At<'_>) -> Option<Profile> {
    let items = report.items(at, 7);
    if items.len() != 7 {
        let remedy = "give seven factors, Monday first, such as [1, 1, 1, 1, 1.2, 0.7, 0.6]";
        report.error(at, format!("a week of {} days", items.len()), remedy);
        return None;
    }
    let mut days = [0.0; 7];
    for (day, at) in days.iter_mut().zip(&items) {
        *day = report.number(at, 0.0..=MAX_FACTOR)?;
    }
    Some(Profile::Weekly(days))
}

fn ramp(report: &mut Report, at: &At<'_>, unit: Unit) -> Option<Profile> {
    let mut fields = report.fields(at)?;
    let mut value = |report: &mut Report, key| {
        fields
            .need(report, key)
            .and_then(|at| unit.value(report, &at))
    };
    let (from, to) = (value(report, "from"), value(report, "to"));
    let begin = fields.get("at").map_or(Some(Span::ZERO), |at| {
        report.duration(&at, Span::ZERO..=LONGEST)
    });
    let over = fields
        .need(report, "over")
        .and_then(|at| report.duration(&at, Span::from_millis(1)..=LONGEST));
    fields.done(report);
    let (from, to, begin, over) = (from?, to?, begin?, over?);
    Some(Profile::Table {
        points: vec![(begin, from), (begin + over, to)],
        linear: true,
        repeat: None,
    })
}

fn diurnal(report: &mut Report, at: &At<'_>, unit: Unit) -> Option<Profile> {
    let mut fields = report.fields(at)?;
    let low = fields
        .need(report, "low")
        .and_then(|at| unit.value(report, &at));
    let high = fields
        .need(report, "high")
        .and_then(|at| unit.value(report, &at).map(|value| (value, at)));
    let peak = fields
        .need(report, "peak")
        .and_then(|at| report.duration(&at, Span::ZERO..=Span::from_hours(24)));
    fields.done(report);
    let (low, (high, place), peak) = (low?, high?, peak?);
    if high < low {
        report.error(&place, "the high value is below the low one", "swap them");
        return None;
    }
    Some(Profile::Diurnal { low, high, peak })
}
