//! Charts: stand-ins until the drawn ones are merged.

use yew::prelude::*;

use crate::session::{Panel, TimelineEvent};

/// What a line chart is given.
#[derive(Clone, PartialEq, Properties)]
pub struct LineChartProps {
    /// The series.
    pub panel: Panel,
    /// Left end, seconds since the start of the run.
    pub from: f64,
    /// Right end.
    pub to: f64,
    /// Marks.
    #[prop_or_default]
    pub annotations: Vec<TimelineEvent>,
    /// Height in CSS pixels.
    pub height: u32,
    /// The shared crosshair.
    #[prop_or_default]
    pub cursor: Option<f64>,
    /// The crosshair moved.
    #[prop_or_default]
    pub on_cursor: Callback<Option<f64>>,
    /// A range was dragged, or the zoom was left.
    #[prop_or_default]
    pub on_zoom: Callback<Option<(f64, f64)>>,
}

/// A line chart.
#[component]
pub fn LineChart(props: &LineChartProps) -> Html {
    let span = (props.to - props.from).max(1.0);
    let all = props
        .panel
        .series
        .iter()
        .flat_map(|s| s.points.iter().filter_map(|p| p.1));
    let top = all.fold(0.0_f64, f64::max).max(1e-9);
    html! {
        <svg viewBox="0 0 600 100" preserveAspectRatio="none" width="100%" height={props.height.to_string()}
            role="img" aria-label={props.panel.title.clone()}>
            { for props.panel.series.iter().map(|series| {
                let points = series.points.iter().filter_map(|(x, y)| {
                    y.map(|y| format!("{:.1},{:.1}", (x - props.from) / span * 600.0, 98.0 - y / top * 90.0))
                }).collect::<Vec<_>>().join(" ");
                html! { <polyline points={points} fill="none" stroke="currentColor" /> }
            }) }
        </svg>
    }
}

/// What a sparkline is given.
#[derive(Clone, PartialEq, Properties)]
pub struct SparklineProps {
    /// Values from old to new.
    pub points: Vec<Option<f64>>,
    /// What it shows, for those who do not see it.
    pub label: String,
}

/// A word-sized chart.
#[component]
pub fn Sparkline(props: &SparklineProps) -> Html {
    html! { <svg viewBox="0 0 60 16" width="60" height="16" role="img" aria-label={props.label.clone()} /> }
}
