//! What is read, what is refused, and in which words.
#![allow(clippy::unwrap_used)]

use std::fmt::Write;

use super::{Limits, Node, Value, parse};

/// The tree in one line a node: `line:column` and the value, or the refusals.
fn rendering(text: &str) -> String {
    rendering_within(text, &Limits::default())
}

fn rendering_within(text: &str, limits: &Limits) -> String {
    match parse("t.yaml", text, limits) {
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
