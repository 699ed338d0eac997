//! Head and foot of the pages that are not a workspace.

use yew::prelude::*;

use crate::ui::fetch;
use crate::ui::route::Route;
use crate::ui::settings::Records;
use crate::ui::strings;
use crate::ui::widget::{Sign, icon};
use crate::ui::workspace::theme_switch;

/// Head, main and foot.
pub fn page_frame(records: &Records, page: Html) -> Html {
    let build = fetch::meta("xops-build").filter(|build| !build.starts_with("{{"));
    html! {
        <div class="page">
            <header class="page-head">
                <a class="brand" href="#/">{ icon(Sign::Mark) }{ strings::PRODUCT }</a>
                <nav class="page-nav" aria-label={strings::PAGES}>
                    <a href={Route::Progress.to_string()}>{ strings::progress::TITLE }</a>
                    <a href={Route::Reference { part: None }.to_string()}>{ strings::reference::TITLE }</a>
                    <a href={Route::Replay { code: None }.to_string()}>{ strings::replay::TITLE_SHORT }</a>
                    <a href={Route::Workshop.to_string()}>{ strings::workshop::TITLE }</a>
                </nav>
                { theme_switch(records) }
            </header>
            <main id={crate::ui::app::MAIN} tabindex="-1">{ page }</main>
            <footer class="page-foot">
                <p>{ strings::FOOT_PRIVACY }</p>
                <p>{ strings::FOOT_LICENCE }</p>
                if let Some(build) = build {
                    <p>{ strings::FOOT_BUILD }{ " " }<code>{ build }</code></p>
                }
            </footer>
        </div>
    }
}
