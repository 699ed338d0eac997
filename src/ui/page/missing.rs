//! A place that does not exist, with the way home.

use yew::prelude::*;

use super::frame::page_frame;
use crate::ui::app::{HEADING, use_title};
use crate::ui::settings::use_records;
use crate::ui::strings;

/// What was asked for.
#[derive(PartialEq, Properties)]
pub struct MissingProps {
    /// The path as written.
    pub path: String,
    /// Why there is nothing, where more is known.
    #[prop_or_default]
    pub reason: Option<String>,
}

/// Says what is not there and where to go.
#[component]
pub fn Missing(props: &MissingProps) -> Html {
    use_title(strings::MISSING_TITLE);
    let records = use_records();
    let page = html! {
        <section class="message">
            <h1 id={HEADING} tabindex="-1">{ strings::MISSING_TITLE }</h1>
            if let Some(reason) = &props.reason {
                <p>{ reason }</p>
            } else {
                <p>{ strings::MISSING_TEXT }{ " " }<code>{ &props.path }</code></p>
            }
            <p><a class="button button-primary" href="#/">{ strings::GO_HOME }</a></p>
        </section>
    };
    page_frame(&records, page)
}
