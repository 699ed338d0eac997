//! How something stands: shape, word and colour together.

use yew::prelude::*;

use super::{Icon, Sign};
use crate::session::Health;

/// What a status is given.
#[derive(PartialEq, Properties)]
pub struct StatusProps {
    /// How it stands.
    pub health: Health,
    /// The word for it.
    pub word: String,
    /// Further classes.
    #[prop_or_default]
    pub class: Classes,
}

/// A shape, a word and a colour.
#[component]
pub fn Status(props: &StatusProps) -> Html {
    html! {
        <span class={classes!("status", health_tone(props.health), props.class.clone())}>
            <Icon sign={health_sign(props.health)} />
            { &props.word }
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
