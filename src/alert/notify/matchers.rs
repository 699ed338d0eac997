//! Conditions on labels as Alertmanager writes them.

use crate::base::shown;
use crate::telemetry::store::{Compare, Matcher, is_plain_label, write_quoted};

/// How to write one.
pub(super) const FORM: &str = "write one such as severity=\"page\" or job=~\"web|shop\"";

/// Reads `a="b"`, or several between braces or after commas.
pub fn matchers(text: &str) -> Result<Vec<Matcher>, String> {
    let text = text.trim();
    let inner = text
        .strip_prefix('{')
        .and_then(|text| text.strip_suffix('}'))
        .unwrap_or(text);
    let (mut found, mut start, mut quoted, mut escaped) = (Vec::new(), 0, false, false);
    for (at, c) in inner.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ',' if !quoted => {
                found.push(matcher(&inner[start..at])?);
                start = at + 1;
            }
            _ => {}
        }
    }
    let last = inner[start..].trim();
    if !last.is_empty() || found.is_empty() {
        found.push(matcher(last)?);
    }
    Ok(found)
}

/// Reads one; quotes around the value may be left out.
pub fn matcher(text: &str) -> Result<Matcher, String> {
    let bad = || format!("`{}` is no matcher", shown(text.trim()));
    let text = text.trim();
    let at = match text.strip_prefix('"') {
        Some(inner) => quote_end(inner).ok_or_else(bad)? + 2,
        None => text.find(['=', '!']).ok_or_else(bad)?,
    };
    let (name, rest) = text.split_at(at);
    let rest = rest.trim_start();
    let signs = [
        ("=~", Compare::Matches),
        ("!~", Compare::MatchesNot),
        ("!=", Compare::NotEqual),
        ("=", Compare::Equal),
    ];
    let (sign, compare) = signs
        .into_iter()
        .find(|(sign, _)| rest.starts_with(sign))
        .ok_or_else(bad)?;
    let name = unquoted(name.trim()).ok_or_else(bad)?;
    let value = unquoted(rest[sign.len()..].trim()).ok_or_else(bad)?;
    if name.is_empty() {
        return Err(bad());
    }
    Matcher::new(&name, compare, &value)
}

/// Where the quotes end that a text was cut after.
fn quote_end(text: &str) -> Option<usize> {
    let mut escaped = false;
    let ends = |(_, c): &(usize, char)| {
        let end = *c == '"' && !escaped;
        escaped = *c == '\\' && !escaped;
        end
    };
    text.char_indices().find(ends).map(|(at, _)| at)
}

/// A word, with its quotes and escapes undone.
fn unquoted(word: &str) -> Option<String> {
    let Some(inner) = word.strip_prefix('"') else {
        return (!word.contains('"')).then(|| word.to_owned());
    };
    let inner = inner.strip_suffix('"')?;
    let mut out = String::new();
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => return None,
            '\\' => match chars.next()? {
                'n' => out.push('\n'),
                't' => out.push('\t'),
                'r' => out.push('\r'),
                other => out.push(other),
            },
            c => out.push(c),
        }
    }
    Some(out)
}

/// One as it is written.
pub fn tell(matcher: &Matcher) -> String {
    let mut out = String::new();
    // Writing into a text cannot fail.
    if is_plain_label(&matcher.name) {
        out.push_str(&matcher.name);
    } else {
        let _ = write_quoted(&mut out, &matcher.name);
    }
    out.push_str(matcher.compare.sign());
    let _ = write_quoted(&mut out, &matcher.value);
    out
}
