//! `xops alerts`: Prometheus's tests of rules, and Alertmanager's files.

mod words;

use std::io::Write;
use std::path::{Path, PathBuf};

use super::files;
use super::outcome::Failure;
use crate::alert::notify::{self, Leg};
use crate::alert::rules::{self, Kind, Rule, RuleFile};
use crate::alert::testing;
use crate::alert::{Labels, notify::legs};
use crate::base::{Diagnostics, did_you_mean};

pub(super) use words::job;

/// What to do.
#[derive(Debug, PartialEq)]
pub(super) enum Job {
    /// Run test files of rules.
    Test(Vec<PathBuf>),
    /// Say whether files of rules and Alertmanager's are sound.
    Check(Vec<PathBuf>),
    /// Write one anew.
    Format(PathBuf),
    /// Say who is told of an alert with these labels.
    Route { file: PathBuf, labels: Labels },
}

/// Carries it out; false if it found errors and has told them.
pub(super) fn run(job: &Job, out: &mut dyn Write) -> Result<bool, Failure> {
    match job {
        Job::Test(paths) => test(paths, out),
        Job::Check(paths) => {
            let mut sound = true;
            for path in paths {
                let text = files::read(path, files::LONGEST)?;
                match check(&path.display().to_string(), &text) {
                    Ok(told) => writeln!(out, "{}: {told}", path.display())?,
                    Err(problems) => {
                        sound = false;
                        writeln!(out, "{problems}")?;
                    }
                }
            }
            Ok(sound)
        }
        Job::Format(path) => {
            let text = files::read(path, files::LONGEST)?;
            let config = notify::read(&path.display().to_string(), &text)?;
            out.write_all(notify::write(&config).as_bytes())?;
            Ok(true)
        }
        Job::Route { file, labels } => {
            let text = files::read(file, files::LONGEST)?;
            let config = notify::read(&file.display().to_string(), &text)?;
            for leg in legs(&config.route, labels) {
                writeln!(out, "{}", tell(&leg, labels))?;
            }
            Ok(true)
        }
    }
}

/// What a file of rules, which begins with `groups`, or an Alertmanager's holds.
fn check(name: &str, text: &str) -> Result<String, Diagnostics> {
    if text.lines().any(|line| line.starts_with("groups:")) {
        let file = rules::read(name, text)?;
        let rules = || file.groups.iter().flat_map(|group| &group.rules);
        let records = |rule: &&Rule| matches!(rule.kind, Kind::Record { .. });
        let recording = rules().filter(records).count();
        let alerting = rules().count() - recording;
        let groups = file.groups.len();
        return Ok(format!(
            "{groups} groups, {alerting} rules that alert, {recording} that record"
        ));
    }
    let config = notify::read(name, text)?;
    Ok(format!(
        "{} receivers, {} inhibitions, {} times",
        config.receivers.len(),
        config.inhibitions.len(),
        config.intervals.len()
    ))
}

fn tell(leg: &Leg, labels: &Labels) -> String {
    let group = leg.group(labels);
    let pairs = group
        .iter()
        .map(|(name, value)| format!("{name}={value:?}"));
    let pairs: Vec<String> = pairs.collect();
    format!(
        "{}: grouped by {{{}}}, first after {}, news every {}, again after {}",
        leg.receiver,
        pairs.join(", "),
        leg.wait,
        leg.interval,
        leg.repeat
    )
}

/// Runs test files; false if anything was not as expected.
pub(super) fn test(paths: &[PathBuf], out: &mut dyn Write) -> Result<bool, Failure> {
    let mut all_well = true;
    for path in paths {
        let name = path.display().to_string();
        let file = testing::read(&name, &files::read(path, files::LONGEST)?)?;
        let rules = rule_files(path, &file.rule_files)?;
        for name in &file.order {
            let groups = rules.iter().flat_map(|rules| &rules.groups);
            let known: Vec<&str> = groups.map(|group| group.name.as_str()).collect();
            if !known.contains(&name.as_str()) {
                let problem = format!("group_eval_order names `{name}`, which no rule file has");
                return Err(Failure::problem(&problem, &did_you_mean(name, &known)));
            }
        }
        writeln!(out, "{name}")?;
        for (test, problems) in file.tests.iter().zip(testing::run(&file, &rules)) {
            let title = match test.name.as_str() {
                "" => format!("line {}", test.line),
                name => format!("line {}: {name}", test.line),
            };
            let word = if problems.is_empty() {
                "passed"
            } else {
                "FAILED"
            };
            writeln!(out, "  {title}: {word}")?;
            for problem in &problems {
                writeln!(out, "    {problem}")?;
            }
            all_well &= problems.is_empty();
        }
    }
    Ok(all_well)
}

/// The rule files that a test file names, relative to where it lies; a `*`
/// stands for any part of a file's name.
fn rule_files(test: &Path, patterns: &[String]) -> Result<Vec<RuleFile>, Failure> {
    let folder = test.parent().unwrap_or(Path::new("."));
    let mut found = Vec::new();
    for pattern in patterns {
        let path = folder.join(pattern);
        let paths = match pattern.contains('*') {
            false => vec![path],
            true => matching(&path)?,
        };
        for path in paths {
            let text = files::read(&path, files::LONGEST)?;
            found.push(rules::read(&path.display().to_string(), &text)?);
        }
    }
    Ok(found)
}

fn matching(pattern: &Path) -> Result<Vec<PathBuf>, Failure> {
    let name = pattern.file_name().unwrap_or_default().to_string_lossy();
    let (before, after) = name.split_once('*').unwrap_or((&name, ""));
    let folder = pattern.parent().unwrap_or(Path::new("."));
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if name.len() >= before.len() + after.len()
            && name.starts_with(before)
            && name.ends_with(after)
        {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
