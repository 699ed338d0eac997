//! The browser's storage: every text has a key and a version, and nothing
//! that cannot be read is thrown away.

use web_sys::Storage;

use super::notices::{Notice, Notices};
use super::strings;

/// Where progress is kept.
pub const PROGRESS: &str = "xops.progress";
/// Where settings are kept.
pub const SETTINGS: &str = "xops.settings";
/// The chosen theme's name, for the script that runs before the first paint.
pub const THEME: &str = "xops.theme";

/// Where the lab of a place is kept.
pub fn run_key(place: &str) -> String {
    format!("xops.run:{place}")
}

fn storage() -> Option<Storage> {
    // Denied storage throws; a private window may have none.
    gloo::utils::window().local_storage().ok().flatten()
}

/// Reads and checks a text. One that does not pass is kept under another key, and said.
pub fn read<T>(
    key: &str,
    notices: &Notices,
    parse: impl Fn(&str) -> Result<T, String>,
) -> Option<T> {
    let storage = storage()?;
    let text = storage.get_item(key).ok().flatten()?;
    match parse(&text) {
        Ok(value) => Some(value),
        Err(problem) => {
            let aside = put_aside(&storage, key, &text);
            notices.push(Notice::warning(&strings::unreadable(
                key,
                &problem,
                aside.as_deref(),
            )));
            None
        }
    }
}

/// Moves a text to the first free `<key>-unreadable-<n>`; where that fails it stays where it is.
fn put_aside(storage: &Storage, key: &str, text: &str) -> Option<String> {
    let free = (1..=99)
        .map(|n| format!("{key}-unreadable-{n}"))
        .find(|name| matches!(storage.get_item(name), Ok(None)))?;
    storage.set_item(&free, text).ok()?;
    storage.remove_item(key).ok()?;
    Some(free)
}

/// Puts what is kept under a key aside, so that it is no longer found there but not lost.
pub fn set_aside(key: &str) {
    if let Some(storage) = storage()
        && let Ok(Some(text)) = storage.get_item(key)
    {
        put_aside(&storage, key, &text);
    }
}

/// Writes a text; a full or denied storage is said once, not every time.
pub fn write(key: &str, text: &str, notices: &Notices) {
    let written = storage().is_some_and(|storage| storage.set_item(key, text).is_ok());
    if !written {
        notices.push(Notice::once("storage", strings::STORAGE_FULL));
    }
}

/// Forgets a text.
pub fn remove(key: &str) {
    if let Some(storage) = storage() {
        // Only a denied storage refuses, and then there is nothing to forget.
        storage.remove_item(key).ok();
    }
}
