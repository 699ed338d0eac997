//! The top bar: where I am, what time it is, how fast it runs, how the
//! objectives stand.

use yew::prelude::*;

use super::slo_chip::slo_chip;
use super::speed::speed_control;
use super::theme::theme_switch;
use crate::base::SimTime;
use crate::session::{AlertsView, Health, View};
use crate::ui::app::HEADING;
use crate::ui::lab::Lab;
use crate::ui::settings::Records;
use crate::ui::widget::{Sign, health_sign, health_tone, icon};
use crate::ui::{format, strings};
use crate::worker::Speed;

/// What the top bar is given.
pub struct TopBar<'a> {
    /// The lab.
    pub lab: &'a Lab,
    /// What the learner set.
    pub records: &'a Records,
    /// The page's heading.
    pub title: &'a str,
    /// What the lab shows, once it runs.
    pub view: Option<&'a View>,
    /// A chip was chosen.
    pub on_slo: Callback<()>,
    /// The bell was chosen.
    pub on_alerts: Callback<()>,
    /// The shortcuts are wanted.
    pub on_help: Callback<()>,
    /// The run's own dialog is wanted.
    pub on_run: Callback<()>,
}

/// The top bar.
pub fn top_bar(given: &TopBar<'_>) -> Html {
    let lab = given.lab;
    html! {
        <header class="topbar">
            <div class="topbar-where">
                <a class="brand" href="#/" aria-label={strings::HOME_LINK} title={strings::HOME_LINK}>
                    { icon(Sign::Mark) }
                </a>
                <h1 id={HEADING} tabindex="-1">{ given.title }</h1>
            </div>
            if let Some(view) = given.view {
                { clock(view.now, lab.state.speed, lab.state.reached) }
                { speed_control(&lab.client, lab.state.speed) }
                <div class="topbar-state">
                    <div class="chips" role="group" aria-label={strings::SLO_CHIPS}>
                        { for view.slos.iter().map(|slo| slo_chip(slo, &given.on_slo)) }
                    </div>
                    if let Some(alerts) = &view.alerts { { bell(alerts, &given.on_alerts) } }
                    <dl class="money"><dt>{ strings::MONEY_LOST }</dt><dd>{ format::money(view.money_lost) }</dd></dl>
                </div>
            }
            <div class="topbar-tools">
                <button type="button" class="button button-small" onclick={given.on_run.reform(|_: MouseEvent| ())}
                    disabled={given.view.is_none() && lab.state.refused.is_none()}>
                    { strings::RUN_BUTTON }
                </button>
                <button type="button" class="button-bare" onclick={given.on_help.reform(|_: MouseEvent| ())}
                    aria-label={strings::HELP_BUTTON} title={strings::HELP_BUTTON} aria-keyshortcuts="?">
                    { icon(Sign::Keyboard) }
                </button>
                { theme_switch(given.records) }
            </div>
            if let Some((now, until)) = lab.state.catching_up {
                <p class="catching-up" role="status">
                    { strings::catching_up(&format::instant(now), &format::instant(until)) }
                </p>
            }
        </header>
    }
}

/// The pager: whether it rings, for how many pages, and whose turn it is.
fn bell(alerts: &AlertsView, on_open: &Callback<()>) -> Html {
    let health = match alerts.ringing {
        0 => Health::Good,
        _ => Health::Bad,
    };
    html! {
        <button type="button" class={classes!("chip", "bell", health_tone(health))}
            title={strings::alerts::on_call(&alerts.on_call)} onclick={on_open.reform(|_: MouseEvent| ())}>
            <span class="chip-head">
                { icon(health_sign(health)) }
                <span class="chip-title">{ strings::alerts::PAGER }</span>
            </span>
            <span class="chip-numbers" aria-live="assertive">{ strings::alerts::bell(alerts.ringing) }</span>
        </button>
    }
}

/// The simulated time, and how fast it really runs.
fn clock(now: SimTime, speed: Speed, reached: f64) -> Html {
    let (day, time) = format::clock(now);
    let pace = match speed {
        Speed::Paused => strings::PAUSED.to_owned(),
        _ => strings::reached(&format::times(reached)),
    };
    html! {
        <div class="clock" role="timer" aria-label={strings::CLOCK} aria-live="off">
            <span class="clock-day">{ day }{ " · " }{ pace }</span>
            <span class="clock-time">{ time }</span>
        </div>
    }
}
