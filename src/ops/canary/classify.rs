//! One metric: high, low, or no difference that counts.

use serde::{Deserialize, Serialize};

use super::clean::{Fence, Summary, mean, sorted, summary};
use super::normal::quantile;
use super::rank::{Interval, RankTest, cles, interval, rank_test};

/// What the judge says of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Class {
    /// No difference that counts.
    Pass,
    /// The canary's values are higher than they may be.
    High,
    /// Lower than they may be.
    Low,
    /// There were no values; the metric has no part in the score.
    Nodata,
    /// There were no values of a metric that must have some: a failure.
    NodataFailMetric,
    /// The values cannot be compared.
    Error,
}

/// Which differences are bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Direction {
    /// Higher values, such as errors.
    Increase,
    /// Lower values, such as orders.
    Decrease,
    /// Both.
    Either,
}

/// What is made of values that are not numbers, such as a rate of 0 out of 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Missing {
    /// Left out.
    Remove,
    /// Taken for 0: for counts, where nothing measured is nothing happened.
    Replace,
}

/// How the size of a difference is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Measure {
    /// The canary's mean over the baseline's; 1 without difference, nothing
    /// where a mean is 0.
    MeanRatio,
    /// The share of pairs in which the canary's value is the greater one; 0.5
    /// without difference.
    Cles,
}

impl Measure {
    /// The size of no difference.
    pub fn neutral(self) -> f64 {
        match self {
            Measure::MeanRatio => 1.0,
            Measure::Cles => 0.5,
        }
    }
}

/// From which size on a difference counts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Effects {
    /// Low needs this size or a smaller one.
    pub decrease: f64,
    /// High needs this size or a greater one.
    pub increase: f64,
}

impl Effects {
    /// Every difference that the ranks show counts.
    pub fn any(measure: Measure) -> Effects {
        Effects {
            decrease: measure.neutral(),
            increase: measure.neutral(),
        }
    }
}

/// How one metric is judged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// Which differences are bad.
    pub direction: Direction,
    /// The confidence of the interval, between 0 and 1.
    pub confidence: f64,
    /// The whole interval must lie farther from zero than this share of the
    /// estimated difference: a wide interval proves little.
    pub tolerance: f64,
    /// How exactly the interval is found, in the unit of the values.
    pub precision: f64,
    /// What is made of values that are not numbers.
    pub missing: Missing,
    /// Which values are left out as outliers; none keeps all.
    pub outliers: Option<Fence>,
    /// How the size of a difference is measured.
    pub measure: Measure,
    /// From which size on a difference fails the metric.
    pub allowed: Effects,
    /// Whether the metric can fail the canary alone.
    pub critical: bool,
    /// From which size on a critical metric does so.
    pub grave: Effects,
    /// Whether having no values is a failure.
    pub must_have_data: bool,
}

impl Default for Rule {
    /// The constants of Kayenta's judge.
    fn default() -> Self {
        Rule {
            direction: Direction::Either,
            confidence: 0.98,
            tolerance: 0.25,
            precision: 1e-4,
            missing: Missing::Remove,
            outliers: None,
            measure: Measure::MeanRatio,
            allowed: Effects::any(Measure::MeanRatio),
            critical: false,
            grave: Effects::any(Measure::MeanRatio),
            must_have_data: false,
        }
    }
}

impl Rule {
    /// The values that are compared.
    pub fn clean(&self, values: &[f64]) -> Vec<f64> {
        let mut values: Vec<f64> = match self.missing {
            Missing::Remove => values.iter().copied().filter(|v| !v.is_nan()).collect(),
            Missing::Replace => values
                .iter()
                .map(|v| if v.is_nan() { 0.0 } else { *v })
                .collect(),
        };
        if let Some((low, high)) = self.outliers.and_then(|fence| fence.ends(&values)) {
            values.retain(|value| (low..=high).contains(value));
        }
        values
    }
}

/// Why a metric was classified without, or by, a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Why {
    /// A side has no values.
    NoValues,
    /// Both sides have the same values.
    Identical,
    /// By the numbers in [`Finding::evidence`].
    Compared,
    /// The ranks say nothing: one value a side, or values without end.
    Incomparable,
}

/// The numbers of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// By how much the canary's values exceed the baseline's.
    pub shift: Interval,
    /// The interval must lie outside of plus and minus this.
    pub band: f64,
    /// The test of "no difference".
    pub test: RankTest,
    /// The size of the difference, as [`Rule::measure`] says; none where it
    /// cannot be worked out, and then the sizes in the rule are not asked for.
    pub effect: Option<f64>,
}

/// What was found of one metric.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// What the judge says.
    pub class: Class,
    /// Whether that fails the canary alone.
    pub critical: bool,
    /// Why.
    pub why: Why,
    /// The baseline's values, cleaned.
    pub baseline: Summary,
    /// The canary's.
    pub canary: Summary,
    /// The canary's mean over the baseline's; 1 where nothing was compared,
    /// none where a mean is 0.
    pub ratio: Option<f64>,
    /// The numbers, if the values were compared.
    pub evidence: Option<Evidence>,
}

/// Compares a canary's values with those of the baseline.
///
/// It is high if higher values are bad, the whole interval of the shift lies
/// above the band, and the effect is large enough; low is its mirror image.
pub fn classify(baseline: &[f64], canary: &[f64], rule: &Rule) -> Finding {
    let (baseline, canary) = (rule.clean(baseline), rule.clean(canary));
    let mut finding = Finding {
        class: Class::Pass,
        critical: false,
        why: Why::NoValues,
        baseline: summary(&baseline),
        canary: summary(&canary),
        ratio: Some(1.0),
        evidence: None,
    };
    if baseline.is_empty() || canary.is_empty() {
        finding.class = match (rule.missing, rule.must_have_data && !rule.critical) {
            (Missing::Replace, _) => Class::Pass,
            (Missing::Remove, true) => Class::NodataFailMetric,
            (Missing::Remove, false) => Class::Nodata,
        };
        finding.critical = rule.critical && finding.class == Class::Nodata;
        return finding;
    }
    let (of_baseline, of_canary) = (constant(&baseline), constant(&canary));
    if sorted(&baseline) == sorted(&canary) || (of_canary.is_some() && of_canary == of_baseline) {
        finding.why = Why::Identical;
        return finding;
    }
    finding.ratio = mean_ratio(&baseline, &canary);
    let Some(evidence) = (match (of_baseline, of_canary) {
        (Some(one), Some(other)) => compare(
            &spread(one, baseline.len()),
            &spread(other, canary.len()),
            rule,
        ),
        _ => compare(&baseline, &canary, rule),
    }) else {
        finding.class = Class::Error;
        finding.why = Why::Incomparable;
        return finding;
    };
    let (shift, effect) = (evidence.shift, evidence.effect);
    let at_least = |size: f64| effect.is_none_or(|effect| effect >= size);
    let at_most = |size: f64| effect.is_none_or(|effect| effect <= size);
    let up = rule.direction != Direction::Decrease && shift.low > evidence.band;
    let down = rule.direction != Direction::Increase && shift.high < -evidence.band;
    if up && at_least(rule.allowed.increase) {
        finding.class = Class::High;
        finding.critical = rule.critical && at_least(rule.grave.increase);
    } else if down && at_most(rule.allowed.decrease) {
        finding.class = Class::Low;
        finding.critical = rule.critical && at_most(rule.grave.decrease);
    }
    finding.why = Why::Compared;
    finding.evidence = Some(evidence);
    finding
}

fn compare(baseline: &[f64], canary: &[f64], rule: &Rule) -> Option<Evidence> {
    let shift = interval(canary, baseline, rule.confidence, rule.precision).ok()?;
    Some(Evidence {
        shift,
        band: rule.tolerance * shift.estimate.abs(),
        test: rank_test(canary, baseline).ok()?,
        effect: match rule.measure {
            Measure::MeanRatio => mean_ratio(baseline, canary),
            Measure::Cles => cles(canary, baseline),
        },
    })
}

fn mean_ratio(baseline: &[f64], canary: &[f64]) -> Option<f64> {
    let (below, above) = (mean(baseline), mean(canary));
    (below != 0.0 && above != 0.0).then(|| above / below)
}

/// The value, if all are equal.
fn constant(values: &[f64]) -> Option<f64> {
    let first = *values.first()?;
    values.iter().all(|value| *value == first).then_some(first)
}

/// `count` values around one, a hundred-thousandth apart, like a normal sample.
///
/// Where both sides are constant, shifting one onto the other ties all ranks,
/// and the test says nothing. Kayenta adds normal noise of this width then; to
/// judge equal values alike every time, these are the normal's own quantiles.
fn spread(value: f64, count: usize) -> Vec<f64> {
    let width = 1e-5 * value;
    (0..count)
        .map(|place| value + width * quantile((place as f64 + 0.5) / count as f64))
        .collect()
}
