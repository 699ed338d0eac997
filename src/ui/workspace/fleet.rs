//! Roll-outs, autoscalers, nodes and cost: what stands, and the buttons for it.

use yew::prelude::*;

use super::faults::FaultForm;
use super::inspector::Controls;
use crate::session::{Command, NodeView, ServiceKind, ServiceView, View};
use crate::ui::client::Client;
use crate::ui::strings::fleet as strings;
use crate::ui::widget::{bar, health_sign, health_tone, icon};
use crate::world::{NodeAct, Place, RegionAct, RolloutAct};

fn button(client: &Client, word: &'static str, command: Command) -> Html {
    let client = client.clone();
    let onclick = Callback::from(move |_: MouseEvent| client.act(command.clone()));
    html! { <button type="button" class="button" {onclick}>{ word }</button> }
}

/// A roll-out under way, and what steers it.
pub fn rollout(client: &Client, service: &ServiceView, controls: &Controls) -> Html {
    let Some(rolling) = &service.rolling else {
        return html! {};
    };
    let act = |word, act| {
        let service = service.name.clone();
        button(client, word, Command::Rollout { service, act })
    };
    let (word, pause) = if rolling.paused {
        (strings::RESUME_ROLLOUT, RolloutAct::Resume)
    } else {
        (strings::PAUSE_ROLLOUT, RolloutAct::Pause)
    };
    html! {
        <div>
            <p class="soft">{ &rolling.text }</p>
            if controls.show("deploy") {
                if rolling.steps { { act(strings::PROMOTE, RolloutAct::Promote) } }
                { act(word, pause) }
                { act(strings::ABORT, RolloutAct::Abort) }
            }
        </div>
    }
}

/// An autoscaler, and its switch.
pub fn autoscaler(client: &Client, service: &ServiceView, controls: &Controls) -> Html {
    let Some(scaler) = &service.autoscaler else {
        return html! {};
    };
    let word = if scaler.on {
        strings::AUTOSCALER_OFF
    } else {
        strings::AUTOSCALER_ON
    };
    let command = Command::Autoscaler {
        service: service.name.clone(),
        on: Some(!scaler.on),
        bounds: None,
    };
    html! {
        <section aria-labelledby="scaler-title">
            <h3 id="scaler-title">{ strings::AUTOSCALER }</h3>
            <p class="soft">{ strings::scaler(&scaler.text, scaler.min, scaler.max) }</p>
            if controls.show("scale") { { button(client, word, command) } }
        </section>
    }
}

/// Every node, and what can be done to it.
pub fn nodes(client: &Client, view: &View, controls: &Controls) -> Html {
    if view.nodes.is_empty() {
        return html! {};
    }
    html! {
        <section aria-labelledby="nodes-title">
            <h3 id="nodes-title">{ strings::NODES }</h3>
            if !view.cost.is_empty() { <p class="soft">{ strings::cost(&view.cost) }</p> }
            <ul class="pods">
                { for view.nodes.iter().map(|node| row(client, node, controls.show("nodes"))) }
            </ul>
            if controls.show("faults") {
                <FaultForm service="" kind={None::<ServiceKind>} entered=false places={places(view)}
                    names={view.services.iter().map(|service| service.name.clone()).collect::<Vec<_>>()} />
            }
        </section>
    }
}

/// Every region in DNS, and what can be done about it.
pub fn regions(client: &Client, view: &View, controls: &Controls) -> Html {
    if view.regions.is_empty() {
        return html! {};
    }
    html! {
        <section aria-labelledby="regions-title">
            <h3 id="regions-title">{ strings::REGIONS }</h3>
            <ul class="pods">
                { for view.regions.iter().map(|region| {
                    let (word, act) = if region.out {
                        (strings::RESTORE, RegionAct::Restore)
                    } else {
                        (strings::WITHDRAW, RegionAct::Withdraw)
                    };
                    let name = region.name.clone();
                    html! {
                        <li key={name.clone()} class={classes!("pod", health_tone(region.health))}>
                            <span class="pod-name">{ &region.name }</span>
                            <span class="pod-state">{ icon(health_sign(region.health)) }</span>
                            <span class="pod-load">{ &region.text }</span>
                            if controls.show("nodes") {
                                <span class="pod-load">
                                    { button(client, word, Command::Region { region: name, act }) }
                                </span>
                            }
                        </li>
                    }
                }) }
            </ul>
        </section>
    }
}

/// Regions, zones and nodes, the largest first.
fn places(view: &View) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::new();
    let makes: [fn(&NodeView) -> Place; 3] = [
        |node| Place::Region(node.region.clone()),
        |node| Place::Zone(node.zone.clone()),
        |node| Place::Node(node.name.clone()),
    ];
    for place in makes.iter().flat_map(|make| view.nodes.iter().map(make)) {
        if !places.contains(&place) {
            places.push(place);
        }
    }
    places
}

fn row(client: &Client, node: &NodeView, acts: bool) -> Html {
    let act = |word, act| {
        let node = node.name.clone();
        button(client, word, Command::Node { node, act })
    };
    let (word, cordon) = if node.cordoned {
        (strings::UNCORDON, NodeAct::Uncordon)
    } else {
        (strings::CORDON, NodeAct::Cordon)
    };
    html! {
        <li key={node.name.clone()} class={classes!("pod", health_tone(node.health))}>
            <span class="pod-name">{ &node.name }</span>
            <span class="pod-state">{ icon(health_sign(node.health)) }{ &node.state }</span>
            <span class="pod-version">{ &node.zone }</span>
            { bar(node.share, "tone-accent") }
            <span class="pod-load">{ &node.reserved }</span>
            if acts {
                <span class="pod-load">
                    { act(word, cordon) }
                    { act(strings::DRAIN, NodeAct::Drain) }
                    { act(strings::LOSE_NODE, NodeAct::Lose) }
                    { act(strings::RETURN_NODE, NodeAct::Return) }
                </span>
            }
        </li>
    }
}
