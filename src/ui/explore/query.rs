//! A query as it is typed, and what is wrong with it.

use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::promql::Error;
use crate::ui::strings::explore as strings;
use crate::ui::widget::{Sign, icon};

/// The field of a query. It runs when it is left or at Enter.
pub fn field(
    id: &'static str,
    text: &str,
    problem: Option<&Error>,
    on_run: &Callback<String>,
) -> Html {
    let onchange = on_run.reform(|event: Event| {
        let input = event.target().and_then(|target| target.dyn_into().ok());
        input.map_or_else(String::new, |input: HtmlInputElement| input.value())
    });
    let error_id = format!("{id}-error");
    html! {
        <div class="field query">
            <label for={id}>{ strings::QUERY }</label>
            <input class="input code" {id} value={text.to_owned()} {onchange} autocomplete="off" spellcheck="false"
                placeholder={strings::EXAMPLE} aria-invalid={problem.is_some().then_some("true")}
                aria-describedby={problem.map(|_| error_id.clone())} />
            if let Some(problem) = problem {
                <div class="field-error" id={error_id} role="status">
                    { icon(Sign::Bad) }
                    <div>
                        <p>{ strings::problem(problem) }</p>
                        { marked(text, problem) }
                    </div>
                </div>
            }
        </div>
    }
}

/// The query with the part marked that is wrong.
fn marked(text: &str, problem: &Error) -> Html {
    let (start, end) = (problem.part.start as usize, problem.part.end as usize);
    let parts = (text.get(..start), text.get(start..end), text.get(end..));
    let (Some(before), Some(wrong), Some(after)) = parts else {
        return Html::default();
    };
    // Where something is missing, the place is marked that it is missing from.
    let wrong = if wrong.is_empty() { " " } else { wrong };
    html! { <pre class="query-marked" aria-hidden="true">{ before }<mark>{ wrong }</mark>{ after }</pre> }
}
