//! The objective editor: what is promised, and at once what that allows.

use yew::prelude::*;

use super::input;
use crate::base::{Ratio, Span, parse};
use crate::session::{Command, SloView};
use crate::slo::{EDGE, Indicator, Method, ObjectiveChange, Unit, allowance};
use crate::ui::hooks::use_state_eq;
use crate::ui::lab::use_lab;
use crate::ui::strings::slos as words;
use crate::ui::widget::{NumberField, number_field, select};
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

    /// What is to be sent: of an objective that is there, what was touched.
    fn change(&self, old: Option<&Draft>, services: &[String]) -> Result<ObjectiveChange, String> {
        let target = input::number(&self.target, 0.0, 99.999_999)?;
        let name = self.name.trim();
        parse::name(name).map_err(|problem| format!("{problem}: {}", parse::NAME_FORM))?;
        let touched = |part: fn(&Draft) -> (usize, &str)| old.map(part) != Some(part(self));
        let mut change = ObjectiveChange {
            name: name.to_owned(),
            target: Ratio::new(target / 100.0),
            ..ObjectiveChange::default()
        };
        if touched(|draft| (draft.indicator, &draft.millis)) {
            change.good = Some((self.indicator()?, None));
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
        Ok(change)
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
    let change = draft.change(old, &props.services);
    let problem = change.clone().err();
    let onsubmit = {
        let (client, close) = (client.clone(), props.on_close.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if let Ok(change) = &change {
                let change = Box::new(change.clone());
                client.act(Command::Objective { change });
                close.emit(());
            }
        })
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
            { fields(&draft, is_new, &props.services) }
            { scale(&draft, props.slo.as_ref()) }
            if let Some(problem) = problem { <p class="field-error" role="alert">{ problem }</p> }
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

fn fields(draft: &UseStateHandle<Draft>, is_new: bool, services: &[String]) -> Html {
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
    let number = |id: &'static str, label, unit, value: &str, on_input| {
        number_field(NumberField {
            id: id.into(),
            label,
            unit,
            value: value.to_owned(),
            error: None,
            on_input,
            placeholder: "",
        })
    };
    let name = html! {
        <div class="field">
            <label class="label" for="objective-name">{ words::NAME }</label>
            <input class="input" id="objective-name" value={draft.name.clone()} autocomplete="off"
                oninput={on_name.reform(|event: InputEvent| typed(&event))} />
        </div>
    };
    html! {
        <div class="objective-fields">
            if is_new { { name } }
            { select("objective-kind", words::GOOD, &kinds, draft.indicator,
                set(draft, |draft, kind| draft.indicator = kind)) }
            if draft.indicator == LATENCY {
                { number("objective-under", words::UNDER, "ms", &draft.millis, on_millis) }
            }
            { select("objective-at", words::AT, &places, draft.place,
                set(draft, |draft, place| draft.place = place)) }
            { select("objective-window", strings::SLO_WINDOW, &windows, draft.window,
                set(draft, |draft, window| draft.window = window)) }
            { select("objective-method", words::METHOD, &methods, draft.slices,
                set(draft, |draft, method| draft.slices = method)) }
            { number("objective-target", strings::SLO_TARGET, strings::UNIT_PERCENT, &draft.target, on_target) }
        </div>
    }
}

fn typed(event: &InputEvent) -> String {
    let target: Option<web_sys::HtmlInputElement> = event.target_dyn_into();
    target.map_or(String::new(), |input| input.value())
}

/// What each target allows, the chosen one marked; a click chooses it.
fn scale(draft: &UseStateHandle<Draft>, slo: Option<&SloView>) -> Html {
    let chosen = input::number(&draft.target, 0.0, 99.999_999).ok();
    let mut targets = SCALE.to_vec();
    if let Some(chosen) = chosen.filter(|chosen| !SCALE.contains(chosen)) {
        let place = SCALE.iter().filter(|target| **target < chosen).count();
        targets.insert(place, chosen);
    }
    let per_second = slo.map_or(0.0, |slo| slo.terms.per_second);
    let rows = targets.iter().map(|target| {
        let is_chosen = Some(*target) == chosen;
        let text = format::plain(*target);
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
    let nine = slo.zip(chosen).map(|(slo, chosen)| next_nine(slo, chosen));
    html! {
        <>
            <table class="table objective-scale">
                <caption>{ words::SCALE }</caption>
                <thead><tr>
                    <th scope="col">{ strings::SLO_TARGET }</th>
                    <th scope="col" class="number">{ words::DOWN_DAY }</th>
                    <th scope="col" class="number">{ words::DOWN_MONTH }</th>
                    if per_second > 0.0 { <th scope="col" class="number">{ words::BAD_DAY }</th> }
                </tr></thead>
                <tbody>{ for rows }</tbody>
            </table>
            if let Some(nine) = nine { <p class="forecast">{ nine }</p> }
        </>
    }
}

/// What one more nine would leave, held against what failed of late.
fn next_nine(slo: &SloView, chosen: f64) -> String {
    let next = Ratio::new(1.0 - (1.0 - chosen / 100.0) / 10.0).unwrap_or_default();
    let per_second = slo.terms.per_second;
    let leaves = allowance(next, Span::from_days(1), per_second).bad;
    let Some(had) = slo.terms.bad_per_day.filter(|_| per_second > 0.0) else {
        return words::NINE_UNKNOWN.to_owned();
    };
    let all: u64 = slo.terms.spenders.iter().map(|(.., count)| count).sum();
    let causes = slo
        .terms
        .spenders
        .iter()
        .take(3)
        .map(|(asked, how, count)| {
            let share = *count as f64 / all.max(1) as f64;
            words::cause(&format::percent(share), asked, how)
        });
    let causes: Vec<String> = causes.collect();
    let count = |value: f64| format::count(libm::round(value) as u64);
    let target = percent_text(next);
    words::next_nine(
        &target,
        &count(leaves),
        &count(had),
        had > leaves,
        &causes.join(", "),
    )
}

/// A target in percent, with as many digits as it has.
fn percent_text(target: Ratio) -> String {
    format::plain(libm::round(target.get() * 1e8) / 1e6)
}
