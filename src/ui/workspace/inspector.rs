//! The inspector: the selected service, or the system as a whole.

use std::rc::Rc;

use yew::prelude::*;

use super::act::LoadForm;
use super::faults::FaultList;
use super::service::Service;
use crate::session::{ServiceView, View};
use crate::ui::client::Client;
use crate::ui::format;
use crate::ui::lab::use_lab;
use crate::ui::strings;
use crate::ui::widget::{Icon, Select, Sign, Status, health_sign, health_tone};

/// What the inspector is given.
#[derive(PartialEq, Properties)]
pub struct InspectorProps {
    /// The lab.
    pub view: Rc<View>,
    /// The selected service.
    pub selected: Option<u32>,
    /// Another was selected.
    pub on_select: Callback<Option<u32>>,
    /// The controls that a lesson shows; all where there is none.
    pub controls: Option<Vec<String>>,
}

/// Which controls stand.
#[derive(Clone, Debug, PartialEq)]
pub struct Controls(Option<Vec<String>>);

impl Controls {
    /// Whether a control stands.
    pub fn show(&self, name: &str) -> bool {
        self.0
            .as_ref()
            .is_none_or(|shown| shown.iter().any(|other| other == name))
    }
}

/// The inspector.
#[component]
pub fn Inspector(props: &InspectorProps) -> Html {
    let lab = use_lab();
    let controls = Controls(props.controls.clone());
    let view = &props.view;
    let found = props
        .selected
        .and_then(|index| Some((index, view.services.get(index as usize)?)));
    let mut options = vec![AttrValue::from(strings::WHOLE_SYSTEM)];
    options.extend(
        view.services
            .iter()
            .map(|s| AttrValue::from(s.name.clone())),
    );
    let on_pick = props
        .on_select
        .reform(|index: usize| index.checked_sub(1).and_then(|i| u32::try_from(i).ok()));
    html! {
        <div class="inspector-body">
            <Select id="inspect" label={strings::INSPECT} {options} selected={found.map_or(0, |(i, _)| i as usize + 1)}
                on_select={on_pick} />
            if let Some((index, service)) = found {
                <Service key={service.name.clone()} {index} view={view.clone()} {controls} />
            } else {
                { system(&lab.client, view, &controls, &props.on_select) }
            }
        </div>
    }
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
            { super::fleet::nodes(client, view, controls) }
            <FaultList view={view.clone()} service={None::<u32>} ends={controls.show("faults")} />
            if controls.show("load") {
                <LoadForm factor={view.load_factor} />
            }
        </>
    }
}

fn row(service: &ServiceView, onclick: Callback<MouseEvent>) -> Html {
    html! {
        <li>
            <button type="button" class="service-row" {onclick} title={service.reason.clone()}>
                <span class={classes!("status", health_tone(service.health))}>
                    <Icon sign={health_sign(service.health)} />
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
                <Status health={service.health} word={strings::health_word(service.health)} />
                if !service.reason.is_empty() { <span>{ &service.reason }</span> }
            </p>
            if let Some((done, all)) = service.rollout {
                <p class="rollout"><Icon sign={Sign::Deploy} />{ strings::rollout(done, all) }</p>
            }
        </header>
    }
}
