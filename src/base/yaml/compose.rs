//! The composer: parser events in, a tree out, with a stack of its own
//! instead of recursion.

use crate::base::order::sort_by;
use std::borrow::Cow;
use std::ops::ControlFlow;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, StrInput};

use super::refusal::Refusals;
use super::{Entry, Limits, Node, Value};
use crate::base::diag::shown;

/// A line and a column, both from 1.
type At = (u32, u32);

/// Composes the documents of `text`, of which there may be several only where
/// `many` says so. Empty documents are left out; what was refused may leave
/// fewer.
pub(super) fn compose(
    text: &str,
    limits: &Limits,
    many: bool,
    refusals: &mut Refusals<'_>,
) -> Vec<Node> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut parser = Parser::new(StrInput::new(text));
    let mut composer = Composer {
        limits,
        many,
        refusals,
        stack: Vec::new(),
        roots: Vec::new(),
        nodes: 0,
        documents: 0,
    };
    while let Some(next) = parser.next_event() {
        match next {
            Ok((event, span)) => {
                if composer.take(event, place(&span.start)).is_break() {
                    return Vec::new();
                }
            }
            Err(error) => {
                composer.invalid(text, &error);
                return Vec::new();
            }
        }
    }
    composer.finish()
}

/// A list or mapping that is not closed yet.
enum Open {
    List {
        at: At,
        items: Vec<Node>,
    },
    Map {
        at: At,
        entries: Vec<Entry>,
        next: Next,
    },
}

/// What an open mapping waits for.
enum Next {
    Key,
    Value {
        key: String,
        at: At,
    },
    /// A value whose key was refused.
    Nothing,
}

struct Composer<'c, 't> {
    limits: &'c Limits,
    many: bool,
    refusals: &'c mut Refusals<'t>,
    stack: Vec<Open>,
    roots: Vec<Node>,
    nodes: usize,
    documents: usize,
}

impl Composer<'_, '_> {
    /// Takes one event; breaks where reading on makes no sense.
    fn take(&mut self, event: Event<'_>, at: At) -> ControlFlow<()> {
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
            Event::DocumentStart(_) => {
                self.documents = self.documents.saturating_add(1);
                if self.documents > 1 && !self.many {
                    self.refusals.add(
                        at,
                        "a second document starts here",
                        "keep one document in a file: put the rest in a file of its own",
                    );
                    return ControlFlow::Break(());
                }
            }
            Event::Alias(_) => {
                self.refusals
                    .add(at, "an alias", "aliases are not read: write the value out");
                self.count(at)?;
                self.put(None);
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.count(at)?;
                self.refuse_marks(at, anchor, tag.is_some());
                let node = self.scalar(text, style, at);
                self.put(node);
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse_marks(at, anchor, tag.is_some());
                self.open(
                    at,
                    Open::List {
                        at,
                        items: Vec::new(),
                    },
                )?;
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse_marks(at, anchor, tag.is_some());
                self.open(
                    at,
                    Open::Map {
                        at,
                        entries: Vec::new(),
                        next: Next::Key,
                    },
                )?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(),
        }
        ControlFlow::Continue(())
    }

    /// Reports what the parser could not read. At the end of the text there is
    /// nothing to look at, so what is still open is shown instead.
    fn invalid(&mut self, text: &str, error: &ScanError) {
        let marker = error.marker();
        let innermost = match self.stack.last() {
            Some(Open::List { at, .. } | Open::Map { at, .. }) => Some(*at),
            None => None,
        };
        let at_end = text.chars().nth(marker.index()).is_none();
        let at = innermost
            .filter(|_| at_end)
            .unwrap_or_else(|| place(marker));
        self.refusals.add_invalid(at, error);
    }

    /// Counts a node; breaks at the limit.
    fn count(&mut self, at: At) -> ControlFlow<()> {
        self.nodes = self.nodes.saturating_add(1);
        if self.nodes <= self.limits.nodes {
            return ControlFlow::Continue(());
        }
        let most = self.limits.nodes;
        self.refusals.add(
            at,
            format!("more than {most} values, lists and mappings in one file"),
            "split it into several files, or leave out what is not needed",
        );
        ControlFlow::Break(())
    }

    /// Opens a list or mapping; breaks where it is too deep.
    fn open(&mut self, at: At, open: Open) -> ControlFlow<()> {
        self.count(at)?;
        let most = self.limits.depth.min(Limits::MOST_DEPTH);
        if self.stack.len() >= most {
            self.refusals.add(
                at,
                format!("lists and mappings are nested more than {most} deep"),
                "nest less deep",
            );
            return ControlFlow::Break(());
        }
        self.stack.push(open);
        ControlFlow::Continue(())
    }

    /// Closes the innermost list or mapping and puts it where it belongs.
    fn close(&mut self) {
        let node = match self.stack.pop() {
            None => return,
            Some(Open::List {
                at: (line, column),
                items,
            }) => Node {
                line,
                column,
                value: Value::List(items),
            },
            Some(Open::Map {
                at: (line, column),
                entries,
                ..
            }) => {
                self.refuse_duplicates(&entries);
                Node {
                    line,
                    column,
                    value: Value::Map(entries),
                }
            }
        };
        self.put(Some(node));
    }

    /// Puts a finished node where it belongs; `None` is one that was refused.
    fn put(&mut self, node: Option<Node>) {
        match self.stack.last_mut() {
            None => self
                .roots
                .extend(node.filter(|node| node.value != Value::Null)),
            Some(Open::List { items, .. }) => items.extend(node),
            Some(Open::Map { entries, next, .. }) => {
                *next = match (std::mem::replace(next, Next::Key), node) {
                    (Next::Key, None) => Next::Nothing,
                    (Next::Key, Some(node)) => key(node, self.refusals),
                    (Next::Value { .. }, None) | (Next::Nothing, _) => Next::Key,
                    (
                        Next::Value {
                            key,
                            at: (line, column),
                        },
                        Some(mut node),
                    ) => {
                        if node.value == Value::Null {
                            (node.line, node.column) = (line, column);
                        }
                        entries.push(Entry {
                            key,
                            line,
                            column,
                            node,
                        });
                        Next::Key
                    }
                };
            }
        }
    }

    /// A scalar's node, or `None` if its text is refused.
    fn scalar(&mut self, text: Cow<'_, str>, style: ScalarStyle, at: At) -> Option<Node> {
        let most = self.limits.scalar_bytes;
        if text.len() > most {
            self.refusals.add(
                at,
                format!("a text of {} bytes; at most {most} are read", text.len()),
                "shorten it; is a quote or the indentation of a block missing?",
            );
            return None;
        }
        // The source holds none: they come from escapes such as "\0".
        if let Some(c) = text
            .chars()
            .find(|c| c.is_control() && !matches!(c, '\n' | '\t'))
        {
            self.refusals.add(
                at,
                format!("the text holds a control character (U+{:04X})", c as u32),
                "leave the escape out",
            );
            return None;
        }
        let quoted = style != ScalarStyle::Plain;
        let null = !quoted && matches!(&*text, "" | "~" | "null" | "Null" | "NULL");
        let value = if null {
            Value::Null
        } else {
            Value::Scalar {
                text: text.into_owned(),
                quoted,
            }
        };
        Some(Node {
            line: at.0,
            column: at.1,
            value,
        })
    }

    /// Refuses an anchor or a tag on a value that is otherwise read.
    fn refuse_marks(&mut self, at: At, anchor: usize, tagged: bool) {
        if anchor > 0 {
            self.refusals.add(
                at,
                "an anchor on this value",
                "anchors are not read: remove it, and write the value out where it is used",
            );
        }
        if tagged {
            self.refusals
                .add(at, "a tag on this value", "tags are not read: leave it out");
        }
    }

    /// Reports every entry whose key an earlier entry of the mapping has.
    fn refuse_duplicates(&mut self, entries: &[Entry]) {
        let mut sorted: Vec<&Entry> = entries.iter().collect();
        sort_by(&mut sorted, |a, b| a.key.cmp(&b.key)); // stable: first in the file stays first
        for same in sorted.chunk_by(|a, b| a.key == b.key) {
            let Some((first, later)) = same.split_first() else {
                continue;
            };
            for entry in later {
                self.refusals.add(
                    (entry.line, entry.column),
                    format!(
                        "`{}` is already given in line {}",
                        shown(&entry.key),
                        first.line
                    ),
                    "keep one of the two",
                );
            }
        }
    }

    /// The roots, once all events were taken.
    fn finish(self) -> Vec<Node> {
        if self.roots.is_empty() && self.refusals.none() {
            self.refusals.add_whole(
                "the file holds nothing".to_owned(),
                "write `field: value` lines; lines that start with # do not count".to_owned(),
            );
        }
        self.roots
    }
}

/// What a mapping waits for after `node` in a key's place.
fn key(node: Node, refusals: &mut Refusals<'_>) -> Next {
    let at = (node.line, node.column);
    match node.value {
        Value::Scalar {
            text,
            quoted: false,
        } if text == "<<" => {
            refusals.add(
                at,
                "a merge key",
                "merge keys are not read: write the fields out",
            );
            Next::Nothing
        }
        Value::Scalar { text, .. } => Next::Value { key: text, at },
        Value::Null => {
            refusals.add(
                at,
                "a key is empty",
                "name it; a key called null needs quotes",
            );
            Next::Nothing
        }
        Value::List(_) | Value::Map(_) => {
            refusals.add(
                at,
                "a list or mapping in the place of a key",
                "a key is a text; a value that starts with [ or { needs quotes",
            );
            Next::Nothing
        }
    }
}

/// Our counting, from 1, of the parser's lines from 1 and columns from 0.
fn place(marker: &Marker) -> At {
    let narrow = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    (
        narrow(marker.line()).max(1),
        narrow(marker.col()).saturating_add(1),
    )
}
