//! Texts of Explore and of dashboards made of queries.

use crate::promql::Error;
use crate::session::Proposed;

texts! {
    TAB = "Explore";
    QUERY = "PromQL query";
    RUN = "Run";
    EXAMPLE = "sum by (service) (rate(http_server_request_duration_seconds_count[1m]))";
    NO_QUERY = "Type a query and press Enter. Names, labels and functions are proposed as you type.";
    NOTHING = "The query is sound, but nothing was scraped that fits it. Check names and label values, or let time run.";
    RESULTS = "Series that the query found";
    SERIES = "Series";
    VALUE = "Value";
    PROPOSALS = "What could stand here";
    VIEW = "Show";
    GRAPH = "Graph";
    TABLE = "Table";
    STEP = "Step";
    ADD_QUERY = "Add a query";
    REMOVE_QUERY = "Remove the query";
    ADD_PANEL = "Add to the dashboards";
    ADDED_PANEL = "The query is a panel of yours now: see Dashboards.";
    COPY_METRICS = "Copy metrics";
    COPIED_METRICS = "The last scrape is on the clipboard, in Prometheus' text format.";
    KEPT_TOO_MUCH = "there are more queries or panels than can be kept";
    OWN_PANELS = "Panels of your own";
    NO_PANELS = "A panel of your own is a query with a title. Write one here, or add one from Explore.";
    NEW_PANEL = "Add a panel";
    SAVE_PANEL = "Save the panel";
    PANEL_TITLE = "Title";
    PANEL_UNIT = "Unit";
    EDIT = "Edit";
    REMOVE = "Remove";
    UNIT_COUNT = "Number";
    UNIT_RATE = "Per second";
    UNIT_SECONDS = "Seconds";
    UNIT_SHARE = "Share, 0 to 1";
    BOARD = "Dashboard";
    GOLDEN = "Golden signals";
    RESOURCES = "Resources";
    OWN = "Your own";
    NO_RESOURCES = "Nothing here can run out, or nothing was scraped yet. Let time run.";
    OPEN_IN_EXPLORE = "Explore";
    TRACES_OF_TIME = "Traces of this time";
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

/// The heading of one of several queries.
pub fn query_number(number: usize) -> String {
    format!("Query {number}")
}

/// What a proposal is.
pub fn proposed(kind: Proposed) -> &'static str {
    match kind {
        Proposed::Metric => "metric",
        Proposed::Function => "function",
        Proposed::Label => "label",
        Proposed::Value => "value",
        Proposed::Window => "window",
    }
}

/// Stored by another build.
pub fn other_version(version: u32) -> String {
    format!("version {version} is not known")
}

/// A button's words for those who hear it alone.
pub fn edit_panel(title: &str) -> String {
    format!("Edit the panel {title}")
}

/// A button's words for those who hear it alone.
pub fn remove_panel(title: &str) -> String {
    format!("Remove the panel {title}")
}

/// A button's words for those who hear it alone.
pub fn explore_panel(title: &str) -> String {
    format!("Open {title} in Explore")
}

/// A button's name in full.
pub fn traces_of_panel(title: &str) -> String {
    format!("Traces of this time, for {title}")
}
