//! The map as pages use it.

use std::rc::Rc;

use gloo::timers::callback::Timeout;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlCanvasElement, HtmlElement};
use yew::prelude::*;

use crate::ui::hooks::{use_effect_with, use_mut_ref, use_state_eq};

use super::edge;
use super::flow::Lane;
use super::key::key;
use super::motion::{Motion, Scene};
use super::node::{Node, node as picture};
use super::walk::{self, Arrow};
use super::words;
use crate::formats::graph::layout::{Layout, layout};
use crate::session::View;
use crate::ui::chart::hooks::{use_size, use_theme};

/// Props of [`ServiceMap`].
#[derive(Properties, PartialEq)]
pub struct ServiceMapProps {
    /// What to show.
    pub view: Rc<View>,
    /// The selected service.
    pub selected: Option<u32>,
    /// Called with a service that was chosen, or none.
    pub on_select: Callback<Option<u32>>,
    /// Whether the dark theme holds; the dots are drawn anew when it changes.
    pub dark: bool,
}

/// What the layout depends on: layers and calls.
type Shape = (Vec<u32>, Vec<(usize, usize)>);

/// The services as a graph.
#[component]
pub fn ServiceMap(props: &ServiceMapProps) -> Html {
    let view = &props.view;
    let node = use_node_ref();
    let canvas = use_node_ref();
    let size = use_size(&node);
    let theme = use_theme();
    let focused = use_state_eq(|| 0_u32);
    let motion = use_state(Motion::default);
    let running = use_running(view);

    let plan: Rc<Layout> = use_memo((shape(view), size), |((layers, calls), size)| {
        layout(layers, calls, *size)
    });
    use_effect_with((node.clone(), plan.least_height), |(node, height)| {
        if let Some(element) = node.cast::<HtmlElement>() {
            // Without it a tall map would be cut, and scroll in its frame.
            let _ = element
                .style()
                .set_property("min-height", &format!("{height:.0}px"));
        }
    });
    {
        let (canvas, motion) = (canvas.clone(), motion.clone());
        use_effect_with((view.clone(), plan.clone()), move |(view, plan)| {
            if let (Some(canvas), true) = (canvas.cast::<HtmlCanvasElement>(), plan.width > 0.0) {
                motion.show(scene(canvas, view, plan));
            }
        });
    }
    {
        let motion = motion.clone();
        let ready = size.0 > 0.0;
        use_effect_with((props.dark, theme, ready), move |_| motion.recolor());
    }
    use_effect_with((), move |()| move || motion.stop());

    let on_select = props.on_select.reform(Some);
    let tab_stop = (*focused).min((view.services.len() as u32).saturating_sub(1));
    let on_focus = {
        let focused = focused.setter();
        Callback::from(move |place| focused.set(place))
    };
    let nodes = view.services.iter().zip(&plan.nodes).zip(0_u32..);
    let nodes = nodes.map(|((service, rect), place)| {
        let acts = |fault: &&crate::session::FaultView| fault.service == place;
        picture(&Node {
            service,
            place,
            faults: view.faults.iter().filter(acts).collect(),
            rect,
            selected: props.selected == Some(place),
            tab_stop: tab_stop == place,
            on_select: &on_select,
            on_focus: &on_focus,
        })
    });
    let (width, height) = (plan.width.to_string(), plan.height.to_string());
    let unselect = props.on_select.reform(|_: MouseEvent| None);
    html! {
        <div class={classes!("map", (!running).then_some("is-still"))}>
            <div class="map-scroll"><div class="map-frame" ref={node} onclick={unselect}>
                if view.services.is_empty() {
                    <p class="map-empty">{ words::EMPTY }</p>
                } else if size.0 > 0.0 {
                    <svg class="map-edges" width={width.clone()} height={height.clone()} aria-hidden="true">
                        { edge::edges(view, &plan) }
                    </svg>
                }
                <canvas class="map-dots" ref={canvas} aria-hidden="true"></canvas>
                if size.0 > 0.0 && !view.services.is_empty() {
                    <svg class="map-nodes" {width} {height} role="group" aria-label={words::MAP}
                        aria-description={words::KEYS} onkeydown={keys(props, &plan, tab_stop)}>
                        { edge::labels(view, &plan) }
                        { edge::users(view, &plan) }
                        { for nodes }
                    </svg>
                }
            </div></div>
            { key() }
        </div>
    }
}

fn shape(view: &View) -> Shape {
    let calls = view.edges.iter().map(|e| (e.from as usize, e.to as usize));
    (
        view.services.iter().map(|s| s.layer).collect(),
        calls.collect(),
    )
}

/// Whether the clock moved within the last second.
#[hook]
fn use_running(view: &View) -> bool {
    let running = use_state_eq(|| false);
    let before = use_mut_ref(|| None);
    let setter = running.setter();
    use_effect_with(view.now, move |now| {
        let moved = before.replace(Some(*now)).is_some();
        if moved {
            setter.set(true);
        }
        let stop = Timeout::new(1_000, move || setter.set(false));
        move || drop(stop)
    });
    *running
}

fn scene(canvas: HtmlCanvasElement, view: &View, plan: &Layout) -> Scene {
    let lane = |length: f64, rate: f64, errors: Option<f64>| Lane {
        length,
        rate,
        errors: errors.unwrap_or(0.0),
    };
    let calls = view.edges.iter().zip(&plan.edges);
    let calls = calls.map(|(e, path)| (path, lane(path.length(), e.rate, e.error_ratio)));
    let entries = plan.entries.iter().filter_map(|(place, path)| {
        let service = view.services.get(*place)?;
        Some((path, lane(path.length(), service.rate, service.error_ratio)))
    });
    let (paths, lanes) = entries
        .chain(calls)
        .map(|(path, lane)| (path.clone(), lane))
        .unzip();
    Scene {
        canvas,
        size: (plan.width, plan.height),
        paths,
        lanes,
        now: view.now,
    }
}

fn keys(props: &ServiceMapProps, plan: &Rc<Layout>, here: u32) -> Callback<KeyboardEvent> {
    let (plan, on_select, selected) = (plan.clone(), props.on_select.clone(), props.selected);
    Callback::from(move |event: KeyboardEvent| {
        let key = event.key();
        let last = plan.nodes.len().saturating_sub(1);
        let target = match key.as_str() {
            "Enter" | " " => {
                event.prevent_default();
                on_select.emit(Some(here));
                return;
            }
            "Escape" if selected.is_some() => {
                event.stop_propagation();
                on_select.emit(None);
                return;
            }
            "Home" => Some(0),
            "End" => Some(last),
            _ => Arrow::of_key(&key)
                .and_then(|a| walk::next(&plan.nodes, plan.direction, here as usize, a)),
        };
        let arrow = Arrow::of_key(&key).is_some();
        if arrow || target.is_some() {
            event.prevent_default();
        }
        if let Some(target) = target {
            focus(&event, target);
        }
    })
}

fn focus(event: &KeyboardEvent, place: usize) {
    let map = event
        .current_target()
        .and_then(|t| t.dyn_into::<Element>().ok());
    let nodes = map.and_then(|map| map.query_selector_all(".map-press").ok());
    if let Some(node) = nodes.and_then(|nodes| nodes.item(place as u32)) {
        // An SVG element takes focus as an HTML element does.
        let _ = node.unchecked_into::<HtmlElement>().focus();
    }
}
