//! Everything that happened, as marks on a strip and as a list.

use std::rc::Rc;

use yew::prelude::*;

use crate::ui::hooks::use_state_eq;

use crate::base::Span;
use crate::session::{EventKind, TimelineEvent, View};
use crate::ui::widget::{Sign, icon_with};
use crate::ui::{format, strings};

/// What the strip is given.
#[derive(PartialEq, Properties)]
pub struct TimelineProps {
    /// The lab.
    pub view: Rc<View>,
    /// How far back it looks.
    pub range: Span,
}

/// The strip.
#[component]
pub fn Timeline(props: &TimelineProps) -> Html {
    let open = use_state_eq(|| false);
    let view = &props.view;
    let toggle = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(!*open))
    };
    let last = view.timeline.last();
    html! {
        <footer class={classes!("timeline", open.then_some("timeline-open"))} aria-label={strings::TIMELINE}>
            <div class="timeline-strip">
                <button type="button" class="button button-small" onclick={toggle} aria-expanded={open.to_string()}
                    aria-controls="timeline-list">
                    { strings::events_button(view.timeline.len()) }
                </button>
                { marks(view, props.range) }
                <p class="timeline-last">
                    if let Some(event) = last {
                        { icon_with(kind_sign(event.kind), kind_class(event.kind)) }
                        <span class="soft">{ format::instant(event.at) }</span>
                        <span class="timeline-text">{ &event.text }</span>
                    } else {
                        <span class="soft">{ strings::NO_EVENTS }</span>
                    }
                </p>
            </div>
            <div id="timeline-list" class="timeline-list" hidden={!*open} tabindex={(*open).then_some("0")}
                role="region" aria-label={strings::TIMELINE_LIST}>
                if *open {
                    <ol>{ for view.timeline.iter().rev().map(|event| line(event, view)) }</ol>
                }
            </div>
        </footer>
    }
}

/// The marks of the last while; older events are in the list only.
fn marks(view: &View, range: Span) -> Html {
    let from = view.now.back(range);
    let length = view.now.since(from).as_secs_f64().max(1.0);
    let shown = view.timeline.iter().filter(|event| event.at >= from);
    html! {
        <div class="timeline-track" aria-hidden="true">
            <svg viewBox="0 0 1000 24" preserveAspectRatio="none" width="100%" height="24" focusable="false">
                <line class="track-line" x1="0" y1="12" x2="1000" y2="12" />
                { for shown.map(|event| {
                    // Where on the strip: a matter of drawing, not of the simulation.
                    let x = event.at.since(from).as_secs_f64() / length * 1_000.0;
                    html! {
                        <line class={classes!("track-mark", kind_class(event.kind))} vector-effect="non-scaling-stroke"
                            x1={format!("{x:.1}")} x2={format!("{x:.1}")} y1={kind_top(event.kind)} y2="21">
                            <title>{ format!("{} {}", format::instant(event.at), event.text) }</title>
                        </line>
                    }
                }) }
            </svg>
            <span class="track-from">{ strings::ago(&format::duration(range)) }</span>
            <span class="track-now">{ strings::NOW }</span>
        </div>
    }
}

fn line(event: &TimelineEvent, view: &View) -> Html {
    let service = event
        .service
        .and_then(|index| view.services.get(index as usize));
    html! {
        <li key={event.seq}>
            <span class="soft">{ format::instant(event.at) }</span>
            <span class="event-kind">
                { icon_with(kind_sign(event.kind), kind_class(event.kind)) }
                { strings::event_word(event.kind) }
            </span>
            <span class="event-service">{ service.map_or("", |service| service.name.as_str()) }</span>
            <span>{ &event.text }</span>
        </li>
    }
}

fn kind_sign(kind: EventKind) -> Sign {
    match kind {
        EventKind::Deploy => Sign::Deploy,
        EventKind::Fault => Sign::Fault,
        EventKind::Pod => Sign::Pod,
        EventKind::Action => Sign::Hand,
        EventKind::Budget => Sign::Budget,
        EventKind::Lesson | EventKind::Incident => Sign::Book,
    }
}

fn kind_class(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Deploy => "kind-deploy",
        EventKind::Fault => "kind-fault",
        EventKind::Pod => "kind-pod",
        EventKind::Action => "kind-action",
        EventKind::Budget => "kind-budget",
        EventKind::Lesson | EventKind::Incident => "kind-lesson",
    }
}

/// Kinds differ by the height of their mark as well as by colour.
fn kind_top(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Fault | EventKind::Budget => "2",
        EventKind::Deploy => "5",
        EventKind::Action | EventKind::Lesson | EventKind::Incident => "8",
        EventKind::Pod => "14",
    }
}
