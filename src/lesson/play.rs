//! A lesson in progress: its steps over a session.

use crate::base::order::sort_by;
use std::collections::VecDeque;
use std::sync::Arc;

use crate::base::SimTime;
use crate::engine::Progress as Run;
use crate::session::{
    Author, Command, Compared, JournalEntry, Refusal, Scenario, Scripted, Session,
};

use super::goal::{Action, Facts, Held};
use super::view::{Debrief, QuestionKind};
use super::{Lesson, Step};

/// A lesson being played. A clone is an independent continuation.
#[derive(Clone, Debug)]
pub struct Play {
    pub(super) lesson: Arc<Lesson>,
    /// The state at the start of each step reached, to return to; empty
    /// before the lesson has begun.
    pub(super) marks: Vec<Progress>,
    pub(super) now: Progress,
}

/// What changes while a lesson is played.
#[derive(Clone, Debug)]
pub(super) struct Progress {
    pub session: Session,
    pub step: usize,
    /// What the step's scripts will do, soonest first.
    due: VecDeque<(SimTime, Command, bool)>,
    /// What scripts have done: the part of the story that is not the learner's.
    pub scripted: Vec<(SimTime, Command, bool)>,
    /// Hints opened in this step, and in the lesson.
    pub hints: usize,
    pub all_hints: u32,
    /// All checks were met at once.
    pub ready: bool,
    pub milestones: u32,
    /// The wrong move that was noticed last in this step.
    pub wrong: Option<usize>,
    next_check: SimTime,
    /// Since when goals of this step hold that are to hold for a while.
    held: Held,
    pub debrief: Option<Arc<Debrief>>,
}

impl Play {
    /// A lesson whose story is about to begin; run it to [`Play::start`] first.
    pub fn new(lesson: Arc<Lesson>, scenario: Arc<Scenario>, seed: u64) -> Play {
        let session = Session::new(scenario, seed);
        let now = Progress {
            session,
            step: 0,
            due: VecDeque::new(),
            scripted: Vec::new(),
            hints: 0,
            all_hints: 0,
            ready: false,
            milestones: 0,
            wrong: None,
            next_check: SimTime::ZERO,
            held: Held::new(),
            debrief: None,
        };
        let mut play = Play {
            lesson,
            marks: Vec::new(),
            now,
        };
        play.begin_if_due();
        play
    }

    /// When the learner arrives.
    pub fn start(&self) -> SimTime {
        SimTime::ZERO + self.lesson.start
    }

    /// The session in which the lesson is played.
    pub fn session(&self) -> &Session {
        &self.now.session
    }

    /// Keeps what another run led to; see [`Session::compare`].
    pub fn compare(&mut self, found: Compared) {
        self.now.session.compare(found);
    }

    /// The lesson.
    pub fn lesson(&self) -> &Lesson {
        &self.lesson
    }

    /// Index of the current step.
    pub fn step(&self) -> usize {
        self.now.step
    }

    /// Whether the current step's checks are met.
    pub fn is_ready(&self) -> bool {
        self.now.ready
    }

    /// Whether the last step is done.
    pub fn is_done(&self) -> bool {
        self.now.debrief.is_some()
    }

    /// The step's wrong move that was noticed last, if any.
    pub fn noticed_wrong(&self) -> Option<usize> {
        self.now.wrong
    }

    /// How often a step has become ready.
    pub fn milestones(&self) -> u32 {
        self.now.milestones
    }

    /// Runs on; see [`Session::advance`]. Scripts act at their instants, and
    /// checks are looked at once per scrape, so that what a learner sees does
    /// not depend on how the run was sliced.
    pub fn advance(&mut self, until: SimTime, budget: u64) -> Run {
        let before = self.now.session.world().events();
        loop {
            let spent = self.now.session.world().events() - before;
            let left = budget.saturating_sub(spent);
            if left == 0 {
                return Run::OutOfBudget;
            }
            let goal = self.next_stop(until);
            if self.now.session.advance(goal, left) == Run::OutOfBudget {
                return Run::OutOfBudget;
            }
            self.begin_if_due();
            self.run_scripts();
            if goal >= self.now.next_check && !self.marks.is_empty() {
                self.now.next_check = goal + self.now.session.scrape_interval();
                self.look();
            }
            if goal == until {
                return Run::Reached;
            }
        }
    }

    /// The next instant at which something other than the world acts, or `until`.
    fn next_stop(&self, until: SimTime) -> SimTime {
        let mut stop = until;
        let mut earlier = |at: SimTime| {
            if at < stop && at > self.now.session.now() {
                stop = at;
            }
        };
        if self.marks.is_empty() {
            earlier(self.start());
        } else {
            earlier(self.now.next_check);
            if let Some((at, ..)) = self.now.due.front() {
                earlier(*at);
            }
        }
        stop
    }

    fn begin_if_due(&mut self) {
        if self.marks.is_empty() && self.now.session.now() >= self.start() {
            self.begin_step(0);
        }
    }

    fn begin_step(&mut self, step: usize) {
        let now = self.now.session.now();
        self.now.step = step;
        (self.now.hints, self.now.ready, self.now.wrong) = (0, false, None);
        self.now.held.clear();
        self.now.next_check = now + self.now.session.scrape_interval();
        let spec = &self.lesson.steps[step];
        let mut due: Vec<(SimTime, Command, bool)> = Vec::new();
        for (script, hidden) in [(&spec.script, false), (&spec.hidden, true)] {
            let mut at = now;
            for Scripted { after, command } in script {
                at += *after;
                due.extend(command.clone().map(|command| (at, command, hidden)));
            }
        }
        // What an earlier step has not got to do yet is still due, and comes first.
        self.now.due.extend(due);
        sort_by(self.now.due.make_contiguous(), |a, b| a.0.cmp(&b.0));
        self.marks.truncate(step);
        self.marks.push(self.now.clone());
        self.run_scripts();
        self.look();
    }

    fn run_scripts(&mut self) {
        while let Some((at, ..)) = self.now.due.front()
            && *at <= self.now.session.now()
            && let Some((_, command, hidden)) = self.now.due.pop_front()
        {
            let at = self.now.session.now();
            // A script may meet what the learner has already done, such as a
            // version that is rolled out; then there is nothing for it to do.
            if self
                .now
                .session
                .apply(Author::Lesson { hidden }, command.clone())
                .is_ok()
            {
                self.now.scripted.push((at, command, hidden));
            }
        }
    }

    /// Looks at the step's checks and wrong moves.
    fn look(&mut self) {
        if self.now.ready || self.is_done() {
            return;
        }
        let mut held = self.now.held.clone();
        let (checks, wrong) = (&self.spec().checks, &self.spec().wrong);
        let checks = checks.iter().map(|check| &check.goal);
        for goal in checks.chain(wrong.iter().map(|wrong| &wrong.goal)) {
            goal.note(&self.facts(), &mut held);
        }
        self.now.held = held;
        let step = self.spec();
        let facts = self.facts();
        let ready = step.checks.iter().all(|check| check.goal.met(&facts));
        let wrong = step.wrong.iter().position(|wrong| wrong.goal.met(&facts));
        if wrong.is_some() && !ready {
            self.now.wrong = wrong;
        }
        if ready {
            self.now.ready = true;
            self.now.wrong = None;
            self.now.milestones += 1;
        }
    }

    /// Carries a learner's command out.
    pub fn apply(&mut self, command: Command) -> Result<JournalEntry, Refusal> {
        if self.marks.is_empty() {
            return Err(Refusal::new(
                "the lesson has not begun",
                "wait until it has",
            ));
        }
        match &command {
            Command::Hint if self.now.hints >= self.spec().hints.len() => {
                return Err(Refusal::new(
                    "there is no further hint",
                    "try what the last one says",
                ));
            }
            Command::Continue if !self.now.ready || self.is_done() => {
                return Err(self.not_ready());
            }
            Command::Answer { question, value } => self.check_answer(question, *value)?,
            command => self.check_control(command)?,
        }
        let entry = self.now.session.apply(Author::Learner, command)?;
        match entry.command {
            Command::Hint => {
                self.now.hints += 1;
                self.now.all_hints += 1;
            }
            Command::Continue => self.go_on(),
            _ => {}
        }
        self.look();
        Ok(entry)
    }

    fn go_on(&mut self) {
        let next = self.now.step + 1;
        if next < self.lesson.steps.len() {
            self.begin_step(next);
        } else {
            let debrief = self.debrief();
            self.now.debrief = Some(Arc::new(debrief));
        }
    }

    /// Returns to the start of a step, forgetting what was done since.
    pub fn rewind(&mut self, step: u32) -> Result<(), Refusal> {
        let Some(mark) = self.marks.get(step as usize) else {
            return Err(Refusal::new(
                "this step is still ahead",
                "choose a step already reached",
            ));
        };
        self.now = mark.clone();
        self.marks.truncate(step as usize + 1);
        self.restart_step();
        Ok(())
    }

    /// Sets off, from a mark, what happens at the very start of its step.
    pub(super) fn restart_step(&mut self) {
        self.run_scripts();
        self.look();
    }

    /// Carries a command file out, as a learner would.
    pub fn perform(&mut self, commands: &[Scripted]) -> Result<(), Refusal> {
        for Scripted { after, command } in commands {
            self.advance(self.now.session.now() + *after, u64::MAX);
            if let Some(command) = command {
                self.apply(command.clone())?;
            }
        }
        Ok(())
    }

    pub(super) fn spec(&self) -> &Step {
        &self.lesson.steps[self.now.step]
    }

    pub(super) fn facts(&self) -> Facts<'_> {
        let session = &self.now.session;
        Facts {
            session,
            step: self.marks.last().map_or(session, |mark| &mark.session),
            lesson: self.marks.first().map_or(session, |mark| &mark.session),
            hints: self.now.all_hints,
            held: &self.now.held,
        }
    }

    fn not_ready(&self) -> Refusal {
        let facts = self.facts();
        let missing = self.spec().checks.iter().find_map(|check| {
            check
                .goal
                .missing(&facts)
                .map(|missing| format!("{}: {missing}", check.text))
        });
        Refusal::new(
            "this step is not done yet",
            missing.unwrap_or_else(|| "read on".to_owned()),
        )
    }

    fn check_answer(&self, question: &str, value: f64) -> Result<(), Refusal> {
        let asked = self
            .spec()
            .question
            .as_ref()
            .filter(|asked| asked.name == question);
        let Some(asked) = asked else {
            return Err(Refusal::new(
                "this is not asked now",
                "answer the question of this step",
            ));
        };
        let (min, max) = match &asked.kind {
            QuestionKind::Number { min, max, .. } => (*min, *max),
            QuestionKind::Choice { options } => (0.0, options.len() as f64 - 1.0),
        };
        if !(min..=max).contains(&value) {
            let remedy = format!("give a number from {min} to {max}");
            return Err(Refusal::new(
                format!("{value} is not among the answers"),
                remedy,
            ));
        }
        // A guess is committed to; a choice may be changed until the step is done.
        let guessed = matches!(asked.kind, QuestionKind::Number { .. })
            && self.now.session.answers().contains_key(question);
        if guessed || self.now.ready {
            let problem = "this question is already answered";
            return Err(Refusal::new(problem, "rewind the step to answer it anew"));
        }
        Ok(())
    }

    fn check_control(&self, command: &Command) -> Result<(), Refusal> {
        let allowed = self.controls().any(|control| {
            let actions: &[Action] = match control {
                "faults" => &[Action::Inject],
                "deploy" => &[Action::Deploy],
                "roll_back" => &[Action::RollBack],
                "restart" => &[Action::Restart],
                "scale" => &[Action::Scale],
                "nodes" => &[Action::Node],
                "calls" => &[Action::SetCall],
                "guard" => &[Action::SetGuard],
                "traffic" => &[Action::Surge, Action::Admit, Action::Shed],
                _ => &[Action::Load],
            };
            actions.iter().any(|action| action.matches(command))
        });
        if allowed || !Action::Any.matches(command) {
            return Ok(());
        }
        Err(Refusal::new(
            "this is not part of the lesson yet",
            "do what the step asks for",
        ))
    }

    /// Controls that have come in so far.
    pub(super) fn controls(&self) -> impl Iterator<Item = &str> {
        let steps = self.lesson.steps.iter().take(self.now.step + 1);
        steps.flat_map(|step| step.controls.iter().map(String::as_str))
    }
}
