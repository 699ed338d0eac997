//! What can be refused before parsing: size, and characters that hide.

use super::Limits;
use super::refusal::Refusals;

/// Reports a text over the limits, and every line that holds a tab, a control
/// character, a byte order mark past the start, or a lone carriage return.
///
/// The signs of YAML are counted as well: the parser holds all of a `[ ]` or
/// `{ }` before it gives any, some 100 to 200 bytes for each sign, so a
/// megabyte of commas would take 180 MB and half a second before the node
/// limit is seen. A value in brackets needs about one sign, and prose has about one in
/// forty characters, so nodes plus a sixteenth of the bytes leave room.
pub(super) fn screen(text: &str, limits: &Limits, refusals: &mut Refusals<'_>) {
    if text.len() > limits.bytes {
        return refusals.add_whole(
            format!(
                "{} bytes are more than the {} that are read",
                text.len(),
                limits.bytes
            ),
            "split it into several files, or leave out what is not needed".to_owned(),
        );
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let most_signs = limits.nodes.saturating_add(text.len() / 16);
    let mut signs = 0usize;
    let mut line = 0u32;
    for whole in text.split('\n') {
        line = line.saturating_add(1);
        let content = whole.strip_suffix('\r').unwrap_or(whole);
        let hidden = content.chars().enumerate().find(|(_, c)| is_refused(*c));
        if let Some((before, c)) = hidden {
            let (problem, remedy) = describe(c);
            refusals.add((line, column(before)), problem, remedy);
        }
        signs = signs.saturating_add(content.bytes().filter(|b| is_sign(*b)).count());
        if signs > most_signs {
            return refusals.add(
                (line, 1),
                format!("more than {most_signs} commas, colons and brackets in one file"),
                "split it into several files, or leave out what is not needed",
            );
        }
    }
}

/// The column, from 1, after so many characters.
fn column(before: usize) -> u32 {
    u32::try_from(before).unwrap_or(u32::MAX).saturating_add(1)
}

/// Whether a byte can make the parser emit a token inside brackets.
fn is_sign(b: u8) -> bool {
    b",:?#[]{}&*!".contains(&b)
}

/// Whether a character may not stand in a file, line feeds aside.
fn is_refused(c: char) -> bool {
    c.is_control() || matches!(c, '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// The problem and the remedy for a refused character.
fn describe(c: char) -> (String, &'static str) {
    match c {
        '\t' => (
            "a tab".to_owned(),
            "use spaces; in a text in double quotes, write \\t",
        ),
        '\r' => (
            "a carriage return that ends no line".to_owned(),
            "end lines with LF or CRLF",
        ),
        '\u{feff}' => ("a byte order mark inside the text".to_owned(), "remove it"),
        _ => (
            format!("a control character (U+{:04X})", c as u32),
            "remove it; is this a text file in UTF-8?",
        ),
    }
}
