//! The run itself: its seed, its digest, its recording, and in the sandbox
//! another world.

use yew::prelude::*;

use crate::ui::hooks::use_state_eq;

use super::input;
use super::sharing::sharing;
use crate::base::SimTime;
use crate::ui::lab::use_lab;
use crate::ui::notices::{Notice, use_notices};
use crate::ui::widget::{Dialog, FileDrop, NumberField, number_field};
use crate::ui::{format, strings};
use crate::worker::{File, Opening, Speed};

/// What the dialog is given.
#[derive(PartialEq, Properties)]
pub struct RunDialogProps {
    /// Whether another world may be loaded.
    pub sandbox: bool,
    /// It is to be closed.
    pub on_close: Callback<()>,
}

/// Largest world file that is read; the loader refuses far smaller ones with a reason.
const MOST_BYTES: f64 = 16e6;
/// Largest seed that can be typed without losing digits.
const MOST_SEED: f64 = 9_007_199_254_740_991.0;

/// The run's own dialog.
#[component]
pub fn RunDialog(props: &RunDialogProps) -> Html {
    let lab = use_lab();
    let copied = use_state_eq(|| "");
    let author = use_state_eq(String::new);
    let typed = use_state_eq(|| lab.state.seed.to_string());
    let seed = input::number(&typed, 0.0, MOST_SEED).and_then(|value| {
        let whole = libm::trunc(value) == value;
        if whole {
            Ok(value as u64)
        } else {
            Err(strings::NOT_WHOLE.to_owned())
        }
    });
    let error = seed.clone().err();
    let restart = {
        let (client, place) = (lab.client.clone(), lab.state.place.clone());
        let (on_close, sandbox) = (props.on_close.clone(), props.sandbox);
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let (Ok(seed), Some((opening, _))) = (&seed, client.recording()) else {
                return;
            };
            let opening = Opening {
                seed: *seed,
                journal: Vec::new(),
                until: SimTime::ZERO,
                ..opening
            };
            let speed = if sandbox {
                Speed::Times(10)
            } else {
                Speed::Paused
            };
            client.open_at(&place, opening, speed);
            on_close.emit(());
        })
    };
    let on_input = {
        let typed = typed.clone();
        Callback::from(move |text| typed.set(text))
    };
    let digest = {
        let client = lab.client.clone();
        Callback::from(move |_: MouseEvent| client.digest())
    };
    let field = number_field(NumberField {
        id: "seed".into(),
        label: strings::SEED,
        unit: "",
        value: (*typed).clone(),
        error: error.as_deref(),
        on_input,
        placeholder: "",
    });
    html! {
        <Dialog name="run" title={strings::RUN_TITLE} on_close={props.on_close.clone()}>
            <form class="dialog-part" onsubmit={restart} novalidate={true}>
                <h3>{ strings::SEED_HEADING }</h3>
                <p class="soft">{ strings::SEED_ABOUT }</p>
                { field }
                <p class="soft">{ strings::RESTART_RUN_NOTE }</p>
                <button type="submit" class="button">
                    { strings::restart_run(typed.trim() == lab.state.seed.to_string()) }
                </button>
            </form>
            <section class="dialog-part" aria-labelledby="digest-title">
                <h3 id="digest-title">{ strings::DIGEST_HEADING }</h3>
                <p class="soft">{ strings::DIGEST_ABOUT }</p>
                <div class="button-row">
                    <button type="button" class="button" onclick={digest}>{ strings::DIGEST_BUTTON }</button>
                </div>
                <p class="digest" role="status">
                    if let Some((now, digest)) = &lab.state.digest {
                        <code>{ digest }</code><span class="soft">{ strings::digest_at(&format::instant(*now)) }</span>
                    }
                </p>
            </section>
            { sharing(&lab.client, &copied, &author) }
            if props.sandbox { <LoadWorld on_close={props.on_close.clone()} /> }
        </Dialog>
    }
}

#[derive(PartialEq, Properties)]
struct LoadWorldProps {
    on_close: Callback<()>,
}

/// A world file, picked or dropped.
#[component]
fn LoadWorld(props: &LoadWorldProps) -> Html {
    let lab = use_lab();
    let notices = use_notices();
    let on_file = {
        let on_close = props.on_close.clone();
        let (client, place, seed) = (lab.client.clone(), lab.state.place.clone(), lab.state.seed);
        Callback::from(move |file: Result<File, String>| match file {
            Ok(world) => {
                let opening = Opening {
                    world,
                    lesson: None,
                    seed,
                    journal: Vec::new(),
                    until: SimTime::ZERO,
                };
                client.open_at(&place, opening, Speed::Times(10));
                on_close.emit(());
            }
            Err(problem) => notices.push(Notice::warning(&problem)),
        })
    };
    html! {
        <section class="dialog-part" aria-labelledby="load-world-title">
            <h3 id="load-world-title">{ strings::LOAD_WORLD_HEADING }</h3>
            <FileDrop id="world-file" accept=".yaml,.yml" label={strings::LOAD_WORLD_LABEL}
                hint={strings::LOAD_WORLD_DROP} most={MOST_BYTES} {on_file} />
        </section>
    }
}
