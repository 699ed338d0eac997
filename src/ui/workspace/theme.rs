//! The theme switch: system, light, dark.

use yew::prelude::*;

use crate::lesson::{Settings, Theme};
use crate::ui::settings::Records;
use crate::ui::strings;
use crate::ui::widget::{Sign, icon};

/// One button that goes round the three themes and says which one is next.
pub fn theme_switch(records: &Records) -> Html {
    let (sign, now, next) = match records.settings().theme {
        Theme::System => (Sign::Screen, strings::THEME_SYSTEM, Theme::Light),
        Theme::Light => (Sign::Sun, strings::THEME_LIGHT, Theme::Dark),
        Theme::Dark => (Sign::Moon, strings::THEME_DARK, Theme::System),
    };
    let records = records.clone();
    let onclick = Callback::from(move |_: MouseEvent| {
        records.set(Settings {
            theme: next,
            ..records.settings()
        });
    });
    html! {
        <button type="button" class="button-bare theme-switch" {onclick}
            aria-label={strings::theme_label(now)} title={strings::theme_label(now)}>
            { icon(sign) }
        </button>
    }
}
