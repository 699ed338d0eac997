//! The home page: something alive that asks to be broken, and where to go on.

use yew::prelude::*;

use super::demo::Demo;
use super::frame::page_frame;
use super::tracks::tracks;
use crate::lesson::Catalogue;
use crate::ui::app::{HEADING, use_title};
use crate::ui::fetch::use_catalogue;
use crate::ui::route::Route;
use crate::ui::settings::use_records;
use crate::ui::strings;
use crate::ui::widget::{Sign, icon};

/// The home page.
#[component]
pub fn Home() -> Html {
    use_title(strings::HOME_TITLE);
    let catalogue = use_catalogue();
    let records = use_records();
    let last = records.progress().last.clone();
    let page = html! {
        <>
            <div class="hero">
                <section class="hero-text">
                    <h1 id={HEADING} tabindex="-1">{ strings::HOME_HEADING }</h1>
                    <p class="lead">{ strings::HOME_LEAD }</p>
                    <div class="hero-actions">{ actions(last.as_deref(), &catalogue) }</div>
                </section>
                <Demo />
            </div>
            { match &catalogue {
                None => html! { <p class="soft" role="status">{ strings::CATALOGUE_LOADING }</p> },
                Some(Err(problem)) => html! {
                    <section class="message" role="alert">
                        <h2>{ strings::CATALOGUE_FAILED }</h2><p>{ problem }</p>
                    </section>
                },
                Some(Ok(catalogue)) => html! {
                    <>{ tracks(catalogue, records.progress()) }{ worlds(catalogue) }</>
                },
            } }
        </>
    };
    page_frame(&records, page)
}

/// Go on where it was left, or begin with the first lesson.
fn actions(last: Option<&str>, catalogue: &Option<Result<Catalogue, String>>) -> Html {
    let Some(Ok(catalogue)) = catalogue else {
        return html! {};
    };
    let known = last.and_then(|place| Some((place, place_title(place, catalogue)?)));
    if let Some((place, title)) = known {
        return html! {
            <a class="button button-primary button-large" href={place.to_owned()}>
                <span class="button-lines">
                    <span class="button-over">{ strings::CONTINUE_WHERE }</span>
                    { title }
                </span>
                { icon(Sign::Arrow) }
            </a>
        };
    }
    let first = catalogue.tracks.iter().find_map(|track| {
        let lesson = track.lessons.iter().find(|lesson| !lesson.planned)?;
        Some(Route::Learn {
            track: track.slug.clone(),
            lesson: lesson.slug.clone(),
        })
    });
    html! {
        if let Some(first) = first {
            <a class="button button-large" href={first.to_string()}>
                { strings::BEGIN }{ icon(Sign::Arrow) }
            </a>
        }
    }
}

fn place_title(place: &str, catalogue: &Catalogue) -> Option<String> {
    match Route::parse(place) {
        Route::Learn { track, lesson } => catalogue
            .tracks
            .iter()
            .find(|entry| entry.slug == track)?
            .lessons
            .iter()
            .find(|entry| entry.slug == lesson)
            .map(|entry| entry.title.clone()),
        Route::Sandbox { world } => catalogue
            .worlds
            .iter()
            .find(|entry| entry.slug == world)
            .map(|entry| strings::sandbox_title(&entry.title)),
        _ => None,
    }
}

fn worlds(catalogue: &Catalogue) -> Html {
    html! {
        <section class="home-section" aria-labelledby="worlds-title">
            <div class="section-head">
                <h2 id="worlds-title">{ strings::SANDBOX_HEADING }</h2>
                <p class="soft">{ strings::SANDBOX_ABOUT }</p>
            </div>
            <ul class="worlds">
                { for catalogue.worlds.iter().map(|world| {
                    let route = Route::Sandbox { world: world.slug.clone() };
                    html! {
                        <li>
                            <a class="world" href={route.to_string()}>
                                <h3>{ &world.title }{ icon(Sign::Arrow) }</h3>
                                <p>{ &world.about }</p>
                            </a>
                        </li>
                    }
                }) }
            </ul>
        </section>
    }
}
