//! The list of traces.

use std::rc::Rc;

use yew::prelude::*;

use super::over_time::OverTime;
use super::waterfall::Waterfall;
use super::{Sought, inspected, service_field, strings, words_field};
use crate::session::{
    Answer, Question, TraceAnswer, TraceFilter, TraceLine, TraceQuestion, TraceSort, View,
};
use crate::ui::asking::use_answer;
use crate::ui::format;
use crate::ui::hooks::use_state_eq;
use crate::ui::widget::{Sign, icon, select};
use crate::ui::workspace::Times;

/// What the tab is given.
#[derive(PartialEq, Properties)]
pub struct TracesProps {
    /// Becomes another number when there is something new to see.
    pub fresh: u64,
    /// The lab.
    pub view: Rc<View>,
    /// The time that is shown.
    pub times: Times,
    /// The inspected service: the first to be asked for.
    pub selected: Option<u32>,
    /// Which are the first to be asked for.
    pub sought: Sought,
    /// The request whose trace stands open.
    pub open: Option<u64>,
    /// Another trace is opened, or none.
    pub on_open: Callback<Option<u64>>,
    /// The lines of a request are wanted.
    pub to_logs: Callback<u64>,
}

/// The tab.
#[component]
pub fn Traces(props: &TracesProps) -> Html {
    let service = use_state_eq(|| inspected(&props.view, props.selected));
    let route = use_state_eq(String::new);
    let status = use_state_eq(|| usize::from(props.sought == Sought::Failed));
    let least = use_state_eq(|| 0_usize);
    let order = use_state_eq(|| usize::from(props.sought == Sought::Longest));
    let question = match props.open {
        Some(number) => TraceQuestion::One(number),
        None => TraceQuestion::List(TraceFilter {
            service: (*service).clone(),
            route: (*route).clone(),
            failed: *status == 1,
            least: strings::LEASTS[*least].1,
            during: props.times.during(),
            sort: [TraceSort::Latest, TraceSort::Longest, TraceSort::Largest][*order],
        }),
    };
    let answer = use_answer(Some(Question::Traces(question)), props.fresh);
    let answer = answer.as_deref().and_then(|answer| match answer {
        Answer::Traces(answer) => Some(answer),
        _ => None,
    });
    if props.open.is_some() {
        let back = props.on_open.reform(|_: MouseEvent| None);
        return html! {
            <div class="evidence">
                <button type="button" class="button evidence-back" onclick={back}>{ strings::BACK }</button>
                { match answer {
                    Some(TraceAnswer::One(Some(trace))) => html! {
                        <Waterfall trace={trace.clone()} to_logs={props.to_logs.clone()} />
                    },
                    Some(TraceAnswer::One(None)) => html! { <p class="empty">{ strings::NOT_KEPT }</p> },
                    _ => Html::default(),
                } }
            </div>
        };
    }
    let leasts = strings::LEASTS.map(|(word, _)| word);
    let choose = |state: &UseStateHandle<usize>| {
        let state = state.clone();
        Callback::from(move |index| state.set(index))
    };
    html! {
        <div class="evidence">
            <div class="evidence-filters">
                { service_field("trace-service", &props.view, &service) }
                { words_field("trace-route", strings::ROUTE, strings::ROUTE_HINT, &route) }
                { select("trace-status", strings::STATUS, &strings::STATUSES, *status, choose(&status)) }
                { select("trace-least", strings::LEAST, &leasts, *least, choose(&least)) }
                { select("trace-order", strings::SORT, &strings::ORDERS, *order, choose(&order)) }
            </div>
            <div class="toolbar">{ props.times.field() }</div>
            if let Some(TraceAnswer::List { found, left_out, bars, .. }) = answer {
                <OverTime view={props.view.clone()} times={props.times.clone()} bars={bars.clone()}
                    title={strings::TRACES_OVER_TIME} names={strings::TRACES_NAMES} />
                if found.is_empty() {
                    <p class="empty">{ strings::NO_TRACES }</p>
                } else {
                    <div class="table-frame" tabindex="0" role="region" aria-label={strings::TRACES_FOUND}>
                        <table class="table">
                            <thead><tr>
                                <th scope="col">{ strings::WHAT }</th>
                                <th scope="col" class="number">{ strings::WHEN }</th>
                                <th scope="col" class="number">{ strings::TOOK }</th>
                                <th scope="col" class="number">{ strings::SPANS }</th>
                                <th scope="col" class="number">{ strings::FAILED }</th>
                            </tr></thead>
                            <tbody>{ for found.iter().map(|line| row(line, &props.on_open)) }</tbody>
                        </table>
                    </div>
                }
                if *left_out > 0 { <p class="note">{ strings::left_out(*left_out) }</p> }
            }
        </div>
    }
}

fn row(line: &TraceLine, on_open: &Callback<Option<u64>>) -> Html {
    let number = line.number;
    html! {
        <tr key={number}>
            <td><button type="button" class="button-bare evidence-open"
                onclick={on_open.reform(move |_: MouseEvent| Some(number))}>
                if line.failed > 0 { { icon(Sign::Bad) } }{ line.name.clone() }
            </button></td>
            <td class="number">{ format::instant(line.at) }</td>
            <td class="number">{ format::latency(line.took) }</td>
            <td class="number">{ line.spans }</td>
            <td class="number">{ line.failed }</td>
        </tr>
    }
}
