//! A place for a file: it is picked there, or dropped on it.

use wasm_bindgen::JsCast;
use web_sys::{DragEvent, FileList, HtmlInputElement};
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
    /// Each file, or what was wrong with it.
    pub on_file: Callback<Result<File, String>>,
    /// Whether it takes more than one at a time.
    #[prop_or_default]
    pub several: bool,
}

/// Takes text files.
#[component]
pub fn FileDrop(props: &FileDropProps) -> Html {
    let over = use_state_eq(|| false);
    let take = {
        let (on_file, most) = (props.on_file.clone(), props.most);
        let count = if props.several { u32::MAX } else { 1 };
        Callback::from(move |files: Option<FileList>| {
            let Some(files) = files else { return };
            for file in (0..files.length().min(count)).filter_map(|place| files.get(place)) {
                let on_file = on_file.clone();
                spawn_local(async move { on_file.emit(read(&file, most).await) });
            }
        })
    };
    let onchange = take.reform(|event: Event| {
        let target = event.target()?;
        target.dyn_into::<HtmlInputElement>().ok()?.files()
    });
    let ondrop = {
        let over = over.clone();
        take.reform(move |event: DragEvent| {
            event.prevent_default();
            over.set(false);
            event.data_transfer()?.files()
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
            <input id={props.id} type="file" accept={props.accept} multiple={props.several} {onchange} />
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
