//! `xops slo`: files of other SLO tools, read and turned into each other.

mod check;
mod rules;
mod words;

use std::io::Write;
use std::path::PathBuf;

use super::outcome::Failure;
use crate::base::Span;
use crate::formats::Labels;

pub(super) use words::job;

/// What to do.
#[derive(Debug, PartialEq)]
pub(super) enum Job {
    /// Say of every document of these files whether the lab can run it.
    Check(Vec<PathBuf>),
    /// Write the OpenSLO documents of these files anew.
    Format(Vec<PathBuf>),
    /// Make Prometheus rules of a file of Sloth.
    Rules {
        /// The file.
        file: PathBuf,
        /// The period of the error budgets.
        period: Option<Span>,
        /// A file of alert windows.
        windows: Option<PathBuf>,
        /// Labels for every recording rule.
        extra: Labels,
    },
}

/// Carries it out; false if it found errors and has told them.
pub(super) fn run(job: &Job, out: &mut dyn Write) -> Result<bool, Failure> {
    match job {
        Job::Check(paths) => check::run(paths, out),
        Job::Format(paths) => {
            check::format(paths, out)?;
            Ok(true)
        }
        Job::Rules {
            file,
            period,
            windows,
            extra,
        } => {
            let windows = rules::windows(*period, windows.as_deref())?;
            rules::write(file, &windows, extra, out)?;
            Ok(true)
        }
    }
}
