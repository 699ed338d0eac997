//! Calls in the inspector: the policies of each, how the service protects
//! itself, and forms that change both.

use yew::prelude::*;

use crate::ui::hooks::use_state_eq;

use super::act::{Action, action};
use super::input;
use crate::base::Span;
use crate::session::{CallView, Command};
use crate::ui::client::Client;
use crate::ui::format;
use crate::ui::lab::use_lab;
use crate::ui::strings::calls as texts;
use crate::ui::strings::traffic::UNIT_PER_SECOND;
use crate::ui::widget::{NumberField, Sign, number_field, select};
use crate::world::{GuardTuning, Tuning};

/// What the panel is given.
#[derive(PartialEq, Properties)]
pub struct CallsProps {
    /// The caller.
    pub service: String,
    /// What it asks of others.
    pub calls: Vec<CallView>,
    /// Requests per second that one pod lets in.
    pub rate_limit: Option<f64>,
    /// Whether it sheds.
    pub shedding: bool,
    /// Whether calls can be changed here.
    pub acts: bool,
    /// Whether the protection can be changed here.
    pub guards: bool,
}

/// Something that can be changed.
struct Entry {
    name: &'static str,
    does: &'static str,
    /// Its number: unit, what is usual, the least and the most.
    value: Option<(&'static str, &'static str, f64, f64)>,
    /// Whether the number may be left out.
    optional: bool,
}

/// Changes of a call, in the order of [`tuning`].
const CALL: [Entry; 5] = [
    Entry {
        name: texts::TIMEOUT,
        does: texts::TIMEOUT_DOES,
        value: Some((texts::UNIT_SECONDS, "1", 0.001, 3_600.0)),
        optional: true,
    },
    Entry {
        name: texts::ATTEMPTS,
        does: texts::ATTEMPTS_DOES,
        value: Some((texts::UNIT_IN_ALL, "2", 1.0, 20.0)),
        optional: false,
    },
    Entry {
        name: texts::BREAKER_ON,
        does: texts::BREAKER_ON_DOES,
        value: None,
        optional: false,
    },
    Entry {
        name: texts::BREAKER_OFF,
        does: texts::BREAKER_OFF_DOES,
        value: None,
        optional: false,
    },
    Entry {
        name: texts::BULKHEAD,
        does: texts::BULKHEAD_DOES,
        value: Some((texts::UNIT_AT_ONCE, "10", 1.0, 100_000.0)),
        optional: true,
    },
];

/// Changes of the protection, in the order of [`guard`].
const GUARD: [Entry; 3] = [
    Entry {
        name: texts::RATE_LIMIT,
        does: texts::RATE_LIMIT_DOES,
        value: Some((UNIT_PER_SECOND, "100", 0.001, 1e8)),
        optional: true,
    },
    Entry {
        name: texts::SHED_ON,
        does: texts::SHED_ON_DOES,
        value: None,
        optional: false,
    },
    Entry {
        name: texts::SHED_OFF,
        does: texts::SHED_OFF_DOES,
        value: None,
        optional: false,
    },
];

/// What was chosen and typed, in one form.
#[derive(Clone, Default, PartialEq)]
struct Given {
    kind: usize,
    /// Which of the calls.
    call: usize,
    /// The number; the usual where nothing was typed.
    text: Option<String>,
}

/// Calls, protection, and two forms.
#[component]
pub fn Calls(props: &CallsProps) -> Html {
    let lab = use_lab();
    let (call, protect) = (use_state_eq(Given::default), use_state_eq(Given::default));
    let limit = props
        .rate_limit
        .map(|rate| texts::lets_in(&format::rate(rate)));
    html! {
        <section aria-labelledby="calls-title">
            <h3 id="calls-title">{ texts::CALLS }</h3>
            if !props.calls.is_empty() { { table(&props.calls) } }
            <p class="soft">
                { for limit }
                if props.shedding { { texts::SHEDS } }
            </p>
            if props.acts && !props.calls.is_empty() {
                { form(&lab.client, props, &CALL, &call) }
            }
            if props.guards { { form(&lab.client, props, &GUARD, &protect) } }
        </section>
    }
}

fn table(calls: &[CallView]) -> Html {
    let heads = [
        texts::CALLEE,
        texts::TIMEOUT,
        texts::ATTEMPTS,
        texts::BREAKER,
        texts::BULKHEAD,
    ];
    html! {
        <div class="table-frame">
            <table class="table">
                <thead><tr>{ for heads.map(|head| html! { <th scope="col">{ head }</th> }) }</tr></thead>
                <tbody>
                    { for calls.iter().map(|call| {
                        let none = || format::NONE.to_owned();
                        let cells = [
                            call.timeout.map_or_else(none, format::latency),
                            call.attempts.to_string(),
                            call.breaker.clone().unwrap_or_else(none),
                            call.bulkhead.map_or_else(none, |limit| format::count(u64::from(limit))),
                        ];
                        html! {
                            <tr>
                                <th scope="row">{ &call.to }</th>
                                { for cells.map(|cell| html! { <td class="number">{ cell }</td> }) }
                            </tr>
                        }
                    }) }
                </tbody>
            </table>
        </div>
    }
}

/// Changes what is given; one place for all fields.
fn change(state: &UseStateHandle<Given>, part: impl Fn(&mut Given)) {
    let mut next = (**state).clone();
    part(&mut next);
    state.set(next);
}

fn form(
    client: &Client,
    props: &CallsProps,
    entries: &'static [Entry],
    given: &UseStateHandle<Given>,
) -> Html {
    let of_calls = entries.len() == CALL.len();
    let kind = given.kind.min(entries.len() - 1);
    let entry = &entries[kind];
    let usual = entry.value.map_or("", |(_, usual, _, _)| usual);
    let text = given.text.clone().unwrap_or_else(|| usual.to_owned());
    let value = match entry.value {
        None => Ok(None),
        Some((_, _, least, most)) if entry.optional => input::optional(&text, least, most),
        Some((_, _, least, most)) => input::number(&text, least, most).map(Some),
    };
    let error = value.clone().err();
    let callees: Vec<&str> = props.calls.iter().map(|call| call.to.as_str()).collect();
    let call = given.call.min(callees.len().saturating_sub(1));
    let to = callees.get(call).map(|to| (*to).to_owned());
    let (client, service) = (client.clone(), props.service.clone());
    let on_act = Callback::from(move |()| {
        let Ok(value) = &value else {
            return;
        };
        let service = service.clone();
        let command = match to.clone().filter(|_| of_calls) {
            Some(to) => Command::SetCall {
                service,
                to,
                set: tuning(kind, *value),
            },
            None => Command::SetGuard {
                service,
                set: guard(kind, *value),
            },
        };
        client.act(command);
    });
    let on_kind = {
        let state = given.clone();
        Callback::from(move |kind| {
            change(&state, |given| {
                given.kind = kind;
                given.text = None;
            });
        })
    };
    let on_call = {
        let state = given.clone();
        Callback::from(move |call| change(&state, |given| given.call = call))
    };
    let on_text = {
        let state = given.clone();
        Callback::from(move |text: String| {
            change(&state, |given| given.text = Some(text.clone()));
        })
    };
    let names: Vec<&str> = entries.iter().map(|entry| entry.name).collect();
    let (title, ids) = if of_calls {
        (texts::CHANGE_CALL, ["call-kind", "call-value"])
    } else {
        (texts::PROTECT, ["guard-kind", "guard-value"])
    };
    let field = entry.value.map(|(unit, ..)| NumberField {
        id: ids[1].into(),
        label: entry.name,
        unit,
        value: text,
        error: error.as_deref(),
        on_input: on_text,
        placeholder: if entry.optional { texts::NO_LIMIT } else { "" },
    });
    action(Action {
        title,
        does: entry.does,
        button: entry.name,
        sign: Sign::Hand,
        not_now: None,
        on_act,
        fields: html! {
            <>
                if of_calls { { select("call-callee", texts::CALLEE, &callees, call, on_call) } }
                { select(ids[0], texts::WHAT, &names, kind, on_kind) }
                { for field.map(number_field) }
            </>
        },
    })
}

fn tuning(kind: usize, value: Option<f64>) -> Tuning {
    let whole = value.map(|value| value as u32);
    match kind {
        0 => Tuning::Timeout(value.map(Span::from_secs_f64)),
        1 => Tuning::Attempts(whole.unwrap_or(1)),
        2 | 3 => Tuning::Breaker(kind == 2),
        _ => Tuning::Bulkhead(whole),
    }
}

fn guard(kind: usize, value: Option<f64>) -> GuardTuning {
    match kind {
        0 => GuardTuning::RateLimit(value),
        _ => GuardTuning::Shedding(kind == 1),
    }
}
