//! Texts into pieces: what stands as it is, and the words of each action.

/// A word of an action.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Word {
    /// `if`, `humanize`, `true`.
    Name(String),
    /// `$x`; empty for `$` alone.
    Variable(String),
    /// `.a`; empty for a dot alone.
    Field(String),
    /// `"text"`
    Text(String),
    /// `12`
    Integer(i64),
    /// `1.5`
    Number(f64),
    /// `(`, `)`, `|`, `,`, `:=`, `=`
    Sign(&'static str),
    /// A space, where it tells `(x).y` from `(x) .y`.
    Space,
}

/// A piece of a text.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Piece<'t> {
    Text(&'t str),
    Action(Vec<Word>),
}

/// Cuts a text into pieces.
pub(super) fn pieces(text: &str) -> Result<Vec<Piece<'_>>, String> {
    let mut found = Vec::new();
    let mut rest = text;
    let mut trim = false;
    while let Some(start) = rest.find("{{") {
        let (before, after) = rest.split_at(start);
        let mut inner = &after[2..];
        let before = if trim { before.trim_start() } else { before };
        let cuts_before = inner.starts_with("- ") || inner.starts_with("-\n");
        let before = if cuts_before {
            before.trim_end()
        } else {
            before
        };
        if !before.is_empty() {
            found.push(Piece::Text(before));
        }
        if cuts_before {
            inner = &inner[1..];
        }
        let comment = inner.trim_start();
        if let Some(body) = comment.strip_prefix("/*") {
            let end = body.find("*/").ok_or("a comment is not closed")?;
            let tail = body[end + 2..].trim_start();
            trim = tail.starts_with('-');
            let tail = tail.strip_prefix('-').unwrap_or(tail);
            rest = tail
                .strip_prefix("}}")
                .ok_or("a comment is all that its braces hold")?;
            continue;
        }
        let mut words = Vec::new();
        (rest, trim) = action(inner, &mut words)?;
        found.push(Piece::Action(words));
    }
    let rest = if trim { rest.trim_start() } else { rest };
    if !rest.is_empty() {
        found.push(Piece::Text(rest));
    }
    Ok(found)
}

/// Reads an action to its closing braces: what comes after, and whether white
/// space goes there.
fn action<'t>(text: &'t str, words: &mut Vec<Word>) -> Result<(&'t str, bool), String> {
    let mut rest = text;
    loop {
        let trimmed = rest.trim_start();
        let spaced = trimmed.len() < rest.len();
        rest = trimmed;
        if let Some(after) = rest.strip_prefix("}}") {
            return Ok((after, false));
        }
        if spaced && let Some(after) = rest.strip_prefix("-}}") {
            return Ok((after, true));
        }
        if spaced && !words.is_empty() {
            words.push(Word::Space);
        }
        let first = rest
            .chars()
            .next()
            .ok_or("an action is not closed: `}}` is missing")?;
        rest = match first {
            '(' => sign(rest, "(", words),
            ')' => sign(rest, ")", words),
            '|' => sign(rest, "|", words),
            ',' => sign(rest, ",", words),
            ':' if rest.starts_with(":=") => sign(rest, ":=", words),
            '=' => sign(rest, "=", words),
            '"' => quoted(rest, words)?,
            '`' => {
                let end = rest[1..]
                    .find('`')
                    .ok_or("a text in back quotes is not closed")?;
                words.push(Word::Text(rest[1..=end].to_owned()));
                &rest[end + 2..]
            }
            '$' => {
                let (name, after) = name(&rest[1..]);
                words.push(Word::Variable(name.to_owned()));
                after
            }
            '.' if !rest[1..].starts_with(|c: char| c.is_ascii_digit()) => {
                let (name, after) = name(&rest[1..]);
                words.push(Word::Field(name.to_owned()));
                after
            }
            c if c.is_ascii_digit() || "+-.".contains(c) => number(rest, words)?,
            c if c.is_alphabetic() || c == '_' => {
                let (name, after) = name(rest);
                words.push(Word::Name(name.to_owned()));
                after
            }
            other => return Err(format!("`{other}` has no meaning here")),
        };
    }
}

fn sign<'t>(text: &'t str, sign: &'static str, words: &mut Vec<Word>) -> &'t str {
    words.push(Word::Sign(sign));
    &text[sign.len()..]
}

fn name(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_'));
    text.split_at(end.unwrap_or(text.len()))
}

fn number<'t>(text: &'t str, words: &mut Vec<Word>) -> Result<&'t str, String> {
    let mut end = 0;
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(end) {
        let sign =
            matches!(byte, b'+' | b'-') && (end == 0 || matches!(bytes[end - 1], b'e' | b'E'));
        if !(byte.is_ascii_alphanumeric() || *byte == b'.' || *byte == b'_' || sign) {
            break;
        }
        end += 1;
    }
    let word = &text[..end];
    if let Ok(whole) = word.parse::<i64>() {
        words.push(Word::Integer(whole));
    } else if let Ok(number) = word.parse::<f64>() {
        words.push(Word::Number(number));
    } else {
        return Err(format!("`{word}` is no number"));
    }
    Ok(&text[end..])
}

fn quoted<'t>(text: &'t str, words: &mut Vec<Word>) -> Result<&'t str, String> {
    let mut out = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => {
                words.push(Word::Text(out));
                return Ok(&text[at + 1..]);
            }
            '\n' => break,
            '\\' => match chars.next().map(|(_, c)| c) {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some('r') => out.push('\r'),
                Some(c @ ('"' | '\\' | '\'')) => out.push(c),
                Some(other) => return Err(format!("`\\{other}` is no escape")),
                None => break,
            },
            c => out.push(c),
        }
    }
    Err("a text in quotes is not closed".to_owned())
}
