//! One objective in the top bar: how much budget is left and how fast it burns.

use yew::prelude::*;

use crate::session::SloView;
use crate::ui::widget::{Bar, Icon, health_sign, health_tone};
use crate::ui::{format, strings};

/// What a chip is given.
#[derive(PartialEq, Properties)]
pub struct SloChipProps {
    /// The objective.
    pub slo: SloView,
    /// The chip was chosen.
    pub on_open: Callback<()>,
}

/// A chip that opens the objectives.
#[component]
pub fn SloChip(props: &SloChipProps) -> Html {
    let slo = &props.slo;
    let hour = slo.burn.iter().find(|burn| burn.window.as_secs() == 3_600);
    let burn = format::burn(hour.and_then(|burn| burn.rate));
    let left = format::budget(slo.budget_left);
    let word = strings::budget_word(slo.health);
    html! {
        <button type="button" class={classes!("chip", health_tone(slo.health))} title={slo.sentence.clone()}
            onclick={props.on_open.reform(|_: MouseEvent| ())}>
            <span class="chip-head">
                <Icon sign={health_sign(slo.health)} />
                <span class="chip-title">{ &slo.title }</span>
                <span class="chip-word">{ word }</span>
            </span>
            <span class="chip-numbers">
                <span><b>{ left }</b>{ " " }{ strings::CHIP_LEFT }<span class="visually-hidden">{ strings::CHIP_LEFT_NOTE }</span></span>
                <span><b>{ burn }</b>{ " " }{ strings::CHIP_BURN }<span class="visually-hidden">{ strings::CHIP_BURN_NOTE }</span></span>
            </span>
            <Bar share={slo.budget_left.unwrap_or(0.0)} tone={health_tone(slo.health)} />
        </button>
    }
}
