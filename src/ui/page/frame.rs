//! Head and foot of the pages that are not a workspace.

use yew::prelude::*;

use crate::ui::fetch;
use crate::ui::strings;
use crate::ui::widget::{Icon, Sign};
use crate::ui::workspace::ThemeSwitch;

/// What the frame holds.
#[derive(PartialEq, Properties)]
pub struct FrameProps {
    /// The page.
    pub children: Html,
}

/// Head, main and foot.
#[component]
pub fn PageFrame(props: &FrameProps) -> Html {
    let build = fetch::meta("xops-build").filter(|build| !build.starts_with("{{"));
    html! {
        <div class="page">
            <header class="page-head">
                <a class="brand" href="#/"><Icon sign={Sign::Mark} />{ strings::PRODUCT }</a>
                <ThemeSwitch />
            </header>
            <main id={crate::ui::app::MAIN} tabindex="-1">{ props.children.clone() }</main>
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
