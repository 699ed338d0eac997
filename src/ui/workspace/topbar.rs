//! The top bar: where I am, what time it is, how fast it runs, how the
//! objectives stand.

use std::rc::Rc;

use yew::prelude::*;

use super::slo_chip::SloChip;
use super::speed::SpeedControl;
use super::theme::ThemeSwitch;
use crate::session::View;
use crate::ui::app::HEADING;
use crate::ui::lab::use_lab;
use crate::ui::widget::{Icon, Sign};
use crate::ui::{format, strings};
use crate::worker::Speed;

/// What the top bar is given.
#[derive(PartialEq, Properties)]
pub struct TopBarProps {
    /// The page's heading.
    pub title: String,
    /// The lab, once it runs.
    pub view: Option<Rc<View>>,
    /// A chip was chosen.
    pub on_slo: Callback<()>,
    /// The shortcuts are wanted.
    pub on_help: Callback<()>,
    /// The run's own dialog is wanted.
    pub on_run: Callback<()>,
}

/// The top bar.
#[component]
pub fn TopBar(props: &TopBarProps) -> Html {
    let lab = use_lab();
    html! {
        <header class="topbar">
            <div class="topbar-where">
                <a class="brand" href="#/" aria-label={strings::HOME_LINK} title={strings::HOME_LINK}>
                    <Icon sign={Sign::Mark} />
                </a>
                <h1 id={HEADING} tabindex="-1">{ &props.title }</h1>
            </div>
            if let Some(view) = &props.view {
                <Clock now={view.now} speed={lab.state.speed} reached={lab.state.reached} />
                <SpeedControl speed={lab.state.speed} />
                <div class="topbar-state">
                    <div class="chips" role="group" aria-label={strings::SLO_CHIPS}>
                        { for view.slos.iter().map(|slo| html! {
                            <SloChip key={slo.name.clone()} slo={slo.clone()} on_open={props.on_slo.clone()} />
                        }) }
                    </div>
                    <dl class="money"><dt>{ strings::MONEY_LOST }</dt><dd>{ format::money(view.money_lost) }</dd></dl>
                </div>
            }
            <div class="topbar-tools">
                <button type="button" class="button button-small" onclick={props.on_run.reform(|_: MouseEvent| ())}
                    disabled={props.view.is_none() && lab.state.refused.is_none()}>
                    { strings::RUN_BUTTON }
                </button>
                <button type="button" class="button-bare" onclick={props.on_help.reform(|_: MouseEvent| ())}
                    aria-label={strings::HELP_BUTTON} title={strings::HELP_BUTTON} aria-keyshortcuts="?">
                    <Icon sign={Sign::Keyboard} />
                </button>
                <ThemeSwitch />
            </div>
            if let Some((now, until)) = lab.state.catching_up {
                <p class="catching-up" role="status">
                    { strings::catching_up(&format::instant(now), &format::instant(until)) }
                </p>
            }
        </header>
    }
}

#[derive(PartialEq, Properties)]
struct ClockProps {
    now: crate::base::SimTime,
    speed: Speed,
    reached: f64,
}

/// The simulated time, and how fast it really runs.
#[component]
fn Clock(props: &ClockProps) -> Html {
    let (day, time) = format::clock(props.now);
    let pace = match props.speed {
        Speed::Paused => strings::PAUSED.to_owned(),
        _ => strings::reached(&format::times(props.reached)),
    };
    html! {
        <div class="clock" role="timer" aria-label={strings::CLOCK} aria-live="off">
            <span class="clock-day">{ day }{ " · " }{ pace }</span>
            <span class="clock-time">{ time }</span>
        </div>
    }
}
