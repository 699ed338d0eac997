//! Texts of Explore.

use crate::promql::Error;

texts! {
    TAB = "Explore";
    QUERY = "PromQL query";
    EXAMPLE = "sum by (service) (rate(http_server_request_duration_seconds_count[1m]))";
    NO_QUERY = "Type a query and press Enter: what it finds in the metrics that were scraped so far stands here.";
    NOTHING = "The query is sound, but nothing was scraped that fits it. Check names and label values, or let time run.";
    RESULTS = "Series that the query found";
    SERIES = "Series";
    VALUE = "Value";
}

/// What is wrong with a query.
pub fn problem(error: &Error) -> String {
    if error.expected.is_empty() {
        return error.problem.clone();
    }
    format!("{}; expected {}", error.problem, error.expected)
}

/// Series that an answer had no room for.
pub fn left_out(count: u32) -> String {
    format!("{count} more series are not shown. Narrow the query, or aggregate.")
}
