//! How an incident was handled, in points with their reasons. The targets are
//! the lab's own: what a practised team reaches in a system like these.

use serde::{Deserialize, Serialize};

use super::{Class, Review, blames};
use crate::base::Span;
use crate::ops::incident::Cadence;

/// Points for one thing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    /// What for.
    pub what: String,
    /// Points got.
    pub points: u32,
    /// Points that there were to get.
    pub of: u32,
    /// Why so many.
    pub reason: String,
}

/// What is scored. A time that is missing was never reached.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// Times, each under its name, with what it counts from.
    pub times: Vec<Timed>,
    /// Whether the suspect is what the simulator knows to be the cause; none without a suspect.
    pub right: Option<bool>,
    /// What the simulator knows to be the cause, where there is one.
    pub cause: Option<String>,
    /// Requests that failed or were slow, and how many it would have been had nothing been done.
    pub bad: u64,
    /// See `bad`; none where that was not asked for yet.
    pub undone: Option<u64>,
    /// Sales lost, and how much it would have been, in words.
    pub sales: Option<(String, String)>,
    /// Whether the end was said while users still suffered.
    pub early: bool,
    /// Updates on the status page.
    pub cadence: Cadence,
    /// Whether updates were promised at all.
    pub promised: bool,
}

/// A time and what is expected of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Timed {
    /// Its name, such as `detect`.
    pub name: &'static str,
    /// How long it took, if it was reached.
    pub took: Option<Span>,
    /// What is expected; half the points are for three times as long.
    pub target: Span,
}

/// The score; nothing where users did not suffer and there is nothing to score.
pub fn score(facts: &Facts, review: &Review) -> Vec<Mark> {
    let mut marks: Vec<Mark> = facts.times.iter().map(timed).collect();
    marks.push(cause(facts));
    marks.push(saved(facts));
    marks.push(communication(facts));
    marks.push(sections(review));
    marks.push(evidence(review));
    marks.push(wording(review));
    marks
}

fn mark(what: &str, points: u32, of: u32, reason: String) -> Mark {
    Mark {
        what: what.to_owned(),
        points,
        of,
        reason,
    }
}

fn timed(given: &Timed) -> Mark {
    let what = format!("Time to {}", given.name);
    let target = given.target;
    let Some(took) = given.took else {
        return mark(&what, 0, 10, format!("never; {target} is expected"));
    };
    let points = match () {
        () if took <= target => 10,
        () if took <= target.scaled(3.0) => 5,
        () => 0,
    };
    mark(&what, points, 10, format!("{took}; {target} is expected"))
}

fn cause(facts: &Facts) -> Mark {
    let cause = facts.cause.as_deref();
    let (points, reason) = match (facts.right, cause) {
        (Some(true), Some(cause)) => (10, format!("it was: {cause}")),
        (Some(false), Some(cause)) => (0, format!("the suspect was wrong: it was {cause}")),
        (Some(false), None) => (0, "there was no cause, and yet a suspect".to_owned()),
        (None, None) => (10, "there was nothing to find".to_owned()),
        (_, Some(cause)) => (0, format!("no suspect was named; it was {cause}")),
        (Some(true), None) => (10, "as suspected".to_owned()),
    };
    mark("Cause", points, 10, reason)
}

fn saved(facts: &Facts) -> Mark {
    const OF: u32 = 20;
    let what = "Users spared";
    let bad = facts.bad;
    let Some(undone) = facts.undone else {
        return mark(
            what,
            0,
            OF,
            "not yet compared with doing nothing".to_owned(),
        );
    };
    let share = match undone {
        0 => 1.0,
        undone => (1.0 - bad as f64 / undone as f64).max(0.0),
    };
    let points = (share * f64::from(OF)) as u32;
    let points = if facts.early { points / 2 } else { points };
    let early = if facts.early {
        "; it was called resolved while users still suffered"
    } else {
        ""
    };
    let sales = facts
        .sales
        .as_ref()
        .map_or(String::new(), |(lost, undone)| {
            format!("; sales lost {lost}, {undone} had nothing been done")
        });
    let reason = format!("{bad} bad requests, {undone} had nothing been done{sales}{early}");
    mark(what, points, OF, reason)
}

fn communication(facts: &Facts) -> Mark {
    let Cadence {
        kept,
        late,
        longest,
        updates,
    } = facts.cadence;
    if !facts.promised {
        return mark(
            "Communication",
            10,
            10,
            "no updates were promised".to_owned(),
        );
    }
    let points = match kept + late {
        0 => 0,
        all => 10 * kept / all,
    };
    let reason = format!(
        "updates: {updates}; silences in time: {kept}, too long: {late}, the longest {longest}"
    );
    mark("Communication", points, 10, reason)
}

fn sections(review: &Review) -> Mark {
    let classes = Class::ALL
        .iter()
        .filter(|class| review.items.iter().any(|item| item.class == **class));
    let filled = [
        (!review.summary.is_empty(), "summary"),
        (!review.factors.is_empty(), "contributing factors"),
        (!review.well.is_empty(), "what went well"),
        (!review.wrong.is_empty(), "what went wrong"),
        (classes.count() >= 2, "action items of two classes"),
    ];
    let missing: Vec<&str> = filled
        .iter()
        .filter(|(is, _)| !is)
        .map(|(_, name)| *name)
        .collect();
    let points = 2 * (filled.len() - missing.len()) as u32;
    let reason = match missing.as_slice() {
        [] => "every section is filled".to_owned(),
        missing => format!("missing: {}", missing.join(", ")),
    };
    mark("Review", points, 10, reason)
}

fn evidence(review: &Review) -> Mark {
    let all = review.factors.len() as u32;
    let found = review.factors.iter().filter(|factor| factor.found).count() as u32;
    let points = (10 * found).checked_div(all).unwrap_or(0);
    let reason = format!("{found} of {all} factors have evidence that was found");
    mark("Evidence", points, 10, reason)
}

fn wording(review: &Review) -> Mark {
    let written = review.texts().any(|(_, text)| !text.is_empty());
    let count: usize = review.texts().map(|(_, text)| blames(text).len()).sum();
    let (points, reason) = match (written, count) {
        (false, _) => (0, "nothing is written yet".to_owned()),
        (true, 0) => (10, "nobody is blamed".to_owned()),
        (true, count) => (
            10_u32.saturating_sub(5 * count as u32),
            format!("wording that blames somebody: {count}"),
        ),
    };
    mark("Wording", points, 10, reason)
}
