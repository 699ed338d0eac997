//! A query as it is typed: what could come next, and what is wrong with it.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::promql::Error;
use crate::session::{Answer, Proposal, Proposals, Proposed, Question, Typing};
use crate::ui::hooks::{use_effect_with, use_mut_ref, use_state_eq};
use crate::ui::lab::use_lab;
use crate::ui::strings::explore as strings;
use crate::ui::widget::{Sign, icon};

/// What the field of a query is given.
#[derive(PartialEq, Properties)]
pub struct QueryFieldProps {
    /// Id of the input, unique on the page.
    pub id: String,
    /// Its label.
    pub label: String,
    /// The query as it was run last.
    pub text: String,
    /// What is wrong with that.
    pub problem: Option<Error>,
    /// Another is to be run.
    pub on_run: Callback<String>,
    /// Every change, also of one that is not yet to be run.
    #[prop_or_default]
    pub on_type: Callback<String>,
}

/// The field of a query with a list of what could stand at the cursor.
#[component]
pub fn QueryField(props: &QueryFieldProps) -> Html {
    let client = use_lab().client;
    let node = use_node_ref();
    let text = use_state_eq(|| props.text.clone());
    let proposals = use_state_eq(Proposals::default);
    let active = use_state_eq(|| 0_usize);
    let asked = use_mut_ref(|| 0_u32);
    {
        let text = text.setter();
        use_effect_with(props.text.clone(), move |new| text.set(new.clone()));
    }
    let change = {
        let (text, on_type) = (text.setter(), props.on_type.clone());
        move |new: String| {
            on_type.emit(new.clone());
            text.set(new);
        }
    };
    let propose = {
        let (client, asked) = (client.clone(), asked.clone());
        let (proposals, active) = (proposals.setter(), active.setter());
        move |input: &HtmlInputElement| {
            let text = input.value();
            let cursor = bytes_before(&text, input.selection_start().ok().flatten());
            let (proposals, active) = (proposals.clone(), active.clone());
            let on_answer = Callback::from(move |answer| {
                if let Answer::Proposals(found) = answer {
                    active.set(0);
                    proposals.set(found);
                }
            });
            let mut asked = asked.borrow_mut();
            client.forget(*asked);
            *asked = client.ask(Question::Propose(Typing { text, cursor }), on_answer);
        }
    };
    let close = {
        let (client, asked, proposals) = (client, asked, proposals.setter());
        move || {
            client.forget(*asked.borrow());
            proposals.set(Proposals::default());
        }
    };
    let take = {
        let (node, proposals) = (node.clone(), proposals.clone());
        let (change, close) = (change.clone(), close.clone());
        move |place: usize| {
            let (Some(input), Some(proposal)) =
                (node.cast::<HtmlInputElement>(), proposals.list.get(place))
            else {
                return;
            };
            let text = input.value();
            let end = bytes_before(&text, input.selection_start().ok().flatten()) as usize;
            let parts = (text.get(..proposals.from as usize), text.get(end..));
            if let (Some(before), Some(after)) = parts {
                let before = format!("{before}{}", written(proposal, after));
                // Where a field counts as JavaScript does.
                let cursor = before.encode_utf16().count() as u32;
                let whole = format!("{before}{after}");
                input.set_value(&whole);
                // Only an input that takes no text refuses a cursor.
                input.set_selection_range(cursor, cursor).ok();
                change(whole);
            }
            close();
        }
    };
    let oninput = {
        let (change, propose) = (change, propose.clone());
        Callback::from(move |event: InputEvent| {
            if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
                change(input.value());
                propose(&input);
            }
        })
    };
    let count = proposals.list.len();
    let onkeydown = {
        let (active, take, close) = (active.clone(), take.clone(), close.clone());
        let on_run = props.on_run.clone();
        Callback::from(move |event: KeyboardEvent| {
            let Some(input) = event.target_dyn_into::<HtmlInputElement>() else {
                return;
            };
            match event.key().as_str() {
                "ArrowDown" if count > 0 => active.set((*active + 1) % count),
                "ArrowUp" if count > 0 => active.set((*active + count - 1) % count),
                "Enter" if count == 0 || event.ctrl_key() || event.meta_key() => {
                    close();
                    on_run.emit(input.value());
                }
                "Enter" | "Tab" if count > 0 => take(*active),
                "Escape" if count > 0 => {
                    event.stop_propagation();
                    close();
                }
                " " if event.ctrl_key() => propose(&input),
                "Home" | "End" | "ArrowLeft" | "ArrowRight" => return close(),
                _ => return,
            }
            event.prevent_default();
        })
    };
    let onblur = Callback::from(move |_: FocusEvent| close());
    let run = {
        let (on_run, text) = (props.on_run.clone(), text.clone());
        Callback::from(move |_: MouseEvent| on_run.emit((*text).clone()))
    };
    let id = &props.id;
    let (list_id, error_id) = (format!("{id}-list"), format!("{id}-error"));
    let option_id = |place: usize| format!("{id}-option-{place}");
    let problem = props.problem.as_ref().filter(|_| *text == props.text);
    html! {
        <div class="field query">
            <label for={id.clone()}>{ &props.label }</label>
            <div class="query-row">
                <div class="query-place">
                    <input class="input code" ref={node} id={id.clone()} value={(*text).clone()} {oninput} {onkeydown} {onblur}
                        type="text" autocomplete="off" autocapitalize="off" spellcheck="false" placeholder={strings::EXAMPLE}
                        role="combobox" aria-autocomplete="list" aria-expanded={(count > 0).to_string()}
                        aria-controls={list_id.clone()}
                        aria-activedescendant={(count > 0).then(|| option_id(*active))}
                        aria-invalid={problem.is_some().then_some("true")}
                        aria-describedby={problem.map(|_| error_id.clone())} />
                    <ul class="proposals" role="listbox" id={list_id} aria-label={strings::PROPOSALS} hidden={count == 0}>
                        { for proposals.list.iter().enumerate().map(|(place, proposal)| {
                            let take = take.clone();
                            // Before the field loses its focus.
                            let onmousedown = Callback::from(move |event: MouseEvent| {
                                event.prevent_default();
                                take(place);
                            });
                            html! {
                                <li role="option" id={option_id(place)} aria-selected={(place == *active).to_string()} {onmousedown}>
                                    <span class="proposal-kind">{ strings::proposed(proposal.kind) }</span>
                                    <span class="code">{ &proposal.text }</span>
                                    <span class="proposal-about">{ &proposal.about }</span>
                                </li>
                            }
                        }) }
                    </ul>
                </div>
                <button type="button" class="button" onclick={run}>{ strings::RUN }</button>
            </div>
            if let Some(problem) = problem {
                <div class="field-error" id={error_id} role="status">
                    { icon(Sign::Bad) }
                    <div>
                        <p>{ strings::problem(problem) }</p>
                        { marked(&text, problem) }
                    </div>
                </div>
            }
        </div>
    }
}

/// What a proposal writes: what must follow comes with it, unless it is there.
fn written(proposal: &Proposal, after: &str) -> String {
    let end = match proposal.kind {
        Proposed::Function if !after.starts_with('(') => "(",
        Proposed::Value if !after.starts_with(['"', '\'', '`']) => "\"",
        _ => "",
    };
    format!("{}{end}", proposal.text)
}

/// Bytes before a place that JavaScript counts; the whole text where it is unknown.
fn bytes_before(text: &str, units: Option<u32>) -> u32 {
    let Some(units) = units else {
        return text.len() as u32;
    };
    let mut left = units as usize;
    let mut bytes = 0;
    for c in text.chars() {
        if left < c.len_utf16() {
            break;
        }
        left -= c.len_utf16();
        bytes += c.len_utf8();
    }
    bytes as u32
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
