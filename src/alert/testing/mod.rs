//! Prometheus's tests of rules: series in, alerts and samples out.
//!
//! In: a test file as `promtool test rules` reads it, and the rule files that
//! it names. Out: what each test found that was not expected.

mod read;
mod run;

use crate::base::Span;
use crate::promql::testing::Line;
use crate::telemetry::store;

use super::Labels;

pub use read::read;
pub use run::run;

/// A test file.
#[derive(Clone, Debug)]
pub struct TestFile {
    /// Patterns of paths of rule files.
    pub rule_files: Vec<String>,
    /// Time between evaluations.
    pub interval: Span,
    /// Names of groups in the order in which they are evaluated.
    pub order: Vec<String>,
    /// Whether values may differ in their last digits.
    pub fuzzy: bool,
    /// The tests.
    pub tests: Vec<Test>,
}

/// One test: series, and what is expected of them.
#[derive(Clone, Debug)]
pub struct Test {
    /// Its name; may be empty.
    pub name: String,
    /// Its line in the file.
    pub line: u32,
    /// Time between the values of the series.
    pub interval: Span,
    /// When the first value is, in milliseconds since 1970.
    pub start: i64,
    /// The series.
    pub series: Vec<Line>,
    /// Labels of the whole server.
    pub external: Labels,
    /// Where the server's pages are.
    pub url: String,
    /// Alerts that are expected.
    pub alerts: Vec<AlertCase>,
    /// Samples that are expected.
    pub samples: Vec<SampleCase>,
}

/// Alerts that are expected to fire at a time: these and no others.
#[derive(Clone, Debug)]
pub struct AlertCase {
    /// After the start.
    pub at: Span,
    /// The rule's name.
    pub name: String,
    /// Labels and annotations of each.
    pub expected: Vec<(Labels, Labels)>,
}

/// The samples that a query is expected to give.
#[derive(Clone, Debug)]
pub struct SampleCase {
    /// After the start.
    pub at: Span,
    /// The query.
    pub expr: String,
    /// What it gives.
    pub expected: Vec<(store::Labels, f64)>,
}
