//! The shortcuts, and the switch that turns them off.

use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::lesson::Settings;
use crate::ui::settings::Records;
use crate::ui::strings;
use crate::ui::widget::Dialog;

/// The shortcuts, those of the tabs last.
pub fn help(
    records: &Records,
    tabs: &[(&'static str, &'static str)],
    on_close: Callback<()>,
) -> Html {
    let records = records.clone();
    let enabled = records.settings().shortcuts;
    let onchange = Callback::from(move |event: Event| {
        let input = event
            .target()
            .and_then(|t| t.dyn_into::<HtmlInputElement>().ok());
        let shortcuts = input.is_none_or(|input| input.checked());
        records.set(Settings {
            shortcuts,
            ..records.settings()
        });
    });
    let tabs = tabs.iter().map(|(title, key)| (*key, *title));
    html! {
        <Dialog name="help" title={strings::keys::HELP_TITLE} {on_close}>
            <table class="table keys">
                <tbody>
                    { for strings::keys::SHORTCUTS.iter().copied().chain(tabs).map(|(keys, does)| html! {
                        <tr>
                            <th scope="row">{ for keys.split(' ').map(|key| html! { <kbd>{ key }</kbd> }) }</th>
                            <td>{ does }</td>
                        </tr>
                    }) }
                </tbody>
            </table>
            <label class="check-row">
                <input type="checkbox" checked={enabled} {onchange} />
                { strings::keys::SHORTCUTS_ON }
            </label>
        </Dialog>
    }
}
