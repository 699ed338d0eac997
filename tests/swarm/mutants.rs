//! Worlds that ship, with something wrong in their text: lines and words lost,
//! doubled, moved or changed, numbers out of all proportion, names that are
//! another's, nesting without end. Each is read or refused; a refusal says
//! where, what and what to do, in bounded words, and what is read runs.

use super::dice::Dice;
use super::{Case, advance, cases, is_sound, support};
use std::sync::Arc;
use xops_lab::base::{Diagnostics, SimTime};
use xops_lab::session::{Scenario, Session};
use xops_lab::world::Forecast;

/// Values that no field is made for, or that another is made for.
const ODD: [&str; 34] = [
    "0",
    "-1",
    "1",
    "1e308",
    "-1e308",
    "1e-308",
    "NaN",
    ".nan",
    ".inf",
    "-.inf",
    "99999999999999999999999",
    "9223372036854775807",
    "100000",
    "0ms",
    "-5s",
    "1ns",
    "400d",
    "99999999999999d",
    "100%",
    "0%",
    "-3%",
    "0/s",
    "100000/s",
    "1e300/s",
    "1TiB",
    "null",
    "true",
    "''",
    "[]",
    "{}",
    "[[[[1]]]]",
    "&a",
    "*a",
    "ß",
];

/// The words of a text that mean something: bounds in bytes.
fn words(text: &str) -> Vec<(usize, usize)> {
    let part = |c: char| c.is_alphanumeric() || "-._/%".contains(c);
    let mut found = Vec::new();
    let mut begun = None;
    for (at, c) in text.char_indices() {
        match (begun, part(c)) {
            (None, true) => begun = Some(at),
            (Some(from), false) => {
                found.push((from, at));
                begun = None;
            }
            _ => {}
        }
    }
    found
}

/// Puts a word in place of one that fits `which`.
fn replace(dice: &mut Dice, text: &mut String, which: fn(char) -> bool, by: &str) {
    let mut found = words(text);
    found.retain(|(from, _)| text[*from..].starts_with(which));
    if let Some((from, to)) = found.get(dice.below(found.len())) {
        text.replace_range(from..to, by);
    }
}

/// One thing is wrong in the text.
fn mutate(dice: &mut Dice, text: &mut String) {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let (here, there) = (dice.below(lines.len()), dice.below(lines.len()));
    if lines.is_empty() {
        return;
    }
    match dice.below(12) {
        0 => drop(lines.remove(here)),
        1 => lines.insert(here, lines[here].clone()),
        2 => lines.swap(here, there),
        3 => lines[here].insert_str(0, "  "),
        4 => {
            let block: Vec<String> = lines[here..].iter().take(12).cloned().collect();
            lines.splice(there..there, block);
        }
        5 => {
            let open = "[{parallel: [".repeat(dice.below(60));
            lines[here] = lines[here].replacen('[', &open, 1);
        }
        6 => lines.truncate(here),
        7 | 8 => {
            let odd = dice.word(&ODD);
            return replace(dice, text, |c| c.is_ascii_digit(), odd);
        }
        9 => {
            let odd = dice.word(&ODD);
            return replace(dice, text, |_| true, odd);
        }
        10 => {
            let found = words(text);
            let (from, to) = found
                .get(dice.below(found.len()))
                .copied()
                .unwrap_or((0, 0));
            let other = text[from..to].to_owned();
            return replace(dice, text, |c| c.is_ascii_alphabetic(), &other);
        }
        _ => return replace(dice, text, |_| true, ""),
    }
    *text = lines.join("\n") + "\n";
}

/// What is said of a text says where, what and what to do, and not too much.
fn is_told(said: &Diagnostics, text: &str) {
    let lines = text.lines().count() as u32;
    assert!(said.iter().count() <= Diagnostics::MOST_KEPT);
    for one in said {
        assert!(!one.problem.is_empty() && !one.remedy.is_empty(), "{one}");
        assert!((1..=lines.max(1) + 1).contains(&one.place.line), "{one}");
        assert!(one.place.column >= 1, "{one}");
        assert!(one.to_string().chars().count() < 2_000, "{one}");
    }
}

/// Reads a text; where it is a world, that runs for a minute, or for a while
/// if a minute of it is much.
fn judge(text: &str, seed: u64) -> bool {
    let (scenario, said) = match Scenario::read("mutant.yaml", text) {
        Ok(read) => read,
        Err(said) => {
            assert!(said.has_errors());
            is_told(&said, text);
            return false;
        }
    };
    assert!(!said.has_errors());
    is_told(&said, text);
    Forecast::of(&scenario.world);
    let mut session = Session::new(Arc::new(scenario), seed);
    session.advance(SimTime::from_secs(60), 10_000);
    let now = session.now();
    advance(&mut session, now, || 10_000);
    is_sound(&session);
    session.view();
    true
}

#[test]
fn worlds_with_something_wrong_are_refused_in_words_or_run() {
    let shipped = support::files_below("lessons/worlds");
    let texts: Vec<&String> = shipped.values().collect();
    let mut read = 0;
    for seed in cases(400) {
        let mut dice = Dice::new(seed);
        let mut text = texts[dice.below(texts.len())].clone();
        for _ in 0..dice.from(1, 3) {
            mutate(&mut dice, &mut text);
        }
        let _case = Case(seed, text.clone());
        read += usize::from(judge(&text, seed));
    }
    // Where none of them or all of them were worlds, little would be tried.
    let all = cases(400).count();
    assert!(
        all == 1 || (all / 20..all * 19 / 20).contains(&read),
        "{read}"
    );
}

/// A world of some services, each with as many routes, whose scripts do `step`.
fn large(
    services: usize,
    routes: usize,
    service: &str,
    step: impl Fn(usize, usize) -> String,
) -> String {
    let mut text = "format: xops-world/1\ntitle: large\nabout: too much of something\n\
                    traffic: {rate: 10/s, mix: [{route: s0/r0}]}\nservices:\n"
        .to_owned();
    for place in 0..services {
        text += &format!("  s{place}:\n    about: one of many\n    {service}\n    routes:\n");
        for route in 0..routes {
            text += &format!("      r{route}: [{}]\n", step(place, route));
        }
    }
    text
}

const USUAL: &str = "replicas: 1\n    workers: 10\n    queue: 10";

fn refusal(text: &str) -> String {
    let said = Scenario::read("large.yaml", text).unwrap_err();
    is_told(&said, text);
    said.to_string()
}

#[test]
fn what_is_too_large_is_refused_by_a_limit_that_is_told() {
    let nothing = |_, _| String::new();
    for (text, limit) in [
        (large(1_000, 1, USUAL, nothing), "100"),
        (large(10_000, 1, USUAL, nothing), "100000"),
        (large(2, 101, USUAL, nothing), "100"),
        (
            large(
                1,
                1,
                "replicas: 1000000\n    workers: 1\n    queue: 0",
                nothing,
            ),
            "100",
        ),
        (
            large(
                1,
                1,
                "replicas: 1\n    workers: 1000000\n    queue: 0",
                nothing,
            ),
            "10000",
        ),
        (
            large(
                1,
                1,
                "replicas: 1\n    workers: 1\n    queue: 10000000",
                nothing,
            ),
            "100000",
        ),
        (
            large(1, 1, USUAL, nothing).replace("10/s", "1000000000/s"),
            "100000",
        ),
        (
            large(1, 1, USUAL, nothing)
                .replace("rate: 10/s", "users: {count: 1000000000, think: 1s}"),
            "100000",
        ),
        ("[".repeat(10_000), "nested too deep"),
        ("a: b\n".repeat(300_000), "1048576"),
    ] {
        let said = refusal(&text).replace([',', '_'], "");
        assert!(said.contains(limit), "{limit} is not in {said}");
    }
}

#[test]
fn calls_that_branch_out_without_bound_are_refused() {
    // Each service asks the next a hundred times: 100^9 requests in one instant.
    let many = |place: usize, _| vec![format!("{{call: s{}/r0}}", place + 1); 100].join(", ");
    let last = |place: usize, route| match place {
        9 => String::new(),
        _ => many(place, route),
    };
    let said = refusal(&large(10, 1, USUAL, last));
    assert!(said.contains("more than 10000 others"), "{said}");
    // Twice is within the bound.
    let last = |place: usize, route| match place {
        1 => String::new(),
        _ => many(place, route),
    };
    assert!(judge(&large(2, 1, USUAL, last), 1));
}

#[test]
fn the_largest_worlds_that_are_read_run() {
    // A hundred services of eighty routes, each asking the next of its name.
    let next = |place: usize, route: usize| match place {
        99 => String::new(),
        _ => format!("{{call: s{}/r{route}}}", place + 1),
    };
    assert!(judge(&large(100, 80, USUAL, next), 1));
    // Ten thousand pods that have room for a thousand million requests.
    let vast = "replicas: 100\n    workers: 10000\n    queue: 100000";
    let next = |place: usize, _| match place {
        99 => "{work: 1h}".to_owned(),
        _ => format!("{{work: 1ms}}, {{call: s{}/r0}}", place + 1),
    };
    assert!(judge(
        &large(100, 1, vast, next).replace("10/s", "100000/s"),
        1
    ));
}
