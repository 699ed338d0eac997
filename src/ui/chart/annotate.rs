//! Marks of events on the time axis: a fine line through the chart, a small
//! shape under it that says what kind, and the words on hover and focus.

use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, SvgElement};
use yew::prelude::*;

use crate::ui::hooks::use_state_eq;

use super::axes::px;
use super::marks::{Mark, word};
use super::plot::Frame;
use super::{ticks, words};
use crate::session::{EventKind, TimelineEvent};

/// Props of [`Marks`].
#[derive(Properties, PartialEq)]
pub struct MarksProps {
    /// The chart's heading, for the group's name.
    pub title: String,
    /// Where they stand.
    pub frame: Frame,
    /// The marks.
    pub marks: Vec<Mark>,
    /// The events that they point into.
    pub events: Vec<TimelineEvent>,
    /// Called with the place of a mark that is pointed at or focused.
    pub on_show: Callback<Option<usize>>,
}

/// The marks; one tab stop, arrow keys move among them.
#[component]
pub fn Marks(props: &MarksProps) -> Html {
    let current = use_state_eq(|| 0_usize);
    let last = props.marks.len().saturating_sub(1);
    let onkeydown = {
        let current = current.clone();
        Callback::from(move |event: KeyboardEvent| {
            let here = (*current).min(last);
            let next = match event.key().as_str() {
                "ArrowRight" | "ArrowDown" => (here + 1).min(last),
                "ArrowLeft" | "ArrowUp" => here.saturating_sub(1),
                "Home" => 0,
                "End" => last,
                _ => return,
            };
            event.prevent_default();
            event.stop_propagation();
            current.set(next);
            focus_child(&event, next);
        })
    };
    let marks = props.marks.iter().enumerate().map(|(place, mark)| {
        let show = |value: Option<usize>| props.on_show.reform(move |_: FocusEvent| value);
        let point = |value: Option<usize>| props.on_show.reform(move |_: PointerEvent| value);
        let tabindex = if place == (*current).min(last) { "0" } else { "-1" };
        let (x, frame) = (mark.x, props.frame);
        html! {
            <g class={classes!("chart-mark", kind_class(mark.kind))} role="img" {tabindex}
                aria-label={label(mark, &props.events)}
                onfocus={show(Some(place))} onblur={show(None)}
                onpointerenter={point(Some(place))} onpointerleave={point(None)}>
                <line x1={px(x)} x2={px(x)} y1={px(frame.top)} y2={px(frame.bottom)} />
                <circle class="chart-mark-hit" cx={px(x)} cy={px(frame.bottom)} r="12" />
                <path d={glyph(mark.kind)} transform={format!("translate({x:.1} {:.1})", frame.bottom)} />
            </g>
        }
    });
    html! {
        <g role="group" aria-label={words::marks_label(&props.title)} {onkeydown}>{ for marks }</g>
    }
}

fn focus_child(event: &KeyboardEvent, place: usize) {
    let group = event
        .current_target()
        .and_then(|target| target.dyn_into::<SvgElement>().ok());
    if let Some(child) = group.and_then(|g| g.children().item(place as u32)) {
        // An SVG element takes focus as an HTML element does.
        let _ = child.unchecked_into::<HtmlElement>().focus();
    }
}

fn label(mark: &Mark, events: &[TimelineEvent]) -> String {
    let texts: Vec<String> = mark
        .events
        .iter()
        .filter_map(|place| events.get(*place))
        .map(|e| format!("{}, {}: {}", ticks::sim_instant(e.at), word(e.kind), e.text))
        .collect();
    texts.join("; ")
}

fn kind_class(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Fault => "is-fault",
        EventKind::Budget => "is-budget",
        _ => "is-neutral",
    }
}

/// A shape per kind, about 9 pixels high, centred on the origin.
fn glyph(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Deploy => "M0-5 5 4H-5Z",
        EventKind::Fault => "M0-5.5 5.5 0 0 5.5-5.5 0Z",
        EventKind::Pod => "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0Z",
        EventKind::Action => "M-4-4H4V4H-4Z",
        EventKind::Budget => "M0 5 5-4H-5Z",
        EventKind::Lesson | EventKind::Incident => "M-5-1.5H5V1.5H-5Z",
    }
}
