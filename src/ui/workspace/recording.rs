//! The bar of a recorded run: where it stands, what was done when, and the way
//! out of it.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::base::SimTime;
use crate::session::{JournalEntry, Opening};
use crate::ui::format;
use crate::ui::lab::Lab;
use crate::ui::notices::{Notice, Notices};
use crate::ui::strings::replay as strings;
use crate::ui::widget::{Sign, icon};

/// The bar; nothing if the lab is nobody's recording.
pub fn recording_bar(lab: &Lab, notices: &Notices) -> Html {
    let Some(recording) = lab.state.recording.clone() else {
        return html! {};
    };
    let now = lab.state.now();
    let all = &recording.journal;
    let done = all.partition_point(|entry| entry.at <= now);
    let to = |at: Option<SimTime>| {
        let (lab, recording) = (lab.clone(), recording.clone());
        Callback::from(move |_: MouseEvent| {
            if let Some(at) = at {
                lab.client.replay(&lab.state.place, recording.clone(), at);
            }
        })
    };
    let before = all[..done].iter().rev().map(|entry| entry.at);
    let before = before.into_iter().find(|at| *at < now);
    let next = all.get(done).map(|entry| entry.at);
    let fork = {
        let (client, notices) = (lab.client.clone(), notices.clone());
        Callback::from(move |_: MouseEvent| {
            client.fork();
            notices.push(Notice::info(strings::FORKED));
        })
    };
    html! {
        <section class="recording" aria-label={strings::BAR}>
            <button type="button" class="button button-small" onclick={to(before)} disabled={before.is_none()}
                aria-label={strings::BACK} title={strings::BACK}>{ icon(Sign::Rewind) }</button>
            { scrubber(lab, &recording, now) }
            <button type="button" class="button button-small" onclick={to(next)} disabled={next.is_none()}
                aria-label={strings::ONWARDS} title={strings::ONWARDS}>{ icon(Sign::Next) }</button>
            <p class="recording-where">
                <span>{ strings::action_of(done, all.len()) }</span>
                <span class="soft">{ format::instant(now) }{ " / " }{ format::instant(recording.until) }</span>
            </p>
            <button type="button" class="button button-small button-primary" onclick={fork} title={strings::FORK_NOTE}>
                { strings::FORK }
            </button>
        </section>
    }
}

/// The whole run as a line with its actions as ticks.
fn scrubber(lab: &Lab, recording: &Rc<Opening>, now: SimTime) -> Html {
    let until = recording.until.since_start().as_secs_f64().max(1.0);
    let onchange = {
        let (lab, recording) = (lab.clone(), recording.clone());
        Callback::from(move |event: Event| {
            let target = event.target();
            let input = target.and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
            if let Some(seconds) = input.map(|input| input.value_as_number()) {
                // Never a fraction: the input steps by whole seconds.
                let at = SimTime::from_secs(seconds.max(0.0) as u64).min(recording.until);
                lab.client.replay(&lab.state.place, recording.clone(), at);
            }
        })
    };
    let tick = |entry: &JournalEntry| {
        let x = entry.at.since_start().as_secs_f64() / until * 1_000.0;
        let x = format!("{x:.1}");
        html! { <line class="recording-tick" x1={x.clone()} x2={x} y1="0" y2="10" vector-effect="non-scaling-stroke" /> }
    };
    html! {
        <div class="recording-line">
            <svg viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">
                { for recording.journal.iter().map(tick) }
            </svg>
            <input type="range" min="0" max={format!("{}", until as u64)} step="1" aria-label={strings::SCRUB}
                aria-valuetext={format::instant(now)} {onchange}
                value={format!("{}", now.since_start().as_secs_f64() as u64)} />
        </div>
    }
}
