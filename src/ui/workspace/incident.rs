//! The incident: declared, worked on, and what it costs meanwhile.

use std::rc::Rc;

use yew::prelude::*;

use super::alerts;
use super::form::{choice, form, line};
use super::review;
use crate::ops::incident::{Holder, Role, Severity, Status};
use crate::session::{Command, IncidentAct, IncidentView, View};
use crate::ui::client::Client;
use crate::ui::format;
use crate::ui::lab::Lab;
use crate::ui::strings::incident as words;

/// The whole tab. `said` is what became of the last export.
pub fn incident(lab: &Lab, view: &Rc<View>, said: &UseStateHandle<&'static str>) -> Html {
    let client = &lab.client;
    let pages = view
        .alerts
        .as_ref()
        .map(|alerts| alerts::open(client, alerts));
    let pages = pages.filter(|rows| *rows != Html::default());
    let standing = view.incident.as_deref();
    let open = standing.filter(|incident| incident.status != Status::Resolved);
    html! {
        <div class="slos incident">
            if let Some(pages) = pages { { alerts::section(words::ALERTS_RING, pages) } }
            if open.is_none() { { declare(client, view, standing.map_or(0, |incident| incident.number)) } }
            if let Some(incident) = standing {
                { head(client, view, incident) }
                { figures(incident) }
                { timeline(client, incident) }
                { review::review(client, view, incident, said) }
            }
        </div>
    }
}

/// Sends an act of the open incident.
pub fn button(client: &Client, verb: &'static str, words: Vec<String>, word: &str) -> Html {
    let client = client.clone();
    let onclick = Callback::from(move |_: MouseEvent| {
        let act = IncidentAct::new(verb, words.clone());
        client.act(Command::Incident { act });
    });
    html! { <button type="button" class="button button-small" {onclick}>{ word }</button> }
}

/// Rows of texts under their heads.
pub fn rows(heading: &'static str, heads: &[&'static str], rows: Vec<Vec<String>>) -> Html {
    let rows = rows.into_iter().map(|row| {
        html! { <tr>{ for row.into_iter().map(|cell| html! { <td>{ cell }</td> }) }</tr> }
    });
    alerts::table(heading, heads, rows.collect::<Html>())
}

fn declare(client: &Client, view: &Rc<View>, number: u32) -> Html {
    let names: Vec<String> = view
        .services
        .iter()
        .map(|service| service.name.clone())
        .collect();
    let boxes = names.iter().enumerate().map(|(place, name)| {
        html! {
            <label class="incident-tick">
                <input type="checkbox" name="service" value={place.to_string()} />{ name }
            </label>
        }
    });
    let fields = html! {
        <>
            { choice("severity", words::SEVERITY, &Severity::ALL.map(Severity::name), 1) }
            { line("title", words::TITLE, "", 1) }
            <fieldset class="field incident-wide incident-ticks"><legend>{ words::SERVICES }</legend>{ for boxes }</fieldset>
        </>
    };
    let act = move |sent: &super::form::Sent| {
        let ticked = sent.ticked("service", names.len()).into_iter();
        let severity = Severity::ALL[sent.place("severity").min(3)].name();
        let mut words = vec![severity.to_owned(), sent.text("title")];
        words.extend(ticked.filter_map(|place| names.get(place).cloned()));
        IncidentAct::new("declare", words)
    };
    let body = html! {
        <>
            <p class="soft">{ words::DECLARE_ABOUT }</p>
            { form(client, format!("declare-{number}"), words::DECLARE, fields, act) }
        </>
    };
    alerts::section(words::DECLARE, body)
}

fn head(client: &Client, view: &Rc<View>, incident: &IncidentView) -> Html {
    let open = incident.status != Status::Resolved;
    let about = [incident.severity.name(), incident.status.name()].join(", ");
    let about = match &incident.suspect {
        Some(suspect) => format!("{about}: {suspect}"),
        None => about,
    };
    html! {
        <section class="slo" aria-labelledby="incident-heading">
            <h2 id="incident-heading">{ words::heading(incident.number, &incident.title) }</h2>
            <p class="incident-state" role="status"><strong>{ about }</strong>{ " " }{ incident.services.join(", ") }</p>
            if open {
                { status(client, view, incident) }
                { roles(client, incident) }
                { update(client, incident) }
            }
        </section>
    }
}

fn status(client: &Client, view: &Rc<View>, incident: &IncidentView) -> Html {
    let names: Vec<String> = view
        .services
        .iter()
        .map(|service| service.name.clone())
        .collect();
    let suspect = |name: &String| Some(name) == incident.suspect.as_ref();
    let chosen = names.iter().position(suspect).map_or(0, |place| place + 1);
    let options: Vec<&str> = std::iter::once(words::NOBODY)
        .chain(names.iter().map(String::as_str))
        .collect();
    let fields = html! {
        <>
            { choice("status", words::STATUS, &Status::ALL.map(Status::name), incident.status as usize) }
            { choice("suspect", words::SUSPECT, &options, chosen) }
        </>
    };
    let key = format!("status-{}-{chosen}", incident.status.name());
    let of_status = form(client, key, words::SET, fields, move |sent| {
        let suspect = sent.place("suspect").checked_sub(1);
        let to = Status::ALL[sent.place("status").min(3)].name();
        let mut words = vec![to.to_owned()];
        words.extend(suspect.and_then(|place| names.get(place).cloned()));
        IncidentAct::new("status", words)
    });
    let worse = Severity::ALL
        .into_iter()
        .filter(|other| *other != incident.severity);
    html! {
        <>
            { of_status }
            <p class="button-row">
                { words::SEVERITY }
                { for worse.map(|other| button(client, "severity", vec![other.name().to_owned()], other.name())) }
            </p>
        </>
    }
}

fn roles(client: &Client, incident: &IncidentView) -> Html {
    let rows = Role::ALL.into_iter().zip(&incident.holders).enumerate();
    let rows = rows.map(|(place, (role, holder))| {
        let (to, who, word) = match holder {
            Holder::Learner => (Holder::Colleague, words::YOU, words::GIVE),
            Holder::Colleague => (Holder::Learner, words::COLLEAGUE, words::TAKE),
        };
        html! {
            <tr>
                <th scope="row">{ role.name() }</th>
                <td>{ who }</td>
                <td>{ button(client, "assign", vec![role.name().to_owned(), to.name().to_owned()], word) }</td>
                <td class="soft">{ words::EFFECTS[place] }</td>
            </tr>
        }
    });
    let heads = [words::ROLE, words::HOLDER, "", words::EFFECT];
    alerts::table(words::ROLES, &heads, rows.collect::<Html>())
}

fn update(client: &Client, incident: &IncidentView) -> Html {
    let key = format!("update-{}", incident.updates);
    let fields = line("update", words::UPDATE, "", 2);
    html! {
        <>
            if let Some(due) = incident.update_due {
                <p class="soft">{ words::due(&format::instant(due)) }</p>
            }
            { form(client, key, words::POST, fields, |sent| {
                IncidentAct::new("update", vec![sent.text("update")])
            }) }
        </>
    }
}

fn figures(incident: &IncidentView) -> Html {
    let impact = incident
        .impact
        .iter()
        .map(|(name, value)| vec![name.clone(), value.clone()]);
    let times = incident.times.iter();
    let times = times.map(|(name, took, about)| vec![name.clone(), took.clone(), about.clone()]);
    let body = html! {
        <>
            { rows(words::IMPACT, &[words::WHAT, words::MUCH], impact.collect()) }
            { rows(words::TIMES, &[words::TIMES, words::TOOK, words::COUNTED], times.collect()) }
        </>
    };
    alerts::section(words::IMPACT, body)
}

fn timeline(client: &Client, incident: &IncidentView) -> Html {
    let story = incident.story.iter();
    let story = story.map(|(at, who, what)| vec![format::instant(*at), who.clone(), what.clone()]);
    let key = format!("note-{}", incident.notes);
    let fields = line("note", words::NOTE, "", 2);
    let body = html! {
        <>
            { form(client, key, words::ADD, fields, |sent| {
                IncidentAct::new("note", vec![sent.text("note")])
            }) }
            <div class="incident-story">
                { rows(words::TIMELINE, &[words::TIME, words::WHO, words::WHAT], story.collect()) }
            </div>
        </>
    };
    alerts::section(words::TIMELINE, body)
}
