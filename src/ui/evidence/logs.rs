//! Lines of the logs, and how many there were over time.

use std::rc::Rc;

use yew::prelude::*;

use super::over_time::OverTime;
use super::{inspected, service_field, strings, words_field};
use crate::session::{Answer, LogLine, LogQuestion, Question, View};
use crate::ui::asking::use_answer;
use crate::ui::format;
use crate::ui::hooks::use_state_eq;
use crate::ui::widget::{Sign, icon, select};
use crate::ui::workspace::Times;

/// What the tab is given.
#[derive(PartialEq, Properties)]
pub struct LogsProps {
    /// Becomes another number when there is something new to see.
    pub fresh: u64,
    /// The lab.
    pub view: Rc<View>,
    /// The time that is shown.
    pub times: Times,
    /// The inspected service: the first to be asked for.
    pub selected: Option<u32>,
    /// The request whose lines alone are shown.
    pub trace: Option<u64>,
    /// The lines of all requests are wanted again.
    pub on_all: Callback<()>,
    /// The trace of a request is wanted.
    pub to_trace: Callback<u64>,
}

/// The tab.
#[component]
pub fn Logs(props: &LogsProps) -> Html {
    let service = use_state_eq(|| {
        // The lines of one request are those of every service.
        let selected = props.selected.filter(|_| props.trace.is_none());
        inspected(&props.view, selected)
    });
    let text = use_state_eq(String::new);
    let level = use_state_eq(|| 0_usize);
    let question = Question::Logs(LogQuestion {
        service: (*service).clone(),
        level: *level as u8,
        text: (*text).clone(),
        trace: props.trace,
        during: props.times.during(),
    });
    let answer = use_answer(Some(question), props.fresh);
    let answer = answer.as_deref().and_then(|answer| match answer {
        Answer::Logs(answer) => Some(answer),
        _ => None,
    });
    let on_level = {
        let level = level.clone();
        Callback::from(move |index| level.set(index))
    };
    html! {
        <div class="evidence">
            <div class="evidence-filters">
                { service_field("log-service", &props.view, &service) }
                { select("log-level", strings::LEVEL, &strings::LEVELS, *level, on_level) }
                { words_field("log-text", strings::TEXT, strings::TEXT_HINT, &text) }
            </div>
            <div class="toolbar">{ props.times.field() }</div>
            if props.trace.is_some() {
                <p class="evidence-title">{ strings::ONE_REQUEST }{ " " }
                    <button type="button" class="button" onclick={props.on_all.reform(|_: MouseEvent| ())}>
                        { strings::ALL_LINES }</button>
                </p>
            }
            if let Some(answer) = answer {
                <OverTime view={props.view.clone()} times={props.times.clone()} bars={answer.bars.clone()}
                    title={strings::LINES_OVER_TIME} names={strings::LINES_NAMES} />
                if answer.lines.is_empty() {
                    <p class="empty">{ strings::NO_LINES }</p>
                } else {
                    <div class="log-lines" tabindex="0" role="region" aria-label={strings::LINES}>
                        { for answer.lines.iter().map(|line| log_line(line, &props.to_trace)) }
                    </div>
                }
                if answer.left_out > 0 { <p class="note">{ strings::left_out(answer.left_out) }</p> }
                <p class="note">{ strings::shipped(answer.bytes) }</p>
            }
        </div>
    }
}

fn log_line(line: &LogLine, to_trace: &Callback<u64>) -> Html {
    let level = usize::from(line.level);
    let mark = match level {
        0 => Html::default(),
        1 => icon(Sign::Watch),
        _ => icon(Sign::Bad),
    };
    let labels: Vec<String> = line
        .labels
        .iter()
        .filter(|(key, value)| key != "service" || *value != line.service)
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    html! {
        <div class="log-line">
            <span class="log-at">{ format::instant(line.at) }</span>
            <span class={classes!("log-level", format!("log-{}", strings::LEVEL_WORDS[level]))}>
                { mark }{ strings::LEVEL_WORDS[level] }</span>
            <span class="log-text"><strong>{ line.service.clone() }</strong>{ " " }{ line.text.clone() }{ " " }
                <span class="log-labels">{ labels.join(" ") }</span>
                if line.repeats > 0 { <span class="log-labels">{ " " }{ strings::repeats(line.repeats) }</span> }
                if let Some((number, true)) = line.trace {
                    { " " }<button type="button" class="button-bare log-trace"
                        onclick={to_trace.reform(move |_: MouseEvent| number)}>{ strings::TO_TRACE }</button>
                }
            </span>
        </div>
    }
}
