//! Calls between services: as wide as the logarithm of their traffic, dashed
//! and coloured where they fail.

use yew::prelude::*;

use super::words;
use crate::formats::graph::layout::{Layout, Rect};
use crate::formats::graph::path::{Direction, Path};
use crate::session::{Unit, View};
use crate::ui::chart::format::{rate, value};

/// Width of a call's line in CSS pixels.
pub fn width(rate: f64) -> f64 {
    (1.25 + 1.35 * (1.0 + rate.max(0.0)).log10()).min(8.0)
}

/// From this share of failures on a call is worth a look.
const WORTH_A_LOOK: f64 = 0.005;
/// From this share on users notice.
const NOTICED: f64 = 0.05;
/// Distance of a label from its call.
const LABEL_ASIDE: f64 = 19.0;
/// Room between layers from which on labels stand beside their calls.
const LABEL_GAP: f64 = 64.0;

/// The class of a call by how much of it fails.
fn class(errors: Option<f64>) -> &'static str {
    match errors {
        Some(share) if share >= NOTICED => "is-bad",
        Some(share) if share >= WORTH_A_LOOK => "is-watch",
        _ => "is-good",
    }
}

/// All calls, and the ways in.
pub fn edges(view: &View, layout: &Layout) -> Html {
    let name = |place: u32| {
        view.services
            .get(place as usize)
            .map_or("", |s| s.name.as_str())
    };
    let calls = view.edges.iter().zip(&layout.edges).map(|(edge, path)| {
        let title = format!("{} calls {}", name(edge.from), name(edge.to));
        line(path, edge.rate, edge.error_ratio, edge.broken, &title)
    });
    let entries = layout.entries.iter().filter_map(|(place, path)| {
        let service = view.services.get(*place)?;
        let title = format!("{} call {}", words::USERS, service.name);
        Some(line(path, service.rate, service.error_ratio, false, &title))
    });
    html! { <>{ for entries }{ for calls }</> }
}

fn line(path: &Path, per_second: f64, errors: Option<f64>, broken: bool, title: &str) -> Html {
    let share = errors.filter(|share| *share >= WORTH_A_LOOK);
    let failing = share.map_or(String::new(), |s| {
        format!(", {} fail", value(s, Unit::Share))
    });
    html! {
        <g class={classes!("map-edge", class(errors), broken.then_some("is-broken"))}>
            <title>{ format!("{title}: {}{failing}{}", rate(per_second), words::breaker(broken)) }</title>
            <path class="map-edge-hit" d={path.data.clone()} />
            <path class="map-edge-line" d={path.data.clone()} stroke-width={format!("{:.2}", width(per_second))} />
            if broken {
                { open_switch(path.at(path.label_distance(), 0.0)) }
            }
        </g>
    }
}

/// An open switch, the sign of an open breaker, on the call's line.
fn open_switch((x, y): (f64, f64)) -> Html {
    html! {
        <g class="map-edge-breaker" transform={format!("translate({x:.1} {y:.1})")}>
            <circle r="10" />
            <path d="M-7 2h4l6-6M3 2h4" />
        </g>
    }
}

/// How much fails, beside each call that does. Stands above the dots.
pub fn labels(view: &View, layout: &Layout) -> Html {
    let calls = view.edges.iter().zip(&layout.edges);
    let calls = calls.map(|(edge, path)| (path, edge.error_ratio));
    let entries = layout
        .entries
        .iter()
        .filter_map(|(place, path)| Some((path, view.services.get(*place)?.error_ratio)));
    let texts = entries.chain(calls).filter_map(|(path, errors)| {
        let share = errors.filter(|share| *share >= WORTH_A_LOOK)?;
        let middle = path.label_distance();
        let ((x, y), anchor) = match layout.direction {
            // In a narrow gap the label would stand on the node that a bent call leads to.
            Direction::Right if layout.gap < LABEL_GAP && !path.is_level() => {
                (path.at(middle, 0.0), "middle")
            }
            Direction::Right => (path.at(middle, -LABEL_ASIDE), "middle"),
            Direction::Down => {
                let (x, y) = path.at(middle, 0.0);
                ((x + 9.0, y), "start")
            }
        };
        let class = classes!("map-edge-label", class(errors));
        Some(html! {
            <text {class} text-anchor={anchor} x={format!("{x:.1}")} y={format!("{:.1}", y + 4.0)}>{ value(share, Unit::Share) }</text>
        })
    });
    html! { <g aria-hidden="true">{ for texts }</g> }
}

/// The users, where the load comes from.
pub fn users(view: &View, layout: &Layout) -> Html {
    let Rect { x, y, w, h } = layout.users;
    let lying = w > 2.0 * h;
    let load = words::load_factor(view.load_factor);
    let arrivals = rate(view.arrivals_per_second);
    let icon = "M0-9a3.6 3.6 0 1 1-.01 0ZM-7 7C-7 1-4 -.5 0-.5S7 1 7 7ZM8.5-7.5a2.8 2.8 0 1 1-.6 5.4M9 .6C12 .8 13.5 2.5 13.5 6";
    let (icon_at, anchor, first, second) = if lying {
        (
            (26.0, h / 2.0),
            "start",
            (50.0, h / 2.0 - 3.0),
            (50.0, h / 2.0 + 13.0),
        )
    } else {
        (
            (w / 2.0 - 3.0, 18.0),
            "middle",
            (w / 2.0, 43.0),
            (w / 2.0, 59.0),
        )
    };
    html! {
        <g class="map-users" role="img" aria-label={words::users(view.arrivals_per_second, view.load_factor)}
            transform={format!("translate({x:.1} {y:.1})")}>
            <rect class="map-users-body" x=".5" y=".5" width={format!("{:.1}", w - 1.0)}
                height={format!("{:.1}", h - 1.0)} rx={format!("{:.1}", h.min(w) / 2.6)} />
            <path class="map-users-icon" d={icon} transform={format!("translate({:.1} {:.1})", icon_at.0, icon_at.1)} />
            <text class="map-unit" text-anchor={anchor} x={format!("{:.1}", first.0)} y={format!("{:.1}", first.1)}>
                { words::USERS }{ for load.map(|load| format!(" {load}")) }
            </text>
            <text class="map-number" text-anchor={anchor} x={format!("{:.1}", second.0)} y={format!("{:.1}", second.1)}>
                { arrivals }
            </text>
        </g>
    }
}
