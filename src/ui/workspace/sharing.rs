//! A run given to others: as a link, as a file, as text.

use js_sys::{Array, JsString};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, HtmlElement, HtmlInputElement, Url};
use yew::platform::spawn_local;
use yew::prelude::*;

use super::crash::{copy, copy_replay};
use crate::base::Diagnostics;
use crate::lesson::{Claim, Outcome};
use crate::session::{Link, Replay};
use crate::ui::client::Client;
use crate::ui::fetch;
use crate::ui::route::Route;
use crate::ui::strings::replay as strings;
use crate::ui::widget::{Sign, icon};

/// The part of the run's dialog; `author` is what was typed as a name.
pub fn sharing(
    client: &Client,
    said: &UseStateHandle<&'static str>,
    author: &UseStateHandle<String>,
) -> Html {
    let act = |on_click: fn(&Client, &UseStateSetter<&'static str>)| {
        let (client, said) = (client.clone(), said.setter());
        Callback::from(move |_: MouseEvent| on_click(&client, &said))
    };
    let name = {
        let author = author.clone();
        Callback::from(move |event: InputEvent| {
            let target = event.target();
            let input = target.and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
            author.set(input.map(|input| input.value()).unwrap_or_default());
        })
    };
    let hand_in = {
        let (client, said, author) = (client.clone(), said.setter(), (**author).clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            save_result(&client, &said, &author);
        })
    };
    html! {
        <section class="dialog-part" aria-labelledby="share-title">
            <h3 id="share-title">{ strings::SHARE_HEADING }</h3>
            <p class="soft">{ strings::SHARE_ABOUT }</p>
            <div class="button-row">
                <button type="button" class="button" onclick={act(copy_link)}>
                    { icon(Sign::Copy) }{ strings::COPY_LINK }
                </button>
                <button type="button" class="button" onclick={act(save)}>{ strings::SAVE }</button>
                <button type="button" class="button" onclick={act(copy_replay)}>{ strings::COPY }</button>
                <a class="button" href={Route::Replay { code: None }.to_string()}>{ strings::OPEN_OTHER }</a>
            </div>
            <form class="field" onsubmit={hand_in}>
                <label class="label" for="author">{ strings::AUTHOR }</label>
                <div class="field-row">
                    <input id="author" class="input" type="text" autocomplete="name" maxlength="80"
                        value={(**author).clone()} oninput={name} />
                    <button type="submit" class="button">{ strings::SAVE_RESULT }</button>
                </div>
                <p class="soft">{ strings::RESULT_ABOUT }</p>
            </form>
            <p class="soft" role="status">{ **said }</p>
        </section>
    }
}

fn copy_link(client: &Client, said: &UseStateSetter<&'static str>) {
    let Some((opening, until)) = client.recording() else {
        return said.set(strings::NOTHING);
    };
    let said = said.clone();
    spawn_local(async move {
        let replay = Replay::of(&opening, until);
        // What the site has under the same name is compared; the rest is carried along.
        let mut known = Vec::new();
        for path in replay.files().map(|file| file.name.clone()) {
            known.extend(fetch::file(&path).await);
        }
        let Some(code) = Link::of(&replay, &known).code() else {
            return said.set(strings::TOO_LONG);
        };
        let here = gloo::utils::window().location().href().unwrap_or_default();
        let site = here.split('#').next().unwrap_or_default();
        let link = format!("{site}{}", Route::Replay { code: Some(code) });
        copy(link, move |copied| {
            said.set(if copied {
                strings::LINK_COPIED
            } else {
                crate::ui::strings::NOT_COPIED
            });
        });
    });
}

fn save(client: &Client, said: &UseStateSetter<&'static str>) {
    let Some((opening, until)) = client.recording() else {
        return said.set(strings::NOTHING);
    };
    let text = Replay::of(&opening, until).to_json();
    said.set(match download(strings::FILE_NAME, &text) {
        Ok(()) => strings::SAVED,
        Err(_) => strings::NOT_SAVED,
    });
}

fn save_result(client: &Client, said: &UseStateSetter<&'static str>, author: &str) {
    let (author, said, asked) = (author.to_owned(), said.clone(), client.clone());
    let told = move |outcome: Result<Outcome, Diagnostics>| {
        let (Ok(outcome), Some((opening, _))) = (outcome, asked.recording()) else {
            return said.set(strings::NOTHING);
        };
        let replay = Replay::of(&opening, outcome.at());
        let text = Claim::new(&author, replay, outcome).to_json();
        said.set(match download(strings::RESULT_NAME, &text) {
            Ok(()) => strings::SAVED_RESULT,
            Err(_) => strings::NOT_SAVED,
        });
    };
    client.outcome(None, Callback::from(told));
}

/// Has the browser save a text as a file.
pub fn download(name: &str, text: &str) -> Result<(), JsValue> {
    let blob = Blob::new_with_str_sequence(&Array::of1(&JsString::from(text)))?;
    let address = Url::create_object_url_with_blob(&blob)?;
    let anchor = gloo::utils::document().create_element("a")?;
    anchor.set_attribute("href", &address)?;
    anchor.set_attribute("download", name)?;
    anchor.unchecked_ref::<HtmlElement>().click();
    Url::revoke_object_url(&address)
}
