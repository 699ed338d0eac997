//! Shelves with one file changed.

use std::collections::BTreeMap;

use super::*;
use crate::lesson::sample::{CATALOGUE as LIST, GLOSSARY as TERMS, LESSON, WORLD};

/// Checks a sound shelf with one file changed, or without it.
fn check(path: &str, text: Option<String>, expected: &[&str]) {
    let mut files: BTreeMap<String, String> = [
        (CATALOGUE, LIST),
        (GLOSSARY, TERMS),
        ("worlds/one.yaml", WORLD),
        ("basics/first/lesson.yaml", LESSON),
    ]
    .map(|(path, text)| (path.to_owned(), text.to_owned()))
    .into();
    match text {
        Some(text) => files.insert(path.to_owned(), text),
        None => files.remove(path),
    };
    let found: Vec<String> = Shelf::new("lessons/", files)
        .check()
        .values()
        .map(ToString::to_string)
        .collect();
    let found = found.join("\n");
    for expected in expected {
        assert!(found.contains(expected), "{found}");
    }
    assert_eq!(found.is_empty(), expected.is_empty(), "{found}");
}

#[test]
fn a_sound_shelf_has_no_problem() {
    check(MANUAL, Some("How to write lessons.".to_owned()), &[]);
}

#[test]
fn a_file_that_nothing_leads_to_is_reported() {
    let orphan = "nothing leads to this file";
    check(
        "worlds/two.yaml",
        Some(WORLD.to_owned()),
        &["lessons/worlds/two.yaml:1:1", orphan],
    );
    check("basics/first/lessons.yaml", Some(String::new()), &[orphan]);
    check("notes.txt", Some(String::new()), &[orphan]);
}

#[test]
fn a_missing_file_is_reported_where_it_is_named() {
    check(
        "basics/first/lesson.yaml",
        None,
        &[
            "lessons/catalogue.yaml:7:",
            "no file lessons/basics/first/lesson.yaml",
        ],
    );
    check(
        "worlds/one.yaml",
        None,
        &["catalogue.yaml:2:", "no world is called `one`"],
    );
    check(GLOSSARY, None, &["lessons/glossary.yaml", "missing"]);
    check(CATALOGUE, None, &["lessons/catalogue.yaml", "missing"]);
}

#[test]
fn catalogue_and_lesson_tell_the_same() {
    let list = LIST.replace("minutes: 5", "minutes: 9");
    check(
        CATALOGUE,
        Some(list),
        &["lesson.yaml:4:", "`5` is not", "write `9`"],
    );
    let lesson = LESSON.replace("basics/first", "basics/second");
    check(
        "basics/first/lesson.yaml",
        Some(lesson),
        &["lesson.yaml:2:", "`basics/second`"],
    );
    let list = LIST.replace("about: First.", "about: First., planned: true");
    check(CATALOGUE, Some(list), &["this lesson is written"]);
}

#[test]
fn every_file_tells_its_own_problems_at_once() {
    check(
        "worlds/one.yaml",
        Some(
            WORLD
                .replace("workers: 1", "workers: 0")
                .replace("99.9%", "100%"),
        ),
        &["workers", "no error budget"],
    );
    let lesson = LESSON.replace("passed: 1m", "pased: 1m");
    check(
        "basics/first/lesson.yaml",
        Some(lesson),
        &["did you mean `passed`"],
    );
}

#[test]
fn commands_that_name_what_is_not_there_are_reported() {
    let with = |words: &str, by: &str, expected: &[&str]| {
        assert!(LESSON.contains(words), "{words}");
        let lesson = LESSON.replace(words, by);
        check("basics/first/lesson.yaml", Some(lesson), expected);
    };
    with(
        "deploy: {service: one, version: v2}",
        "deploy: {service: onne, version: v2}",
        &[
            "steps[0].script[0]",
            "no service is called `onne`",
            "did you mean `one`",
        ],
    );
    with(
        "deploy: {service: one, version: v2}",
        "deploy: {service: one, version: v3}",
        &["no version is called `v3`"],
    );
    with(
        "deploy: {service: one, version: v2}",
        "inject: {service: one, route: indx, kill: 1}",
        &["no route is called `indx`", "did you mean `index`"],
    );
    with(
        "roll-back: one",
        "roll-back: two",
        &["solution[1]", "`two`"],
    );
    with(
        "restart: one, after",
        "restart: two, after",
        &["mistakes[0].commands[1]"],
    );
    with(
        "step: 0",
        "step: 1",
        &["mistakes[0].step", "counted from 0"],
    );
}
