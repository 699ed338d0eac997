//! What queries say when they are wrong or odd, and what they give, on a small store.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::telemetry::store::NAME;

fn store() -> Store {
    let mut store = Store::default();
    let series = [
        ("requests_total", "a", [0.0, 30.0, 60.0, 90.0, 120.0]),
        ("requests_total", "b", [5.0, 15.0, 5.0, 15.0, 25.0]),
        ("memory", "a", [3.0, f64::NAN, 5.0, 1.0, 4.0]),
    ];
    for (name, job, values) in series {
        let labels = Labels::new([(NAME, name), ("job", job)]);
        let id = store.series(&labels).unwrap();
        for (number, value) in values.into_iter().enumerate() {
            let time = number as i64 * 15_000;
            store.append(id, Sample { time, value }).unwrap();
        }
    }
    store
}

fn shown(answer: &Answer) -> String {
    let mut text = match &answer.value {
        Value::Scalar(value) => number::general(*value),
        Value::Text(text) => String::from_utf8_lossy(text).into_owned(),
        Value::Vector(series) => {
            let each = series
                .iter()
                .map(|(l, v)| format!("{l} {}", number::general(*v)));
            each.collect::<Vec<_>>().join("; ")
        }
        Value::Matrix(series) => {
            let each = series.iter().map(|(labels, samples)| {
                let values = samples.iter().map(|s| number::general(s.value));
                format!("{labels} {}", values.collect::<Vec<_>>().join(" "))
            });
            each.collect::<Vec<_>>().join("; ")
        }
    };
    for note in &answer.notes {
        text += &format!(" | {note}");
    }
    text
}

/// What a query gives at 60 s, or why it gives nothing.
fn check(query: &str, expected: &str) {
    let found = Query::new(query, &Options::default())
        .and_then(|query| query.instant(&store(), 60_000))
        .map_or_else(|error| error.to_string(), |answer| shown(&answer));
    assert_eq!(found, expected, "{query}");
}

#[test]
fn errors_say_where_and_what_was_expected() {
    check("", "1:1: no expression found; expected a query such as up");
    check("up +", "1:5: unexpected the end; expected an expression");
    check("sum(up", "1:7: unexpected the end; expected `,` or `)`");
    check(
        "up\n  )",
        "2:3: unexpected `)`; expected an operator or the end",
    );
    check(
        "up{job}",
        "1:7: unexpected `}`; expected one of `=`, `!=`, `=~` and `!~`",
    );
    check(
        "up{job=a}",
        "1:8: unexpected `a`; expected a string in quotes",
    );
    check(
        "up{job=\"a\" x=\"b\"}",
        "1:12: unexpected `x`; expected `,` or `}`",
    );
    check(
        "up[5x]",
        "1:4: bad number or duration syntax: `5x`; expected a number such as 1.5e3, or a duration such as 1h30m",
    );
    check("up[]", "1:4: unexpected `]`; expected a duration");
    check("up[5m", "1:6: unexpected the end; expected `:` or `]`");
    check(
        "up[0s]",
        "1:4: duration must be greater than 0; expected a duration such as 5m",
    );
    check("up offset", "1:10: unexpected the end; expected a duration");
    check(
        "up @ now",
        "1:6: unexpected `now`; expected a timestamp, start() or end()",
    );
    check("sum by job (up)", "1:8: unexpected `job`; expected `(`");
    check(
        "sum() by (x)",
        "1:1: wrong number of arguments for aggregate expression provided, expected 1, got 0; expected sum(vector)",
    );
    check(
        "topk(up)",
        "1:1: wrong number of arguments for aggregate expression provided, expected 2, got 1; expected topk(parameter, vector)",
    );
    check(
        "rate(up,)",
        "1:8: trailing commas not allowed in function call args; expected an argument",
    );
    check("bool", "1:1: unexpected `bool`; expected an expression");
    check(
        "{}",
        "1:1: vector selector must contain at least one non-empty matcher; expected a matcher that does not fit the empty text",
    );
    check(
        "{a=~\"(\"}",
        "1:5: bad regular expression: found open group without closing ')'",
    );
}

#[test]
fn types_that_do_not_fit_are_explained() {
    check(
        "rate(up)",
        "1:6: expected type range vector in call to function `rate`, got instant vector; expected a range vector, such as x[5m]",
    );
    check(
        "abs(up[5m])",
        "1:5: expected type instant vector in call to function `abs`, got range vector; expected an instant vector: leave out the range in brackets",
    );
    check(
        "sum(1)",
        "1:5: expected type instant vector in aggregation expression, got scalar; expected an instant vector, such as vector(1)",
    );
    check(
        "vector(up)",
        "1:8: expected type scalar in call to function `vector`, got instant vector; expected a number, such as scalar(x)",
    );
    check(
        "rat(up[5m])",
        "1:1: unknown function with name `rat`: did you mean `rad`? known: `abs`, `absent`, `absent_over_time`, `acos`, `acosh`, `asin`, `asinh`, `atan` and 80 more",
    );
    check(
        "clamp(up, 1)",
        "1:1: expected 3 argument(s) in call to `clamp`, got 2; expected clamp(instant vector, scalar, scalar)",
    );
    check(
        "round(up, 1, 2)",
        "1:1: expected at most 2 argument(s) in call to `round`, got 3; expected round(instant vector, [scalar])",
    );
    check(
        "1 < 2",
        "1:3: comparisons between scalars must use BOOL modifier; expected < bool",
    );
    check(
        "1 + bool 2",
        "1:3: bool modifier can only be used on comparison operators",
    );
    check(
        "1 and up",
        "1:1: set operator `and` not allowed in binary scalar expression; expected an instant vector on both sides",
    );
    check(
        "up + on(a) 1",
        "1:6: vector matching only allowed between instant vectors; expected an instant vector on both sides",
    );
    check(
        "up or on(a) group_left(b) up",
        "1:7: no grouping allowed for `or` operation; expected no group_left or group_right",
    );
    check(
        "up * on(a) group_left(a) up",
        "1:6: label `a` must not occur in ON and GROUP clause at once",
    );
    check(
        "\"a\" + up",
        "1:1: `+` cannot have a string beside it; expected a scalar or an instant vector",
    );
    check(
        "-up[5m]",
        "1:1: a sign cannot stand before a range vector; expected a scalar or an instant vector",
    );
    check(
        "sum(up)[5m]",
        "1:8: ranges only allowed for vector selectors; expected a selector before it, or a subquery such as [5m:1m]",
    );
    check(
        "1[5m:1m]",
        "1:1: subquery is only allowed on instant vector, got scalar instead; expected an instant vector",
    );
    check(
        "up offset 5m offset 5m",
        "1:1: offset may not be set multiple times",
    );
    check(
        "(up) offset 5m",
        "1:1: offset modifier must be preceded by an instant vector selector or range vector selector or a subquery; expected a selector before it",
    );
    check(
        "up{__name__=\"a\"}",
        "1:1: metric name must not be set twice: `up` or `a`",
    );
}

#[test]
fn what_is_experimental_and_missing_is_said_to_be() {
    for (query, what) in [
        ("up[5m + 1m]", "1:7: duration expressions"),
        ("rate(up[5m] smoothed)", "1:13: extended range selectors"),
        ("up + fill(0) up", "1:6: fill modifiers"),
        ("info(up)", "1:1: joins with info()"),
        ("up >/ 3", "1:4: trimming native histograms"),
        ("up[5m::1m]", "1:6: aligned subqueries"),
    ] {
        let rest = "are experimental in Prometheus and not supported here";
        check(query, &format!("{what} {rest}"));
    }
}

#[test]
fn what_data_do_not_allow_is_an_error_of_the_evaluation() {
    check("topk(NaN, memory)", "1:6: Parameter value is NaN");
    check(
        "count_values(\"\", memory)",
        "1:14: invalid label name \"\"; expected a text that is not empty",
    );
    check(
        "sum by (x) (requests_total) / on() requests_total",
        "1:1: found duplicate series for the match group {} on the right hand-side of the operation: [requests_total{job=\"b\"}, requests_total{job=\"a\"}];many-to-many matching not allowed: matching labels must be unique on one side",
    );
    check(
        "requests_total * on() memory",
        "1:1: multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)",
    );
    check(
        "label_replace(requests_total, \"job\", \"x\", \"\", \"\")",
        "1:1: vector cannot contain metrics with the same labelset; expected labels that tell series apart",
    );
}

#[test]
fn odd_answers_come_with_notes() {
    check(
        "rate(memory[30s])",
        "{job=\"a\"} 0.1333333333333333 | PromQL info: metric might not be a counter, name does not end in _total/_sum/_count/_bucket: \"memory\" (1:6)",
    );
    check(
        "quantile(2, memory)",
        "{} +Inf | PromQL warning: quantile value should be between 0 and 1, got 2 (1:10)",
    );
    check(
        "histogram_quantile(0.5, memory)",
        " | PromQL warning: bucket label \"le\" is missing or has a malformed value of \"\" for metric name \"memory\" (1:25)",
    );
}

#[test]
fn queries_give_what_can_be_worked_out_by_hand() {
    check(
        "requests_total",
        "requests_total{job=\"a\"} 120; requests_total{job=\"b\"} 25",
    );
    // 60 s hold four of five samples: the one at the left border is outside.
    check(
        "count_over_time(requests_total[1m])",
        "{job=\"a\"} 4; {job=\"b\"} 4",
    );
    // (120 - 30) / 45 s, stretched to 60 s.
    check(
        "round(rate(requests_total{job=\"a\"}[1m]), 0.001)",
        "{job=\"a\"} 2",
    );
    // 15, 5, 15, 25: one reset; 10 + 15 grown in 45 s, stretched to 60 s.
    check(
        "increase(requests_total{job=\"b\"}[1m])",
        "{job=\"b\"} 33.33333333333333",
    );
    check("resets(requests_total[5m])", "{job=\"a\"} 0; {job=\"b\"} 1");
    check("sum(requests_total)", "{} 145");
    check(
        "requests_total[30s]",
        "requests_total{job=\"a\"} 90 120; requests_total{job=\"b\"} 15 25",
    );
    check(
        "sort_desc(requests_total)",
        "requests_total{job=\"a\"} 120; requests_total{job=\"b\"} 25",
    );
    check(
        "sort(requests_total)",
        "requests_total{job=\"b\"} 25; requests_total{job=\"a\"} 120",
    );
    check(
        "clamp(requests_total, 30, 100)",
        "{job=\"a\"} 100; {job=\"b\"} 30",
    );
    check("sgn(memory - 4)", "{job=\"a\"} 0");
    check("min_over_time(memory[1m])", "{job=\"a\"} 1");
    check(
        "count_values(\"v\", requests_total / 0.5)",
        "{v=\"240\"} 1; {v=\"50\"} 1",
    );
    check("\"text\"", "text");
    check("2 ^ 3 ^ 2", "512");
    check("-2 ^ 2", "-4");
    check("1h + 0x10", "3616");
}

#[test]
fn infinity_is_written_without_a_sign_of_its_own() {
    let query = Query::new("-Inf ^ (up)", &Options::default()).unwrap();
    assert_eq!(query.expr().to_string(), "-Inf ^ (up)");
}

/// The oracle counts every observation instead of interpolating in buckets.
#[test]
fn a_quantile_from_buckets_is_within_the_bucket_of_the_exact_one() {
    let mut random = crate::base::Stream::named(7, "quantiles");
    let bounds = [
        0.005,
        0.01,
        0.025,
        0.05,
        0.1,
        0.25,
        0.5,
        1.0,
        2.5,
        f64::INFINITY,
    ];
    for round in 0..200 {
        let mean = [0.004, 0.03, 0.2, 0.9][round % 4];
        let mut durations: Vec<f64> = (0..500).map(|_| random.exponential() * mean).collect();
        durations.sort_by(f64::total_cmp);
        let mut store = Store::default();
        for bound in bounds {
            let count = durations
                .iter()
                .filter(|duration| **duration <= bound)
                .count();
            let labels = Labels::new([(NAME, "d_bucket".to_owned()), ("le", number::plain(bound))]);
            let id = store.series(&labels).unwrap();
            let value = count as f64;
            store.append(id, Sample { time: 0, value }).unwrap();
        }
        for percent in [1, 25, 50, 90, 99] {
            let text = format!("histogram_quantile(0.{percent:02}, d_bucket)");
            let query = Query::new(&text, &Options::default()).unwrap();
            let Value::Vector(found) = query.instant(&store, 0).unwrap().value else {
                panic!("no vector");
            };
            let exact = durations[(500 * percent / 100).max(1) - 1];
            let above = bounds.iter().position(|bound| *bound >= exact).unwrap();
            let low = above.checked_sub(1).map_or(0.0, |below| bounds[below]);
            // Beyond the last finite bound, that bound is all that can be said.
            let (low, high) = if bounds[above].is_infinite() {
                (2.5, 2.5)
            } else {
                (low, bounds[above])
            };
            assert!(
                (low..=high).contains(&found[0].1),
                "{text}: {exact} {found:?}"
            );
        }
    }
}

#[test]
fn what_queries_have_in_common_changes_no_answer() {
    let (store, steps) = (store(), (0, 60_000, 15_000));
    let queries = [
        "sum by (job) (rate(requests_total[1m]))",
        "2 * sum by (job) (rate(requests_total[1m]))",
        "sum(rate(requests_total[1m]))",
        "max(rate(memory[1m]))", // told that it is no counter, each time
        "1 + max(rate(memory[1m]))",
        "max_over_time(sum(rate(requests_total[1m]))[30s:15s])",
        "sum(rate(requests_total[1m] @ end())) - sum(rate(requests_total[1m]))",
    ];
    let shared = Shared::default();
    for text in queries.iter().chain(&queries) {
        let query = Query::new(text, &Options::default()).unwrap();
        let alone = query.range_sharing(&store, steps, &Shared::default());
        let beside = query.range_sharing(&store, steps, &shared);
        assert_eq!(shown(&beside.unwrap()), shown(&alone.unwrap()), "{text}");
    }
}
