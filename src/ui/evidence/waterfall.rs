//! One trace as a waterfall, and one of its spans in detail.

use yew::prelude::*;

use super::strings;
use crate::session::{SpanRow, TraceView};
use crate::ui::format;
use crate::ui::hooks::use_state_eq;
use crate::ui::widget::{Sign, icon};

/// What the waterfall is given.
#[derive(PartialEq, Properties)]
pub struct WaterfallProps {
    /// The trace.
    pub trace: TraceView,
    /// The lines of a request are wanted.
    pub to_logs: Callback<u64>,
}

/// The waterfall.
#[component]
pub fn Waterfall(props: &WaterfallProps) -> Html {
    let chosen = use_state_eq(|| 0_usize);
    let rows = &props.trace.rows;
    let number = props.trace.line.number;
    let onkeydown = {
        let (chosen, last) = (chosen.clone(), rows.len().saturating_sub(1));
        move |event: KeyboardEvent| {
            let next = match event.key().as_str() {
                "ArrowDown" if *chosen < last => *chosen + 1,
                "ArrowUp" if *chosen > 0 => *chosen - 1,
                "Home" => 0,
                "End" => last,
                _ => return,
            };
            event.prevent_default();
            chosen.set(next);
        }
    };
    html! {
        <>
            <p class="evidence-title">
                <strong>{ props.trace.line.name.clone() }</strong>{ " " }
                { format::latency(props.trace.line.took) }{ " " }
                <span class="code">{ props.trace.id.clone() }</span>
            </p>
            <div class="waterfall" tabindex="0" role="listbox" aria-label={strings::WATERFALL}
                aria-activedescendant={format!("span-{}", *chosen)} {onkeydown}>
                { for rows.iter().enumerate().map(|(place, row)| line(place, row, &chosen)) }
            </div>
            if props.trace.left_out > 0 { <p class="note">{ strings::left_out(props.trace.left_out) }</p> }
            if let Some(row) = rows.get(*chosen) { { detail(row) } }
            <button type="button" class="button evidence-back"
                onclick={props.to_logs.reform(move |_: MouseEvent| number)}>{ strings::TO_LOGS }</button>
        </>
    }
}

fn line(place: usize, row: &SpanRow, chosen: &UseStateHandle<usize>) -> Html {
    let selected = **chosen == place;
    let chosen = chosen.clone();
    let share = |share: f64| if share < 1.0 { share } else { 1.0 };
    let (from, to) = (share(row.from), share(row.from + row.length));
    let indent = "\u{2002}".repeat(usize::from(row.depth.min(16)));
    let class = classes!(
        "span-bar",
        row.failed.then_some("span-failed"),
        row.stray.then_some("span-stray"),
        (!row.critical.is_zero()).then_some("span-critical"),
    );
    html! {
        <div key={place} id={format!("span-{place}")} role="option" aria-selected={selected.to_string()}
            class="span-row" onclick={move |_: MouseEvent| chosen.set(place)}>
            <span class="span-name">{ indent }
                if row.failed { { icon(Sign::Bad) } }
                <strong>{ row.service.clone() }</strong>{ " " }{ row.name.clone() }
            </span>
            <svg class="span-track" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">
                <rect {class} x={format!("{:.1}", from * 1000.0)} y="1" height="8"
                    width={format!("{:.1}", ((to - from) * 1000.0).max(2.0))} />
            </svg>
            <span class="span-took">{ format::latency(row.took) }</span>
        </div>
    }
}

fn detail(row: &SpanRow) -> Html {
    html! {
        <dl class="span-detail" aria-live="polite">
            <dt>{ strings::OWN }</dt><dd>{ format::latency(row.own) }</dd>
            <dt>{ strings::CRITICAL }</dt><dd>{ format::latency(row.critical) }</dd>
            { for row.about.iter().map(|(key, value)| html! {
                <><dt class="code">{ key.clone() }</dt><dd>{ value.clone() }</dd></>
            }) }
            <dt class="code">{ "span id" }</dt><dd class="code">{ row.id.clone() }</dd>
        </dl>
    }
}
