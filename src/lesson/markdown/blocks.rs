//! Blocks of prose, line by line.

use super::spans;
use super::{Block, MOST_DEPTH};

/// Spaces before a line that CommonMark overlooks.
const MOST_INDENT: usize = 3;

/// How a block begins.
enum Start<'a> {
    /// `## words`, with what stands behind the signs.
    Heading(&'a str),
    /// A fence of so many backticks.
    Fence(usize),
    /// `> words`.
    Quote,
    /// `- words` or `1. words`.
    Item(Marker<'a>),
    /// Anything else.
    Text,
}

/// The sign of a list item.
struct Marker<'a> {
    /// `-`, `+`, `*`, `.` or `)`: items of one list share it.
    sign: char,
    /// The number before it.
    number: Option<&'a str>,
    /// Spaces before the sign.
    indent: usize,
    /// Columns until the item's text.
    width: usize,
}

/// Reads the lines of a text, or of a list item or a quotation without what marks them.
pub fn read(lines: &[&str], depth: usize) -> Result<Vec<Block>, String> {
    let mut blocks = Vec::new();
    let mut rest = lines;
    while let Some((line, after)) = rest.split_first() {
        if blank(line) {
            rest = after;
            continue;
        }
        let (block, behind) = match start(line)? {
            Start::Heading(words) => (heading(words)?, after),
            Start::Fence(ticks) => code(after, indent(line), ticks)?,
            Start::Quote => quote(rest, depth)?,
            Start::Item(first) => list(rest, &first, depth)?,
            Start::Text => paragraph(rest)?,
        };
        blocks.push(block);
        rest = behind;
    }
    Ok(blocks)
}

fn blank(line: &str) -> bool {
    indent(line) == line.len()
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// What a line that is not blank begins, unless a paragraph goes on in it.
fn start(line: &str) -> Result<Start<'_>, String> {
    let text = line.trim_matches(' ');
    if indent(line) > MOST_INDENT {
        return Err(format!(
            "`{text}` stands more than {MOST_INDENT} columns to the right; put code between ``` \
             lines, and let what belongs to a list item begin under the item's text"
        ));
    }
    let mut chars = text.chars();
    let (first, second) = (chars.next().unwrap_or(' '), chars.next());
    match first {
        '#' => {
            let words = text.trim_start_matches('#');
            let level = text.len() - words.len();
            if level <= 6 && (words.is_empty() || words.starts_with(' ')) {
                return Ok(Start::Heading(words.trim_matches(' ')));
            }
        }
        '`' => {
            let info = text.trim_start_matches('`');
            let ticks = text.len() - info.len();
            if ticks >= 3 {
                if info.contains('`') {
                    return Err(format!(
                        "`{text}` both opens and closes code; use one ` around code within a line"
                    ));
                }
                return Ok(Start::Fence(ticks));
            }
        }
        '~' if text.starts_with("~~~") => {
            return Err("code stands between lines of ```, not of ~~~".to_owned());
        }
        '>' => return Ok(Start::Quote),
        '<' if second.is_some_and(spans::opens_html) => {
            return Err(spans::NO_HTML.to_owned());
        }
        '|' => return Err("a table cannot be used; write a list".to_owned()),
        '-' | '_' | '*' if rule(text, first) => {
            return Err("a rule cannot be used; begin a new step instead".to_owned());
        }
        '-' | '=' if text.trim_end_matches(first).is_empty() => {
            return Err(format!(
                "a line of `{first}` alone cannot be used; write a heading as `## words`"
            ));
        }
        _ => {}
    }
    Ok(marker(line)?.map_or(Start::Text, Start::Item))
}

/// At least three of a sign, and nothing else but spaces.
fn rule(text: &str, sign: char) -> bool {
    text.chars().all(|c| c == sign || c == ' ') && text.chars().filter(|c| *c == sign).count() >= 3
}

fn marker(line: &str) -> Result<Option<Marker<'_>>, String> {
    let text = line.trim_start_matches(' ');
    let behind = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let number = text.get(..text.len() - behind.len()).unwrap_or("");
    let sign = match (number.len(), behind.chars().next()) {
        (0, Some(sign @ ('-' | '+' | '*'))) => sign,
        (1..=9, Some(sign @ ('.' | ')'))) => sign,
        _ => return Ok(None),
    };
    let words = behind.get(1..).unwrap_or("");
    if blank(words) {
        return Err(format!(
            "the list item `{}` is empty",
            text.trim_matches(' ')
        ));
    }
    let gap = indent(words);
    match gap {
        0 => Ok(None),
        1..=4 => Ok(Some(Marker {
            sign,
            number: (!number.is_empty()).then_some(number),
            indent: indent(line),
            width: line.len() - words.len() + gap,
        })),
        _ => Err(format!(
            "`{text}`: one space is enough behind the sign of a list item"
        )),
    }
}

fn heading(words: &str) -> Result<Block, String> {
    if words.ends_with('#') {
        return Err(format!(
            "the # at the end of the heading `{words}` can be left out"
        ));
    }
    spans::read(words).map(Block::Heading)
}

/// The lines up to the closing fence.
fn code<'a>(
    lines: &'a [&'a str],
    shift: usize,
    ticks: usize,
) -> Result<(Block, &'a [&'a str]), String> {
    let closes = |line: &&str| {
        let text = line.trim_matches(' ');
        indent(line) <= MOST_INDENT && text.len() >= ticks && text.bytes().all(|b| b == b'`')
    };
    let Some(end) = lines.iter().position(closes) else {
        return Err(format!(
            "the code that {} opens is never closed",
            "`".repeat(ticks)
        ));
    };
    let (inside, behind) = lines.split_at(end);
    let text: Vec<&str> = inside
        .iter()
        .map(|line| line.get(indent(line).min(shift)..).unwrap_or(""))
        .collect();
    let block = Block::Code(text.join("\n").trim_end().to_owned());
    Ok((block, behind.get(1..).unwrap_or(&[])))
}

/// The lines that begin with `>`, read without it.
fn quote<'a>(lines: &'a [&'a str], depth: usize) -> Result<(Block, &'a [&'a str]), String> {
    let depth = deeper(depth)?;
    let mut inside = Vec::new();
    for line in lines {
        let Some(words) = line.trim_start_matches(' ').strip_prefix('>') else {
            if blank(line) {
                break;
            }
            return Err(format!(
                "`{}` follows a quotation at once; begin it with > or leave a line empty before it",
                line.trim_matches(' ')
            ));
        };
        if indent(line) > MOST_INDENT {
            start(line)?;
        }
        inside.push(words.strip_prefix(' ').unwrap_or(words));
    }
    let behind = lines.get(inside.len()..).unwrap_or(&[]);
    Ok((Block::Quote(read(&inside, depth)?), behind))
}

fn deeper(depth: usize) -> Result<usize, String> {
    depth
        .checked_sub(1)
        .ok_or_else(|| format!("lists and quotations nest deeper than {MOST_DEPTH}"))
}

/// Items with the same sign, and what stands under their text.
fn list<'a>(
    lines: &'a [&'a str],
    first: &Marker<'_>,
    depth: usize,
) -> Result<(Block, &'a [&'a str]), String> {
    let depth = deeper(depth)?;
    let mut items = Vec::new();
    let mut rest = lines;
    let mut apart = false;
    while let Some((line, after)) = rest.split_first() {
        let marker = match start(line)? {
            Start::Item(marker) => marker,
            _ if apart => break,
            _ => {
                return Err(format!(
                    "`{}` follows a list item at once; begin it under the item's text or leave a \
                     line empty before it",
                    line.trim_matches(' ')
                ));
            }
        };
        if apart && marker.sign != first.sign {
            break;
        }
        if marker.sign != first.sign || marker.indent != first.indent {
            return Err(format!(
                "the list item `{}` begins with another sign or in another column than the list",
                line.trim_matches(' ')
            ));
        }
        let belongs = |line: &&&str| blank(line) || indent(line) >= marker.width;
        let count = after.iter().take_while(belongs).count();
        let (under, behind) = after.split_at_checked(count).unwrap_or((after, &[]));
        let inside: Vec<&str> = std::iter::once(line)
            .chain(under)
            .map(|line| line.get(marker.width..).unwrap_or(""))
            .collect();
        items.push(read(&inside, depth)?);
        apart = under.last().is_some_and(|line| blank(line));
        rest = behind;
    }
    let ordered = first.number.is_some();
    Ok((Block::List { ordered, items }, rest))
}

/// Lines until a blank one or another block.
fn paragraph<'a>(lines: &'a [&'a str]) -> Result<(Block, &'a [&'a str]), String> {
    let mut count = 0;
    for line in lines {
        if blank(line) {
            break;
        }
        match start(line)? {
            Start::Text => count += 1,
            Start::Item(marker) if marker.number.is_some_and(|number| number != "1") => {
                return Err(format!(
                    "`{}` would begin a list; leave a line empty before it, or let the line begin \
                     with another word",
                    line.trim_matches(' ')
                ));
            }
            _ => break,
        }
    }
    let (inside, behind) = lines.split_at_checked(count).unwrap_or((lines, &[]));
    let text = inside.join("\n");
    let text = text.trim_matches(' ');
    if text.starts_with('[') && text.contains("]:") {
        return Err("links cannot be defined apart; write `[words](https://...)`".to_owned());
    }
    Ok((Block::Paragraph(spans::read(text)?), behind))
}
