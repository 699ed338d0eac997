//! A tree to be written: what a file says, without places.

use super::write::is_plain;
use super::{Node, Value};

/// A value without a place.
///
/// A text is a [`Tree::Text`] wherever it may be written so that every reader
/// takes it for a text; a [`Tree::Word`] is what stood there without quotes
/// and may be a number, a truth value or a date to some. [`Tree::from`] keeps
/// to that, so that writing and reading gives the same tree again.
#[derive(Clone, Debug, PartialEq)]
pub enum Tree {
    /// Nothing.
    Null,
    /// A number, a truth value or the like: written without quotes.
    Word(String),
    /// A text: written in quotes or as a block where it has to be.
    Text(String),
    /// A sequence.
    List(Vec<Tree>),
    /// A mapping; keys are unique.
    Map(Vec<(String, Tree)>),
}

impl Tree {
    /// A text.
    pub fn text(text: impl Into<String>) -> Tree {
        Tree::Text(text.into())
    }

    /// Anything that is written as it is displayed, without quotes.
    pub fn word(word: impl ToString) -> Tree {
        Tree::Word(word.to_string())
    }

    /// A mapping of texts.
    pub fn texts<'t>(entries: impl IntoIterator<Item = (&'t String, &'t String)>) -> Tree {
        let entry = |(key, value): (&String, &String)| (key.clone(), Tree::text(value));
        Tree::Map(entries.into_iter().map(entry).collect())
    }

    /// The value of a mapping's key.
    pub fn get(&self, key: &str) -> Option<&Tree> {
        match self {
            Tree::Map(entries) => {
                let found = entries.iter().find(|(known, _)| known == key);
                found.map(|(_, value)| value)
            }
            _ => None,
        }
    }

    /// The characters of a text or word.
    pub fn scalar(&self) -> Option<&str> {
        match self {
            Tree::Word(text) | Tree::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl From<&Node> for Tree {
    fn from(node: &Node) -> Tree {
        match &node.value {
            Value::Null => Tree::Null,
            Value::Scalar { text, quoted } => {
                let certain = *quoted || text.is_empty() || text.contains('\n') || is_plain(text);
                if certain {
                    Tree::text(text)
                } else {
                    Tree::word(text)
                }
            }
            Value::List(items) => Tree::List(items.iter().map(Tree::from).collect()),
            Value::Map(entries) => {
                let entry = |e: &super::Entry| (e.key.clone(), Tree::from(&e.node));
                Tree::Map(entries.iter().map(entry).collect())
            }
        }
    }
}
