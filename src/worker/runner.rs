//! The worker's loop without the browser: messages in, messages out, and a
//! clock as an argument.

use std::collections::VecDeque;

use super::pace::Pace;
use super::protocol::{Frame, FromWorker, Speed, ToWorker};
use super::recorded::Recorded;
use crate::base::{Diagnostics, SimTime, Span};
use crate::engine::Progress;
use crate::lesson::{Lab, Outcome, journal_problem};
use crate::session::{JournalEntry, Opening, Refusal, Replay, Rerun, Scope};

/// Events between two looks at the clock.
const CHUNK: u64 = 2_000;
/// Real milliseconds that one slice may take.
const SLICE_MS: f64 = 12.0;
/// Real milliseconds between frames, and between frames that carry charts.
const FRAME_MS: f64 = 100.0;
const CHARTS_MS: f64 = 250.0;
/// Runs stop here, as recordings do.
const LAST: SimTime = Replay::LAST;

/// When the next slice is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// There is more to do now.
    AtOnce,
    /// Caught up with the clock; look again soon.
    Soon,
    /// Nothing to do until a message comes.
    Never,
}

/// A lab being built: commands still to be carried out.
struct Pending {
    lab: Lab,
    warnings: Diagnostics,
    journal: VecDeque<JournalEntry>,
    done: usize,
    until: SimTime,
    recorded: Option<Recorded>,
    /// Whether it is only asked what comes of it.
    aside: bool,
}

/// Owns the lab and runs it in slices.
pub struct Runner {
    lab: Option<Lab>,
    pending: Option<Pending>,
    /// The recording that is watched, if the lab is one.
    recorded: Option<Recorded>,
    /// Another run of the latest incident.
    rerun: Option<Rerun>,
    pace: Pace,
    scope: Scope,
    range: Span,
    last_frame: f64,
    last_charts: f64,
    charted: Option<SimTime>,
    dirty: bool,
}

impl Default for Runner {
    fn default() -> Self {
        Runner {
            lab: None,
            pending: None,
            recorded: None,
            rerun: None,
            pace: Pace::default(),
            scope: Scope::System,
            range: Span::from_hours(1),
            last_frame: f64::NEG_INFINITY,
            last_charts: f64::NEG_INFINITY,
            charted: None,
            dirty: false,
        }
    }
}

impl Runner {
    /// Takes a message; `now` is real time in milliseconds.
    pub fn receive(&mut self, message: ToWorker, now: f64) -> Vec<FromWorker> {
        // A question changes nothing, so no frame is due.
        self.dirty |= !matches!(message, ToWorker::Ask { .. });
        match message {
            ToWorker::Ask { id, question } => {
                let lab = self.lab.as_ref();
                let answer = lab.map(|lab| lab.session().answer(&question));
                let answered = answer.map(|answer| FromWorker::Answered { id, answer });
                answered.into_iter().collect()
            }
            ToWorker::Open(opening) => self.open(*opening),
            ToWorker::Speed(speed) => {
                let at = self
                    .lab
                    .as_ref()
                    .map_or(SimTime::ZERO, |lab| lab.session().now());
                let attention = self.lab.as_ref().map_or(0, Lab::attention);
                self.pace.set(speed, now, at, attention);
                Vec::new()
            }
            ToWorker::Watch { scope, range } => {
                (self.scope, self.range) = (scope, range);
                self.charted = None;
                self.last_charts = f64::NEG_INFINITY;
                Vec::new()
            }
            ToWorker::Do(_) | ToWorker::Rewind { .. } if self.recorded.is_some() => {
                let remedy = "choose \"Go on from here\" to take over";
                vec![FromWorker::Refused(Refusal::new(
                    "this is a recording",
                    remedy,
                ))]
            }
            ToWorker::Replay { recording, at } => self.replay(*recording, at),
            ToWorker::Fork => {
                self.recorded = None;
                Vec::new()
            }
            ToWorker::Do(command) => match self.lab.as_mut().map(|lab| lab.apply(command)) {
                Some(Ok(entry)) => vec![FromWorker::Accepted(entry)],
                Some(Err(refusal)) => vec![FromWorker::Refused(refusal)],
                None => Vec::new(),
            },
            ToWorker::Rewind { step } => self.rewind(step, now),
            ToWorker::Outcome => {
                let lab = self.lab.as_mut();
                let outcome = lab.map(|lab| FromWorker::Outcome(Ok(Outcome::of(lab))));
                outcome.into_iter().collect()
            }
            ToWorker::Confirm(opening) => self.confirm(*opening),
            ToWorker::Rerun(way) => {
                let lab = self.lab.as_ref();
                self.rerun = lab.and_then(|lab| Rerun::new(lab.session(), way));
                Vec::new()
            }
            ToWorker::Digest => match &mut self.lab {
                Some(lab) => {
                    // A slice may have ended between two events of one instant.
                    let at = lab.session().now();
                    lab.advance(at, u64::MAX);
                    let digest = lab.session().digest().to_string();
                    vec![FromWorker::Digest { now: at, digest }]
                }
                None => Vec::new(),
            },
        }
    }

    fn open(&mut self, opening: Opening) -> Vec<FromWorker> {
        match Lab::build(&opening) {
            Err(diagnostics) => vec![FromWorker::NotOpened(diagnostics)],
            Ok((lab, warnings)) => {
                let until = lab.start().max(opening.until).min(LAST);
                let journal = opening.journal.into();
                self.pending = Some(Pending {
                    lab,
                    warnings,
                    journal,
                    done: 0,
                    until,
                    recorded: None,
                    aside: false,
                });
                Vec::new()
            }
        }
    }

    fn confirm(&mut self, opening: Opening) -> Vec<FromWorker> {
        let mut out = self.open(opening);
        for said in &mut out {
            if let FromWorker::NotOpened(problems) = said {
                *said = FromWorker::Outcome(Err(std::mem::take(problems)));
            }
        }
        if let (true, Some(pending)) = (out.is_empty(), &mut self.pending) {
            pending.aside = true;
        }
        out
    }

    fn replay(&mut self, recording: Opening, at: SimTime) -> Vec<FromWorker> {
        let standing = self.lab.as_ref().zip(self.recorded.as_ref());
        if let Some((lab, recorded)) = standing
            && recorded.is_before(&recording, lab.session().now(), at)
        {
            // Onwards from where it stands, which is quicker than from its beginning.
            let mut recorded = recorded.clone();
            self.pending = Some(Pending {
                lab: lab.clone(),
                warnings: Diagnostics::new(),
                done: recorded.done(),
                journal: recorded.take_until(at),
                until: at,
                recorded: Some(recorded),
                aside: false,
            });
            return Vec::new();
        }
        let recorded = Recorded::from(recording, at);
        let out = self.open(recorded.until(at));
        if let (true, Some(pending)) = (out.is_empty(), &mut self.pending) {
            pending.recorded = Some(recorded);
        }
        out
    }

    fn rewind(&mut self, step: u32, now: f64) -> Vec<FromWorker> {
        let Some(lab) = &mut self.lab else {
            return Vec::new();
        };
        match lab.rewind(step) {
            Err(refusal) => vec![FromWorker::Refused(refusal)],
            Ok(()) => {
                let at = lab.session().now();
                let journal = lab.session().journal().to_vec();
                self.pace.set(Speed::Paused, now, at, 0);
                self.charted = None;
                vec![FromWorker::Rewound { journal }]
            }
        }
    }

    /// Works for one slice. `clock` gives real time in milliseconds.
    pub fn slice(&mut self, clock: &dyn Fn() -> f64) -> (Vec<FromWorker>, Next) {
        let began = clock();
        let mut out = Vec::new();
        if let Some(pending) = &mut self.pending {
            let aside = pending.aside;
            match pending.work(began, clock) {
                Err(diagnostics) => {
                    self.pending = None;
                    out.push(match aside {
                        true => FromWorker::Outcome(Err(diagnostics)),
                        false => FromWorker::NotOpened(diagnostics),
                    });
                }
                Ok(true) if aside => {
                    let lab = self
                        .pending
                        .take()
                        .map(|mut pending| Outcome::of(&mut pending.lab));
                    out.extend(lab.map(|found| FromWorker::Outcome(Ok(found))));
                }
                Ok(false) => {
                    if !aside && began - self.last_frame >= FRAME_MS {
                        self.last_frame = began;
                        let (now, until) = (pending.lab.session().now(), pending.until);
                        out.push(FromWorker::Opening { now, until });
                    }
                    return (out, Next::AtOnce);
                }
                Ok(true) => {
                    self.rerun = None;
                    if let Some(pending) = self.pending.take() {
                        let at = pending.lab.session().now();
                        self.lab = Some(pending.lab);
                        self.recorded = pending.recorded;
                        self.pace.set(Speed::Paused, began, at, 0);
                        (self.charted, self.dirty) = (None, true);
                        self.last_frame = f64::NEG_INFINITY;
                        self.last_charts = f64::NEG_INFINITY;
                        out.push(FromWorker::Opened {
                            warnings: pending.warnings,
                        });
                    }
                }
            }
        }
        let mut next = self.run(began, clock, &mut out);
        if self.run_again(clock) {
            next = Next::AtOnce;
        }
        let now = clock();
        if self.dirty || now - self.last_frame >= FRAME_MS {
            self.frame(now, next, &mut out);
        }
        (out, next)
    }

    /// Works on another run for one slice; whether there is more to do.
    fn run_again(&mut self, clock: &dyn Fn() -> f64) -> bool {
        let (Some(rerun), Some(lab)) = (&mut self.rerun, &mut self.lab) else {
            return false;
        };
        let began = clock();
        loop {
            if let Some(found) = rerun.advance(CHUNK) {
                lab.compare(found);
                (self.rerun, self.dirty) = (None, true);
                return false;
            }
            if clock() - began >= SLICE_MS {
                return true;
            }
        }
    }

    /// Lets simulated time catch up with its pace.
    fn run(&mut self, began: f64, clock: &dyn Fn() -> f64, out: &mut Vec<FromWorker>) -> Next {
        let Some(lab) = &mut self.lab else {
            return Next::Never;
        };
        let milestones = lab.milestones();
        loop {
            let at = lab.session().now();
            let over = match &mut self.recorded {
                Some(recorded) => {
                    if let Some(entry) = recorded.due(at) {
                        out.push(match lab.apply(entry.command) {
                            Ok(entry) => FromWorker::Accepted(entry),
                            Err(refusal) => FromWorker::Refused(refusal),
                        });
                        continue;
                    }
                    recorded.is_over(at)
                }
                None => false,
            };
            if at >= LAST || over {
                self.dirty = true;
                self.pace.set(Speed::Paused, began, at, 0);
            }
            let Some(goal) = self.pace.goal(clock(), at) else {
                return Next::Never;
            };
            let stop = self.recorded.as_ref().map_or(LAST, Recorded::stop);
            let goal = goal.min(stop).min(LAST);
            let reached = lab.advance(goal, CHUNK) == Progress::Reached;
            if lab.milestones() != milestones || self.pace.noticed(lab.attention()) {
                // The learner should look before more happens.
                self.pace
                    .set(Speed::Paused, clock(), lab.session().now(), 0);
                self.dirty = true;
                return Next::Never;
            }
            if reached && self.pace.is_timed() {
                return Next::Soon;
            }
            if clock() - began >= SLICE_MS {
                return Next::AtOnce;
            }
        }
    }

    fn frame(&mut self, now: f64, next: Next, out: &mut Vec<FromWorker>) {
        let Some(lab) = &self.lab else { return };
        let session = lab.session();
        let newest = session.telemetry().edge().counts().last_time();
        let stale = self.charted.is_none() || (self.charted != newest);
        let due = next == Next::Never || now - self.last_charts >= CHARTS_MS;
        let charts = (stale && due).then(|| session.charts(self.scope, self.range));
        if charts.is_some() {
            (self.charted, self.last_charts) = (newest, now);
        }
        (self.dirty, self.last_frame) = (false, now);
        let mut view = session.view();
        if let Some(incident) = &mut view.incident {
            incident.comparing = self.rerun.as_ref().map(Rerun::share);
        }
        out.push(FromWorker::Frame(Box::new(Frame {
            view,
            lesson: lab.lesson_view(),
            charts,
            speed: self.pace.speed(),
            reached: self.pace.reached(now, session.now()),
        })));
    }
}

impl Pending {
    /// Carries commands out and runs on for one slice; true when done.
    fn work(&mut self, began: f64, clock: &dyn Fn() -> f64) -> Result<bool, Diagnostics> {
        loop {
            let goal = match self.journal.front() {
                Some(entry) => entry.at,
                None => self.until,
            };
            if goal > self.lab.session().now()
                && self.lab.advance(goal, CHUNK) == Progress::OutOfBudget
            {
                if clock() - began >= SLICE_MS {
                    return Ok(false);
                }
                continue;
            }
            let Some(entry) = self.journal.pop_front() else {
                return Ok(true);
            };
            self.lab
                .apply(entry.command)
                .map_err(|refusal| journal_problem(self.done, &refusal))?;
            self.done += 1;
        }
    }
}
