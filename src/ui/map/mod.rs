//! The map: a stand-in until the drawn one is merged.

use std::rc::Rc;

use yew::prelude::*;

use crate::session::View;

/// What the map is given.
#[derive(Clone, PartialEq, Properties)]
pub struct ServiceMapProps {
    /// The lab.
    pub view: Rc<View>,
    /// Index of the selected service.
    pub selected: Option<u32>,
    /// A service was selected.
    pub on_select: Callback<Option<u32>>,
    /// Whether it is drawn dark.
    pub dark: bool,
}

/// The services as a graph.
#[component]
pub fn ServiceMap(props: &ServiceMapProps) -> Html {
    html! {
        <div class="map-standin">
            { for props.view.services.iter().enumerate().map(|(index, service)| {
                let index = index as u32;
                let on_select = props.on_select.clone();
                html! {
                    <button type="button" class="button" aria-pressed={(props.selected == Some(index)).to_string()}
                        onclick={move |_| on_select.emit(Some(index))}>
                        { &service.name }
                    </button>
                }
            }) }
        </div>
    }
}
