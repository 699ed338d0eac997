//! The postmortem: written, held against other runs, scored, taken along.

use std::rc::Rc;

use yew::prelude::*;

use super::alerts;
use super::crash::copy;
use super::form::{Sent, choice, form, line};
use super::incident::{button, rows};
use super::input;
use super::sharing::download;
use crate::base::Span;
use crate::ops::review::Class;
use crate::session::{Answer, Command, IncidentAct, IncidentView, Question, RerunWay, View};
use crate::ui::client::Client;
use crate::ui::format;
use crate::ui::strings::incident as words;
use crate::world::Tuning;

/// The whole part.
pub fn review(
    client: &Client,
    view: &Rc<View>,
    incident: &IncidentView,
    said: &UseStateHandle<&'static str>,
) -> Html {
    let review = &incident.review;
    let blames = review.blames.iter();
    let blames: Vec<_> = blames
        .map(|(a, b, c)| vec![a.clone(), b.clone(), c.clone()])
        .collect();
    let marks = incident.marks.iter().map(|mark| {
        let points = format!("{} / {}", mark.points, mark.of);
        vec![mark.what.clone(), points, mark.reason.clone()]
    });
    let marks: Vec<Vec<String>> = marks.collect();
    let summary = line("summary", words::SUMMARY, &review.summary, 3);
    let key = format!("summary-{}", incident.number);
    let body = html! {
        <>
            <p class="soft">{ words::REVIEW_ABOUT }</p>
            { form(client, key, words::SAVE, summary, |sent| {
                IncidentAct::new("summary", vec![sent.text("summary")])
            }) }
            { list(client, words::FACTORS, "factors", &review.factors) }
            { factor(client, review.factors.len()) }
            { list(client, words::WELL, "well", &review.well) }
            { plain(client, "well", words::WELL, review.well.len()) }
            { list(client, words::WRONG, "wrong", &review.wrong) }
            { plain(client, "wrong", words::WRONG, review.wrong.len()) }
            { list(client, words::ITEMS, "items", &review.items) }
            { item(client, view, review.items.len()) }
            if !blames.is_empty() {
                { rows(words::WORDING, &[words::WHAT, words::WORDS, words::INSTEAD], blames) }
            }
            { compare(client, incident) }
            if !marks.is_empty() { { rows(words::SCORE, &[words::SCORE, words::POINTS, words::WHY], marks) } }
            { export(client, said) }
        </>
    };
    alerts::section(words::REVIEW, body)
}

fn list(client: &Client, heading: &'static str, section: &str, entries: &[String]) -> Html {
    let entries = entries.iter().zip(1..).map(|(text, place)| {
        let remove = vec![section.to_owned(), i32::to_string(&place)];
        html! { <li>{ text }{ " " }{ button(client, "remove", remove, words::REMOVE) }</li> }
    });
    html! { <><h3>{ heading }</h3><ol class="incident-list">{ for entries }</ol></> }
}

fn plain(client: &Client, name: &'static str, label: &'static str, count: usize) -> Html {
    let fields = line(name, label, "", 1);
    form(
        client,
        format!("{name}-{count}"),
        words::ADD,
        fields,
        move |sent| IncidentAct::new(name, vec![sent.text(name)]),
    )
}

fn factor(client: &Client, count: usize) -> Html {
    let kinds: Vec<&str> = words::KINDS.split(',').collect();
    let fields = html! {
        <>
            { line("factor", words::WHAT, "", 1) }
            { choice("kind", words::KIND, &kinds, 1) }
            { line("evidence", words::EVIDENCE, "", 1) }
        </>
    };
    form(
        client,
        format!("factor-{count}"),
        words::ADD,
        fields,
        |sent| {
            let mut words = vec![sent.text("factor")];
            let kinds = ["query", "trace", "log"];
            let kind = sent.place("kind").checked_sub(1);
            if let Some(kind) = kind.and_then(|place| kinds.get(place)) {
                words.extend([(*kind).to_owned(), sent.text("evidence")]);
            }
            IncidentAct::new("factor", words)
        },
    )
}

/// A change that an item can be, with its words.
type Change = (String, Rc<dyn Fn(f64) -> Command>);

/// What a number makes of a call.
type Tune = fn(f64) -> Tuning;

/// Every change that can be chosen: of each call and of each service.
fn changes(view: &View) -> Vec<Change> {
    let mut all: Vec<Change> = Vec::new();
    for service in &view.services {
        let name = service.name.clone();
        let scale = move |value: f64| Command::Scale {
            service: name.clone(),
            replicas: value as u32,
        };
        all.push((format!("{}: pods", service.name), Rc::new(scale)));
        for call in &service.calls {
            let tunings: [(_, Tune); 3] = [
                ("timeout in seconds", |value| {
                    Tuning::Timeout(Some(Span::from_secs_f64(value)))
                }),
                ("attempts", |value| Tuning::Attempts(value as u32)),
                ("breaker on", |_| Tuning::Breaker(true)),
            ];
            for (what, tuning) in tunings {
                let (service, to) = (service.name.clone(), call.to.clone());
                let words = format!("{service} → {to}: {what}");
                let set = move |value| Command::SetCall {
                    service: service.clone(),
                    to: to.clone(),
                    set: tuning(value),
                };
                all.push((words, Rc::new(set)));
            }
        }
    }
    all
}

fn item(client: &Client, view: &Rc<View>, count: usize) -> Html {
    let all = changes(view);
    let names: Vec<&str> = std::iter::once(words::NO_CHANGE)
        .chain(all.iter().map(|(name, _)| name.as_str()))
        .collect();
    let fields = html! {
        <>
            { line("item", words::WHAT, "", 1) }
            { line("owner", words::OWNER, "", 1) }
            { choice("class", words::CLASS, &Class::ALL.map(Class::name), 0) }
            { choice("change", words::CHANGE, &names, 0) }
            { line("value", words::VALUE, "", 1) }
        </>
    };
    form(
        client,
        format!("item-{count}"),
        words::ADD,
        fields,
        move |sent: &Sent| {
            let class = Class::ALL[sent.place("class").min(2)].name();
            let words = vec![sent.text("item"), sent.text("owner"), class.to_owned()];
            let chosen = sent.place("change").checked_sub(1);
            let change = chosen.and_then(|place| all.get(place));
            // What is no number is refused as one that is far too large.
            let value = input::number(&sent.text("value"), 0.0, 3_600.0).unwrap_or(1e9);
            IncidentAct {
                change: change.map(|(_, change)| Box::new(change(value))),
                ..IncidentAct::new("item", words)
            }
        },
    )
}

fn compare(client: &Client, incident: &IncidentView) -> Html {
    let ways = [
        (RerunWay::Nothing, words::NOTHING),
        (RerunWay::Items, words::WITH_ITEMS),
    ];
    let buttons = ways.map(|(way, word)| {
        let client = client.clone();
        let onclick = Callback::from(move |_: MouseEvent| client.rerun(way));
        let disabled = incident.comparing.is_some();
        html! { <button type="button" class="button" {onclick} {disabled}>{ word }</button> }
    });
    let found = incident
        .compared
        .iter()
        .map(|(a, b)| vec![a.clone(), b.clone()]);
    html! {
        <>
            <h3>{ words::COMPARE }</h3>
            <p class="soft">{ words::COMPARE_ABOUT }</p>
            <div class="button-row">{ for buttons }</div>
            <p class="soft" role="status">
                if let Some(share) = incident.comparing { { words::comparing(&format::percent(share)) } }
            </p>
            if !incident.compared.is_empty() {
                { rows(words::COMPARE, &[words::COMPARE, words::MUCH], found.collect()) }
            }
        </>
    }
}

fn export(client: &Client, said: &UseStateHandle<&'static str>) -> Html {
    let with = |then: fn(String, UseStateSetter<&'static str>)| {
        let (client, said) = (client.clone(), said.setter());
        Callback::from(move |_: MouseEvent| {
            let said = said.clone();
            let told = move |answer| {
                if let Answer::Text(text) = answer {
                    then(text, said.clone());
                }
            };
            client.ask(Question::Postmortem, Callback::from(told));
        })
    };
    let on_copy = with(|text, said| {
        copy(text, move |copied| {
            said.set(if copied { words::COPIED } else { words::FAILED })
        });
    });
    let on_save = with(|text, said| {
        let saved = download(words::FILE, &text).is_ok();
        said.set(if saved { words::SAVED } else { words::FAILED });
    });
    html! {
        <div class="button-row">
            <button type="button" class="button button-primary" onclick={on_save}>{ words::DOWNLOAD }</button>
            <button type="button" class="button" onclick={on_copy}>{ words::COPY }</button>
            <span class="soft" role="status">{ **said }</span>
        </div>
    }
}
