//! A modal dialog: the browser's own, which traps focus, closes with Escape
//! and returns focus to where it was.

use web_sys::HtmlDialogElement;
use yew::prelude::*;

use crate::ui::hooks::use_effect_with;

use super::{Sign, icon};
use crate::ui::strings;

/// What a dialog is given.
#[derive(PartialEq, Properties)]
pub struct DialogProps {
    /// Its heading.
    pub title: AttrValue,
    /// Unique name on the page.
    pub name: &'static str,
    /// Closed by Escape or the close button.
    pub on_close: Callback<()>,
    /// What it holds.
    pub children: Html,
    /// Whether it is wide.
    #[prop_or_default]
    pub wide: bool,
}

/// A modal dialog, open for as long as it is on the page.
#[component]
pub fn Dialog(props: &DialogProps) -> Html {
    let node = use_node_ref();
    {
        let node = node.clone();
        use_effect_with((), move |()| {
            let dialog = node.cast::<HtmlDialogElement>();
            if let Some(dialog) = &dialog
                && !dialog.open()
                && let Err(error) = dialog.show_modal()
            {
                web_sys::console::error_1(&error);
            }
            move || {
                // Closing before removal is what returns the focus.
                if let Some(dialog) = dialog {
                    dialog.close();
                }
            }
        });
    }
    let oncancel = {
        let on_close = props.on_close.clone();
        Callback::from(move |event: Event| {
            event.prevent_default();
            on_close.emit(());
        })
    };
    let close = props.on_close.reform(|_: MouseEvent| ());
    let heading = format!("{}-title", props.name);
    html! {
        <dialog ref={node} class={classes!("dialog", props.wide.then_some("dialog-wide"))}
            aria-labelledby={heading.clone()} oncancel={oncancel}>
            <header class="dialog-head">
                <h2 id={heading}>{ &props.title }</h2>
                <button type="button" class="button-bare" onclick={close} aria-label={strings::CLOSE}>
                    { icon(Sign::Close) }
                </button>
            </header>
            <div class="dialog-body">{ props.children.clone() }</div>
        </dialog>
    }
}
