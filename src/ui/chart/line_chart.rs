//! A chart as pages use it.

use std::rc::Rc;

use web_sys::HtmlCanvasElement;
use yew::prelude::*;

use crate::ui::hooks::{use_effect_with, use_state_eq};

use super::annotate::Marks;
use super::axes::{axes, px};
use super::cursor::{Tip, crosshair, event_list, readings, spoken, value_tip};
use super::hooks::{use_size, use_theme, use_unique_id};
use super::legend::{Entry, latest, legend};
use super::pad::{Pad, Selection, pad};
use super::plot::{Plot, plan};
use super::{draw, marks, summary, words};
use crate::session::{Panel, TimelineEvent};

/// Props of [`LineChart`].
#[derive(Properties, PartialEq)]
pub struct LineChartProps {
    /// What it shows.
    pub panel: Panel,
    /// Left end, seconds since the start of the run.
    pub from: f64,
    /// Right end, seconds since the start of the run.
    pub to: f64,
    /// Events; those worth a mark get one.
    #[prop_or_default]
    pub annotations: Vec<TimelineEvent>,
    /// Height of the plot in CSS pixels, without heading.
    pub height: u32,
    /// Where the shared crosshair stands, seconds since the start of the run.
    #[prop_or_default]
    pub cursor: Option<f64>,
    /// Called when the pointer or the keyboard moves the crosshair.
    #[prop_or_default]
    pub on_cursor: Callback<Option<f64>>,
    /// Called with a range that was dragged, or none for the whole range.
    #[prop_or_default]
    pub on_zoom: Callback<Option<(f64, f64)>>,
}

/// Lines over simulated time.
#[component]
pub fn LineChart(props: &LineChartProps) -> Html {
    let LineChartProps {
        panel, from, to, ..
    } = props;
    let frame_node = use_node_ref();
    let canvas = use_node_ref();
    let pad_node = use_node_ref();
    let (width, _) = use_size(&frame_node);
    let size = (width, f64::from(props.height));
    let theme = use_theme();
    let id = use_unique_id("chart");
    let hidden = use_state_eq(Vec::<String>::new);
    let active = use_state_eq(|| false);
    let selection = use_state_eq(|| None::<Selection>);
    let shown_mark = use_state_eq(|| None::<usize>);

    let plot: Rc<Plot> = use_memo(
        (panel.clone(), (*from, *to), size, (*hidden).clone()),
        |(panel, range, size, hidden)| {
            plan(panel, *range, *size, |name| {
                hidden.iter().any(|h| h == name)
            })
        },
    );
    use_effect_with(
        (plot.clone(), size, theme, canvas.clone()),
        |(plot, size, _, canvas)| {
            if let (Some(canvas), true) = (canvas.cast::<HtmlCanvasElement>(), size.0 > 0.0) {
                // Without a canvas the labels and the summary remain.
                let _ = draw::draw(&canvas, plot, *size);
            }
        },
    );

    let frame = plot.frame;
    let marks = marks::gather(&props.annotations, (*from, *to), |t| frame.x(t));
    let cursor = props.cursor.filter(|t| (*from..=*to).contains(t));
    let values = cursor
        .map(|at| readings(panel, &plot, at))
        .unwrap_or_default();
    let nothing = plot.lines.iter().all(|line| line.pieces.is_empty());
    let marked: Vec<&TimelineEvent> = (*shown_mark)
        .and_then(|place| marks.get(place))
        .map(|mark| pick(&props.annotations, &mark.events))
        .unwrap_or_default();

    let tip = match (*shown_mark).and_then(|place| marks.get(place)) {
        Some(mark) => html! {
            <Tip x={mark.x} left={mark.x > width / 2.0}>{ event_list(&marked) }</Tip>
        },
        None => match cursor.filter(|_| *active && selection.is_none() && !nothing) {
            Some(at) => {
                let near = marks.iter().find(|mark| (mark.x - frame.x(at)).abs() < 5.0);
                let events = near.map(|mark| pick(&props.annotations, &mark.events));
                value_tip(panel, &plot, at, &values, &events.unwrap_or_default())
            }
            None => Html::default(),
        },
    };
    let empty = nothing.then(|| empty_state(panel, &hidden));
    let summary_id = format!("{id}-summary");
    let surface = Pad {
        node: pad_node,
        title: &panel.title,
        plot: plot.clone(),
        points: points(panel, &plot),
        cursor,
        text: cursor.map(|at| spoken(panel, at, &values)),
        described_by: summary_id.clone(),
        selection: (*selection).clone(),
        on_selection: setter(&selection),
        on_active: setter(&active),
        on_cursor: props.on_cursor.clone(),
        on_zoom: props.on_zoom.clone(),
    };

    html! {
        <figure class="chart">
            <figcaption class="chart-head">
                <span class="chart-title" title={panel.about.clone()}>{ &panel.title }</span>
                { legend(&entries(props, &hidden, cursor, &values), panel.unit, plot.dashed, &toggle(&hidden)) }
            </figcaption>
            <div class="chart-frame" ref={frame_node}>
                <canvas class="chart-canvas" ref={canvas} aria-hidden="true"></canvas>
                <svg class="chart-labels" width="100%" height={props.height.to_string()} aria-hidden="true">
                    { axes(&plot) }
                    { for cursor.filter(|_| !nothing).map(|at| crosshair(&plot, at, &values)) }
                    { for selection.as_ref().map(|s| selected(&plot, s)) }
                </svg>
                { pad(&surface) }
                if !marks.is_empty() {
                    <svg class="chart-marks" width="100%" height={props.height.to_string()}>
                        <Marks title={panel.title.clone()} {frame} {marks}
                            events={props.annotations.clone()} on_show={setter(&shown_mark)} />
                    </svg>
                }
                { for empty }
                { tip }
            </div>
            <p class="chart-summary" id={summary_id}>{ in_words(props) }</p>
        </figure>
    }
}

fn setter<T: PartialEq + 'static>(state: &UseStateHandle<T>) -> Callback<T> {
    let setter = state.setter();
    Callback::from(move |value| setter.set(value))
}

fn toggle(hidden: &UseStateHandle<Vec<String>>) -> Callback<String> {
    let hidden = hidden.clone();
    Callback::from(move |name: String| {
        let mut list = (*hidden).clone();
        match list.iter().position(|h| *h == name) {
            Some(place) => drop(list.remove(place)),
            None => list.push(name),
        }
        hidden.set(list);
    })
}

fn pick<'a>(events: &'a [TimelineEvent], places: &[usize]) -> Vec<&'a TimelineEvent> {
    places
        .iter()
        .filter_map(|place| events.get(*place))
        .collect()
}

/// The times that the keyboard walks along: those of the first visible series.
fn points(panel: &Panel, plot: &Plot) -> Rc<Vec<(f64, Option<f64>)>> {
    let first = plot
        .lines
        .first()
        .and_then(|line| panel.series.get(line.series));
    let inside = |t: f64| (plot.frame.from..=plot.frame.to).contains(&t);
    let times = first.map(|series| series.points.iter().copied().filter(|p| inside(p.0)));
    Rc::new(times.map(Iterator::collect).unwrap_or_default())
}

fn entries(
    props: &LineChartProps,
    hidden: &[String],
    cursor: Option<f64>,
    values: &[super::cursor::Reading],
) -> Vec<Entry> {
    let now = latest(&props.panel, props.from, props.to);
    let series = props.panel.series.iter().enumerate().zip(now);
    series
        .map(|((place, series), now)| Entry {
            name: series.name.clone(),
            value: match cursor {
                Some(_) => values
                    .iter()
                    .find(|r| r.series == place)
                    .and_then(|r| r.value),
                None => now,
            },
            shown: !hidden.contains(&series.name),
        })
        .collect()
}

fn selected(plot: &Plot, selection: &Selection) -> Html {
    let (a, b) = selection.range();
    let (x, end) = (plot.frame.x(a), plot.frame.x(b));
    html! {
        <rect class="chart-selection" x={px(x)} y={px(plot.frame.top)}
            width={px((end - x).max(1.0))} height={px(plot.frame.height())} />
    }
}

fn empty_state(panel: &Panel, hidden: &[String]) -> Html {
    if !panel.series.is_empty() && panel.series.iter().all(|s| hidden.contains(&s.name)) {
        return html! { <p class="chart-empty">{ words::ALL_HIDDEN }</p> };
    }
    html! {
        <p class="chart-empty">
            <strong>{ words::NO_DATA }</strong>{ " " }{ &panel.about }{ " " }{ words::NO_DATA_REMEDY }
        </p>
    }
}

fn in_words(props: &LineChartProps) -> String {
    let LineChartProps {
        panel, from, to, ..
    } = props;
    let mut sentences: Vec<String> = panel
        .series
        .iter()
        .map(|series| summary::sentence(series, panel.unit, *from, *to))
        .collect();
    if sentences.is_empty() {
        sentences.push(words::NO_DATA.to_owned());
    }
    if let Some((_, label)) = &panel.threshold {
        sentences.push(words::threshold(label));
    }
    sentences.push(words::CHART_KEYS.to_owned());
    sentences.join(" ")
}
