//! Texts of Traces and Logs.

use super::super::format;
use crate::base::Span;

texts! {
    TAB_TRACES = "Traces";
    TAB_LOGS = "Logs";
    SERVICE = "Service";
    EVERY_SERVICE = "every service";
    ROUTE = "Request";
    ROUTE_HINT = "part of its name";
    STATUS = "Status";
    LEAST = "Duration";
    SORT = "Order";
    LEVEL = "Level";
    TEXT = "Text or label";
    TEXT_HINT = "timeout pod=cart-1";
    TRACES_FOUND = "Traces that fit";
    WHEN = "Started";
    WHAT = "Request";
    TOOK = "Duration";
    SPANS = "Spans";
    FAILED = "Failed";
    NO_TRACES = "No trace fits. Of every hundred requests one is kept, and of those followed what failed or took long; let time run, or ask for less.";
    NOT_KEPT = "This trace is not kept any more: newer ones took its place.";
    BACK = "All traces";
    WATERFALL = "Spans of this trace. Up and down choose a span.";
    CRITICAL = "on the critical path";
    OWN = "own time";
    TO_LOGS = "Logs of this request";
    TO_TRACE = "Trace";
    NO_LINES = "No line fits. Services write when a request fails or is slow; a line arrives some seconds after it was written.";
    LINES_OVER_TIME = "Lines over time";
    TRACES_OVER_TIME = "Kept traces over time";
    LINES = "Lines that fit, latest first";
    ALL_LINES = "Show all requests";
    ONE_REQUEST = "Lines of one request only.";
}

/// Choices of status.
pub const STATUSES: [&str; 2] = ["all", "failed"];
/// Names of the lines of the chart over traces.
pub const TRACES_NAMES: [&str; 2] = ["all", "with a failure"];
/// Names of the lines of the chart over logs.
pub const LINES_NAMES: [&str; 2] = ["all", "errors"];
/// Choices of order.
pub const ORDERS: [&str; 3] = ["latest first", "longest first", "most spans first"];
/// Choices of duration, and what they ask for.
pub const LEASTS: [(&str, Span); 4] = [
    ("any", Span::ZERO),
    ("100 ms or more", Span::from_millis(100)),
    ("1 s or more", Span::from_secs(1)),
    ("5 s or more", Span::from_secs(5)),
];
/// Choices of level.
pub const LEVELS: [&str; 3] = ["all", "warnings and errors", "errors"];
/// One line's level.
pub const LEVEL_WORDS: [&str; 3] = ["info", "warn", "error"];

/// How many more fit.
pub fn left_out(count: u32) -> String {
    format!(
        "{} more fit. Narrow the filters to see them.",
        format::count(u64::from(count))
    )
}

/// How often a line was repeated.
pub fn repeats(count: u32) -> String {
    format!("and {} more like it", format::count(u64::from(count)))
}

/// What was shipped.
pub fn shipped(bytes: u64) -> String {
    format!("{} KB shipped so far", format::count(bytes / 1_000))
}
