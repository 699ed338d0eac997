//! Form fields with their label, unit and error.

use wasm_bindgen::JsCast;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::{Sign, icon};

/// The id of a field's error.
fn error_id(id: &str) -> String {
    format!("{id}-error")
}

/// A label, a control, a unit, and an error where there is one.
fn field(
    id: AttrValue,
    label: &'static str,
    unit: &'static str,
    error: Option<&str>,
    control: Html,
) -> Html {
    html! {
        <div class="field">
            <label for={id.clone()}>{ label }</label>
            <div class="field-row">
                { control }
                if !unit.is_empty() { <span class="unit">{ unit }</span> }
            </div>
            if let Some(error) = error {
                <p class="field-error" id={error_id(&id)}>
                    { icon(Sign::Bad) }<span>{ error }</span>
                </p>
            }
        </div>
    }
}

/// What a field for a number or a text is given.
#[derive(Default)]
pub struct NumberField<'a> {
    /// Id of the input.
    pub id: AttrValue,
    /// Its label.
    pub label: &'static str,
    /// Unit behind it.
    pub unit: &'static str,
    /// The text as typed.
    pub value: String,
    /// What is wrong with it and how to mend it.
    pub error: Option<&'a str>,
    /// It was typed in.
    pub on_input: Callback<String>,
    /// What stands in an empty field.
    pub placeholder: &'static str,
}

/// A field for a number, kept as text until it is checked.
pub fn number_field(given: NumberField<'_>) -> Html {
    typed(given, ("decimal", "input input-number"))
}

/// A field for a text.
pub fn text_field(given: NumberField<'_>) -> Html {
    typed(given, ("text", "input"))
}

fn typed(given: NumberField<'_>, (mode, class): (&'static str, &'static str)) -> Html {
    let oninput = given.on_input.reform(|event: InputEvent| {
        event
            .target()
            .and_then(|target| target.dyn_into::<HtmlInputElement>().ok())
            .map(|input| input.value())
            .unwrap_or_default()
    });
    let wrong = given.error.is_some();
    let control = html! {
        <input type="text" inputmode={mode} autocomplete="off" {class}
            id={given.id.clone()} value={given.value} {oninput} placeholder={given.placeholder}
            aria-invalid={wrong.then_some("true")}
            aria-describedby={wrong.then(|| error_id(&given.id))} />
    };
    field(given.id, given.label, given.unit, given.error, control)
}

/// One of several, in the browser's own control.
pub fn select(
    id: &'static str,
    label: &'static str,
    options: &[&str],
    selected: usize,
    on_select: Callback<usize>,
) -> Html {
    let onchange = Callback::from(move |event: Event| {
        let select = event
            .target()
            .and_then(|target| target.dyn_into::<HtmlSelectElement>().ok());
        if let Some(index) = select.and_then(|select| usize::try_from(select.selected_index()).ok())
        {
            on_select.emit(index);
        }
    });
    let control = html! {
        <select class="input" {id} {onchange}>
            { for options.iter().enumerate().map(|(index, text)| html! {
                <option selected={index == selected}>{ *text }</option>
            }) }
        </select>
    };
    field(id.into(), label, "", None, control)
}
