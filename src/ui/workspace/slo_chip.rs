//! One objective in the top bar: how much budget is left and how fast it burns.

use yew::prelude::*;

use crate::session::SloView;
use crate::ui::widget::{bar, health_sign, health_tone, icon};
use crate::ui::{format, strings};

/// A chip that opens the objectives.
pub fn slo_chip(slo: &SloView, on_open: &Callback<()>) -> Html {
    let hour = slo.burn.iter().find(|burn| burn.window.as_secs() == 3_600);
    let burn = format::burn(hour.and_then(|burn| burn.rate));
    let left = format::budget(slo.budget_left);
    let word = strings::budget_word(slo.health);
    html! {
        <button key={slo.name.clone()} type="button" class={classes!("chip", health_tone(slo.health))} title={slo.sentence.clone()}
            onclick={on_open.reform(|_: MouseEvent| ())}>
            <span class="chip-head">
                { icon(health_sign(slo.health)) }
                <span class="chip-title">{ &slo.title }</span>
                <span class="chip-word">{ word }</span>
            </span>
            <span class="chip-numbers">
                <span><b>{ left }</b>{ " " }{ strings::CHIP_LEFT }<span class="visually-hidden">{ strings::CHIP_LEFT_NOTE }</span></span>
                <span><b>{ burn }</b>{ " " }{ strings::CHIP_BURN }<span class="visually-hidden">{ strings::CHIP_BURN_NOTE }</span></span>
            </span>
            { bar(slo.budget_left.unwrap_or(0.0), health_tone(slo.health)) }
        </button>
    }
}
