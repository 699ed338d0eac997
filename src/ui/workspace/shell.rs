//! The frame of the workspace: what stands where, and which keys do what.

use std::rc::Rc;

use gloo::events::EventListener;
use yew::prelude::*;

use crate::ui::hooks::{use_effect_with, use_mut_ref, use_state_eq};

use super::alerts::Alerts;
use super::crash::crash_panel;
use super::dashboards::Dashboards;
use super::diagnostics::{not_loaded, problems, problems_dialog, waiting};
use super::help::help;
use super::incident::incident;
use super::inspector::{Controls, inspector};
use super::map_tab::MapTab;
use super::ranges::Times;
use super::recording::recording_bar;
use super::run_dialog::RunDialog;
use super::slos::Slos;
use super::timeline::Timeline;
use super::topbar::{TopBar, top_bar};
use crate::base::Span;
use crate::lesson::Settings;
use crate::session::{Health, Scope, View};
use crate::ui::app::MAIN;
use crate::ui::evidence::{Evidence, Logs, Traces};
use crate::ui::explore::Explore;
use crate::ui::keys::{Key, use_shortcuts};
use crate::ui::lab::{Lab, Phase, use_lab};
use crate::ui::lesson::LessonPanel;
use crate::ui::notices::{Notice, use_notices};
use crate::ui::settings::use_records;
use crate::ui::strings;
use crate::ui::widget::{Sign, icon, panel_id, tab_id, tab_list};
use crate::worker::Speed;

/// Name of the centre's tabs.
const TABS: &str = "centre";
/// The tabs, in order: title, key, what stands there.
const ALL_TABS: [Tab; 8] = [
    tab(strings::TAB_MAP, "m", map_tab),
    tab(strings::TAB_DASHBOARDS, "d", dashboards_tab),
    tab(strings::explore::TAB, "e", explore_tab),
    tab(strings::evidence::TAB_TRACES, "t", traces_tab),
    tab(strings::evidence::TAB_LOGS, "l", logs_tab),
    tab(strings::TAB_SLOS, "s", slos_tab),
    tab(strings::alerts::TAB, "a", alerts_tab),
    tab(strings::incident::TAB, "i", incident_tab),
];

/// A tab of the centre.
struct Tab {
    title: &'static str,
    key: &'static str,
    render: fn(&Centre<'_>) -> Html,
}

/// Titles and keys of the tabs, as their list takes them.
const TAB_WORDS: [(&str, &str); ALL_TABS.len()] = {
    let mut words = [("", ""); ALL_TABS.len()];
    let mut place = 0;
    while place < words.len() {
        words[place] = (ALL_TABS[place].title, ALL_TABS[place].key);
        place += 1;
    }
    words
};

const fn tab(title: &'static str, key: &'static str, render: fn(&Centre<'_>) -> Html) -> Tab {
    Tab { title, key, render }
}

/// What a tab may draw from.
struct Centre<'a> {
    lab: &'a Lab,
    view: &'a Rc<View>,
    selected: Option<u32>,
    select: &'a Callback<Option<u32>>,
    times: &'a Times,
    /// Opens another tab, by its title.
    open: &'a Callback<&'static str>,
    evidence: &'a UseStateHandle<Evidence>,
    /// What became of the last export.
    said: &'a UseStateHandle<&'static str>,
    dark: bool,
}

impl Centre<'_> {
    /// Another number whenever telemetry has something new: when to ask again.
    fn fresh(&self) -> u64 {
        let charts = self.lab.state.charts.as_ref();
        charts.map_or(0, |charts| charts.to.to_bits())
    }
}

/// What the workspace is given.
#[derive(PartialEq, Properties)]
pub struct WorkspaceProps {
    /// The route it belongs to.
    pub place: String,
    /// Its heading.
    pub title: String,
    /// Whether every control stands and there is no lesson.
    pub sandbox: bool,
    /// Why nothing could be opened.
    pub problem: Option<String>,
}

/// Which part a narrow screen shows.
#[derive(Clone, Copy, PartialEq)]
enum Pane {
    Lesson,
    System,
    Inspector,
}

/// Which dialog stands open.
#[derive(Clone, Copy, PartialEq)]
enum Open {
    Help,
    Run,
}

/// A running lab with everything around it.
#[component]
pub fn Workspace(props: &WorkspaceProps) -> Html {
    let lab = use_lab();
    let records = use_records();
    let notices = use_notices();
    let copied = use_state_eq(|| "");
    let exported = use_state_eq(|| "");
    let tab = use_state_eq(|| 0_usize);
    let selected = use_state_eq(|| None::<u32>);
    let range = use_state_eq(|| Span::from_hours(1));
    let pane = use_state_eq(|| {
        if props.sandbox {
            Pane::System
        } else {
            Pane::Lesson
        }
    });
    let open = use_state_eq(|| None::<Open>);
    let evidence = use_state_eq(Evidence::default);
    let here = lab.state.place == props.place;
    let view = lab.state.view.clone().filter(|_| here);
    let lesson = lab.state.lesson.clone().filter(|_| here && !props.sandbox);
    let folded = records.settings().lesson_folded && !props.sandbox;
    let fold = {
        let records = records.clone();
        Callback::from(move |()| {
            let settings = records.settings();
            records.set(Settings {
                lesson_folded: !settings.lesson_folded,
                ..settings
            });
        })
    };
    let select = {
        let (selected, pane) = (selected.clone(), pane.clone());
        Callback::from(move |index: Option<u32>| {
            selected.set(index);
            if index.is_some() && *pane == Pane::System && narrow() {
                pane.set(Pane::Inspector);
            }
        })
    };
    let on_tab = {
        let (tab, pane) = (tab.clone(), pane.clone());
        Callback::from(move |index| {
            tab.set(index);
            pane.set(Pane::System);
        })
    };
    let open_tab = {
        let on_tab = on_tab.clone();
        // One that is not there is not opened.
        Callback::from(move |title: &'static str| {
            if let Some(index) = ALL_TABS.iter().position(|tab| tab.title == title) {
                on_tab.emit(index);
            }
        })
    };
    let zoom = use_state_eq(|| None::<(f64, f64)>);
    let times = {
        let (set_range, set_zoom) = (range.setter(), zoom.setter());
        let reset_zoom = zoom.setter();
        Times {
            range: *range,
            on_range: use_callback((), move |span, ()| {
                reset_zoom.set(None);
                set_range.set(span);
            }),
            zoom: *zoom,
            on_zoom: use_callback((), move |part, ()| set_zoom.set(part)),
        }
    };
    let dialog = |which: Option<Open>| {
        let open = open.clone();
        Callback::from(move |()| open.set(which))
    };
    use_watch(&lab, *selected, *range, view.is_some());
    use_effect_with(*selected, |_| {
        // Another service is read from its top.
        let body = gloo::utils::document().query_selector(".inspector");
        if let Ok(Some(body)) = body {
            body.set_scroll_top(0);
        }
    });
    use_pause_when_hidden(&lab);
    use_announced_health(view.clone());
    let resume = use_mut_ref(|| Speed::Times(10));
    if lab.state.speed != Speed::Paused {
        *resume.borrow_mut() = lab.state.speed;
    }
    {
        let (client, paused) = (lab.client.clone(), lab.state.speed == Speed::Paused);
        let (on_tab, fold, open) = (on_tab.clone(), fold.clone(), open.clone());
        let sandbox = props.sandbox;
        let on_key = move |key| match key {
            Key::PauseOrRun if paused => client.speed(*resume.borrow()),
            Key::PauseOrRun => client.speed(Speed::Paused),
            Key::Speed(speed) => client.speed(speed),
            Key::Tab(index) => on_tab.emit(index),
            Key::Lesson if !sandbox => fold.emit(()),
            Key::Lesson => {}
            Key::Help => open.set(Some(Open::Help)),
        };
        use_shortcuts(
            records.settings().shortcuts,
            &TAB_WORDS,
            Callback::from(on_key),
        );
    }
    let overlay = match (&props.problem, &view, lab.state.phase) {
        (Some(text), _, _) => Some(not_loaded(text)),
        (None, None, Phase::Gone) if here => {
            let refused = lab.state.refused.as_ref();
            refused.map(|(file, found)| problems(&lab.state.place, file, found))
        }
        (None, None, phase) => Some(waiting(phase)),
        _ => None,
    };
    let news = lesson
        .as_ref()
        .is_some_and(|lesson| lesson.can_continue || lesson.feedback.is_some());
    let controls = Controls(lesson.as_ref().map(|lesson| lesson.controls.clone()));
    let class = classes!(
        "workspace",
        match *pane {
            Pane::Lesson => "pane-lesson",
            Pane::System => "pane-system",
            Pane::Inspector => "pane-inspector",
        },
        props.sandbox.then_some("no-lesson"),
        folded.then_some("lesson-folded"),
    );
    let bar = TopBar {
        lab: &lab,
        records: &records,
        title: &props.title,
        view: view.as_deref(),
        on_slo: open_tab.reform(|()| strings::TAB_SLOS),
        on_alerts: open_tab.reform(|()| strings::alerts::TAB),
        on_help: dialog(Some(Open::Help)),
        on_run: dialog(Some(Open::Run)),
    };
    html! {
        <div {class}>
            { top_bar(&bar) }
            <main class="workspace-main" id={MAIN} tabindex="-1">
            if !props.sandbox {
                <section class="lesson-side" aria-label={strings::LESSON_REGION}>
                    if folded {
                        <button type="button" class="button-bare unfold" onclick={fold.reform(|_: MouseEvent| ())}
                            aria-expanded="false" aria-label={strings::UNFOLD_LESSON} title={strings::UNFOLD_LESSON}>
                            { icon(Sign::FoldRight) }<span class="unfold-word">{ strings::PANE_LESSON }</span>
                        </button>
                    } else {
                        <LessonPanel lesson={lesson} on_fold={fold} />
                    }
                </section>
            }
            <section class="centre" aria-label={strings::CENTRE_TABS}>
                { tab_list(strings::CENTRE_TABS, TABS, &TAB_WORDS, *tab, &on_tab) }
                <div class="centre-panel" role="tabpanel" id={panel_id(TABS)} aria-labelledby={tab_id(TABS, *tab)}
                    tabindex="0">
                    if let Some(overlay) = overlay {
                        { overlay }
                    } else if let Some(view) = &view {
                        { centre(*tab, &Centre {
                            lab: &lab,
                            view,
                            selected: *selected,
                            select: &select,
                            times: &times,
                            open: &open_tab,
                            evidence: &evidence,
                            said: &exported,
                            dark: records.dark(),
                        }) }
                    }
                </div>
            </section>
            <section class="inspector" aria-label={strings::INSPECTOR_REGION}>
                if let Some(view) = &view {
                    { inspector(&lab.client, view, *selected, &select, controls) }
                }
            </section>
            </main>
            if here && view.is_some() { { recording_bar(&lab, &notices) } }
            if let Some(view) = &view { <Timeline view={view.clone()} range={*range} /> }
            { pane_switch(&pane, props.sandbox, news) }
            if *open == Some(Open::Help) { { help(&records, &TAB_WORDS, dialog(None)) } }
            if *open == Some(Open::Run) { <RunDialog sandbox={props.sandbox} on_close={dialog(None)} /> }
            if here && lab.state.crash.is_some() { { crash_panel(&lab, &copied) } }
            if view.is_some() && let Some((file, found)) = lab.state.refused.as_ref().filter(|_| here) {
                { problems_dialog(&lab.client, file, found) }
            }
        </div>
    }
}

fn centre(tab: usize, centre: &Centre<'_>) -> Html {
    ALL_TABS
        .get(tab)
        .map_or_else(Html::default, |tab| (tab.render)(centre))
}

fn map_tab(centre: &Centre<'_>) -> Html {
    html! {
        <MapTab view={centre.view.clone()} charts={centre.lab.state.charts.clone()} selected={centre.selected}
            on_select={centre.select.clone()} dark={centre.dark} />
    }
}

fn dashboards_tab(centre: &Centre<'_>) -> Html {
    let (evidence, open) = (centre.evidence.clone(), centre.open.clone());
    let on_traces = Callback::from(move |sought| {
        evidence.set(Evidence {
            trace: None,
            sought,
            ..*evidence
        });
        open.emit(strings::evidence::TAB_TRACES);
    });
    html! {
        <Dashboards view={centre.view.clone()} place={centre.lab.state.place.clone()} selected={centre.selected}
            on_select={centre.select.clone()} times={centre.times.clone()}
            fresh={centre.fresh()} on_explore={centre.open.reform(|()| strings::explore::TAB)} {on_traces} />
    }
}

fn explore_tab(centre: &Centre<'_>) -> Html {
    html! {
        <Explore view={centre.view.clone()} place={centre.lab.state.place.clone()} times={centre.times.clone()}
            fresh={centre.fresh()} />
    }
}

fn traces_tab(centre: &Centre<'_>) -> Html {
    let (evidence, open) = (centre.evidence.clone(), centre.open.clone());
    let to_logs = Callback::from(move |number| {
        evidence.set(Evidence {
            logs: Some(number),
            ..*evidence
        });
        open.emit(strings::evidence::TAB_LOGS);
    });
    let evidence = centre.evidence.clone();
    let on_open = Callback::from(move |trace| evidence.set(Evidence { trace, ..*evidence }));
    html! {
        <Traces fresh={centre.fresh()} view={centre.view.clone()} times={centre.times.clone()}
            selected={centre.selected} sought={centre.evidence.sought} open={centre.evidence.trace} {on_open} {to_logs} />
    }
}

fn logs_tab(centre: &Centre<'_>) -> Html {
    let (evidence, open) = (centre.evidence.clone(), centre.open.clone());
    let to_trace = Callback::from(move |number| {
        evidence.set(Evidence {
            trace: Some(number),
            ..*evidence
        });
        open.emit(strings::evidence::TAB_TRACES);
    });
    let evidence = centre.evidence.clone();
    let on_all = Callback::from(move |()| {
        evidence.set(Evidence {
            logs: None,
            ..*evidence
        })
    });
    html! {
        <Logs fresh={centre.fresh()} view={centre.view.clone()} times={centre.times.clone()}
            selected={centre.selected} trace={centre.evidence.logs}
            {on_all} {to_trace} />
    }
}

fn slos_tab(centre: &Centre<'_>) -> Html {
    html! { <Slos view={centre.view.clone()} charts={centre.lab.state.charts.clone()} /> }
}

fn alerts_tab(centre: &Centre<'_>) -> Html {
    html! { <Alerts view={centre.view.clone()} fresh={centre.fresh()} /> }
}

fn incident_tab(centre: &Centre<'_>) -> Html {
    incident(centre.lab, centre.view, centre.said)
}

/// `news`: the lesson has something to say that a narrow screen may hide.
fn pane_switch(pane: &UseStateHandle<Pane>, sandbox: bool, news: bool) -> Html {
    let panes = [
        (Pane::Lesson, strings::PANE_LESSON, Sign::Book),
        (Pane::System, strings::PANE_SYSTEM, Sign::Mark),
        (Pane::Inspector, strings::PANE_INSPECTOR, Sign::Hand),
    ];
    html! {
        <nav class="pane-switch" aria-label={strings::PANE_SWITCH}>
            { for panes.into_iter().filter(|(which, ..)| !sandbox || *which != Pane::Lesson).map(|(which, word, sign)| {
                let pane_handle = pane.clone();
                let current = **pane == which;
                html! {
                    <button type="button" aria-pressed={current.to_string()}
                        onclick={move |_| pane_handle.set(which)}>
                        { icon(sign) }{ word }
                        if news && !current && which == Pane::Lesson {
                            <span class="news"><span class="visually-hidden">{ strings::LESSON_NEWS }</span></span>
                        }
                    </button>
                }
            }) }
        </nav>
    }
}

/// Whether the inspector stands in a pane of its own; the style sheet has the same limit.
fn narrow() -> bool {
    gloo::utils::window()
        .match_media("(max-width: 1179px)")
        .ok()
        .flatten()
        .is_some_and(|query| query.matches())
}

/// The charts follow the selection and the range.
#[hook]
fn use_watch(lab: &Lab, selected: Option<u32>, range: Span, ready: bool) {
    let client = lab.client.clone();
    use_effect_with((selected, range, ready), move |(selected, range, ready)| {
        if *ready {
            client.watch(selected.map_or(Scope::System, Scope::Service), *range);
        }
    });
}

/// Nothing happens behind the learner's back: a hidden tab holds the clock and says so.
#[hook]
fn use_pause_when_hidden(lab: &Lab) {
    let notices = use_notices();
    let held = use_mut_ref(|| Speed::Paused);
    let client = lab.client.clone();
    use_effect_with(lab.state.speed, move |speed| {
        let speed = *speed;
        let document = gloo::utils::document();
        let listener = EventListener::new(&document, "visibilitychange", move |_| {
            if gloo::utils::document().hidden() {
                *held.borrow_mut() = speed;
                if speed != Speed::Paused {
                    client.speed(Speed::Paused);
                }
                return;
            }
            let before = held.replace(Speed::Paused);
            if before != Speed::Paused {
                let client = client.clone();
                let go_on = Callback::from(move |()| client.speed(before));
                notices
                    .push(Notice::info(strings::WAS_HIDDEN).with_action(strings::RUN_AGAIN, go_on));
            }
        });
        move || drop(listener)
    });
}

/// Reads out an objective that changes its state.
#[hook]
fn use_announced_health(view: Option<Rc<View>>) {
    let notices = use_notices();
    let healths: Vec<(String, Health)> = view
        .iter()
        .flat_map(|view| &view.slos)
        .map(|slo| (slo.title.clone(), slo.health))
        .collect();
    let before = use_mut_ref(Vec::new);
    use_effect_with(healths, move |healths| {
        let before = before.replace(healths.clone());
        if before.len() != healths.len() {
            return;
        }
        let changed = healths.iter().zip(&before).filter(|(new, old)| new != old);
        let words: Vec<String> = changed
            .map(|((title, health), _)| strings::health_changed(title, *health))
            .collect();
        if !words.is_empty() {
            notices.announce(words.join(" "));
        }
    });
}
