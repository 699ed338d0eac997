//! Names that carry their content's hash, and the placeholders that name them.
//!
//! A text file under `static/`, or `index.html`, writes `{{boot.js}}` where the
//! address of that file shall stand; the build puts `./boot-0123456789ab.js`
//! there. A placeholder holds letters, digits and `. _ - /` only, so that braces
//! in scripts and styles are left alone.

use anyhow::{Result, bail};
use std::collections::BTreeMap;
use xxhash_rust::xxh64::xxh64;

/// Hex digits of the hash in a name: 48 bits, a collision among a thousand
/// files of one site is less likely than one in 10^8.
const DIGITS: usize = 12;

/// What placeholders may name: the name as written -> the text to put there.
pub type Names = BTreeMap<String, String>;

/// The hash that goes into names.
pub fn hash(bytes: &[u8]) -> String {
    let mut text = format!("{:016x}", xxh64(bytes, 0));
    text.truncate(DIGITS);
    text
}

/// `boot.js` -> `boot-<hash>.js`; a name without an extension gets the hash at
/// its end, folders stay.
pub fn hashed(path: &str, hash: &str) -> String {
    let file_at = path.rfind('/').map_or(0, |slash| slash + 1);
    match path[file_at..].rfind('.') {
        Some(dot) if dot > 0 => {
            let (stem, extension) = path.split_at(file_at + dot);
            format!("{stem}-{hash}{extension}")
        }
        _ => format!("{path}-{hash}"),
    }
}

/// Whether a part of this path carries a hash: its content can then never
/// change under this address, and a browser may keep it for good.
pub fn is_hashed(path: &str) -> bool {
    path.split('/').any(|part| {
        let stem = part.rfind('.').map_or(part, |dot| &part[..dot]);
        stem.rsplit_once('-').is_some_and(|(before, hash)| {
            !before.is_empty()
                && hash.len() == DIGITS
                && hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        })
    })
}

/// The names that a text asks for, in order.
pub fn placeholders(text: &str) -> Vec<&str> {
    text.split("{{")
        .skip(1)
        .filter_map(|rest| rest.split_once("}}"))
        .map(|(name, _)| name)
        .filter(|name| is_placeholder(name))
        .collect()
}

/// The text with every placeholder replaced.
///
/// # Errors
/// All names that are not known, with those that are.
pub fn fill(file: &str, text: &str, names: &Names) -> Result<String> {
    let asked = placeholders(text);
    let unknown: Vec<_> = asked
        .iter()
        .filter(|name| !names.contains_key(**name))
        .map(|name| format!("{{{{{name}}}}}"))
        .collect();
    if !unknown.is_empty() {
        let known: Vec<_> = names.keys().map(String::as_str).collect();
        bail!(
            "{file} asks for {}, which is not part of the site at that point; known are: {}",
            unknown.join(", "),
            known.join(", ")
        );
    }
    Ok(asked.iter().fold(text.to_owned(), |text, name| {
        let value = names.get(*name).map_or("", String::as_str);
        text.replace(&format!("{{{{{name}}}}}"), value)
    }))
}

fn is_placeholder(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._-/".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_goes_before_the_extension() {
        let check = |path, expected| assert_eq!(hashed(path, "0123456789ab"), expected);
        check("boot.js", "boot-0123456789ab.js");
        check("icons/up.left.svg", "icons/up.left-0123456789ab.svg");
        check("lessons", "lessons-0123456789ab");
        check("a.b/plain", "a.b/plain-0123456789ab");
        check(".hidden", ".hidden-0123456789ab");
    }

    #[test]
    fn a_hashed_name_is_known_again() {
        assert!(is_hashed(&hashed("boot.js", &hash(b"anything"))));
        assert!(is_hashed("lessons-0123456789ab/slo/first/lesson.yaml"));
        assert!(!is_hashed("index.html"));
        assert!(!is_hashed("assets/icon-large.png"));
        assert!(!is_hashed("assets/icon-0123456789AB.png"));
        assert!(!is_hashed("-0123456789ab.js"));
    }

    #[test]
    fn other_content_gives_another_name() {
        assert_ne!(hash(b"one"), hash(b"two"));
        assert_eq!(hash(b"one").len(), DIGITS);
    }

    #[test]
    fn placeholders_are_filled_and_other_braces_stay() {
        let names = Names::from([
            ("app.js".to_owned(), "./app-1.js".to_owned()),
            ("build".to_owned(), "abc".to_owned()),
        ]);
        let filled = fill(
            "f",
            "a {{app.js}} {{ no }} {{{}}} {{build}}{{build}}",
            &names,
        );
        assert_eq!(
            filled.ok().as_deref(),
            Some("a ./app-1.js {{ no }} {{{}}} abcabc")
        );
    }

    #[test]
    fn unknown_names_are_all_told_with_the_known_ones() {
        let names = Names::from([("app.js".to_owned(), String::new())]);
        let error = fill("boot.js", "{{up.js}} {{app.js}} {{bot.js}}", &names);
        let text = error.err().map(|e| e.to_string()).unwrap_or_default();
        assert!(
            text.contains("boot.js asks for {{up.js}}, {{bot.js}}"),
            "{text}"
        );
        assert!(text.ends_with("known are: app.js"), "{text}");
    }
}
