//! `xops canary judge`: the canary judge tried on a file of cases.
//!
//! The file holds lists of cases, each with its input and what is expected of
//! it; README.md tells the fields. Names are read as Kayenta's own tests and
//! settings spell them.

mod part;
mod read;
mod rule;
mod trial;

use std::io::Write;
use std::path::Path;

use super::files;
use super::outcome::Failure;
use super::table::{Side, Table};
use crate::base::yaml::{self, Limits};
use crate::base::{At, Report};

/// Cases are data from elsewhere, with long lists of numbers.
const LIMITS: Limits = Limits {
    bytes: 8 << 20,
    depth: 32,
    nodes: 1_000_000,
    scalar_bytes: 64 << 10,
};

/// Tries every case of a file; true if all came out as expected.
pub(super) fn judge(path: &Path, out: &mut dyn Write) -> Result<bool, Failure> {
    let name = path.display().to_string();
    let text = json_as_yaml(files::read(path, files::LONGEST)?);
    let node = yaml::parse(&name, &text, &LIMITS)?;
    let mut report = Report::new(&name, &text);
    let cases = read::cases(&mut report, &At::root(&node));
    let failed = report.failed();
    let problems = report.finish();
    if failed {
        return Err(problems.into());
    }
    if !problems.is_empty() {
        writeln!(out, "{problems}\n")?;
    }
    let mut table = Table::new([
        ("case", Side::Left),
        ("expected", Side::Left),
        ("found", Side::Left),
        ("result", Side::Left),
        ("by", Side::Left),
    ]);
    let mut passed = 0;
    for case in &cases {
        let tried = case.trial.run();
        passed += usize::from(tried.passed);
        table.row(vec![
            format!("{} {}", case.section, case.name),
            tried.expected,
            tried.found,
            if tried.passed { "passed" } else { "FAILED" }.to_owned(),
            tried.numbers,
        ]);
    }
    let failed = cases.len() - passed;
    writeln!(out, "{table}\n{passed} passed, {failed} failed")?;
    Ok(failed == 0)
}

/// JSON is YAML but for tabs between its values, which are as good as spaces.
fn json_as_yaml(text: String) -> String {
    match text
        .trim_start_matches('\u{feff}')
        .trim_start()
        .chars()
        .next()
    {
        Some('{' | '[') => text.replace('\t', " "),
        _ => text,
    }
}
