//! Hooks that charts and the map share: how large am I, which theme holds.

use std::rc::Rc;

use gloo::events::EventListener;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{
    Element, MutationObserver, MutationObserverInit, ResizeObserver, ResizeObserverEntry,
};
use yew::prelude::*;

use crate::ui::hooks::{use_effect_with, use_state_eq};

/// A number that rises whenever something happened.
#[derive(Default, PartialEq)]
struct Count(u32);

impl Reducible for Count {
    type Action = ();
    fn reduce(self: Rc<Self>, (): ()) -> Rc<Self> {
        Rc::new(Count(self.0.wrapping_add(1)))
    }
}

/// Width and height of an element's content in CSS pixels; zero until known.
#[hook]
pub fn use_size(node: &NodeRef) -> (f64, f64) {
    let size = use_state_eq(|| (0.0, 0.0));
    let set = size.setter();
    use_effect_with(node.clone(), move |node| {
        let on_resize = Closure::<dyn FnMut(js_sys::Array)>::new(move |entries: js_sys::Array| {
            if let Ok(entry) = entries.get(0).dyn_into::<ResizeObserverEntry>() {
                let content = entry.content_rect();
                set.set((content.width().round(), content.height().round()));
            }
        });
        let observer = ResizeObserver::new(on_resize.as_ref().unchecked_ref()).ok();
        if let (Some(observer), Some(element)) = (&observer, node.cast::<Element>()) {
            observer.observe(&element);
        }
        move || {
            if let Some(observer) = observer {
                observer.disconnect();
            }
            drop(on_resize);
        }
    });
    *size
}

/// A number that changes when the theme or the pixel density may have changed.
#[hook]
pub fn use_theme() -> u32 {
    let count = use_reducer(Count::default);
    let bump = count.dispatcher();
    use_effect_with((), move |()| {
        let window = gloo::utils::window();
        let listen = |target: &web_sys::EventTarget, event: &'static str| {
            let bump = bump.clone();
            EventListener::new(target, event, move |_| bump.dispatch(()))
        };
        let mut listeners = vec![listen(&window, "resize")];
        if let Ok(Some(query)) = window.match_media("(prefers-color-scheme: dark)") {
            listeners.push(listen(&query, "change"));
        }
        let on_change = Closure::<dyn FnMut()>::new(move || bump.dispatch(()));
        let observer = MutationObserver::new(on_change.as_ref().unchecked_ref()).ok();
        if let (Some(observer), Some(root)) =
            (&observer, gloo::utils::document().document_element())
        {
            let what = MutationObserverInit::new();
            what.set_attributes(true);
            // A page without attributes to watch keeps its first theme.
            let _ = observer.observe_with_options(&root, &what);
        }
        move || {
            if let Some(observer) = observer {
                observer.disconnect();
            }
            drop((listeners, on_change));
        }
    });
    count.0
}

/// An id that no other element of the page has.
#[hook]
pub fn use_unique_id(prefix: &'static str) -> AttrValue {
    thread_local! {
        static NEXT: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
    }
    let id = use_state(|| {
        let number = NEXT.with(|next| next.replace(next.get().wrapping_add(1)));
        AttrValue::from(format!("{prefix}-{number}"))
    });
    (*id).clone()
}
