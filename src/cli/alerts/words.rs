//! The words after `xops alerts`.

use std::path::PathBuf;

use super::Job;
use crate::alert::{Labels, is_label};
use crate::base::did_you_mean;
use crate::cli::outcome::Failure;
use crate::cli::words::{rest, text};

/// What can be done.
const JOBS: [&str; 4] = ["test", "check", "format", "route"];

/// What the words ask for; none if they ask for help.
pub(in crate::cli) fn job(words: &mut lexopt::Parser) -> Result<Option<Job>, Failure> {
    let Some(words) = rest(words)? else {
        return Ok(None);
    };
    let mut words = words.into_iter();
    let Some(job) = words.next() else {
        let remedy = "write `xops alerts test rules_test.yml`; `xops alerts --help` says more";
        return Err(Failure::usage("what to do is missing", remedy));
    };
    let job = text(job)?;
    if !JOBS.contains(&job.as_str()) {
        let problem = format!("`xops alerts` cannot `{job}`");
        return Err(Failure::usage(&problem, &did_you_mean(&job, &JOBS)));
    }
    let mut files: Vec<PathBuf> = Vec::new();
    let mut labels = Labels::new();
    for word in words {
        let label = word.to_str().and_then(|word| word.split_once('='));
        match label {
            Some((name, value)) if job == "route" && is_label(name) => {
                labels.insert(name.to_owned(), value.to_owned());
            }
            _ => files.push(PathBuf::from(word)),
        }
    }
    let one = |files: Vec<PathBuf>| {
        let mut files = files.into_iter();
        match (files.next(), files.next()) {
            (Some(file), None) => Ok(file),
            (None, _) => Err(missing(&job)),
            _ => Err(Failure::usage("more than one file is named", "name one")),
        }
    };
    Ok(Some(match job.as_str() {
        "format" => Job::Format(one(files)?),
        "route" => Job::Route {
            file: one(files)?,
            labels,
        },
        _ if files.is_empty() => return Err(missing(&job)),
        "test" => Job::Test(files),
        _ => Job::Check(files),
    }))
}

fn missing(job: &str) -> Failure {
    let remedy = format!("name one: `xops alerts {job} FILE`");
    Failure::usage("no file is named", &remedy)
}
