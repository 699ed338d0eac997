//! How far back charts look: one range for all of them.

use yew::prelude::*;

use crate::base::Span;
use crate::ui::strings;

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
pub fn ranges(chosen: Span, on_range: &Callback<Span>) -> Html {
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
