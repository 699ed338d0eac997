//! The rule designer: two rules side by side, on this run's past.

use yew::prelude::*;

use crate::alert::designer::Worth;
use crate::base::Span;
use crate::promql::Error;
use crate::session::{Answer, Question, RuleQuestion};
use crate::ui::asking::use_answer;
use crate::ui::explore::query::QueryField;
use crate::ui::format;
use crate::ui::hooks::use_state_eq;
use crate::ui::strings::{alerts as words, explore};

/// How far back rules are tried.
const PAST: Span = Span::from_days(7);

/// What the designer is given.
#[derive(PartialEq, Properties)]
pub struct DesignerProps {
    /// The objective that rules are held against.
    pub slo: String,
    /// A query to begin with.
    pub first: String,
    /// Becomes another number when there is something new to see.
    pub fresh: u64,
}

/// Two queries and what each would have been worth.
#[component]
pub fn Designer(props: &DesignerProps) -> Html {
    let left = use_state_eq(|| props.first.clone());
    let right = use_state_eq(String::new);
    let rules = [&*left, &*right]
        .into_iter()
        .filter(|rule| !rule.is_empty());
    let rules: Vec<(String, Span)> = rules.map(|rule| (rule.clone(), Span::ZERO)).collect();
    let question = Question::Rules(RuleQuestion {
        rules,
        slo: props.slo.clone(),
        span: PAST,
    });
    let answer = use_answer(Some(question), props.fresh);
    let setter = |state: &UseStateHandle<String>| {
        let state = state.clone();
        Callback::from(move |text| state.set(text))
    };
    let found = match answer.as_deref() {
        Some(Answer::Rules(found)) => Some(found),
        _ => None,
    };
    html! {
        <>
            <QueryField
                id="rule-left"
                label={explore::query_number(1)}
                text={(*left).clone()}
                problem={None::<Error>}
                on_run={setter(&left)}
            />
            <QueryField
                id="rule-right"
                label={explore::query_number(2)}
                text={(*right).clone()}
                problem={None::<Error>}
                on_run={setter(&right)}
            />
            if let Some(found) = found {
                <p class="soft">{ words::incidents(found.incidents, &props.slo) }</p>
                <div class="slo-terms">
                    { for found.rules.iter().map(|rule| match rule {
                        Ok((worth, spent)) => table(worth, *spent),
                        Err(problem) => html! { <p class="field-error">{ problem }</p> },
                    }) }
                </div>
            }
        </>
    }
}

fn table(worth: &Worth, spent: Option<f64>) -> Html {
    let time = |seconds: Option<f64>| {
        seconds.map_or(format::NONE.to_owned(), |s| {
            format::duration(Span::from_secs_f64(s))
        })
    };
    let rows = [
        (words::DETECTION, time(worth.detection)),
        (words::RESET, time(worth.reset)),
        (words::PRECISION, format::maybe_percent(worth.precision)),
        (words::RECALL, format::maybe_percent(worth.recall)),
        (words::SPENT, format::maybe_percent(spent)),
        (words::WEEKLY, format::plain(worth.per_week)),
    ];
    html! {
        <table class="table"><tbody>
            { for rows.into_iter().map(|(name, value)| html! {
                <tr><th scope="row">{ name }</th><td class="number">{ value }</td></tr>
            }) }
        </tbody></table>
    }
}
