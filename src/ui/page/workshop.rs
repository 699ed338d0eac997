//! The instructor's side: results that were handed in, run again one after the other.

use std::rc::Rc;

use yew::platform::spawn_local;
use yew::prelude::*;

use super::frame::page_frame;
use crate::base::Diagnostics;
use crate::lesson::grade::{Grade, HEADS, csv};
use crate::lesson::{Claim, Outcome};
use crate::session::Replay;
use crate::ui::app::{HEADING, use_title};
use crate::ui::client::Client;
use crate::ui::fetch;
use crate::ui::hooks::use_effect_with;
use crate::ui::lab::use_lab;
use crate::ui::notices::{Notice, use_notices};
use crate::ui::route::Route;
use crate::ui::settings::use_records;
use crate::ui::strings::replay::NOT_SAVED;
use crate::ui::strings::workshop as words;
use crate::ui::widget::{FileDrop, Sign, icon_with};
use crate::ui::workspace::download;
use crate::worker::File;

/// A file that was handed in.
#[derive(Clone)]
enum Row {
    /// It waits for its turn.
    Waiting(String, Rc<Claim>),
    Graded(Grade),
}

/// Every file so far, and whether one is being run.
#[derive(Clone, Default)]
struct Rows {
    rows: Vec<Row>,
    busy: bool,
}

enum Change {
    Came(Row),
    Began,
    Done(usize, Grade),
}

impl Reducible for Rows {
    type Action = Change;

    fn reduce(self: Rc<Self>, change: Change) -> Rc<Self> {
        let mut next = (*self).clone();
        match change {
            Change::Came(row) => next.rows.push(row),
            Change::Began => next.busy = true,
            Change::Done(place, grade) => {
                next.busy = false;
                if let Some(row) = next.rows.get_mut(place) {
                    *row = Row::Graded(grade);
                }
            }
        }
        Rc::new(next)
    }
}

impl Rows {
    fn next(&self) -> Option<(usize, String, Rc<Claim>)> {
        let mut rows = self.rows.iter().enumerate();
        rows.find_map(|(place, row)| match row {
            Row::Waiting(file, claim) if !self.busy => Some((place, file.clone(), claim.clone())),
            _ => None,
        })
    }

    fn grades(&self) -> Vec<Grade> {
        let graded = self.rows.iter().filter_map(|row| match row {
            Row::Graded(grade) => Some(grade.clone()),
            Row::Waiting(..) => None,
        });
        graded.collect()
    }
}

/// The page.
#[component]
pub fn Workshop() -> Html {
    use_title(words::TITLE);
    let lab = use_lab();
    let records = use_records();
    let notices = use_notices();
    let rows = use_reducer(Rows::default);
    {
        let client = lab.client.clone();
        use_effect_with((), move |()| client.leave(&Route::Workshop.to_string()));
    }
    if let Some((place, file, claim)) = rows.next() {
        rows.dispatch(Change::Began);
        grade(&lab.client, file, claim, {
            let rows = rows.dispatcher();
            move |grade| rows.dispatch(Change::Done(place, grade))
        });
    }
    let on_file = {
        let (rows, notices) = (rows.dispatcher(), notices.clone());
        Callback::from(move |file: Result<File, String>| match file {
            Ok(file) => rows.dispatch(Change::Came(match Claim::parse(&file.name, &file.text) {
                Ok(claim) => Row::Waiting(file.name, Rc::new(claim)),
                Err(problem) => Row::Graded(Grade::unreadable(&file.name, "-", &problem)),
            })),
            Err(problem) => notices.push(Notice::warning(&problem)),
        })
    };
    let save = {
        let grades = rows.grades();
        Callback::from(move |_: MouseEvent| {
            if download(words::FILE_NAME, &csv(&grades)).is_err() {
                notices.push(Notice::warning(NOT_SAVED));
            }
        })
    };
    let done = rows.grades().len();
    let page = html! {
        <section class="sheet">
            <h1 id={HEADING} tabindex="-1">{ words::TITLE }</h1>
            <p class="lead">{ words::LEAD }</p>
            <FileDrop id="results" accept=".json" label={words::LABEL} hint={words::HINT}
                most={Replay::LONGEST as f64} several={true} {on_file} />
            if rows.rows.is_empty() {
                <p>{ words::NOTHING }</p>
            } else {
                <p role="status">{ words::done(done, rows.rows.len()) }</p>
                <div class="table-frame" tabindex="0" role="region" aria-label={words::TABLE}>
                    <table class="table">
                        <thead><tr>{ for HEADS.iter().map(|head| html! { <th scope="col">{ words::head(head) }</th> }) }</tr></thead>
                        <tbody>{ for rows.rows.iter().map(row) }</tbody>
                    </table>
                </div>
                <div class="button-row">
                    <button type="button" class="button" onclick={save} disabled={done == 0}>{ words::SAVE }</button>
                </div>
            }
        </section>
    };
    page_frame(&records, page)
}

fn row(row: &Row) -> Html {
    match row {
        Row::Waiting(file, claim) => html! {
            <tr><td>{ file }</td><td>{ &claim.author }</td><td colspan="5" class="soft">{ words::RUNNING }</td></tr>
        },
        Row::Graded(grade) => {
            let (sign, class) = if grade.confirmed {
                (Sign::Good, "tone-good")
            } else {
                (Sign::Bad, "tone-bad")
            };
            let [before @ .., verdict] = &grade.cells;
            html! {
                <tr>
                    { for before.iter().map(|cell| html! { <td>{ cell }</td> }) }
                    <td>{ icon_with(sign, class) }{ " " }{ verdict }</td>
                </tr>
            }
        }
    }
}

/// Runs a claim again and tells what is found.
fn grade(client: &Client, file: String, claim: Rc<Claim>, told: impl Fn(Grade) + 'static) {
    let opening = claim.replay.clone().into_opening();
    let told = Rc::new(told);
    let on_outcome = move |found: Result<Outcome, Diagnostics>| {
        let (file, claim, told) = (file.clone(), claim.clone(), told.clone());
        spawn_local(async move {
            told(match found {
                Ok(found) => {
                    let other = other(&claim.replay).await;
                    Grade::of(&file, &claim, &found, other.as_deref())
                }
                Err(problems) => Grade::unreadable(&file, &claim.author, &problems.to_string()),
            });
        });
    };
    client.outcome(Some(opening), Callback::from(on_outcome));
}

/// The name of a file of the run that is not the site's own, if one is not.
async fn other(replay: &Replay) -> Option<String> {
    for file in replay.files() {
        if fetch::file(file.on_shelf()).await.map(|ours| ours.text) != Ok(file.text.clone()) {
            return Some(file.name.clone());
        }
    }
    None
}
