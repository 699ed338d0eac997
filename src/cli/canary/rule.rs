//! The rule of a metric, as Kayenta's settings and tests write it.

use super::part::{ANY, CONFIDENCE, MEASURES, NOT_NEGATIVE, POSITIVE, Part, values, word};
use crate::base::{At, Report};
use crate::ops::canary::{Class, Direction, Effects, Fence, Measure, Missing, Rule};

const DIRECTIONS: [(&str, Direction); 3] = [
    ("either", Direction::Either),
    ("increase", Direction::Increase),
    ("decrease", Direction::Decrease),
];
const MISSING: [(&str, Missing); 2] = [("remove", Missing::Remove), ("replace", Missing::Replace)];

/// What the judge can say of a metric.
pub(super) const CLASSES: [(&str, Class); 6] = [
    ("Pass", Class::Pass),
    ("High", Class::High),
    ("Low", Class::Low),
    ("Nodata", Class::Nodata),
    ("NodataFailMetric", Class::NodataFailMetric),
    ("Error", Class::Error),
];

/// The rule that stands in a case or metric, also within
/// `analysisConfigurations.canary`. What is absent is as in Kayenta's judge.
pub(super) fn rule(report: &mut Report, part: &mut Part<'_>) -> Option<Rule> {
    if let Some(at) = part.get(&["analysisConfigurations", "analysisConfiguration"]) {
        part.take_in(report, &at);
        if let Some(at) = part.get(&["canary"]).filter(At::is_map) {
            part.take_in(report, &at);
        }
    }
    let usual = Rule::default();
    let confidence = part.number(
        report,
        &["confidence", "confidenceLevel", "confLevel"],
        usual.confidence,
        CONFIDENCE,
    );
    let tolerance = part.number(
        report,
        &["tolerance", "fraction"],
        usual.tolerance,
        NOT_NEGATIVE,
    );
    let precision = part.number(
        report,
        &["precision", "rootTolerance"],
        usual.precision,
        POSITIVE,
    );
    let direction = part.get(&["direction", "directionality"]);
    let direction = match direction {
        Some(at) => word(report, &at, &DIRECTIONS),
        None => Some(usual.direction),
    };
    let outliers = outliers(report, part);
    let missing = missing(report, part);
    let critical = part.flag(report, &["critical", "isCriticalMetric", "isCritical"]);
    let must_have_data = part.flag(report, &["mustHaveData", "isDataRequired", "dataRequired"]);
    let (measure, allowed, grave) = effects(report, part)?;
    Some(Rule {
        direction: direction?,
        confidence: confidence?,
        tolerance: tolerance?,
        precision: precision?,
        missing: missing?,
        outliers: outliers?,
        measure,
        allowed,
        critical: critical?,
        grave,
        must_have_data: must_have_data?,
    })
}

/// What is made of missing values.
pub(super) fn missing(report: &mut Report, part: &mut Part<'_>) -> Option<Missing> {
    match part.get(&["nanStrategy", "nan"]) {
        Some(at) => word(report, &at, &MISSING),
        None => Some(Missing::Remove),
    }
}

/// `outliers: {strategy, outlierFactor}`, or the same beside it.
fn outliers(report: &mut Report, part: &mut Part<'_>) -> Option<Option<Fence>> {
    let mut strategy = part.get(&["outliers"]);
    if let Some(at) = strategy.take_if(|at| at.is_map()) {
        part.take_in(report, &at);
    }
    let removes = match strategy.or_else(|| part.get(&["outlierStrategy", "strategy"])) {
        Some(at) => word(report, &at, &[("keep", false), ("remove", true)]),
        None => Some(false),
    };
    let fence = fence(report, part);
    Some(removes?.then_some(fence?))
}

/// The factor of a fence, and whether it is gentle.
pub(super) fn fence(report: &mut Report, part: &mut Part<'_>) -> Option<Fence> {
    let factor = part.number(
        report,
        &["outlierFactor", "factor"],
        Fence::KAYENTA.factor,
        POSITIVE,
    );
    let gentle = match part.get(&["reduceSensitivity", "gentle"]) {
        Some(at) => report.boolean(&at),
        None => Some(Fence::KAYENTA.gentle),
    };
    Some(Fence {
        factor: factor?,
        gentle: gentle?,
    })
}

/// `effectSize: {measure, allowedIncrease, ...}`, or the pairs of thresholds,
/// decrease first, that Kayenta's classifier takes.
fn effects(report: &mut Report, part: &mut Part<'_>) -> Option<(Measure, Effects, Effects)> {
    if let Some(at) = part.get(&["effectSize"]) {
        part.take_in(report, &at);
    }
    let measure = match part.get(&["effectSizeMeasure", "measure"]) {
        Some(at) => word(report, &at, &MEASURES)?,
        None => Measure::MeanRatio,
    };
    let any = Effects::any(measure);
    let allowed = pair(report, part, &["effectSizeThresholds", "allowed"], any)?;
    let grave = pair(report, part, &["criticalThresholds"], any)?;
    Some((
        measure,
        Effects {
            decrease: part.number(report, &["allowedDecrease"], allowed.decrease, ANY)?,
            increase: part.number(report, &["allowedIncrease"], allowed.increase, ANY)?,
        },
        Effects {
            decrease: part.number(report, &["criticalDecrease"], grave.decrease, ANY)?,
            increase: part.number(report, &["criticalIncrease"], grave.increase, ANY)?,
        },
    ))
}

fn pair(
    report: &mut Report,
    part: &mut Part<'_>,
    names: &[&'static str],
    instead: Effects,
) -> Option<Effects> {
    let Some(at) = part.get(names) else {
        return Some(instead);
    };
    match values(report, &at)?.as_slice() {
        [decrease, increase] => Some(Effects {
            decrease: *decrease,
            increase: *increase,
        }),
        _ => {
            report.error(
                &at,
                "not two numbers, decrease and increase",
                "write [0.8, 1.2]",
            );
            None
        }
    }
}
