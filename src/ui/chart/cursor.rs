//! The crosshair that all charts share, and the values at it.

use std::rc::Rc;

use web_sys::HtmlElement;
use yew::prelude::*;

use crate::ui::hooks::use_effect_with;

use super::axes::px;
use super::columns::{spacing, value_at};
use super::format::value;
use super::marks::word;
use super::plot::Plot;
use super::{series_class, ticks, words};
use crate::session::{Panel, TimelineEvent};

/// What a series says at the cursor.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// Its place in the panel.
    pub series: usize,
    /// Its name.
    pub name: String,
    /// Its value there; none in a gap.
    pub value: Option<f64>,
}

/// The visible series at `cursor`.
pub fn readings(panel: &Panel, plot: &Plot, cursor: f64) -> Vec<Reading> {
    plot.lines
        .iter()
        .filter_map(|line| {
            let series = panel.series.get(line.series)?;
            let reach = 1.5 * spacing(&series.points);
            Some(Reading {
                series: line.series,
                name: series.name.clone(),
                value: value_at(&series.points, cursor, reach),
            })
        })
        .collect()
}

/// One line for assistive technology: `14:05:30: p50 80 ms, p99 312 ms`.
pub fn spoken(panel: &Panel, cursor: f64, readings: &[Reading]) -> String {
    let values: Vec<String> = readings
        .iter()
        .map(|r| match r.value {
            Some(v) => format!("{} {}", r.name, value(v, panel.unit)),
            None => format!("{} no data", r.name),
        })
        .collect();
    format!("{}: {}", ticks::instant(cursor), values.join(", "))
}

/// The hairline and a dot on each line.
pub fn crosshair(plot: &Plot, cursor: f64, readings: &[Reading]) -> Html {
    let frame = plot.frame;
    if !(frame.from..=frame.to).contains(&cursor) {
        return Html::default();
    }
    let x = frame.x(cursor);
    let dots = readings.iter().filter_map(|reading| {
        let y = frame.y(reading.value?);
        let class = classes!("chart-dot", series_class(reading.series));
        Some(html! { <circle {class} cx={px(x)} cy={px(y)} r="3.5" /> })
    });
    html! {
        <g class="chart-crosshair">
            <line x1={px(x)} x2={px(x)} y1={px(frame.top)} y2={px(frame.bottom)} />
            { for dots }
        </g>
    }
}

/// Props of [`Tip`].
#[derive(Properties, PartialEq)]
pub struct TipProps {
    /// Horizontal place in CSS pixels.
    pub x: f64,
    /// Whether it stands to the left of its place.
    pub left: bool,
    /// What stands in it.
    pub children: Html,
}

/// A box beside a place on the chart, moved through the object model because
/// the page's policy forbids inline styles.
#[component]
pub fn Tip(props: &TipProps) -> Html {
    let node = use_node_ref();
    use_effect_with((node.clone(), props.x), |(node, x)| {
        if let Some(element) = node.cast::<HtmlElement>() {
            // Without a position the box stands at the left edge: readable still.
            let _ = element.style().set_property("left", &format!("{x:.1}px"));
        }
    });
    html! {
        <div ref={node} class={classes!("chart-tip", props.left.then_some("is-left"))} aria-hidden="true">
            { props.children.clone() }
        </div>
    }
}

/// The values at the cursor, and what happened there.
pub fn value_tip(
    panel: &Panel,
    plot: &Rc<Plot>,
    cursor: f64,
    readings: &[Reading],
    events: &[&TimelineEvent],
) -> Html {
    let rows = readings.iter().map(|r| {
        let text = r.value.map_or(words::GAP.to_owned(), |v| value(v, panel.unit));
        html! {
            <tr>
                <th scope="row"><i class={classes!("chart-swatch", series_class(r.series))}></i>{ &r.name }</th>
                <td>{ text }</td>
            </tr>
        }
    });
    let x = plot.frame.x(cursor);
    html! {
        <Tip {x} left={x > (plot.frame.left + plot.frame.right) / 2.0}>
            <p class="chart-tip-time">{ ticks::instant(cursor) }</p>
            <table>{ for rows }</table>
            { event_list(events) }
        </Tip>
    }
}

/// Longest list of events in a box.
const MOST_EVENTS: usize = 5;

/// Events in words.
pub fn event_list(events: &[&TimelineEvent]) -> Html {
    if events.is_empty() {
        return Html::default();
    }
    let items = events.iter().take(MOST_EVENTS).map(|event| {
        html! {
            <li>
                <span class="chart-tip-kind">{ word(event.kind) }</span>
                <time>{ ticks::sim_instant(event.at) }</time>
                <span>{ &event.text }</span>
            </li>
        }
    });
    let rest = events.len().saturating_sub(MOST_EVENTS);
    html! {
        <ul class="chart-tip-events">
            { for items }
            { for (rest > 0).then(|| html! { <li>{ words::more(rest) }</li> }) }
        </ul>
    }
}
