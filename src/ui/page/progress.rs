//! What a learner has done: every lesson with its stars, to take along and to bring in.

use yew::prelude::*;

use super::frame::page_frame;
use crate::lesson::{Catalogue, Entry, LessonProgress, Progress, Track};
use crate::ui::app::{HEADING, use_title};
use crate::ui::fetch::use_catalogue;
use crate::ui::hooks::use_state_eq;
use crate::ui::notices::{Notice, use_notices};
use crate::ui::route::Route;
use crate::ui::settings::use_records;
use crate::ui::strings::{self, progress as words};
use crate::ui::widget::FileDrop;
use crate::ui::workspace::download;
use crate::worker::File;

/// Largest file of progress that is read; the reader refuses far smaller ones with a reason.
const MOST_BYTES: f64 = 4e6;

/// The page.
#[component]
pub fn ProgressPage() -> Html {
    use_title(words::TITLE);
    let catalogue = use_catalogue();
    let records = use_records();
    let notices = use_notices();
    let said = use_state_eq(|| "");
    let save = {
        let (said, text) = (said.clone(), records.progress().to_json());
        Callback::from(move |_: MouseEvent| {
            said.set(match download(words::FILE_NAME, &text) {
                Ok(()) => words::SAVED,
                Err(_) => words::NOT_SAVED,
            });
        })
    };
    let on_file = {
        let (records, said) = (records.clone(), said.clone());
        Callback::from(move |file: Result<File, String>| {
            let read = file.and_then(|file| {
                Progress::parse(&file.text)
                    .map_err(|problem| words::unreadable(&file.name, &problem))
            });
            match read {
                Ok(progress) => {
                    records.absorb(progress);
                    said.set(words::ADDED);
                }
                Err(problem) => notices.push(Notice::warning(&problem)),
            }
        })
    };
    let page = html! {
        <section class="sheet">
            <h1 id={HEADING} tabindex="-1">{ words::TITLE }</h1>
            <p class="lead">{ words::LEAD }</p>
            { match &catalogue {
                Some(Ok(catalogue)) => done(catalogue, records.progress()),
                Some(Err(problem)) => html! { <p role="alert">{ problem }</p> },
                None => html! { <p class="soft" role="status">{ strings::CATALOGUE_LOADING }</p> },
            } }
            <h2>{ words::KEEP_HEADING }</h2>
            <p>{ words::KEEP_ABOUT }</p>
            <div class="button-row">
                <button type="button" class="button" onclick={save}>{ words::EXPORT }</button>
            </div>
            <FileDrop id="progress-file" accept=".json" label={words::IMPORT_LABEL} hint={words::IMPORT_HINT}
                most={MOST_BYTES} {on_file} />
            <p class="soft" role="status">{ *said }</p>
        </section>
    };
    page_frame(&records, page)
}

/// Every lesson that was opened, and the sum of all.
fn done(catalogue: &Catalogue, progress: &Progress) -> Html {
    let of = |track: &Track, lesson: &Entry| {
        let id = format!("{}/{}", track.slug, lesson.slug);
        progress.lessons.get(&id).cloned()
    };
    let all = catalogue.tracks.iter().flat_map(|track| {
        let ready = track.lessons.iter().filter(|lesson| !lesson.planned);
        ready.map(move |lesson| (track, lesson))
    });
    let played: Vec<(&Track, &Entry, LessonProgress)> = all
        .clone()
        .filter_map(|(track, lesson)| Some((track, lesson, of(track, lesson)?)))
        .collect();
    if played.is_empty() {
        return html! { <p>{ words::NOTHING }</p> };
    }
    let finished = played.iter().filter(|(.., progress)| progress.done).count();
    let stars = played.iter().map(|(.., progress)| progress.best).sum();
    html! {
        <>
            <p><strong>{ words::sum(finished, all.count(), stars) }</strong></p>
            <div class="table-frame" tabindex="0" role="region" aria-label={words::TITLE}>
                <table class="table">
                    <thead><tr>
                        <th scope="col">{ words::LESSON }</th>
                        <th scope="col">{ words::STATE }</th>
                        <th scope="col">{ words::STARS }</th>
                    </tr></thead>
                    <tbody>{ for played.iter().map(|(track, lesson, progress)| row(track, lesson, progress)) }</tbody>
                </table>
            </div>
        </>
    }
}

fn row(track: &Track, lesson: &Entry, progress: &LessonProgress) -> Html {
    let route = Route::Learn {
        track: track.slug.clone(),
        lesson: lesson.slug.clone(),
    };
    let state = if progress.done {
        words::FINISHED.to_owned()
    } else {
        strings::step_of(progress.step, progress.steps)
    };
    html! {
        <tr>
            <th scope="row"><a href={route.to_string()}>{ &lesson.title }</a><br /><span class="soft">{ &track.title }</span></th>
            <td>{ state }</td>
            <td>{ strings::stars_of(progress.best) }</td>
        </tr>
    }
}
