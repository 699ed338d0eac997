//! The rule designer: two rules side by side, on this run's past.

use yew::prelude::*;

use super::input;
use crate::alert::designer::Worth;
use crate::base::Span;
use crate::promql::Error;
use crate::session::{Answer, Command, Question, RuleAct, RuleChange, RuleQuestion};
use crate::ui::asking::use_answer;
use crate::ui::client::Client;
use crate::ui::explore::query::QueryField;
use crate::ui::format;
use crate::ui::hooks::use_state_eq;
use crate::ui::lab::use_lab;
use crate::ui::strings::{self, alerts as words, explore};
use crate::ui::widget::{NumberField, number_field, select, text_field};

/// How far back rules are tried.
const PAST: Span = Span::from_days(7);

/// Characters of a name, as the lab takes them.
const LONGEST_NAME: usize = 60;

/// What the designer is given.
#[derive(PartialEq, Properties)]
pub struct DesignerProps {
    /// The objectives that rules can be held against.
    pub slos: Vec<String>,
    /// A query to begin with.
    pub first: String,
    /// Becomes another number when there is something new to see.
    pub fresh: u64,
}

/// A rule as it is typed.
#[derive(Clone, Default, PartialEq)]
struct Draft {
    expr: String,
    /// Minutes for which it is pending, and for which it goes on firing.
    minutes: [String; 2],
    name: String,
    ticket: bool,
}

impl Draft {
    /// How long it is pending, and goes on firing; or what is wrong with either.
    fn spans(&self) -> [Result<Span, String>; 2] {
        self.minutes.each_ref().map(|text| {
            let minutes = input::optional(text, 0.0, 43_200.0)?;
            Ok(Span::from_secs_f64(minutes.unwrap_or(0.0) * 60.0))
        })
    }

    /// Its name; what nobody named is called by its number.
    fn called(&self, number: usize) -> Result<String, String> {
        match self.name.trim() {
            "" => Ok(format!("Rule{number}")),
            name if name.chars().count() > LONGEST_NAME => Err(words::LONG_NAME.to_owned()),
            name => Ok(name.to_owned()),
        }
    }
}

/// Two rules, what each would have been worth, and a button that uses it.
#[component]
pub fn Designer(props: &DesignerProps) -> Html {
    let client = use_lab().client;
    let left = use_state_eq(|| Draft {
        expr: props.first.clone(),
        ..Draft::default()
    });
    let right = use_state_eq(Draft::default);
    let place = use_state_eq(|| 0_usize);
    let slo = props.slos.get(*place).or(props.slos.first());
    let slo = slo.cloned().unwrap_or_default();
    let drafts = [&*left, &*right];
    let given = drafts.map(|draft| !draft.expr.is_empty());
    let rules = drafts.into_iter().filter(|draft| !draft.expr.is_empty());
    let rules = rules.map(|draft| {
        let [after, keep] = draft.spans().map(Result::unwrap_or_default);
        (draft.expr.clone(), after, keep)
    });
    let question = Question::Rules(RuleQuestion {
        rules: rules.collect(),
        slo: slo.clone(),
        span: PAST,
    });
    let answer = use_answer(Some(question), props.fresh);
    let found = match answer.as_deref() {
        Some(Answer::Rules(found)) => Some(found),
        _ => None,
    };
    let mut worths = found.into_iter().flat_map(|found| &found.rules);
    let columns = [(1, &left), (2, &right)].map(|(number, state)| {
        let worth = given[number - 1].then(|| worths.next()).flatten();
        column(&client, number, state, &slo, worth)
    });
    let names: Vec<&str> = props.slos.iter().map(String::as_str).collect();
    let on_slo = {
        let place = place.setter();
        Callback::from(move |new| place.set(new))
    };
    let derive = RuleAct::Derive {
        slo: slo.clone(),
        remove: false,
    };
    let on_derive = Callback::from(move |_: MouseEvent| {
        let act = derive.clone();
        client.act(Command::AlertRule { act });
    });
    html! {
        <>
            { select("rule-slo", words::HELD_AGAINST, &names, *place, on_slo) }
            <p>
                <button type="button" class="button" onclick={on_derive}>{ words::derive(&slo) }</button>
                { " " }<span class="soft">{ words::DERIVES }</span>
            </p>
            if let Some(found) = found {
                <p class="soft">{ words::incidents(found.incidents, &slo) }</p>
            }
            <div class="designer">{ for columns }</div>
        </>
    }
}

type Tried = Result<(Worth, Option<f64>), Error>;

/// One rule: its fields, its worth, its button.
fn column(
    client: &Client,
    number: usize,
    state: &UseStateHandle<Draft>,
    slo: &str,
    worth: Option<&Tried>,
) -> Html {
    let set = |part: fn(&mut Draft, String)| {
        let state = state.clone();
        Callback::from(move |text: String| {
            let mut next = (*state).clone();
            part(&mut next, text);
            state.set(next);
        })
    };
    let spans = state.spans();
    let called = state.called(number);
    let whole = spans.iter().all(Result::is_ok) && called.is_ok();
    let whole = whole && !state.expr.is_empty() && !matches!(worth, Some(Err(_)));
    let minutes = |place: usize, id: &str, label, on_input| {
        number_field(NumberField {
            id: format!("rule-{id}-{number}").into(),
            label,
            unit: strings::UNIT_MINUTES,
            value: state.minutes[place].clone(),
            error: spans[place].as_ref().err().map(String::as_str),
            on_input,
            placeholder: "0",
        })
    };
    let on_use = {
        let (client, slo, draft) = (client.clone(), slo.to_owned(), (**state).clone());
        Callback::from(move |_: MouseEvent| {
            let ([Ok(after), Ok(keep)], Ok(name)) = (draft.spans(), draft.called(number)) else {
                return;
            };
            let severity = if draft.ticket { "ticket" } else { "page" };
            let rule = Box::new(RuleChange {
                name,
                expr: Some(draft.expr.clone()),
                after: Some(after),
                keep_firing: Some(keep),
                severity: Some(severity.to_owned()),
                slo: Some(slo.clone()),
                summary: None,
            });
            let act = RuleAct::Set { rule };
            client.act(Command::AlertRule { act });
        })
    };
    let on_severity = {
        let state = state.clone();
        Callback::from(move |place: usize| {
            let ticket = place == 1;
            state.set(Draft {
                ticket,
                ..(*state).clone()
            });
        })
    };
    let severity = if number == 1 {
        "rule-severity-1"
    } else {
        "rule-severity-2"
    };
    let on_name = set(|draft, text| draft.name = text);
    let name = text_field(NumberField {
        id: format!("rule-name-{number}").into(),
        label: words::NAME,
        value: state.name.clone(),
        error: called.as_ref().err().map(String::as_str),
        on_input: on_name,
        placeholder: if number == 1 { "Rule1" } else { "Rule2" },
        ..NumberField::default()
    });
    html! {
        <div class="designer-rule">
            <QueryField
                id={format!("rule-{number}")}
                label={explore::query_number(number)}
                text={state.expr.clone()}
                problem={worth.and_then(|worth| worth.as_ref().err().cloned())}
                on_run={set(|draft, text| draft.expr = text)}
            />
            <div class="objective-fields">
                { minutes(0, "for", words::FOR, set(|draft, text| draft.minutes[0] = text)) }
                { minutes(1, "keep", words::KEEP, set(|draft, text| draft.minutes[1] = text)) }
                { select(severity, words::SEVERITY, &[words::PAGE, words::TICKET], usize::from(state.ticket), on_severity) }
                { name }
            </div>
            if let Some(Ok((worth, spent))) = worth { { table(worth, *spent) } }
            <p>
                <button type="button" class="button" onclick={on_use}
                    disabled={!whole}>{ words::USE }</button>
            </p>
        </div>
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
        (
            words::WEEKLY,
            format::plain(libm::round(worth.per_week * 10.0) / 10.0),
        ),
    ];
    html! {
        <table class="table"><tbody>
            { for rows.into_iter().map(|(name, value)| html! {
                <tr><th scope="row">{ name }</th><td class="number">{ value }</td></tr>
            }) }
        </tbody></table>
    }
}
