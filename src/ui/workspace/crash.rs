//! The worker's end: what happened, what is being done, and what can be done.

use wasm_bindgen_futures::JsFuture;
use yew::platform::spawn_local;
use yew::prelude::*;

use crate::session::Replay;
use crate::ui::client::Client;
use crate::ui::lab::{Lab, Phase};
use crate::ui::strings;
use crate::ui::widget::{Dialog, Sign, icon};

/// The panel; it stands for as long as there is a crash to speak of.
pub fn crash_panel(lab: &Lab, copied: &UseStateHandle<&'static str>) -> Html {
    let Some(crash) = &lab.state.crash else {
        return html! {};
    };
    let act = |what: fn(&Client)| {
        let client = lab.client.clone();
        Callback::from(move |_: MouseEvent| what(&client))
    };
    let gone = lab.state.phase == Phase::Gone;
    let copy = {
        let (client, copied) = (lab.client.clone(), copied.setter());
        Callback::from(move |_: MouseEvent| copy_replay(&client, &copied))
    };
    let on_close = {
        let client = lab.client.clone();
        Callback::from(move |()| {
            if !gone {
                client.dismiss_crash();
            }
        })
    };
    let state = match (gone, crash.repairing) {
        (true, _) => strings::CRASH_TWICE,
        (false, true) => strings::CRASH_REPAIRING,
        (false, false) => strings::CRASH_REPAIRED,
    };
    html! {
        <Dialog name="crash" title={strings::CRASH_TITLE} {on_close}>
            <p role="status">{ state }</p>
            <pre class="crash-message" tabindex="0">{ &crash.message }</pre>
            <p class="soft">{ strings::CRASH_REPLAY_NOTE }</p>
            <div class="button-row">
                if gone {
                    <button type="button" class="button button-primary" onclick={act(Client::retry_shorter)}>
                        { strings::CRASH_SHORTER }
                    </button>
                    <button type="button" class="button" onclick={act(Client::start_over)}>{ strings::CRASH_OVER }</button>
                } else {
                    <button type="button" class="button button-primary" disabled={crash.repairing}
                        onclick={act(Client::dismiss_crash)}>
                        { strings::CRASH_CONTINUE }
                    </button>
                }
                <button type="button" class="button" onclick={copy}>{ icon(Sign::Copy) }{ strings::COPY_REPLAY }</button>
            </div>
            <p class="soft" role="status">{ **copied }</p>
        </Dialog>
    }
}

/// Copies the recording of the lab, and says whether that worked: in the dialog that stands
/// open, since what lies behind it is neither seen nor read out.
pub fn copy_replay(client: &Client, said: &UseStateSetter<&'static str>) {
    let Some((opening, until)) = client.recording() else {
        return said.set(strings::NOTHING_TO_COPY);
    };
    let text = Replay::of(&opening, until).to_json();
    let said = said.clone();
    copy(text, move |copied| {
        said.set(if copied {
            strings::COPIED
        } else {
            strings::NOT_COPIED
        });
    });
}

/// Copies a text, and tells whether that worked.
pub fn copy(text: String, then: impl FnOnce(bool) + 'static) {
    let then: Box<dyn FnOnce(bool)> = Box::new(then);
    spawn_local(async move {
        let clipboard = gloo::utils::window().navigator().clipboard();
        // Browsers keep the clipboard from pages that came unencrypted.
        let copied =
            !clipboard.is_undefined() && JsFuture::from(clipboard.write_text(&text)).await.is_ok();
        then(copied);
    });
}
