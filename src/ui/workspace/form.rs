//! Forms whose fields keep what is typed until they are sent.

use js_sys::Reflect;
use wasm_bindgen::JsValue;
use web_sys::Element;
use yew::prelude::*;

use crate::session::{Command, IncidentAct};
use crate::ui::client::Client;

/// The fields of a form that was sent.
pub struct Sent(Element);

impl Sent {
    /// The text of a field.
    pub fn text(&self, name: &str) -> String {
        let found = self.0.query_selector(&format!("[name={name}]"));
        let value = |field: Element| Reflect::get(&field, &JsValue::from_str("value")).ok();
        let value = found.ok().flatten().and_then(value);
        value
            .and_then(|value| value.as_string())
            .unwrap_or_default()
    }

    /// The place of what was chosen.
    pub fn place(&self, name: &str) -> usize {
        self.text(name).parse().unwrap_or(0)
    }

    /// The places of all boxes that are ticked.
    pub fn ticked(&self, name: &str, most: usize) -> Vec<usize> {
        let is = |place: &usize| {
            let box_ = format!("[name={name}][value=\"{place}\"]:checked");
            self.0.query_selector(&box_).ok().flatten().is_some()
        };
        (0..most).filter(is).collect()
    }
}

/// A form that sends what `act` makes of its fields. Another `key` empties it.
pub fn form(
    client: &Client,
    key: String,
    button: &'static str,
    fields: Html,
    act: impl Fn(&Sent) -> IncidentAct + 'static,
) -> Html {
    let client = client.clone();
    let onsubmit = Callback::from(move |event: SubmitEvent| {
        event.prevent_default();
        let sent = event.target_dyn_into::<Element>().map(Sent);
        if let Some(act) = sent.as_ref().map(&act) {
            client.act(Command::Incident { act });
        }
    });
    html! {
        <form {key} class="objective-fields incident-form" {onsubmit}>
            { fields }
            <div class="field incident-send"><button type="submit" class="button">{ button }</button></div>
        </form>
    }
}

/// A line to write on, or several.
pub fn line(name: &'static str, label: &'static str, value: &str, lines: u32) -> Html {
    let (name, value) = (AttrValue::from(name), value.to_owned());
    let id = AttrValue::from(format!("incident-{name}"));
    html! {
        <div class={classes!("field", (lines > 1).then_some("incident-wide"))}>
            <label for={id.clone()}>{ label }</label>
            if lines > 1 {
                <textarea class="input" {id} {name} rows={lines.to_string()} defaultvalue={value} />
            } else {
                <input class="input" {id} {name} autocomplete="off" />
            }
        </div>
    }
}

/// One of several; its value is its place.
pub fn choice(name: &'static str, label: &'static str, options: &[&str], chosen: usize) -> Html {
    let id = AttrValue::from(format!("incident-{name}"));
    html! {
        <div class="field">
            <label for={id.clone()}>{ label }</label>
            <select class="input" {id} {name}>
                { for options.iter().enumerate().map(|(place, text)| html! {
                    <option value={place.to_string()} selected={place == chosen}>{ *text }</option>
                }) }
            </select>
        </div>
    }
}
