//! A lesson: its files are fetched, or what was kept of it is restored.

use yew::platform::spawn_local;
use yew::prelude::*;

use crate::ui::hooks::{use_effect_with, use_state_eq};

use super::missing::Missing;
use crate::base::SimTime;
use crate::lesson::{Catalogue, Entry};
use crate::ui::app::use_title;
use crate::ui::client::Client;
use crate::ui::fetch::{self, use_catalogue};
use crate::ui::lab::{kept, use_lab};
use crate::ui::notices::{Notice, use_notices};
use crate::ui::route::Route;
use crate::ui::strings;
use crate::ui::workspace::Workspace;
use crate::worker::{Opening, Speed};

/// Which lesson.
#[derive(PartialEq, Properties)]
pub struct LearnProps {
    /// The track's folder.
    pub track: String,
    /// The lesson's folder.
    pub lesson: String,
}

/// The seed of a lesson that is begun.
const SEED: u64 = 1;

/// The workspace with a lesson beside it.
#[component]
pub fn Learn(props: &LearnProps) -> Html {
    let lab = use_lab();
    let notices = use_notices();
    let catalogue = use_catalogue();
    let problem = use_state_eq(|| None::<String>);
    let place = Route::Learn {
        track: props.track.clone(),
        lesson: props.lesson.clone(),
    }
    .to_string();
    let entry = match &catalogue {
        Some(Ok(catalogue)) => Some(find(catalogue, props).cloned()),
        _ => None,
    };
    {
        let (client, place) = (lab.client.clone(), place.clone());
        use_effect_with((), move |()| client.leave(&place));
    }
    {
        let (client, place, problem) = (lab.client.clone(), place.clone(), problem.clone());
        let (track, lesson) = (props.track.clone(), props.lesson.clone());
        use_effect_with(entry.clone(), move |entry| {
            let Some(Some(entry)) = entry
                .clone()
                .filter(|e| e.as_ref().is_some_and(|e| !e.planned))
            else {
                return;
            };
            if let Some(opening) = kept(&place, &notices) {
                notices.push(Notice::info(strings::RESTORED));
                client.open(&place, opening);
                return;
            }
            spawn_local(async move {
                if let Err(text) = begin(&client, &place, &track, &lesson, &entry).await {
                    problem.set(Some(text));
                }
            });
        });
    }
    let title = match &entry {
        Some(Some(entry)) => entry.title.clone(),
        _ => props.lesson.clone(),
    };
    use_title(&title);
    let missing = match (&catalogue, &entry) {
        (_, Some(None)) => Some(strings::no_such_lesson(&props.track, &props.lesson)),
        (_, Some(Some(entry))) if entry.planned => Some(strings::lesson_planned(&entry.title)),
        _ => None,
    };
    if let Some(reason) = missing {
        return html! { <Missing path={place} reason={reason} /> };
    }
    let problem = match &catalogue {
        Some(Err(text)) => Some(text.clone()),
        _ => (*problem).clone(),
    };
    html! { <Workspace {place} {title} sandbox={false} {problem} /> }
}

fn find<'a>(catalogue: &'a Catalogue, props: &LearnProps) -> Option<&'a Entry> {
    let track = catalogue.tracks.iter().find(|t| t.slug == props.track)?;
    track.lessons.iter().find(|l| l.slug == props.lesson)
}

async fn begin(
    client: &Client,
    place: &str,
    track: &str,
    lesson: &str,
    entry: &Entry,
) -> Result<(), String> {
    let opening = Opening {
        world: fetch::world(&entry.world).await?,
        lesson: Some(fetch::lesson(track, lesson).await?),
        seed: SEED,
        journal: Vec::new(),
        until: SimTime::ZERO,
    };
    client.open_at(place, opening, Speed::Paused);
    Ok(())
}
