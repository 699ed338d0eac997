//! The score of an incident, and its review as a document.

use super::{Case, Impact, RerunWay};
use crate::base::{Money, SimTime, Span};
use crate::ops::review::{Facts, Mark, Report, Timed, markdown, score};
use crate::session::Session;

/// Names of the times, what is expected, and what each counts.
const TIMES: [(&str, u64, &str); 6] = [
    (
        "detect",
        5,
        "from the start to the first page or the declaration",
    ),
    (
        "acknowledge",
        5,
        "from there to the first answer to a page, or the declaration",
    ),
    ("declare", 10, "from the start to the declaration"),
    ("locate", 20, "from the start to the status identified"),
    (
        "mitigate",
        30,
        "from the start until no more failed than is allowed",
    ),
    ("resolve", 60, "from the start to the status resolved"),
];

/// Rows of names and values.
pub(super) type Rows = Vec<(String, String)>;

/// Times by name.
pub(super) fn times(impact: &Impact) -> Vec<Timed> {
    let times = &impact.times;
    let took = [
        times.detect,
        times.acknowledge,
        times.declare,
        times.locate,
        times.mitigate,
        times.resolve,
    ];
    let timed = TIMES
        .iter()
        .zip(took)
        .map(|((name, target, _), took)| Timed {
            name,
            took,
            target: Span::from_mins(*target),
        });
    timed.collect()
}

/// Times in words: name, value, what it counts.
pub(super) fn time_rows(impact: &Impact) -> Vec<(String, String, String)> {
    let all = times(impact).into_iter().zip(TIMES);
    all.map(|(timed, (name, _, about))| {
        let took = timed
            .took
            .map_or("not yet".to_owned(), |took| whole(took).to_string());
        (name.to_owned(), took, about.to_owned())
    })
    .collect()
}

/// Whole seconds: more would pretend.
fn whole(span: Span) -> Span {
    Span::from_secs(span.as_secs())
}

/// The impact in words.
pub(super) fn impact_rows(impact: &Impact) -> Rows {
    let row = |name: &str, value: String| (name.to_owned(), value);
    let share = |part: u64| match impact.requests {
        0 => String::new(),
        all => format!(" ({:.2} %)", part as f64 / all as f64 * 100.0),
    };
    let began = match impact.felt {
        true => format!(
            "{}, counted over {}",
            impact.from,
            whole(impact.until.since(impact.from))
        ),
        false => "users have not noticed".to_owned(),
    };
    let mut rows = vec![
        row("Trouble began at", began),
        row("Requests of users", impact.requests.to_string()),
        row(
            "Failed",
            format!("{}{}", impact.failed, share(impact.failed)),
        ),
        row("Slow", format!("{}{}", impact.slow, share(impact.slow))),
        row("Sales lost", money(impact.lost)),
    ];
    for burnt in &impact.budgets {
        let part = burnt.share.map_or(String::new(), |share| {
            format!(", {:.1} % of the window's budget", share * 100.0)
        });
        rows.push(row(
            &format!("Budget of {}", burnt.title),
            format!("{} bad{part}", burnt.bad),
        ));
    }
    if impact.credits > Money::ZERO {
        rows.push(row("Credits owed to customers", money(impact.credits)));
    }
    rows
}

fn money(money: Money) -> String {
    let cents = money.cents();
    format!("{}.{:02}", cents / 100, (cents % 100).abs())
}

impl Session {
    fn facts(&self, case: &Case, impact: &Impact) -> Facts {
        let scale = u64::from(self.world.spec().scale);
        let nothing = case
            .compared
            .iter()
            .find(|found| found.way == RerunWay::Nothing);
        let cause = case.cause.as_ref().filter(|_| case.start.is_some());
        let suspect = case.incident.suspect.as_ref();
        let right = suspect.map(|suspect| cause.is_some_and(|(_, names)| names.contains(suspect)));
        let promised = case.incident.severity.cadence().is_some();
        let mut times = times(impact);
        if let (true, Some(resolve)) = (impact.early, times.last_mut()) {
            // What was called over while users suffered was not resolved.
            resolve.took = None;
        }
        Facts {
            times,
            right,
            cause: cause.map(|(words, _)| words.clone()),
            bad: impact.failed + impact.slow,
            undone: nothing.map(|found| (found.toll.failed + found.toll.slow) * scale),
            sales: nothing.map(|found| {
                let undone = Money::from_cents(found.toll.lost);
                (money(impact.lost), money(undone))
            }),
            early: impact.early,
            cadence: case.incident.cadence(self.now()),
            promised,
        }
    }

    /// The score, once the incident is over: it tells the truth.
    pub(super) fn marks_of(&self, case: &Case, impact: &Impact) -> Vec<Mark> {
        match case.incident.is_open() {
            true => Vec::new(),
            false => score(&self.facts(case, impact), &case.review),
        }
    }

    /// What other runs led to, in words.
    pub(super) fn compared_rows(&self, case: &Case, impact: &Impact) -> Rows {
        let scale = u64::from(self.world.spec().scale);
        let told = |failed: u64, slow: u64, lost: Money| {
            format!("{failed} failed, {slow} slow, {} lost", money(lost))
        };
        let others = case.compared.iter().map(|found| {
            let toll = &found.toll;
            let lost = Money::from_cents(toll.lost);
            let users = told(toll.failed * scale, toll.slow * scale, lost);
            let (name, more) = match found.way {
                RerunWay::Nothing => ("Nothing done", String::new()),
                RerunWay::Items => {
                    let again = match found.again {
                        true => "it happened again",
                        false => "it did not happen again",
                    };
                    let refused = match found.refused {
                        0 => String::new(),
                        count => format!(", {count} refused"),
                    };
                    let more = format!(
                        "; {again}, with {} changes made before{refused}",
                        found.made
                    );
                    ("Action items done, nothing else", more)
                }
            };
            (name.to_owned(), format!("{users}{more}"))
        });
        if case.compared.is_empty() {
            return Vec::new();
        }
        let here = told(impact.failed, impact.slow, impact.lost);
        [("As it was".to_owned(), here)]
            .into_iter()
            .chain(others)
            .collect()
    }

    /// What happened, oldest first: time, who, what.
    pub(super) fn story_of(&self, case: &Case) -> Vec<(SimTime, String, String)> {
        let events = case
            .events
            .iter()
            .map(|event| (event.at, "lab", &event.text));
        let log = case
            .incident
            .log
            .iter()
            .map(|line| (line.at, line.who.name(), &line.text));
        let mut all: Vec<(SimTime, &str, &String)> = events.chain(log).collect();
        crate::base::order::sort_by(&mut all, |a, b| a.0.cmp(&b.0));
        all.into_iter()
            .map(|(at, who, text)| (at, who.to_owned(), text.clone()))
            .collect()
    }

    /// The review of the latest incident as Markdown; none without one.
    pub fn postmortem(&self) -> Option<String> {
        let case = self.incidents.0.last()?;
        let incident = &case.incident;
        let impact = self.impact_of(case);
        let fact = |name: &str, value: String| (name.to_owned(), value);
        let suspect = incident.suspect.clone().unwrap_or("not named".to_owned());
        let cause = match (&case.cause, incident.is_open()) {
            (Some((words, _)), false) => words.clone(),
            (None, false) => "none".to_owned(),
            (_, true) => "told once it is resolved".to_owned(),
        };
        let cadence = incident.cadence(self.now());
        let report = Report {
            title: format!("Incident {}: {}", incident.number, incident.title),
            facts: vec![
                fact("Severity", incident.severity.name().to_owned()),
                fact("Status", incident.status.name().to_owned()),
                fact("World", self.world.spec().title.clone()),
                fact("Services", incident.services.join(", ")),
                fact("Declared at", incident.declared.to_string()),
                fact("Suspect", suspect),
                fact("Cause by the simulator's own truth", cause),
                fact(
                    "Updates",
                    format!("{}; silences too long: {}", cadence.updates, cadence.late),
                ),
            ],
            impact: impact_rows(&impact),
            times: time_rows(&impact),
            timeline: (self.story_of(case).into_iter())
                .map(|(at, who, text)| (at.to_string(), who, text))
                .collect(),
            compared: self.compared_rows(case, &impact),
            marks: self.marks_of(case, &impact),
        };
        Some(markdown(&report, &case.review))
    }

    /// What the latest incident cost; none without one.
    pub fn impact(&self) -> Option<Impact> {
        self.incidents.0.last().map(|case| self.impact_of(case))
    }

    /// The score of the latest incident, once it is over.
    pub fn incident_score(&self) -> Vec<Mark> {
        let case = self.incidents.0.last();
        case.map_or(Vec::new(), |case| {
            self.marks_of(case, &self.impact_of(case))
        })
    }
}
