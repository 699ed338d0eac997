//! The tracks as paths: lessons in order, with what was done.

use yew::prelude::*;

use crate::lesson::{Catalogue, Entry, LessonProgress, Progress, Track};
use crate::ui::route::Route;
use crate::ui::strings;
use crate::ui::widget::{Sign, icon};

/// Every track with its lessons, and what was done of them.
pub fn tracks(catalogue: &Catalogue, progress: &Progress) -> Html {
    html! {
        { for catalogue.tracks.iter().map(|track| {
            let heading = format!("track-{}", track.slug);
            let of = |lesson: &Entry| progress.lessons.get(&id(track, lesson));
            let done = track.lessons.iter().filter(|l| of(l).is_some_and(|p| p.done)).count();
            html! {
                <section class="home-section" aria-labelledby={heading.clone()}>
                    <div class="section-head">
                        <h2 id={heading}>{ &track.title }</h2>
                        <p class="soft">{ &track.about }</p>
                        <p class="track-count">{ strings::lessons_done(done, track.lessons.len()) }</p>
                    </div>
                    <ol class="path">
                        { for track.lessons.iter().map(|lesson| stop(track, lesson, of(lesson))) }
                    </ol>
                </section>
            }
        }) }
    }
}

fn id(track: &Track, lesson: &Entry) -> String {
    format!("{}/{}", track.slug, lesson.slug)
}

/// One lesson on the path.
fn stop(track: &Track, lesson: &Entry, progress: Option<&LessonProgress>) -> Html {
    let (sign, class, word) = match progress {
        _ if lesson.planned => (
            Sign::Clock,
            "stop stop-planned",
            strings::PLANNED.to_owned(),
        ),
        Some(progress) if progress.done => (
            Sign::Tick,
            "stop stop-done",
            strings::stars_of(progress.best),
        ),
        Some(progress) => (
            Sign::Dot,
            "stop stop-begun",
            strings::step_of(progress.step, progress.steps),
        ),
        None => (Sign::Ring, "stop", strings::minutes(lesson.minutes)),
    };
    let words = html! {
        <>
            <h3>{ &lesson.title }</h3>
            <p>{ &lesson.about }</p>
            <p class="stop-state">{ word }</p>
        </>
    };
    let route = Route::Learn {
        track: track.slug.clone(),
        lesson: lesson.slug.clone(),
    };
    html! {
        <li class={class}>
            <span class="stop-mark">{ icon(sign) }</span>
            if lesson.planned {
                <div class="stop-body">{ words }</div>
            } else {
                <a class="stop-body" href={route.to_string()}>{ words }</a>
            }
        </li>
    }
}
