//! Markdown into prose: a small, closed tree, so that text can never become
//! script. What the tree cannot hold is reported, not dropped.
//!
//! In: a text from a lesson. Out: blocks, or the first thing that prose cannot
//! hold, in words for its author. The reader is our own, since a reader of all
//! of CommonMark is a tenth of the whole download (its table of two thousand
//! entities alone weighs as much as the engine), and most of it would only
//! serve to refuse. What is accepted means what CommonMark 0.31 says; where the
//! meaning would surprise or need the rest of the standard, the text is refused.
//! Both are held against `pulldown-cmark` by a test.
//!
//! - [`blocks`] finds paragraphs, headings, lists, quotations and code by line.
//! - [`spans`] reads emphasis, links, code and figures within a paragraph.

mod blocks;
mod spans;
#[cfg(test)]
mod tests;

use super::text::Block;

/// Lists, quotations, stresses and links within one another.
const MOST_DEPTH: usize = 8;

/// Prose, or the first thing that prose cannot hold.
///
/// `[words](term:error-budget)` links to the glossary, `{budget:availability}`
/// is a figure from the run, and other links must begin with `https://`.
pub fn parse(text: &str) -> Result<Vec<Block>, String> {
    let lines: Vec<&str> = text.lines().collect();
    if let Some(sign) = lines
        .iter()
        .flat_map(|l| l.chars())
        .find(|c| c.is_control())
    {
        return Err(match sign {
            '\t' => "a tab cannot be used; write spaces".to_owned(),
            _ => format!("the control character {sign:?} cannot be used"),
        });
    }
    blocks::read(&lines, MOST_DEPTH)
}
