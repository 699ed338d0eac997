//! `xops slo check` and `xops slo format`: documents judged, documents written
//! anew.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::base::Severity;
use crate::cli::files;
use crate::cli::outcome::Failure;
use crate::formats::{check, openslo};

/// Files of one call.
const MOST_FILES: usize = 1_000;
/// Folders within folders.
const MOST_DEPTH: usize = 8;

/// Tells of every document whether it runs; false if one is refused.
pub(super) fn run(paths: &[PathBuf], out: &mut dyn Write) -> Result<bool, Failure> {
    let files = texts(paths)?;
    let verdicts = check::check(&files);
    let (mut refused, mut warnings) = (0, 0);
    for verdict in &verdicts {
        let word = if verdict.runs() { "run" } else { "refused" };
        refused += usize::from(!verdict.runs());
        writeln!(
            out,
            "{}:{}: {}: {word}",
            verdict.file, verdict.line, verdict.what
        )?;
        if !verdict.problems.is_empty() {
            writeln!(out, "{}\n", verdict.problems)?;
        }
        let problems = verdict.problems.iter();
        warnings += problems.filter(|p| p.severity == Severity::Warning).count();
    }
    let count = |number: usize, what: &str| match number {
        1 => format!("1 {what}"),
        number => format!("{number} {what}s"),
    };
    let of_all = count(verdicts.len(), "document");
    let runs = verdicts.len() - refused;
    write!(out, "{of_all}: {runs} run, {refused} refused")?;
    if warnings > 0 {
        write!(out, ", {}", count(warnings, "warning"))?;
    }
    writeln!(out)?;
    Ok(refused == 0)
}

/// Writes the OpenSLO documents of files anew, in one order and spelling.
pub(super) fn format(paths: &[PathBuf], out: &mut dyn Write) -> Result<(), Failure> {
    let mut all = Vec::new();
    for (file, text) in texts(paths)? {
        all.extend(openslo::read(&file, &text)?);
    }
    out.write_all(openslo::write(&all).as_bytes())?;
    Ok(())
}

/// Names and texts of files, and of what lies in folders.
fn texts(paths: &[PathBuf]) -> Result<Vec<(String, String)>, Failure> {
    let mut found = Vec::new();
    for path in paths {
        gather(path, 0, &mut found)?;
    }
    let read = |path: PathBuf| {
        let text = files::read(&path, files::LONGEST)?;
        Ok((path.display().to_string(), text))
    };
    found.into_iter().map(read).collect()
}

fn gather(path: &Path, depth: usize, found: &mut Vec<PathBuf>) -> Result<(), Failure> {
    if !path.is_dir() {
        found.push(path.to_path_buf());
        if found.len() > MOST_FILES {
            let problem = format!("more than {MOST_FILES} files");
            return Err(Failure::problem(
                &problem,
                "name fewer, or a smaller folder",
            ));
        }
        return Ok(());
    }
    if depth > MOST_DEPTH {
        let problem = format!("{} lies too deep", path.display());
        return Err(Failure::problem(&problem, "name the folder itself"));
    }
    let mut inside: Vec<PathBuf> = fs::read_dir(path)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            let is_yaml = path
                .extension()
                .is_some_and(|end| end == "yaml" || end == "yml");
            // A link to a folder is not followed: it may lead back here.
            (path.is_dir() && !path.is_symlink()) || is_yaml
        })
        .collect();
    inside.sort();
    inside
        .iter()
        .try_for_each(|path| gather(path, depth + 1, found))
}
