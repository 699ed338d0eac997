//! The list of steps, and the way back to the start of one.

use yew::prelude::*;

use crate::lesson::{StepHead, StepState};
use crate::ui::client::Client;
use crate::ui::strings;
use crate::ui::widget::{Dialog, Sign, icon};

/// The steps as a row of marks; done ones lead back.
pub fn step_list(steps: &[StepHead], on_rewind: &Callback<u32>) -> Html {
    html! {
        <ol class="steps" aria-label={strings::STEPS}>
            { for steps.iter().zip(0_u32..).map(|(step, index)| {
                let number = index + 1;
                let label = strings::step_label(number, &step.title, step.state);
                match step.state {
                    StepState::Done => {
                        let onclick = on_rewind.reform(move |_: MouseEvent| index);
                        html! {
                            <li class="step step-done">
                                <button type="button" {onclick} aria-label={strings::rewind_to(number, &step.title)}
                                    title={strings::rewind_to(number, &step.title)}>
                                    { icon(Sign::Tick) }
                                </button>
                            </li>
                        }
                    }
                    StepState::Current => html! {
                        <li class="step step-current" aria-current="step">
                            <span title={step.title.clone()}>
                                <span aria-hidden="true">{ number }</span>
                                <span class="visually-hidden">{ label }</span>
                            </span>
                        </li>
                    },
                    StepState::Ahead => html! {
                        <li class="step">
                            <span title={step.title.clone()}>
                                <span aria-hidden="true">{ number }</span>
                                <span class="visually-hidden">{ label }</span>
                            </span>
                        </li>
                    },
                }
            }) }
        </ol>
    }
}

/// Asks before what was done since the step began is forgotten.
pub fn rewind_dialog(client: &Client, step: u32, title: &str, on_close: &Callback<()>) -> Html {
    let yes = {
        let (client, on_close) = (client.clone(), on_close.clone());
        Callback::from(move |_: MouseEvent| {
            client.rewind(step);
            on_close.emit(());
        })
    };
    html! {
        <Dialog name="rewind" title={strings::REWIND_TITLE} on_close={on_close.clone()}>
            <p>{ strings::rewind_text(step + 1, title) }</p>
            <div class="button-row">
                <button type="button" class="button button-primary" onclick={yes}>
                    { icon(Sign::Rewind) }{ strings::REWIND_YES }
                </button>
                <button type="button" class="button" onclick={on_close.reform(|_: MouseEvent| ())}>
                    { strings::CANCEL }
                </button>
            </div>
        </Dialog>
    }
}
