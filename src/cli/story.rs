//! What happened in a run, gathered while it runs: the session keeps only the
//! last lines of its timeline.

use crate::base::SimTime;
use crate::engine::Progress;
use crate::lesson::Lab;
use crate::session::{EventKind, Session};

use super::outcome::Failure;
use super::table::{Side, Table};

/// Lines told; a longer story says how many were left out.
const MOST_LINES: usize = 5_000;
/// Events between two looks at the timeline: far fewer lines than it keeps.
const CHUNK: u64 = 5_000;
/// Events of one run: some minutes of work.
const MOST_EVENTS: u64 = 2_000_000_000;

/// One line.
struct Line {
    at: SimTime,
    kind: &'static str,
    service: String,
    text: String,
}

/// Every line so far.
#[derive(Default)]
pub(super) struct Story {
    lines: Vec<Line>,
    left_out: usize,
    /// Lines of the session's timeline that were looked at.
    seen: u32,
    milestones: u32,
    step: Option<usize>,
}

impl Story {
    /// Runs a lab to `until` and notes what happens.
    pub fn advance(&mut self, lab: &mut Lab, until: SimTime) -> Result<(), Failure> {
        loop {
            // A lesson looks at its checks once per scrape; so does its story.
            let stop = match lab {
                Lab::Sandbox(_) => until,
                Lab::Lesson(play) => {
                    let session = play.session();
                    until.min(session.now() + session.scrape_interval())
                }
            };
            let progress = lab.advance(stop, CHUNK);
            self.look(lab);
            if progress == Progress::Reached && stop == until {
                return Ok(());
            }
            if lab.session().world().events() > MOST_EVENTS {
                let now = lab.session().now();
                let problem = format!("the run was stopped at {now} after {MOST_EVENTS} events");
                return Err(Failure::problem(
                    &problem,
                    "run it for a shorter time, or give the world a larger `scale` and a lower rate",
                ));
            }
        }
    }

    /// Notes what has happened since the last look.
    pub fn look(&mut self, lab: &Lab) {
        let session = lab.session();
        let fresh = session.timeline().filter(|line| line.seq >= self.seen);
        let fresh: Vec<Line> = fresh.map(|event| told(session, event)).collect();
        let missed = (session.happenings() - self.seen) as usize - fresh.len();
        self.seen = session.happenings();
        self.left_out += missed;
        fresh.into_iter().for_each(|line| self.push(line));
        self.look_at_lesson(lab);
    }

    /// Notes a step that begins and checks that are met.
    fn look_at_lesson(&mut self, lab: &Lab) {
        let Lab::Lesson(play) = lab else { return };
        let now = lab.session().now();
        if now < play.start() {
            return;
        }
        let here = play.step() + usize::from(play.is_done());
        if self.step != Some(here) {
            self.step = Some(here);
            let step = play.lesson().steps.get(here);
            let title = step.map_or("Debrief", |step| &step.title);
            self.say(now, format!("step {}: {title}", here + 1));
        }
        if play.milestones() > self.milestones {
            self.milestones = play.milestones();
            self.say(now, "every check is met".to_owned());
        }
    }

    fn say(&mut self, at: SimTime, text: String) {
        self.push(Line {
            at,
            kind: "lesson",
            service: String::new(),
            text,
        });
    }

    fn push(&mut self, line: Line) {
        if self.lines.len() < MOST_LINES {
            self.lines.push(line);
        } else {
            self.left_out += 1;
        }
    }

    /// The story as a table.
    pub fn table(&self) -> Table {
        let heads = ["time", "kind", "service", "what happened"];
        let mut table = Table::new(heads.map(|head| (head, Side::Left)));
        for line in &self.lines {
            table.row(vec![
                line.at.to_string(),
                line.kind.to_owned(),
                line.service.clone(),
                line.text.clone(),
            ]);
        }
        table
    }

    /// Whether nothing happened.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Lines that are not told.
    pub fn left_out(&self) -> usize {
        self.left_out
    }
}

fn told(session: &Session, event: &crate::session::TimelineEvent) -> Line {
    let services = &session.world().spec().services;
    let service = event
        .service
        .and_then(|place| services.get(place as usize))
        .map_or(String::new(), |service| service.name.clone());
    let kind = match event.kind {
        EventKind::Deploy => "deploy",
        EventKind::Fault => "fault",
        EventKind::Pod => "pod",
        EventKind::Action => "action",
        EventKind::Budget => "alert",
        EventKind::Lesson => "lesson",
        EventKind::Incident => "incident",
    };
    Line {
        at: event.at,
        kind,
        service,
        text: event.text.clone(),
    }
}
