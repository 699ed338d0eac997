//! What is read, what is refused, and in which words.
#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;

use super::{Limits, Node, Tree, Value, parse, parse_all, write};

/// The tree in one line a node: `line:column` and the value, or the refusals.
fn rendering(text: &str) -> String {
    match parse("t.yaml", text, &Limits::default()) {
        Ok(root) => {
            let mut out = String::new();
            render(&root, 0, &mut out);
            out.trim_end().to_owned()
        }
        Err(found) => found.to_string(),
    }
}

fn render(node: &Node, depth: usize, out: &mut String) {
    let indent = " ".repeat(depth * 2);
    let place = format!("{}:{}", node.line, node.column);
    match &node.value {
        Value::Null => writeln!(out, "{indent}{place} null").unwrap(),
        Value::Scalar { text, quoted: true } => writeln!(out, "{indent}{place} {text:?}").unwrap(),
        Value::Scalar { text, .. } => writeln!(out, "{indent}{place} {text}").unwrap(),
        Value::List(items) => {
            writeln!(out, "{indent}{place} list").unwrap();
            items.iter().for_each(|item| render(item, depth + 1, out));
        }
        Value::Map(entries) => {
            writeln!(out, "{indent}{place} map").unwrap();
            for e in entries {
                writeln!(out, "{indent}  {}:{} {}:", e.line, e.column, e.key).unwrap();
                render(&e.node, depth + 2, out);
            }
        }
    }
}

fn check(text: &str, expected: &str) {
    let expected = expected.trim_matches('\n');
    assert_eq!(rendering(text), expected, "\n--- for\n{text}");
}

#[test]
fn every_value_knows_its_place() {
    check(
        "name: shop\nlist:\n  - a\n  - ~\n  - 'null'\nempty:\nflow: {a: 1, b: [x]}\n",
        r#"
1:1 map
  1:1 name:
    1:7 shop
  2:1 list:
    3:3 list
      3:5 a
      4:5 null
      5:5 "null"
  6:1 empty:
    6:1 null
  7:1 flow:
    7:7 map
      7:8 a:
        7:11 1
      7:14 b:
        7:17 list
          7:18 x
"#,
    );
}

#[test]
fn quotes_and_blocks_are_certainly_texts() {
    check(
        "a: |\n  one\n  two\nb: 'it''s'\nc: \"a\\tb\"\nd: plain words\ne: yes\nf: 010\n",
        r#"
1:1 map
  1:1 a:
    2:3 "one\ntwo\n"
  4:1 b:
    4:4 "it's"
  5:1 c:
    5:4 "a\tb"
  6:1 d:
    6:4 plain words
  7:1 e:
    7:4 yes
  8:1 f:
    8:4 010
"#,
    );
}

#[test]
fn a_mark_at_the_start_and_crlf_move_no_position() {
    let expected =
        "1:1 map\n  1:1 a:\n    1:4 1\n  2:1 b:\n    3:3 map\n      3:3 c:\n        3:6 2";
    check("a: 1\nb:\n  c: 2\n", expected);
    check("\u{feff}a: 1\r\nb:\r\n  c: 2\r\n", expected);
}

#[test]
fn columns_count_characters_not_bytes() {
    check(
        "日本: {ä: b, ä: c}  # ümlaut",
        "
t.yaml:1:12: `ä` is already given in line 1
    |  日本: {ä: b, ä: c}  # ümlaut
    = remedy: keep one of the two
",
    );
}

#[test]
fn all_that_hides_meaning_is_refused_at_once() {
    check(
        "a: &x 1\nb: *x\nc: !!str 3\n? [q]\n: 2\n*x : 3\n<<: {a: 1}\n~: 3\na: 2\na: 3",
        "
t.yaml:1:4: an anchor on this value
    |  a: &x 1
    = remedy: anchors are not read: remove it, and write the value out where it is used
t.yaml:2:4: an alias
    |  b: *x
    = remedy: aliases are not read: write the value out
t.yaml:3:4: a tag on this value
    |  c: !!str 3
    = remedy: tags are not read: leave it out
t.yaml:4:3: a list or mapping in the place of a key
    |  ? [q]
    = remedy: a key is a text; a value that starts with [ or { needs quotes
t.yaml:6:1: an alias
    |  *x : 3
    = remedy: aliases are not read: write the value out
t.yaml:7:1: a merge key
    |  <<: {a: 1}
    = remedy: merge keys are not read: write the fields out
t.yaml:8:1: a key is empty
    |  ~: 3
    = remedy: name it; a key called null needs quotes
t.yaml:9:1: `a` is already given in line 1
    |  a: 2
    = remedy: keep one of the two
t.yaml:10:1: `a` is already given in line 1
    |  a: 3
    = remedy: keep one of the two
",
    );
}

#[test]
fn an_empty_file_and_a_second_document_are_refused() {
    let empty = "t.yaml:1:1: the file holds nothing\n    \
                 = remedy: write `field: value` lines; lines that start with # do not count";
    for text in ["", "# only a comment\n", "---\n...\n", "~", "\u{feff}"] {
        check(text, empty);
    }
    check(
        "---\na: 1\n---\nb: 2",
        "
t.yaml:3:1: a second document starts here
    |  ---
    = remedy: keep one document in a file: put the rest in a file of its own
",
    );
}

#[test]
fn characters_that_hide_are_refused_line_by_line() {
    check(
        "\tb: 1\nc: x\u{0}y\nd: 1\re: 2\nf: x\u{feff}y",
        "
t.yaml:1:1: a tab
    |  b: 1
    = remedy: use spaces; in a text in double quotes, write \\t
t.yaml:2:5: a control character (U+0000)
    |  c: x\u{fffd}y
    = remedy: remove it; is this a text file in UTF-8?
t.yaml:3:5: a carriage return that ends no line
    |  d: 1\u{fffd}e: 2
    = remedy: end lines with LF or CRLF
t.yaml:4:5: a byte order mark inside the text
    |  f: x\u{fffd}y
    = remedy: remove it
",
    );
    check(
        "a: \"\\0\"",
        "
t.yaml:1:4: the text holds a control character (U+0000)
    |  a: \"\\0\"
    = remedy: leave the escape out
",
    );
}

/// The first line of each text's answer: place and problem.
#[test]
fn invalid_yaml_is_answered_in_plain_words() {
    let table: [(&str, &str); 17] = [
        ("a: \"abc", "1:4: a quote is not closed"),
        (
            "a: 'abc\nb: 1",
            "1:4: a quote is not closed in its line, and the next is not indented",
        ),
        (
            "a: [1, 2",
            "1:4: a list in [ ] is not closed, or lacks a comma",
        ),
        (
            "a: {b: 1\n",
            "1:4: a mapping in { } is not closed, or lacks a comma",
        ),
        ("a: ]", "1:4: a closing bracket without an opening one"),
        ("a: b: c", "1:5: a `: ` stands where no value can start"),
        (
            "a: 1\n  b: 2",
            "2:4: a `: ` stands where no value can start",
        ),
        (
            "a:\n  - 1\n b: 2",
            "3:2: a line that belongs neither to this mapping nor to what is above it",
        ),
        (
            "- a\nb: 1",
            "2:1: a line that belongs neither to this list nor to what is above it",
        ),
        ("a: \"\\q\"", "1:4: an unknown escape in double quotes"),
        ("a: \"\\xZZ\"", "1:4: an unknown escape in double quotes"),
        ("a: \"\\ud800\"", "1:4: an unknown escape in double quotes"),
        ("a: *nope", "1:4: an alias to an anchor that does not exist"),
        (
            "a: @x",
            "1:4: a character that no plain text can start with",
        ),
        ("a: \"x\" y", "1:8: text after a closing quote"),
        ("[a] b", "1:5: more text after the end of the value"),
        (
            "a: !!<x y",
            "1:4: not valid YAML: while parsing a tag, did not find expected tag URI",
        ),
    ];
    for (text, expected) in table {
        let first = rendering(text).lines().next().unwrap().to_owned();
        assert_eq!(first, format!("t.yaml:{expected}"), "for {text:?}");
    }
}

#[test]
fn several_documents_are_read_where_they_are_asked_for() {
    let read = |text: &str| {
        parse_all("t.yaml", text, &Limits::default()).map(|roots| {
            let place = |root: &Node| (root.line, root.column);
            roots.iter().map(place).collect::<Vec<_>>()
        })
    };
    assert_eq!(read("a: 1\n"), Ok(vec![(1, 1)]));
    assert_eq!(
        read("---\na: 1\n---\n---\n# x\n- b\n...\n"),
        Ok(vec![(2, 1), (6, 1)])
    );
    let found = read("a: 1\n---\nb: *x\n---\nc: &y 2\n").unwrap_err();
    assert!(
        found.to_string().contains("t.yaml:3:4: an alias"),
        "{found}"
    );
    assert!(read("---\n---\n").is_err());
}

#[test]
fn a_tree_is_written_as_people_write() {
    let tree = Tree::Map(vec![
        ("name".to_owned(), Tree::text("shop")),
        ("tier".to_owned(), Tree::text("2")),
        ("port".to_owned(), Tree::word(80)),
        ("expr".to_owned(), Tree::text("sum(\n  a\n)\n")),
        ("last".to_owned(), Tree::text("a\nb")),
        ("channel".to_owned(), Tree::text("#alerts")),
        ("pattern".to_owned(), Tree::text("{a=\"b\"}")),
        ("none".to_owned(), Tree::Null),
        (
            "rules".to_owned(),
            Tree::List(vec![
                Tree::Map(vec![
                    ("a".to_owned(), Tree::text("x: y")),
                    ("b".to_owned(), Tree::List(vec![])),
                ]),
                Tree::List(vec![Tree::text("no"), Tree::Map(vec![])]),
            ]),
        ),
    ]);
    let expected = "name: shop
tier: \"2\"
port: 80
expr: |
  sum(
    a
  )
last: |-
  a
  b
channel: \"#alerts\"
pattern: '{a=\"b\"}'
none: null
rules:
  - a: \"x: y\"
    b: []
  -
    - \"no\"
    - {}
";
    assert_eq!(write(&tree), expected);
}
