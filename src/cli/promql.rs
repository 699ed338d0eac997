//! `xops promql test`: files of Prometheus's test language.

use std::io::Write;
use std::path::PathBuf;

use super::files;
use super::outcome::Failure;
use crate::promql::testing;

/// Runs files and prints each case; false if any failed.
pub(super) fn test(paths: &[PathBuf], out: &mut dyn Write) -> Result<bool, Failure> {
    let mut all = (0, 0, 0);
    for path in paths {
        let report = testing::run(&files::read(path, files::LONGEST)?);
        writeln!(out, "{}", path.display())?;
        for case in &report.cases {
            writeln!(out, "{case}")?;
        }
        let (passed, failed, unsupported) = report.counts();
        tell(out, (passed, failed, unsupported))?;
        all = (all.0 + passed, all.1 + failed, all.2 + unsupported);
    }
    if paths.len() > 1 {
        writeln!(out, "All {} files", paths.len())?;
        tell(out, all)?;
    }
    Ok(all.1 == 0)
}

fn tell(out: &mut dyn Write, counts: (usize, usize, usize)) -> Result<(), Failure> {
    let (passed, failed, unsupported) = counts;
    writeln!(
        out,
        "{passed} passed, {failed} failed, {unsupported} not supported"
    )?;
    Ok(())
}
