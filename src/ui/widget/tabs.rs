//! A list of tabs: one tab stop, arrow keys between them.

use web_sys::HtmlElement;
use yew::prelude::*;

/// What a tab list is given.
#[derive(PartialEq, Properties)]
pub struct TabListProps {
    /// What the tabs are for, read out.
    pub label: &'static str,
    /// Name of the group, unique on the page.
    pub name: &'static str,
    /// Title and key of each tab.
    pub tabs: Vec<(&'static str, &'static str)>,
    /// Which is selected.
    pub selected: usize,
    /// Another was selected.
    pub on_select: Callback<usize>,
}

/// The id of a tab.
pub fn tab_id(name: &str, index: usize) -> String {
    format!("{name}-tab-{index}")
}

/// The id of the panel that all tabs of a group share.
pub fn panel_id(name: &str) -> String {
    format!("{name}-panel")
}

/// The tabs of a group whose panel follows.
#[component]
pub fn TabList(props: &TabListProps) -> Html {
    let count = props.tabs.len();
    let onkeydown = {
        let (name, selected, on_select) = (props.name, props.selected, props.on_select.clone());
        Callback::from(move |event: KeyboardEvent| {
            let next = match event.key().as_str() {
                "ArrowRight" => (selected + 1) % count,
                "ArrowLeft" => (selected + count - 1) % count,
                "Home" => 0,
                "End" => count - 1,
                _ => return,
            };
            event.prevent_default();
            on_select.emit(next);
            let tab = gloo::utils::document().get_element_by_id(&tab_id(name, next));
            if let Some(tab) =
                tab.and_then(|tab| wasm_bindgen::JsCast::dyn_into::<HtmlElement>(tab).ok())
            {
                // Focus fails only for an element that is gone.
                tab.focus().ok();
            }
        })
    };
    html! {
        <div class="tabs" role="tablist" aria-label={props.label} {onkeydown}>
            { for props.tabs.iter().enumerate().map(|(index, (title, key))| {
                let selected = index == props.selected;
                let onclick = props.on_select.reform(move |_: MouseEvent| index);
                html! {
                    <button type="button" role="tab" class="tab" id={tab_id(props.name, index)}
                        aria-selected={selected.to_string()} aria-controls={panel_id(props.name)}
                        tabindex={if selected { "0" } else { "-1" }} {onclick}
                        aria-keyshortcuts={*key}>
                        { *title }
                    </button>
                }
            }) }
        </div>
    }
}
