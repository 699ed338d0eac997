//! Explore, and panels of one's own: queries over the metrics of the running lab.
//!
//! In: what was typed. Out: questions to the worker; tables and charts of the
//! answers. The language itself is not known here, only where an answer says
//! that a query is wrong.

mod kept;
mod own;
pub mod query;
mod table;

use std::rc::Rc;

use yew::prelude::*;

use crate::ui::hooks::use_state_eq;

use super::asking::use_answer;
use super::chart::LineChart;
use super::lab::use_lab;
use super::notices::{Notice, use_notices};
use super::strings::explore as strings;
use super::workspace::{Times, copy as copy_text, use_annotations};
use crate::base::Span;
use crate::session::{
    Answer, Asked, MetricQuestion, Panel, Question, Series, TimelineEvent, Unit, View, When,
};

pub use kept::{Kept, use_kept};
use kept::{KeptPanel, MOST_PANELS, MOST_QUERIES};
pub use own::OwnPanels;
pub use query::QueryField;

/// Lines of one chart; there are as many colours.
const LINES: u32 = 6;
/// Rows of one table.
const ROWS: u32 = 250;
/// Steps on offer: seconds and name; 0 lets the lab choose.
const STEPS: [(u64, &str); 6] = [
    (0, "auto"),
    (15, "15s"),
    (60, "1m"),
    (300, "5m"),
    (900, "15m"),
    (3_600, "1h"),
];

/// What Explore is given.
#[derive(PartialEq, Properties)]
pub struct ExploreProps {
    /// The lab.
    pub view: Rc<View>,
    /// Where it is kept.
    pub place: String,
    /// The time that is shown.
    pub times: Times,
    /// Becomes another number when there is something new to see.
    pub fresh: u64,
}

/// The tab.
#[component]
pub fn Explore(props: &ExploreProps) -> Html {
    let client = use_lab().client;
    let notices = use_notices();
    let (kept, keep) = use_kept(&props.place);
    let graph = use_state_eq(|| true);
    let step = use_state_eq(|| 0_usize);
    let cursor = use_state_eq(|| None::<f64>);
    let (zoom, on_zoom) = (props.times.zoom, &props.times.on_zoom);
    let annotations = use_annotations(&props.view.timeline);
    let queries = &kept.queries;
    let when = if *graph {
        let seconds = STEPS.get(*step).map_or(0, |step| step.0);
        When::Over {
            span: props.times.range,
            until: None,
            step: (seconds > 0).then(|| Span::from_secs(seconds)),
        }
    } else {
        When::Now
    };
    let typed: Vec<String> = queries
        .iter()
        .filter(|query| !query.trim().is_empty())
        .cloned()
        .collect();
    let question = (!typed.is_empty()).then(|| {
        Question::Metrics(MetricQuestion {
            queries: typed.clone(),
            when,
            most: if *graph { LINES } else { ROWS },
        })
    });
    let answer = use_answer(question, props.fresh);
    let answer = answer.as_deref().and_then(Answer::metrics);
    // An answer that is still about other queries says nothing about these.
    let found = |query: &String| -> Option<&Asked> {
        let place = typed.iter().position(|typed| typed == query)?;
        answer
            .filter(|answer| answer.found.len() == typed.len())?
            .found
            .get(place)
    };
    let set = |change: Box<dyn Fn(&mut Kept)>| {
        let (kept, keep) = (kept.clone(), keep.clone());
        Callback::from(move |()| {
            let mut new = (*kept).clone();
            change(&mut new);
            keep.emit(new);
        })
    };
    let copy = {
        let (client, notices) = (client, notices.clone());
        Callback::from(move |_: MouseEvent| {
            let notices = notices.clone();
            let on_answer = Callback::from(move |answer| {
                if let Answer::Text(text) = answer {
                    let notices = notices.clone();
                    copy_text(text, move |copied| {
                        let said = if copied {
                            strings::COPIED_METRICS
                        } else {
                            super::strings::NOT_COPIED
                        };
                        notices.push(Notice::info(said));
                    });
                }
            });
            client.ask(Question::Exposition, on_answer);
        })
    };
    let on_cursor = {
        let cursor = cursor.clone();
        use_callback((), move |at, ()| cursor.set(at))
    };
    let view = [(true, strings::GRAPH), (false, strings::TABLE)];
    html! {
        <div class="explore">
            <div class="toolbar">
                <div class="field">
                    <span class="label" id="explore-view">{ strings::VIEW }</span>
                    <div class="segments" role="group" aria-labelledby="explore-view">
                        { for view.into_iter().map(|(which, word)| {
                            let graph = graph.clone();
                            html! {
                                <button type="button" class="segment" aria-pressed={(*graph == which).to_string()}
                                    onclick={move |_| graph.set(which)}>{ word }</button>
                            }
                        }) }
                    </div>
                </div>
                if *graph {
                    { props.times.field() }
                    { super::widget::select("explore-step", strings::STEP, &STEPS.map(|step| step.1), *step, {
                        let step = step.clone();
                        Callback::from(move |place| step.set(place))
                    }) }
                }
                <button type="button" class="button button-small" onclick={copy}>{ strings::COPY_METRICS }</button>
            </div>
            { for queries.iter().enumerate().map(|(place, query)| {
                let found = found(query);
                let on_run = {
                    let (kept, keep) = (kept.clone(), keep.clone());
                    Callback::from(move |text: String| {
                        let mut new = (*kept).clone();
                        if let Some(query) = new.queries.get_mut(place) {
                            *query = text;
                        }
                        keep.emit(new);
                    })
                };
                let problem = found.and_then(|found| found.as_ref().err()).cloned();
                let remove = set(Box::new(move |kept| { kept.queries.remove(place); }));
                let add = {
                    let query = query.clone();
                    set(Box::new(move |kept| kept.panels.push(KeptPanel {
                        title: query.clone(),
                        query: query.clone(),
                        unit: Unit::Count,
                    })))
                };
                html! {
                    <section class="explored" aria-label={strings::query_number(place + 1)}>
                        <QueryField id={format!("query-{place}")} label={strings::query_number(place + 1)}
                            text={query.clone()} {problem} {on_run} />
                        if let Some(Ok(found)) = found {
                            if *graph {
                                { table::notes(found) }
                                { chart(&Drawn {
                                    title: strings::query_number(place + 1),
                                    found: found.series.iter().map(|series| Series {
                                        name: series.legend.clone(),
                                        points: series.points.clone(),
                                    }).collect(),
                                    range: zoom.or_else(|| answer.map(|answer| (answer.from, answer.to))),
                                    annotations: &annotations,
                                    cursor: *cursor,
                                    on_cursor: &on_cursor,
                                    on_zoom,
                                }) }
                            } else {
                                { table::table(found) }
                            }
                        } else if query.trim().is_empty() {
                            <p class="empty">{ strings::NO_QUERY }</p>
                        }
                        <div class="button-row">
                            if queries.len() > 1 {
                                <button type="button" class="button button-small" onclick={remove.reform(|_: MouseEvent| ())}>
                                    { strings::REMOVE_QUERY }
                                </button>
                            }
                            if matches!(found, Some(Ok(_))) && kept.panels.len() < MOST_PANELS {
                                <button type="button" class="button button-small" onclick={{
                                    let notices = notices.clone();
                                    add.reform(move |_: MouseEvent| notices.push(Notice::info(strings::ADDED_PANEL)))
                                }}>
                                    { strings::ADD_PANEL }
                                </button>
                            }
                        </div>
                    </section>
                }
            }) }
            if queries.len() < MOST_QUERIES {
                <div><button type="button" class="button" onclick={
                    set(Box::new(|kept| kept.queries.push(String::new()))).reform(|_: MouseEvent| ())
                }>{ strings::ADD_QUERY }</button></div>
            }
        </div>
    }
}

/// A chart of what a query found.
struct Drawn<'a> {
    title: String,
    found: Vec<Series>,
    range: Option<(f64, f64)>,
    annotations: &'a Rc<Vec<TimelineEvent>>,
    cursor: Option<f64>,
    on_cursor: &'a Callback<Option<f64>>,
    on_zoom: &'a Callback<Option<(f64, f64)>>,
}

fn chart(drawn: &Drawn<'_>) -> Html {
    let (from, to) = drawn
        .range
        .filter(|(from, to)| from < to)
        .unwrap_or((0.0, 1.0));
    let panel = Panel {
        id: "explore".to_owned(),
        title: drawn.title.clone(),
        about: String::new(),
        unit: Unit::Count,
        series: drawn.found.clone(),
        threshold: None,
    };
    html! {
        <LineChart {panel} {from} {to} annotations={(**drawn.annotations).clone()} height={220}
            cursor={drawn.cursor} on_cursor={drawn.on_cursor.clone()} on_zoom={drawn.on_zoom.clone()} />
    }
}
