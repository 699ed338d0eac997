use proptest::prelude::*;

use super::*;
use crate::base::Span;
use crate::ops::incident::Cadence;

fn written() -> Review {
    let mut review = Review::default();
    let edits = [
        Edit::Summary("Payments failed for half an hour.".to_owned()),
        Edit::Factor {
            text: "v2 answers 30 % with an error".to_owned(),
            evidence: Some(Evidence::Query(
                "sum(rate(x{code=~\"5..\"}[5m]))".to_owned(),
            )),
        },
        Edit::Well("The page came within a minute.".to_owned()),
        Edit::Wrong("Nobody was sure how to roll back.".to_owned()),
        Edit::Item {
            text: "Canary every release of payment".to_owned(),
            owner: "ana".to_owned(),
            class: Class::Prevent,
        },
        Edit::Item {
            text: "Time out after 2 s".to_owned(),
            owner: "ben".to_owned(),
            class: Class::Mitigate,
        },
    ];
    for edit in edits {
        review.edit(&edit, true, None).expect("sound");
    }
    review
}

#[test]
fn an_edit_that_cannot_be_is_refused_and_changes_nothing() {
    let factor = |evidence| Edit::Factor {
        text: "x".to_owned(),
        evidence: Some(evidence),
    };
    let item = Edit::Item {
        text: "x".to_owned(),
        owner: " ".to_owned(),
        class: Class::Detect,
    };
    let remove = Edit::Remove {
        section: Section::Items,
        place: 3,
    };
    let cases = [
        (Edit::Summary(String::new()), "the text is empty"),
        (factor(Evidence::Query("sum(".to_owned())), "no PromQL"),
        (factor(Evidence::Trace("12".to_owned())), "no trace id"),
        (item, "the text is empty"),
        (remove, "there is no entry 3"),
        (Edit::Well("x".repeat(1_001)), "1001 characters"),
    ];
    for (edit, expected) in cases {
        let mut review = written();
        let refused = review.edit(&edit, true, None).expect_err("refused");
        assert!(refused.problem.contains(expected), "{refused:?}");
        assert_eq!(review, written());
    }
    let mut review = written();
    for place in [2, 1] {
        let section = Section::Items;
        review
            .edit(&Edit::Remove { section, place }, true, None)
            .expect("it is there");
    }
    assert!(review.items.is_empty());
}

#[test]
fn blaming_words_are_pointed_out_where_they_stand() {
    let found = |text: &str| -> Vec<String> {
        blames(text)
            .iter()
            .map(|b| text[b.from..b.to].to_owned())
            .collect()
    };
    let text = "Ben Forgot to drain; he should have known. That was Ben's fault, pure human error.";
    assert_eq!(
        found(text),
        ["Forgot to", "should have known", "'s fault", "human error"]
    );
    assert!(found("The step forgotten by no checklist is unforgotten.").is_empty());
    assert!(found("Überforgot toward the end; the default of 3 is kept.").is_empty());
    assert_eq!(found("é forgot to é"), ["forgot to"]);
}

#[test]
fn points_follow_the_facts() {
    let timed = |name, secs: Option<u64>| score::Timed {
        name,
        took: secs.map(Span::from_secs),
        target: Span::from_mins(5),
    };
    let facts = Facts {
        times: vec![
            timed("detect", Some(300)),
            timed("acknowledge", Some(900)),
            timed("declare", Some(901)),
            timed("locate", None),
        ],
        right: Some(true),
        cause: Some("payment".to_owned()),
        bad: 250,
        undone: Some(1_000),
        sales: None,
        early: false,
        cadence: Cadence {
            updates: 3,
            kept: 3,
            late: 1,
            longest: Span::from_mins(40),
        },
        promised: true,
    };
    let points = |facts: &Facts, review: &Review| -> Vec<u32> {
        score(facts, review)
            .iter()
            .map(|mark| mark.points)
            .collect()
    };
    assert_eq!(
        points(&facts, &written()),
        [10, 5, 0, 0, 10, 15, 7, 10, 10, 10]
    );
    let poor = Facts {
        right: Some(false),
        undone: None,
        early: true,
        ..facts.clone()
    };
    assert_eq!(
        points(&poor, &Review::default()),
        [10, 5, 0, 0, 0, 0, 7, 0, 0, 0]
    );
    let early = Facts {
        early: true,
        ..facts
    };
    assert_eq!(points(&early, &written())[5], 7);
}

#[test]
fn markdown_means_what_was_written_and_nothing_else() {
    use pulldown_cmark::{Event, Options, Parser, Tag};
    let hostile = "<script>x</script> | a | **b** [c](javascript:d) `e` \n# f ![g](h)";
    let mut review = written();
    for edit in [
        Edit::Summary(hostile.to_owned()),
        Edit::Well(hostile.to_owned()),
    ] {
        review.edit(&edit, true, None).expect("a text like any");
    }
    let report = Report {
        title: hostile.to_owned(),
        timeline: vec![("1".to_owned(), "2".to_owned(), hostile.to_owned())],
        ..Report::default()
    };
    let text = markdown(&report, &review);
    let mut tables = 0;
    for event in Parser::new_ext(&text, Options::ENABLE_TABLES) {
        match event {
            Event::Html(_) | Event::InlineHtml(_) => panic!("HTML in\n{text}"),
            Event::Start(Tag::Link { .. } | Tag::Image { .. }) => panic!("a link in\n{text}"),
            Event::Start(Tag::Table(columns)) => {
                tables += 1;
                assert!((3..=4).contains(&columns.len()));
            }
            _ => {}
        }
    }
    assert_eq!(tables, 2, "the timeline and the items in\n{text}");
}

proptest! {
    #[test]
    fn positions_lie_in_the_text_and_do_not_overlap(
        parts in prop::collection::vec(prop_oneof![
            "\\PC{0,6}",
            Just("should have known".to_owned()),
            Just(" Human Error".to_owned()),
            Just("ß's fault ".to_owned()),
            Just("forgot to ".to_owned()),
        ], 0..12),
    ) {
        let text = parts.concat();
        let mut last = 0;
        for blame in blames(&text) {
            prop_assert!(last <= blame.from && blame.from < blame.to && blame.to <= text.len());
            prop_assert!(text.get(blame.from..blame.to).is_some());
            last = blame.to;
        }
        let mut review = Review::default();
        let _ = review.edit(&Edit::Summary(text), true, None);
        prop_assert!(markdown(&Report::default(), &review).starts_with("# "));
    }
}
