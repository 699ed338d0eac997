//! How fast simulated time shall run.

use yew::prelude::*;

use crate::ui::client::Client;
use crate::ui::strings;
use crate::ui::widget::{Sign, icon};
use crate::worker::Speed;

/// Each speed with its short name, its long name and its key.
const SPEEDS: [(Speed, &str, &str, &str); 6] = [
    (Speed::Times(1), "1×", strings::SPEED_1, "1"),
    (Speed::Times(10), "10×", strings::SPEED_10, "2"),
    (Speed::Times(60), "60×", strings::SPEED_60, "3"),
    (Speed::Times(600), "600×", strings::SPEED_600, "4"),
    (Speed::Times(3_600), "3600×", strings::SPEED_3600, "5"),
    (
        Speed::Max,
        strings::SPEED_MAX_SHORT,
        strings::SPEED_MAX,
        "6",
    ),
];

/// Pause, speeds, and to the next event; `now` is the speed asked for.
pub fn speed_control(client: &Client, now: Speed) -> Html {
    let to = |speed: Speed| {
        let client = client.clone();
        Callback::from(move |_: MouseEvent| client.speed(speed))
    };
    let paused = now == Speed::Paused;
    html! {
            <div class="segments speed" role="group" aria-label={strings::SPEED_GROUP}>
                <button type="button" class="segment" aria-pressed={paused.to_string()} onclick={to(Speed::Paused)}
                    aria-label={strings::PAUSE} title={strings::PAUSE_TITLE}>
                    { icon(Sign::Pause) }
                </button>
                { for SPEEDS.iter().map(|(speed, short, long, key)| html! {
                    <button type="button" class="segment" aria-pressed={(now == *speed).to_string()}
                        onclick={to(*speed)} title={strings::with_key(long, key)} aria-keyshortcuts={*key}>
                        { *short }
                    </button>
                }) }
                <button type="button" class="segment" aria-pressed={(now == Speed::NextEvent).to_string()}
                    onclick={to(Speed::NextEvent)} aria-label={strings::SPEED_NEXT}
                    title={strings::with_key(strings::SPEED_NEXT, "n")}>
                    { icon(Sign::Next) }
                </button>
            </div>
    }
}
