//! The sandbox: a world with every control and no lesson.

use yew::platform::spawn_local;
use yew::prelude::*;

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
    {
        let (client, place, problem) = (lab.client.clone(), place.clone(), problem.clone());
        let world = props.world.clone();
        use_effect_with((), move |()| {
            client.leave(&place);
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
    let name = match &catalogue {
        Some(Ok(catalogue)) => catalogue
            .worlds
            .iter()
            .find(|world| world.slug == props.world)
            .map(|world| world.title.clone()),
        _ => None,
    };
    let title = strings::sandbox_title(name.as_deref().unwrap_or(&props.world));
    use_title(&title);
    html! { <Workspace {place} {title} sandbox={true} problem={(*problem).clone()} /> }
}
