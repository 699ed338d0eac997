//! What a reader sees, and what an author is told.
#![allow(clippy::unwrap_used)]

use super::{At, Report};
use crate::base::{Span, yaml};

/// Reads `text` with `read` and renders what it answered and every problem.
fn answer<T: std::fmt::Debug>(text: &str, read: impl Fn(&mut Report, At<'_>) -> T) -> String {
    let root = yaml::parse("t.yaml", text, &yaml::Limits::default()).unwrap();
    let mut report = Report::new("t.yaml", text);
    let answer = read(&mut report, At::root(&root));
    let found = report.finish();
    if found.is_empty() {
        format!("{answer:?}")
    } else {
        format!("{answer:?}\n{found}")
    }
}

fn check<T: std::fmt::Debug>(text: &str, read: impl Fn(&mut Report, At<'_>) -> T, expected: &str) {
    assert_eq!(
        answer(text, read),
        expected.trim_matches('\n'),
        "\n--- for\n{text}"
    );
}

/// The problem and remedy of one scalar, as two lines, or the value.
fn check_scalar<T: std::fmt::Debug>(
    read: impl Fn(&mut Report, &At<'_>) -> Option<T>,
    table: &[(&str, &str)],
) {
    for (text, expected) in table {
        let whole = answer(text, |report, at| read(report, &at));
        let short: Vec<&str> = whole
            .lines()
            .filter(|line| *line != "None" && !line.starts_with("    |"))
            .map(|line| line.trim_start_matches("t.yaml:1:1: "))
            .map(|line| line.trim_start_matches("    = remedy: "))
            .collect();
        assert_eq!(&short.join(" -> "), expected, "for {text:?}");
    }
}

/// A small world, read as real readers read.
fn shop(report: &mut Report, at: At<'_>) -> Option<(String, Vec<u64>)> {
    let mut fields = report.fields(&at)?;
    let name = fields.need(report, "name").and_then(|at| report.name(&at));
    let mut workers = Vec::new();
    let list = fields
        .need(report, "services")
        .map(|at| report.items(&at, 3))
        .unwrap_or_default();
    for at in list {
        let Some(mut service) = report.fields(&at) else {
            continue;
        };
        let count = service
            .need(report, "workers")
            .and_then(|at| report.integer(&at, 1..=10_000));
        workers.extend(count);
        service
            .get("timeout")
            .and_then(|at| report.duration(&at, Span::ZERO..=Span::from_secs(30)));
        service.done(report);
    }
    fields.done(report);
    Some((name?, workers))
}

#[test]
fn a_right_file_is_read_without_a_word() {
    check(
        "name: shop\nservices:\n  - workers: 8\n    timeout: 1.5s\n  - {workers: 2, timeout: }\n",
        shop,
        r#"Some(("shop", [8, 2]))"#,
    );
}

#[test]
fn every_problem_of_a_file_is_told_at_once() {
    check(
        "name: Shop\nservices:\n  - workers: 0\n    timout: 1s\n  - timeout: 5m\n  - web\n  - {}\ncolor: red\n",
        shop,
        "
None
t.yaml:1:7: name: `Shop` is not a name
    |  name: Shop
    = remedy: write 1 to 63 lower-case letters, digits and hyphens, a letter first, such as checkout-api
t.yaml:3:3: services: 4 items are more than the 3 that are allowed
    |  - workers: 0
    = remedy: leave at most 3
t.yaml:3:14: services[0].workers: 0 is below the least value 1
    |  - workers: 0
    = remedy: give a whole number from 1 to 10000
t.yaml:4:5: services[0].timout: there is no field `timout` here
    |  timout: 1s
    = remedy: did you mean `timeout`? known: `workers`, `timeout`
t.yaml:5:5: services[1]: the field `workers` is missing
    |  - timeout: 5m
    = remedy: add a line `workers: ...` here
t.yaml:5:14: services[1].timeout: 5m is above the greatest value 30s
    |  - timeout: 5m
    = remedy: give a duration from 0s to 30s
t.yaml:6:5: services[2]: `web` where a mapping is expected
    |  - web
    = remedy: write `field: value` lines, indented below it
t.yaml:8:1: color: there is no field `color` here
    |  color: red
    = remedy: known: `name`, `services`
",
    );
}

#[test]
fn a_field_without_a_value_counts_as_missing() {
    check(
        "name:\nservices: []",
        shop,
        "
None
t.yaml:1:1: name: the field has no value
    |  name:
    = remedy: write one after `name:`
",
    );
}

#[test]
fn scalars_are_what_their_field_says() {
    check_scalar(
        |report, at| report.integer(at, 1..=100),
        &[
            ("7", "Some(7)"),
            (
                "101",
                "101 is above the greatest value 100 -> give a whole number from 1 to 100",
            ),
            (
                "-5",
                "-5 is below zero -> give a whole number from 1 to 100",
            ),
            (
                "'7'",
                "a quoted text \"7\" where a whole number is expected -> write it without quotes",
            ),
            (
                "010",
                "`010` has a leading zero -> write digits only, such as 1500: no sign, quotes, separators or leading zeros",
            ),
            (
                "[7]",
                "a list where a whole number is expected -> write digits only, such as 1500: no sign, quotes, separators or leading zeros",
            ),
        ],
    );
    check_scalar(
        |report, at| report.boolean(at),
        &[
            ("true", "Some(true)"),
            (
                "yes",
                "`yes` is neither true nor false -> write true or false; yes, no, on and off are not truth values here",
            ),
            (
                "'true'",
                "a quoted text \"true\" where true or false is expected -> write it without quotes",
            ),
        ],
    );
    check_scalar(
        |report, at| report.number(at, 0.0..=2.5),
        &[
            ("2.5", "Some(2.5)"),
            (
                "2.6",
                "2.6 is above the greatest value 2.5 -> give a number from 0 to 2.5",
            ),
            (
                ".nan",
                "`.nan` is not a number -> write a decimal number such as 0.25, -3 or 1.5e3",
            ),
        ],
    );
    check_scalar(
        |report, at| report.rate(at, 1_000.0),
        &[
            ("20/s", "Some(Rate(20.0))"),
            (
                "1.2k/s",
                "1.2k/s is above the greatest rate 1000/s -> give a rate up to 1000/s",
            ),
        ],
    );
    check_scalar(
        |report, at| report.text(at, 5),
        &[
            ("hello", "Some(\"hello\")"),
            ("1.10", "Some(\"1.10\")"),
            (
                "häll ö",
                "a text of 6 characters; at most 5 are allowed -> shorten it",
            ),
            (
                "' '",
                "the text is empty -> write one, or leave the field out",
            ),
        ],
    );
    check_scalar(
        |report, at| report.ratio(at),
        &[("\"99.9 %\"", "Some(Ratio(0.999))")],
    );
    check_scalar(
        |report, at| report.money(at),
        &[("12.50", "Some(Money(1250))")],
    );
}

#[test]
fn words_out_of_a_set_come_with_a_suggestion() {
    check_scalar(
        |report, at| report.choice(at, &[("error", 1), ("warning", 2)]),
        &[
            ("warning", "Some(2)"),
            (
                "warnign",
                "`warnign` is not one of the words for this field -> did you mean `warning`? known: `error`, `warning`",
            ),
        ],
    );
    check_scalar(
        |report, at| report.known(at, "service", ["cart", "checkout"].into_iter()),
        &[
            ("checkout", "Some(1)"),
            (
                "chekout",
                "no service is called `chekout` -> did you mean `checkout`? known: `cart`, `checkout`",
            ),
            (
                "[cart]",
                "a list where the name of a service is expected -> known: `cart`, `checkout`",
            ),
        ],
    );
}

#[test]
fn one_kind_is_a_word_or_a_mapping_with_one_key() {
    let read = |report: &mut Report, at: At<'_>| {
        let (kind, at) = report.tagged(&at, &["constant", "exponential"])?;
        Some((
            kind.to_owned(),
            at.path.clone(),
            at.is_null(),
            at.line,
            at.column,
        ))
    };
    check(
        "{exponential: {mean: 5ms}}",
        read,
        r#"Some(("exponential", "exponential", false, 1, 15))"#,
    );
    check(
        "constant",
        read,
        r#"Some(("constant", "constant", true, 1, 1))"#,
    );
    check(
        "exponental: {mean: 5ms}",
        read,
        "
None
t.yaml:1:1: exponental: `exponental` is not known here
    |  exponental: {mean: 5ms}
    = remedy: did you mean `exponential`? known: `constant`, `exponential`
",
    );
    check(
        "{constant: 1, exponential: 2}",
        read,
        "
None
t.yaml:1:1: 2 keys where exactly one is expected
    |  {constant: 1, exponential: 2}
    = remedy: known: `constant`, `exponential`
",
    );
}

#[test]
fn free_keys_come_in_the_order_of_the_file_and_odd_ones_are_quoted_in_paths() {
    let read = |report: &mut Report, at: At<'_>| {
        let entries = report.entries(&at, 2);
        entries
            .iter()
            .map(|(key, at)| format!("{key} at {}", at.path))
            .collect::<Vec<_>>()
    };
    check("{b: 1, a b: 2}", read, r#"["b at b", "a b at [\"a b\"]"]"#);
    assert!(answer("{a: 1, b: 2, c: 3}", read).contains("3 entries are more than the 2"));
}

#[test]
fn a_warning_does_not_fail_a_report() {
    let text = "a: 1";
    let root = yaml::parse("t.yaml", text, &yaml::Limits::default()).unwrap();
    let mut report = Report::new("t.yaml", text);
    report.warning(&At::root(&root), "this is odd", "");
    assert!(!report.failed());
    report.error(&At::root(&root), "this is wrong", "");
    assert!(report.failed());
    assert_eq!(report.finish().len(), 2);
}

#[test]
fn a_hopeless_file_is_counted_not_worded() {
    let text: String = (0..30_000)
        .map(|n| format!("unknown-field-{n}: 1\n"))
        .collect();
    let root = yaml::parse("t.yaml", &text, &yaml::Limits::default()).unwrap();
    let mut report = Report::new("t.yaml", &text);
    let fields = report.fields(&At::root(&root)).unwrap();
    fields.done(&mut report);
    let found = report.finish();
    assert_eq!((found.len(), found.iter().count()), (30_000, 100));
}
