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
const JOBS: [&str; 3] = ["check", "format", "rules"];
/// Options of `rules`.
const OPTIONS: [&str; 4] = ["period", "windows", "extra-labels", "help"];

/// What the words ask for; none if they ask for help.
pub(in crate::cli) fn job(words: &mut lexopt::Parser) -> Result<Option<Job>, Failure> {
    let job = match words.next().map_err(unreadable)? {
        Some(Long("help") | Short('h')) => return Ok(None),
        Some(Value(word)) => text(word)?,
        Some(other) => return Err(unknown(&other, &["help"])),
        None => {
            let remedy = "write `xops slo check`, `format` or `rules`";
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
            Long("period") if job == "rules" => {
                let word = value(words)?;
                let span = duration::read(&word).map_err(|problem| {
                    Failure::usage(&format!("--period: {problem}"), duration::FORM)
                })?;
                period = Some(span);
            }
            Long("windows") if job == "rules" => windows = Some(path(words)?),
            Long("extra-labels") if job == "rules" => {
                let word = value(words)?;
                let label = word.split_once('=').filter(|(name, _)| is_label(name));
                let (name, label) = label.ok_or_else(|| {
                    let problem = format!("--extra-labels: `{word}` is no label");
                    let remedy = "write name=value; a name has letters, digits and underscores";
                    Failure::usage(&problem, remedy)
                })?;
                extra.insert(name.to_owned(), label.to_owned());
            }
            Value(word) if job != "rules" || files.is_empty() => files.push(PathBuf::from(word)),
            other => {
                let known = if job == "rules" {
                    OPTIONS.as_slice()
                } else {
                    &["help"]
                };
                return Err(unknown(&other, known));
            }
        }
    }
    if files.is_empty() {
        let remedy = format!("name one, such as `xops slo {job} slos.yml`");
        return Err(Failure::usage("no file is named", &remedy));
    }
    let file = match job.as_str() {
        "check" => return Ok(Some(Job::Check(files))),
        "format" => return Ok(Some(Job::Format(files))),
        _ => files.remove(0),
    };
    Ok(Some(Job::Rules {
        file,
        period,
        windows,
        extra,
    }))
}
