//! Faults: the ones that act, and a form that starts another.

use yew::prelude::*;

use super::act::{Action, action};
use super::input;
use crate::base::{Ratio, Span};
use crate::session::{Command, FaultView, View};
use crate::ui::client::Client;
use crate::ui::lab::use_lab;
use crate::ui::widget::{NumberField, Sign, icon, number_field, select};
use crate::ui::{format, strings};
use crate::world::{FaultKind, FaultSpec};

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
}

/// The three kinds with their parameter.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Latency,
    Errors,
    KillPods,
}

const KINDS: [Kind; 3] = [Kind::Latency, Kind::Errors, Kind::KillPods];

impl Kind {
    fn title(self) -> &'static str {
        match self {
            Kind::Latency => strings::FAULT_LATENCY,
            Kind::Errors => strings::FAULT_ERRORS,
            Kind::KillPods => strings::FAULT_KILL,
        }
    }

    /// Label, unit and first value of the parameter.
    fn parameter(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Kind::Latency => (strings::FAULT_EXTRA, strings::UNIT_MS, "300"),
            Kind::Errors => (strings::FAULT_SHARE, strings::UNIT_PERCENT, "30"),
            Kind::KillPods => (strings::FAULT_PODS, strings::UNIT_PODS, "1"),
        }
    }

    fn read(self, text: &str) -> Result<FaultKind, String> {
        match self {
            Kind::Latency => input::number(text, 1.0, 60_000.0).map(|ms| FaultKind::Latency {
                extra: Span::from_secs_f64(ms / 1_000.0),
            }),
            Kind::Errors => {
                let percent = input::number(text, 0.1, 100.0)?;
                let ratio = Ratio::new(percent / 100.0).unwrap_or(Ratio::ONE);
                Ok(FaultKind::Errors { ratio })
            }
            Kind::KillPods => input::whole(text, 1, 100).map(|pods| FaultKind::KillPods { pods }),
        }
    }

    fn does(self) -> &'static str {
        match self {
            Kind::Latency => strings::FAULT_LATENCY_DOES,
            Kind::Errors => strings::FAULT_ERRORS_DOES,
            Kind::KillPods => strings::FAULT_KILL_DOES,
        }
    }
}

/// Longest time a fault may be given, in minutes: thirty days.
const MOST_MINUTES: f64 = 43_200.0;

/// Start a fault.
#[component]
pub fn FaultForm(props: &FaultFormProps) -> Html {
    let lab = use_lab();
    let kind = use_state_eq(|| 0_usize);
    let route = use_state_eq(|| 0_usize);
    let values = use_state_eq(|| KINDS.map(|kind| kind.parameter().2.to_owned()));
    let minutes = use_state_eq(|| "5".to_owned());
    let chosen = KINDS.get(*kind).copied().unwrap_or(Kind::Latency);
    let text = values.get(*kind).cloned().unwrap_or_default();
    let lasting = chosen != Kind::KillPods;
    let what = chosen.read(&text);
    let duration = input::optional(&minutes, 0.1, MOST_MINUTES);
    let (what_error, duration_error) = (what.clone().err(), duration.clone().err());
    let on_act = {
        let service = props.service.clone();
        let route = route
            .checked_sub(1)
            .and_then(|index| props.routes.get(index).cloned());
        Callback::from(move |()| {
            let (Ok(kind), Ok(minutes)) = (&what, &duration) else {
                return;
            };
            let duration = minutes
                .filter(|_| lasting)
                .map(|m| Span::from_secs_f64(m * 60.0));
            lab.client.act(Command::Inject {
                fault: FaultSpec {
                    service: service.clone(),
                    route: route.clone(),
                    kind: *kind,
                    duration,
                },
            });
        })
    };
    let set = |state: &UseStateHandle<usize>| {
        let state = state.clone();
        Callback::from(move |index| state.set(index))
    };
    let on_value = {
        let (values, kind) = (values.clone(), *kind);
        Callback::from(move |text: String| {
            let mut next = (*values).clone();
            if let Some(value) = next.get_mut(kind) {
                *value = text;
            }
            values.set(next);
        })
    };
    let on_minutes = {
        let minutes = minutes.clone();
        Callback::from(move |text| minutes.set(text))
    };
    let (label, unit, _) = chosen.parameter();
    let kinds = KINDS.map(Kind::title);
    let mut routes = vec![strings::ALL_ROUTES];
    routes.extend(props.routes.iter().map(String::as_str));
    let value = number_field(NumberField {
        id: "fault-value",
        label,
        unit,
        value: text,
        error: what_error.as_deref(),
        on_input: on_value,
        placeholder: "",
    });
    let lasts = NumberField {
        id: "fault-minutes",
        label: strings::FAULT_DURATION,
        unit: strings::UNIT_MINUTES,
        value: (*minutes).clone(),
        error: duration_error.as_deref(),
        on_input: on_minutes,
        placeholder: strings::FAULT_FOREVER,
    };
    action(Action {
        title: strings::INJECT,
        does: chosen.does(),
        button: strings::INJECT_BUTTON,
        sign: Sign::Fault,
        not_now: None,
        on_act,
        fields: html! {
            <>
                { select("fault-kind", strings::FAULT_KIND, &kinds, *kind, set(&kind)) }
                if lasting && !props.routes.is_empty() {
                    { select("fault-route", strings::ROUTE, &routes, *route, set(&route)) }
                }
                { value }
                if lasting { { number_field(lasts) } }
            </>
        },
    })
}
