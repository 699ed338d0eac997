//! A bar that shows a share.

use yew::prelude::*;

/// A bar as wide as its place, filled to `share`, drawn within 0..=1, in the colour of
/// the class `tone`. The number always stands beside it, so it is hidden from those who
/// listen.
pub fn bar(share: f64, tone: &'static str) -> Html {
    let width = if share.is_finite() {
        share.clamp(0.0, 1.0) * 100.0
    } else {
        0.0
    };
    html! {
        <svg class={classes!("bar", tone)} viewBox="0 0 100 4" preserveAspectRatio="none"
            aria-hidden="true" focusable="false">
            <rect class="bar-track" width="100" height="4" />
            <rect class="bar-fill" width={format!("{width:.2}")} height="4" />
        </svg>
    }
}
