//! What the page has to say: toasts that are seen and read out, and words for
//! those who listen only.

use std::rc::Rc;

use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use yew::prelude::*;

use crate::ui::hooks::use_effect_with;

use super::strings;
use super::widget::{Sign, icon};
use crate::session::Refusal;

/// Most toasts at once; older ones make room.
const MOST: usize = 3;
/// How long information stays, in milliseconds. What was refused stays until it is put away.
const STAYS_MS: u32 = 8_000;

/// How a toast looks and is read out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tone {
    Info,
    Warning,
    Refused,
}

/// One toast.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    tone: Tone,
    text: String,
    remedy: String,
    /// Said at most once while the page lives.
    once: Option<&'static str>,
    action: Option<(String, Callback<()>)>,
}

impl Notice {
    /// Something worth knowing; it goes by itself.
    pub fn info(text: &str) -> Notice {
        Notice {
            tone: Tone::Info,
            text: text.to_owned(),
            remedy: String::new(),
            once: None,
            action: None,
        }
    }

    /// Something that needs attention; it stays.
    pub fn warning(text: &str) -> Notice {
        Notice {
            tone: Tone::Warning,
            ..Notice::info(text)
        }
    }

    /// A warning that is given once under `name`.
    pub fn once(name: &'static str, text: &str) -> Notice {
        Notice {
            once: Some(name),
            ..Notice::warning(text)
        }
    }

    /// A refused command: the problem and how to mend it.
    pub fn refusal(refusal: &Refusal) -> Notice {
        Notice {
            tone: Tone::Refused,
            remedy: refusal.remedy.clone(),
            ..Notice::info(&refusal.problem)
        }
    }

    /// With a button that does something about it.
    pub fn with_action(mut self, label: &str, action: Callback<()>) -> Notice {
        self.action = Some((label.to_owned(), action));
        self
    }
}

/// What the reducer holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Board {
    shown: Vec<(u32, Notice)>,
    next: u32,
    said_once: Vec<&'static str>,
    announcement: String,
}

/// What may happen to it.
pub enum Change {
    /// Show one.
    Push(Notice),
    /// Put one away.
    Dismiss(u32),
    /// Read something out.
    Announce(String),
}

impl Reducible for Board {
    type Action = Change;

    fn reduce(self: Rc<Self>, change: Change) -> Rc<Self> {
        let mut board = (*self).clone();
        match change {
            Change::Push(notice) => {
                if let Some(name) = notice.once {
                    if board.said_once.contains(&name) {
                        return self;
                    }
                    board.said_once.push(name);
                }
                board.shown.retain(|(_, other)| *other != notice);
                board.shown.push((board.next, notice));
                board.next += 1;
                let over = board.shown.len().saturating_sub(MOST);
                board.shown.drain(..over);
            }
            Change::Dismiss(id) => board.shown.retain(|(other, _)| *other != id),
            Change::Announce(text) => board.announcement = text,
        }
        Rc::new(board)
    }
}

/// The handle that pages use to say something.
#[derive(Clone, PartialEq)]
pub struct Notices(UseReducerDispatcher<Board>);

impl Notices {
    /// Shows a toast.
    pub fn push(&self, notice: Notice) {
        self.0.dispatch(Change::Push(notice));
    }

    /// Reads a text out, politely, without showing it.
    pub fn announce(&self, text: String) {
        self.0.dispatch(Change::Announce(text));
    }
}

/// The handle of this page.
#[hook]
pub fn use_notices() -> Notices {
    use_context::<Notices>().expect("invariant: pages stand inside the NoticeProvider")
}

/// Says when a newer version of the site waits; `static/boot.js` tells, and is
/// told when somebody wants it.
#[hook]
fn use_update(notices: &Notices) {
    let notices = notices.clone();
    use_effect_with((), move |()| {
        let window = gloo::utils::window();
        let tell = move || {
            let take = Callback::from(|()| {
                if let Ok(event) = web_sys::Event::new("xops-take-update") {
                    // Dispatching fails only for an event that is under way.
                    gloo::utils::window().dispatch_event(&event).ok();
                }
            });
            let notice = Notice::once("update", strings::UPDATE_WAITS);
            notices.push(notice.with_action(strings::UPDATE_TAKE, take));
        };
        let root = gloo::utils::document().document_element();
        if root.is_some_and(|root| root.has_attribute("data-update")) {
            tell();
        }
        let listener = EventListener::new(&window, "xops-update", move |_| tell());
        move || drop(listener)
    });
}

/// Children that may say something.
#[derive(PartialEq, Properties)]
pub struct NoticeProviderProps {
    /// The pages.
    pub children: Html,
}

/// Holds the toasts and the live regions.
#[component]
pub fn NoticeProvider(props: &NoticeProviderProps) -> Html {
    let board = use_reducer(Board::default);
    let notices = Notices(board.dispatcher());
    let dismiss = {
        let board = board.dispatcher();
        Callback::from(move |id| board.dispatch(Change::Dismiss(id)))
    };
    let toasts = |alerts: bool| {
        board
            .shown
            .iter()
            .filter(|(_, notice)| (notice.tone == Tone::Refused) == alerts)
            .map(|(id, notice)| {
                html! { <Toast key={*id} id={*id} notice={notice.clone()} on_dismiss={dismiss.clone()} /> }
            })
            .collect::<Html>()
    };
    use_update(&notices);
    html! {
        <ContextProvider<Notices> context={notices}>
            { props.children.clone() }
            <div class="toasts">
                <div role="status" aria-live="polite">{ toasts(false) }</div>
                <div role="alert">{ toasts(true) }</div>
            </div>
            <div class="visually-hidden" role="status" aria-live="polite">{ &board.announcement }</div>
        </ContextProvider<Notices>>
    }
}

#[derive(PartialEq, Properties)]
struct ToastProps {
    id: u32,
    notice: Notice,
    on_dismiss: Callback<u32>,
}

#[component]
fn Toast(props: &ToastProps) -> Html {
    let ToastProps {
        id,
        notice,
        on_dismiss,
    } = props;
    {
        let stays = notice.tone == Tone::Info && notice.action.is_none();
        let (id, on_dismiss) = (*id, on_dismiss.clone());
        use_effect_with((), move |()| {
            let timer = stays.then(|| Timeout::new(STAYS_MS, move || on_dismiss.emit(id)));
            move || drop(timer)
        });
    }
    let (class, sign) = match notice.tone {
        Tone::Info => ("toast", Sign::Info),
        Tone::Warning => ("toast toast-watch", Sign::Watch),
        Tone::Refused => ("toast toast-bad", Sign::Bad),
    };
    let close = {
        let (id, on_dismiss) = (*id, on_dismiss.clone());
        Callback::from(move |_: MouseEvent| on_dismiss.emit(id))
    };
    let action = notice.action.as_ref().map(|(label, action)| {
        let (id, on_dismiss, action) = (*id, on_dismiss.clone(), action.clone());
        let onclick = Callback::from(move |_: MouseEvent| {
            action.emit(());
            on_dismiss.emit(id);
        });
        html! { <button type="button" class="button button-small" {onclick}>{ label }</button> }
    });
    html! {
        <div class={class}>
            { icon(sign) }
            <div class="toast-text">
                <p>{ &notice.text }</p>
                if !notice.remedy.is_empty() { <p class="soft">{ &notice.remedy }</p> }
                { for action }
            </div>
            <button type="button" class="button-bare" onclick={close} aria-label={strings::DISMISS}>
                { icon(Sign::Close) }
            </button>
        </div>
    }
}
