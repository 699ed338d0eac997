//! `xops lint`: every problem of every file.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime};

use super::files::{self, Kind};
use super::outcome::Failure;
use super::play;
use crate::base::{Diagnostics, Severity};
use crate::lesson::{catalogue, glossary, shelf};
use crate::session::{File, Scenario};

/// Real time between two looks at whether something has changed.
const BETWEEN_LOOKS: Duration = Duration::from_millis(300);

/// What was found.
#[derive(Default)]
struct Findings {
    files: usize,
    errors: usize,
    warnings: usize,
}

/// Looks at every path, or at everything below `lessons/`; true if there is no error.
pub(super) fn run(paths: &[PathBuf], out: &mut dyn Write) -> Result<bool, Failure> {
    let mut found = Findings::default();
    if paths.is_empty() {
        let shelf = files::present_shelf()?;
        for problems in shelf.check().values() {
            found.tell(problems, out)?;
        }
        found.files = shelf.len();
    }
    for path in paths {
        if !path.exists() {
            let problem = format!("{} is not there", path.display());
            return Err(Failure::problem(&problem, "give a path that is"));
        }
        match files::root_above(path) {
            Some(root) => found.below(&root, path, out)?,
            None => found.alone(path, 0, out)?,
        }
    }
    writeln!(out, "{}", found.summary())?;
    Ok(found.errors == 0)
}

/// Looks again whenever something changes, until the process is stopped.
pub(super) fn watch(paths: &[PathBuf], out: &mut dyn Write) -> Result<(), Failure> {
    let mut seen = None;
    loop {
        let now = stamps(paths);
        if seen.as_ref() != Some(&now) {
            seen = Some(now);
            // A file that is being written may be unreadable for a moment.
            if let Err(failure) = run(paths, out) {
                match failure {
                    Failure::Problem(text) => writeln!(out, "{text}")?,
                    other => return Err(other),
                }
            }
            writeln!(out, "-- watching, Ctrl+C ends")?;
            out.flush()?;
        }
        thread::sleep(BETWEEN_LOOKS);
    }
}

/// Length and time of change of every file that is looked at.
fn stamps(paths: &[PathBuf]) -> BTreeMap<PathBuf, (u64, Option<SystemTime>)> {
    let mut stamps = BTreeMap::new();
    let mut folders = paths.to_vec();
    if paths.is_empty() {
        folders.extend(files::root_above(Path::new("")));
    }
    while let Some(path) = folders.pop() {
        let Ok(about) = fs::symlink_metadata(&path) else {
            continue;
        };
        if about.is_dir() {
            let inside = fs::read_dir(&path).into_iter().flatten().flatten();
            folders.extend(inside.map(|entry| entry.path()));
        }
        stamps.insert(path, (about.len(), about.modified().ok()));
    }
    stamps
}

/// Looks at world files, or at every world below `lessons/`.
pub(super) fn worlds(paths: &[PathBuf], out: &mut dyn Write) -> Result<bool, Failure> {
    if !paths.is_empty() {
        return run(paths, out);
    }
    let shelf = files::present_shelf()?;
    let mut found = Findings::default();
    for file in shelf
        .worlds()
        .filter_map(|name| shelf.file(&shelf::world_path(name)))
    {
        found.files += 1;
        let read = Scenario::read(&file.name, &file.text);
        let problems = read.map_or_else(|problems| problems, |(_, warnings)| warnings);
        found.tell(&problems, out)?;
    }
    writeln!(out, "{}", found.summary())?;
    Ok(found.errors == 0)
}

impl Findings {
    /// What of a `lessons` folder lies at or below `path`.
    fn below(&mut self, root: &Path, path: &Path, out: &mut dyn Write) -> Result<(), Failure> {
        let whole = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        let shelf = files::shelf(root)?;
        let wanted = |file: &str| {
            let file = root.join(file);
            // A folder above `lessons/` means all of it.
            file.starts_with(&whole) || root.starts_with(&whole)
        };
        let files: Vec<&str> = shelf.paths().filter(|file| wanted(file)).collect();
        if files.is_empty() {
            // A list of commands beside the lessons, or a file that is not for them.
            return self.alone(path, 0, out);
        }
        self.files += files.len();
        for (file, problems) in &shelf.check() {
            if wanted(file) {
                self.tell(problems, out)?;
            }
        }
        Ok(())
    }

    /// A file that belongs to no `lessons` folder, or a folder of such files.
    fn alone(&mut self, path: &Path, depth: usize, out: &mut dyn Write) -> Result<(), Failure> {
        if path.is_dir() {
            if depth > 8 {
                let problem = format!("{} lies too deep", path.display());
                return Err(Failure::problem(&problem, "name the folder itself"));
            }
            let mut inside: Vec<PathBuf> = fs::read_dir(path)?
                .filter_map(|entry| Some(entry.ok()?.path()))
                .filter(|path| {
                    let is_link = path.is_symlink();
                    (path.is_dir() && !is_link) || path.extension().is_some_and(|e| e == "yaml")
                })
                .collect();
            inside.sort();
            return inside
                .iter()
                .try_for_each(|path| self.alone(path, depth + 1, out));
        }
        self.files += 1;
        let file = File {
            name: path.display().to_string(),
            text: files::read(path, files::LONGEST)?,
        };
        let problems = match files::kind(&file) {
            Err(Failure::Problem(text)) => {
                self.errors += 1;
                writeln!(out, "{text}\n")?;
                return Ok(());
            }
            Err(other) => return Err(other),
            Ok(Kind::World) => Scenario::read(&file.name, &file.text)
                .map_or_else(|problems| problems, |(_, warnings)| warnings),
            Ok(Kind::Commands) => play::parse_commands(&file).err().unwrap_or_default(),
            Ok(Kind::Glossary) => glossary::read(&file.name, &file.text)
                .err()
                .unwrap_or_default(),
            Ok(Kind::Catalogue) => catalogue::parse(&file.name, &file.text)
                .err()
                .unwrap_or_default(),
            Ok(Kind::Lesson) => {
                self.errors += 1;
                writeln!(
                    out,
                    "{}:1:1: this lesson has no catalogue.yaml above it\n    = remedy: keep it \
                     in lessons/<track>/<lesson>/, beside worlds/ and glossary.yaml\n",
                    file.name
                )?;
                return Ok(());
            }
        };
        self.tell(&problems, out)
    }

    fn tell(&mut self, problems: &Diagnostics, out: &mut dyn Write) -> Result<(), Failure> {
        if problems.is_empty() {
            return Ok(());
        }
        let warnings = problems
            .iter()
            .filter(|problem| problem.severity == Severity::Warning)
            .count();
        self.warnings += warnings;
        self.errors += problems.len() - warnings;
        writeln!(out, "{problems}\n")?;
        Ok(())
    }

    fn summary(&self) -> String {
        let count = |number: usize, what: &str| match number {
            1 => format!("1 {what}"),
            number => format!("{number} {what}s"),
        };
        let files = count(self.files, "file");
        match (self.errors, self.warnings) {
            (0, 0) => format!("{files}, no problems"),
            (0, warnings) => format!("{files}, no errors, {}", count(warnings, "warning")),
            (errors, 0) => format!("{files}, {}", count(errors, "error")),
            (errors, warnings) => format!(
                "{files}, {}, {}",
                count(errors, "error"),
                count(warnings, "warning")
            ),
        }
    }
}
