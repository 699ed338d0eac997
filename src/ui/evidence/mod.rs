//! Traces and logs: what was done for single requests, and what services say.
//!
//! In: filters and clicks. Out: questions to the worker, and its answers as
//! lists, a waterfall and lines. What a trace's critical path is and which
//! lines fit is worked out in the worker.

mod logs;
mod over_time;
mod traces;
mod waterfall;

use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;
use yew::prelude::*;

pub use logs::Logs;
pub use traces::Traces;

use super::strings::evidence as strings;
use super::widget::select;
use crate::session::View;

/// What the two tabs show of each other.
#[derive(Clone, Copy, Default, PartialEq)]
pub struct Evidence {
    /// The request whose trace stands open.
    pub trace: Option<u64>,
    /// The request whose lines alone are shown.
    pub logs: Option<u64>,
    /// Which traces were asked for elsewhere.
    pub sought: Sought,
}

/// Which traces a chart leads to.
#[derive(Clone, Copy, Default, PartialEq)]
pub enum Sought {
    /// The latest.
    #[default]
    Latest,
    /// Those that took longest.
    Longest,
    /// Those that failed.
    Failed,
}

/// Name of the inspected service; empty for all of them.
fn inspected(view: &View, selected: Option<u32>) -> String {
    let service = selected.and_then(|place| view.services.get(place as usize));
    service.map_or(String::new(), |service| service.name.clone())
}

/// The names that services can be chosen by: every one, then each.
fn service_field(id: &'static str, view: &View, chosen: &UseStateHandle<String>) -> Html {
    let names: Vec<&str> = core::iter::once(strings::EVERY_SERVICE)
        .chain(view.services.iter().map(|service| service.name.as_str()))
        .collect();
    let place = names.iter().skip(1).position(|name| **chosen == **name);
    let owned: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let chosen = chosen.clone();
    let on_select = Callback::from(move |index: usize| {
        chosen.set(match index {
            0 => String::new(),
            index => owned[index].clone(),
        });
    });
    let selected = place.map_or(0, |place| place + 1);
    select(id, strings::SERVICE, &names, selected, on_select)
}

/// A field for words.
fn words_field(
    id: &'static str,
    label: &'static str,
    hint: &'static str,
    value: &UseStateHandle<String>,
) -> Html {
    let state = value.clone();
    let oninput = move |event: InputEvent| {
        let target = event.target().and_then(|target| target.dyn_into().ok());
        if let Some(input) = target.map(|input: HtmlInputElement| input.value()) {
            state.set(input);
        }
    };
    html! {
        <div class="field">
            <label for={id}>{ label }</label>
            <div class="field-row">
                <input type="search" class="input" autocomplete="off" {id} value={(**value).clone()} placeholder={hint}
                    {oninput} />
            </div>
        </div>
    }
}
