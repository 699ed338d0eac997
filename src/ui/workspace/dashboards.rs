//! The four golden signals of the system or of one service.

use std::rc::Rc;

use yew::prelude::*;

use crate::ui::hooks::use_state_eq;

use super::inspector::scope_select;
use super::panels::{PanelCard, use_annotations};
use crate::base::Span;
use crate::session::{Charts, View};
use crate::ui::strings;

/// What the tab is given.
#[derive(PartialEq, Properties)]
pub struct DashboardsProps {
    /// The lab.
    pub view: Rc<View>,
    /// The charts, once they are here.
    pub charts: Option<Rc<Charts>>,
    /// The selected service.
    pub selected: Option<u32>,
    /// Another was selected.
    pub on_select: Callback<Option<u32>>,
    /// How far back the charts look.
    pub range: Span,
    /// Another range was chosen.
    pub on_range: Callback<Span>,
}

/// The ranges on offer, with their names.
const RANGES: [(u64, &str); 7] = [
    (5 * 60, "5m"),
    (15 * 60, "15m"),
    (3_600, "1h"),
    (6 * 3_600, "6h"),
    (86_400, "1d"),
    (7 * 86_400, "7d"),
    (30 * 86_400, "30d"),
];

/// The dashboards.
#[component]
pub fn Dashboards(props: &DashboardsProps) -> Html {
    let cursor = use_state_eq(|| None);
    let zoom = use_state_eq(|| None::<(f64, f64)>);
    let on_cursor = {
        let cursor = cursor.clone();
        use_callback((), move |at, ()| cursor.set(at))
    };
    let on_zoom = {
        let zoom = zoom.clone();
        use_callback((), move |range, ()| zoom.set(range))
    };
    let annotations = use_annotations(&props.view.timeline);
    html! {
        <div class="dashboards">
            <div class="toolbar">
                { scope_select("scope", strings::SCOPE, &props.view, props.selected, &props.on_select) }
                { ranges(props, &zoom) }
                if zoom.is_some() {
                    <button type="button" class="button button-small" onclick={on_zoom.reform(|_: MouseEvent| None)}>
                        { strings::LEAVE_ZOOM }
                    </button>
                }
            </div>
            if let Some(charts) = &props.charts {
                <div class="panels">
                    { for (0..charts.panels.len()).map(|panel| html! {
                        <PanelCard charts={charts.clone()} {panel} annotations={annotations.clone()} height={190}
                            cursor={*cursor} on_cursor={on_cursor.clone()} zoom={*zoom} on_zoom={on_zoom.clone()}
                            about={true} />
                    }) }
                </div>
            } else {
                <p class="empty">{ strings::NO_CHARTS }</p>
            }
        </div>
    }
}

fn ranges(props: &DashboardsProps, zoom: &UseStateHandle<Option<(f64, f64)>>) -> Html {
    html! {
        <div class="field">
            <span class="label" id="range-label">{ strings::RANGE }</span>
            <div class="segments" role="group" aria-labelledby="range-label">
                { for RANGES.into_iter().map(|(seconds, name)| {
                    let span = Span::from_secs(seconds);
                    let (on_range, zoom) = (props.on_range.clone(), zoom.clone());
                    html! {
                        <button type="button" class="segment" aria-pressed={(props.range == span).to_string()}
                            onclick={move |_| { zoom.set(None); on_range.emit(span); }}>
                            { name }
                        </button>
                    }
                }) }
            </div>
        </div>
    }
}
