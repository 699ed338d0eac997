//! The words and signs of a query.

use super::error::{Fault, Kind, Part};
use super::number;

/// A word or sign.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// A number.
    Number(f64),
    /// A duration, in milliseconds.
    Duration(i64),
    /// A text; its bytes, escapes resolved.
    Text(Vec<u8>),
    /// A name or keyword, as written.
    Word(String),
    /// A sign, such as `(` or `>=`.
    Sign(&'static str),
    /// Nothing more.
    End,
}

impl Token {
    /// For error messages.
    pub fn shown(&self) -> String {
        match self {
            Token::Number(value) => format!("number {}", number::general(*value)),
            Token::Duration(millis) => {
                let mut text = "duration ".to_owned();
                let _ = number::write_duration(&mut text, *millis);
                text
            }
            Token::Text(_) => "a string".to_owned(),
            Token::Word(word) => format!("`{word}`"),
            Token::Sign(sign) => format!("`{sign}`"),
            Token::End => "the end".to_owned(),
        }
    }
}

/// A token and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    pub token: Token,
    pub part: Part,
}

/// Signs, longer ones before those that they begin with.
const SIGNS: [&str; 24] = [
    "==", "=~", "!=", "!~", ">=", "<=", "::", "=", ">", "<", "+", "-", "*", "/", "%", "^", "(",
    ")", "{", "}", "[", "]", ",", "@",
];

/// Cuts a query into tokens; the last is the end.
pub(super) fn tokens(query: &str) -> Result<Vec<Placed>, Fault> {
    let bytes = query.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    let mut in_brackets = false;
    while let Some(byte) = bytes.get(at) {
        let start = at;
        let token = match byte {
            b' ' | b'\t' | b'\n' | b'\r' => {
                at += 1;
                continue;
            }
            b'#' => {
                at += query[at..].find(['\n', '\r']).unwrap_or(query.len() - at);
                continue;
            }
            b'"' | b'\'' => {
                let (text, end) = quoted(query, at)?;
                at = end;
                Token::Text(text)
            }
            b'`' => {
                let end = query[at + 1..].find('`').ok_or_else(|| {
                    let part = Part::new(start, query.len());
                    Fault::new(Kind::Syntax, part, "unterminated raw string").expected("a final `")
                })?;
                at += end + 2;
                Token::Text(query.as_bytes()[start + 1..at - 1].to_vec())
            }
            b'0'..=b'9' => {
                at = number_end(bytes, at);
                numeral(query, start, at)?
            }
            b'.' if bytes.get(at + 1).is_some_and(u8::is_ascii_digit) => {
                at = number_end(bytes, at);
                numeral(query, start, at)?
            }
            b':' if in_brackets && bytes.get(at + 1) != Some(&b':') => {
                at += 1;
                Token::Sign(":")
            }
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | b':' if !(in_brackets && *byte == b':') => {
                let part = |c: &&u8| {
                    c.is_ascii_alphanumeric() || **c == b'_' || (**c == b':' && !in_brackets)
                };
                at += bytes[at..].iter().take_while(part).count();
                Token::Word(query[start..at].to_owned())
            }
            _ => {
                let sign = SIGNS.iter().find(|sign| query[at..].starts_with(**sign));
                let sign = sign.ok_or_else(|| strange(query, at))?;
                at += sign.len();
                match *sign {
                    "[" => in_brackets = true,
                    "]" => in_brackets = false,
                    _ => {}
                }
                Token::Sign(sign)
            }
        };
        let part = Part::new(start, at);
        found.push(Placed { token, part });
    }
    let part = Part::new(query.len(), query.len());
    let token = Token::End;
    found.push(Placed { token, part });
    Ok(found)
}

fn strange(query: &str, at: usize) -> Fault {
    let c = query[at..].chars().next().unwrap_or(' ');
    let part = Part::new(at, at + c.len_utf8());
    let expected = if c == '!' { "`!=` or `!~`" } else { "" };
    Fault::new(Kind::Syntax, part, format!("unexpected character {c:?}")).expected(expected)
}

/// Where a number or duration that starts at `at` ends.
fn number_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    let hex = bytes[start] == b'0' && matches!(bytes.get(start + 1), Some(b'x' | b'X'));
    while let Some(byte) = bytes.get(at) {
        let sign = matches!(byte, b'+' | b'-')
            && !hex
            && at > start
            && matches!(bytes[at - 1], b'e' | b'E')
            && bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
        if !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.') || sign) {
            break;
        }
        at += 1;
    }
    at
}

fn numeral(query: &str, start: usize, end: usize) -> Result<Token, Fault> {
    let text = &query[start..end];
    if let Some(value) = number::read(text) {
        return Ok(Token::Number(value));
    }
    number::read_duration(text)
        .map(Token::Duration)
        .ok_or_else(|| {
            let part = Part::new(start, end);
            let problem = format!("bad number or duration syntax: `{text}`");
            Fault::new(Kind::Syntax, part, problem)
                .expected("a number such as 1.5e3, or a duration such as 1h30m")
        })
}

/// A text in quotes that starts at `at`: its bytes and where it ends.
fn quoted(query: &str, start: usize) -> Result<(Vec<u8>, usize), Fault> {
    let bytes = query.as_bytes();
    let quote = bytes[start];
    let fail = |at: usize, end: usize, problem: &str| {
        let part = Part::new(at, end.min(query.len()));
        Err(Fault::new(Kind::Syntax, part, problem))
    };
    let mut text = Vec::new();
    let mut at = start + 1;
    loop {
        match bytes.get(at) {
            None | Some(b'\n') => {
                let expected = char::from(quote);
                return fail(start, at, "unterminated quoted string")
                    .map_err(|fault| fault.expected(format!("a final {expected}")));
            }
            Some(byte) if *byte == quote => return Ok((text, at + 1)),
            Some(b'\\') => {
                let Some(end) = escape(bytes, at, quote, &mut text) else {
                    let end = at + 2;
                    let end = (end..=end + 3).find(|e| query.is_char_boundary(*e));
                    return fail(at, end.unwrap_or(query.len()), "unknown escape sequence")
                        .map_err(|fault| {
                            fault.expected("one of \\n, \\t, \\\\, \\\", \\x41, \\u0041")
                        });
                };
                at = end;
            }
            Some(byte) => {
                text.push(*byte);
                at += 1;
            }
        }
    }
}

/// Resolves the escape at `at`; where it ends, if it is one.
fn escape(bytes: &[u8], at: usize, quote: u8, text: &mut Vec<u8>) -> Option<usize> {
    let letter = *bytes.get(at + 1)?;
    let (base, digits, first) = match letter {
        b'x' => (16, 2, at + 2),
        b'u' => (16, 4, at + 2),
        b'U' => (16, 8, at + 2),
        b'0'..=b'7' => (8, 3, at + 1),
        _ => {
            text.push(match letter {
                b'a' => 7,
                b'b' => 8,
                b'f' => 12,
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                b'v' => 11,
                b'\\' => b'\\',
                letter if letter == quote => quote,
                _ => return None,
            });
            return Some(at + 2);
        }
    };
    let mut value: u32 = 0;
    for digit in bytes.get(first..first + digits)? {
        value = value * base + char::from(*digit).to_digit(base)?;
    }
    if matches!(letter, b'u' | b'U') {
        let c = char::from_u32(value)?;
        text.extend(c.encode_utf8(&mut [0; 4]).bytes());
    } else {
        text.push(u8::try_from(value).ok()?);
    }
    Some(first + digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(query: &str, expected: &str) {
        let shown = match tokens(query) {
            Ok(tokens) => tokens
                .iter()
                .map(|placed| match &placed.token {
                    Token::Text(text) => format!("{:?}", String::from_utf8_lossy(text)),
                    other => other.shown(),
                })
                .collect::<Vec<_>>()
                .join(" "),
            Err(fault) => fault.at(query).to_string(),
        };
        assert_eq!(shown, expected, "{query}");
    }

    #[test]
    fn queries_are_cut_into_words_and_signs() {
        check(
            "a:b{c=~'x'}[5m:1m]",
            "`a:b` `{` `c` `=~` \"x\" `}` `[` duration 5m `:` duration 1m `]` the end",
        );
        check(
            "1e-3-2 # rest\n>=",
            "number 0.001 `-` number 2 `>=` the end",
        );
        check(
            "1h30m .5 0x1f",
            "duration 1h30m number 0.5 number 31 the end",
        );
        check(
            r#""\x41\u00e9\101\"" `\n`"#,
            "\"Aé\\x41A\\\"\" \"\\\\n\" the end"
                .replace("\\x41", "")
                .as_str(),
        );
        check("x[5m:]", "`x` `[` duration 5m `:` `]` the end");
    }

    #[test]
    fn what_is_no_token_is_told_with_its_place() {
        check(
            "a +\n 5mm",
            "2:2: bad number or duration syntax: `5mm`; expected a number such as 1.5e3, or a duration such as 1h30m",
        );
        check("é", "1:1: unexpected character 'é'");
        check(
            "a ! b",
            "1:3: unexpected character '!'; expected `!=` or `!~`",
        );
        check(
            "\"abc",
            "1:1: unterminated quoted string; expected a final \"",
        );
        check(
            "'\\q'",
            "1:2: unknown escape sequence; expected one of \\n, \\t, \\\\, \\\", \\x41, \\u0041",
        );
        check(
            "'\\é",
            "1:2: unknown escape sequence; expected one of \\n, \\t, \\\\, \\\", \\x41, \\u0041",
        );
        check("`abc", "1:1: unterminated raw string; expected a final `");
    }
}
