//! Explore: queries over the metrics of the running lab.
//!
//! In: what was typed. Out: questions to the worker; tables of the
//! answers. The language itself is not known here, only where an answer says
//! that a query is wrong.

mod query;
mod table;

use yew::prelude::*;

use crate::ui::hooks::use_state_eq;

use super::asking::use_answer;
use super::strings::explore as strings;
use crate::session::{Answer, MetricQuestion, Question, When};

/// What Explore is given.
#[derive(PartialEq, Properties)]
pub struct ExploreProps {
    /// Becomes another number when there is something new to see.
    pub fresh: u64,
}

/// The tab.
#[component]
pub fn Explore(props: &ExploreProps) -> Html {
    let run = use_state_eq(String::new);
    let question = (!run.is_empty()).then(|| {
        Question::Metrics(MetricQuestion {
            queries: vec![(*run).clone()],
            when: When::Now,
        })
    });
    let answer = use_answer(question, props.fresh);
    let found = answer.as_deref().and_then(|answer| match answer {
        Answer::Metrics(answer) => Some(answer),
        _ => None,
    });
    let first = found.and_then(|answer| answer.found.first());
    let problem = first.and_then(|found| found.as_ref().err());
    let on_run = {
        let run = run.clone();
        Callback::from(move |text| run.set(text))
    };
    html! {
        <div class="explore">
            { query::field("query", &run, problem, &on_run) }
            if let Some(Ok(found)) = first {
                { table::table(found) }
            } else if run.is_empty() {
                <p class="empty">{ strings::NO_QUERY }</p>
            }
        </div>
    }
}
