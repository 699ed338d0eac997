//! Traffic in the inspector: classes of clients, surges, and what gateways do.

use std::rc::Rc;

use yew::prelude::*;

use crate::ui::hooks::use_state_eq;

use super::act::{Action, action};
use super::input;
use crate::base::{Money, Ratio, Span};
use crate::session::{ClassView, Command, SurgeView, View};
use crate::ui::client::Client;
use crate::ui::lab::use_lab;
use crate::ui::strings::traffic as texts;
use crate::ui::widget::{NumberField, Sign, icon, number_field, select};
use crate::ui::{format, strings};
use crate::world::{Admission, SurgeKind, SurgeSpec, Who};

/// What the panel is given.
#[derive(PartialEq, Properties)]
pub struct TrafficProps {
    /// The lab.
    pub view: Rc<View>,
    /// Whether anything can be done here.
    pub acts: bool,
}

/// Something that can be done.
struct Entry {
    name: &'static str,
    does: &'static str,
    /// Its number: label, unit, and what is usual.
    value: Option<(&'static str, &'static str, &'static str)>,
    /// Its time: label, and what is usual, in minutes.
    time: Option<(&'static str, &'static str)>,
    /// Whom it is about.
    whose: Whose,
}

#[derive(Clone, Copy, PartialEq)]
enum Whose {
    /// Everyone, or one class.
    Any(&'static str),
    /// One class.
    One,
    /// Not a matter of classes.
    None,
}

const SPIKE: usize = 0;
const FLASH_SALE: usize = 1;
const CRAWL: usize = 2;
const LIMIT: usize = 3;
const BLOCK: usize = 4;
const ALLOW: usize = 5;
const SHED: usize = 6;

const ENTRIES: [Entry; 8] = [
    Entry {
        name: texts::SPIKE,
        does: texts::SPIKE_DOES,
        value: Some((strings::LOAD_FACTOR, strings::UNIT_TIMES, "3")),
        time: Some((strings::FAULT_DURATION, "10")),
        whose: Whose::Any(texts::ALL_USERS),
    },
    Entry {
        name: texts::FLASH_SALE,
        does: texts::FLASH_SALE_DOES,
        value: Some((strings::LOAD_FACTOR, strings::UNIT_TIMES, "10")),
        time: Some((texts::HALF_LIFE, "5")),
        whose: Whose::Any(texts::ALL_USERS),
    },
    Entry {
        name: texts::CRAWL,
        does: texts::CRAWL_DOES,
        value: Some((strings::RATE, texts::UNIT_PER_SECOND, "1000")),
        time: Some((strings::FAULT_DURATION, "10")),
        whose: Whose::Any(texts::ALL_BOTS),
    },
    Entry {
        name: texts::LIMIT,
        does: texts::LIMIT_DOES,
        value: Some((strings::RATE, texts::UNIT_PER_SECOND, "100")),
        time: None,
        whose: Whose::One,
    },
    Entry {
        name: texts::BLOCK,
        does: texts::BLOCK_DOES,
        value: None,
        time: None,
        whose: Whose::One,
    },
    Entry {
        name: texts::ALLOW,
        does: texts::ALLOW_DOES,
        value: None,
        time: None,
        whose: Whose::One,
    },
    Entry {
        name: texts::SHED,
        does: texts::SHED_DOES,
        value: Some((texts::SHED_FROM, strings::UNIT_PERCENT, "85")),
        time: None,
        whose: Whose::None,
    },
    Entry {
        name: texts::SHED_OFF,
        does: texts::SHED_OFF_DOES,
        value: None,
        time: None,
        whose: Whose::None,
    },
];

/// Largest number and longest time that can be typed here; the lab has its own
/// bounds and says so.
const MOST: [f64; 8] = [100.0, 100.0, 1e9, 1e9, 1.0, 1.0, 100.0, 1.0];
const MOST_MINUTES: f64 = 43_200.0;

/// What was chosen and typed.
#[derive(Clone, Default, PartialEq)]
struct Given {
    kind: usize,
    /// Place in the list of classes.
    class: usize,
    /// The number and the time; the usual where nothing was typed.
    texts: [Option<String>; 2],
}

/// Classes, surges, and a form that changes them.
#[component]
pub fn Traffic(props: &TrafficProps) -> Html {
    let lab = use_lab();
    let given = use_state_eq(Given::default);
    let view = &props.view;
    html! {
        <section aria-labelledby="traffic-title">
            <h3 id="traffic-title">{ texts::CLIENTS }</h3>
            { table(&view.classes) }
            if let Some(over) = view.shed_over {
                <p class="soft">{ texts::sheds(&format::percent(over.get())) }</p>
            }
            <ul class="fault-list">
                { for view.surges.iter().map(|of| surge(of, props.acts.then_some(&lab.client))) }
            </ul>
            if props.acts { { form(&lab.client, &view.classes, &given) } }
        </section>
    }
}

/// Changes what is given; one place for all fields.
fn change(state: &UseStateHandle<Given>, part: impl Fn(&mut Given)) {
    let mut next = (**state).clone();
    part(&mut next);
    state.set(next);
}

fn form(client: &Client, classes: &[ClassView], given: &UseStateHandle<Given>) -> Html {
    let kind = given.kind;
    let entry = &ENTRIES[kind];
    let text = |place: usize, usual: &str| {
        let typed = given.texts[place].as_deref();
        typed.unwrap_or(usual).to_owned()
    };
    let value_text = text(0, entry.value.map_or("0", |(_, _, usual)| usual));
    let time_text = text(1, entry.time.map_or("", |(_, usual)| usual));
    let least = if entry.value.is_some() { 1.0 } else { 0.0 };
    let value = input::number(&value_text, least, MOST[kind]);
    let minutes = input::optional(&time_text, 0.1, MOST_MINUTES);
    let (value_error, time_error) = (value.clone().err(), minutes.clone().err());
    let mut options: Vec<&str> = match entry.whose {
        Whose::Any(everyone) => vec![everyone],
        _ => Vec::new(),
    };
    let everyone = options.len();
    options.extend(classes.iter().map(|class| class.name.as_str()));
    let class = given.class.min(options.len().saturating_sub(1));
    let who = class
        .checked_sub(everyone)
        .and_then(|place| classes.get(place))
        .map(|class| Who::Class(class.name.clone()));
    let client = client.clone();
    let on_act = Callback::from(move |()| {
        if let (Ok(value), Ok(minutes)) = (&value, &minutes)
            && let Some(command) = command(kind, who.clone(), *value, *minutes)
        {
            client.act(command);
        }
    });
    let on_kind = {
        let state = given.clone();
        Callback::from(move |kind| {
            change(&state, |given| {
                given.kind = kind;
                given.texts = Default::default();
            });
        })
    };
    let on_class = {
        let state = given.clone();
        Callback::from(move |class| change(&state, |given| given.class = class))
    };
    let on_text = |place: usize| {
        let state = given.clone();
        Callback::from(move |text: String| {
            change(&state, |given| given.texts[place] = Some(text.clone()));
        })
    };
    let value_field = entry.value.map(|(label, unit, _)| NumberField {
        id: "traffic-value".into(),
        label,
        unit,
        value: value_text,
        error: value_error.as_deref(),
        on_input: on_text(0),
        placeholder: "",
    });
    let time_field = entry.time.map(|(label, _)| NumberField {
        id: "traffic-time".into(),
        label,
        unit: strings::UNIT_MINUTES,
        value: time_text,
        error: time_error.as_deref(),
        on_input: on_text(1),
        placeholder: strings::FAULT_FOREVER,
    });
    let kinds = ENTRIES.each_ref().map(|entry| entry.name);
    action(Action {
        title: texts::CHANGE_TRAFFIC,
        does: entry.does,
        button: entry.name,
        sign: Sign::Hand,
        not_now: None,
        on_act,
        fields: html! {
            <>
                { select("traffic-kind", strings::FAULT_KIND, &kinds, kind, on_kind) }
                if entry.whose != Whose::None {
                    { select("traffic-class", texts::CLIENTS, &options, class, on_class) }
                }
                { for value_field.into_iter().chain(time_field).map(number_field) }
            </>
        },
    })
}

/// The command of an entry; nothing where a class or a time is missing.
fn command(kind: usize, who: Option<Who>, value: f64, minutes: Option<f64>) -> Option<Command> {
    let span = minutes.map(|minutes| Span::from_secs_f64(minutes * 60.0));
    let surge = |kind, duration| {
        let who = who.clone();
        Some(Command::Surge {
            surge: SurgeSpec {
                who,
                kind,
                duration,
            },
        })
    };
    let rule = match kind {
        SPIKE => return surge(SurgeKind::Spike { times: value }, span),
        FLASH_SALE => {
            let half_life = span?;
            let times = value;
            return surge(SurgeKind::FlashSale { times, half_life }, None);
        }
        CRAWL => return surge(SurgeKind::Flood { rate: value }, span),
        LIMIT => Admission::Limit {
            rate: value,
            burst: None,
        },
        BLOCK => Admission::Block,
        ALLOW => Admission::Allow,
        SHED => {
            let over = Ratio::new(value / 100.0);
            return Some(Command::Shed { over });
        }
        _ => return Some(Command::Shed { over: None }),
    };
    Some(Command::Admit { who: who?, rule })
}

fn table(classes: &[ClassView]) -> Html {
    html! {
        <div class="table-frame">
            <table class="table">
                <thead><tr>
                    <th scope="col">{ texts::CLASS }</th>
                    <th scope="col" class="number">{ strings::RATE }</th>
                    <th scope="col" class="number">{ strings::ERRORS }</th>
                    <th scope="col" class="number">{ texts::TURNED_AWAY }</th>
                </tr></thead>
                <tbody>
                    { for classes.iter().map(|class| html! {
                        <tr>
                            <th scope="row" title={class.about.clone()}>
                                { &class.name }
                                if let Some(users) = class.users {
                                    <span class="soft">{ texts::crowd(&format::count(users)) }</span>
                                }
                                if class.sales != Money::ZERO {
                                    <span class="soft">{ texts::sales(&format::money(class.sales)) }</span>
                                }
                                if let Some(rule) = &class.rule { <span class="soft">{ " " }{ rule }</span> }
                            </th>
                            <td class="number">{ format::rate(class.rate) }</td>
                            <td class="number">{ format::maybe_percent(class.error_ratio) }</td>
                            <td class="number">{ format::maybe_percent(class.refused_ratio) }</td>
                        </tr>
                    }) }
                </tbody>
            </table>
        </div>
    }
}

/// A surge that acts; it can be ended where a client is given.
fn surge(surge: &SurgeView, ends: Option<&Client>) -> Html {
    let until = match surge.until {
        Some(until) => strings::until(&format::instant(until)),
        None => strings::UNTIL_ENDED.to_owned(),
    };
    let on_end = ends.map(|client| {
        let (client, id) = (client.clone(), surge.id);
        Callback::from(move |_: MouseEvent| client.act(Command::EndSurge { id }))
    });
    html! {
        <li key={surge.id}>
            { icon(Sign::Hand) }
            <span>{ &surge.text }<span class="soft">{ until }</span></span>
            if let Some(onclick) = on_end {
                <button type="button" class="button button-small" {onclick}
                    aria-label={strings::end_fault(&surge.text)}>{ strings::END }</button>
            }
        </li>
    }
}
