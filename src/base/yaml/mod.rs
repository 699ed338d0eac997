//! Strict YAML: text in, a tree with positions out; and a tree without, written.
//!
//! Lessons and worlds come from anyone, so this reads only the part of YAML
//! that people write by hand, and refuses the rest with a place and a remedy:
//! no anchors, aliases, merge keys or tags, no second document unless asked for
//! ([`parse_all`]), no duplicate or non-text keys, no tabs or control characters. Scalars keep their text;
//! what a text means (number, duration, `true`) is decided by the reader of
//! the field ([`crate::base::Report`]), never by YAML's own guessing.
//!
//! Work is bounded by the [`Limits`]: the text is measured before it is
//! parsed, the tree is composed without recursion, and its depth is at most
//! [`Limits::MOST_DEPTH`], which bounds the recursion of dropping, cloning and
//! comparing it.

mod compose;
#[cfg(test)]
mod hostile;
mod refusal;
mod screen;
#[cfg(test)]
mod tests;
mod tree;
mod write;

pub use tree::Tree;
pub use write::write;

use super::Diagnostics;

/// A value and where it starts.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The line, from 1. An empty value stands where its key stands.
    pub line: u32,
    /// The column, from 1, in characters.
    pub column: u32,
    /// The value.
    pub value: Value,
}

/// What YAML can say, before any field gives it a meaning.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing after the key or dash, or a plain `~`, `null`, `Null`, `NULL`.
    Null,
    /// A text.
    Scalar {
        /// The text, with escapes and folding resolved.
        text: String,
        /// Whether it was in quotes or a block (`|`, `>`): certainly a text.
        quoted: bool,
    },
    /// A sequence.
    List(Vec<Node>),
    /// A mapping, in the order of the file; keys are unique.
    Map(Vec<Entry>),
}

/// A key with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key's text.
    pub key: String,
    /// The key's line, from 1.
    pub line: u32,
    /// The key's column, from 1, in characters.
    pub column: u32,
    /// The value.
    pub node: Node,
}

/// How much of a text is read at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the whole text.
    pub bytes: usize,
    /// Lists and mappings inside each other; above [`Limits::MOST_DEPTH`] it
    /// counts as that.
    pub depth: usize,
    /// Scalars (keys too), lists and mappings, together.
    pub nodes: usize,
    /// Bytes of one scalar.
    pub scalar_bytes: usize,
}

impl Limits {
    /// The greatest depth any limits can allow: dropping a tree this deep
    /// needs some tens of kilobytes of stack, a browser grants a megabyte.
    pub const MOST_DEPTH: usize = 128;
}

impl Default for Limits {
    /// 1 MiB, 32 levels, 100,000 nodes, 64 KiB in one scalar: ten times the
    /// largest lesson. The worst text found takes a quarter of a second and
    /// 65 MB to refuse (native release build, one busy core); an ordinary one
    /// of 100,000 nodes takes half of that time and a third of that memory.
    fn default() -> Self {
        Limits {
            bytes: 1 << 20,
            depth: 32,
            nodes: 100_000,
            scalar_bytes: 64 << 10,
        }
    }
}

/// Reads one document. `file` is the name that diagnostics carry.
///
/// Never panics, and reads no more than `limits` allow. On failure it answers
/// every problem that it could find: invalid YAML, a limit, and a document
/// too many end the search; everything else lets it go on.
pub fn parse(file: &str, text: &str, limits: &Limits) -> Result<Node, Diagnostics> {
    let mut roots = read(file, text, limits, false)?;
    Ok(roots.remove(0))
}

/// Reads every document of a text, separated by lines of `---`; at least one.
/// Documents that hold nothing are left out. The limits are those of the whole.
pub fn parse_all(file: &str, text: &str, limits: &Limits) -> Result<Vec<Node>, Diagnostics> {
    read(file, text, limits, true)
}

/// At least one root, or the reasons why there is none.
fn read(file: &str, text: &str, limits: &Limits, many: bool) -> Result<Vec<Node>, Diagnostics> {
    let mut refusals = refusal::Refusals::new(file, text);
    screen::screen(text, limits, &mut refusals);
    if refusals.none() {
        let roots = compose::compose(text, limits, many, &mut refusals);
        if refusals.none() && !roots.is_empty() {
            return Ok(roots);
        }
    }
    Err(refusals.finish())
}
