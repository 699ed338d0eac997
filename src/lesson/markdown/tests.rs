//! What is accepted means what CommonMark says: a reader of all of it is asked.

use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag};

use super::parse;
use crate::lesson::text::{Block, Inline};

fn check(text: &str, expected: &str) {
    let found = match parse(text) {
        Ok(blocks) => format!("{blocks:?}"),
        Err(problem) => problem,
    };
    assert!(found.contains(expected), "{found}");
}

#[test]
fn prose_keeps_its_shape() {
    check("one *two* **three** `four`", "Emphasis([Text(\"two\")])");
    check("- one\n- two", "items: [[Paragraph([Text(\"one\")])]");
    check("1. one\n2. two", "ordered: true");
    check(
        "- one\n  1. two",
        "[Paragraph([Text(\"one\")]), List { ordered: true",
    );
    check("> said", "Quote([Paragraph");
    check("## words", "Heading([Text(\"words\")])");
    check(
        "```promql\nrate(x)\n\n  y\n```",
        "Code(\"rate(x)\\n\\n  y\")",
    );
    check("***both***", "Emphasis([Strong([Text(\"both\")])])");
    check("a \\* b &lt; c & d", "Text(\"a * b < c & d\")");
    check(
        "the [budget](term:error-budget)",
        "Term { slug: \"error-budget\"",
    );
    check(
        "left: **{budget:availability}**.",
        "Strong([Figure(\"budget:availability\")]), Text(\".\")",
    );
    check("{a}-{b}", "Figure(\"a\"), Text(\"-\"), Figure(\"b\")");
}

#[test]
fn what_prose_cannot_hold_is_refused() {
    check("<script>alert(1)</script>", "HTML cannot be used");
    check("a <b>b</b>", "HTML cannot be used");
    check("[x](javascript:alert)", "neither `term:` nor `https://`");
    check("[a [b](term:c)](term:d)", "stand within a link");
    check("![x](a.png)", "pictures cannot be used");
    check("a {b", "without");
    check("one\n\n---\n\ntwo", "a rule cannot be used");
    check("| a | b |\n|---|---|", "a table cannot be used");
    check("words\n---", "a rule cannot be used");
    check("words\n===", "write a heading as `## words`");
    check("- one\ntwo", "follows a list item at once");
    check("> one\ntwo", "follows a quotation at once");
    check("one *two", "`*` has no partner");
    check("```\none", "never closed");
    check("&nbsp;", "is not one of");
    check("[a]: https://a", "links cannot be defined apart");
}

#[test]
fn nothing_nests_without_end() {
    check(&format!("{}a", "> ".repeat(9)), "nest deeper than 8");
    check(&format!("{}a", "- ".repeat(9)), "nest deeper than 8");
    let (open, close) = ("*a **b ".repeat(5), " c** d*".repeat(5));
    check(&format!("{open}x{close}"), "nest deeper than 8");
    check(&"*a ".repeat(40), "wait to be closed");
}

/// The same prose read by pulldown-cmark. What it holds and prose cannot is an error here.
fn reference(text: &str) -> Option<Vec<Block>> {
    let mut events = Parser::new_ext(text, Options::empty());
    blocks(&mut events)
}

/// Blocks up to the end of the open tag; bare runs of a tight list item are a paragraph.
fn blocks(events: &mut Parser<'_>) -> Option<Vec<Block>> {
    let mut blocks = Vec::new();
    let mut bare: Vec<Inline> = Vec::new();
    while let Some(event) = events.next() {
        if matches!(event, Event::Start(ref tag) if is_block(tag)) && !bare.is_empty() {
            blocks.push(Block::Paragraph(join(std::mem::take(&mut bare))?));
        }
        match event {
            Event::End(_) => break,
            Event::Start(Tag::Paragraph) => blocks.push(Block::Paragraph(inlines(events)?)),
            Event::Start(Tag::Heading { .. }) => blocks.push(Block::Heading(inlines(events)?)),
            Event::Start(Tag::BlockQuote(_)) => blocks.push(Block::Quote(self::blocks(events)?)),
            Event::Start(Tag::CodeBlock(_)) => blocks.push(Block::Code(code(events))),
            Event::Start(Tag::List(first)) => {
                let mut items = Vec::new();
                while let Some(Event::Start(_)) = events.next() {
                    items.push(self::blocks(events)?);
                }
                let ordered = first.is_some();
                blocks.push(Block::List { ordered, items });
            }
            other => bare.push(inline(other, events)?),
        }
    }
    if !bare.is_empty() {
        blocks.push(Block::Paragraph(join(bare)?));
    }
    Some(blocks)
}

fn is_block(tag: &Tag<'_>) -> bool {
    matches!(
        tag,
        Tag::Paragraph
            | Tag::Heading { .. }
            | Tag::BlockQuote(_)
            | Tag::CodeBlock(_)
            | Tag::List(_)
    )
}

fn code(events: &mut Parser<'_>) -> String {
    let mut code = String::new();
    while let Some(Event::Text(text)) = events.next() {
        code.push_str(&text);
    }
    code.trim_end().to_owned()
}

fn inlines(events: &mut Parser<'_>) -> Option<Vec<Inline>> {
    let mut runs = Vec::new();
    while let Some(event) = events.next() {
        if matches!(event, Event::End(_)) {
            break;
        }
        runs.push(inline(event, events)?);
    }
    join(runs)
}

fn inline(event: Event<'_>, events: &mut Parser<'_>) -> Option<Inline> {
    Some(match event {
        Event::Text(text) => Inline::Text(text.into_string()),
        Event::Code(text) => Inline::Code(text.into_string()),
        Event::SoftBreak | Event::HardBreak => Inline::Text(" ".to_owned()),
        Event::Start(Tag::Emphasis) => Inline::Emphasis(inlines(events)?),
        Event::Start(Tag::Strong) => Inline::Strong(inlines(events)?),
        Event::Start(Tag::Link { dest_url, .. }) => {
            let text = inlines(events)?;
            match dest_url.strip_prefix("term:") {
                Some(slug) => Inline::Term {
                    slug: slug.to_owned(),
                    text,
                },
                None => Inline::Link {
                    href: dest_url.into_string(),
                    text,
                },
            }
        }
        _ => return None,
    })
}

/// Texts beside each other joined, and the figures taken out of them.
fn join(runs: Vec<Inline>) -> Option<Vec<Inline>> {
    let mut joined: Vec<Inline> = Vec::new();
    for run in runs {
        match (joined.last_mut(), run) {
            (Some(Inline::Text(before)), Inline::Text(text)) => before.push_str(&text),
            (_, run) => joined.push(run),
        }
    }
    let mut out = Vec::new();
    for run in joined {
        let Inline::Text(text) = run else {
            out.push(run);
            continue;
        };
        let mut rest = text.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            let (figure, behind) = after.split_once('}')?;
            if !before.is_empty() {
                out.push(Inline::Text(before.to_owned()));
            }
            out.push(Inline::Figure(figure.trim().to_owned()));
            rest = behind;
        }
        if !rest.is_empty() {
            out.push(Inline::Text(rest.to_owned()));
        }
    }
    Some(out)
}

/// Either both read the same, or ours refuses. Returns whether it was read.
fn agree(text: &str) -> bool {
    let Ok(ours) = parse(text) else {
        return false;
    };
    assert_eq!(Some(ours), reference(text), "{text:?}");
    true
}

#[test]
fn every_text_of_the_lessons_means_what_commonmark_says() {
    let mut read = 0;
    let mut folders = vec![std::path::PathBuf::from("lessons")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("the lessons are there") {
            let path = entry.expect("the folder can be listed").path();
            if path.is_dir() {
                folders.push(path);
            } else if path
                .extension()
                .is_some_and(|extension| extension == "yaml")
            {
                let file = std::fs::read_to_string(path).expect("the file can be read");
                read += texts(&file).iter().filter(|text| agree(text)).count();
            }
        }
    }
    assert!(read > 10, "only {read} texts were found");
}

/// The block texts of a YAML file: what follows `key: |`, without its indentation.
fn texts(file: &str) -> Vec<String> {
    let mut texts = Vec::new();
    let mut lines = file.lines().peekable();
    let indent = |line: &str| line.len() - line.trim_start().len();
    while let Some(line) = lines.next() {
        if !line.ends_with(": |") && !line.ends_with("- |") {
            continue;
        }
        let edge = lines.peek().map_or(0, |line| indent(line));
        let mut text = String::new();
        while let Some(line) = lines.next_if(|l| l.trim().is_empty() || indent(l) >= edge) {
            text.push_str(line.get(edge..).unwrap_or(""));
            text.push('\n');
        }
        texts.push(text);
    }
    texts
}

#[test]
fn most_of_what_an_author_writes_is_accepted() {
    let parts = proptest::collection::vec(part(), 1..5);
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut accepted = 0;
    for _ in 0..2_000 {
        let tree = parts.new_tree(&mut runner).expect("parts can be drawn");
        let text = proptest::strategy::ValueTree::current(&tree).join("\n\n");
        accepted += u32::from(agree(&text));
    }
    assert!(accepted > 1_500, "{accepted} of 2000");
}

/// A run within a line, as an author would write it.
fn words() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        "[a-z]{1,6}",
        "[a-z]{1,4}_[a-z]{1,4}",
        Just("99.9 %".to_owned()),
        Just("\\*".to_owned()),
        Just("&lt; 3 & 4".to_owned()),
        Just("{budget:slo}".to_owned()),
        Just("`a * b`".to_owned()),
        Just("“so” –".to_owned()),
        Just("[a](term:b)".to_owned()),
        Just("[a *b*](https://c.d/e_f_g)".to_owned()),
        "\\*[a-z]{1,4}\\*",
        "\\*\\*[a-z]{1,4} [a-z]{1,3}\\*\\*,?",
        "_[a-z]{1,3}_",
    ];
    proptest::collection::vec(word, 1..6).prop_map(|words| words.join(" "))
}

/// A block, as an author would write it.
fn part() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        words(),
        (words(), words()).prop_map(|(a, b)| format!("{a}\n{b}")),
        words().prop_map(|words| format!("### {words}")),
        "[a-z *_<>]{0,9}".prop_map(|code| format!("```\n{code}\n\n  x\n```")),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let item = |sign: &'static str, gap: &'static str| {
            proptest::collection::vec(inner.clone(), 1..4).prop_map(move |items| {
                let under = format!("\n{}", " ".repeat(sign.len()));
                let items = items
                    .iter()
                    .map(|i| format!("{sign}{}", i.replace('\n', &under)));
                items.collect::<Vec<_>>().join(gap)
            })
        };
        prop_oneof![
            item("- ", "\n"),
            item("* ", "\n\n"),
            item("1. ", "\n"),
            item("> ", "\n>\n").prop_map(|text| text.replace("\n  ", "\n> ")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn any_text_means_the_same_or_is_refused(text in "[-*_#>`\\[\\](){}<>ab1. \n!:/&;\\\\+~=|]{0,60}") {
        agree(&text);
    }

    #[test]
    fn any_delimiters_mean_the_same_or_are_refused(text in "[*_a (.–é]{0,24}") {
        agree(&text);
    }

    #[test]
    fn any_lines_mean_the_same_or_are_refused(
        lines in proptest::collection::vec("( {0,5}(- |> |1\\. |# |```|\\* |a|2\\) ){1,3}(a|b c)?){0,1}", 0..8)
    ) {
        agree(&lines.join("\n"));
    }

    #[test]
    fn any_links_mean_the_same_or_are_refused(text in "((term:|https://|\\[|\\]|\\(|\\)|\\]\\(|a|`|\\*|!|_| |\\\\|\n)){0,20}") {
        agree(&text);
    }
}
