//! What the map's signs mean, folded away until asked for.

use yew::prelude::*;

use super::words;

/// The explanation.
pub fn key() -> Html {
    let row = |class: &'static str, picture: Html, text: &'static str| {
        html! {
            <li>
                <svg class={classes!("map-key-sign", class)} width="44" height="18" viewBox="-22 -9 44 18" aria-hidden="true">
                    { picture }
                </svg>
                { text }
            </li>
        }
    };
    let ring = || html! { <circle class="map-pod-ring" r="5.75" /> };
    html! {
        <details class="map-key">
            <summary>{ words::KEY }</summary>
            <ul>
                { row("map-pod is-ready", html! { <>{ ring() }
                    <circle class="map-pod-busy" r="5.75" transform="rotate(-90)" stroke-dasharray="20 36.1" />
                    <circle class="map-pod-core" r="3" /></> }, words::KEY_READY) }
                { row("map-pod is-starting", ring(), words::KEY_STARTING) }
                { row("map-pod is-draining", html! { <>{ ring() }
                    <path class="map-pod-core" d="M0-3.75A3.75 3.75 0 0 0 0 3.75Z" /></> }, words::KEY_DRAINING) }
                { row("map-pod is-dead", html! { <path class="map-pod-cross" d="M-4-4 4 4M4-4-4 4" /> }, words::KEY_DEAD) }
                { row("", html! { <rect class="map-zone" x="-20" y="-8" width="40" height="16" rx="5" /> }, words::KEY_ZONE) }
                { row("map-queue is-high", html! { <>
                    <rect class="map-queue-room" x="-20" y="-4" width="40" height="8" rx="2.5" />
                    <rect class="map-queue-fill" x="-20" y="-4" width="24" height="8" rx="2.5" /></> }, words::KEY_QUEUE) }
                { row("map-edge is-good", html! { <><path class="map-edge-line" d="M-20 0H20" stroke-width="3" />
                    <circle class="map-key-dot" cx="-8" r="2" /><circle class="map-key-dot" cx="9" r="2" /></> }, words::KEY_TRAFFIC) }
                { row("map-edge is-bad", html! { <><path class="map-edge-line" d="M-20 0H20" stroke-width="3" />
                    <circle class="map-key-dot is-failed" cx="2" cy="-4.5" r="2" /></> }, words::KEY_FAILING) }
            </ul>
        </details>
    }
}
