//! Panels of one's own: queries with a title, kept with the lab.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::kept::{Kept, KeptPanel, MOST_PANELS, use_kept};
use super::query::QueryField;
use super::{LINES, table};
use crate::base::Span;
use crate::session::{Answer, MetricQuestion, Panel, Question, Series, TimelineEvent, Unit, When};
use crate::ui::asking::use_answer;
use crate::ui::chart::LineChart;
use crate::ui::hooks::use_state_eq;
use crate::ui::strings::explore as strings;
use crate::ui::widget::select;

/// Units on offer.
const UNITS: [(Unit, &str); 4] = [
    (Unit::Count, strings::UNIT_COUNT),
    (Unit::PerSecond, strings::UNIT_RATE),
    (Unit::Seconds, strings::UNIT_SECONDS),
    (Unit::Share, strings::UNIT_SHARE),
];

/// What the panels are given.
#[derive(PartialEq, Properties)]
pub struct OwnPanelsProps {
    /// Where the lab is kept.
    pub place: String,
    /// How far back charts look.
    pub range: Span,
    /// Becomes another number when there is something new to see.
    pub fresh: u64,
    /// Marks.
    pub annotations: Rc<Vec<TimelineEvent>>,
    /// The shared crosshair.
    pub cursor: Option<f64>,
    /// It moved.
    pub on_cursor: Callback<Option<f64>>,
    /// The shared zoom.
    pub zoom: Option<(f64, f64)>,
    /// It changed.
    pub on_zoom: Callback<Option<(f64, f64)>>,
}

/// A panel in the form, and which one it replaces.
#[derive(Clone, Default, PartialEq)]
struct Form {
    title: String,
    query: String,
    unit: usize,
    edits: Option<usize>,
}

/// The panels and the form for one more.
#[component]
pub fn OwnPanels(props: &OwnPanelsProps) -> Html {
    let (kept, keep) = use_kept(&props.place);
    let form = use_state_eq(Form::default);
    let panels = &kept.panels;
    let question = (!panels.is_empty()).then(|| {
        Question::Metrics(MetricQuestion {
            queries: panels.iter().map(|panel| panel.query.clone()).collect(),
            when: When::Over {
                span: props.range,
                until: None,
                step: None,
            },
            most: LINES,
        })
    });
    let answer = use_answer(question, props.fresh);
    let answer = answer.as_deref().and_then(Answer::metrics);
    let answer = answer.filter(|answer| answer.found.len() == panels.len());
    let (from, to) = props
        .zoom
        .or(answer.map(|answer| (answer.from, answer.to)))
        .filter(|(from, to)| from < to)
        .unwrap_or((0.0, 1.0));
    html! {
        <section class="own-panels" aria-label={strings::OWN_PANELS}>
            if panels.is_empty() { <p class="empty">{ strings::NO_PANELS }</p> }
            <div class="panels">
                { for panels.iter().enumerate().map(|(place, of)| {
                    let found = answer.and_then(|answer| answer.found.get(place));
                    let series = found.and_then(|found| found.as_ref().ok()).map(|found| &found.series);
                    let panel = Panel {
                        id: format!("own-{place}"),
                        title: of.title.clone(),
                        about: String::new(),
                        unit: of.unit,
                        series: series.into_iter().flatten().map(|series| Series {
                            name: series.legend.clone(),
                            points: series.points.clone(),
                        }).collect(),
                        threshold: None,
                    };
                    let remove = {
                        let (kept, keep) = (kept.clone(), keep.clone());
                        Callback::from(move |_: MouseEvent| {
                            let mut new = (*kept).clone();
                            new.panels.remove(place);
                            keep.emit(new);
                        })
                    };
                    let edit = {
                        let (form, of) = (form.clone(), of.clone());
                        Callback::from(move |_: MouseEvent| form.set(Form {
                            title: of.title.clone(),
                            query: of.query.clone(),
                            unit: UNITS.iter().position(|(unit, _)| *unit == of.unit).unwrap_or(0),
                            edits: Some(place),
                        }))
                    };
                    html! {
                        <div class="panel">
                            <LineChart {panel} {from} {to} annotations={(*props.annotations).clone()} height={190}
                                cursor={props.cursor} on_cursor={props.on_cursor.clone()} on_zoom={props.on_zoom.clone()} />
                            if let Some(Err(problem)) = found {
                                <p class="field-error">{ strings::problem(problem) }</p>
                            }
                            if let Some(Ok(found)) = found { { table::notes(found) } }
                            <p class="panel-about code">{ &of.query }</p>
                            <div class="button-row">
                                <button type="button" class="button button-small" onclick={edit}
                                    aria-label={strings::edit_panel(&of.title)}>{ strings::EDIT }</button>
                                <button type="button" class="button button-small" onclick={remove}
                                    aria-label={strings::remove_panel(&of.title)}>{ strings::REMOVE }</button>
                            </div>
                        </div>
                    }
                }) }
            </div>
            if panels.len() < MOST_PANELS || form.edits.is_some() {
                { fields(&form, &kept, &keep) }
            }
        </section>
    }
}

/// The form of a panel.
fn fields(form: &UseStateHandle<Form>, kept: &Rc<Kept>, keep: &Callback<Kept>) -> Html {
    let change = |change: fn(&mut Form, String)| {
        let form = form.clone();
        Callback::from(move |text: String| {
            let mut new = (*form).clone();
            change(&mut new, text);
            form.set(new);
        })
    };
    let on_title = change(|form, text| form.title = text).reform(|event: InputEvent| {
        let input = event.target().and_then(|target| target.dyn_into().ok());
        input.map_or_else(String::new, |input: HtmlInputElement| input.value())
    });
    let on_unit = {
        let form = form.clone();
        Callback::from(move |unit| {
            form.set(Form {
                unit,
                ..(*form).clone()
            })
        })
    };
    let save = {
        let (form, kept, keep) = (form.clone(), kept.clone(), keep.clone());
        Callback::from(move |query: String| {
            if query.trim().is_empty() {
                return;
            }
            let title = form.title.trim();
            let panel = KeptPanel {
                title: if title.is_empty() {
                    query.clone()
                } else {
                    title.to_owned()
                },
                query,
                unit: UNITS.get(form.unit).map_or(Unit::Count, |(unit, _)| *unit),
            };
            let mut new = (*kept).clone();
            match form.edits.and_then(|place| new.panels.get_mut(place)) {
                Some(old) => *old = panel,
                None => new.panels.push(panel),
            }
            keep.emit(new);
            form.set(Form::default());
        })
    };
    let on_save = {
        let (save, form) = (save.clone(), form.clone());
        Callback::from(move |_: MouseEvent| save.emit(form.query.clone()))
    };
    let word = if form.edits.is_some() {
        strings::SAVE_PANEL
    } else {
        strings::NEW_PANEL
    };
    html! {
        <fieldset class="panel-form">
            <legend>{ word }</legend>
            <div class="field">
                <label for="panel-title">{ strings::PANEL_TITLE }</label>
                <input class="input" id="panel-title" value={form.title.clone()} oninput={on_title} autocomplete="off" />
            </div>
            { select("panel-unit", strings::PANEL_UNIT, &UNITS.map(|unit| unit.1), form.unit, on_unit) }
            <QueryField id={"panel-query".to_owned()} label={strings::QUERY.to_owned()} text={form.query.clone()} problem={None}
                on_run={save} on_type={change(|form, text| form.query = text)} />
            <div><button type="button" class="button button-primary" onclick={on_save}
                disabled={form.query.trim().is_empty()}>{ word }</button></div>
        </fieldset>
    }
}
