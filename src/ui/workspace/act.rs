//! What can be done to a service or to the load: each says what it will do.

use yew::prelude::*;

use super::input;
use crate::session::{Command, VersionView};
use crate::ui::lab::use_lab;
use crate::ui::widget::{Icon, NumberField, Select, Sign};
use crate::ui::{format, strings};

/// Most pods that can be asked for here; the lab has its own bound and says so.
const MOST_PODS: u32 = 100;
/// Largest multiple of the load.
const MOST_LOAD: f64 = 20.0;

/// One action: what it is called, what it does, its fields and its button.
#[derive(PartialEq, Properties)]
pub struct ActionProps {
    /// Its name.
    pub title: &'static str,
    /// What it will do.
    pub does: String,
    /// The button's words.
    pub button: String,
    /// Its picture.
    pub sign: Sign,
    /// Why it cannot be done now.
    #[prop_or_default]
    pub not_now: Option<&'static str>,
    /// The button was pressed, or Enter in a field.
    pub on_act: Callback<()>,
    /// Its fields.
    #[prop_or_default]
    pub children: Html,
}

/// An action folded up to its name.
#[component]
pub fn Action(props: &ActionProps) -> Html {
    let onsubmit = props
        .on_act
        .reform(|event: SubmitEvent| event.prevent_default());
    html! {
        <details class="action">
            <summary><Icon sign={props.sign} />{ props.title }</summary>
            <form {onsubmit} novalidate={true}>
                <p class="soft">{ &props.does }</p>
                { props.children.clone() }
                if let Some(reason) = props.not_now {
                    <p class="soft">{ reason }</p>
                } else {
                    <button type="submit" class="button button-primary">{ &props.button }</button>
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
    let options: Vec<AttrValue> = others
        .iter()
        .map(|v| AttrValue::from(v.name.clone()))
        .collect();
    let name = version.map_or("", |version| version.name.as_str());
    html! {
        <Action title={strings::DEPLOY} does={strings::DEPLOY_DOES} button={strings::deploy_button(name)}
            sign={Sign::Deploy} {on_act}>
            <Select id="deploy-version" label={strings::VERSION} {options} selected={*chosen} {on_select} />
            if let Some(version) = version { <blockquote class="note">{ &version.note }</blockquote> }
        </Action>
    }
}

/// Which service, and where a rollback leads.
#[derive(PartialEq, Properties)]
pub struct RollBackFormProps {
    /// The service.
    pub service: String,
    /// The version before the last deploy.
    pub to: Option<String>,
}

/// Roll back.
#[component]
pub fn RollBackForm(props: &RollBackFormProps) -> Html {
    let lab = use_lab();
    let service = props.service.clone();
    let on_act = Callback::from(move |()| {
        lab.client.act(Command::RollBack {
            service: service.clone(),
        });
    });
    let (does, button, not_now) = match &props.to {
        Some(version) => (
            strings::roll_back_does(version),
            strings::roll_back_button(version),
            None,
        ),
        None => (String::new(), String::new(), Some(strings::NO_ROLL_BACK)),
    };
    html! { <Action title={strings::ROLL_BACK} {does} {button} sign={Sign::Rewind} {not_now} {on_act} /> }
}

/// Which service, and how many pods it has.
#[derive(PartialEq, Properties)]
pub struct RestartFormProps {
    /// The service.
    pub service: String,
    /// Its pods.
    pub pods: u32,
}

/// Restart every pod, one after the other.
#[component]
pub fn RestartForm(props: &RestartFormProps) -> Html {
    let lab = use_lab();
    let service = props.service.clone();
    let on_act = Callback::from(move |()| {
        lab.client.act(Command::Restart {
            service: service.clone(),
        });
    });
    html! {
        <Action title={strings::RESTART} does={strings::restart_does(props.pods)}
            button={strings::RESTART_BUTTON} sign={Sign::Rewind} {on_act} />
    }
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
    html! {
        <Action title={strings::SCALE} does={strings::scale_does(props.replicas)} button={strings::SCALE_BUTTON}
            sign={Sign::Pod} {on_act}>
            <NumberField id="scale-pods" label={strings::PODS_WANTED} unit={strings::UNIT_PODS} value={text}
                {error} {on_input} />
        </Action>
    }
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
    html! {
        <section class="actions" aria-labelledby="load-title">
            <h3 id="load-title">{ strings::ACTIONS }</h3>
            <Action title={strings::LOAD} does={strings::load_does(&format::plain(props.factor))}
                button={strings::LOAD_BUTTON} sign={Sign::Hand} {on_act}>
                <NumberField id="load-factor" label={strings::LOAD_FACTOR} unit={strings::UNIT_TIMES} value={text}
                    {error} {on_input} />
            </Action>
        </section>
    }
}
