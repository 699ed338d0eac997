//! A recorded run: opened from a link or a file, watched, and forked.

use std::rc::Rc;

use yew::platform::spawn_local;
use yew::prelude::*;

use super::frame::page_frame;
use crate::base::SimTime;
use crate::lesson::Claim;
use crate::session::{Link, Replay};
use crate::ui::app::{HEADING, use_title};
use crate::ui::fetch;
use crate::ui::hooks::{use_effect_with, use_state_eq};
use crate::ui::lab::use_lab;
use crate::ui::route::Route;
use crate::ui::settings::use_records;
use crate::ui::strings::replay as strings;
use crate::ui::widget::FileDrop;
use crate::ui::workspace::Workspace;
use crate::worker::File;

/// Which run.
#[derive(PartialEq, Properties)]
pub struct RecordedProps {
    /// As a link carries it; without one, a file is asked for.
    pub code: Option<String>,
}

/// The page.
#[component]
pub fn Recorded(props: &RecordedProps) -> Html {
    use_title(strings::TITLE);
    let lab = use_lab();
    let records = use_records();
    let problem = use_state_eq(|| None::<String>);
    let lesson = use_state_eq(|| None::<bool>);
    let place = Route::Replay {
        code: props.code.clone(),
    }
    .to_string();
    {
        let (client, place) = (lab.client.clone(), place.clone());
        use_effect_with((), move |()| client.leave(&place));
    }
    let open = {
        let (client, place) = (lab.client.clone(), place.clone());
        let (problem, lesson) = (problem.clone(), lesson.clone());
        Callback::from(move |found: Result<Replay, String>| match found {
            Ok(replay) => {
                problem.set(None);
                lesson.set(Some(replay.lesson.is_some()));
                client.replay(&place, Rc::new(replay.into_opening()), SimTime::ZERO);
            }
            Err(text) => problem.set(Some(text)),
        })
    };
    {
        let open = open.clone();
        use_effect_with(props.code.clone(), move |code| {
            if let Some(code) = code.clone() {
                spawn_local(async move { open.emit(follow(&code).await) });
            }
        });
    }
    if let Some(lesson) = *lesson {
        return html! {
            <Workspace {place} title={strings::TITLE} sandbox={!lesson} problem={None::<String>} />
        };
    }
    let on_file = open.reform(|file: Result<File, String>| {
        let file = file?;
        // A result carries its recording.
        if let Ok(claim) = Claim::parse(&file.name, &file.text) {
            return Ok(claim.replay);
        }
        Replay::parse(&file.name, &file.text).map_err(|problems| problems.to_string())
    });
    let page = html! {
        <section class="message">
            <h1 id={HEADING} tabindex="-1">{ strings::TITLE }</h1>
            <p>{ strings::LEAD }</p>
            if let Some(problem) = &*problem {
                <div class="problem" role="alert">
                    <h2>{ strings::NOT_OPENED }</h2>
                    <p>{ problem }</p>
                </div>
            }
            <FileDrop id="replay-file" accept=".json" label={strings::FILE_LABEL} hint={strings::FILE_HINT}
                most={Replay::LONGEST as f64} {on_file} />
        </section>
    };
    page_frame(&records, page)
}

/// The run that a link's code stands for, with the files that the site has.
async fn follow(code: &str) -> Result<Replay, String> {
    let told =
        |refusal: crate::session::Refusal| strings::refused(&refusal.problem, &refusal.remedy);
    let link = Link::read(code).map_err(told)?;
    let mut found = Vec::new();
    for path in link.missing() {
        found.push(fetch::file(path).await?);
    }
    link.complete(&found).map_err(told)
}
