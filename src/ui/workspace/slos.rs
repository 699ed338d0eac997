//! The objectives: what each promises, what is left, and how fast it burns.

use std::rc::Rc;

use yew::prelude::*;

use crate::ui::hooks::use_state_eq;

use super::objective::ObjectiveEditor;
use super::panels::{PanelCard, use_annotations};
use crate::base::{SimTime, Span};
use crate::session::{AlertAct, Charts, Command, SloView, View, outage_burn};
use crate::ui::client::Client;
use crate::ui::lab::use_lab;
use crate::ui::strings::slos as words;
use crate::ui::widget::{NumberField, bar, health_tone, status, text_field};
use crate::ui::{format, strings};

/// What the tab is given.
#[derive(PartialEq, Properties)]
pub struct SlosProps {
    /// The lab.
    pub view: Rc<View>,
    /// The charts, once they are here.
    pub charts: Option<Rc<Charts>>,
}

/// Every objective.
#[component]
pub fn Slos(props: &SlosProps) -> Html {
    let cursor = use_state_eq(|| None);
    let on_cursor = {
        let cursor = cursor.clone();
        use_callback((), move |at, ()| cursor.set(at))
    };
    let annotations = use_annotations(&props.view.timeline);
    let client = use_lab().client;
    let reason = use_state_eq(String::new);
    // The objective that is edited; an empty name is that of a new one.
    let edited = use_state_eq(|| None::<String>);
    let services = props
        .view
        .services
        .iter()
        .map(|service| service.name.clone());
    let services: Vec<String> = services.collect();
    let on_close = {
        let edited = edited.setter();
        Callback::from(move |()| edited.set(None))
    };
    let open = |name: &str| {
        let (edited, name) = (edited.setter(), name.to_owned());
        Callback::from(move |_: MouseEvent| edited.set(Some(name.clone())))
    };
    let editor = |slo: Option<SloView>| {
        let taken: Vec<String> = props.view.slos.iter().map(|slo| slo.name.clone()).collect();
        html! { <ObjectiveEditor {slo} services={services.clone()} {taken} on_close={on_close.clone()} /> }
    };
    html! {
        <div class="slos">
            if edited.as_deref() == Some("") {
                { editor(None) }
            } else {
                <p><button type="button" class="button" onclick={open("")}>{ words::NEW }</button></p>
            }
            if props.view.slos.is_empty() { <p class="empty">{ strings::NO_SLOS }</p> }
            { for props.view.slos.iter().enumerate().map(|(panel, slo)| html! {
                <section class="slo" aria-labelledby={format!("slo-{}", slo.name)}>
                    { head(slo, open(&slo.name)) }
                    if edited.as_deref() == Some(&slo.name) { { editor(Some(slo.clone())) } }
                    <div class="slo-body">
                        <div class="slo-chart">
                            if let Some(charts) = &props.charts {
                                <PanelCard charts={charts.clone()} {panel} budget={true}
                                    annotations={annotations.clone()} height={200}
                                    cursor={*cursor} on_cursor={on_cursor.clone()} />
                            } else {
                                <p class="empty">{ strings::NO_CHARTS }</p>
                            }
                        </div>
                        { burn_table(slo, props.view.now) }
                    </div>
                    { terms(slo) }
                    if !slo.terms.outages.is_empty() { { outages(slo) } }
                    if slo.terms.frozen { { override_form(&client, &slo.name, &reason) } }
                </section>
            }) }
        </div>
    }
}

fn head(slo: &SloView, on_edit: Callback<MouseEvent>) -> Html {
    let facts = [
        (strings::SLO_TARGET, format::target(slo.target)),
        (
            strings::SLO_SLI,
            slo.sli
                .map_or_else(|| format::NONE.to_owned(), |sli| format::percent(sli.get())),
        ),
        (strings::SLO_WINDOW, slo.terms.window.clone()),
        (
            strings::SLO_BAD,
            strings::bad_of_allowed(&format::count(slo.bad), &format::count(whole(slo.allowed))),
        ),
    ];
    html! {
        <header class="slo-head">
            <div class="slo-words">
                <h2 id={format!("slo-{}", slo.name)}>{ &slo.title }</h2>
                { status(slo.health, strings::budget_word(slo.health)) }
                <button type="button" class="button button-small" onclick={on_edit}>{ words::EDIT }</button>
                <p>{ &slo.sentence }</p>
                if let Some(since) = slo.terms.since {
                    <p>{ words::since(&format::instant(since)) }</p>
                }
            </div>
            <div class="slo-left">
                <p class="slo-number">{ format::budget(slo.budget_left) }</p>
                <p class="soft">{ strings::BUDGET_LEFT }</p>
                { bar(slo.budget_left.unwrap_or(0.0), health_tone(slo.health)) }
            </div>
            <dl class="facts">
                { for facts.into_iter().map(|(name, value)| html! {
                    <div><dt>{ name }</dt><dd>{ value }</dd></div>
                }) }
            </dl>
        </header>
    }
}

fn burn_table(slo: &SloView, now: SimTime) -> Html {
    let counted = now.since(slo.terms.since.unwrap_or_default().min(now));
    let looks = |window: Span| match format::duration(window) {
        window_text if counted < window => words::so_far(&window_text, &format::duration(counted)),
        window_text => strings::last(&window_text),
    };
    html! {
        <div class="slo-burn">
            <table class="table">
                <caption>{ strings::BURN_CAPTION }</caption>
                <thead><tr>
                    <th scope="col">{ strings::BURN_WINDOW }</th>
                    <th scope="col" class="number">{ strings::BURN_RATE }</th>
                </tr></thead>
                <tbody>
                    { for slo.burn.iter().map(|burn| html! {
                        <tr>
                            <th scope="row">{ looks(burn.window) }</th>
                            <td class="number">{ format::burn(burn.rate) }</td>
                        </tr>
                    }) }
                </tbody>
            </table>
            <p class="forecast">
                { match slo.exhausted_in {
                    Some(span) if span.is_zero() => strings::BUDGET_GONE.to_owned(),
                    Some(span) => forecast(slo, span),
                    None => strings::NOT_EXHAUSTED.to_owned(),
                } }
            </p>
        </div>
    }
}

/// When the budget is gone, and between which times that lies.
fn forecast(slo: &SloView, likely: Span) -> String {
    let text = strings::exhausted_in(&format::duration(likely));
    match slo.terms.between {
        None => text,
        Some((soonest, latest)) => {
            let latest = latest.map(format::duration);
            strings::slos::between(&text, &format::duration(soonest), latest.as_deref())
        }
    }
}

/// What the target allows, what follows from the budget, and who spent it.
fn terms(slo: &SloView) -> Html {
    let terms = &slo.terms;
    let sla = terms.sla.map(|(agreed, credit, owed)| {
        let credit = format::percent(credit.get());
        let target = format::target(slo.target);
        let agreed_text = format::target(agreed);
        let texts = [&*target, &agreed_text, &credit, &format::money(owed)];
        words::sla(agreed < slo.target, texts)
    });
    let elsewhere = terms.elsewhere.iter().map(|(place, sli)| {
        let sli = sli.map_or(format::NONE.to_owned(), |sli| format::percent(sli.get()));
        format!("{sli} ({place})")
    });
    let elsewhere: Vec<String> = elsewhere.collect();
    html! {
        <div class="slo-terms">
            <table class="table">
                <caption>{ strings::slos::ALLOWS }</caption>
                <thead><tr>
                    <th scope="col">{ strings::slos::OVER }</th>
                    <th scope="col" class="number">{ strings::slos::DOWN }</th>
                    <th scope="col" class="number">{ strings::slos::bad_over(terms.slice.is_some()) }</th>
                </tr></thead>
                <tbody>
                    { for terms.allows.iter().map(|(over, down, bad)| html! {
                        <tr>
                            <th scope="row">{ format::duration(*over) }</th>
                            <td class="number">{ format::duration(*down) }</td>
                            <td class="number">{ format::count(whole(*bad)) }</td>
                        </tr>
                    }) }
                </tbody>
            </table>
            if !terms.spenders.is_empty() {
                <table class="table">
                    <caption>{ strings::slos::SPENT }</caption>
                    <thead><tr>
                        <th scope="col">{ strings::slos::ASKED }</th>
                        <th scope="col">{ strings::slos::HOW }</th>
                        <th scope="col" class="number">{ strings::SLO_BAD }</th>
                    </tr></thead>
                    <tbody>
                        { for terms.spenders.iter().map(|(asked, how, count)| html! {
                            <tr>
                                <th scope="row">{ asked }</th>
                                <td>{ how }</td>
                                <td class="number">{ format::count(*count) }</td>
                            </tr>
                        }) }
                    </tbody>
                </table>
            }
            if let Some(stance) = &terms.stance { <p>{ strings::slos::stance(stance) }</p> }
            if let Some(until) = terms.overridden {
                <p>{ words::overridden(&format::instant(until)) }</p>
            }
            if terms.excluded > 0 { <p>{ strings::slos::excluded(&format::count(terms.excluded)) }</p> }
            if let Some(sla) = sla { <p>{ sla }</p> }
            if !terms.elsewhere.is_empty() { <p>{ words::elsewhere(&elsewhere.join(", ")) }</p> }
        </div>
    }
}

/// What each outage cost.
fn outages(slo: &SloView) -> Html {
    let bad = words::bad_over(true);
    let bad = if slo.terms.slice.is_some() {
        bad
    } else {
        strings::SLO_BAD
    };
    let heads = [
        words::LASTED,
        bad,
        words::OF_BUDGET,
        words::REVENUE,
        words::CREDITS,
    ];
    let rows = slo.terms.outages.iter().map(|outage| {
        let credit = outage.credit.map_or(format::NONE.to_owned(), format::money);
        let cells = [
            format::duration(outage.length),
            format::count(outage.bad),
            format::maybe_percent(outage.spent),
            format::money(outage.lost),
            credit,
        ];
        html! {
            <tr>
                <th scope="row">{ format::instant(outage.from) }</th>
                { for cells.into_iter().map(|cell| html! { <td class="number">{ cell }</td> }) }
            </tr>
        }
    });
    let caption = words::outages(&format::burn(Some(outage_burn(slo.target))));
    html! {
        <div class="table-frame" tabindex="0" role="region" aria-label={caption.clone()}>
            <table class="table">
                <caption>{ caption }</caption>
                <thead><tr>
                    <th scope="col">{ words::BEGAN }</th>
                    { for heads.into_iter().map(|head| html! { <th scope="col" class="number">{ head }</th> }) }
                </tr></thead>
                <tbody>{ for rows }</tbody>
            </table>
        </div>
    }
}

/// A way round a policy that lets no release go out, with its reason.
fn override_form(client: &Client, slo: &str, reason: &UseStateHandle<String>) -> Html {
    let (text, client, slo) = (reason.trim().to_owned(), client.clone(), slo.to_owned());
    let id = format!("override-{slo}");
    let long = text.chars().count() > 200;
    let set = reason.setter();
    let on_input = {
        let set = set.clone();
        Callback::from(move |text| set.set(text))
    };
    let field = text_field(NumberField {
        id: id.into(),
        label: words::REASON,
        value: (**reason).clone(),
        error: long.then_some(words::LONG_REASON),
        on_input,
        ..NumberField::default()
    });
    let disabled = text.is_empty() || long;
    let onclick = Callback::from(move |_: MouseEvent| {
        let act = AlertAct::Override {
            slo: slo.clone(),
            reason: text.clone(),
        };
        client.act(Command::Alert { act });
        set.set(String::new());
    });
    html! {
        <div class="objective-fields">
            { field }
            <button type="button" class="button" {disabled} {onclick}>{ words::OVERRIDE }</button>
        </div>
    }
}

/// A count that was computed as a real number.
fn whole(value: f64) -> u64 {
    // `as` saturates and maps not-a-number to zero.
    libm::round(value) as u64
}
