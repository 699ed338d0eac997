//! One service in the inspector: numbers, pods, routes, and what can be done.

use std::rc::Rc;

use yew::prelude::*;

use super::act::{DeployForm, ScaleForm, restart_form, roll_back_form};
use super::calls::Calls;
use super::faults::{FaultForm, fault_list};
use super::inspector::{Controls, service_head};
use super::traffic::Traffic;
use crate::session::{PodState, PodView, RouteView, ServiceKind, ServiceView, View};
use crate::ui::client::Client;
use crate::ui::map::words::figure_value;
use crate::ui::widget::{Sign, bar, icon};
use crate::ui::{format, strings};

/// What is inspected.
#[derive(PartialEq, Properties)]
pub struct ServiceProps {
    /// Its index.
    pub index: u32,
    /// What acts on the lab.
    pub client: Client,
    /// The lab.
    pub view: Rc<View>,
    /// Which controls stand.
    pub controls: Controls,
}

/// The service.
#[component]
pub fn Service(props: &ServiceProps) -> Html {
    let Some(service) = props.view.services.get(props.index as usize) else {
        return html! {};
    };
    let (client, controls) = (&props.client, &props.controls);
    let acts = ["faults", "deploy", "roll_back", "restart", "scale"];
    let any = acts.iter().any(|name| controls.show(name));
    html! {
        <>
            { service_head(service) }
            { super::fleet::rollout(client, service, controls) }
            { numbers(service) }
            { kept(service) }
            { pods(&service.pods) }
            { super::fleet::autoscaler(client, service, controls) }
            { routes(&service.routes) }
            <Calls service={service.name.clone()} calls={service.calls.clone()}
                rate_limit={service.rate_limit} shedding={service.shedding}
                acts={controls.show("calls")} guards={controls.show("guard")} />
            { fault_list(client, &props.view, Some(props.index), controls.show("faults")) }
            if service.kind == ServiceKind::Gateway {
                <Traffic view={props.view.clone()} acts={controls.show("traffic")} />
            }
            if any {
                <section class="actions" aria-labelledby="actions-title">
                    <h3 id="actions-title">{ strings::ACTIONS }</h3>
                    if controls.show("deploy") && service.versions.len() > 1 {
                        <DeployForm service={service.name.clone()} version={service.version.clone()}
                            versions={service.versions.clone()} />
                    }
                    if controls.show("roll_back") {
                        { roll_back_form(client, service) }
                    }
                    if controls.show("restart") { { restart_form(client, service) } }
                    if controls.show("scale") {
                        <ScaleForm service={service.name.clone()} replicas={service.replicas} />
                    }
                    if controls.show("faults") {
                        <FaultForm key={service.name.clone()} service={service.name.clone()} kind={service.kind}
                            entered={service.layer == 0}
                            routes={service.routes.iter().map(|r| r.name.clone()).collect::<Vec<_>>()} />
                    }
                </section>
            }
        </>
    }
}

fn numbers(service: &ServiceView) -> Html {
    let latency = |pick: fn(&crate::session::Latency) -> crate::base::Span| {
        service
            .latency
            .as_ref()
            .map_or_else(|| format::NONE.to_owned(), |l| format::latency(pick(l)))
    };
    let facts = [
        (strings::RATE, format::rate(service.rate)),
        (strings::ERRORS, format::maybe_percent(service.error_ratio)),
        (strings::P50, latency(|l| l.p50)),
        (strings::P95, latency(|l| l.p95)),
        (strings::P99, latency(|l| l.p99)),
        (strings::BUSY, format::maybe_percent(service.utilisation)),
        (strings::QUEUED, format::count(u64::from(service.queued))),
    ];
    html! {
        <section aria-labelledby="numbers-title">
            <h3 id="numbers-title">{ strings::LAST_MINUTE }</h3>
            <dl class="facts facts-grid">
                { for facts.into_iter().map(|(name, value)| html! {
                    <div><dt>{ name }</dt><dd>{ value }</dd></div>
                }) }
            </dl>
        </section>
    }
}

/// What it keeps, in figures.
fn kept(service: &ServiceView) -> Html {
    if service.figures.is_empty() {
        return html! {};
    }
    html! {
        <section aria-labelledby="kept-title">
            <h3 id="kept-title">{ strings::KEPT }</h3>
            <dl class="facts">
                { for service.figures.iter().map(|figure| html! {
                    <div title={figure.about.clone()}>
                        <dt>{ &figure.title }</dt><dd>{ figure_value(figure) }</dd>
                    </div>
                }) }
            </dl>
            { for service.notes.iter().map(|note| html! { <p class="soft">{ note }</p> }) }
        </section>
    }
}

fn pods(pods: &[PodView]) -> Html {
    html! {
        <section aria-labelledby="pods-title">
            <h3 id="pods-title">{ strings::PODS }</h3>
            if pods.is_empty() { <p class="empty">{ strings::NO_PODS }</p> }
            <ul class="pods">
                { for pods.iter().map(|pod| {
                    let (sign, class, word) = pod_state(pod.state);
                    let share = f64::from(pod.busy) / f64::from(pod.workers.max(1));
                    html! {
                        <li key={pod.name.clone()} class={classes!("pod", class)}>
                            <span class="pod-name">{ &pod.name }</span>
                            <span class="pod-state">{ icon(sign) }{ word }</span>
                            <span class="pod-version">{ &pod.version }</span>
                            { bar(share, "tone-accent") }
                            <span class="pod-load">
                                { strings::pod_load(pod.busy, pod.workers, pod.queued, pod.queue_limit) }
                                if pod.restarts > 0 { { strings::restarts(pod.restarts) } }
                            </span>
                            if !pod.place.is_empty() { <span class="pod-load">{ &pod.place }</span> }
                            if !pod.reason.is_empty() { <span class="pod-load">{ &pod.reason }</span> }
                        </li>
                    }
                }) }
            </ul>
        </section>
    }
}

fn pod_state(state: PodState) -> (Sign, &'static str, &'static str) {
    match state {
        PodState::Pending => (Sign::Clock, "tone-bad", strings::POD_PENDING),
        PodState::Unready => (Sign::Watch, "tone-watch", strings::POD_UNREADY),
        PodState::Starting => (Sign::Clock, "tone-watch", strings::POD_STARTING),
        PodState::Ready => (Sign::Good, "tone-good", strings::POD_READY),
        PodState::Draining => (Sign::Watch, "tone-watch", strings::POD_DRAINING),
        PodState::Dead => (Sign::Bad, "tone-bad", strings::POD_DEAD),
    }
}

fn routes(routes: &[RouteView]) -> Html {
    if routes.is_empty() {
        return html! {};
    }
    html! {
        <section aria-labelledby="routes-title">
            <h3 id="routes-title">{ strings::ROUTES }</h3>
            <div class="table-frame">
                <table class="table">
                    <thead><tr>
                        <th scope="col">{ strings::ROUTE }</th>
                        <th scope="col" class="number">{ strings::RATE }</th>
                        <th scope="col" class="number">{ strings::ERRORS }</th>
                        <th scope="col" class="number">{ strings::P99 }</th>
                    </tr></thead>
                    <tbody>
                        { for routes.iter().map(|route| html! {
                            <tr>
                                <th scope="row">{ &route.name }</th>
                                <td class="number">{ format::rate(route.rate) }</td>
                                <td class="number">{ format::maybe_percent(route.error_ratio) }</td>
                                <td class="number">
                                    { route.latency.map_or_else(|| format::NONE.to_owned(), |l| format::latency(l.p99)) }
                                </td>
                            </tr>
                        }) }
                    </tbody>
                </table>
            </div>
        </section>
    }
}
