//! Form fields with their label, unit and error.

use wasm_bindgen::JsCast;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::{Icon, Sign};

/// What every field is given.
#[derive(PartialEq, Properties)]
pub struct FieldProps {
    /// Id of the control.
    pub id: AttrValue,
    /// Its label.
    pub label: AttrValue,
    /// Unit behind it.
    #[prop_or_default]
    pub unit: AttrValue,
    /// What is wrong with it and how to mend it.
    #[prop_or_default]
    pub error: Option<String>,
    /// The control.
    pub children: Html,
}

/// The id of a field's error.
fn error_id(id: &str) -> String {
    format!("{id}-error")
}

/// A label, a control, a unit, and an error where there is one.
#[component]
pub fn Field(props: &FieldProps) -> Html {
    html! {
        <div class="field">
            <label for={props.id.clone()}>{ &props.label }</label>
            <div class="field-row">
                { props.children.clone() }
                if !props.unit.is_empty() { <span class="unit">{ &props.unit }</span> }
            </div>
            if let Some(error) = &props.error {
                <p class="field-error" id={error_id(&props.id)}>
                    <Icon sign={Sign::Bad} /><span>{ error }</span>
                </p>
            }
        </div>
    }
}

/// What a number field is given.
#[derive(PartialEq, Properties)]
pub struct NumberFieldProps {
    /// Id of the input.
    pub id: AttrValue,
    /// Its label.
    pub label: AttrValue,
    /// Unit behind it.
    #[prop_or_default]
    pub unit: AttrValue,
    /// The text as typed.
    pub value: AttrValue,
    /// What is wrong with it.
    #[prop_or_default]
    pub error: Option<String>,
    /// It was typed in.
    pub on_input: Callback<String>,
    /// What stands in an empty field.
    #[prop_or_default]
    pub placeholder: AttrValue,
}

/// A field for a number, kept as text until it is checked.
#[component]
pub fn NumberField(props: &NumberFieldProps) -> Html {
    let oninput = props.on_input.reform(|event: InputEvent| {
        event
            .target()
            .and_then(|target| target.dyn_into::<HtmlInputElement>().ok())
            .map(|input| input.value())
            .unwrap_or_default()
    });
    let wrong = props.error.is_some();
    html! {
        <Field id={props.id.clone()} label={props.label.clone()} unit={props.unit.clone()}
            error={props.error.clone()}>
            <input type="text" inputmode="decimal" autocomplete="off" class="input input-number"
                id={props.id.clone()} value={props.value.clone()} {oninput}
                placeholder={props.placeholder.clone()}
                aria-invalid={wrong.then_some("true")}
                aria-describedby={wrong.then(|| error_id(&props.id))} />
        </Field>
    }
}

/// What a select is given.
#[derive(PartialEq, Properties)]
pub struct SelectProps {
    /// Id of the control.
    pub id: AttrValue,
    /// Its label.
    pub label: AttrValue,
    /// Text of each option.
    pub options: Vec<AttrValue>,
    /// Which is selected.
    pub selected: usize,
    /// Another was selected.
    pub on_select: Callback<usize>,
}

/// One of several, in the browser's own control.
#[component]
pub fn Select(props: &SelectProps) -> Html {
    let onchange = {
        let on_select = props.on_select.clone();
        Callback::from(move |event: Event| {
            let select = event
                .target()
                .and_then(|target| target.dyn_into::<HtmlSelectElement>().ok());
            if let Some(index) =
                select.and_then(|select| usize::try_from(select.selected_index()).ok())
            {
                on_select.emit(index);
            }
        })
    };
    html! {
        <Field id={props.id.clone()} label={props.label.clone()}>
            <select class="input" id={props.id.clone()} {onchange}>
                { for props.options.iter().enumerate().map(|(index, text)| html! {
                    <option selected={index == props.selected}>{ text }</option>
                }) }
            </select>
        </Field>
    }
}
