use super::*;

/// Outcomes of a file, one letter each: passed, Failed, unsupported.
fn check(text: &str, expected: &str) -> Report {
    let report = run(text);
    let letters: String = report
        .cases
        .iter()
        .map(|case| match case.outcome {
            Outcome::Passed => 'p',
            Outcome::Failed(_) => 'F',
            Outcome::Unsupported(_) => 'u',
        })
        .collect();
    let cases: Vec<String> = report.cases.iter().map(ToString::to_string).collect();
    assert_eq!(letters, expected, "{}", cases.join("\n"));
    report
}

#[test]
fn cases_pass_and_fail_for_what_they_say() {
    let report = check(
        "
load 1m
  up{job=\"a\"} 1 0 _ 1
  up{job=\"b\"} 0+10x3

eval instant at 1m up
  up{job=\"a\"} 0
  up{job=\"b\"} 10

eval instant at 1m up
  up{job=\"a\"} 0

eval instant at 1m up
  up{job=\"a\"} 0
  up{job=\"b\"} 11

eval instant at 1m up{job=\"a\"}
  up{job=\"a\"} 0
  up{job=\"c\"} 0

eval range from 0 to 3m step 1m up
  up{job=\"a\"} 1 0 0 1
  up{job=\"b\"} 0 10 20 30

eval range from 0 to 3m step 1m up{job=\"a\"}
  up{job=\"a\"} 1 0 _ 1

eval instant at 1m 1 + 1
  2

eval instant at 1m 1 + 1
  3

eval instant at 1m \"a\\n\"
  expect string \"a\\n\"

eval instant at 3m up{job=\"b\"}[2m]
  expect range vector from 2m to 3m step 1m
  up{job=\"b\"} 20 30

eval instant at 1m sort_desc(up)
  expect ordered
  up{job=\"b\"} 10
  up{job=\"a\"} 0

eval instant at 1m sort(up)
  expect ordered
  up{job=\"b\"} 10
  up{job=\"a\"} 0
",
        "pFFFpFpFpppF",
    );
    assert_eq!(report.counts(), (6, 6, 0));
    let shown = report.cases[2].to_string();
    assert_eq!(
        shown,
        "line 13: FAILED: eval instant at 1m up\n    expected up{job=\"b\"} 11, got 10"
    );
}

#[test]
fn failures_and_notes_are_expected_too() {
    check(
        "
load 1m
  g 1 2

eval instant at 1m rate(g[2m])
  expect info msg: PromQL info: metric might not be a counter, name does not end in _total/_sum/_count/_bucket: \"g\" (1:6)
  {} 0.016666666666

eval instant at 1m rate(g[2m])
  expect no_info
  {} 0.016666666666

eval instant at 1m rate(g[2m])
  expect info regex: .*no such words.*
  {} 0.016666666666

eval_warn instant at 1m quantile(7, g)
  {} +Inf

eval_info instant at 1m g
  g 2

eval_fail instant at 1m topk(NaN, g)

eval instant at 1m topk(NaN, g)
  expect fail msg: Parameter value is NaN

eval instant at 1m topk(NaN, g)
  expect fail regex: another

eval instant at 1m g
  expect fail

eval_fail instant at 1m topk(NaN, g)
  expected_fail_message Parameter value is NaN
",
        "pFFpFppFFp",
    );
}

#[test]
fn what_cannot_be_read_fails_and_what_is_missing_is_told() {
    let report = check(
        "
load 1m
  native {{count:1}}x3
  plain 1 2 3
  started@st 0s 0s 0s
  started 1 2 3

load_with_nhcb 1m
  h_bucket{le=\"1\"} 1 2
  h_bucket{le=\"+Inf\"} 1 2

eval instant at 1m native

eval instant at 1m plain
  plain 2

eval instant at 1m rate(started[2m])

eval instant at 1m plain
  plain {{count:1}}

eval instant at 1m h

eval instant at 1m h_bucket{le=\"1\"}
  h_bucket{le=\"1\"} 2

eval instant at 1m plain[5m + 1m]

eval instant at soon plain

evaluate plain

load 1m
  plain 7 7

eval instant at 1m plain +
",
        "upuuupuFFFF",
    );
    let shown: Vec<String> = report.cases.iter().map(ToString::to_string).collect();
    assert!(shown[0].ends_with("it selects series with native histograms"));
    assert!(shown[2].ends_with("it selects series with start timestamps"));
    assert!(shown[7].ends_with("`soon` is no duration"));
    assert!(
        shown[9].ends_with("plain: out of order sample"),
        "{}",
        shown[9]
    );
    assert!(shown[10].contains("unexpected the end"));
}
