//! The list of steps, and the way back to the start of one.

use yew::prelude::*;

use crate::lesson::{StepHead, StepState};
use crate::ui::strings;
use crate::ui::widget::{Dialog, Sign, icon};

/// What the list is given.
#[derive(PartialEq, Properties)]
pub struct StepListProps {
    /// Every step.
    pub steps: Vec<StepHead>,
    /// A step that was done was chosen.
    pub on_rewind: Callback<u32>,
}

/// The steps as a row of marks; done ones lead back.
#[component]
pub fn StepList(props: &StepListProps) -> Html {
    html! {
        <ol class="steps" aria-label={strings::STEPS}>
            { for props.steps.iter().zip(0_u32..).map(|(step, index)| {
                let number = index + 1;
                let label = strings::step_label(number, &step.title, step.state);
                match step.state {
                    StepState::Done => {
                        let onclick = props.on_rewind.reform(move |_: MouseEvent| index);
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

/// Where to go back to.
#[derive(PartialEq, Properties)]
pub struct RewindDialogProps {
    /// The step's number, from 0.
    pub step: u32,
    /// Its title.
    pub title: String,
    /// Yes.
    pub on_rewind: Callback<u32>,
    /// No.
    pub on_close: Callback<()>,
}

/// Asks before what was done since is forgotten.
#[component]
pub fn RewindDialog(props: &RewindDialogProps) -> Html {
    let step = props.step;
    let (on_rewind, on_close) = (props.on_rewind.clone(), props.on_close.clone());
    let yes = Callback::from(move |_: MouseEvent| {
        on_rewind.emit(step);
        on_close.emit(());
    });
    html! {
        <Dialog name="rewind" title={strings::REWIND_TITLE} on_close={props.on_close.clone()}>
            <p>{ strings::rewind_text(step + 1, &props.title) }</p>
            <div class="button-row">
                <button type="button" class="button button-primary" onclick={yes}>
                    { icon(Sign::Rewind) }{ strings::REWIND_YES }
                </button>
                <button type="button" class="button" onclick={props.on_close.reform(|_: MouseEvent| ())}>
                    { strings::CANCEL }
                </button>
            </div>
        </Dialog>
    }
}
