//! The names of a chart's lines: each a button that shows or hides its line,
//! with its value at the cursor, or the latest.

use yew::prelude::*;

use super::format::value;
use super::plot::dash;
use super::{series_class, words};
use crate::session::{Panel, Unit};

/// One entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Name of the series.
    pub name: String,
    /// What it says.
    pub value: Option<f64>,
    /// Whether its line is drawn.
    pub shown: bool,
}

/// The legend: every series of the panel in order, whether lines differ by dashes, and
/// what is called with the name of a series to switch.
pub fn legend(entries: &[Entry], unit: Unit, dashed: bool, on_toggle: &Callback<String>) -> Html {
    let entries = entries.iter().enumerate().map(|(place, entry)| {
        let name = entry.name.clone();
        let onclick = on_toggle.reform(move |_: MouseEvent| name.clone());
        let text = entry
            .value
            .map_or(words::GAP.to_owned(), |v| value(v, unit));
        let pattern = if dashed { dash(place) } else { &[] };
        let pattern: Vec<String> = pattern.iter().map(f64::to_string).collect();
        html! {
            <li>
                <button type="button" class={classes!("chart-key", series_class(place))}
                    aria-pressed={entry.shown.to_string()} {onclick}>
                    <svg width="16" height="8" viewBox="0 0 16 8" aria-hidden="true">
                        <line x1="1" x2="15" y1="4" y2="4" stroke-dasharray={pattern.join(" ")} />
                    </svg>
                    <span>{ &entry.name }</span>
                    <span class="chart-key-value">{ text }</span>
                </button>
            </li>
        }
    });
    html! { <ul class="chart-legend">{ for entries }</ul> }
}

/// The last value of each series within `from..=to`, or a gap.
pub fn latest(panel: &Panel, from: f64, to: f64) -> Vec<Option<f64>> {
    panel
        .series
        .iter()
        .map(|series| {
            let inside = |t: f64| (from..=to).contains(&t);
            let last = series.points.iter().rev().find(|(t, _)| inside(*t))?;
            last.1.filter(|v| v.is_finite())
        })
        .collect()
}
