//! Files that could not be opened, and a lab that is not there yet.

use std::rc::Rc;

use yew::prelude::*;

use crate::base::{Diagnostics, Severity};
use crate::ui::lab::{Phase, use_lab};
use crate::ui::widget::{Dialog, Icon, Sign};
use crate::ui::{format, store, strings};

/// What went wrong.
#[derive(PartialEq, Properties)]
pub struct ProblemsProps {
    /// In one sentence, where there is no list.
    #[prop_or_default]
    pub text: Option<String>,
    /// The file.
    #[prop_or_default]
    pub file: String,
    /// Every problem.
    #[prop_or_default]
    pub problems: Rc<Diagnostics>,
    /// Whether it stands above a lab that goes on.
    #[prop_or_default]
    pub dialog: bool,
}

/// The problems: in place of the lab, or above it.
#[component]
pub fn Problems(props: &ProblemsProps) -> Html {
    let lab = use_lab();
    let title = if props.text.is_some() {
        strings::NOT_LOADED.to_owned()
    } else {
        strings::not_opened(&props.file)
    };
    let list = html! {
        <>
            if let Some(text) = &props.text { <p>{ text }</p><p class="soft">{ strings::NOT_LOADED_REMEDY }</p> }
            <ol class="problems">{ for props.problems.iter().map(problem) }</ol>
        </>
    };
    if props.dialog {
        let on_close = Callback::from(move |()| lab.client.dismiss_refused());
        return html! {
            <Dialog name="problems" {title} {on_close} wide={true}>
                <p>{ strings::GOES_ON }</p>
                { list }
            </Dialog>
        };
    }
    // What was kept here would be refused again at every visit.
    let key = store::run_key(&lab.state.place);
    let afresh = Callback::from(move |_: MouseEvent| {
        store::set_aside(&key);
        // A page that cannot be loaded again says so itself.
        gloo::utils::window().location().reload().ok();
    });
    html! {
        <section class="message" role="alert">
            <h2>{ title }</h2>
            { list }
            if props.text.is_none() {
                <p class="soft">{ strings::AFRESH_NOTE }</p>
                <button type="button" class="button button-primary" onclick={afresh}>{ strings::AFRESH }</button>
            }
        </section>
    }
}

fn problem(problem: &crate::base::Diagnostic) -> Html {
    let place = &problem.place;
    let (sign, class) = match problem.severity {
        Severity::Error => (Sign::Bad, "tone-bad"),
        Severity::Warning => (Sign::Watch, "tone-watch"),
    };
    html! {
        <li class="problem">
            <p class="problem-place">
                <Icon {sign} class={class} />
                <code>{ format!("{}:{}:{}", place.file, place.line, place.column) }</code>
                if !problem.field.is_empty() { <code class="problem-field">{ &problem.field }</code> }
            </p>
            <p><b>{ &problem.problem }</b></p>
            <p>{ &problem.remedy }</p>
            if !problem.excerpt.is_empty() { <pre tabindex="0">{ &problem.excerpt }</pre> }
        </li>
    }
}

/// How a lab that is not there yet stands.
#[derive(PartialEq, Properties)]
pub struct WaitingProps {
    /// How it stands.
    pub phase: Phase,
}

/// What is being waited for.
#[component]
pub fn Waiting(props: &WaitingProps) -> Html {
    let (text, progress) = match props.phase {
        Phase::Building { now, until } if !until.since_start().is_zero() => (
            strings::catching_up(&format::instant(now), &format::instant(until)),
            Some(now.as_secs_f64() / until.as_secs_f64()),
        ),
        Phase::Gone => (strings::LAB_GONE.to_owned(), None),
        _ => (strings::LAB_STARTING.to_owned(), None),
    };
    html! {
        <div class="waiting" role="status">
            <p>{ text }</p>
            if let Some(share) = progress {
                <progress max="1" value={share.to_string()} aria-label={strings::CATCHING_UP} />
            }
        </div>
    }
}
