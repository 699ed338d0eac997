//! How something stands: shape, word and colour together.

use yew::prelude::*;

use super::{Sign, icon};
use crate::session::Health;

/// A shape, a word and a colour.
pub fn status(health: Health, word: &str) -> Html {
    html! {
        <span class={classes!("status", health_tone(health))}>
            { icon(health_sign(health)) }
            { word }
        </span>
    }
}

/// The shape of a health.
pub fn health_sign(health: Health) -> Sign {
    match health {
        Health::Unknown => Sign::Unknown,
        Health::Good => Sign::Good,
        Health::Watch => Sign::Watch,
        Health::Bad => Sign::Bad,
    }
}

/// The class that colours a health.
pub fn health_tone(health: Health) -> &'static str {
    match health {
        Health::Unknown => "tone-unknown",
        Health::Good => "tone-good",
        Health::Watch => "tone-watch",
        Health::Bad => "tone-bad",
    }
}
