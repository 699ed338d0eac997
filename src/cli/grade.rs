//! `xops grade`: runs that were handed in, run again and held against what
//! their authors claim.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::files;
use super::outcome::Failure;
use super::table::{Side, Table};
use crate::base::{Money, SimTime};
use crate::engine::Progress;
use crate::lesson::{Claim, Difference, Lab, Outcome, Shelf, journal_problem};
use crate::session::{Mark, Opening, Replay};

/// Files of one folder that are looked at.
const MOST_FILES: usize = 10_000;
/// Events of one run: some minutes of work.
const MOST_EVENTS: u64 = 2_000_000_000;
const HEADS: [(&str, Side); 7] = [
    ("file", Side::Left),
    ("author", Side::Left),
    ("of", Side::Left),
    ("stars", Side::Right),
    ("failed", Side::Right),
    ("lost", Side::Right),
    ("verdict", Side::Left),
];

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
    let mut rows = Vec::new();
    let mut sound = true;
    for path in results(&job.folder)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let graded = grade(&path, shelf.as_ref());
        sound &= graded.confirmed;
        rows.push([&[name.into_owned()][..], &graded.cells].concat());
    }
    if rows.is_empty() {
        let problem = format!("{} holds no results", job.folder.display());
        let remedy = "put files there that end in .json, as the page saves them";
        return Err(Failure::problem(&problem, remedy));
    }
    if let Some(file) = &job.csv {
        files::write(file, &csv(&rows))?;
    }
    let count = rows.len();
    let mut table = Table::new(HEADS);
    rows.into_iter().for_each(|row| table.row(row));
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

/// What is told of one file.
struct Graded {
    /// All cells behind the file's name.
    cells: [String; 6],
    confirmed: bool,
}

impl Graded {
    fn unreadable(author: &str, problem: &str) -> Graded {
        let one_line = problem.lines().next().unwrap_or_default();
        let none = || String::from("-");
        Graded {
            cells: [
                author.to_owned(),
                none(),
                none(),
                none(),
                none(),
                one_line.to_owned(),
            ],
            confirmed: false,
        }
    }
}

fn grade(path: &Path, shelf: Option<&Shelf>) -> Graded {
    let name = path.display().to_string();
    let text = match files::read(path, Replay::LONGEST as u64) {
        Ok(text) => text,
        Err(failure) => return Graded::unreadable("-", failure.text()),
    };
    let claim = match Claim::parse(&name, &text) {
        Ok(claim) => claim,
        Err(problem) => return Graded::unreadable("-", &problem),
    };
    let found = match again(claim.replay.clone().into_opening()) {
        Ok(found) => found,
        Err(problem) => return Graded::unreadable(&claim.author, &problem),
    };
    let own = own_files(&claim.replay, shelf);
    let difference = claim.outcome.difference(&found);
    let confirmed = difference.is_none() && own.is_none();
    let verdict = match (difference, own) {
        (Some(difference), _) => words(&difference),
        (None, Some(own)) => own,
        (None, None) => "confirmed".to_owned(),
    };
    let earned = found.stars.iter().filter(|earned| **earned).count();
    let stars = match found.stars.len() {
        0 => "-".to_owned(),
        all => format!("{earned}/{all}"),
    };
    let of = claim.replay.lesson.as_ref().map(|files| &files.lesson);
    let of = of.unwrap_or(&claim.replay.world).name.clone();
    let Mark { failed, lost, .. } = found.end;
    let cells = [
        claim.author,
        of,
        stars,
        failed.to_string(),
        money(lost),
        verdict,
    ];
    Graded { cells, confirmed }
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

/// Which file of a run is not the lab's own, if one is not.
fn own_files(replay: &Replay, shelf: Option<&Shelf>) -> Option<String> {
    let shelf = shelf?;
    let other = replay.files().find(|file| {
        // The command line writes paths with the folder in front.
        let mut paths = shelf.paths().filter(|path| file.name.ends_with(path));
        !paths.any(|path| shelf.text(path) == Some(file.text.as_str()))
    })?;
    Some(format!("with another `{}` than is here", other.name))
}

fn words(difference: &Difference) -> String {
    let of = |mark: &Mark| {
        let Mark {
            at,
            requests,
            failed,
            ..
        } = mark;
        let lost = money(mark.lost);
        format!("{requests} requests, {failed} failed, {lost} lost at {at}")
    };
    match difference {
        Difference::Mark(place, Some(claimed), Some(found)) => format!(
            "differs after command {place}: claims {}; found {}",
            of(claimed),
            of(found)
        ),
        Difference::Mark(place, None, _) => format!("claims nothing about command {place}"),
        Difference::Mark(place, _, None) => format!("claims a command {place} that was not given"),
        Difference::End(claimed, found) => {
            format!(
                "differs at the end: claims {}; found {}",
                of(claimed),
                of(found)
            )
        }
        Difference::Digest(claimed, found) => {
            format!("differs in the state at the end: claims {claimed}; found {found}")
        }
        Difference::Stars(claimed, found) => {
            let count = |stars: &[bool]| stars.iter().filter(|earned| **earned).count();
            format!("claims {} stars; found {}", count(claimed), count(found))
        }
    }
}

/// An amount with its cents.
fn money(amount: Money) -> String {
    format!("{}.{:02}", amount.cents() / 100, amount.cents() % 100)
}

/// The table as comma-separated values, as RFC 4180 has them. What a spreadsheet
/// would take for a formula is made a text.
fn csv(rows: &[Vec<String>]) -> String {
    let cell = |text: &str| {
        let harmless = !text.starts_with(['=', '+', '-', '@', '\t', '\r']) || text == "-";
        let text = if harmless {
            text.to_owned()
        } else {
            format!("'{text}")
        };
        format!("\"{}\"", text.replace('"', "\"\""))
    };
    let heads = HEADS.map(|(head, _)| cell(head)).join(",");
    let line = |row: &Vec<String>| {
        let cells: Vec<String> = row.iter().map(|text| cell(text)).collect();
        cells.join(",")
    };
    let lines = std::iter::once(heads).chain(rows.iter().map(line));
    lines.map(|line| line + "\r\n").collect()
}
