//! Collects refusals, and puts the parser's own complaints into our words.

use saphyr_parser::ScanError;

use crate::base::diag::{Diagnostic, Diagnostics, Place, Severity, excerpt};

/// The problems of one text.
pub(super) struct Refusals<'t> {
    file: &'t str,
    text: &'t str,
    found: Diagnostics,
}

impl<'t> Refusals<'t> {
    /// No problems yet.
    pub(super) fn new(file: &'t str, text: &'t str) -> Self {
        Refusals {
            file,
            text,
            found: Diagnostics::new(),
        }
    }

    /// Whether there is still no problem.
    pub(super) fn none(&self) -> bool {
        self.found.is_empty()
    }

    /// Adds a problem at a line and column, both from 1.
    pub(super) fn add(
        &mut self,
        (line, column): (u32, u32),
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        if self.found.is_full() {
            return self.found.count_more(1);
        }
        self.found.push(Diagnostic {
            severity: Severity::Error,
            place: Place {
                file: self.file.to_owned(),
                line,
                column,
            },
            field: String::new(),
            problem: problem.into(),
            remedy: remedy.into(),
            excerpt: excerpt(self.text, line, column),
        });
    }

    /// Adds a problem of the whole text, without an excerpt: it may be huge.
    pub(super) fn add_whole(&mut self, problem: String, remedy: String) {
        self.found.push(Diagnostic {
            severity: Severity::Error,
            place: Place {
                file: self.file.to_owned(),
                line: 1,
                column: 1,
            },
            field: String::new(),
            problem,
            remedy,
            excerpt: String::new(),
        });
    }

    /// Adds what the parser could not make sense of.
    pub(super) fn add_invalid(&mut self, at: (u32, u32), error: &ScanError) {
        let info = error.info();
        let (problem, remedy) = match WORDS.iter().find(|(part, ..)| info.contains(part)) {
            Some((_, "", remedy)) => (format!("not valid YAML: {info}"), *remedy),
            Some((_, problem, remedy)) => ((*problem).to_owned(), *remedy),
            None => (
                format!("not valid YAML: {info}"),
                "check indentation, colons and quotes here",
            ),
        };
        self.add(at, problem, remedy);
    }

    /// The problems, in the order of the text.
    pub(super) fn finish(mut self) -> Diagnostics {
        self.found.sort();
        self.found
    }
}

/// What the parser says (a part of it), what we say instead (empty: its own
/// words), and the remedy. The first match counts.
const WORDS: [(&str, &str, &str); 23] = [
    (
        "recursion limit",
        "lists and mappings are nested too deep",
        "nest less deep",
    ),
    (
        "mapping values are not allowed",
        "a `: ` stands where no value can start",
        "write one `key: value` a line, and put a text that holds `: ` in quotes",
    ),
    (
        "simple key expect",
        "a key without `:`, or a line that belongs to nothing",
        "write `key: value`, and check this line's indentation",
    ),
    (
        "escape",
        "an unknown escape in double quotes",
        "use \\n, \\t, \\\", \\\\ or \\u1234, or put the text in single quotes, where a backslash is a backslash",
    ),
    (
        "did not find expected hexadecimal number",
        "an unknown escape in double quotes",
        "give \\x two, \\u four, \\U eight hexadecimal digits, or put the text in single quotes",
    ),
    (
        "indentation in quoted scalar",
        "a quote is not closed in its line, and the next is not indented",
        "close the quote, or indent the lines of a long text below its key",
    ),
    (
        "quoted scalar, found unexpected",
        "a quote is not closed",
        "close the quote",
    ),
    (
        "trailing content after",
        "text after a closing quote",
        "put the whole value in one pair of quotes",
    ),
    (
        "unknown anchor",
        "an alias to an anchor that does not exist",
        "write the value out; a text that starts with `*` needs quotes",
    ),
    (
        "anchor",
        "",
        "anchors and aliases are not read: write the value out",
    ),
    ("handle", "", "tags are not read: leave the tag out"),
    ("tag", "", "tags are not read: leave the tag out"),
    ("TAG", "", "tags are not read: leave the tag out"),
    (
        "irective",
        "",
        "leave directives out; a text that starts with `%` needs quotes",
    ),
    (
        "flow sequence",
        "a list in [ ] is not closed, or lacks a comma",
        "separate items with commas and close it with ]",
    ),
    (
        "flow mapping",
        "a mapping in { } is not closed, or lacks a comma",
        "separate entries with commas and close it with }",
    ),
    (
        "misplaced bracket",
        "a closing bracket without an opening one",
        "remove it, or quote the text",
    ),
    (
        "block collection",
        "a line that belongs neither to this list nor to what is above it",
        "start every item of a list with `- ` in the same column",
    ),
    (
        "block mapping",
        "a line that belongs neither to this mapping nor to what is above it",
        "start every key of a mapping in the same column",
    ),
    (
        "unexpected character",
        "a character that no plain text can start with",
        "put the text in quotes",
    ),
    (
        "expected <document start>",
        "more text after the end of the value",
        "keep one list or mapping in the file, and start its lines in the same column",
    ),
    (
        "illegal placement of ':'",
        "a `:` stands where no value can start",
        "close the [ or { before it, or put a text that holds `: ` in quotes",
    ),
    (
        "indent",
        "",
        "give lines of one mapping or list the same indentation, in spaces",
    ),
];
