//! Dashboards: golden signals and resources, drawn by queries over the
//! metrics, and panels of one's own.

use std::rc::Rc;

use yew::prelude::*;

use crate::ui::hooks::use_state_eq;

use super::inspector::scope_select;
use super::panels::use_annotations;
use super::ranges::Times;
use crate::session::{Answer, Board, BoardQuestion, Panel, Question, Scope, View};
use crate::ui::asking::use_answer;
use crate::ui::chart::LineChart;
use crate::ui::evidence::Sought;
use crate::ui::explore::{OwnPanels, use_kept};
use crate::ui::strings::{self, explore};

/// What the tab is given.
#[derive(PartialEq, Properties)]
pub struct DashboardsProps {
    /// The lab.
    pub view: Rc<View>,
    /// Where it is kept.
    pub place: String,
    /// The selected service.
    pub selected: Option<u32>,
    /// Another was selected.
    pub on_select: Callback<Option<u32>>,
    /// The time that is shown.
    pub times: Times,
    /// Becomes another number when there is something new to see.
    pub fresh: u64,
    /// Opens Explore.
    pub on_explore: Callback<()>,
    /// Opens the traces of the time that is shown, those that a chart is about.
    pub on_traces: Callback<Sought>,
}

/// The dashboards; the last one is one's own.
const BOARDS: [(Option<Board>, &str); 3] = [
    (Some(Board::Golden), explore::GOLDEN),
    (Some(Board::Resources), explore::RESOURCES),
    (None, explore::OWN),
];

/// The dashboards.
#[component]
pub fn Dashboards(props: &DashboardsProps) -> Html {
    let cursor = use_state_eq(|| None);
    let (zoom, on_zoom) = (props.times.zoom, props.times.on_zoom.clone());
    let chosen = use_state_eq(|| 0_usize);
    let (kept, keep) = use_kept(&props.place);
    let on_cursor = {
        let cursor = cursor.clone();
        use_callback((), move |at, ()| cursor.set(at))
    };
    let annotations = use_annotations(&props.view.timeline);
    let board = BOARDS.get(*chosen).and_then(|board| board.0);
    let question = board.map(|board| {
        Question::Board(BoardQuestion {
            board,
            scope: props.selected.map_or(Scope::System, Scope::Service),
            span: props.times.range,
        })
    });
    let answer = use_answer(question, props.fresh);
    let drawn = |panel: &Panel, queries: &[String], (from, to): (f64, f64)| {
        let explored = {
            let (kept, keep, on_explore) = (kept.clone(), keep.clone(), props.on_explore.clone());
            let queries = queries.to_vec();
            Callback::from(move |_: MouseEvent| {
                let mut new = (*kept).clone();
                new.queries.clone_from(&queries);
                keep.emit(new);
                on_explore.emit(());
            })
        };
        let sought = match panel.id.as_str() {
            "errors" => Sought::Failed,
            "latency" => Sought::Longest,
            _ => Sought::Latest,
        };
        html! {
            <div class="panel">
                <LineChart panel={panel.clone()} {from} {to} annotations={(*annotations).clone()} height={190}
                    cursor={*cursor} on_cursor={on_cursor.clone()} on_zoom={on_zoom.clone()} />
                <p class="panel-about">
                    { &panel.about }{ " " }
                    <button type="button" class="button-link" onclick={explored}
                        aria-label={explore::explore_panel(&panel.title)}>{ explore::OPEN_IN_EXPLORE }</button>
                    { " " }
                    <button type="button" class="button-link" onclick={props.on_traces.reform(move |_: MouseEvent| sought)}
                        aria-label={explore::traces_of_panel(&panel.title)}>{ explore::TRACES_OF_TIME }</button>
                </p>
            </div>
        }
    };
    html! {
        <div class="dashboards">
            <div class="toolbar">
                <div class="field">
                    <span class="label" id="board-label">{ explore::BOARD }</span>
                    <div class="segments" role="group" aria-labelledby="board-label">
                        { for BOARDS.iter().enumerate().map(|(place, (_, name))| {
                            let chosen = chosen.clone();
                            html! {
                                <button type="button" class="segment" aria-pressed={(*chosen == place).to_string()}
                                    onclick={move |_| chosen.set(place)}>{ *name }</button>
                            }
                        }) }
                    </div>
                </div>
                if board.is_some() {
                    { scope_select("scope", strings::SCOPE, &props.view, props.selected, &props.on_select) }
                }
                { props.times.field() }
            </div>
            if board.is_none() {
                <OwnPanels place={props.place.clone()} range={props.times.range} fresh={props.fresh}
                    annotations={annotations.clone()} cursor={*cursor} on_cursor={on_cursor.clone()}
                    {zoom} on_zoom={on_zoom.clone()} />
            } else if let Some(Answer::Board(answer)) = answer.as_deref() {
                if answer.panels.is_empty() {
                    <p class="empty">{ explore::NO_RESOURCES }</p>
                } else {
                    <div class="panels">
                        { for answer.panels.iter().map(|(panel, queries)| {
                            drawn(panel, queries, zoom.unwrap_or((answer.from, answer.to)))
                        }) }
                    </div>
                }
            } else {
                <p class="empty">{ strings::NO_CHARTS }</p>
            }
        </div>
    }
}
