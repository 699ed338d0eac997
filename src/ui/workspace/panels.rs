//! Charts in their places: the chart, and what it shows in a sentence.

use std::rc::Rc;

use yew::prelude::*;

use crate::ui::hooks::use_state_eq;

use crate::session::{Charts, Panel, TimelineEvent};
use crate::ui::chart::LineChart;

/// What a chart in a frame is given.
#[derive(Clone, Properties)]
pub struct PanelCardProps {
    /// The charts it is one of.
    pub charts: Rc<Charts>,
    /// Which of them.
    pub panel: usize,
    /// Whether it is one of the budgets.
    #[prop_or_default]
    pub budget: bool,
    /// Marks.
    pub annotations: Rc<Vec<TimelineEvent>>,
    /// Height of the chart.
    pub height: u32,
    /// The shared crosshair.
    pub cursor: Option<f64>,
    /// It moved.
    pub on_cursor: Callback<Option<f64>>,
    /// The shared zoom.
    #[prop_or_default]
    pub zoom: Option<(f64, f64)>,
    /// It changed.
    #[prop_or_default]
    pub on_zoom: Callback<Option<(f64, f64)>>,
    /// Whether the sentence about it is shown.
    #[prop_or_default]
    pub about: bool,
}

impl PartialEq for PanelCardProps {
    /// Charts and marks are compared by address: they only change as a whole.
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.charts, &other.charts)
            && Rc::ptr_eq(&self.annotations, &other.annotations)
            && (self.panel, self.budget, self.height, self.about)
                == (other.panel, other.budget, other.height, other.about)
            && self.cursor == other.cursor
            && self.zoom == other.zoom
            && self.on_cursor == other.on_cursor
            && self.on_zoom == other.on_zoom
    }
}

/// A chart in its place.
#[component]
pub fn PanelCard(props: &PanelCardProps) -> Html {
    let charts = &props.charts;
    let list = if props.budget {
        &charts.budgets
    } else {
        &charts.panels
    };
    let Some(panel) = list.get(props.panel) else {
        return html! {};
    };
    let (from, to) = props
        .zoom
        .unwrap_or_else(|| range(charts, panel, props.budget));
    html! {
        <div class="panel">
            <LineChart panel={panel.clone()} {from} {to} annotations={(*props.annotations).clone()}
                height={props.height} cursor={props.cursor} on_cursor={props.on_cursor.clone()}
                on_zoom={props.on_zoom.clone()} />
            if props.about { <p class="panel-about">{ &panel.about }</p> }
        </div>
    }
}

/// Budgets are drawn over their own window, the others over the range asked for.
fn range(charts: &Charts, panel: &Panel, budget: bool) -> (f64, f64) {
    if budget {
        extent(panel)
    } else {
        (charts.from, charts.to)
    }
}

/// The first and last instant of a panel's points.
fn extent(panel: &Panel) -> (f64, f64) {
    let times = || {
        panel
            .series
            .iter()
            .flat_map(|s| s.points.iter().map(|p| p.0))
    };
    let (from, to) = (
        times().fold(f64::MAX, f64::min),
        times().fold(f64::MIN, f64::max),
    );
    if from < to { (from, to) } else { (0.0, 1.0) }
}

/// What the debrief's chart is given.
#[derive(PartialEq, Properties)]
pub struct ComparisonPanelProps {
    /// The chart.
    pub panel: Panel,
}

/// A chart of the whole run.
#[component]
pub fn ComparisonPanel(props: &ComparisonPanelProps) -> Html {
    let cursor = use_state_eq(|| None);
    let on_cursor = {
        let cursor = cursor.clone();
        Callback::from(move |at| cursor.set(at))
    };
    let (from, to) = extent(&props.panel);
    html! {
        <div class="panel">
            <LineChart panel={props.panel.clone()} {from} {to} annotations={Vec::<TimelineEvent>::new()}
                height={180} cursor={*cursor} {on_cursor} on_zoom={Callback::noop()} />
            <p class="panel-about">{ &props.panel.about }</p>
        </div>
    }
}

/// The events worth a mark, at the same address until one is added.
#[hook]
pub fn use_annotations(timeline: &[TimelineEvent]) -> Rc<Vec<TimelineEvent>> {
    let last = timeline.last().map(|event| event.seq);
    let marks: Vec<TimelineEvent> = timeline.iter().filter(|e| e.annotate).cloned().collect();
    use_memo((last, marks.len()), move |_| marks)
}
