//! Faults: the ones that act, and a form that starts another.

use yew::prelude::*;

use crate::ui::hooks::use_state_eq;

use super::act::{Action, action};
use super::input;
use crate::base::Span;
use crate::session::{Command, FaultView, ServiceKind, View};
use crate::ui::client::Client;
use crate::ui::lab::use_lab;
use crate::ui::widget::{NumberField, Sign, icon, number_field, select};
use crate::ui::{format, strings};
use crate::world::fault::catalogue::{CATALOGUE, Entry, Group, Parameter, Unit};
use crate::world::{FaultSpec, Pods, Schedule, Target};

/// The faults that act now, of one service or of all; `ends` where they can be ended
/// here. Nothing where there is none.
pub fn fault_list(client: &Client, view: &View, only: Option<u32>, ends: bool) -> Html {
    let ours = |fault: &&FaultView| only.is_none_or(|service| service == fault.service);
    if !view.faults.iter().any(|fault| ours(&fault)) {
        return html! {};
    }
    html! {
        <section aria-labelledby="faults-title">
            <h3 id="faults-title">{ strings::FAULTS }</h3>
            <ul class="fault-list">
                { for view.faults.iter().filter(ours).map(|fault| {
                    let (client, id) = (client.clone(), fault.id);
                    let onclick = Callback::from(move |_: MouseEvent| client.act(Command::EndFault { id }));
                    let service = view.services.get(fault.service as usize);
                    html! {
                        <li key={fault.id}>
                            { icon(Sign::Fault) }
                            <span>
                                if let Some(service) = service.filter(|_| only.is_none()) {
                                    <b>{ &service.name }</b>{ " " }
                                }
                                { &fault.text }
                                <span class="soft">
                                    { match fault.until {
                                        Some(begin) if !fault.active => strings::from(&format::instant(begin)),
                                        Some(until) => strings::until(&format::instant(until)),
                                        None => strings::UNTIL_ENDED.to_owned(),
                                    } }
                                </span>
                            </span>
                            if ends {
                                <button type="button" class="button button-small" {onclick}
                                    aria-label={strings::end_fault(&fault.text)}>{ strings::END }</button>
                            }
                        </li>
                    }
                }) }
            </ul>
        </section>
    }
}

/// Where a fault may act.
#[derive(PartialEq, Properties)]
pub struct FaultFormProps {
    /// The service.
    pub service: String,
    /// Its routes.
    pub routes: Vec<String>,
    /// What it is.
    pub kind: ServiceKind,
    /// Whether clients come in here.
    pub entered: bool,
}

/// Shown values are this many times the catalogue's: milliseconds and percent.
fn scale(unit: Unit) -> f64 {
    match unit {
        Unit::Time => 1_000.0,
        Unit::Share => 100.0,
        Unit::Factor | Unit::Count => 1.0,
    }
}

fn unit_word(unit: Unit) -> &'static str {
    match unit {
        Unit::Time => strings::UNIT_MS,
        Unit::Share => strings::UNIT_PERCENT,
        Unit::Factor => strings::UNIT_TIMES,
        Unit::Count => "",
    }
}

fn read(parameter: &Parameter, text: &str) -> Result<f64, String> {
    let scale = scale(parameter.unit);
    let value = input::number(text, parameter.least * scale, parameter.most * scale)?;
    if parameter.unit == Unit::Count && libm::trunc(value) != value {
        return Err(strings::NOT_WHOLE.to_owned());
    }
    Ok(value / scale)
}

/// First texts of a kind's fields.
fn usual(kind: usize) -> Vec<String> {
    let parameters = CATALOGUE
        .get(kind)
        .map_or(&[][..], |entry| entry.parameters);
    let text = |p: &Parameter| format::plain(p.usual * scale(p.unit));
    parameters.iter().map(text).collect()
}

/// Longest time a fault may be given, in minutes: thirty days.
const MOST_MINUTES: f64 = 43_200.0;

/// Which pods a fault may be given here.
const PODS: [(&str, Pods); 2] = [
    (strings::FAULT_ALL_PODS, Pods::All),
    (strings::FAULT_ONE_POD, Pods::One),
];

/// Whether this kind of service can have a kind of fault.
fn fits(entry: &Entry, kind: ServiceKind) -> bool {
    entry
        .only
        .is_none_or(|only| ServiceKind::from(only) == kind)
}

/// Start a fault.
#[component]
pub fn FaultForm(props: &FaultFormProps) -> Html {
    let lab = use_lab();
    let kind = use_state_eq(|| 0_usize);
    let route = use_state_eq(|| 0_usize);
    let pods = use_state_eq(|| 0_usize);
    let values = use_state_eq(|| usual(0));
    let minutes = use_state_eq(|| "5".to_owned());
    let entry = CATALOGUE.get(*kind).unwrap_or(&CATALOGUE[0]);
    let read: Vec<Result<f64, String>> = entry
        .parameters
        .iter()
        .zip(values.iter())
        .map(|(parameter, text)| read(parameter, text))
        .collect();
    let duration = input::optional(&minutes, 0.1, MOST_MINUTES);
    let duration_error = duration.clone().err();
    let on_act = {
        let given: Result<Vec<f64>, String> = read.iter().cloned().collect();
        let mut target = Target::service(&props.service);
        if entry.by_request {
            let chosen = route.checked_sub(1);
            target.route = chosen.and_then(|index| props.routes.get(index).cloned());
        }
        if entry.lasting && !entry.is_whole() {
            target.pods = PODS.get(*pods).map_or(Pods::All, |(_, pods)| *pods);
        }
        let lasting = entry.lasting;
        Callback::from(move |()| {
            let (Ok(values), Ok(minutes)) = (&given, &duration) else {
                return;
            };
            let duration = minutes.filter(|_| lasting);
            lab.client.act(Command::Inject {
                fault: FaultSpec {
                    kind: entry.kind,
                    values: values.clone(),
                    target: target.clone(),
                    schedule: Schedule {
                        duration: duration.map(|m| Span::from_secs_f64(m * 60.0)),
                        ..Schedule::default()
                    },
                },
            });
        })
    };
    let set = |state: &UseStateHandle<usize>| {
        let state = state.clone();
        Callback::from(move |index| state.set(index))
    };
    // Who comes is a matter of where they come in.
    let fitting: Vec<usize> = (0..CATALOGUE.len())
        .filter(|place| fits(&CATALOGUE[*place], props.kind))
        .filter(|place| props.entered || CATALOGUE[*place].group != Group::Load)
        .collect();
    let kinds: Vec<&str> = fitting
        .iter()
        .map(|place| CATALOGUE[*place].title)
        .collect();
    let chosen = fitting.iter().position(|place| *place == *kind);
    let on_kind = {
        let (kind, values) = (kind.clone(), values.clone());
        let fitting = fitting.clone();
        Callback::from(move |index: usize| {
            let place = fitting.get(index).copied().unwrap_or(0);
            kind.set(place);
            values.set(usual(place));
        })
    };
    let on_value = |place: usize| {
        let values = values.clone();
        Callback::from(move |text: String| {
            let mut next = (*values).clone();
            if let Some(value) = next.get_mut(place) {
                *value = text;
            }
            values.set(next);
        })
    };
    let on_minutes = {
        let minutes = minutes.clone();
        Callback::from(move |text| minutes.set(text))
    };
    let which = PODS.map(|(title, _)| title);
    let mut routes = vec![strings::ALL_ROUTES];
    routes.extend(props.routes.iter().map(String::as_str));
    let given = entry.parameters.iter().zip(values.iter().zip(&read));
    let parameters = given.enumerate().map(|(place, (parameter, (text, read)))| {
        number_field(NumberField {
            id: format!("fault-{}", parameter.name).into(),
            label: parameter.title,
            unit: unit_word(parameter.unit),
            value: text.clone(),
            error: read.as_ref().err().map(String::as_str),
            on_input: on_value(place),
            placeholder: "",
        })
    });
    let lasts = NumberField {
        id: "fault-minutes".into(),
        label: strings::FAULT_DURATION,
        unit: strings::UNIT_MINUTES,
        value: (*minutes).clone(),
        error: duration_error.as_deref(),
        on_input: on_minutes,
        placeholder: strings::FAULT_FOREVER,
    };
    action(Action {
        title: strings::INJECT,
        does: entry.does,
        button: strings::INJECT_BUTTON,
        sign: Sign::Fault,
        not_now: None,
        on_act,
        fields: html! {
            <>
                { select("fault-kind", strings::FAULT_KIND, &kinds, chosen.unwrap_or(0), on_kind) }
                if entry.by_request && !props.routes.is_empty() {
                    { select("fault-route", strings::ROUTE, &routes, *route, set(&route)) }
                }
                if entry.lasting && !entry.is_whole() && entry.group != Group::Other {
                    { select("fault-pods", strings::PODS, &which, *pods, set(&pods)) }
                }
                { for parameters }
                if entry.lasting { { number_field(lasts) } }
            </>
        },
    })
}
