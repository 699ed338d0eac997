//! The objective editor: what is promised, and at once what that allows.

use yew::prelude::*;

use super::input;
use crate::base::{Ratio, Span, parse};
use crate::session::{Command, SloView};
use crate::slo::{EDGE, Indicator, Method, ObjectiveChange, Unit, allowance, next_nine};
use crate::ui::hooks::use_state_eq;
use crate::ui::lab::use_lab;
use crate::ui::strings::slos as words;
use crate::ui::widget::{NumberField, number_field, select, text_field};
use crate::ui::{format, strings};

/// Targets on the scale, in percent.
const SCALE: [f64; 9] = [90.0, 95.0, 99.0, 99.5, 99.9, 99.95, 99.99, 99.995, 99.999];
/// Windows that can be chosen: their length in days, and the calendar's unit.
const WINDOWS: [(&str, u64, Option<Unit>); 7] = [
    (words::DAYS_1, 1, None),
    (words::DAYS_7, 7, None),
    (words::DAYS_28, 28, None),
    (words::DAYS_30, 30, None),
    (words::EACH_DAY, 1, Some(Unit::Day)),
    (words::EACH_WEEK, 7, Some(Unit::Week)),
    (words::EACH_MONTH, 30, Some(Unit::Month)),
];
const LATENCY: usize = 1;
const QUALITY: usize = 2;

/// What the editor is given.
#[derive(PartialEq, Properties)]
pub struct EditorProps {
    /// The objective; none to make a new one.
    pub slo: Option<SloView>,
    /// Where requests can be measured beside the edge.
    pub services: Vec<String>,
    /// Objectives that are there.
    pub taken: Vec<String>,
    /// It is done with.
    pub on_close: Callback<()>,
}

/// What was chosen and typed.
#[derive(Clone, PartialEq)]
struct Draft {
    name: String,
    target: String,
    indicator: usize,
    millis: String,
    place: usize,
    window: usize,
    slices: usize,
}

impl Draft {
    fn of(slo: Option<&SloView>, services: &[String]) -> Draft {
        let form = slo.map(|slo| &*slo.form);
        let good = form.and_then(|form| form.good.as_ref()).map(|good| good.0);
        let at = form.and_then(|form| form.at.as_deref()).unwrap_or(EDGE);
        let window = form.and_then(|form| form.window);
        let same = |(_, days, unit): &(&str, u64, Option<Unit>)| {
            window == Some((Span::from_days(*days), *unit))
        };
        let slices = form.and_then(|form| form.budget);
        let millis = match good {
            Some(Indicator::Latency { under }) => under.as_secs_f64() * 1e3,
            _ => 250.0,
        };
        Draft {
            name: form.map_or(String::new(), |form| form.name.clone()),
            target: slo.map_or("99.9".to_owned(), |slo| percent_text(slo.target)),
            indicator: match good {
                Some(Indicator::Latency { .. }) => LATENCY,
                Some(Indicator::Quality) => QUALITY,
                _ => 0,
            },
            millis: format::plain(millis),
            place: (services.iter().position(|name| name == at)).map_or(0, |place| place + 1),
            window: WINDOWS.iter().position(same).unwrap_or(3),
            slices: usize::from(matches!(slices, Some(Method::Timeslices { .. }))),
        }
    }

    /// What is wrong with each field that is typed into.
    fn wrong(&self, is_new: bool, taken: &[String]) -> Wrong {
        let name = self.name.trim();
        let name = match parse::name(name) {
            _ if !is_new => None,
            Err(problem) => Some(format!("{problem}: {}", parse::NAME_FORM)),
            Ok(name) if taken.iter().any(|other| other == name) => Some(words::taken(name)),
            Ok(_) => None,
        };
        Wrong {
            name,
            target: self.percent().err(),
            millis: self.indicator().err(),
        }
    }

    /// The target in percent.
    fn percent(&self) -> Result<f64, String> {
        match input::number(&self.target, 0.0, 100.0)? {
            100.0 => Err(words::NO_BUDGET.to_owned()),
            percent => Ok(percent),
        }
    }

    /// What is to be sent: of an objective that is there, what was touched.
    fn change(&self, old: Option<&Draft>, services: &[String]) -> Option<ObjectiveChange> {
        let touched = |part: fn(&Draft) -> (usize, &str)| old.map(part) != Some(part(self));
        let mut change = ObjectiveChange {
            name: self.name.trim().to_owned(),
            target: Ratio::new(self.percent().ok()? / 100.0),
            ..ObjectiveChange::default()
        };
        if touched(|draft| (draft.indicator, &draft.millis)) {
            change.good = Some((self.indicator().ok()?, None));
        }
        if touched(|draft| (draft.place, "")) {
            let place = self.place.checked_sub(1);
            let place = place.and_then(|place| services.get(place));
            change.at = Some(place.map_or(EDGE, String::as_str).to_owned());
        }
        if touched(|draft| (draft.window, "")) {
            let (_, days, unit) = WINDOWS[self.window.min(WINDOWS.len() - 1)];
            change.window = Some((Span::from_days(days), unit));
        }
        if touched(|draft| (draft.slices, "")) {
            change.budget = Some(match self.slices {
                0 => Method::Occurrences,
                _ => Method::Timeslices {
                    slice: Span::from_mins(1),
                    good: 950_000,
                },
            });
        }
        Some(change)
    }

    fn indicator(&self) -> Result<Indicator, String> {
        Ok(match self.indicator {
            LATENCY => Indicator::Latency {
                under: Span::from_secs_f64(input::number(&self.millis, 1.0, 3.6e6)? / 1e3),
            },
            QUALITY => Indicator::Quality,
            _ => Indicator::Availability,
        })
    }
}

/// What is wrong with the fields, and how to mend it.
#[derive(Default, PartialEq)]
struct Wrong {
    name: Option<String>,
    target: Option<String>,
    millis: Option<String>,
}

/// Changes the draft; one place for all fields.
fn set<T: 'static>(state: &UseStateHandle<Draft>, part: fn(&mut Draft, T)) -> Callback<T> {
    let state = state.clone();
    Callback::from(move |value| {
        let mut next = (*state).clone();
        part(&mut next, value);
        state.set(next);
    })
}

/// The form.
#[component]
pub fn ObjectiveEditor(props: &EditorProps) -> Html {
    let client = use_lab().client;
    let before = use_state_eq(|| Draft::of(props.slo.as_ref(), &props.services));
    let draft = use_state_eq(|| (*before).clone());
    let is_new = props.slo.is_none();
    let old = (!is_new).then_some(&*before);
    let tried = use_state_eq(|| false);
    let wrong = draft.wrong(is_new, &props.taken);
    let change = draft.change(old, &props.services);
    let change = change.filter(|_| wrong == Wrong::default());
    let onsubmit = {
        let (client, close) = (client.clone(), props.on_close.clone());
        let tried = tried.setter();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let Some(change) = &change else {
                return tried.set(true);
            };
            let change = Box::new(change.clone());
            client.act(Command::Objective { change });
            close.emit(());
        })
    };
    // An empty name is no mistake before somebody is done.
    let wrong = Wrong {
        name: wrong.name.filter(|_| *tried || !draft.name.is_empty()),
        ..wrong
    };
    let on_remove = {
        let (client, close) = (client, props.on_close.clone());
        let name = before.name.clone();
        Callback::from(move |_: MouseEvent| {
            let change = ObjectiveChange {
                name: name.clone(),
                remove: true,
                ..ObjectiveChange::default()
            };
            let change = Box::new(change);
            client.act(Command::Objective { change });
            close.emit(());
        })
    };
    let on_cancel = props.on_close.reform(|_: MouseEvent| ());
    html! {
        <form class="objective" {onsubmit} aria-label={words::EDITOR}>
            { fields(&draft, is_new, &props.services, &wrong) }
            { scale(&draft, props.slo.as_ref()) }
            <p class="objective-buttons">
                <button type="submit" class="button button-primary">{ words::SAVE }</button>
                <button type="button" class="button" onclick={on_cancel}>{ strings::CANCEL }</button>
                if !is_new {
                    <button type="button" class="button" onclick={on_remove}>{ words::REMOVE }</button>
                }
            </p>
        </form>
    }
}

fn fields(draft: &UseStateHandle<Draft>, is_new: bool, services: &[String], wrong: &Wrong) -> Html {
    let on_name = set(draft, |draft, name: String| draft.name = name);
    let on_target = set(draft, |draft, text| draft.target = text);
    let on_millis = set(draft, |draft, text| draft.millis = text);
    let kinds = [words::AVAILABILITY, words::LATENCY, words::QUALITY];
    let places: Vec<&str> = [words::EDGE]
        .into_iter()
        .chain(services.iter().map(String::as_str))
        .collect();
    let windows = WINDOWS.map(|(word, ..)| word);
    let methods = [words::REQUESTS_COUNT, words::SLICES_COUNT];
    let number = |id: &'static str, label, unit, value: &str, error: &Option<String>, on_input| {
        number_field(NumberField {
            id: id.into(),
            label,
            unit,
            value: value.to_owned(),
            error: error.as_deref(),
            on_input,
            placeholder: "",
        })
    };
    let name = text_field(NumberField {
        id: "objective-name".into(),
        label: words::NAME,
        value: draft.name.clone(),
        error: wrong.name.as_deref(),
        on_input: on_name,
        ..NumberField::default()
    });
    html! {
        <div class="objective-fields">
            if is_new { { name } }
            { select("objective-kind", words::GOOD, &kinds, draft.indicator,
                set(draft, |draft, kind| draft.indicator = kind)) }
            if draft.indicator == LATENCY {
                { number("objective-under", words::UNDER, "ms", &draft.millis, &wrong.millis, on_millis) }
            }
            { select("objective-at", words::AT, &places, draft.place,
                set(draft, |draft, place| draft.place = place)) }
            { select("objective-window", strings::SLO_WINDOW, &windows, draft.window,
                set(draft, |draft, window| draft.window = window)) }
            { select("objective-method", words::METHOD, &methods, draft.slices,
                set(draft, |draft, method| draft.slices = method)) }
            { number("objective-target", strings::SLO_TARGET, strings::UNIT_PERCENT, &draft.target, &wrong.target, on_target) }
        </div>
    }
}

/// What each target allows, the chosen one marked; a click chooses it.
fn scale(draft: &UseStateHandle<Draft>, slo: Option<&SloView>) -> Html {
    let chosen = draft.percent().ok();
    let mut targets = SCALE.to_vec();
    if let Some(chosen) = chosen.filter(|chosen| !SCALE.contains(chosen)) {
        let place = SCALE.iter().filter(|target| **target < chosen).count();
        targets.insert(place, chosen);
    }
    let per_second = slo.map_or(0.0, |slo| slo.terms.per_second);
    let rows = targets.iter().map(|target| {
        let is_chosen = Some(*target) == chosen;
        let text = digits(*target);
        let onclick = {
            let (choose, text) = (set(draft, |draft, text| draft.target = text), text.clone());
            Callback::from(move |_: MouseEvent| choose.emit(text.clone()))
        };
        let ratio = Ratio::new(target / 100.0).unwrap_or_default();
        let [day, month] =
            [1, 30].map(|days| allowance(ratio, Span::from_days(days), per_second));
        html! {
            <tr class={classes!(is_chosen.then_some("chosen"))}>
                <th scope="row">
                    <button type="button" class="button button-small" {onclick}
                        aria-pressed={is_chosen.to_string()}>{ words::percent(&text) }</button>
                </th>
                <td class="number">{ format::duration(day.down) }</td>
                <td class="number">{ format::duration(month.down) }</td>
                if per_second > 0.0 { <td class="number">{ format::count(libm::round(day.bad) as u64) }</td> }
            </tr>
        }
    });
    let nine = slo.zip(chosen);
    let nine = nine.map(|(slo, chosen)| next(slo, Ratio::new(chosen / 100.0).unwrap_or_default()));
    let bad = slo.map_or("", |slo| words::bad_a_day(slo.terms.slice.is_some()));
    html! {
        <>
            <div class="table-frame" tabindex="0" role="region" aria-label={words::SCALE}>
                <table class="table objective-scale">
                    <caption>{ words::SCALE }</caption>
                    <thead><tr>
                        <th scope="col">{ strings::SLO_TARGET }</th>
                        <th scope="col" class="number">{ words::DOWN_DAY }</th>
                        <th scope="col" class="number">{ words::DOWN_MONTH }</th>
                        if per_second > 0.0 { <th scope="col" class="number">{ bad }</th> }
                    </tr></thead>
                    <tbody>{ for rows }</tbody>
                </table>
            </div>
            { for nine.into_iter().flatten().map(|text| html! { <p class="forecast">{ text }</p> }) }
        </>
    }
}

/// What one more nine would leave, held against what failed of late; and what
/// that is in money.
fn next(slo: &SloView, chosen: Ratio) -> Vec<String> {
    let terms = &slo.terms;
    let next = next_nine(chosen);
    let leaves = allowance(next, Span::from_days(1), terms.per_second).bad;
    let Some(had) = terms.bad_per_day.filter(|_| terms.per_second > 0.0) else {
        return vec![words::NINE_UNKNOWN.to_owned()];
    };
    let all: u64 = terms.spenders.iter().map(|(.., count)| count).sum();
    let causes = terms.spenders.iter().take(3).map(|(asked, how, count)| {
        let share = *count as f64 / all.max(1) as f64;
        words::cause(&format::percent(share), asked, how)
    });
    let causes: Vec<String> = causes.collect();
    let count = |value: f64| match value {
        ..10.0 => format::plain(libm::round(value * 10.0) / 10.0),
        value => format::count(libm::round(value) as u64),
    };
    let unit = words::bad_of(terms.slice.is_some());
    let target = percent_text(next);
    let counts = (&*count(leaves), &*count(had));
    let first = words::next_nine(&target, unit, counts, had > leaves, &causes.join(", "));
    let stakes = &terms.stakes;
    let gain = stakes.gain((had, leaves), slo.sli, next);
    let money = format::money;
    let mut texts = vec![first];
    if let Some(each) = stakes.lost_each {
        texts.push(words::revenue(
            each > 0.0,
            &money(gain.lost),
            &money(gain.saved),
        ));
    }
    if stakes.sla.is_some() {
        texts.push(words::credits(&money(gain.owed), &money(gain.spared)));
    }
    if had > leaves {
        let spare = stakes.spare_per_day.map(money);
        texts.push(words::spare(stakes.through, spare.as_deref()));
    }
    texts
}

/// A share in percent, with as many digits as it has.
fn percent_text(share: Ratio) -> String {
    digits(share.get() * 100.0)
}

/// A percentage to a millionth of a percent, without needless zeros.
fn digits(percent: f64) -> String {
    let text = format!("{percent:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
