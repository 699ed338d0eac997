//! `xops slo rules`: a file of Sloth into Prometheus rules.

use std::io::Write;
use std::path::Path;

use crate::base::Span;
use crate::cli::files;
use crate::cli::outcome::Failure;
use crate::formats::rules::duration;
use crate::formats::{Labels, sloth};
use crate::slo::BurnWindows;

/// Periods for which the windows need no file, the usual one last.
const PERIODS: [Span; 2] = [Span::from_days(28), Span::from_days(30)];

/// The windows of a file, or those that are recommended for a period.
pub(super) fn windows(period: Option<Span>, path: Option<&Path>) -> Result<BurnWindows, Failure> {
    let Some(path) = path else {
        let period = period.unwrap_or(PERIODS[1]);
        if !PERIODS.contains(&period) {
            let problem = format!(
                "--period: there are no windows for {}",
                duration::write(period)
            );
            let remedy = "28d and 30d need none; for another period give --windows FILE";
            return Err(Failure::problem(&problem, remedy));
        }
        return Ok(BurnWindows::recommended(period));
    };
    let text = files::read(path, files::LONGEST)?;
    let windows = sloth::read_windows(&path.display().to_string(), &text)?;
    if let Some(period) = period.filter(|period| *period != windows.period) {
        let problem = format!(
            "--period: {} is not the period of {}, which is {}",
            duration::write(period),
            path.display(),
            duration::write(windows.period)
        );
        return Err(Failure::problem(
            &problem,
            "leave --period out, or give other windows",
        ));
    }
    Ok(windows)
}

/// Writes the rules of every document, one document each.
pub(super) fn write(
    path: &Path,
    windows: &BurnWindows,
    extra: &Labels,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    let text = files::read(path, files::LONGEST)?;
    for specification in sloth::read(&path.display().to_string(), &text)? {
        let rules = sloth::rules(&specification, windows, extra);
        writeln!(
            out,
            "---\n# Made by `xops slo rules`; change {} instead.",
            path.display()
        )?;
        out.write_all(rules.write().as_bytes())?;
    }
    Ok(())
}
