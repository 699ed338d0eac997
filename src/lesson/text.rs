//! Lesson prose as a small tree: text that can never become script.

use serde::{Deserialize, Serialize};

/// A block of prose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Block {
    /// A paragraph.
    Paragraph(Vec<Inline>),
    /// A heading below the step's own.
    Heading(Vec<Inline>),
    /// A list.
    List {
        /// Numbered or not.
        ordered: bool,
        /// Its items.
        items: Vec<Vec<Block>>,
    },
    /// A quotation, used for what people in the story say.
    Quote(Vec<Block>),
    /// A formula or code, set in monospace.
    Code(String),
}

/// A run of prose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Inline {
    /// Plain text.
    Text(String),
    /// Stressed.
    Emphasis(Vec<Inline>),
    /// Strong.
    Strong(Vec<Inline>),
    /// Code, a query or an id.
    Code(String),
    /// A term of the glossary.
    Term {
        /// Its name in the glossary.
        slug: String,
        /// The words of the link.
        text: Vec<Inline>,
    },
    /// A figure computed from the run.
    Figure(String),
    /// A link to a page outside; only https.
    Link {
        /// Where to.
        href: String,
        /// The words of the link.
        text: Vec<Inline>,
    },
}
