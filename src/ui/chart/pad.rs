//! Where a chart takes input: the pointer moves the crosshair and drags a
//! range, the keyboard does the same. To assistive technology it is a slider
//! over time whose value is what the lines say there.

use std::rc::Rc;

use web_sys::{Element, PointerEvent};
use yew::prelude::*;

use super::columns::{nearest_time, step_time};
use super::plot::Plot;
use super::words;

/// A range in the making.
#[derive(Clone, Debug, PartialEq)]
pub struct Selection {
    /// Where it began, in seconds.
    pub start: f64,
    /// Where it ends now.
    pub end: f64,
}

impl Selection {
    /// Its ends in order.
    pub fn range(&self) -> (f64, f64) {
        (self.start.min(self.end), self.start.max(self.end))
    }
}

/// What the input surface is made from.
pub struct Pad<'a> {
    /// Where its element will be.
    pub node: NodeRef,
    /// The chart's heading.
    pub title: &'a str,
    /// The plan.
    pub plot: Rc<Plot>,
    /// Points that the cursor stops at.
    pub points: Rc<Vec<(f64, Option<f64>)>>,
    /// Where the crosshair stands.
    pub cursor: Option<f64>,
    /// What the lines say there.
    pub text: Option<String>,
    /// Id of the summary.
    pub described_by: String,
    /// The range in the making.
    pub selection: Option<Selection>,
    /// Called when it changes.
    pub on_selection: Callback<Option<Selection>>,
    /// Called when the pointer or the focus comes and goes.
    pub on_active: Callback<bool>,
    /// Called when the crosshair moves.
    pub on_cursor: Callback<Option<f64>>,
    /// Called with a range to show.
    pub on_zoom: Callback<Option<(f64, f64)>>,
}

/// A range narrower than this is a click, not a drag.
const LEAST_DRAG: f64 = 6.0;

/// The input surface.
pub fn pad(given: &Pad<'_>) -> Html {
    let node = &given.node;
    let frame = given.plot.frame;

    let onpointermove = {
        let (plot, points, cursor) = (given.plot.clone(), given.points.clone(), given.cursor);
        let (selection, on_selection) = (given.selection.clone(), given.on_selection.clone());
        let (on_cursor, on_active) = (given.on_cursor.clone(), given.on_active.clone());
        Callback::from(move |event: PointerEvent| {
            let at = plot.frame.time(f64::from(event.offset_x()));
            if let Some(selection) = &selection {
                on_selection.emit(Some(Selection {
                    end: at,
                    ..selection.clone()
                }));
            }
            on_active.emit(true);
            let snapped = nearest_time(&points, at).or(Some(at));
            if snapped != cursor {
                on_cursor.emit(snapped);
            }
        })
    };
    let onpointerdown = {
        let (on_selection, node) = (given.on_selection.clone(), node.clone());
        Callback::from(move |event: PointerEvent| {
            // A finger moves the crosshair; only mouse and pen drag ranges.
            if event.button() != 0 || event.pointer_type() == "touch" {
                return;
            }
            if let Some(element) = node.cast::<Element>() {
                // Without capture a drag ends at the chart's edge.
                let _ = element.set_pointer_capture(event.pointer_id());
            }
            let at = frame.time(f64::from(event.offset_x()));
            on_selection.emit(Some(Selection { start: at, end: at }));
        })
    };
    let onpointerup = {
        let (selection, on_selection) = (given.selection.clone(), given.on_selection.clone());
        let on_zoom = given.on_zoom.clone();
        Callback::from(move |_: PointerEvent| {
            if let Some((a, b)) = selection.as_ref().map(Selection::range) {
                on_selection.emit(None);
                if frame.x(b) - frame.x(a) >= LEAST_DRAG {
                    on_zoom.emit(Some((a, b)));
                }
            }
        })
    };
    let leave = {
        let (on_active, on_cursor) = (given.on_active.clone(), given.on_cursor.clone());
        let on_selection = given.on_selection.clone();
        move || {
            on_active.emit(false);
            on_selection.emit(None);
            on_cursor.emit(None);
        }
    };
    let onpointerleave = {
        let (leave, dragging) = (leave.clone(), given.selection.is_some());
        Callback::from(move |_: PointerEvent| {
            if !dragging {
                leave();
            }
        })
    };
    let onpointercancel = {
        let leave = leave.clone();
        Callback::from(move |_: PointerEvent| leave())
    };
    let onblur = Callback::from(move |_: FocusEvent| leave());
    let onfocus = given.on_active.reform(|_: FocusEvent| true);
    let ondblclick = given.on_zoom.reform(|_: MouseEvent| None);

    html! {
        <div class="chart-pad" ref={node.clone()} role="slider" tabindex="0" aria-orientation="horizontal"
            aria-label={words::cursor_label(given.title)} aria-describedby={given.described_by.clone()}
            aria-valuemin={whole(frame.from)} aria-valuemax={whole(frame.to)}
            aria-valuenow={whole(given.cursor.unwrap_or(frame.to))}
            aria-valuetext={given.text.clone().unwrap_or_else(|| words::NO_MOMENT.to_owned())}
            onkeydown={keys(given)} {onpointermove} {onpointerdown} {onpointerup} {onpointerleave}
            {onpointercancel} {onblur} {onfocus} {ondblclick}></div>
    }
}

fn whole(seconds: f64) -> String {
    format!("{seconds:.0}")
}

fn keys(given: &Pad<'_>) -> Callback<KeyboardEvent> {
    let (points, cursor, frame) = (given.points.clone(), given.cursor, given.plot.frame);
    let (selection, on_selection) = (given.selection.clone(), given.on_selection.clone());
    let (on_cursor, on_zoom) = (given.on_cursor.clone(), given.on_zoom.clone());
    Callback::from(move |event: KeyboardEvent| {
        let steps = if event.shift_key() { 10 } else { 1 };
        let walk = |steps: isize| match cursor {
            Some(at) => step_time(&points, at, steps),
            None => step_time(&points, frame.to, 0),
        };
        let target = match event.key().as_str() {
            "ArrowRight" | "ArrowUp" => walk(steps),
            "ArrowLeft" | "ArrowDown" => walk(-steps),
            "PageUp" => walk(10),
            "PageDown" => walk(-10),
            "Home" => nearest_time(&points, frame.from),
            "End" => nearest_time(&points, frame.to),
            "Enter" | " " => {
                event.prevent_default();
                match (&selection, cursor) {
                    (Some(selection), _) => {
                        let (a, b) = selection.range();
                        on_selection.emit(None);
                        if b > a {
                            on_zoom.emit(Some((a, b)));
                        }
                    }
                    (None, Some(at)) => on_selection.emit(Some(Selection { start: at, end: at })),
                    (None, None) => {}
                }
                return;
            }
            "Backspace" => {
                event.prevent_default();
                on_zoom.emit(None);
                return;
            }
            "Escape" if selection.is_some() || cursor.is_some() => {
                event.stop_propagation();
                on_selection.emit(None);
                on_cursor.emit(None);
                return;
            }
            _ => return,
        };
        event.prevent_default();
        if let (Some(selection), Some(at)) = (&selection, target) {
            on_selection.emit(Some(Selection {
                end: at,
                ..selection.clone()
            }));
        }
        if target.is_some() && target != cursor {
            on_cursor.emit(target);
        }
    })
}
