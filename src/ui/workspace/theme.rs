//! The theme switch: system, light, dark.

use yew::prelude::*;

use crate::lesson::{Settings, Theme};
use crate::ui::settings::use_records;
use crate::ui::strings;
use crate::ui::widget::{Icon, Sign};

/// One button that goes round the three themes and says which one is next.
#[component]
pub fn ThemeSwitch() -> Html {
    let records = use_records();
    let (sign, now, next) = match records.settings().theme {
        Theme::System => (Sign::Screen, strings::THEME_SYSTEM, Theme::Light),
        Theme::Light => (Sign::Sun, strings::THEME_LIGHT, Theme::Dark),
        Theme::Dark => (Sign::Moon, strings::THEME_DARK, Theme::System),
    };
    let onclick = Callback::from(move |_: MouseEvent| {
        records.set(Settings {
            theme: next,
            ..records.settings()
        });
    });
    html! {
        <button type="button" class="button-bare theme-switch" {onclick}
            aria-label={strings::theme_label(now)} title={strings::theme_label(now)}>
            <Icon {sign} />
        </button>
    }
}
