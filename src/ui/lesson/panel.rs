//! The lesson panel.

use std::rc::Rc;

use yew::prelude::*;

use crate::ui::hooks::{use_effect_with, use_mut_ref, use_state_eq};

use super::debrief::debrief;
use super::prose::prose;
use super::question::Question;
use super::steps::{rewind_dialog, step_list};
use crate::lesson::{CheckView, LessonView, StepHead};
use crate::session::Command;
use crate::ui::app::{focus, into_sight};
use crate::ui::client::Client;
use crate::ui::lab::use_lab;
use crate::ui::notices::use_notices;
use crate::ui::strings;
use crate::ui::widget::{Sign, icon};

/// Id of the current step's heading.
const STEP: &str = "step-heading";
/// What of the panel scrolls.
const BODY: &str = ".lesson-body";
/// Id of the feedback on a wrong move.
const FEEDBACK: &str = "feedback";
/// Id of the explanation.
const EXPLANATION: &str = "explanation";

/// What the panel is given.
#[derive(PartialEq, Properties)]
pub struct LessonPanelProps {
    /// The lesson, once it is there.
    pub lesson: Option<Rc<LessonView>>,
    /// The panel is to be folded away.
    pub on_fold: Callback<()>,
}

/// The lesson beside the lab.
#[component]
pub fn LessonPanel(props: &LessonPanelProps) -> Html {
    let lab = use_lab();
    let rewind = use_state_eq(|| None::<u32>);
    let ask_rewind = {
        // The same as long as it can be, so that a step is only written anew when it changed.
        let rewind = rewind.setter();
        use_callback((), move |step, ()| rewind.set(Some(step)))
    };
    use_step_change(props.lesson.as_deref());
    let fold = html! {
        <button type="button" class="button-bare fold" onclick={props.on_fold.reform(|_: MouseEvent| ())}
            aria-expanded="true" aria-label={strings::FOLD_LESSON} title={strings::FOLD_LESSON}>
            { icon(Sign::FoldLeft) }
        </button>
    };
    let Some(lesson) = &props.lesson else {
        return html! {
            <div class="lesson">
                <header class="lesson-head"><p class="soft">{ strings::LESSON_WAITING }</p>{ fold }</header>
            </div>
        };
    };
    let close = {
        let rewind = rewind.clone();
        Callback::from(move |()| rewind.set(None))
    };
    html! {
        <div class="lesson">
            <header class="lesson-head">
                { step_list(&lesson.steps, &ask_rewind) }
                { fold }
            </header>
            <Step client={lab.client.clone()} lesson={lesson.clone()} on_rewind={ask_rewind} />
            if let Some((step, head)) = rewind.and_then(|step| Some((step, head(lesson, step)?))) {
                { rewind_dialog(&lab.client, step, &head.title, &close) }
            }
        </div>
    }
}

fn head(lesson: &LessonView, step: u32) -> Option<&StepHead> {
    lesson.steps.get(step as usize)
}

/// Reads out a step that begins, and moves the focus to it when the learner went on.
#[hook]
fn use_step_change(lesson: Option<&LessonView>) {
    let notices = use_notices();
    let now = lesson.map(|lesson| {
        let title =
            head(lesson, lesson.current).map_or_else(String::new, |head| head.title.clone());
        (lesson.current, lesson.steps.len(), title)
    });
    let before = use_mut_ref(|| None);
    use_effect_with(now, move |now| {
        let before = before.replace(now.as_ref().map(|(step, ..)| *step));
        if let (Some((step, steps, title)), Some(before)) = (now, before)
            && *step != before
        {
            notices.announce(strings::step_announced(*step + 1, *steps, title));
            focus(STEP);
        }
    });
}

#[derive(PartialEq, Properties)]
struct StepProps {
    client: Client,
    lesson: Rc<LessonView>,
    on_rewind: Callback<u32>,
}

/// The current step.
#[component]
fn Step(props: &StepProps) -> Html {
    let lesson = &props.lesson;
    let terms = &lesson.terms;
    let title = head(lesson, lesson.current).map_or("", |head| head.title.as_str());
    let number = lesson.current + 1;
    {
        // What has just been said is what to read next.
        let said = (lesson.feedback.is_some(), lesson.explanation.is_some());
        use_effect_with((lesson.current, said), |(_, said)| match said {
            (_, true) => into_sight(BODY, EXPLANATION),
            (true, false) => into_sight(BODY, FEEDBACK),
            (false, false) => {}
        });
    }
    if let Some(end) = &lesson.debrief {
        return html! {
            <>
                <div class="lesson-body" tabindex="0" role="region" aria-labelledby={STEP}>
                    <h2 id={STEP} tabindex="-1">{ title }</h2>
                    { debrief(end, terms) }
                </div>
                <footer class="lesson-foot">
                    <a class="button button-primary" href="#/">{ strings::BACK_HOME }{ icon(Sign::Arrow) }</a>
                </footer>
            </>
        };
    }
    html! {
        <>
            <div class="lesson-body" tabindex="0" role="region" aria-labelledby={STEP}>
                <p class="lesson-step">{ strings::step_of(lesson.current, u32::try_from(lesson.steps.len()).unwrap_or(number)) }</p>
                <h2 id={STEP} tabindex="-1">{ title }</h2>
                { prose(&lesson.body, terms, "body") }
                if let Some(question) = &lesson.question {
                    <Question key={question.name.clone()} question={question.clone()} />
                }
                if !lesson.task.is_empty() {
                    <section class="task" aria-labelledby="task-title">
                        <h3 id="task-title">{ strings::TASK }</h3>
                        <p>{ &lesson.task }</p>
                        { checks(&lesson.checks) }
                    </section>
                } else {
                    { checks(&lesson.checks) }
                }
                if let Some(feedback) = &lesson.feedback {
                    <section class="callout callout-watch" id={FEEDBACK} role="status" aria-label={strings::FEEDBACK}>
                        { icon(Sign::Watch) }
                        { prose(feedback, terms, "feedback") }
                    </section>
                }
                { hints(&props.client, lesson) }
                if let Some(explanation) = &lesson.explanation {
                    <section class="callout callout-accent" id={EXPLANATION} role="status" aria-labelledby="explanation-title">
                        { icon(Sign::Book) }
                        <div>
                            <h3 id="explanation-title">{ strings::EXPLANATION }</h3>
                            { prose(explanation, terms, "explanation") }
                        </div>
                    </section>
                }
            </div>
            { actions(&props.client, lesson, &props.on_rewind) }
        </>
    }
}

fn checks(checks: &[CheckView]) -> Html {
    if checks.is_empty() {
        return html! {};
    }
    html! {
        <ul class="checks">
            { for checks.iter().map(|check| {
                let (sign, class, word) = if check.met {
                    (Sign::Good, "check check-met", strings::CHECK_MET)
                } else {
                    (Sign::Ring, "check", strings::CHECK_OPEN)
                };
                html! {
                    <li {class}>
                        { icon(sign) }
                        <span>
                            <span class="visually-hidden">{ word }</span>
                            { &check.text }
                            if !check.missing.is_empty() { <span class="missing">{ &check.missing }</span> }
                        </span>
                    </li>
                }
            }) }
        </ul>
    }
}

/// Hints opened so far, and the button that opens the next.
fn hints(client: &Client, lesson: &LessonView) -> Html {
    let client = client.clone();
    let onclick = Callback::from(move |_: MouseEvent| client.act(Command::Hint));
    html! {
        <div class="hints">
            <div aria-live="polite">
                { for lesson.hints.iter().enumerate().map(|(index, hint)| html! {
                    <section class="hint" key={index} aria-label={strings::hint_number(index + 1)}>
                        <p class="hint-number">{ strings::hint_number(index + 1) }</p>
                        { prose(hint, &lesson.terms, &format!("hint-{index}")) }
                    </section>
                }) }
            </div>
            if lesson.hints_left > 0 && !lesson.can_continue {
                <p class="hint-ask">
                    <button type="button" class="button button-small" {onclick}>
                        { strings::hint_button(lesson.hints.is_empty()) }
                    </button>
                    <span class="soft">{ strings::hint_cost(lesson.hints_left) }</span>
                </p>
            }
        </div>
    }
}

/// Go on, or go back to the start of the step.
fn actions(client: &Client, lesson: &LessonView, on_rewind: &Callback<u32>) -> Html {
    let (client, step) = (client.clone(), lesson.current);
    let go_on = Callback::from(move |_: MouseEvent| client.act(Command::Continue));
    html! {
        <footer class="lesson-foot">
            <button type="button" class="button-quiet" title={strings::REWIND_LONG} onclick={on_rewind.reform(move |_: MouseEvent| step)}>
                { icon(Sign::Rewind) }{ strings::REWIND }
            </button>
            <button type="button" class="button button-primary" disabled={!lesson.can_continue} onclick={go_on}>
                { if lesson.continue_label.is_empty() { strings::CONTINUE } else { &lesson.continue_label } }
                { icon(Sign::Arrow) }
            </button>
        </footer>
    }
}
