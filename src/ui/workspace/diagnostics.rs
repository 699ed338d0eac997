//! Files that could not be opened, and a lab that is not there yet.

use yew::prelude::*;

use crate::base::{Diagnostics, Severity};
use crate::ui::client::Client;
use crate::ui::lab::Phase;
use crate::ui::widget::{Dialog, Sign, icon_with};
use crate::ui::{format, store, strings};

/// Why nothing could be loaded, in place of the lab.
pub fn not_loaded(text: &str) -> Html {
    html! {
        <section class="message" role="alert">
            <h2>{ strings::NOT_LOADED }</h2>
            <p>{ text }</p>
            <p class="soft">{ strings::NOT_LOADED_REMEDY }</p>
        </section>
    }
}

/// The problems of a file, in place of the lab at `place`.
pub fn problems(place: &str, file: &str, found: &Diagnostics) -> Html {
    // What was kept here would be refused again at every visit.
    let key = store::run_key(place);
    let afresh = Callback::from(move |_: MouseEvent| {
        store::set_aside(&key);
        // A page that cannot be loaded again says so itself.
        gloo::utils::window().location().reload().ok();
    });
    html! {
        <section class="message" role="alert">
            <h2>{ strings::not_opened(file) }</h2>
            { list(found) }
            <p class="soft">{ strings::AFRESH_NOTE }</p>
            <button type="button" class="button button-primary" onclick={afresh}>{ strings::AFRESH }</button>
        </section>
    }
}

/// The problems of a file, above a lab that goes on.
pub fn problems_dialog(client: &Client, file: &str, found: &Diagnostics) -> Html {
    let client = client.clone();
    let on_close = Callback::from(move |()| client.dismiss_refused());
    html! {
        <Dialog name="problems" title={strings::not_opened(file)} {on_close} wide={true}>
            <p>{ strings::GOES_ON }</p>
            { list(found) }
        </Dialog>
    }
}

fn list(found: &Diagnostics) -> Html {
    html! { <ol class="problems">{ for found.iter().map(problem) }</ol> }
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
                { icon_with(sign, class) }
                <code>{ format!("{}:{}:{}", place.file, place.line, place.column) }</code>
                if !problem.field.is_empty() { <code class="problem-field">{ &problem.field }</code> }
            </p>
            <p><b>{ &problem.problem }</b></p>
            <p>{ &problem.remedy }</p>
            if !problem.excerpt.is_empty() { <pre tabindex="0">{ &problem.excerpt }</pre> }
        </li>
    }
}

/// What is being waited for, while the lab is not there yet.
pub fn waiting(phase: Phase) -> Html {
    let (text, progress) = match phase {
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
