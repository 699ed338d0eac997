//! Texts made to break a reader: none may panic, overflow or take long.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::{Limits, Node, Tree, Value, parse, write};

/// The first line of the answer, which must be a refusal.
fn refusal(text: &str) -> String {
    let found = parse("t.yaml", text, &Limits::default()).unwrap_err();
    assert!(found.has_errors());
    assert!(
        found.iter().all(|d| d.excerpt.chars().count() <= 90),
        "excerpts stay short"
    );
    found.to_string().lines().next().unwrap().to_owned()
}

/// How deep a tree is, lists and mappings counted.
fn depth(node: &Node) -> usize {
    match &node.value {
        Value::Null | Value::Scalar { .. } => 0,
        Value::List(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Map(entries) => 1 + entries.iter().map(|e| depth(&e.node)).max().unwrap_or(0),
    }
}

/// How many nodes a tree has, keys counted.
fn size(node: &Node) -> usize {
    match &node.value {
        Value::Null | Value::Scalar { .. } => 1,
        Value::List(items) => 1 + items.iter().map(size).sum::<usize>(),
        Value::Map(entries) => 1 + entries.iter().map(|e| 1 + size(&e.node)).sum::<usize>(),
    }
}

#[test]
fn deep_nesting_is_refused_in_every_spelling() {
    let deep = "lists and mappings are nested more than 32 deep";
    assert_eq!(
        refusal(&"[".repeat(100_000)),
        "t.yaml:1:256: lists and mappings are nested too deep"
    );
    assert!(refusal(&"[".repeat(200_000)).starts_with("t.yaml:1:1: more than 112500 commas"));
    assert_eq!(
        refusal(&"{a: ".repeat(50_000)),
        "t.yaml:1:1021: lists and mappings are nested too deep"
    );
    assert_eq!(
        refusal(&"- ".repeat(200_000)),
        format!("t.yaml:1:65: {deep}")
    );
    assert_eq!(
        refusal(&"? ".repeat(100_000)),
        format!("t.yaml:1:65: {deep}")
    );
    let block: String = (0..300).map(|n| format!("{}a:\n", " ".repeat(n))).collect();
    assert_eq!(refusal(&block), format!("t.yaml:33:33: {deep}"));
}

#[test]
fn thirty_two_levels_are_read_and_thirty_three_are_not() {
    let nested = |n: usize| format!("{}x{}", "[".repeat(n), "]".repeat(n));
    let read = parse("t.yaml", &nested(32), &Limits::default()).unwrap();
    assert_eq!(depth(&read), 32);
    assert!(parse("t.yaml", &nested(33), &Limits::default()).is_err());
    let wide_open = Limits {
        depth: usize::MAX,
        ..Limits::default()
    };
    assert!(parse("t.yaml", &nested(Limits::MOST_DEPTH), &wide_open).is_ok());
    assert!(parse("t.yaml", &nested(Limits::MOST_DEPTH + 1), &wide_open).is_err());
}

#[test]
fn a_billion_laughs_are_refused_unlaughed() {
    let mut text = "a0: &a0 [lol]\n".to_owned();
    for n in 1..10 {
        let row = format!("*a{}, ", n - 1).repeat(10);
        text.push_str(&format!("a{n}: &a{n} [{row}]\n"));
    }
    assert_eq!(refusal(&text), "t.yaml:1:5: an anchor on this value");
    let found = parse("t.yaml", &text, &Limits::default()).unwrap_err();
    assert_eq!((found.len(), found.iter().count()), (100, 100));
}

#[test]
fn size_is_bounded_in_every_direction() {
    assert_eq!(
        refusal(&"a".repeat(10_000_000)),
        "t.yaml:1:1: 10000000 bytes are more than the 1048576 that are read"
    );
    assert_eq!(
        refusal(&format!("a: {}", "x".repeat(1_000_000))),
        "t.yaml:1:4: a text of 1000000 bytes; at most 65536 are read"
    );
    assert_eq!(
        refusal(&format!("{}: 1", "x".repeat(1_000_000))),
        "t.yaml:1:1: a text of 1000000 bytes; at most 65536 are read"
    );
    assert_eq!(
        refusal(&"- x\n".repeat(200_000)),
        "t.yaml:100000:3: more than 100000 values, lists and mappings in one file"
    );
    assert_eq!(
        refusal(&format!("[{}]", "x,".repeat(400_000))),
        "t.yaml:1:1: more than 150000 commas, colons and brackets in one file"
    );
    assert_eq!(
        refusal(&format!("\"{}", "\n".repeat(1_000_000))),
        "t.yaml:1:1: a quote is not closed"
    );
}

#[test]
fn many_duplicates_are_counted_past_the_hundredth() {
    let found = parse("t.yaml", &"a: 1\n".repeat(40_000), &Limits::default()).unwrap_err();
    assert_eq!((found.len(), found.iter().count()), (39_999, 100));
}

/// A document as an author would write it.
const VALID: &str = "# a shop\nname: shop\nservices:\n  - name: checkout # busy\n    workers: 8\n    \
    routes: [{path: '/pay', p99: 250ms}, {path: \"/cart\\n\", p99: 1.5s}]\n    notes: |\n      one\n      two\n  \
    - name: cart\n    folded: >-\n      a\n      b\n    empty:\n    nothing: ~\n";

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,60}") {
        let _ = parse("t.yaml", &text, &Limits::default());
    }

    #[test]
    fn no_row_of_signs_makes_it_panic(
        signs in prop::collection::vec(
            prop::sample::select(vec![
                "[", "]", "{", "}", ",", ":", ": ", "- ", "? ", "|", ">", "|2-\n", "'", "\"", "\\",
                "\n", "\r\n", "\r", "  ", " ", "\t", "#", " #", "&a ", "*a ", "!", "!!str ", "%", "@", "`",
                "---", "...", "\n---\n", "<<", "~", "a", "b: c", "\u{0}", "\u{feff}", "ä", "\u{2028}", "=",
                "%YAML 1.2\n", "%TAG ! x\n", "!<", ">\n", "\\x", "\"\\u", "-", "|+\n",
            ]),
            0..40,
        )
    ) {
        let limits = Limits { depth: 5, nodes: 60, scalar_bytes: 30, bytes: 150 };
        match parse("t.yaml", &signs.concat(), &limits) {
            Ok(root) => {
                prop_assert!(depth(&root) <= limits.depth);
                prop_assert!(size(&root) <= limits.nodes);
            }
            Err(found) => prop_assert!(found.has_errors()),
        }
    }

    #[test]
    fn no_mutation_of_a_valid_text_makes_it_panic(
        edits in prop::collection::vec((0usize..VALID.len(), 0usize..3, "[\\[\\]{}:,|>&*!%@'\"\\\\ #\n\ra-]{1,3}"), 1..6)
    ) {
        let mut text: Vec<char> = VALID.chars().collect();
        for (place, cut, put) in edits {
            let from = place.min(text.len());
            let to = (from + cut * 7).min(text.len());
            text.splice(from..to, put.chars());
        }
        let text: String = text.into_iter().collect();
        let lines = text.split('\n').count() as u32;
        if let Err(found) = parse("t.yaml", &text, &Limits::default()) {
            prop_assert!(found.iter().all(|d| (1..=lines + 1).contains(&d.place.line) && d.place.column > 0));
        }
    }

    #[test]
    fn what_is_written_in_double_quotes_is_read_back(text in "[a-zäß日 :#'{}\\[\\]&*!|>%@-]{0,40}") {
        let root = parse("t.yaml", &format!("k: \"{text}\""), &Limits::default()).unwrap();
        let Value::Map(entries) = &root.value else { panic!("a mapping") };
        prop_assert_eq!(&entries[0].node.value, &Value::Scalar { text, quoted: true });
    }
}

#[test]
fn the_valid_text_of_these_tests_is_valid() {
    assert!(parse("t.yaml", VALID, &Limits::default()).is_ok());
}

/// Texts that tempt a writer: signs of YAML, spaces, lines, odd characters.
fn odd_text() -> impl Strategy<Value = String> {
    let sign = proptest::sample::select(
        "ab: #-?[]{}&*!|>%@`'\"\\\n\n  ,~09.ü\u{2028}\u{feff}\t"
            .chars()
            .collect::<Vec<char>>(),
    );
    proptest::collection::vec(sign, 0..12).prop_map(|signs| signs.into_iter().collect())
}

/// Trees in the form that reading gives.
fn any_tree() -> impl Strategy<Value = Tree> {
    let word = proptest::sample::select(vec!["1", "-2.5", "true", "1e3", "2022-01-01 12:00:00"]);
    let leaf = prop_oneof![
        Just(Tree::Null),
        word.prop_map(Tree::word),
        odd_text().prop_map(Tree::Text),
        proptest::sample::select(vec!["null", "yes", "12", "a\n  b\n", "x: y", "<<", "- a"])
            .prop_map(Tree::text),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        let entries = proptest::collection::btree_map(odd_text(), inner.clone(), 0..5);
        prop_oneof![
            proptest::collection::vec(inner, 0..5).prop_map(Tree::List),
            entries.prop_map(|entries| Tree::Map(entries.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Below a key, because a document of nothing is no document.
    #[test]
    fn what_is_written_reads_as_the_same_tree(tree in any_tree()) {
        let tree = Tree::Map(vec![("a".to_owned(), tree)]);
        let text = write(&tree);
        let read = parse("t.yaml", &text, &Limits::default());
        prop_assert_eq!(read.as_ref().map(Tree::from), Ok(tree), "{}", text);
    }
}
