//! The small live system of the home page, with one button that breaks it.

use yew::platform::spawn_local;
use yew::prelude::*;

use crate::ui::hooks::{use_effect_with, use_state_eq};

use crate::base::{SimTime, Span};
use crate::session::{Command, Health, View};
use crate::ui::client::Client;
use crate::ui::lab::{Phase, use_lab};
use crate::ui::map::ServiceMap;
use crate::ui::settings::use_records;
use crate::ui::widget::{Sign, icon, status};
use crate::ui::{fetch, format, strings};
use crate::worker::{Opening, Speed};
use crate::world::{FaultKind, FaultSpec};

/// Where the demo's lab belongs.
const PLACE: &str = "#/";
/// The service that the button breaks.
const VICTIM: &str = "payment";
/// Simulated seconds per real second.
const SPEED: Speed = Speed::Times(10);

/// A live system.
#[component]
pub fn Demo() -> Html {
    let lab = use_lab();
    let records = use_records();
    let problem = use_state_eq(|| None::<String>);
    let selected = use_state_eq(|| None::<u32>);
    {
        let (client, problem) = (lab.client.clone(), problem.clone());
        use_effect_with((), move |()| {
            client.leave(PLACE);
            spawn_local(async move {
                match fetch::world("corner").await {
                    Ok(world) => client.open_at(PLACE, opening(world), SPEED),
                    Err(text) => problem.set(Some(text)),
                }
            });
        });
    }
    use_pause_while_hidden(lab.client.clone(), lab.state.phase == Phase::Running);
    let here = lab.state.place == PLACE;
    let view = lab.state.view.clone().filter(|_| here);
    let refused = here.then(|| lab.state.refused.clone()).flatten();
    let failed = (*problem)
        .clone()
        .or_else(|| refused.map(|_| strings::DEMO_REFUSED.to_owned()))
        .or_else(|| {
            let crash = lab.state.crash.as_ref()?;
            (lab.state.phase == Phase::Gone).then(|| crash.message.clone())
        });
    let on_select = {
        let selected = selected.clone();
        Callback::from(move |index| selected.set(index))
    };
    html! {
        <section class="demo" aria-labelledby="demo-title">
            <header class="demo-head">
                <h2 id="demo-title">{ strings::DEMO_TITLE }</h2>
                <span class="soft">{ strings::DEMO_SPEED }</span>
            </header>
            if let Some(text) = failed {
                <div class="demo-wait" role="alert"><p>{ text }</p></div>
            } else if let Some(view) = view {
                <div class="demo-map">
                    <ServiceMap view={view.clone()} selected={*selected} {on_select} dark={records.dark()} />
                </div>
                <div class="demo-foot">
                    { numbers(&view) }
                    { breaker(&lab.client, view.faults.iter().map(|f| f.id).collect()) }
                </div>
            } else {
                <div class="demo-wait" role="status"><p class="soft">{ strings::DEMO_STARTING }</p></div>
            }
        </section>
    }
}

fn opening(world: crate::worker::File) -> Opening {
    Opening {
        world,
        lesson: None,
        seed: 7,
        journal: Vec::new(),
        until: SimTime::from_secs(10 * 60),
    }
}

/// What users see, and what is left of the budget.
fn numbers(view: &View) -> Html {
    let edge = view.services.first();
    let budget = view.slos.first();
    let health = edge.map_or(Health::Unknown, |edge| edge.health);
    let items = [
        (
            strings::DEMO_RATE,
            html! { format::rate(view.arrivals_per_second) },
        ),
        (
            strings::DEMO_ERRORS,
            html! { format::maybe_percent(edge.and_then(|edge| edge.error_ratio)) },
        ),
        (
            strings::DEMO_BUDGET,
            html! { format::budget_fine(budget.and_then(|slo| slo.budget_left)) },
        ),
        (
            strings::MONEY_LOST,
            html! { format::money(view.money_lost) },
        ),
    ];
    html! {
        <dl class="demo-numbers">
            { for items.into_iter().map(|(name, value)| html! {
                <div><dt>{ name }</dt><dd>{ value }</dd></div>
            }) }
            <div>
                <dt>{ strings::DEMO_STATE }</dt>
                <dd>{ status(health, strings::health_word(health)) }</dd>
            </div>
        </dl>
    }
}

/// One button: it breaks what is whole and mends what is broken.
fn breaker(client: &Client, faults: Vec<u32>) -> Html {
    let whole = faults.is_empty();
    let onclick = {
        let client = client.clone();
        Callback::from(move |_: MouseEvent| {
            if faults.is_empty() {
                client.act(Command::Inject { fault: fault() });
            }
            for id in &faults {
                client.act(Command::EndFault { id: *id });
            }
        })
    };
    let (label, note, class, sign) = if !whole {
        (
            strings::DEMO_MEND,
            strings::DEMO_MEND_NOTE,
            "button button-primary button-large",
            Sign::Tick,
        )
    } else {
        (
            strings::DEMO_BREAK,
            strings::DEMO_BREAK_NOTE,
            "button button-break button-large",
            Sign::Fault,
        )
    };
    html! {
        <div class="demo-act">
            <button type="button" {class} {onclick}>{ icon(sign) }{ label }</button>
            <p class="soft" aria-live="polite">{ note }</p>
        </div>
    }
}

fn fault() -> FaultSpec {
    let mut fault = FaultSpec::usual(FaultKind::Errors, VICTIM);
    fault.schedule.duration = Some(Span::from_mins(5));
    fault
}

/// The demo rests while nobody looks.
#[hook]
fn use_pause_while_hidden(client: Client, running: bool) {
    use_effect_with((client, running), |(client, running)| {
        let (client, running) = (client.clone(), *running);
        let document = gloo::utils::document();
        let listener = gloo::events::EventListener::new(&document, "visibilitychange", move |_| {
            if running {
                let hidden = gloo::utils::document().hidden();
                client.speed(if hidden { Speed::Paused } else { SPEED });
            }
        });
        move || drop(listener)
    });
}
