//! What can be done to a service or to the load: each says what it will do.

use yew::prelude::*;

use crate::ui::hooks::use_state_eq;

use super::input;
use crate::session::{Command, ServiceView, VersionView};
use crate::ui::client::Client;
use crate::ui::lab::use_lab;
use crate::ui::widget::{NumberField, Sign, icon, number_field, select};
use crate::ui::{format, strings};

/// Most pods that can be asked for here; the lab has its own bound and says so.
const MOST_PODS: u32 = 100;
/// Largest multiple of the load.
const MOST_LOAD: f64 = 20.0;

/// One action: what it is called, what it does, its fields and its button.
pub struct Action<'a> {
    /// Its name.
    pub title: &'static str,
    /// What it will do.
    pub does: &'a str,
    /// The button's words.
    pub button: &'a str,
    /// Its picture.
    pub sign: Sign,
    /// Why it cannot be done now.
    pub not_now: Option<&'static str>,
    /// The button was pressed, or Enter in a field.
    pub on_act: Callback<()>,
    /// Its fields.
    pub fields: Html,
}

/// An action folded up to its name.
pub fn action(given: Action<'_>) -> Html {
    let onsubmit = given
        .on_act
        .reform(|event: SubmitEvent| event.prevent_default());
    html! {
        <details class="action">
            <summary>{ icon(given.sign) }{ given.title }</summary>
            <form {onsubmit} novalidate={true}>
                <p class="soft">{ given.does }</p>
                { given.fields }
                if let Some(reason) = given.not_now {
                    <p class="soft">{ reason }</p>
                } else {
                    <button type="submit" class="button button-primary">{ given.button }</button>
                }
            </form>
        </details>
    }
}

/// Which service, and its versions.
#[derive(PartialEq, Properties)]
pub struct DeployFormProps {
    /// The service.
    pub service: String,
    /// The version that new pods get.
    pub version: String,
    /// Every version.
    pub versions: Vec<VersionView>,
}

/// Roll a version out.
#[component]
pub fn DeployForm(props: &DeployFormProps) -> Html {
    let lab = use_lab();
    let others: Vec<&VersionView> = props
        .versions
        .iter()
        .filter(|v| v.name != props.version)
        .collect();
    let chosen = use_state_eq(|| others.len().saturating_sub(1));
    let version = others.get(*chosen).or(others.last());
    let on_act = {
        let (client, service) = (lab.client.clone(), props.service.clone());
        let version = version
            .map(|version| version.name.clone())
            .unwrap_or_default();
        Callback::from(move |()| {
            client.act(Command::Deploy {
                service: service.clone(),
                version: version.clone(),
                strategy: None,
            });
        })
    };
    let on_select = {
        let chosen = chosen.clone();
        Callback::from(move |index| chosen.set(index))
    };
    let options: Vec<&str> = others.iter().map(|v| v.name.as_str()).collect();
    let name = version.map_or("", |version| version.name.as_str());
    action(Action {
        title: strings::DEPLOY,
        does: strings::DEPLOY_DOES,
        button: &strings::deploy_button(name),
        sign: Sign::Deploy,
        not_now: None,
        on_act,
        fields: html! {
            <>
                { select("deploy-version", strings::VERSION, &options, *chosen, on_select) }
                if let Some(version) = version { <blockquote class="note">{ &version.note }</blockquote> }
            </>
        },
    })
}

/// Roll back to the version before the last deploy, where there was one.
pub fn roll_back_form(client: &Client, service: &ServiceView) -> Html {
    let name = service.name.clone();
    let on_act = acting(client, move || Command::RollBack {
        service: name.clone(),
    });
    let (does, button, not_now) = match &service.rollback_to {
        Some(version) => (
            strings::roll_back_does(version),
            strings::roll_back_button(version),
            None,
        ),
        None => (String::new(), String::new(), Some(strings::NO_ROLL_BACK)),
    };
    action(Action {
        title: strings::ROLL_BACK,
        does: &does,
        button: &button,
        sign: Sign::Rewind,
        not_now,
        on_act,
        fields: html! {},
    })
}

/// Restart every pod, one after the other.
pub fn restart_form(client: &Client, service: &ServiceView) -> Html {
    let name = service.name.clone();
    let on_act = acting(client, move || Command::Restart {
        service: name.clone(),
    });
    action(Action {
        title: strings::RESTART,
        does: &strings::restart_does(service.replicas),
        button: strings::RESTART_BUTTON,
        sign: Sign::Rewind,
        not_now: None,
        on_act,
        fields: html! {},
    })
}

/// What sends a command.
fn acting(client: &Client, command: impl Fn() -> Command + 'static) -> Callback<()> {
    let client = client.clone();
    Callback::from(move |()| client.act(command()))
}

/// Which service, and how many pods it has.
#[derive(PartialEq, Properties)]
pub struct ScaleFormProps {
    /// The service.
    pub service: String,
    /// Pods wanted now.
    pub replicas: u32,
}

/// Change the number of pods.
#[component]
pub fn ScaleForm(props: &ScaleFormProps) -> Html {
    let lab = use_lab();
    let typed = use_state_eq(|| None::<String>);
    let text = (*typed)
        .clone()
        .unwrap_or_else(|| props.replicas.to_string());
    let wanted = input::whole(&text, 0, MOST_PODS);
    let error = wanted.clone().err();
    let on_act = {
        let (service, typed) = (props.service.clone(), typed.clone());
        Callback::from(move |()| {
            if let Ok(replicas) = wanted {
                lab.client.act(Command::Scale {
                    service: service.clone(),
                    replicas,
                });
                typed.set(None);
            }
        })
    };
    let on_input = {
        let typed = typed.clone();
        Callback::from(move |text| typed.set(Some(text)))
    };
    action(Action {
        title: strings::SCALE,
        does: &strings::scale_does(props.replicas),
        button: strings::SCALE_BUTTON,
        sign: Sign::Pod,
        not_now: None,
        on_act,
        fields: number_field(NumberField {
            id: "scale-pods".into(),
            label: strings::PODS_WANTED,
            unit: strings::UNIT_PODS,
            value: text,
            error: error.as_deref(),
            on_input,
            placeholder: "",
        }),
    })
}

/// The load now.
#[derive(PartialEq, Properties)]
pub struct LoadFormProps {
    /// Relative to the world's own.
    pub factor: f64,
}

/// Multiply the users' traffic.
#[component]
pub fn LoadForm(props: &LoadFormProps) -> Html {
    let lab = use_lab();
    let typed = use_state_eq(|| None::<String>);
    let text = (*typed)
        .clone()
        .unwrap_or_else(|| format::plain(props.factor));
    let wanted = input::number(&text, 0.0, MOST_LOAD);
    let error = wanted.clone().err();
    let on_act = {
        let typed = typed.clone();
        Callback::from(move |()| {
            if let Ok(factor) = wanted {
                lab.client.act(Command::SetLoad { factor });
                typed.set(None);
            }
        })
    };
    let on_input = {
        let typed = typed.clone();
        Callback::from(move |text| typed.set(Some(text)))
    };
    let action = action(Action {
        title: strings::LOAD,
        does: &strings::load_does(&format::plain(props.factor)),
        button: strings::LOAD_BUTTON,
        sign: Sign::Hand,
        not_now: None,
        on_act,
        fields: number_field(NumberField {
            id: "load-factor".into(),
            label: strings::LOAD_FACTOR,
            unit: strings::UNIT_TIMES,
            value: text,
            error: error.as_deref(),
            on_input,
            placeholder: "",
        }),
    });
    html! {
        <section class="actions" aria-labelledby="load-title">
            <h3 id="load-title">{ strings::ACTIONS }</h3>
            { action }
        </section>
    }
}
