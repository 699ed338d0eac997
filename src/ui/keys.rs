//! Single-key shortcuts: what each key means, and when keys are left alone.

use gloo::events::EventListener;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};
use yew::prelude::*;

use crate::ui::hooks::use_effect_with;

use crate::worker::Speed;

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Key {
    /// Pause, or run again.
    PauseOrRun,
    /// Run at this speed.
    Speed(Speed),
    /// The tab at this place.
    Tab(usize),
    /// Fold the lesson away, or bring it back.
    Lesson,
    /// Show the shortcuts.
    Help,
}

impl Key {
    fn of(event: &KeyboardEvent, tabs: &[(&str, &str)]) -> Option<Key> {
        Some(match event.key().as_str() {
            " " => Key::PauseOrRun,
            "1" => Key::Speed(Speed::Times(1)),
            "2" => Key::Speed(Speed::Times(10)),
            "3" => Key::Speed(Speed::Times(60)),
            "4" => Key::Speed(Speed::Times(600)),
            "5" => Key::Speed(Speed::Times(3_600)),
            "6" => Key::Speed(Speed::Max),
            "7" | "n" => Key::Speed(Speed::NextEvent),
            "[" => Key::Lesson,
            "?" => Key::Help,
            key => Key::Tab(tabs.iter().position(|(_, tab)| *tab == key)?),
        })
    }
}

/// Calls `on_key` for shortcuts (`tabs`: titles and letters), but not while something takes text or a dialog is open,
/// and never for keys that the focused control uses itself.
#[hook]
pub fn use_shortcuts(
    enabled: bool,
    tabs: &'static [(&'static str, &'static str)],
    on_key: Callback<Key>,
) {
    use_effect_with((enabled, on_key), move |(enabled, on_key)| {
        let (enabled, on_key) = (*enabled, on_key.clone());
        let document = gloo::utils::document();
        let options = gloo::events::EventListenerOptions::enable_prevent_default();
        let listener =
            EventListener::new_with_options(&document, "keydown", options, move |event| {
                let Some(event) = event.dyn_ref::<KeyboardEvent>() else {
                    return;
                };
                if !enabled || event.ctrl_key() || event.alt_key() || event.meta_key() {
                    return;
                }
                let Some(key) = Key::of(event, tabs) else {
                    return;
                };
                let target = event.target().and_then(|t| t.dyn_into::<Element>().ok());
                if target.is_some_and(|target| keeps(&target, key)) {
                    return;
                }
                event.prevent_default();
                on_key.emit(key);
            });
        move || drop(listener)
    });
}

/// Whether the focused element needs the key itself.
fn keeps(target: &Element, key: Key) -> bool {
    let within = |selector: &str| target.closest(selector).ok().flatten().is_some();
    let takes_text = within("input, textarea, select, [contenteditable], dialog[open]");
    let takes_space = within("button, a[href], summary, [role=button], [role=tab], [role=radio]");
    takes_text || (key == Key::PauseOrRun && takes_space)
}
