//! Pods as dots that look like what they do, and the queue in front of them.

use yew::prelude::*;

use super::words;
use crate::base::order::sort_by;
use crate::session::{PodState, PodView};
use crate::ui::strings;

/// Distance between pods.
const STEP: f64 = 16.0;
/// Radius of the ring that shows utilisation, and its length.
const RING: f64 = 5.75;
const AROUND: f64 = 36.1;

/// The dots, within `room` CSS pixels.
pub fn pods(pods: &[PodView], room: f64) -> Html {
    let fits = (room / STEP).max(1.0) as usize;
    let shown = if pods.len() <= fits {
        fits
    } else {
        fits.saturating_sub(1)
    };
    let rest = pods.len().saturating_sub(shown);
    // Those of one zone stand together.
    let mut pods: Vec<&PodView> = pods.iter().collect();
    sort_by(&mut pods, |a, b| a.zone.cmp(&b.zone));
    pods.truncate(shown);
    let mut from = 0;
    let frames = pods.chunk_by(|a, b| a.zone == b.zone).map(|zone| {
        let (left, width) = (STEP * from as f64 - 0.5, STEP * zone.len() as f64 - 1.0);
        from += zone.len();
        let name = zone.first().map_or("", |pod| pod.zone.as_str());
        let away = zone.first().is_some_and(|pod| pod.away);
        let title = strings::fleet::zone(name, away);
        html! {
            if !name.is_empty() {
                <rect class={classes!("map-zone", away.then_some("is-away"))} x={format!("{left:.1}")} y="-8.5" width={format!("{width:.1}")}
                    height="17" rx="5"><title>{ title }</title></rect>
            }
        }
    });
    let frames: Html = frames.collect();
    let dots = pods.iter().enumerate().map(|(i, pod)| {
        html! {
            <g class={classes!("map-pod", class(pod.state))}
                transform={format!("translate({:.1} 0)", 7.0 + STEP * i as f64)}>
                <title>{ tooltip(pod) }</title>
                <circle class="map-pod-hit" r="8" />
                { picture(pod) }
            </g>
        }
    });
    html! {
        <g class="map-pods">
            { frames }
            { for dots }
            if rest > 0 {
                <text class="map-more" x={format!("{:.1}", STEP * shown as f64)} y="4">{ format!("+{rest}") }</text>
            }
        </g>
    }
}

fn picture(pod: &PodView) -> Html {
    match pod.state {
        PodState::Ready => {
            let busy = (f64::from(pod.busy) / f64::from(pod.workers.max(1))).clamp(0.0, 1.0);
            let class = classes!("map-pod-busy", (busy > 0.95).then_some("is-full"));
            html! {
                <>
                    <circle class="map-pod-ring" r={RING.to_string()} />
                    <circle {class} r={RING.to_string()} transform="rotate(-90)"
                        stroke-dasharray={format!("{:.1} {AROUND}", busy * AROUND)} />
                    <circle class="map-pod-core" r="3" />
                </>
            }
        }
        PodState::Starting | PodState::Pending => {
            html! { <circle class="map-pod-ring" r={RING.to_string()} /> }
        }
        PodState::Draining | PodState::Unready => html! {
            <>
                <circle class="map-pod-ring" r={RING.to_string()} />
                <path class="map-pod-core" d="M0-3.75A3.75 3.75 0 0 0 0 3.75Z" />
            </>
        },
        PodState::Dead => html! { <path class="map-pod-cross" d="M-4-4 4 4M4-4-4 4" /> },
    }
}

fn tooltip(pod: &PodView) -> String {
    let mut text = format!(
        "{}: {}, {}, {} of {} workers busy, {} queued",
        pod.name,
        words::pod(pod.state),
        pod.version,
        pod.busy,
        pod.workers,
        pod.queued
    );
    for more in [&pod.place, &pod.reason] {
        if !more.is_empty() {
            text.push_str(", ");
            text.push_str(more);
        }
    }
    text
}

const fn class(state: PodState) -> &'static str {
    match state {
        PodState::Starting | PodState::Pending => "is-starting",
        PodState::Ready => "is-ready",
        PodState::Draining | PodState::Unready => "is-draining",
        PodState::Dead => "is-dead",
    }
}

/// Room that a queue takes: its bar, and the number beside it when requests wait.
pub fn queue_width(queued: u32, bar: f64) -> f64 {
    let digits = f64::from(queued.checked_ilog10().map_or(0, |d| d + 1));
    bar + 6.0 + if queued > 0 { 6.0 + 6.5 * digits } else { 0.0 }
}

/// A bar that fills as requests wait for the places of the pods: its right end and its
/// width in CSS pixels.
pub fn queue(pods: &[PodView], queued: u32, right: f64, bar: f64) -> Html {
    let serving = |pod: &&PodView| matches!(pod.state, PodState::Ready | PodState::Draining);
    let places: u32 = pods.iter().filter(serving).map(|p| p.queue_limit).sum();
    let share = (f64::from(queued) / f64::from(places.max(1))).clamp(0.0, 1.0);
    // One waiting request is already seen.
    let filled = if queued > 0 {
        (share * bar).max(3.0)
    } else {
        0.0
    };
    let level = match share {
        s if s >= 0.9 => "is-full",
        s if s >= 0.5 => "is-high",
        _ => "is-low",
    };
    let left = right - bar;
    let x = format!("{left:.1}");
    html! {
        <g class={classes!("map-queue", level)}>
            <title>{ format!("queue: {} of {places} places taken", queued) }</title>
            <rect class="map-queue-room" x={x.clone()} y="-4" width={bar.to_string()} height="8" rx="2.5" />
            <rect class="map-queue-fill" {x} y="-4" width={format!("{filled:.1}")} height="8" rx="2.5" />
            if queued > 0 {
                <text x={format!("{:.1}", left - 5.0)} y="4">{ queued }</text>
            }
        </g>
    }
}
