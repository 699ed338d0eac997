//! The debrief: what really happened, who spent the budget, and what it was worth.

use yew::prelude::*;

use super::prose::prose;
use crate::lesson::{Debrief, SpentBy, Term};
use crate::session::Panel;
use crate::ui::hooks::use_state_eq;
use crate::ui::widget::{Sign, bar, icon};
use crate::ui::workspace::ComparisonPanel;
use crate::ui::{format, strings};

/// The debrief, and the terms that its text may link to.
pub fn debrief(debrief: &Debrief, terms: &[Term]) -> Html {
    html! {
        <div class="debrief">
            <section aria-labelledby="stars-title">
                <h3 id="stars-title">{ strings::STARS }</h3>
                <ul class="stars">
                    { for debrief.stars.iter().map(|star| {
                        let (sign, class, word) = if star.earned {
                            (Sign::Star, "star star-earned", strings::STAR_EARNED)
                        } else {
                            (Sign::StarEmpty, "star", strings::STAR_MISSED)
                        };
                        html! {
                            <li {class}>
                                { icon(sign) }<span class="visually-hidden">{ word }</span>
                                <span>{ &star.reason }</span>
                            </li>
                        }
                    }) }
                </ul>
                <p class="soft">{ strings::took(&format::duration(debrief.took)) }</p>
            </section>
            { prose(&debrief.body, terms, "debrief") }
            { spent(&debrief.spent) }
            if !debrief.comparison.series.is_empty() {
                <ComparisonPanel panel={debrief.comparison.clone()} />
            }
            if !debrief.shown.is_empty() { <Shown panels={debrief.shown.clone()} /> }
            if !debrief.actions.is_empty() {
                <section aria-labelledby="did-title">
                    <h3 id="did-title">{ strings::WHAT_YOU_DID }</h3>
                    <ol class="did">
                        { for debrief.actions.iter().map(|(at, what)| html! {
                            <li><span class="soft">{ format::instant(*at) }</span><span>{ what }</span></li>
                        }) }
                    </ol>
                </section>
            }
        </div>
    }
}

/// What the shown charts are given.
#[derive(PartialEq, Properties)]
struct ShownProps {
    /// Of each, the first line is what dashboards drew, the second the truth.
    panels: Vec<Panel>,
}

/// What the dashboards showed; one switch lays the truth beside it.
#[component]
fn Shown(props: &ShownProps) -> Html {
    let truth = use_state_eq(|| false);
    let onclick = {
        let truth = truth.clone();
        move |_: MouseEvent| truth.set(!*truth)
    };
    html! {
        <section aria-labelledby="shown-title">
            <h3 id="shown-title">{ strings::WHAT_WAS_SHOWN }</h3>
            <button type="button" class="button" aria-pressed={(*truth).to_string()} {onclick}>
                { strings::LAY_TRUTH_BESIDE }</button>
            { for props.panels.iter().map(|panel| {
                let mut panel = panel.clone();
                if !*truth {
                    panel.series.truncate(1);
                }
                let key = panel.id.clone();
                html! { <ComparisonPanel {key} {panel} /> }
            }) }
        </section>
    }
}

fn spent(spent: &[SpentBy]) -> Html {
    if spent.is_empty() {
        return html! {};
    }
    // The longest bar fills its place, so that small ones can be told apart.
    let most = spent.iter().map(|by| by.share).fold(0.0, f64::max);
    let scale = if most > 0.0 { most } else { 1.0 };
    html! {
        <section aria-labelledby="spent-title">
            <h3 id="spent-title">{ strings::WHO_SPENT }</h3>
            <ul class="spent">
                { for spent.iter().map(|by| html! {
                    <li>
                        <span class="spent-cause">{ &by.cause }</span>
                        <span class="spent-share">{ format::percent(by.share) }</span>
                        { bar(by.share / scale, "tone-accent") }
                        <span class="soft spent-requests">{ strings::failed_requests(&format::count(by.requests)) }</span>
                        if !by.way.is_empty() {
                            <span class="soft spent-way">{ &by.way }</span>
                        }
                    </li>
                }) }
            </ul>
        </section>
    }
}
