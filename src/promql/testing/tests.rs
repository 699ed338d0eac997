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
