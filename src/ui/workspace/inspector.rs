//! The inspector: the selected service, or the system as a whole.

use std::rc::Rc;

use yew::prelude::*;

use super::act::LoadForm;
use super::faults::fault_list;
use super::service::Service;
use super::traffic::Traffic;
use crate::session::{ServiceView, View};
use crate::ui::client::Client;
use crate::ui::format;
use crate::ui::strings;
use crate::ui::widget::{Sign, health_sign, health_tone, icon, select, status};

/// Which controls stand: those that a lesson shows, or all where there is none.
#[derive(Clone, Debug, PartialEq)]
pub struct Controls(pub Option<Vec<String>>);

impl Controls {
    /// Whether a control stands.
    pub fn show(&self, name: &str) -> bool {
        self.0
            .as_ref()
            .is_none_or(|shown| shown.iter().any(|other| other == name))
    }
}

/// The inspector.
pub fn inspector(
    client: &Client,
    view: &Rc<View>,
    selected: Option<u32>,
    on_select: &Callback<Option<u32>>,
    controls: Controls,
) -> Html {
    let found = selected.and_then(|index| Some((index, view.services.get(index as usize)?)));
    html! {
        <div class="inspector-body">
            { scope_select("inspect", strings::INSPECT, view, found.map(|(index, _)| index), on_select) }
            if let Some((index, service)) = found {
                <Service key={service.name.clone()} {index} client={client.clone()} view={view.clone()} {controls} />
            } else {
                { system(client, view, &controls, on_select) }
            }
        </div>
    }
}

/// The whole system or one of its services.
pub fn scope_select(
    id: &'static str,
    label: &'static str,
    view: &View,
    selected: Option<u32>,
    on_select: &Callback<Option<u32>>,
) -> Html {
    let mut options = vec![strings::WHOLE_SYSTEM];
    options.extend(view.services.iter().map(|service| service.name.as_str()));
    let on_pick =
        on_select.reform(|index: usize| index.checked_sub(1).and_then(|i| u32::try_from(i).ok()));
    let place = selected.map_or(0, |index| index as usize + 1);
    select(id, label, &options, place, on_pick)
}

fn system(
    client: &Client,
    view: &Rc<View>,
    controls: &Controls,
    on_select: &Callback<Option<u32>>,
) -> Html {
    let scale = view.requests_per_simulated;
    html! {
        <>
            <header class="inspector-head">
                <h2>{ &view.world }</h2>
                <p class="soft">{ strings::arrivals(&format::rate(view.arrivals_per_second)) }</p>
                if scale > 1 { <p class="soft">{ strings::scaled(scale) }</p> }
            </header>
            <section aria-labelledby="services-title">
                <h3 id="services-title">{ strings::SERVICES }</h3>
                <ul class="service-list">
                    { for view.services.iter().zip(0_u32..).map(|(service, index)| {
                        let onclick = on_select.reform(move |_: MouseEvent| Some(index));
                        row(service, onclick)
                    }) }
                </ul>
            </section>
            { super::fleet::regions(client, view, controls) }
            { super::fleet::nodes(client, view, controls) }
            { fault_list(client, view, None, controls.show("faults")) }
            if controls.show("load") {
                <LoadForm factor={view.load_factor} />
            }
            <Traffic view={view.clone()} acts={controls.show("traffic")} />
        </>
    }
}

fn row(service: &ServiceView, onclick: Callback<MouseEvent>) -> Html {
    html! {
        <li>
            <button type="button" class="service-row" {onclick} title={service.reason.clone()}>
                <span class={classes!("status", health_tone(service.health))}>
                    { icon(health_sign(service.health)) }
                    <span class="visually-hidden">{ strings::health_word(service.health) }</span>
                </span>
                <span class="service-name">{ &service.name }</span>
                <span class="service-number">{ format::rate(service.rate) }</span>
                <span class="service-number">{ format::maybe_percent(service.error_ratio) }</span>
            </button>
        </li>
    }
}

/// The head of a service: name, health and reason.
pub fn service_head(service: &ServiceView) -> Html {
    html! {
        <header class="inspector-head">
            <h2>{ &service.name }</h2>
            <p class="soft">{ strings::kind_word(service.kind) }{ " · " }{ &service.version }</p>
            <p>{ &service.about }</p>
            <p class="health-line">
                { status(service.health, strings::health_word(service.health)) }
                if !service.reason.is_empty() { <span>{ &service.reason }</span> }
            </p>
            if let Some((done, all)) = service.rollout {
                <p class="rollout">{ icon(Sign::Deploy) }{ strings::rollout(done, all) }</p>
            }
        </header>
    }
}
