//! The application: what all pages share, and which page stands.

use gloo::events::EventListener;
use web_sys::HtmlElement;
use yew::prelude::*;

use crate::ui::hooks::{use_effect_with, use_mut_ref, use_state_eq};

use super::lab::LabProvider;
use super::notices::NoticeProvider;
use super::page::{Home, Learn, Missing, ProgressPage, Recorded, Reference, Sandbox, Workshop};
use super::route::Route;
use super::settings::RecordProvider;
use super::strings;

/// Id of the heading that takes the focus when the route changes.
pub const HEADING: &str = "page-heading";
/// Id of the main landmark, for the skip link.
pub const MAIN: &str = "main";

/// Everything.
#[component]
pub fn App() -> Html {
    let route = use_route();
    {
        let first = use_mut_ref(|| true);
        use_effect_with(route.clone(), move |_| {
            if !std::mem::take(&mut *first.borrow_mut()) {
                focus(HEADING);
            }
        });
    }
    let skip = Callback::from(|event: MouseEvent| {
        // The hash is the route; a skip link must not change it.
        event.prevent_default();
        focus(MAIN);
    });
    html! {
        <NoticeProvider><RecordProvider><LabProvider>
            <a class="skip-link" href={format!("#{MAIN}")} onclick={skip}>{ strings::SKIP }</a>
            { page(&route) }
        </LabProvider></RecordProvider></NoticeProvider>
    }
}

fn page(route: &Route) -> Html {
    match route {
        Route::Home => html! { <Home /> },
        Route::Learn { track, lesson } => html! {
            <Learn key={route.to_string()} track={track.clone()} lesson={lesson.clone()} />
        },
        Route::Sandbox { world } => html! {
            <Sandbox key={route.to_string()} world={world.clone()} />
        },
        Route::Replay { code } => html! {
            <Recorded key={route.to_string()} code={code.clone()} />
        },
        Route::Workshop => html! { <Workshop /> },
        Route::Progress => html! { <ProgressPage /> },
        Route::Reference { part } => html! { <Reference part={part.clone()} /> },
        Route::Unknown(path) => html! { <Missing path={path.clone()} /> },
    }
}

/// The route of the address, following it.
#[hook]
fn use_route() -> Route {
    let route = use_state_eq(current);
    {
        let setter = route.setter();
        use_effect_with((), move |()| {
            let listener = EventListener::new(&gloo::utils::window(), "hashchange", move |_| {
                setter.set(current());
            });
            move || drop(listener)
        });
    }
    (*route).clone()
}

fn current() -> Route {
    let hash = gloo::utils::window().location().hash();
    Route::parse(&hash.unwrap_or_default())
}

/// Moves the focus to an element, if it is there.
pub fn focus(id: &str) {
    let element = gloo::utils::document().get_element_by_id(id);
    if let Some(element) =
        element.and_then(|e| wasm_bindgen::JsCast::dyn_into::<HtmlElement>(e).ok())
    {
        // Focus fails only for an element that is gone.
        element.focus().ok();
    }
}

/// Scrolls a frame until an element in it stands at its top. The browser's own
/// way would move every frame around it too, and the top bar out of sight.
pub fn into_sight(frame: &str, id: &str) {
    let element = gloo::utils::document().get_element_by_id(id);
    let frame = element
        .as_ref()
        .and_then(|element| element.closest(frame).ok().flatten());
    if let (Some(element), Some(frame)) = (element, frame) {
        let top = |of: &web_sys::Element| of.get_bounding_client_rect().top();
        let away = top(&element) - top(&frame);
        frame.set_scroll_top(frame.scroll_top() + away as i32);
    }
}

/// Sets the document's title while the component stands.
#[hook]
pub fn use_title(title: &str) {
    use_effect_with(title.to_owned(), |title| {
        gloo::utils::document().set_title(&strings::document_title(title));
    });
}
