//! A place for a file: it is picked there, or dropped on it.

use wasm_bindgen::JsCast;
use web_sys::{DragEvent, HtmlInputElement};
use yew::platform::spawn_local;
use yew::prelude::*;

use crate::ui::hooks::use_state_eq;
use crate::ui::strings;
use crate::worker::File;

/// What the place is for.
#[derive(PartialEq, Properties)]
pub struct FileDropProps {
    /// Of the input.
    pub id: &'static str,
    /// Endings that the browser offers.
    pub accept: &'static str,
    /// What to give.
    pub label: &'static str,
    /// How.
    pub hint: &'static str,
    /// Bytes; a longer file is not read.
    pub most: f64,
    /// The file, or what was wrong with it.
    pub on_file: Callback<Result<File, String>>,
}

/// Takes one text file.
#[component]
pub fn FileDrop(props: &FileDropProps) -> Html {
    let over = use_state_eq(|| false);
    let take = {
        let (on_file, most) = (props.on_file.clone(), props.most);
        Callback::from(move |file: Option<web_sys::File>| {
            let on_file = on_file.clone();
            if let Some(file) = file {
                spawn_local(async move { on_file.emit(read(&file, most).await) });
            }
        })
    };
    let onchange = take.reform(|event: Event| {
        let target = event.target()?;
        target.dyn_into::<HtmlInputElement>().ok()?.files()?.get(0)
    });
    let ondrop = {
        let over = over.clone();
        take.reform(move |event: DragEvent| {
            event.prevent_default();
            over.set(false);
            event.data_transfer()?.files()?.get(0)
        })
    };
    let hover = |on: bool| {
        let over = over.clone();
        Callback::from(move |event: DragEvent| {
            event.prevent_default();
            over.set(on);
        })
    };
    html! {
        <div class={classes!("drop", over.then_some("drop-over"))} ondragover={hover(true)}
            ondragleave={hover(false)} {ondrop}>
            <label for={props.id}>{ props.label }</label>
            <input id={props.id} type="file" accept={props.accept} {onchange} />
            <p class="soft">{ props.hint }</p>
        </div>
    }
}

async fn read(file: &web_sys::File, most: f64) -> Result<File, String> {
    let name = file.name();
    if file.size() > most {
        return Err(strings::file_too_large(&name));
    }
    let text = wasm_bindgen_futures::JsFuture::from(file.text()).await;
    match text.ok().and_then(|text| text.as_string()) {
        Some(text) => Ok(File { name, text }),
        None => Err(strings::file_unreadable(&name)),
    }
}
