//! A list of tabs: one tab stop, arrow keys between them.

use web_sys::HtmlElement;
use yew::prelude::*;

/// The id of a tab.
pub fn tab_id(name: &str, index: usize) -> String {
    format!("{name}-tab-{index}")
}

/// The id of the panel that all tabs of a group share.
pub fn panel_id(name: &str) -> String {
    format!("{name}-panel")
}

/// The tabs of the group `name`, which is unique on the page, each with its title and
/// key; `label` is read out, and the panel follows.
pub fn tab_list(
    label: &'static str,
    name: &'static str,
    tabs: &[(&'static str, &'static str)],
    selected: usize,
    on_select: &Callback<usize>,
) -> Html {
    let count = tabs.len();
    let onkeydown = {
        let on_select = on_select.clone();
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
        <div class="tabs" role="tablist" aria-label={label} {onkeydown}>
            { for tabs.iter().enumerate().map(|(index, (title, key))| {
                let selected = index == selected;
                let onclick = on_select.reform(move |_: MouseEvent| index);
                html! {
                    <button type="button" role="tab" class="tab" id={tab_id(name, index)}
                        aria-selected={selected.to_string()} aria-controls={panel_id(name)}
                        tabindex={if selected { "0" } else { "-1" }} {onclick}
                        aria-keyshortcuts={*key}>
                        { *title }
                    </button>
                }
            }) }
        </div>
    }
}
