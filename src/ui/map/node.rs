//! A service on the map: its picture, its pods, its numbers.

use yew::prelude::*;

use super::pods::{pods, queue, queue_width};
use super::words;
use crate::formats::graph::fitted;
use crate::formats::graph::layout::{NODE_HEIGHT, Rect};
use crate::session::{FaultView, Health, ServiceKind, ServiceView};

/// What the picture of a service is made from.
pub struct Node<'a> {
    /// The service.
    pub service: &'a ServiceView,
    /// Its place in the view.
    pub place: u32,
    /// Faults that act on it.
    pub faults: Vec<&'a FaultView>,
    /// Where it stands.
    pub rect: &'a Rect,
    /// Whether it is selected.
    pub selected: bool,
    /// Whether it is the map's one tab stop.
    pub tab_stop: bool,
    /// Called when it is chosen.
    pub on_select: &'a Callback<u32>,
    /// Called when it takes the focus.
    pub on_focus: &'a Callback<u32>,
}

/// Distance of text from the node's edge.
const INSET: f64 = 14.0;
/// Widest picture of a rollout.
const ROLLOUT: f64 = 48.0;
/// Narrower nodes have smaller numbers.
const NARROW: f64 = 166.0;

/// One service.
pub fn node(given: &Node<'_>) -> Html {
    let Node {
        service,
        rect,
        place,
        ..
    } = *given;
    let texts: Vec<&str> = given.faults.iter().map(|f| f.text.as_str()).collect();
    let label = words::node(service, &texts);
    let onclick = given.on_select.reform(move |event: MouseEvent| {
        event.stop_propagation();
        place
    });
    let onfocus = given.on_focus.reform(move |_: FocusEvent| place);
    let class = classes!(
        "map-node",
        health_class(service.health),
        given.selected.then_some("is-selected"),
        (rect.w < NARROW).then_some("is-narrow")
    );
    // The gateway's pointed ends and the cylinder's lid need room of their own.
    let (inset, lid) = match service.kind {
        ServiceKind::Gateway => (INSET + 3.0, 0.0),
        ServiceKind::Database => (INSET, 4.0),
        _ => (INSET, 0.0),
    };
    let inner = rect.w - 2.0 * inset;
    let bar = if rect.w < NARROW { 28.0 } else { 40.0 };
    let outline = outline(service.kind, rect.w);
    html! {
        // The button holds no text of its own: its label says more than the picture could.
        <g key={place} {class} data-service={service.name.clone()}
            transform={format!("translate({:.1} {:.1})", rect.x, rect.y)} {onclick}>
            <title>{ title(service) }</title>
            <g class="map-press" role="button" tabindex={if given.tab_stop { "0" } else { "-1" }}
                aria-label={label} aria-pressed={given.selected.to_string()} {onfocus}>
                <path class="map-ring" d={outline.clone()} />
                <path class="map-body" d={outline} />
                if service.kind == ServiceKind::Database {
                    <path class="map-lid" d={format!("M.5 8C.5 16.5 {r} 16.5 {r} 8", r = rect.w - 0.5)} />
                }
            </g>
            <g aria-hidden="true" transform={format!("translate({inset} {lid})")}>
                { heading(service, inner) }
                { numbers(service, inner) }
                <g transform="translate(0 89)">
                    { pods(&service.pods, inner - queue_width(service.queued, bar)) }
                    { queue(&service.pods, service.queued, inner, bar) }
                </g>
            </g>
            { fault(&given.faults, rect.w) }
        </g>
    }
}

fn title(service: &ServiceView) -> String {
    if service.reason.is_empty() {
        format!("{}: {}", service.name, service.about)
    } else {
        format!("{}: {}", service.name, service.reason)
    }
}

/// Name, kind, health in shape and word, version or rollout.
fn heading(service: &ServiceView, inner: f64) -> Html {
    let word = words::health(service.health);
    let taken = 24.0 + 6.6 * word.chars().count() as f64;
    let version = match service.rollout {
        Some((done, all)) => {
            let room = inner - taken - ROLLOUT - 4.0;
            let long = format!("{} on {done}/{all}", service.version);
            let fits = long.chars().count() as f64 * 6.4 <= room;
            fitted(if fits { &long } else { &service.version }, room, 6.4)
        }
        // What a store keeps says more about it than its version.
        None => match service.figures.first() {
            Some(figure) => fitted(&words::figure(figure), inner - taken, 6.4),
            None => fitted(&service.version, inner - taken, 6.4),
        },
    };
    html! {
        <>
            <path class="map-kind" d={kind_icon(service.kind)} transform="translate(0 10)" />
            <text class="map-name" x="20" y="21.5">{ fitted(&service.name, inner - 20.0, 8.2) }</text>
            <g class="map-health" transform="translate(0 31)">
                <path d={health_shape(service.health)} />
                if service.health == Health::Bad || service.health == Health::Watch {
                    <path class="map-health-mark" d="M6.5 3.9V7.2M6.5 9.4V9.6" />
                }
                <text x="18" y="10">
                    <tspan class="map-word">{ word }</tspan>
                    <tspan class="map-version" dx="5">{ version }</tspan>
                </text>
            </g>
            { for service.rollout.map(|(done, all)| rollout(done, all, inner)) }
        </>
    }
}

/// A rollout's progress: one segment per pod.
fn rollout(done: u32, all: u32, inner: f64) -> Html {
    let count = all.clamp(1, 12);
    let filled = (f64::from(done) / f64::from(all.max(1)) * f64::from(count)).round() as u32;
    let step = (ROLLOUT / f64::from(count)).min(10.0);
    let left = inner - step * f64::from(count) + 2.0;
    let segments = (0..count).map(|i| {
        html! {
            <rect class={if i < filled { "is-done" } else { "is-open" }}
                x={format!("{:.1}", left + step * f64::from(i))} y="34" width={format!("{:.1}", step - 2.0)}
                height="6" rx="1.5" />
        }
    });
    html! { <g class="map-rollout">{ for segments }</g> }
}

fn numbers(service: &ServiceView, inner: f64) -> Html {
    // The first column holds `1.2 k/s`, the widest.
    let places = [0.0, 0.37, 0.71];
    let columns = words::numbers(service)
        .into_iter()
        .zip(words::NUMBERS)
        .enumerate();
    let columns = columns.map(|(i, (value, name))| {
        let x = format!("{:.1}", places.get(i).unwrap_or(&0.0) * inner);
        let alarming = matches!(service.health, Health::Watch | Health::Bad);
        let failing = i == 1 && alarming && service.error_ratio.is_some_and(|e| e >= 0.001);
        html! {
            <>
                <text class={classes!("map-number", failing.then_some("is-failing"))} x={x.clone()} y="62">{ value }</text>
                <text class="map-unit" {x} y="74">{ name }</text>
            </>
        }
    });
    html! { <g>{ for columns }</g> }
}

/// A bolt at the corner and the fault's words under the node.
fn fault(faults: &[&FaultView], width: f64) -> Html {
    let Some(first) = faults.first() else {
        return Html::default();
    };
    let text = match faults.len() {
        1 => first.text.clone(),
        count => format!("{} (+{})", first.text, count - 1),
    };
    html! {
        <g class="map-fault" aria-hidden="true">
            <circle cx={format!("{:.1}", width - 4.0)} cy="4" r="10" />
            <path d="M1.5-6-4 1.5H-.5L-1.5 6 4-1.5H.5Z" transform={format!("translate({:.1} 4)", width - 4.0)} />
            <text x="4" y={format!("{}", NODE_HEIGHT + 15.0)}>{ fitted(&text, width - 6.0, 5.9) }</text>
        </g>
    }
}

const fn health_class(health: Health) -> &'static str {
    match health {
        Health::Unknown => "is-unknown",
        Health::Good => "is-good",
        Health::Watch => "is-watch",
        Health::Bad => "is-bad",
    }
}

/// Each state has its own outline in a 13 pixel square: disc, diamond, triangle, ring.
const fn health_shape(health: Health) -> &'static str {
    match health {
        Health::Unknown => "M6.5 1.5a5 5 0 1 0 .01 0Zm0 2a3 3 0 1 1-.01 0Z",
        Health::Good => "M6.5 1.5a5 5 0 1 0 .01 0ZM5.8 9.2 3.6 7l.9-.9 1.3 1.3 2.8-2.9.9.9Z",
        Health::Watch => "M6.5 0 13 6.5 6.5 13 0 6.5Z",
        Health::Bad => "M6.5.6 12.9 12.1H.1Z",
    }
}

const fn kind_icon(kind: ServiceKind) -> &'static str {
    match kind {
        // Arrows that part ways.
        ServiceKind::Gateway => {
            "M1 7H6M6 7C9 7 8 2.5 12 2.5M6 7C9 7 8 11.5 12 11.5M10 .8 12.4 2.5 10 4.2M10 9.8 12.4 11.5 10 13.2"
        }
        // A box seen from a corner.
        ServiceKind::Service => "M7 1 12.5 4V10L7 13 1.5 10V4ZM1.5 4 7 7 12.5 4M7 7V13",
        ServiceKind::Database => {
            "M2 3.5C2 .8 12 .8 12 3.5V10.5C12 13.2 2 13.2 2 10.5ZM2 3.5C2 6.2 12 6.2 12 3.5M2 7C2 9.7 12 9.7 12 7"
        }
        // A stopwatch.
        ServiceKind::Cache => "M7 3.5a5 5 0 1 0 .01 0ZM5.5 .8H8.5M7 .8V3.5M7 8.5 9 6.5",
        // Messages in a row.
        ServiceKind::Queue => "M1 3H4V11H1ZM5.5 3H8.5V11H5.5ZM10 3H13V11H10Z",
        // A cloud.
        ServiceKind::Dependency => {
            "M4 11.5A2.8 2.8 0 0 1 4 6 3.4 3.4 0 0 1 10.4 5.2 3.2 3.2 0 0 1 10.4 11.5Z"
        }
    }
}

/// The silhouette: pointed ends for the gateway, a cylinder for the database,
/// a card for all others.
fn outline(kind: ServiceKind, width: f64) -> String {
    let (right, bottom) = (width - 0.5, NODE_HEIGHT - 0.5);
    match kind {
        ServiceKind::Gateway => {
            let middle = NODE_HEIGHT / 2.0;
            format!(
                "M16 .5H{a}Q{b} .5 {c} 6L{right} {middle}L{c} {d}Q{b} {bottom} {a} {bottom}H16Q12 {bottom} 10 {d}L.5 {middle}L10 6Q12 .5 16 .5Z",
                a = right - 15.5,
                b = right - 11.5,
                c = right - 9.5,
                d = bottom - 5.5,
            )
        }
        ServiceKind::Database => format!(
            "M.5 8C.5-1.5 {right}-1.5 {right} 8V{b}C{right} {c} .5 {c} .5 {b}Z",
            b = bottom - 6.5,
            c = bottom + 2.2,
        ),
        _ => format!(
            "M10 .5H{a}Q{right} .5 {right} 10V{b}Q{right} {bottom} {a} {bottom}H10Q.5 {bottom} .5 {b}V10Q.5 .5 10 .5Z",
            a = right - 9.5,
            b = bottom - 9.5,
        ),
    }
}
