//! The canary judge at the command line: Kayenta's own expectations, cases of
//! every kind, and files that are not what they should be.
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::path::Path;
use std::process::Command;

/// Exit code and all that was said about a file of cases.
fn judged(path: &Path) -> (i32, String) {
    let gave = Command::new(env!("CARGO_BIN_EXE_xops"))
        .args(["canary", "judge"])
        .arg(path)
        .output()
        .unwrap();
    let text = [gave.stdout, gave.stderr].concat();
    (
        gave.status.code().unwrap_or(-1),
        String::from_utf8(text).unwrap(),
    )
}

/// A file with this text, its exit code, and what is said of it.
fn check(name: &str, text: &str, code: i32, expected: &[&str]) {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("canary-{name}.json"));
    fs::write(&path, text).unwrap();
    let (found, said) = judged(&path);
    assert_eq!(found, code, "{said}");
    for expected in expected {
        assert!(said.contains(expected), "lacks `{expected}`: {said}");
    }
    assert!(!said.contains("panicked"), "{said}");
}

#[test]
fn the_judge_agrees_with_kayentas_own_expectations() {
    let Some(folder) = support::conformance() else {
        return;
    };
    let mut seen = 0;
    for entry in fs::read_dir(folder.join("kayenta")).unwrap() {
        let (code, said) = judged(&entry.unwrap().path());
        assert_eq!(code, 0, "{said}");
        assert!(said.contains(" passed, 0 failed"), "{said}");
        seen += 1;
    }
    assert!(seen > 0, "no file of cases in {}", folder.display());
}

/// The cases that README.md shows.
fn example() -> String {
    let readme = fs::read_to_string(support::project().join("README.md")).unwrap();
    let (_, rest) = readme.split_once("```json\n").unwrap();
    rest.split_once("```").unwrap().0.to_owned()
}

#[test]
fn the_example_of_the_readme_passes() {
    check("readme", &example(), 0, &["3 passed, 0 failed"]);
}

#[test]
fn what_is_found_otherwise_fails_and_says_both() {
    let text = example().replace("\"Pass\"", "\"High\"");
    let expected = ["High", "Pass", "FAILED", "2 passed, 1 failed"];
    check("otherwise", &text, 1, &expected);
    // Near enough is what the tolerance says.
    let interval = |high: &str| {
        format!(
            r#"{{"interval": [{{"x": [10, 20, 30, 40], "y": [1, 2, 3, 4], "high": {high}, "tolerance": 0.1}}]}}"#
        )
    };
    check("near", &interval("39.09"), 0, &["1 passed, 0 failed"]);
    check("far", &interval("39.11"), 1, &["0 passed, 1 failed"]);
}

#[test]
fn fields_are_read_as_kayentas_tests_and_settings_spell_them() {
    // Means of 1.96 and 23.6; the canary's values are twelve times the baseline's.
    let case = |fields: &str, expected: &str| {
        format!(
            "{{\t\"control\": [1.0, 2.2, 1.1, 2.5, 3.0], \"experiment\": [20, 22, 21, 25, 30],
             \"confLevel\": 0.95, {fields} \"expected\": {expected}}}"
        )
    };
    let cases = [
        case("", "\"high\""),
        case("\"direction\": \"Decrease\",", "\"Pass\""),
        case("\"effectSizeThresholds\": [1.0, 13.0],", "\"Pass\""),
        case("\"effect_size\": {\"allowedIncrease\": 13},", "\"Pass\""),
        case(
            "\"criticalThresholds\": [1, 13], \"isCriticalMetric\": true, \"expectedCritical\": false,",
            "\"High\"",
        ),
        case(
            "\"analysisConfigurations\": {\"canary\": {\"critical\": true,
              \"effectSize\": {\"criticalIncrease\": 12, \"measure\": \"meanRatio\"}}},",
            "{\"classification\": \"High\", \"critical\": true}",
        ),
        case(
            "\"effectSize\": {\"measure\": \"cles\", \"allowedIncrease\": 1},",
            "\"High\"",
        ),
    ];
    let missing = r#"{"baseline": [1, 2], "canary": [null, NaN, "NaN"], "mustHaveData": true,
        "expected": "NodataFailMetric"}"#;
    let text = format!("{{\"classify\": [{}, {missing}]}}", cases.join(",\n"));
    check("spelled", &text, 0, &["8 passed, 0 failed"]);
}

#[test]
fn every_kind_of_case_is_tried() {
    let text = r#"{
      "score": [
        {"results": [{"classification": "Pass", "groups": ["a"]},
                     {"classification": "High", "group": "b"},
                     {"classification": "Low", "group": "b", "muted": true}],
         "groupWeights": {"a": 75}, "expected": 75},
        {"results": [{"classification": "Nodata"}], "expected": "inconclusive"}],
      "judge": [
        {"metrics": [{"name": "errors", "groups": ["errors"],
                      "baseline": [1, 2, 3, 4, 5], "canary": [11, 12, 13, 14, 15]}],
         "scoreThresholds": {"pass": 95, "marginal": 75},
         "expected": {"score": 0, "classification": "Fail", "verdict": "abort"}}],
      "transform": [
        {"values": [NaN, 10.1], "nanStrategy": "replace", "expected": [0, 10.1]},
        {"values": [21, 23, 24, 25, 50, 29, 23, 21], "expected": [21, 23, 24, 25, 29, 23, 21],
         "outliers": {"strategy": "remove", "outlierFactor": 1.5, "reduceSensitivity": false}}],
      "outliers": [
        {"values": [1, 1, 1, 5, -1, -1, -1, -5], "factor": 1.5, "reduceSensitivity": false,
         "expected": [false, false, false, true, false, false, false, true]}],
      "percentile": [{"values": [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5], "percentile": 5, "expected": 0.175}],
      "effect": [
        {"baseline": [0, 0], "canary": [1, 2], "expected": null},
        {"baseline": [1, 2, 3], "canary": [1, 2, 3], "measure": "cles", "expected": 0.5}]
    }"#;
    let seen = ["9 passed, 0 failed", "75, Marginal, Pause", "fence -4 to 4"];
    check("kinds", text, 0, &seen);
}

#[test]
fn every_problem_of_a_file_is_told_with_its_place() {
    let text = r#"{"classify": [{"baseline": [1, "x", 1e999], "canary": 3, "direction": "up",
 "confidence": 98, "tolerance": -1, "expected": "Hihg"}]}"#;
    let problems = [
        "json:1:32: classify[0].baseline[1]: a quoted text",
        "json:1:37: classify[0].baseline[2]: 1e999 is too large",
        "classify[0].canary: `3` where a list is expected",
        "known: `either`, `increase`, `decrease`",
        "json:2:16: classify[0].confidence: 98 is above",
        "classify[0].tolerance: -1 is below",
        "did you mean `High`",
    ];
    check("problems", text, 1, &problems);
    let text = r#"{"interval": [{"x": [1, 2], "y": [3, 4], "high": -1}], "percentil": []}"#;
    let warnings = [
        "warning: percentil",
        "did you mean `percentile`",
        "1 passed",
    ];
    check("warnings", text, 0, &warnings);
    let text =
        r#"{"interval": [{"x": [1, 2], "y": [3, 4]}], "score": [{"results": [], "expected": {}}]}"#;
    let expected = [
        "interval[0]: nothing is expected",
        "score[0].expected: nothing",
    ];
    check("unasked", text, 1, &expected);
}

#[test]
fn hostile_files_are_refused() {
    check("empty", "", 1, &["holds nothing"]);
    check("open", "{\"classify\": [", 1, &["json:1:"]);
    check("list", "[]", 1, &["not a mapping"]);
    check("nothing", "{}", 1, &["there is no case in this file"]);
    check("deep", &"[".repeat(100_000), 1, &["json:1:"]);
    check("long", &" ".repeat(9 << 20), 1, &["longer than"]);
    check(
        "twice",
        r#"{"score": [], "score": []}"#,
        1,
        &["already given"],
    );
    let text = r#"{"classify": [{"baseline": {"a": 1}, "canary": [[1]], "expected": []}]}"#;
    check(
        "kind",
        text,
        1,
        &["a mapping where", "a list where", "expected"],
    );
    // The greatest values that are read leave every sum and difference finite or refused.
    let text = r#"{"classify": [{"baseline": [1e18, -1e18], "canary": [1e18, 1e-300, 2],
        "expected": "Pass"}]}"#;
    check("great", text, 0, &["1 passed, 0 failed"]);
}
