//! The sandbox: a world with every control and no lesson.

use yew::platform::spawn_local;
use yew::prelude::*;

use super::missing::Missing;
use crate::ui::hooks::{use_effect_with, use_state_eq};

use crate::base::SimTime;
use crate::ui::app::use_title;
use crate::ui::fetch::{self, use_catalogue};
use crate::ui::lab::{kept, use_lab};
use crate::ui::notices::{Notice, use_notices};
use crate::ui::route::Route;
use crate::ui::settings::use_records;
use crate::ui::strings;
use crate::ui::workspace::Workspace;
use crate::worker::{Opening, Speed};

/// Which world.
#[derive(PartialEq, Properties)]
pub struct SandboxProps {
    /// The world's file name without `.yaml`.
    pub world: String,
}

/// The seed of a sandbox that is begun.
const SEED: u64 = 1;

/// The workspace without a lesson.
#[component]
pub fn Sandbox(props: &SandboxProps) -> Html {
    let lab = use_lab();
    let notices = use_notices();
    let records = use_records();
    let catalogue = use_catalogue();
    let problem = use_state_eq(|| None::<String>);
    let place = Route::Sandbox {
        world: props.world.clone(),
    }
    .to_string();
    let entry = match &catalogue {
        Some(Ok(catalogue)) => catalogue
            .worlds
            .iter()
            .find(|world| world.slug == props.world),
        _ => None,
    };
    // A list that could not be loaded is no reason not to try.
    let known = catalogue
        .as_ref()
        .map(|catalogue| entry.is_some() || catalogue.is_err());
    {
        let (client, place) = (lab.client.clone(), place.clone());
        use_effect_with((), move |()| client.leave(&place));
    }
    {
        let (client, place, problem) = (lab.client.clone(), place.clone(), problem.clone());
        let world = props.world.clone();
        use_effect_with(known, move |known| {
            if *known != Some(true) {
                return;
            }
            records.note_visit(&place);
            if let Some(opening) = kept(&place, &notices) {
                notices.push(Notice::info(strings::RESTORED));
                client.open(&place, opening);
                return;
            }
            spawn_local(async move {
                match fetch::world(&world).await {
                    Ok(world) => {
                        let opening = Opening {
                            world,
                            lesson: None,
                            seed: SEED,
                            journal: Vec::new(),
                            until: SimTime::ZERO,
                        };
                        client.open_at(&place, opening, Speed::Times(10));
                    }
                    Err(text) => problem.set(Some(text)),
                }
            });
        });
    }
    let name = entry.map_or(props.world.as_str(), |world| world.title.as_str());
    let title = strings::sandbox_title(name);
    use_title(&title);
    if known == Some(false) {
        return html! { <Missing path={place} reason={strings::no_such_world(&props.world)} /> };
    }
    html! { <Workspace {place} {title} sandbox={true} problem={(*problem).clone()} /> }
}
