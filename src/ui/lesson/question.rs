//! A question that the learner commits to before anything is shown.

use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::ui::hooks::{use_effect_with, use_mut_ref, use_state_eq};

use crate::lesson::{QuestionKind, QuestionView};
use crate::session::Command;
use crate::ui::app::focus;
use crate::ui::lab::use_lab;
use crate::ui::widget::{Sign, icon};
use crate::ui::{format, strings};

/// Id of the question's heading.
const QUESTION: &str = "question";

/// What is asked.
#[derive(PartialEq, Properties)]
pub struct QuestionProps {
    /// The question.
    pub question: QuestionView,
}

/// The question, and its answer once it is given.
#[component]
pub fn Question(props: &QuestionProps) -> Html {
    let lab = use_lab();
    let question = &props.question;
    let guess = use_state_eq(|| None::<f64>);
    let value = match (&question.kind, *guess) {
        (_, Some(guess)) => Some(guess),
        // The slider stands in the middle; committing to the middle is a guess too.
        (QuestionKind::Number { min, max, step, .. }, None) => Some(middle(*min, *max, *step)),
        (QuestionKind::Choice { .. }, None) => None,
    };
    let onsubmit = {
        let (client, name) = (lab.client.clone(), question.name.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if let Some(value) = value {
                client.act(Command::Answer {
                    question: name.clone(),
                    value,
                });
            }
        })
    };
    let on_guess = {
        let guess = guess.clone();
        Callback::from(move |value| guess.set(Some(value)))
    };
    {
        // The form goes with the guess; the focus stays at what was asked.
        let answered = question.answer.is_some();
        let before = use_mut_ref(|| answered);
        use_effect_with(answered, move |answered| {
            if *answered && !before.replace(*answered) {
                focus(QUESTION);
            }
        });
    }
    if let Some(answer) = question.answer {
        return html! {
            <section class="question question-answered" aria-labelledby={QUESTION}>
                <h3 id={QUESTION} tabindex="-1">{ &question.prompt }</h3>
                <p class="answer">{ icon(Sign::Tick) }{ strings::your_guess(&shown(&question.kind, answer)) }</p>
            </section>
        };
    }
    html! {
        <form class="question" {onsubmit} aria-labelledby={QUESTION}>
            <h3 id={QUESTION}>{ &question.prompt }</h3>
            { match &question.kind {
                QuestionKind::Number { min, max, step, unit } => slider(*min, *max, *step, unit, value.unwrap_or(*min), &on_guess),
                QuestionKind::Choice { options } => choices(&question.name, options, value, &on_guess),
            } }
            <button type="submit" class="button button-primary" disabled={value.is_none()}>{ strings::COMMIT }</button>
            <p class="soft">{ strings::NOT_SCORED }</p>
        </form>
    }
}

fn middle(min: f64, max: f64, step: f64) -> f64 {
    let steps = if step > 0.0 {
        libm::round((max - min) / step / 2.0)
    } else {
        0.0
    };
    (min + steps * step).clamp(min, max)
}

fn slider(min: f64, max: f64, step: f64, unit: &str, value: f64, on_guess: &Callback<f64>) -> Html {
    let oninput = on_guess.reform(move |event: InputEvent| {
        event
            .target()
            .and_then(|target| target.dyn_into::<HtmlInputElement>().ok())
            .map_or(min, |input| input.value_as_number())
    });
    let text = strings::with_unit(&format::plain(value), unit);
    html! {
        <div class="slider">
            <output class="slider-value" for="guess">{ &text }</output>
            <input id="guess" type="range" min={min.to_string()} max={max.to_string()} step={step.to_string()}
                value={value.to_string()} {oninput} aria-labelledby={QUESTION} aria-valuetext={text.clone()} />
            <div class="slider-ends soft" aria-hidden="true">
                <span>{ format::plain(min) }</span><span>{ strings::with_unit(&format::plain(max), unit) }</span>
            </div>
        </div>
    }
}

fn choices(name: &str, options: &[String], value: Option<f64>, on_guess: &Callback<f64>) -> Html {
    html! {
        <div class="choices" role="radiogroup" aria-labelledby={QUESTION}>
            { for options.iter().zip(0_u32..).map(|(option, index)| {
                let index = f64::from(index);
                let onchange = on_guess.reform(move |_: Event| index);
                html! {
                    <label class="choice">
                        <input type="radio" name={name.to_owned()} checked={value == Some(index)} {onchange} />
                        <span>{ option }</span>
                    </label>
                }
            }) }
        </div>
    }
}

/// An answer in words.
fn shown(kind: &QuestionKind, answer: f64) -> String {
    match kind {
        QuestionKind::Number { unit, .. } => strings::with_unit(&format::plain(answer), unit),
        QuestionKind::Choice { options } => options
            .get(answer as usize)
            .cloned()
            .unwrap_or_else(|| format::plain(answer)),
    }
}
