//! A tree as YAML that reads as the same tree, here and elsewhere.

use super::Tree;

/// Words that some reader of YAML 1.1 takes for something else than a text.
const WORDS: [&str; 9] = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"];

/// Writes a document: block style, two spaces of indentation, texts of several
/// lines as literal blocks. Ends with a line feed.
pub fn write(tree: &Tree) -> String {
    let mut out = String::new();
    put(&mut out, tree, 0, Place::Root);
    if out.is_empty() || !out.ends_with('\n') {
        out.push('\n');
    }
    out
}

/// What stands before a value.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// Nothing.
    Root,
    /// A key and its colon.
    Key,
    /// A dash and a space.
    Dash,
}

fn put(out: &mut String, tree: &Tree, depth: usize, place: Place) {
    match tree {
        Tree::Null => scalar(out, place, "null"),
        Tree::Word(word) => scalar(out, place, word),
        Tree::Text(text) if is_block(text) => block(out, text, depth, place),
        Tree::Text(text) => scalar(out, place, &inline(text)),
        Tree::List(items) if items.is_empty() => scalar(out, place, "[]"),
        Tree::Map(entries) if entries.is_empty() => scalar(out, place, "{}"),
        Tree::List(items) => {
            if place != Place::Root {
                out.push('\n');
            }
            for item in items {
                indent(out, depth);
                out.push('-');
                put(out, item, depth + 1, Place::Dash);
                end_line(out);
            }
        }
        Tree::Map(entries) => {
            for (number, (key, value)) in entries.iter().enumerate() {
                match (place, number) {
                    (Place::Dash, 0) => out.push(' '),
                    (Place::Key, 0) => {
                        out.push('\n');
                        indent(out, depth);
                    }
                    _ => indent(out, depth),
                }
                out.push_str(&inline(key));
                out.push(':');
                put(out, value, depth + 1, Place::Key);
                end_line(out);
            }
        }
    }
}

/// A value in the line of its key or dash.
fn scalar(out: &mut String, place: Place, text: &str) {
    if place != Place::Root {
        out.push(' ');
    }
    out.push_str(text);
}

fn block(out: &mut String, text: &str, depth: usize, place: Place) {
    let sign = if text.ends_with('\n') { "|" } else { "|-" };
    scalar(out, place, sign);
    out.push('\n');
    for line in text.lines() {
        if !line.is_empty() {
            indent(out, depth.max(1));
            out.push_str(line);
        }
        out.push('\n');
    }
}

fn indent(out: &mut String, depth: usize) {
    for _ in 0..depth {
        out.push_str("  ");
    }
}

fn end_line(out: &mut String) {
    if !out.ends_with('\n') {
        out.push('\n');
    }
}

/// Whether a text of several lines stays what it is as a literal block.
fn is_block(text: &str) -> bool {
    let Some(first) = text.lines().next() else {
        return false;
    };
    let clean = |c: char| (c == '\n' || !c.is_control()) && !is_hidden(c);
    text.contains('\n')
        && !text.ends_with("\n\n")
        && !first.is_empty()
        && !first.starts_with(' ')
        && !text.lines().any(|line| line.ends_with(' '))
        && text.chars().all(clean)
}

/// Characters that end lines to some readers, or hide.
fn is_hidden(c: char) -> bool {
    matches!(
        c,
        '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
    )
}

/// A text in one line: plain, in single or in double quotes.
fn inline(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    let odd = |c: char| c.is_control() || is_hidden(c);
    let prefers_single = text.contains(['"', '\\']) && !text.chars().any(odd);
    if prefers_single {
        return format!("'{}'", text.replace('\'', "''"));
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if odd(c) => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Whether a text can stand without quotes, in one line, and is a text to
/// every reader.
pub(super) fn is_plain(text: &str) -> bool {
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic() || "_/(".contains(c));
    starts
        && text.bytes().all(|b| (b' '..=b'~').contains(&b))
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && !WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}
