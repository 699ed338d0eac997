//! A file of cases into [`Case`]s.

use super::part::{ANY, CONFIDENCE, MEASURES, NOT_NEGATIVE, POSITIVE, Part, number, title, word};
use super::rule::{CLASSES, fence, missing, rule};
use super::trial::{Case, Expected, Trial, Wanted};
use crate::base::{At, Report, did_you_mean};
use crate::ops::canary::{Advice, Level, Measure, Metric, Rule, Scored, Thresholds};

/// Cases of one list.
const MOST_CASES: usize = 10_000;
/// Metrics of one case.
const MOST_METRICS: usize = 1_000;

type Reader = fn(&mut Report, &mut Part<'_>) -> Option<Trial>;

/// The lists of a file: their names, the usual one first, and what reads a case.
const SECTIONS: [(&[&str], Reader); 8] = [
    (&["classify", "classifier", "classification"], classify),
    (
        &["interval", "intervals", "confidenceInterval", "mannWhitney"],
        interval,
    ),
    (&["score", "scorer", "scores"], score),
    (&["judge", "judgement", "canary"], judge),
    (&["clean", "transform", "transforms"], clean),
    (&["outliers", "detect", "detector"], outliers),
    (&["percentile", "percentiles"], percentile),
    (&["effect", "effectSize", "effectSizes"], effect),
];

/// What a file may say about itself.
const ABOUT: [&str; 6] = [
    "source",
    "name",
    "description",
    "license",
    "note",
    "comment",
];

const LEVELS: [(&str, Level); 3] = [
    ("Pass", Level::Pass),
    ("Marginal", Level::Marginal),
    ("Fail", Level::Fail),
];
const ADVICE: [(&str, Advice); 4] = [
    ("promote", Advice::Promote),
    ("pause", Advice::Pause),
    ("abort", Advice::Abort),
    ("inconclusive", Advice::Inconclusive),
];

/// Every case of a file, in its order; problems go to the report.
pub(super) fn cases(report: &mut Report, at: &At<'_>) -> Vec<Case> {
    let Some(mut part) = Part::of(report, at) else {
        return Vec::new();
    };
    for name in ABOUT {
        part.get(&[name]);
    }
    let mut cases = Vec::new();
    for (names, reader) in &SECTIONS {
        let Some(list) = part.get(names) else {
            continue;
        };
        for (place, at) in report.items(&list, MOST_CASES).iter().enumerate() {
            let Some(mut part) = Part::of(report, at) else {
                continue;
            };
            for name in ["source", "note", "comment"] {
                part.get(&[name]);
            }
            let name = title(report, &mut part, place);
            let trial = reader(report, &mut part);
            part.done(report);
            cases.extend(trial.map(|trial| Case {
                section: names[0],
                name,
                trial,
            }));
        }
    }
    if cases.is_empty() && !report.failed() {
        let known: Vec<&str> = SECTIONS.iter().map(|(names, _)| names[0]).collect();
        report.error(
            at,
            "there is no case in this file",
            did_you_mean("", &known),
        );
    }
    part.done(report);
    cases
}

const BASELINE: [&str; 3] = ["baseline", "control", "controlData"];
const CANARY: [&str; 3] = ["canary", "experiment", "experimentData"];

fn classify(report: &mut Report, part: &mut Part<'_>) -> Option<Trial> {
    let baseline = part.values(report, &BASELINE);
    let canary = part.values(report, &CANARY);
    let rule = rule(report, part);
    let expected = part.need(
        report,
        &["expected", "classification", "expectedClassification"],
    );
    let critical = part.get(&["expectedCritical", "criticalExpected"]);
    let critical = critical.map(|at| report.boolean(&at));
    let at = expected?;
    let (class, critical) = if at.is_map() {
        let mut inner = Part::of(report, &at)?;
        let class = inner
            .need(report, &["classification", "class", "label"])
            .and_then(|at| word(report, &at, &CLASSES));
        let inside = inner.get(&["critical"]).map(|at| report.boolean(&at));
        inner.done(report);
        (class, inside.or(critical))
    } else {
        (word(report, &at, &CLASSES), critical)
    };
    let critical = match critical {
        Some(given) => Some(given?),
        None => None,
    };
    Some(Trial::Classify {
        baseline: baseline?,
        canary: canary?,
        rule: rule?,
        expected: (class?, critical),
    })
}

fn interval(report: &mut Report, part: &mut Part<'_>) -> Option<Trial> {
    let x = part.values(report, &["x", "canary", "experiment", "experimentData"]);
    let y = part.values(report, &["y", "baseline", "control", "controlData"]);
    let confidence = part.number(
        report,
        &["confidence", "confidenceLevel", "confLevel"],
        0.95,
        CONFIDENCE,
    );
    let usual = Rule::default().precision;
    let precision = part.number(report, &["precision", "rootTolerance"], usual, POSITIVE);
    let low = optional(report, part, &["low", "lower"]);
    let high = optional(report, part, &["high", "upper"]);
    let estimate = optional(report, part, &["estimate"]);
    let tolerance = part.number(report, &["tolerance", "epsilon"], 1e-6, NOT_NEGATIVE);
    let of_estimate = optional(report, part, &["estimateTolerance"]);
    let (low, high, estimate) = (low?, high?, estimate?);
    if low.or(high).or(estimate).is_none() {
        let remedy = "give at least one of `low`, `high` and `estimate`";
        report.error(&part.at, "nothing is expected of this case", remedy);
        return None;
    }
    let tolerance = tolerance?;
    let near = |value: Option<f64>, tolerance: f64| Wanted { value, tolerance };
    Some(Trial::Interval {
        x: x?,
        y: y?,
        confidence: confidence?,
        precision: precision?,
        expected: [
            near(low, tolerance),
            near(high, tolerance),
            near(estimate, of_estimate?.unwrap_or(tolerance)),
        ],
    })
}

/// A number that may be absent.
fn optional(
    report: &mut Report,
    part: &mut Part<'_>,
    names: &[&'static str],
) -> Option<Option<f64>> {
    match part.get(names) {
        Some(at) => number(report, &at).map(Some),
        None => Some(None),
    }
}

fn score(report: &mut Report, part: &mut Part<'_>) -> Option<Trial> {
    let list = part.need(report, &["results", "metrics"])?;
    let mut results = Vec::new();
    let mut sound = true;
    for at in report.items(&list, MOST_METRICS) {
        let read = scored(report, &at);
        sound &= read.is_some();
        results.extend(read.flatten());
    }
    let weights = weights(report, part);
    let thresholds = thresholds(report, part);
    let expected = expected_score(report, part);
    sound.then_some(Trial::Score {
        results,
        weights: weights?,
        thresholds: thresholds?,
        expected: expected?,
    })
}

/// One result; none inside where it is muted and has no part in the score.
fn scored(report: &mut Report, at: &At<'_>) -> Option<Option<Scored>> {
    let mut part = Part::of(report, at)?;
    part.get(&["name"]);
    let class = part
        .need(report, &["classification", "class"])
        .and_then(|at| word(report, &at, &CLASSES));
    let critical = part.flag(report, &["critical"]);
    let muted = part.flag(report, &["muted"]);
    let groups = groups(report, &mut part);
    part.done(report);
    let scored = Scored {
        class: class?,
        critical: critical?,
        groups: groups?,
    };
    Some((!muted?).then_some(scored))
}

fn groups(report: &mut Report, part: &mut Part<'_>) -> Option<Vec<String>> {
    let Some(at) = part.get(&["groups", "group"]) else {
        return Some(Vec::new());
    };
    if !at.is_list() {
        return report.text(&at, 200).map(|name| vec![name]);
    }
    let items = report.items(&at, MOST_METRICS);
    items.iter().map(|at| report.text(at, 200)).collect()
}

/// Weights of groups, also within `classifier`.
fn weights(report: &mut Report, part: &mut Part<'_>) -> Option<Vec<(String, f64)>> {
    let mut at = part.get(&["groupWeights", "weights"]);
    if let Some(classifier) = part.get(&["classifier"]) {
        let mut inner = Part::of(report, &classifier)?;
        at = at.or(inner.get(&["groupWeights"]));
        inner.done(report);
    }
    let Some(at) = at else {
        return Some(Vec::new());
    };
    let entries = report.entries(&at, MOST_METRICS);
    let read = entries
        .iter()
        .map(|(name, at)| Some(((*name).to_owned(), number(report, at)?)));
    read.collect()
}

fn thresholds(report: &mut Report, part: &mut Part<'_>) -> Option<Thresholds> {
    let usual = Thresholds::default();
    let Some(at) = part.get(&["scoreThresholds", "thresholds"]) else {
        return Some(Thresholds {
            pass: part.number(report, &["pass", "passThreshold"], usual.pass, ANY)?,
            marginal: part.number(
                report,
                &["marginal", "marginalThreshold"],
                usual.marginal,
                ANY,
            )?,
        });
    };
    let mut inner = Part::of(report, &at)?;
    let pass = inner.number(report, &["pass"], usual.pass, ANY);
    let marginal = inner.number(report, &["marginal"], usual.marginal, ANY);
    inner.done(report);
    Some(Thresholds {
        pass: pass?,
        marginal: marginal?,
    })
}

/// A score, a word, or a mapping of both.
fn expected_score(report: &mut Report, part: &mut Part<'_>) -> Option<Expected> {
    let tolerance = part.number(report, &["tolerance"], 1e-9, NOT_NEGATIVE)?;
    let at = part.need(report, &["expected", "summaryScore", "expectedScore"])?;
    let mut expected = Expected {
        score: Wanted {
            value: None,
            tolerance,
        },
        level: None,
        advice: None,
    };
    if at.is_map() {
        let mut inner = Part::of(report, &at)?;
        let score = optional(report, &mut inner, &["score", "summaryScore"]);
        let level = inner.get(&["classification", "level"]);
        let level = level.map(|at| word(report, &at, &LEVELS));
        let advice = inner.get(&["advice", "verdict"]);
        let advice = advice.map(|at| word(report, &at, &ADVICE));
        inner.done(report);
        expected.score.value = score?;
        expected.level = level.map_or(Some(None), |level| level.map(Some))?;
        expected.advice = advice.map_or(Some(None), |advice| advice.map(Some))?;
        if expected.score.value.is_none() && expected.level.is_none() && expected.advice.is_none() {
            let remedy = "give at least one of `score`, `classification` and `advice`";
            report.error(&at, "nothing is expected of this case", remedy);
            return None;
        }
        return Some(expected);
    }
    let text = at.scalar().unwrap_or_default();
    if text.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
        expected.score.value = Some(number(report, &at)?);
    } else if ADVICE
        .iter()
        .any(|(word, _)| word.eq_ignore_ascii_case(text))
    {
        expected.advice = Some(word(report, &at, &ADVICE)?);
    } else {
        expected.level = Some(word(report, &at, &LEVELS)?);
    }
    Some(expected)
}

fn judge(report: &mut Report, part: &mut Part<'_>) -> Option<Trial> {
    let list = part.need(report, &["metrics"])?;
    let items = report.items(&list, MOST_METRICS);
    let metrics: Vec<Option<Metric>> = items
        .iter()
        .enumerate()
        .map(|(place, at)| metric(report, at, place))
        .collect();
    let weights = weights(report, part);
    let thresholds = thresholds(report, part);
    let expected = expected_score(report, part);
    Some(Trial::Judge {
        metrics: metrics.into_iter().collect::<Option<_>>()?,
        weights: weights?,
        thresholds: thresholds?,
        expected: expected?,
    })
}

fn metric(report: &mut Report, at: &At<'_>, place: usize) -> Option<Metric> {
    let mut part = Part::of(report, at)?;
    let name = title(report, &mut part, place);
    let groups = groups(report, &mut part);
    let muted = part.flag(report, &["muted"]);
    let baseline = part.values(report, &BASELINE);
    let canary = part.values(report, &CANARY);
    let rule = rule(report, &mut part);
    part.done(report);
    Some(Metric {
        name,
        groups: groups?,
        muted: muted?,
        rule: rule?,
        baseline: baseline?,
        canary: canary?,
    })
}

const VALUES: [&str; 4] = ["values", "input", "data", "testData"];

fn clean(report: &mut Report, part: &mut Part<'_>) -> Option<Trial> {
    let values = part.values(report, &VALUES);
    let rule = rule(report, part);
    let expected = part.values(report, &["expected", "truth"]);
    Some(Trial::Clean {
        values: values?,
        rule: rule?,
        expected: expected?,
    })
}

fn outliers(report: &mut Report, part: &mut Part<'_>) -> Option<Trial> {
    let values = part.values(report, &VALUES);
    let fence = fence(report, part);
    let missing = missing(report, part);
    let list = part.need(report, &["expected", "truth"])?;
    let items = report.items(&list, 100_000);
    let expected: Option<Vec<bool>> = items.iter().map(|at| report.boolean(at)).collect();
    let rule = Rule {
        missing: missing?,
        ..Rule::default()
    };
    Some(Trial::Outliers {
        values: rule.clean(&values?),
        fence: fence?,
        expected: expected?,
    })
}

fn percentile(report: &mut Report, part: &mut Part<'_>) -> Option<Trial> {
    let values = part.values(report, &VALUES);
    let percent = part
        .need(report, &["percentile", "percent", "p"])
        .and_then(|at| number(report, &at));
    let expected = wanted(report, part);
    Some(Trial::Percentile {
        values: values?,
        percent: percent?,
        expected: expected?,
    })
}

fn effect(report: &mut Report, part: &mut Part<'_>) -> Option<Trial> {
    let baseline = part.values(report, &BASELINE);
    let canary = part.values(report, &CANARY);
    let measure = match part.get(&["measure", "effectSizeMeasure"]) {
        Some(at) => word(report, &at, &MEASURES),
        None => Some(Measure::MeanRatio),
    };
    let expected = wanted(report, part);
    Some(Trial::Effect {
        baseline: baseline?,
        canary: canary?,
        measure: measure?,
        expected: expected?,
    })
}

/// What is expected: a number, or null or NaN for none.
fn wanted(report: &mut Report, part: &mut Part<'_>) -> Option<Wanted> {
    let tolerance = part.number(report, &["tolerance", "epsilon"], 1e-9, NOT_NEGATIVE);
    let Some(at) = part.get_or_null(&["expected", "truth"]) else {
        part.need(report, &["expected"]);
        return None;
    };
    let none = at.is_null() || at.scalar().is_some_and(|t| t.eq_ignore_ascii_case("nan"));
    let value = match none {
        true => None,
        false => Some(number(report, &at)?),
    };
    Some(Wanted {
        value,
        tolerance: tolerance?,
    })
}
