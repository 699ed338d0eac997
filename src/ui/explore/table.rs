//! What a query found, as a table.

use yew::prelude::*;

use crate::session::{Found, Shape};
use crate::ui::strings::explore as strings;

/// Every series with its last value, and what is odd.
pub fn table(found: &Found) -> Html {
    html! {
        <>
            { notes(found) }
            if let Shape::Text(text) = &found.shape {
                <p class="code">{ text.clone() }</p>
            } else if found.series.is_empty() {
                <p class="empty">{ strings::NOTHING }</p>
            } else {
                <div class="table-frame" tabindex="0" role="region" aria-label={strings::RESULTS}>
                    <table class="table">
                        <thead><tr>
                            <th scope="col">{ strings::SERIES }</th>
                            <th scope="col" class="number">{ strings::VALUE }</th>
                        </tr></thead>
                        <tbody>
                            { for found.series.iter().map(|series| html! {
                                <tr>
                                    <td class="code">{ series.name.clone() }</td>
                                    <td class="number">{ value(series.points.last().and_then(|point| point.1)) }</td>
                                </tr>
                            }) }
                        </tbody>
                    </table>
                </div>
            }
        </>
    }
}

/// What is odd about an answer, and how much of it there was no room for.
pub fn notes(found: &Found) -> Html {
    html! {
        <>
            { for found.notes.iter().map(|note| html! { <p class="note">{ note.text.clone() }</p> }) }
            if found.left_out > 0 {
                <p class="note">{ strings::left_out(found.left_out) }</p>
            }
        </>
    }
}

/// A value as Prometheus shows it: every digit that it has.
fn value(value: Option<f64>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}
