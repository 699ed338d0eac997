//! A node together with the path to it.

use crate::base::diag::shown;
use crate::base::yaml::{Entry, Node, Value};

/// A node, the path to it, and where a problem with it is shown.
#[derive(Clone, Debug)]
pub struct At<'n> {
    /// The node.
    pub node: &'n Node,
    /// The path from the root, such as `services[2].routes[0].steps`; empty at
    /// the root.
    pub path: String,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1, in characters.
    pub column: u32,
}

/// What stands where a bare word has no value of its own.
static NOTHING: Node = Node {
    line: 0,
    column: 0,
    value: Value::Null,
};

impl<'n> At<'n> {
    /// The root of a tree.
    pub fn root(node: &'n Node) -> Self {
        At {
            node,
            path: String::new(),
            line: node.line,
            column: node.column,
        }
    }

    /// Whether there is no value.
    pub fn is_null(&self) -> bool {
        self.node.value == Value::Null
    }

    /// Whether this is a mapping.
    pub fn is_map(&self) -> bool {
        matches!(self.node.value, Value::Map(_))
    }

    /// Whether this is a list.
    pub fn is_list(&self) -> bool {
        matches!(self.node.value, Value::List(_))
    }

    /// Whether this is a scalar other than nothing.
    pub fn is_scalar(&self) -> bool {
        matches!(self.node.value, Value::Scalar { .. })
    }

    /// The text of a scalar, quoted or not.
    pub fn scalar(&self) -> Option<&'n str> {
        match &self.node.value {
            Value::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// The value of a mapping's key, if it is there, without any judgement.
    pub fn peek(&self, key: &str) -> Option<At<'n>> {
        let Value::Map(entries) = &self.node.value else {
            return None;
        };
        let entry = entries.iter().find(|entry| entry.key == key);
        entry.map(|entry| self.value_of(entry))
    }

    /// The scalar of a mapping's key, without any judgement.
    pub fn peek_scalar(&self, key: &str) -> Option<&'n str> {
        self.peek(key)?.scalar()
    }

    /// An item of this list.
    pub(super) fn item(&self, place: usize, node: &'n Node) -> At<'n> {
        let path = format!("{}[{place}]", self.path);
        At {
            node,
            path,
            line: node.line,
            column: node.column,
        }
    }

    /// The value of an entry of this mapping.
    pub(super) fn value_of(&self, entry: &'n Entry) -> At<'n> {
        let (line, column) = (entry.node.line, entry.node.column);
        At {
            node: &entry.node,
            path: self.join(&entry.key),
            line,
            column,
        }
    }

    /// The same, but problems are shown at the key.
    pub(super) fn key_of(&self, entry: &'n Entry) -> At<'n> {
        At {
            line: entry.line,
            column: entry.column,
            ..self.value_of(entry)
        }
    }

    /// Nothing, in the place of a bare word that could have had a value.
    pub(super) fn bare(&self, word: &str) -> At<'n> {
        At {
            node: &NOTHING,
            path: self.join(word),
            ..*self
        }
    }

    /// The path to a key of this mapping.
    fn join(&self, key: &str) -> String {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        let key = shown(key);
        if key.is_empty() || !key.trim_end_matches("...").chars().all(plain) {
            format!("{}[\"{key}\"]", self.path)
        } else if self.path.is_empty() {
            key
        } else {
            format!("{}.{key}", self.path)
        }
    }
}
