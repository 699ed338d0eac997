//! Runs within a paragraph. Code and links bind first, then stress, by
//! CommonMark's rules of delimiter runs.

use super::MOST_DEPTH;
use crate::lesson::text::Inline;

/// Said wherever a text tries.
pub const NO_HTML: &str = "HTML cannot be used; write `&lt;` for a plain <";

/// Stresses that may stand open at once; it also bounds the search for an opener.
const MOST_OPEN: usize = 16;

/// Signs beside which stress may stand, besides those of ASCII: CommonMark counts every
/// sign of Unicode, these are the ones that prose uses.
const SIGNS: &str = "–—“”‘’„‚«»‹›…§¶·•×÷±≥≤≈≠→←↑↓€£°";

/// Whether `<` and this begin HTML, a comment or an address.
pub fn opens_html(next: char) -> bool {
    next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?')
}

/// Reads the text of a paragraph; its lines are separated by `\n`.
pub fn read(text: &str) -> Result<Vec<Inline>, String> {
    let mut scanner = Scanner {
        text,
        at: 0,
        plain: String::new(),
        pieces: Vec::new(),
        brackets: Vec::new(),
        linked: 0,
    };
    while scanner.at < text.len() {
        scanner.step()?;
    }
    scanner.flush();
    let (runs, _) = stress(scanner.pieces)?;
    Ok(runs)
}

/// A part of a paragraph before stress is read.
enum Piece {
    /// A run and how deep it is.
    Done(Inline, usize),
    /// `*`, `**`, `_` and so on.
    Delimiter(Delimiter),
}

#[derive(Clone, Copy)]
struct Delimiter {
    sign: char,
    /// How many are not used yet.
    left: usize,
    /// How many there were.
    length: usize,
    opens: bool,
    closes: bool,
}

impl Delimiter {
    /// Rule 9 and 10 of CommonMark: ambiguous runs whose lengths add up to a multiple of
    /// three do not belong together, unless both are multiples of three.
    fn opened_by(&self, other: &Delimiter) -> bool {
        let ambiguous = (other.closes || self.opens)
            && (self.length + other.length).is_multiple_of(3)
            && !(self.length.is_multiple_of(3) && other.length.is_multiple_of(3));
        other.opens && other.sign == self.sign && !ambiguous
    }
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    /// Plain text that is not a piece yet.
    plain: String,
    pieces: Vec<Piece>,
    /// Where in the pieces a `[` stands that may open a link.
    brackets: Vec<usize>,
    /// So many of them stand around a link, and cannot be one themselves.
    linked: usize,
}

impl<'a> Scanner<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn step(&mut self) -> Result<(), String> {
        let rest = self.rest();
        let mut chars = rest.chars();
        let Some(sign) = chars.next() else {
            return Ok(());
        };
        let next = chars.next();
        match sign {
            '\\' => return self.escape(next),
            '&' => return self.entity(rest),
            '`' => return self.code(rest),
            '{' => return self.figure(rest),
            '*' | '_' => return self.delimiter(rest, sign),
            '[' => {
                self.flush();
                self.brackets.push(self.pieces.len());
                self.pieces
                    .push(Piece::Done(Inline::Text("[".to_owned()), 0));
                self.at += 1;
                return Ok(());
            }
            ']' => return self.bracket(rest),
            '!' if next == Some('[') => return Err("pictures cannot be used here".to_owned()),
            '<' if next.is_some_and(opens_html) => return Err(NO_HTML.to_owned()),
            '\n' => {
                // Spaces at the ends of lines mean nothing.
                self.plain.truncate(self.plain.trim_end_matches(' ').len());
                self.plain.push(' ');
                self.at += rest.len() - rest.trim_start_matches(['\n', ' ']).len();
                return Ok(());
            }
            _ => self.plain.push(sign),
        }
        self.at += sign.len_utf8();
        Ok(())
    }

    fn flush(&mut self) {
        if !self.plain.is_empty() {
            let text = std::mem::take(&mut self.plain);
            self.pieces.push(Piece::Done(Inline::Text(text), 0));
        }
    }

    fn push(&mut self, inline: Inline, depth: usize, length: usize) {
        self.flush();
        self.pieces.push(Piece::Done(inline, depth));
        self.at += length;
    }

    fn escape(&mut self, next: Option<char>) -> Result<(), String> {
        match next {
            Some('{') => return Err("a { always begins a figure; use ( instead".to_owned()),
            Some('\n') | None => return Err("a \\ ends a line; leave it out".to_owned()),
            Some(sign) if sign.is_ascii_punctuation() => {
                self.plain.push(sign);
                self.at += 2;
            }
            Some(_) => {
                self.plain.push('\\');
                self.at += 1;
            }
        }
        Ok(())
    }

    fn entity(&mut self, rest: &str) -> Result<(), String> {
        let known = [
            ("&lt;", '<'),
            ("&gt;", '>'),
            ("&amp;", '&'),
            ("&quot;", '"'),
        ];
        if let Some((name, sign)) = known.into_iter().find(|(name, _)| rest.starts_with(name)) {
            self.plain.push(sign);
            self.at += name.len();
            return Ok(());
        }
        let body = rest.get(1..).unwrap_or("");
        let behind = body.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '#');
        if behind.len() < body.len() && behind.starts_with(';') {
            return Err(format!(
                "`&{};` is not one of `&lt;`, `&gt;`, `&amp;` and `&quot;`; write the sign itself",
                body.get(..body.len() - behind.len()).unwrap_or("")
            ));
        }
        self.plain.push('&');
        self.at += 1;
        Ok(())
    }

    fn code(&mut self, rest: &str) -> Result<(), String> {
        let body = rest.trim_start_matches('`');
        let ticks = rest.len() - body.len();
        // A run of exactly as many closes it.
        let mut from = 0;
        let end = loop {
            let Some(found) = body.get(from..).and_then(|b| b.find('`')) else {
                return Err(format!(
                    "the code that {} opens is never closed",
                    "`".repeat(ticks)
                ));
            };
            let run = body.get(from + found..).unwrap_or("");
            let length = run.len() - run.trim_start_matches('`').len();
            if length == ticks {
                break from + found;
            }
            from += found + length;
        };
        let inside = body.get(..end).unwrap_or("");
        if inside.contains("\n ") || inside.contains(" \n") {
            return Err(format!(
                "the code `{}` goes on in a line that begins or ends with spaces",
                inside.replace('\n', " ")
            ));
        }
        let inside = inside.replace('\n', " ");
        let stripped = inside.strip_prefix(' ').and_then(|t| t.strip_suffix(' '));
        let inside = match stripped {
            Some(stripped) if !stripped.trim_matches(' ').is_empty() => stripped.to_owned(),
            _ => inside,
        };
        self.push(Inline::Code(inside), 0, end + 2 * ticks);
        Ok(())
    }

    fn figure(&mut self, rest: &str) -> Result<(), String> {
        let Some((name, _)) = rest.get(1..).and_then(|body| body.split_once('}')) else {
            return Err(format!("`{{` without `}}` in `{}`", self.text));
        };
        let plain = |c: char| c.is_alphanumeric() || matches!(c, ' ' | ':' | '.' | '-' | '/');
        if let Some(sign) = name.chars().find(|c| !plain(*c)) {
            return Err(format!("the figure `{{{name}}}` cannot hold `{sign}`"));
        }
        self.push(Inline::Figure(name.trim().to_owned()), 0, name.len() + 2);
        Ok(())
    }

    fn delimiter(&mut self, rest: &str, sign: char) -> Result<(), String> {
        let behind = rest.trim_start_matches(sign);
        let length = rest.len() - behind.len();
        let before = self.text.get(..self.at).and_then(|t| t.chars().next_back());
        let (before, after) = (Beside::of(before)?, Beside::of(behind.chars().next())?);
        let left = after != Beside::Space && (after != Beside::Sign || before != Beside::Word);
        let right = before != Beside::Space && (before != Beside::Sign || after != Beside::Word);
        let (opens, closes) = match sign {
            '_' => (
                left && (!right || before == Beside::Sign),
                right && (!left || after == Beside::Sign),
            ),
            _ => (left, right),
        };
        if opens || closes {
            self.flush();
            self.pieces.push(Piece::Delimiter(Delimiter {
                sign,
                left: length,
                length,
                opens,
                closes,
            }));
        } else {
            self.plain.extend(std::iter::repeat_n(sign, length));
        }
        self.at += length;
        Ok(())
    }

    fn bracket(&mut self, rest: &str) -> Result<(), String> {
        let opener = self.brackets.pop();
        let around = self.linked > self.brackets.len();
        self.linked = self.linked.min(self.brackets.len());
        let Some((opener, to)) = opener.zip(rest.strip_prefix("](")) else {
            self.plain.push(']');
            self.at += 1;
            return Ok(());
        };
        if around {
            return Err("a link cannot stand within a link".to_owned());
        }
        let Some((to, _)) = to.split_once(')') else {
            return Err(format!("the link `{}` is never closed", to.trim_end()));
        };
        if !(to.starts_with("term:") || to.starts_with("https://")) {
            return Err(format!(
                "the link to `{to}` begins with neither `term:` nor `https://`"
            ));
        }
        let odd = |c: char| c.is_whitespace() || "()<>[]{}`\\&*\"'".contains(c);
        if let Some(sign) = to.chars().find(|c| odd(*c)) {
            return Err(format!("the link to `{to}` cannot hold `{sign}`"));
        }
        self.flush();
        let mut inside = self.pieces.split_off(opener);
        inside.remove(0);
        let (text, depth) = stress(inside)?;
        let link = match to.strip_prefix("term:") {
            Some(slug) => Inline::Term {
                slug: slug.to_owned(),
                text,
            },
            None => Inline::Link {
                href: to.to_owned(),
                text,
            },
        };
        self.linked = self.brackets.len();
        self.push(link, deeper(depth)?, to.len() + 3);
        Ok(())
    }
}

/// What stands beside a run of `*` or `_`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Beside {
    Space,
    Sign,
    Word,
}

impl Beside {
    fn of(char: Option<char>) -> Result<Beside, String> {
        match char {
            None => Ok(Beside::Space),
            Some(c) if c.is_whitespace() => Ok(Beside::Space),
            Some(c) if c.is_ascii_punctuation() || SIGNS.contains(c) => Ok(Beside::Sign),
            Some(c) if c.is_alphanumeric() => Ok(Beside::Word),
            Some(c) => Err(format!("`{c}` cannot stand beside `*` or `_`")),
        }
    }
}

fn deeper(depth: usize) -> Result<usize, String> {
    if depth >= MOST_DEPTH {
        return Err(format!("stresses and links nest deeper than {MOST_DEPTH}"));
    }
    Ok(depth + 1)
}

/// Pairs the delimiters of a run of pieces; also how deep the result is.
fn stress(pieces: Vec<Piece>) -> Result<(Vec<Inline>, usize), String> {
    let mut out: Vec<Piece> = Vec::new();
    // Where in `out` a delimiter stands that may open.
    let mut open: Vec<usize> = Vec::new();
    for piece in pieces {
        let Piece::Delimiter(mut run) = piece else {
            out.push(piece);
            continue;
        };
        while run.closes && run.left > 0 {
            let found = open.iter().rposition(|at| match out.get(*at) {
                Some(Piece::Delimiter(other)) => run.opened_by(other),
                _ => false,
            });
            let Some(found) = found else {
                break;
            };
            // What stood open in between stays what it is.
            open.truncate(found + 1);
            let at = open.get(found).copied().unwrap_or(0);
            let (inside, depth) = finish(out.split_off(at + 1))?;
            let Some(Piece::Delimiter(opener)) = out.last_mut() else {
                break;
            };
            let strong = opener.left >= 2 && run.left >= 2;
            let used = if strong { 2 } else { 1 };
            opener.left -= used;
            run.left -= used;
            if opener.left == 0 {
                out.pop();
                open.pop();
            }
            let inline = if strong {
                Inline::Strong(inside)
            } else {
                Inline::Emphasis(inside)
            };
            out.push(Piece::Done(inline, deeper(depth)?));
        }
        if run.left > 0 {
            if run.opens {
                open.push(out.len());
            }
            if open.len() > MOST_OPEN {
                return Err(format!(
                    "more than {MOST_OPEN} `*` and `_` wait to be closed"
                ));
            }
            out.push(Piece::Delimiter(run));
        }
    }
    finish(out)
}

/// Runs with the texts beside each other joined; delimiters without a partner are refused.
fn finish(pieces: Vec<Piece>) -> Result<(Vec<Inline>, usize), String> {
    let mut runs = Vec::new();
    let mut deepest = 0;
    for piece in pieces {
        match piece {
            Piece::Delimiter(run) => {
                let sign = run.sign.to_string().repeat(run.left);
                return Err(format!(
                    "`{sign}` has no partner; write `\\{}` for the sign itself",
                    run.sign
                ));
            }
            Piece::Done(inline, depth) => {
                deepest = deepest.max(depth);
                match (runs.last_mut(), inline) {
                    (Some(Inline::Text(before)), Inline::Text(text)) => before.push_str(&text),
                    (_, inline) => runs.push(inline),
                }
            }
        }
    }
    Ok((runs, deepest))
}
