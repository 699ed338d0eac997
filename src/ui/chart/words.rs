//! Every sentence that charts and the map say, in one place.

/// On an empty chart, before what would appear.
pub const NO_DATA: &str = "No data yet.";
/// After it: how to make it appear.
pub const NO_DATA_REMEDY: &str = "Let the clock run: the first scrape fills this chart.";
/// On a chart whose lines are all switched off.
pub const ALL_HIDDEN: &str = "Every line is switched off. Press a name above to show it.";
/// A value that is missing.
pub const GAP: &str = "\u{2013}";
/// The cursor where it stands nowhere.
pub const NO_MOMENT: &str = "no moment chosen";
/// How to use a chart by keyboard.
pub const CHART_KEYS: &str = "Left and right arrow keys move along the time axis, with Shift by ten points. \
    Enter marks the start of a range and Enter again zooms to it. Backspace shows the whole range.";
/// The name of a chart's time cursor.
pub fn cursor_label(title: &str) -> String {
    format!("{title}: moment in time")
}
/// The group of marks on a chart's time axis.
pub fn marks_label(title: &str) -> String {
    format!("{title}: what happened")
}
/// More events than a list shows.
pub fn more(count: usize) -> String {
    format!("and {count} more")
}
/// The line across a chart.
pub fn threshold(label: &str) -> String {
    format!("A line across marks {label}.")
}
