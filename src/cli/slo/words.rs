//! The words after `xops slo`.

use std::path::PathBuf;

use lexopt::Arg::{Long, Short, Value};

use super::Job;
use crate::base::did_you_mean;
use crate::cli::outcome::Failure;
use crate::cli::words::{path, text, unknown, unreadable, value};
use crate::formats::rules::duration;
use crate::formats::{Labels, is_label};

/// What can be done.
const JOBS: [&str; 1] = ["rules"];
/// Options of `rules`.
const OPTIONS: [&str; 4] = ["period", "windows", "extra-labels", "help"];

/// What the words ask for; none if they ask for help.
pub(in crate::cli) fn job(words: &mut lexopt::Parser) -> Result<Option<Job>, Failure> {
    let job = match words.next().map_err(unreadable)? {
        Some(Long("help") | Short('h')) => return Ok(None),
        Some(Value(word)) => text(word)?,
        Some(other) => return Err(unknown(&other, &["help"])),
        None => {
            let remedy = "write `xops slo rules`; `xops slo --help` says more";
            return Err(Failure::usage("what to do is missing", remedy));
        }
    };
    if !JOBS.contains(&job.as_str()) {
        let problem = format!("`xops slo` cannot `{job}`");
        return Err(Failure::usage(&problem, &did_you_mean(&job, &JOBS)));
    }
    let (mut files, mut period, mut windows) = (Vec::new(), None, None);
    let mut extra = Labels::new();
    while let Some(word) = words.next().map_err(unreadable)? {
        match word {
            Long("help") | Short('h') => return Ok(None),
            Long("period") => {
                let word = value(words)?;
                let span = duration::read(&word).map_err(|problem| {
                    Failure::usage(&format!("--period: {problem}"), duration::FORM)
                })?;
                period = Some(span);
            }
            Long("windows") => windows = Some(path(words)?),
            Long("extra-labels") => {
                let word = value(words)?;
                let label = word.split_once('=').filter(|(name, _)| is_label(name));
                let (name, label) = label.ok_or_else(|| {
                    let problem = format!("--extra-labels: `{word}` is no label");
                    let remedy = "write name=value; a name has letters, digits and underscores";
                    Failure::usage(&problem, remedy)
                })?;
                extra.insert(name.to_owned(), label.to_owned());
            }
            Value(word) if files.is_empty() => files.push(PathBuf::from(word)),
            other => return Err(unknown(&other, &OPTIONS)),
        }
    }
    let Some(file) = files.pop() else {
        let remedy = "name one, such as `xops slo rules slos.yml`";
        return Err(Failure::usage("no file is named", remedy));
    };
    Ok(Some(Job::Rules {
        file,
        period,
        windows,
        extra,
    }))
}
