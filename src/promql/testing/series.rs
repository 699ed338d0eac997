//! The notation of series: `requests{job="a"} 0+10x5 _ stale 7`.

use super::super::lexer::{Token, tokens};
use crate::telemetry::store::{Labels, NAME, STALE};

/// Values that one line may stand for.
const MOST: usize = 1_000_000;

/// A series and its values; none where one is left out.
#[derive(Clone, Debug)]
pub struct Line {
    /// What the series is called.
    pub labels: Labels,
    /// Its values.
    pub values: Vec<Option<f64>>,
    /// It has samples that are native histograms; no values are read then.
    pub native: bool,
}

/// Reads a line.
pub fn line(text: &str) -> Result<Line, String> {
    let (metric, rest) = split(text)?;
    let labels = labels(metric)?;
    if rest.contains("{{") {
        return Ok(Line {
            labels,
            values: Vec::new(),
            native: true,
        });
    }
    let mut values = Vec::new();
    for item in rest.split_whitespace() {
        items(item, &mut values)?;
        if values.len() > MOST {
            return Err(format!("more than {MOST} values"));
        }
    }
    Ok(Line {
        labels,
        values,
        native: false,
    })
}

/// The name and labels of a series, and what comes after them.
pub(super) fn split(text: &str) -> Result<(&str, &str), String> {
    let letter = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    let mut end = text.find(|c| !letter(c)).unwrap_or(text.len());
    if text[end..].starts_with('{') {
        let mut quote = None;
        let mut escaped = false;
        let close = text[end..].char_indices().find(|(_, c)| {
            match quote {
                Some(_) if escaped => escaped = false,
                Some(open) if open != '`' && *c == '\\' => escaped = true,
                Some(open) if open == *c => quote = None,
                Some(_) => {}
                None if matches!(c, '"' | '\'' | '`') => quote = Some(*c),
                None => return *c == '}',
            }
            false
        });
        let (close, _) = close.ok_or("the braces are not closed")?;
        end += close + 1;
    }
    Ok(text.split_at(end))
}

/// Labels from `name{label="value"}`.
pub fn labels(metric: &str) -> Result<Labels, String> {
    let tokens = tokens(metric).map_err(|fault| fault.problem)?;
    let mut tokens = tokens.into_iter().map(|placed| placed.token).peekable();
    let mut pairs: Vec<(String, String)> = Vec::new();
    let text = |bytes| String::from_utf8(bytes).map_err(|_| "a label is not UTF-8".to_owned());
    if let Some(Token::Word(name)) = tokens.next_if(|token| matches!(token, Token::Word(_))) {
        pairs.push((NAME.to_owned(), name));
    }
    if tokens.next_if_eq(&Token::Sign("{")).is_some() {
        while tokens.next_if_eq(&Token::Sign("}")).is_none() {
            let (name, quoted) = match tokens.next() {
                Some(Token::Word(name)) => (name, false),
                Some(Token::Text(name)) => (text(name)?, true),
                _ => return Err("expected a label or `}`".to_owned()),
            };
            if tokens.next_if_eq(&Token::Sign("=")).is_some() {
                let Some(Token::Text(value)) = tokens.next() else {
                    return Err(format!("expected a value in quotes after {name}="));
                };
                pairs.push((name, text(value)?));
            } else if quoted {
                pairs.push((NAME.to_owned(), name));
            } else {
                return Err(format!("expected `=` after {name}"));
            }
            if tokens.next_if_eq(&Token::Sign(",")).is_none()
                && tokens.peek() != Some(&Token::Sign("}"))
            {
                return Err("expected `,` or `}`".to_owned());
            }
        }
    }
    match tokens.next() {
        Some(Token::End) => Ok(Labels::new(pairs)),
        _ => Err(format!("`{metric}` is no series")),
    }
}

/// What one item stands for: `_`, `_x3`, `stale`, `1`, `1x3`, `1+2x3`, `1-2x3`.
fn items(item: &str, values: &mut Vec<Option<f64>>) -> Result<(), String> {
    let wrong = || format!("`{item}` is no value");
    let times = |text: &str| -> Result<usize, String> {
        let times = text.parse::<usize>().map_err(|_| wrong())?;
        if times > MOST {
            return Err(format!("`{item}` stands for more than {MOST} values"));
        }
        Ok(times)
    };
    if item == "stale" {
        values.push(Some(f64::from_bits(STALE)));
        return Ok(());
    }
    if let Some(rest) = item.strip_prefix('_') {
        let count = match rest.strip_prefix('x') {
            Some(count) => times(count)?,
            None if rest.is_empty() => 1,
            None => return Err(wrong()),
        };
        values.extend(std::iter::repeat_n(None, count));
        return Ok(());
    }
    let (mut value, rest) = number(item).ok_or_else(wrong)?;
    if rest.is_empty() {
        values.push(Some(value));
        return Ok(());
    }
    let (step, rest) = if rest.starts_with('x') {
        (0.0, rest)
    } else {
        number(rest).ok_or_else(wrong)?
    };
    let count = times(rest.strip_prefix('x').ok_or_else(wrong)?)?;
    for _ in 0..=count {
        values.push(Some(value));
        value += step;
    }
    Ok(())
}

/// The number that a text begins with, sign included, and the rest.
fn number(text: &str) -> Option<(f64, &str)> {
    let bytes = text.as_bytes();
    let mut end = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    let is_word = bytes.get(end).is_some_and(u8::is_ascii_alphabetic);
    while let Some(byte) = bytes.get(end) {
        let more = if is_word {
            byte.is_ascii_alphabetic() && *byte != b'x'
        } else {
            byte.is_ascii_digit()
                || matches!(byte, b'.' | b'e' | b'E' | b'_')
                || (matches!(byte, b'+' | b'-') && matches!(bytes[end - 1], b'e' | b'E'))
        };
        if !more {
            break;
        }
        end += 1;
    }
    let value = super::super::number::read(&text[..end])?;
    Some((value, &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let shown = match line(text) {
            Ok(line) => {
                let values = line.values.iter().map(|value| match value {
                    Some(value) if value.to_bits() == STALE => "stale".to_owned(),
                    Some(value) => value.to_string(),
                    None => "_".to_owned(),
                });
                let values: Vec<String> = values.collect();
                let native = if line.native { " native" } else { "" };
                format!("{} {}{native}", line.labels, values.join(" "))
            }
            Err(problem) => problem,
        };
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn series_are_read_from_their_notation() {
        check("up 1 2", "up 1 2");
        check(
            "a{b=\"}x\"} 0+10x3 _ stale",
            "a{b=\"}x\"} 0 10 20 30 _ stale",
        );
        check("{} 0x2 1-1x2", "{} 0 0 0 1 0 -1");
        check(
            "{\"a b\", c='d'}\t_x2 .5",
            "{__name__=\"a b\", c=\"d\"} _ _ 0.5",
        );
        check(
            "x -1e+3x1 -Inf NaN +Inf-1x1",
            "x -1000 -1000 -inf NaN inf inf",
        );
        check("x 1 {{count:3}}x4", "x  native");
        check("x 1+y", "`1+y` is no value");
        check("x 1x", "`1x` is no value");
        check("x{a=1} 1", "expected a value in quotes after a=");
        check("x{a=\"1\" 1", "the braces are not closed");
        check(
            "x 1x9999999",
            "`1x9999999` stands for more than 1000000 values",
        );
    }
}
