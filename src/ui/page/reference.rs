//! The reference: formulas with numbers to try, the glossary, every fault, the keys.

use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;
use yew::platform::spawn_local;
use yew::prelude::*;

use super::frame::page_frame;
use super::missing::Missing;
use crate::lesson::formula::{Answer, FORMULAS, Formula, Input};
use crate::lesson::{Term, glossary};
use crate::ui::app::{HEADING, use_title};
use crate::ui::fetch::{self, Fetched};
use crate::ui::format;
use crate::ui::hooks::{use_effect_with, use_state_eq};
use crate::ui::route::Route;
use crate::ui::settings::use_records;
use crate::ui::strings::keys::SHORTCUTS;
use crate::ui::strings::{self, reference as words};
use crate::world::fault::catalogue::{CATALOGUE, Entry, Group};

/// A part: its name in the address, its title, what it is, what stands there.
type Part = (&'static str, &'static str, &'static str, fn() -> Html);

const PARTS: [Part; 4] = [
    ("formulas", words::FORMULAS, words::FORMULAS_ABOUT, formulas),
    (
        "glossary",
        words::GLOSSARY,
        words::GLOSSARY_ABOUT,
        || html! { <Glossary /> },
    ),
    ("faults", words::FAULTS, words::FAULTS_ABOUT, faults),
    ("keys", words::KEYS, words::KEYS_ABOUT, keys),
];

/// Which part.
#[derive(PartialEq, Properties)]
pub struct ReferenceProps {
    /// Its name; the first part if none is given.
    pub part: Option<String>,
}

/// The page.
#[component]
pub fn Reference(props: &ReferenceProps) -> Html {
    use_title(words::TITLE);
    let records = use_records();
    let wanted = props.part.as_deref().unwrap_or(PARTS[0].0);
    let Some((name, title, about, part)) = PARTS.iter().find(|(name, ..)| *name == wanted) else {
        let route = Route::Reference {
            part: props.part.clone(),
        };
        return html! { <Missing path={route.to_string()} /> };
    };
    let page = html! {
        <section class="sheet">
            <h1 id={HEADING} tabindex="-1">{ words::TITLE }</h1>
            <nav class="parts" aria-label={words::PARTS}>
                { for PARTS.iter().map(|(other, title, ..)| {
                    let route = Route::Reference { part: Some((*other).to_owned()) };
                    html! { <a href={route.to_string()} aria-current={(other == name).then_some("page")}>{ *title }</a> }
                }) }
            </nav>
            <h2>{ *title }</h2>
            <p class="soft">{ *about }</p>
            { part() }
        </section>
    };
    page_frame(&records, page)
}

fn formulas() -> Html {
    html! { <div class="formulas">{ for (0..FORMULAS.len()).map(|place| html! { <Worked {place} /> }) }</div> }
}

#[derive(PartialEq, Properties)]
struct WorkedProps {
    /// Which of the formulas.
    place: usize,
}

/// A formula with its sliders.
#[component]
fn Worked(props: &WorkedProps) -> Html {
    let formula: &Formula = &FORMULAS[props.place];
    let chosen = use_state_eq(|| {
        formula
            .inputs
            .iter()
            .map(|input| input.usual)
            .collect::<Vec<usize>>()
    });
    let values: Vec<f64> = formula
        .inputs
        .iter()
        .zip(&*chosen)
        .map(|(input, place)| input.values[*place])
        .collect();
    let slider = |(place, input): (usize, &Input)| {
        let id = format!("{}-{place}", formula.name);
        let shown = format!("{} {}", format::plain(values[place]), input.unit);
        let oninput = {
            let chosen = chosen.clone();
            let last = input.values.len() - 1;
            Callback::from(move |event: InputEvent| {
                let target = event.target();
                let input = target.and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
                let mut next = (*chosen).clone();
                next[place] = input
                    .map_or(0, |input| input.value_as_number() as usize)
                    .min(last);
                chosen.set(next);
            })
        };
        html! {
            <div class="slider">
                <label for={id.clone()}>{ input.label }</label>
                <output for={id.clone()}>{ &shown }</output>
                <input {id} type="range" min="0" max={(input.values.len() - 1).to_string()} step="1"
                    value={chosen[place].to_string()} aria-valuetext={shown.clone()} {oninput} />
            </div>
        }
    };
    let results = (formula.work)(&values);
    html! {
        <article class="formula" aria-labelledby={formula.name}>
            <h3 id={formula.name}>{ formula.title }</h3>
            <p class="formula-written"><code>{ formula.written }</code></p>
            <p>{ formula.about }</p>
            <div class="formula-inputs">{ for formula.inputs.iter().enumerate().map(slider) }</div>
            <dl class="facts" aria-live="polite">
                { for results.iter().map(|(name, answer)| html! {
                    <><dt>{ *name }</dt><dd>{ shown(*answer) }</dd></>
                }) }
            </dl>
            <p class="soft">{ words::SOURCE }{ " " }{ formula.source }</p>
        </article>
    }
}

fn shown(answer: Answer) -> String {
    match answer {
        Answer::Duration(span) => format::duration(span),
        Answer::Wait(span) => span.map_or_else(|| words::WITHOUT_END.to_owned(), format::latency),
        Answer::Count(count) => format::count(count),
        Answer::Number(number) => format::plain(number),
        Answer::Times(times) => format::burn(Some(times)),
        Answer::Share(share) => format::percent_fine(share),
    }
}

/// The glossary, which is fetched.
#[component]
fn Glossary() -> Html {
    let terms = use_state_eq(|| None::<Result<Vec<Term>, String>>);
    {
        let terms = terms.clone();
        use_effect_with((), move |()| {
            spawn_local(async move { terms.set(Some(read().await)) })
        });
    }
    let terms: &Fetched<Vec<Term>> = &terms;
    match terms {
        None => html! { <p class="soft" role="status">{ strings::CATALOGUE_LOADING }</p> },
        Some(Err(problem)) => html! { <p role="alert">{ problem }</p> },
        Some(Ok(terms)) => html! {
            <dl class="glossary">
                { for terms.iter().map(|term| html! {
                    <><dt id={format!("term-{}", term.slug)}>{ &term.title }</dt><dd>{ &term.meaning }</dd></>
                }) }
            </dl>
        },
    }
}

/// Every term, by its title.
async fn read() -> Result<Vec<Term>, String> {
    let file = fetch::file("glossary.yaml").await?;
    let mut terms =
        glossary::read(&file.name, &file.text).map_err(|problems| problems.to_string())?;
    terms.sort_unstable_by(|a, b| a.title.cmp(&b.title));
    Ok(terms)
}

fn faults() -> Html {
    let mut groups: Vec<Group> = Vec::new();
    for entry in CATALOGUE.iter() {
        if !groups.contains(&entry.group) {
            groups.push(entry.group);
        }
    }
    html! { { for groups.into_iter().map(of_group) } }
}

fn of_group(group: Group) -> Html {
    let title = words::group(group);
    html! {
        <section>
            <h3>{ title }</h3>
            <div class="table-frame" tabindex="0" role="region" aria-label={title}>
                <table class="table">
                    <thead><tr>
                        <th scope="col">{ words::FAULT }</th>
                        <th scope="col">{ words::DOES }</th>
                        <th scope="col">{ words::PARAMETERS }</th>
                    </tr></thead>
                    <tbody>{ for CATALOGUE.iter().filter(|entry| entry.group == group).map(of_kind) }</tbody>
                </table>
            </div>
        </section>
    }
}

fn of_kind(entry: &Entry) -> Html {
    let parameters: Vec<&str> = entry
        .parameters
        .iter()
        .map(|parameter| parameter.title)
        .collect();
    html! {
        <tr>
            <th scope="row">{ entry.title }<br /><code>{ entry.name }</code></th>
            <td>{ entry.does }</td>
            <td>{ parameters.join(", ") }</td>
        </tr>
    }
}

fn keys() -> Html {
    html! {
        <table class="table keys">
            <tbody>
                { for SHORTCUTS.iter().map(|(keys, does)| html! {
                    <tr>
                        <th scope="row">{ for keys.split(' ').map(|key| html! { <kbd>{ key }</kbd> }) }</th>
                        <td>{ *does }</td>
                    </tr>
                }) }
            </tbody>
        </table>
    }
}
