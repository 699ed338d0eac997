//! Reading how many tests passed from what cargo and Playwright report.

use anyhow::{Context, Result};
use serde_json::Value;

/// Tests by outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Did what they say.
    pub passed: u64,
    /// Did not.
    pub failed: u64,
    /// Were not run: ignored, or skipped for want of something.
    pub skipped: u64,
}

impl Counts {
    /// Adds what a part reported, if it reported anything.
    pub fn add(&mut self, part: Option<Self>) {
        let part = part.unwrap_or_default();
        self.passed += part.passed;
        self.failed += part.failed;
        self.skipped += part.skipped;
    }

    /// With the program's own verdict: one that failed without a failed test
    /// (it did not compile, it crashed) counts as one failure.
    pub fn settled(mut self, ok: bool) -> Self {
        if !ok && self.failed == 0 {
            self.failed = 1;
        }
        self
    }
}

/// One line of `cargo test`, if it is a summary:
/// `test result: ok. 7 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; ...`
pub fn cargo_summary(line: &str) -> Option<Counts> {
    let (_, numbers) = line.trim().strip_prefix("test result:")?.split_once(". ")?;
    let number = |word: &str| {
        let mut parts = numbers.split(';').map(str::trim);
        parts.find_map(|part| part.strip_suffix(word)?.trim().parse().ok())
    };
    Some(Counts {
        passed: number("passed")?,
        failed: number("failed")?,
        skipped: number("ignored")?,
    })
}

/// Playwright's JSON report. A flaky test (passed on a repeat) passed; an error
/// outside of any test is a failure.
///
/// # Errors
/// When the report is not what Playwright writes.
pub fn playwright_summary(json: &str) -> Result<Counts> {
    let report: Value = serde_json::from_str(json).context("Playwright's report is not JSON")?;
    let number = |name: &str| {
        let value = report.pointer(&format!("/stats/{name}"));
        value
            .and_then(Value::as_u64)
            .with_context(|| format!("Playwright's report has no stats.{name}"))
    };
    let outside = report.get("errors").and_then(Value::as_array);
    let outside = outside.map_or(0, |errors| errors.len() as u64);
    Ok(Counts {
        passed: number("expected")? + number("flaky")?,
        failed: number("unexpected")? + outside,
        skipped: number("skipped")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summaries_of_cargo_test_are_read() {
        let check = |line: &str, expected| assert_eq!(cargo_summary(line), expected, "{line}");
        let some = |passed, failed, skipped| {
            Some(Counts {
                passed,
                failed,
                skipped,
            })
        };
        check(
            "test result: ok. 12 passed; 0 failed; 3 ignored; 0 measured; 0 filtered out; finished in 0.02s",
            some(12, 0, 3),
        );
        check(
            "test result: FAILED. 5 passed; 2 failed; 0 ignored; 0 measured; 9 filtered out",
            some(5, 2, 0),
        );
        check("test base::time::tests::adds ... ok", None);
        check("test result: strange", None);
        check("a test that prints 3 passed; 1 failed", None);
    }

    #[test]
    fn reports_of_playwright_are_read() {
        let json = r#"{"errors":[{"message":"x"}],
            "stats":{"expected":4,"unexpected":1,"flaky":2,"skipped":3}}"#;
        let expected = Counts {
            passed: 6,
            failed: 2,
            skipped: 3,
        };
        assert_eq!(playwright_summary(json).ok(), Some(expected));
        assert!(playwright_summary("{}").is_err());
        assert!(playwright_summary("no").is_err());
    }

    #[test]
    fn a_failure_without_a_failed_test_counts_as_one() {
        assert_eq!(Counts::default().settled(false).failed, 1);
        assert_eq!(Counts::default().settled(true).failed, 0);
        let counts = Counts {
            failed: 3,
            ..Counts::default()
        };
        assert_eq!(counts.settled(false).failed, 3);
    }
}
