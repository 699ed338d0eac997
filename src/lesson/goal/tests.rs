//! Goals as files write them, and what they say of a small world.

use super::{Action, Bound, Goal};
use crate::base::Span;
use crate::lesson::sample::{WORLD, goal, missing, perform, session};
use crate::session::Session;

/// Half of the requests fail, and a rule pages for it.
const PAGED: &str = "
- alert-rule: {name: Failing, expr: 'slo:burn_rate:ratio{slo=\"availability\",window=\"5m\"} > 14.4'}
- {after: 10m, deploy: {service: one, version: v2}}
- after: 1h
";

/// That the goal misses exactly this; nothing where it is met.
fn check(text: &str, step: &Session, now: &Session, expected: &str) {
    let found = missing(text, step, now).unwrap_or_default();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn goals_are_read_as_they_are_written() {
    let cases = [
        ("passed: 90m", Goal::Passed(Span::from_mins(90))),
        ("hints: 0", Goal::Hints(0)),
        (
            "used: alert-rule",
            Goal::Used {
                action: Action::AlertRule,
                service: None,
            },
        ),
        (
            "used: {restart: one}",
            Goal::Used {
                action: Action::Restart,
                service: Some("one".to_owned()),
            },
        ),
        (
            "burn: {slo: availability, over: 6h, below: 1.5}",
            Goal::Burn {
                slo: "availability".to_owned(),
                over: Span::from_hours(6),
                bound: Bound::Below(1.5),
            },
        ),
        (
            "budget: {slo: availability, above: 10%}",
            Goal::Budget {
                slo: "availability".to_owned(),
                bound: Bound::Above(0.1),
            },
        ),
        (
            "any: [{not: {hints: 2}}, {changes: 1}]",
            Goal::Any(vec![Goal::Not(Box::new(Goal::Hints(2))), Goal::Changes(1)]),
        ),
        (
            "before: {passed: 5m, when: {hints: 1}}",
            Goal::Before {
                passed: Span::from_mins(5),
                goal: Box::new(Goal::Hints(1)),
            },
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(goal(text), Ok(expected), "{text}");
    }
}

#[test]
fn a_goal_that_cannot_be_is_told_with_what_is_wrong() {
    let deep = format!("{}{{hints: 0}}{}", "{not: ".repeat(8), "}".repeat(8));
    let cases = [
        ("wished: 5m", "wished"),
        ("passed: 0s", "0s"),
        ("runs: {service: two, version: v1}", "two"),
        ("runs: {service: one, version: v9}", "v9"),
        ("used: {paint: one}", "paint"),
        ("burn: {slo: speed, over: 6h, below: 1}", "speed"),
        ("budget: {slo: availability}", "a limit needs one side"),
        ("pages: {above: 1, below: 3}", "a limit needs one side"),
        ("p99: {service: one, below: 2h}", "2h"),
        ("busy: {service: users, below: 50%}", "users"),
        ("all: []", "no goal is given"),
        (deep.as_str(), "goals nest deeper than 8"),
        ("page: late", "late"),
        ("page: {is: marked}", "a limit needs one side"),
        ("query: {query: 'up{', above: 0}", "no PromQL"),
        (
            "rule: {name: Failing, slo: availability, of: luck, above: 1}",
            "luck",
        ),
        ("objective: {good: kindness}", "kindness"),
    ];
    for (text, expected) in cases {
        let problem = goal(text).expect_err(text);
        assert!(problem.contains(expected), "{text}: {problem}");
    }
}

#[test]
fn an_objective_is_found_by_all_that_is_wanted_of_it() {
    let begin = session(WORLD, "[]");
    let mut now = begin.clone();
    perform(
        &mut now,
        "- objective: {name: speed, target: 99%, good: {latency: {under: 1s}}, at: one}",
    );
    let absent = "no objective is like that";
    for (wanted, expected) in [
        ("{name: speed}", ""),
        ("{good: {latency: {under: 1s}}, at: one}", ""),
        ("{name: speed, above: 98.9%}", ""),
        ("{name: speed, target: 99%}", ""),
        ("{name: speed, target: 99.5%}", absent),
        ("{name: speed, above: 99%}", absent),
        ("{name: speed, at: edge}", absent),
        ("{good: {latency: {under: 2s}}}", absent),
        ("{name: availability, good: {latency: {under: 1s}}}", absent),
        ("{name: availability, window: 30d}", ""),
        ("{name: availability, window: 7d}", absent),
    ] {
        check(&format!("objective: {wanted}"), &begin, &now, expected);
    }
    check("objective: {name: speed}", &begin, &begin, absent);
}

#[test]
fn alerts_and_pages_are_those_of_the_step() {
    let begin = session(WORLD, "[]");
    let mut now = session(WORLD, PAGED);
    check("firing: Failing", &begin, &now, "");
    check("firing: Other", &begin, &now, "there is no rule Other");
    check("pages: {above: 0}", &begin, &now, "");
    check(
        "pages: {below: 1}",
        &begin,
        &now,
        "pages so far: 1, must be under 1",
    );
    check(
        "page: acknowledged",
        &begin,
        &now,
        "page 1 is ringing, not acknowledged",
    );
    // A step that begins now has seen none of it.
    check(
        "pages: {above: 0}",
        &now,
        &now,
        "pages so far: 0, must be over 0",
    );
    check("page: marked", &now, &now, "nobody was paged yet");

    perform(
        &mut now,
        "- acknowledge: 1\n- mark: {page: 1, actionable: false}",
    );
    for met in ["acknowledged", "marked", "for-nothing"] {
        check(&format!("page: {met}"), &begin, &now, "");
        check(&format!("page: {{is: {met}, above: 0}}"), &begin, &now, "");
    }
    check(
        "page: {is: actionable, above: 0}",
        &begin,
        &now,
        "pages that are actionable: 0, must be over 0",
    );
}

#[test]
fn a_query_must_give_one_number() {
    let now = session(WORLD, "- after: 10m");
    check("query: {query: '2 * 3', above: 5}", &now, &now, "");
    check(
        "query: {query: 'vector(2)', below: 2}",
        &now,
        &now,
        "it is 2, must be under 2",
    );
    for several in ["kube_pod_info", "absent_for_sure"] {
        let text = format!("query: {{query: {several}, above: 0}}");
        check(&text, &now, &now, "the query gives no single number yet");
    }
}

#[test]
fn a_rule_is_held_against_the_past() {
    let begin = session(WORLD, "[]");
    let now = session(WORLD, PAGED);
    let rule = |text: &str| format!("rule: {{slo: availability, {text}}}");
    // One stretch of failures, which goes on, and one firing in it.
    check(
        &rule("name: Failing, of: recall, above: 99%"),
        &begin,
        &now,
        "",
    );
    check(
        &rule("name: Failing, of: precision, above: 99%"),
        &begin,
        &now,
        "",
    );
    check(
        &rule("name: Failing, of: detection, below: 15m"),
        &begin,
        &now,
        "",
    );
    check(
        &rule("name: Other, of: recall, above: 99%"),
        &begin,
        &now,
        "there is no rule Other",
    );
    let calm = session(
        WORLD,
        "- alert-rule: {name: Failing, expr: 'vector(1)'}\n- after: 1h",
    );
    check(
        &rule("name: Failing, of: recall, above: 99%"),
        &begin,
        &calm,
        "recall is not known: 0 incidents so far",
    );
}
