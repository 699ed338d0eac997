//! Traffic in the inspector: classes of clients, surges, and what gateways do.

use std::rc::Rc;

use yew::prelude::*;

use super::act::Action;
use super::input;
use crate::base::{Ratio, Span};
use crate::session::{ClassView, Command, SurgeView, View};
use crate::ui::lab::use_lab;
use crate::ui::widget::{Icon, NumberField, Select, Sign};
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
        name: strings::SPIKE,
        does: strings::SPIKE_DOES,
        value: Some((strings::LOAD_FACTOR, strings::UNIT_TIMES, "3")),
        time: Some((strings::FAULT_DURATION, "10")),
        whose: Whose::Any(strings::ALL_USERS),
    },
    Entry {
        name: strings::FLASH_SALE,
        does: strings::FLASH_SALE_DOES,
        value: Some((strings::LOAD_FACTOR, strings::UNIT_TIMES, "10")),
        time: Some((strings::HALF_LIFE, "5")),
        whose: Whose::Any(strings::ALL_USERS),
    },
    Entry {
        name: strings::CRAWL,
        does: strings::CRAWL_DOES,
        value: Some((strings::RATE, strings::UNIT_PER_SECOND, "1000")),
        time: Some((strings::FAULT_DURATION, "10")),
        whose: Whose::Any(strings::ALL_BOTS),
    },
    Entry {
        name: strings::LIMIT,
        does: strings::LIMIT_DOES,
        value: Some((strings::RATE, strings::UNIT_PER_SECOND, "100")),
        time: None,
        whose: Whose::One,
    },
    Entry {
        name: strings::BLOCK,
        does: strings::BLOCK_DOES,
        value: None,
        time: None,
        whose: Whose::One,
    },
    Entry {
        name: strings::ALLOW,
        does: strings::ALLOW_DOES,
        value: None,
        time: None,
        whose: Whose::One,
    },
    Entry {
        name: strings::SHED,
        does: strings::SHED_DOES,
        value: Some((strings::SHED_FROM, strings::UNIT_PERCENT, "85")),
        time: None,
        whose: Whose::None,
    },
    Entry {
        name: strings::SHED_OFF,
        does: strings::SHED_OFF_DOES,
        value: None,
        time: None,
        whose: Whose::None,
    },
];

/// Largest number and longest time that can be typed here; the lab has its own
/// bounds and says so.
const MOST: [f64; 8] = [100.0, 100.0, 1e9, 1e9, 1.0, 1.0, 100.0, 1.0];
const MOST_MINUTES: f64 = 43_200.0;

/// Classes, surges, and a form that changes them.
#[component]
pub fn Traffic(props: &TrafficProps) -> Html {
    let lab = use_lab();
    let kind = use_state_eq(|| 0_usize);
    let class = use_state_eq(|| 0_usize);
    // What was typed for the number and for the time; the usual where nothing was.
    let typed = use_state_eq(|| [const { None::<String> }; 2]);
    let view = &props.view;
    let kind_now = *kind;
    let entry = &ENTRIES[kind_now];
    let text = |place: usize, usual: &str| typed[place].clone().unwrap_or(usual.to_owned());
    let (usual_value, usual_time) = (
        entry.value.map_or("0", |(_, _, usual)| usual),
        entry.time.map_or("", |(_, usual)| usual),
    );
    let (value_text, time_text) = (text(0, usual_value), text(1, usual_time));
    let least = if entry.value.is_some() { 1.0 } else { 0.0 };
    let value = input::number(&value_text, least, MOST[kind_now]);
    let minutes = input::optional(&time_text, 0.1, MOST_MINUTES);
    let (value_error, time_error) = (value.clone().err(), minutes.clone().err());
    let first = match entry.whose {
        Whose::Any(everyone) => Some(AttrValue::from(everyone)),
        _ => None,
    };
    let offset = usize::from(first.is_some());
    let names = view.classes.iter().map(|class| class.name.clone());
    let options: Vec<AttrValue> = first
        .into_iter()
        .chain(names.map(AttrValue::from))
        .collect();
    let chosen = class.min(options.len().saturating_sub(1));
    let on_act = {
        let who = chosen
            .checked_sub(offset)
            .and_then(|place| view.classes.get(place))
            .map(|class| Who::Class(class.name.clone()));
        let client = lab.client.clone();
        Callback::from(move |()| {
            if let (Ok(value), Ok(minutes)) = (&value, &minutes)
                && let Some(command) = command(kind_now, who.clone(), *value, *minutes)
            {
                client.act(command);
            }
        })
    };
    let on_kind = {
        let (kind, typed) = (kind.clone(), typed.clone());
        Callback::from(move |index| {
            kind.set(index);
            typed.set([const { None }; 2]);
        })
    };
    let on_class = Callback::from(move |index| class.set(index));
    let on_text = |place: usize| {
        let typed = typed.clone();
        Callback::from(move |text| {
            let mut next = (*typed).clone();
            next[place] = Some(text);
            typed.set(next);
        })
    };
    let on_end = |id| {
        let client = lab.client.clone();
        Callback::from(move |_: MouseEvent| client.act(Command::EndSurge { id }))
    };
    let kinds: Vec<AttrValue> = ENTRIES.iter().map(|entry| entry.name.into()).collect();
    html! {
        <section aria-labelledby="traffic-title">
            <h3 id="traffic-title">{ strings::CLIENTS }</h3>
            { table(&view.classes) }
            if let Some(over) = view.shed_over {
                <p class="soft">{ strings::sheds(&format::percent(over.get())) }</p>
            }
            <ul class="fault-list">
                { for view.surges.iter().map(|of| surge(of, props.acts.then(|| on_end(of.id)))) }
            </ul>
            if props.acts {
                <Action title={strings::CHANGE_TRAFFIC} does={entry.does} button={entry.name} sign={Sign::Hand} {on_act}>
                    <Select id="traffic-kind" label={strings::FAULT_KIND} options={kinds} selected={kind_now}
                        on_select={on_kind} />
                    if entry.whose != Whose::None {
                        <Select id="traffic-class" label={strings::CLIENTS} {options} selected={chosen}
                            on_select={on_class} />
                    }
                    if let Some((label, unit, _)) = entry.value {
                        <NumberField id="traffic-value" {label} {unit} value={value_text} error={value_error}
                            on_input={on_text(0)} />
                    }
                    if let Some((label, _)) = entry.time {
                        <NumberField id="traffic-time" {label} unit={strings::UNIT_MINUTES} value={time_text}
                            error={time_error} on_input={on_text(1)} placeholder={strings::FAULT_FOREVER} />
                    }
                </Action>
            }
        </section>
    }
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
                    <th scope="col">{ strings::CLASS }</th>
                    <th scope="col" class="number">{ strings::RATE }</th>
                    <th scope="col" class="number">{ strings::ERRORS }</th>
                    <th scope="col" class="number">{ strings::TURNED_AWAY }</th>
                </tr></thead>
                <tbody>
                    { for classes.iter().map(|class| html! {
                        <tr>
                            <th scope="row" title={class.about.clone()}>
                                { &class.name }
                                if let Some(users) = class.users {
                                    <span class="soft">{ strings::crowd(&format::count(users)) }</span>
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

fn surge(surge: &SurgeView, on_end: Option<Callback<MouseEvent>>) -> Html {
    html! {
        <li key={surge.id}>
            <Icon sign={Sign::Hand} />
            <span>
                { &surge.text }
                <span class="soft">
                    { surge.until.map_or_else(|| strings::UNTIL_ENDED.to_owned(), |until| {
                        strings::until(&format::instant(until))
                    }) }
                </span>
            </span>
            if let Some(onclick) = on_end {
                <button type="button" class="button button-small" {onclick}
                    aria-label={strings::end_fault(&surge.text)}>{ strings::END }</button>
            }
        </li>
    }
}
