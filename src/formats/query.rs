//! Queries in files of other tools.

use crate::base::{At, Report};
use crate::promql::{self, Bounds};

/// Reports a query that is no PromQL; `query` is what stands at `at`, with
/// everything filled in that it leaves open.
pub(super) fn check(report: &mut Report, at: &At<'_>, query: &str) {
    let Err(error) = promql::parse(query, &Bounds::default()) else {
        return;
    };
    let (line, column) = error.place;
    let problem = format!(
        "no PromQL, in line {line}, column {column} of the query: {}",
        error.problem
    );
    let remedy = match error.expected.as_str() {
        "" => "mend the query".to_owned(),
        expected => format!("write {expected} there"),
    };
    report.error(at, problem, remedy);
}
