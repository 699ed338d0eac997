//! How far back charts look: one range for all of them.

use yew::prelude::*;

use crate::base::{SimTime, Span};
use crate::session::During;
use crate::ui::strings;

/// The time that every tab shows: how far back it reaches, and what was
/// dragged out of it in one of the charts.
#[derive(Clone, PartialEq)]
pub struct Times {
    /// How far back.
    pub range: Span,
    /// Another range was chosen.
    pub on_range: Callback<Span>,
    /// A part of it, in seconds since the start of the run.
    pub zoom: Option<(f64, f64)>,
    /// Another part was dragged, or all is wanted again.
    pub on_zoom: Callback<Option<(f64, f64)>>,
}

impl Times {
    /// The same as questions name it.
    pub fn during(&self) -> During {
        match self.zoom {
            Some((from, to)) => During {
                span: Span::from_secs_f64((to - from).max(1.0)),
                until: Some(SimTime::ZERO + Span::from_secs_f64(to.max(0.0))),
            },
            None => During {
                span: self.range,
                until: None,
            },
        }
    }

    /// The choice of a range, and the way back from a part of it.
    pub fn field(&self) -> Html {
        html! {
            <>
                { ranges(self.range, &self.on_range) }
                if self.zoom.is_some() {
                    <button type="button" class="button button-small"
                        onclick={self.on_zoom.reform(|_: MouseEvent| None)}>{ strings::LEAVE_ZOOM }</button>
                }
            </>
        }
    }
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

/// The choice of a range.
fn ranges(chosen: Span, on_range: &Callback<Span>) -> Html {
    html! {
        <div class="field">
            <span class="label" id="range-label">{ strings::RANGE }</span>
            <div class="segments" role="group" aria-labelledby="range-label">
                { for RANGES.into_iter().map(|(seconds, name)| {
                    let span = Span::from_secs(seconds);
                    html! {
                        <button type="button" class="segment" aria-pressed={(chosen == span).to_string()}
                            onclick={on_range.reform(move |_: MouseEvent| span)}>
                            { name }
                        </button>
                    }
                }) }
            </div>
        </div>
    }
}
