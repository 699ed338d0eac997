//! The map with the four golden signals beneath it.

use std::rc::Rc;

use yew::prelude::*;

use crate::ui::hooks::use_state_eq;

use super::panels::{PanelCard, use_annotations};
use crate::session::{Charts, Scope, View};
use crate::ui::map::ServiceMap;
use crate::ui::strings;

/// What the tab is given.
#[derive(PartialEq, Properties)]
pub struct MapTabProps {
    /// The lab.
    pub view: Rc<View>,
    /// The charts, once they are here.
    pub charts: Option<Rc<Charts>>,
    /// The selected service.
    pub selected: Option<u32>,
    /// Another was selected.
    pub on_select: Callback<Option<u32>>,
    /// Whether it is drawn dark.
    pub dark: bool,
}

/// The map.
#[component]
pub fn MapTab(props: &MapTabProps) -> Html {
    let cursor = use_state_eq(|| None);
    let on_cursor = {
        let cursor = cursor.clone();
        use_callback((), move |at, ()| cursor.set(at))
    };
    let annotations = use_annotations(&props.view.timeline);
    html! {
        <div class="map-room"><div class="map-tab">
            <div class="map-place">
                <ServiceMap view={props.view.clone()} selected={props.selected}
                    on_select={props.on_select.clone()} dark={props.dark} />
            </div>
            if let Some(charts) = &props.charts {
                <section class="signals" aria-label={strings::GOLDEN_SIGNALS}>
                    <h2 class="signals-scope">{ strings::signals_of(&scope_name(&props.view, charts.scope)) }</h2>
                    <div class="signals-row">
                        { for (0..charts.panels.len()).map(|panel| html! {
                            <PanelCard charts={charts.clone()} {panel} annotations={annotations.clone()}
                                height={110} cursor={*cursor} on_cursor={on_cursor.clone()} />
                        }) }
                    </div>
                </section>
            }
        </div></div>
    }
}

/// What the charts are about, in words.
pub fn scope_name(view: &View, scope: Scope) -> String {
    match scope {
        Scope::System => strings::WHOLE_SYSTEM.to_owned(),
        Scope::Service(index) => view
            .services
            .get(index as usize)
            .map_or_else(String::new, |service| service.name.clone()),
    }
}
