//! A bar that shows a share.

use yew::prelude::*;

/// What a bar is given.
#[derive(PartialEq, Properties)]
pub struct BarProps {
    /// The share that is filled; drawn within 0..=1.
    pub share: f64,
    /// The class that colours it.
    #[prop_or("tone-accent")]
    pub tone: &'static str,
}

/// A bar as wide as its place. The number always stands beside it, so it is hidden from
/// those who listen.
#[component]
pub fn Bar(props: &BarProps) -> Html {
    let width = if props.share.is_finite() {
        props.share.clamp(0.0, 1.0) * 100.0
    } else {
        0.0
    };
    html! {
        <svg class={classes!("bar", props.tone)} viewBox="0 0 100 4" preserveAspectRatio="none"
            aria-hidden="true" focusable="false">
            <rect class="bar-track" width="100" height="4" />
            <rect class="bar-fill" width={format!("{width:.2}")} height="4" />
        </svg>
    }
}
