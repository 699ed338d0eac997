//! `xops grade`: runs that were handed in, run again and held against what
//! their authors claim.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::files;
use super::outcome::Failure;
use super::table::{Side, Table};
use crate::base::SimTime;
use crate::engine::Progress;
use crate::lesson::grade::{Grade, HEADS, csv};
use crate::lesson::{Claim, Lab, Outcome, Shelf, journal_problem};
use crate::session::{Opening, Replay};

/// Files of one folder that are looked at.
const MOST_FILES: usize = 10_000;
/// Events of one run: some minutes of work.
const MOST_EVENTS: u64 = 2_000_000_000;
/// `xops grade`.
#[derive(Debug, PartialEq)]
pub(super) struct Job {
    /// Where the results are.
    pub folder: PathBuf,
    /// Where the table is written as comma-separated values.
    pub csv: Option<PathBuf>,
}

/// Grades every result of a folder; true if each is confirmed.
pub(super) fn run(job: &Job, out: &mut dyn Write) -> Result<bool, Failure> {
    let shelf = files::present_shelf().ok();
    let paths = results(&job.folder)?;
    let grades: Vec<Grade> = paths
        .iter()
        .map(|path| grade(path, shelf.as_ref()))
        .collect();
    if grades.is_empty() {
        let problem = format!("{} holds no results", job.folder.display());
        let remedy = "put files there that end in .json, as the page saves them";
        return Err(Failure::problem(&problem, remedy));
    }
    if let Some(file) = &job.csv {
        files::write(file, &csv(&grades))?;
    }
    let (count, sound) = (grades.len(), grades.iter().all(|grade| grade.confirmed));
    let side = |head| match head {
        "stars" | "failed" | "lost" => Side::Right,
        _ => Side::Left,
    };
    let mut table = Table::new(HEADS.map(|head| (head, side(head))));
    for grade in grades {
        table.row(grade.cells.to_vec());
    }
    write!(out, "{table}")?;
    let word = if sound {
        "all confirmed"
    } else {
        "not all confirmed"
    };
    writeln!(out, "\n{count} results, {word}")?;
    Ok(sound)
}

/// Files of the folder that may be results, by name.
fn results(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let shown = folder.display();
    let unreadable = |error: std::io::Error| {
        let remedy = "give the path of a folder that you may read";
        Failure::problem(&format!("{shown} cannot be read: {error}"), remedy)
    };
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|ending| ending == "json") {
            paths.push(path);
        }
        if paths.len() > MOST_FILES {
            let problem = format!("{shown} holds more than {MOST_FILES} files");
            return Err(Failure::problem(&problem, "spread them over folders"));
        }
    }
    paths.sort();
    Ok(paths)
}

fn grade(path: &Path, shelf: Option<&Shelf>) -> Grade {
    let shown = path.display().to_string();
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let text = match files::read(path, Replay::LONGEST as u64) {
        Ok(text) => text,
        Err(failure) => return Grade::unreadable(&name, "-", failure.text()),
    };
    let claim = match Claim::parse(&shown, &text) {
        Ok(claim) => claim,
        Err(problem) => return Grade::unreadable(&name, "-", &problem),
    };
    match again(claim.replay.clone().into_opening()) {
        Ok(found) => Grade::of(&name, &claim, &found, other(&claim.replay, shelf)),
        Err(problem) => Grade::unreadable(&name, &claim.author, &problem),
    }
}

/// What comes of a recorded run.
fn again(opening: Opening) -> Result<Outcome, String> {
    let (mut lab, _) = Lab::build(&opening).map_err(|problems| problems.to_string())?;
    let until = opening.until.max(lab.start());
    for (place, entry) in opening.journal.into_iter().enumerate() {
        advance(&mut lab, entry.at)?;
        lab.apply(entry.command)
            .map_err(|refusal| journal_problem(place, &refusal).to_string())?;
    }
    advance(&mut lab, until)?;
    Ok(Outcome::of(&mut lab))
}

fn advance(lab: &mut Lab, until: SimTime) -> Result<(), String> {
    let left = MOST_EVENTS.saturating_sub(lab.session().world().events());
    match lab.advance(until, left) {
        Progress::Reached => Ok(()),
        Progress::OutOfBudget => Err(format!("stopped after {MOST_EVENTS} events")),
    }
}

/// The name of a file of the run that is not the lab's own, if one is not.
fn other<'r>(replay: &'r Replay, shelf: Option<&Shelf>) -> Option<&'r str> {
    let shelf = shelf?;
    let mut files = replay.files();
    let other = files.find(|file| shelf.text(file.on_shelf()) != Some(file.text.as_str()))?;
    Some(&other.name)
}
