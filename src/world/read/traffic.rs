//! Users: rate profile and mix.

use crate::base::{At, Money, Rate, Report, Span};
use crate::world::spec::{Entry, Profile, Traffic};

use super::{MAX_ITEMS, Names};

/// Simulated requests per second that one world may ask for.
const MAX_RATE: f64 = 100_000.0;

pub(super) fn read(report: &mut Report, at: &At<'_>, names: &Names<'_>) -> Option<Traffic> {
    let mut fields = report.fields(at)?;
    let profile = fields
        .need(report, "rate")
        .and_then(|at| profile(report, &at));
    let patience = match fields.get("patience") {
        Some(at) => report
            .duration(&at, Span::from_millis(1)..=Span::from_hours(1))
            .map(Some),
        None => Some(None),
    };
    let mix = fields.need(report, "mix").and_then(|at| {
        let items = report.items(&at, MAX_ITEMS);
        if items.is_empty() {
            report.error(
                &at,
                "nobody asks for anything",
                "add `- route: service/route`",
            );
        }
        let entries: Vec<Option<Entry>> = items.iter().map(|at| entry(report, at, names)).collect();
        entries
            .into_iter()
            .collect::<Option<Vec<_>>>()
            .filter(|entries| !entries.is_empty())
    });
    fields.done(report);
    Some(Traffic {
        profile: profile?,
        patience: patience?,
        mix: mix?,
    })
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

fn profile(report: &mut Report, at: &At<'_>) -> Option<Profile> {
    if at.is_scalar() {
        return report.rate(at, MAX_RATE).map(Profile::Constant);
    }
    let (kind, at) = report.tagged(at, &["constant", "diurnal", "steps"])?;
    match kind {
        "constant" => report.rate(&at, MAX_RATE).map(Profile::Constant),
        "diurnal" => {
            let mut fields = report.fields(&at)?;
            let low = fields
                .need(report, "low")
                .and_then(|at| report.rate(&at, MAX_RATE));
            let high = fields
                .need(report, "high")
                .and_then(|at| report.rate(&at, MAX_RATE).map(|rate| (rate, at)));
            let peak = fields
                .need(report, "peak")
                .and_then(|at| report.duration(&at, Span::ZERO..=Span::from_hours(24)));
            fields.done(report);
            let (low, (high, place), peak) = (low?, high?, peak?);
            if high < low {
                report.error(&place, "the high rate is below the low rate", "swap them");
                return None;
            }
            Some(Profile::Diurnal { low, high, peak })
        }
        _ => steps(report, &at),
    }
}

fn steps(report: &mut Report, at: &At<'_>) -> Option<Profile> {
    let mut steps: Vec<(Span, Rate)> = Vec::new();
    for at in report.items(at, 1_000) {
        let mut fields = report.fields(&at)?;
        let from = fields.need(report, "at").and_then(|at| {
            report
                .duration(&at, Span::ZERO..=Span::from_days(365))
                .map(|span| (span, at))
        });
        let rate = fields
            .need(report, "rate")
            .and_then(|at| report.rate(&at, MAX_RATE));
        fields.done(report);
        let ((from, place), rate) = (from?, rate?);
        let sound = match steps.last() {
            None => from.is_zero(),
            Some((before, _)) => *before < from,
        };
        if !sound {
            let remedy = "start at 0s and let every step come later than the one before";
            report.error(&place, "steps are out of order", remedy);
            return None;
        }
        steps.push((from, rate));
    }
    if steps.is_empty() {
        report.error(
            at,
            "no step is given",
            "start with `- {at: 0s, rate: 10/s}`",
        );
        return None;
    }
    Some(Profile::Steps(steps))
}
