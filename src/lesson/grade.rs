//! Results held against what came of them when they were run again: one table
//! for the command line and for the workshop's page.

use super::{Claim, Difference, Outcome};
use crate::base::Money;
use crate::session::Mark;

/// What the columns are.
pub const HEADS: [&str; 7] = ["file", "author", "of", "stars", "failed", "lost", "verdict"];
/// What stands where nothing is known.
const NONE: &str = "-";

/// What is told of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grade {
    /// A text for each of [`HEADS`].
    pub cells: [String; HEADS.len()],
    /// Whether the file claims nothing but the truth.
    pub confirmed: bool,
}

impl Grade {
    /// A file that could not be run again, and why; its first line counts.
    pub fn unreadable(file: &str, author: &str, problem: &str) -> Grade {
        let mut cells = HEADS.map(|_| NONE.to_owned());
        file.clone_into(&mut cells[0]);
        author.clone_into(&mut cells[1]);
        problem
            .lines()
            .next()
            .unwrap_or_default()
            .clone_into(&mut cells[6]);
        Grade {
            cells,
            confirmed: false,
        }
    }

    /// A claim beside what was found. `other` is the name of a file with which the
    /// run was played and which is not the one here.
    pub fn of(file: &str, claim: &Claim, found: &Outcome, other: Option<&str>) -> Grade {
        let difference = claim.outcome.difference(found);
        let confirmed = difference.is_none() && other.is_none();
        let verdict = match (difference, other) {
            (Some(difference), _) => words(&difference),
            (None, Some(name)) => format!("with another `{name}` than is here"),
            (None, None) => "confirmed".to_owned(),
        };
        let stars = match found.stars.len() {
            0 => NONE.to_owned(),
            all => format!("{}/{all}", earned(&found.stars)),
        };
        let lesson = claim.replay.lesson.as_ref().map(|files| &files.lesson);
        let cells = [
            file.to_owned(),
            claim.author.clone(),
            lesson.unwrap_or(&claim.replay.world).name.clone(),
            stars,
            found.end.failed.to_string(),
            money(found.end.lost),
            verdict,
        ];
        Grade { cells, confirmed }
    }
}

/// The table as comma-separated values, as RFC 4180 has them. What a spreadsheet
/// would take for a formula is made a text.
pub fn csv(grades: &[Grade]) -> String {
    let cell = |text: &str| {
        let harmless = !text.starts_with(['=', '+', '-', '@', '\t', '\r']) || text == NONE;
        let mark = if harmless { "" } else { "'" };
        format!("\"{mark}{}\"", text.replace('"', "\"\""))
    };
    let line = |cells: Vec<String>| cells.join(",") + "\r\n";
    let mut text = line(HEADS.iter().map(|head| cell(head)).collect());
    for grade in grades {
        text.push_str(&line(grade.cells.iter().map(|text| cell(text)).collect()));
    }
    text
}

fn words(difference: &Difference) -> String {
    let of = |mark: &Mark| {
        let Mark {
            at,
            requests,
            failed,
            lost,
        } = *mark;
        let lost = money(lost);
        format!("{requests} requests, {failed} failed, {lost} lost at {at}")
    };
    match difference {
        Difference::Mark(place, Some(claimed), Some(found)) => {
            let (claimed, found) = (of(claimed), of(found));
            format!("differs after command {place}: claims {claimed}; found {found}")
        }
        Difference::Mark(place, None, _) => format!("claims nothing about command {place}"),
        Difference::Mark(place, _, None) => format!("claims a command {place} that was not given"),
        Difference::End(claimed, found) => {
            let (claimed, found) = (of(claimed), of(found));
            format!("differs at the end: claims {claimed}; found {found}")
        }
        Difference::Digest(claimed, found) => {
            format!("differs in the state at the end: claims {claimed}; found {found}")
        }
        Difference::Stars(claimed, found) => {
            format!("claims {} stars; found {}", earned(claimed), earned(found))
        }
    }
}

fn earned(stars: &[bool]) -> usize {
    stars.iter().filter(|earned| **earned).count()
}

/// An amount with its cents.
fn money(amount: Money) -> String {
    format!("{}.{:02}", amount.cents() / 100, amount.cents() % 100)
}
