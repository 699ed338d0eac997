//! The worker client: owns the worker and the journal, and tells the page
//! what stands.
//!
//! The journal is the lab: whatever happens to a worker, a fresh one is given
//! the opening with every accepted command and arrives at the same state.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;
use web_sys::MessageEvent;
use yew::Callback;

use super::lab::{Crash, LabState, Phase};
use super::route::Route;
use super::running::Running;
use super::strings;
use crate::base::{Diagnostics, SimTime, Span};
use crate::lesson::Outcome;
use crate::session::{Answer, Command, Question, Refusal, RerunWay, Scope};
use crate::worker::{FromWorker, Opening, Speed, ToWorker};

/// What the page is told besides the state.
pub enum Said {
    /// A command was refused.
    Refused(Refusal),
    /// Time passed, or the journal changed: worth keeping.
    Keep {
        /// Whether something was done that must not be lost.
        now: bool,
    },
    /// The worker ended and a fresh one stands where it stood.
    Recovered,
}

/// A handle on the worker; cheap to clone.
#[derive(Clone)]
pub struct Client(Rc<RefCell<Inner>>);

struct Inner {
    myself: Weak<RefCell<Inner>>,
    worker: Option<Running>,
    /// What stands, with the journal so far.
    opening: Option<Opening>,
    /// What was asked for and is not yet answered; messages keep their order.
    asked: Option<Asked>,
    state: LabState,
    on_state: Callback<LabState>,
    on_said: Callback<Said>,
    /// Simulated time when the page was last told to keep the lab.
    kept: SimTime,
    /// Questions that are not yet answered, by number. A lab that ends takes its own along.
    questions: Vec<(u32, Callback<Answer>)>,
    last_question: u32,
    /// Who waits to be told what came of the run.
    on_outcome: Option<Callback<Result<Outcome, Diagnostics>>>,
}

struct Asked {
    opening: Opening,
    place: String,
    /// Whether this is the second life of a lab whose worker ended.
    again: bool,
    /// The speed to run at once it stands.
    then: Option<Speed>,
    /// The whole recording, if what is opened is a moment of one.
    recording: Option<Rc<Opening>>,
}

impl Asked {
    /// A lab at `place`, paused once it stands.
    fn new(place: &str, opening: Opening) -> Asked {
        Asked {
            opening,
            place: place.to_owned(),
            again: false,
            then: None,
            recording: None,
        }
    }
}

impl PartialEq for Client {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Client {
    /// A client without a worker; one is started with the first lab.
    pub fn new(on_state: Callback<LabState>, on_said: Callback<Said>) -> Client {
        Client(Rc::new_cyclic(|myself| {
            RefCell::new(Inner {
                myself: myself.clone(),
                worker: None,
                opening: None,
                asked: None,
                state: LabState::default(),
                on_state,
                on_said,
                kept: SimTime::ZERO,
                questions: Vec::new(),
                last_question: 0,
                on_outcome: None,
            })
        }))
    }

    /// Leaves whatever ran, so that `place` starts from an empty page. The engine is
    /// fetched with the next frame: beside the files of the lab, and not before the
    /// page is painted.
    pub fn leave(&self, place: &str) {
        let coming = Rc::downgrade(&self.0);
        let on_frame = Closure::once_into_js(move || {
            if let Some(inner) = coming.upgrade() {
                inner.borrow_mut().prepare();
            }
        });
        // Without a frame, the first message to the engine fetches it.
        gloo::utils::window()
            .request_animation_frame(on_frame.unchecked_ref())
            .ok();
        let mut inner = self.0.borrow_mut();
        inner.opening = None;
        inner.asked = None;
        inner.questions.clear();
        inner.state = LabState {
            place: place.to_owned(),
            ..LabState::default()
        };
        inner.send(ToWorker::Speed(Speed::Paused));
        inner.publish();
    }

    /// Builds a lab at `place`; what runs there goes on until it is sound.
    pub fn open(&self, place: &str, opening: Opening) {
        self.0.borrow_mut().ask(Asked::new(place, opening));
    }

    /// Builds a lab at `place` and runs it at `speed` as soon as it stands.
    pub fn open_at(&self, place: &str, opening: Opening, speed: Speed) {
        let mut inner = self.0.borrow_mut();
        // Left meanwhile: another page stands.
        if inner.state.place != place {
            return;
        }
        inner.ask(Asked {
            then: Some(speed),
            ..Asked::new(place, opening)
        });
    }

    /// Shows a recorded run as it stood at `at`, from where it goes on by itself.
    pub fn replay(&self, place: &str, recording: Rc<Opening>, at: SimTime) {
        let opening = recording.until(at);
        self.0.borrow_mut().ask(Asked {
            recording: Some(recording),
            ..Asked::new(place, opening)
        });
    }

    /// Leaves the recording: from here on the lab takes commands.
    pub fn fork(&self) {
        let mut inner = self.0.borrow_mut();
        inner.state.recording = None;
        inner.send(ToWorker::Fork);
        inner.publish();
    }

    /// Does something in the lab.
    pub fn act(&self, command: Command) {
        self.0.borrow_mut().send(ToWorker::Do(command));
    }

    /// Changes the speed.
    pub fn speed(&self, speed: Speed) {
        let mut inner = self.0.borrow_mut();
        inner.state.speed = speed;
        inner.send(ToWorker::Speed(speed));
        inner.publish();
    }

    /// Chooses what the charts show.
    pub fn watch(&self, scope: Scope, range: Span) {
        let mut inner = self.0.borrow_mut();
        inner.state.watch = (scope, range);
        inner.send(ToWorker::Watch { scope, range });
        inner.publish();
    }

    /// Returns to the start of a lesson's step.
    pub fn rewind(&self, step: u32) {
        self.0.borrow_mut().send(ToWorker::Rewind { step });
    }

    /// Runs the latest incident again in another way, beside the lab.
    pub fn rerun(&self, way: RerunWay) {
        self.0.borrow_mut().send(ToWorker::Rerun(way));
    }

    /// Asks for the digest of the whole state.
    pub fn digest(&self) {
        self.0.borrow_mut().send(ToWorker::Digest);
    }

    /// Asks what came of the run until now, or what comes of another one, which does
    /// not disturb it; `told` is called once, unless the worker ends before that.
    pub fn outcome(&self, of: Option<Opening>, told: Callback<Result<Outcome, Diagnostics>>) {
        let mut inner = self.0.borrow_mut();
        inner.on_outcome = Some(told);
        inner.send(match of {
            None => ToWorker::Outcome,
            Some(opening) => ToWorker::Confirm(Box::new(opening)),
        });
    }

    /// Asks about the lab as it stands; `on_answer` is called once, unless the lab ends
    /// before that or the number returned is [forgotten](Client::forget).
    pub fn ask(&self, question: Question, on_answer: Callback<Answer>) -> u32 {
        let mut inner = self.0.borrow_mut();
        inner.last_question = inner.last_question.wrapping_add(1);
        let id = inner.last_question;
        inner.questions.push((id, on_answer));
        inner.send(ToWorker::Ask { id, question });
        id
    }

    /// The answer to a question is not wanted any more.
    pub fn forget(&self, id: u32) {
        let mut inner = self.0.borrow_mut();
        inner.questions.retain(|(known, _)| *known != id);
    }

    /// Whether the answer to a question may still come.
    pub fn waits_for(&self, id: u32) -> bool {
        let inner = self.0.borrow();
        inner.questions.iter().any(|(known, _)| *known == id)
    }

    /// What stands and how far it ran: the opening with every accepted command.
    pub fn recording(&self) -> Option<(Opening, SimTime)> {
        let inner = self.0.borrow();
        let opening = inner
            .asked
            .as_ref()
            .map(|asked| &asked.opening)
            .or(inner.opening.as_ref())?;
        Some((opening.clone(), inner.state.now().max(opening.until)))
    }

    /// What to keep over a reload: the place, what stands there and how far it ran.
    pub fn worth_keeping(&self) -> Option<(String, Opening, SimTime)> {
        let inner = self.0.borrow();
        let place = &inner.state.place;
        if inner.state.phase != Phase::Running || !Route::parse(place).keeps_a_lab() {
            return None;
        }
        let opening = inner.opening.clone()?;
        let until = inner.state.now().max(opening.until);
        Some((place.clone(), opening, until))
    }

    /// After a second crash: tries again without the last command.
    pub fn retry_shorter(&self) {
        self.retry(|opening| {
            let last = opening.journal.pop();
            opening.until = last.map_or(SimTime::ZERO, |entry| entry.at);
        });
    }

    /// After a second crash: begins again with an empty journal.
    pub fn start_over(&self) {
        self.retry(|opening| {
            opening.journal.clear();
            opening.until = SimTime::ZERO;
        });
    }

    /// Puts the crash panel away.
    pub fn dismiss_crash(&self) {
        let mut inner = self.0.borrow_mut();
        inner.state.crash = None;
        inner.publish();
    }

    /// Puts the list of problems away.
    pub fn dismiss_refused(&self) {
        let mut inner = self.0.borrow_mut();
        inner.state.refused = None;
        inner.publish();
    }

    fn retry(&self, change: impl FnOnce(&mut Opening)) {
        let mut inner = self.0.borrow_mut();
        let Some(mut opening) = inner.opening.clone() else {
            return;
        };
        change(&mut opening);
        inner.state.crash = None;
        let place = inner.state.place.clone();
        inner.ask(Asked::new(&place, opening));
    }
}

impl Inner {
    fn publish(&self) {
        self.on_state.emit(self.state.clone());
    }

    fn ask(&mut self, asked: Asked) {
        self.state.place = asked.place.clone();
        self.state.refused = None;
        self.state.seed = asked.opening.seed;
        if self.state.view.is_none() || asked.again {
            self.state.phase = Phase::Building {
                now: SimTime::ZERO,
                until: asked.opening.until,
            };
        }
        if self.opening.is_none() {
            self.opening = Some(asked.opening.clone());
        }
        let (scope, range) = self.state.watch;
        let message = match &asked.recording {
            None => ToWorker::Open(Box::new(asked.opening.clone())),
            Some(recording) => ToWorker::Replay {
                recording: Box::new((**recording).clone()),
                at: asked.opening.until,
            },
        };
        self.asked = Some(asked);
        self.send(message);
        self.send(ToWorker::Watch { scope, range });
        self.publish();
    }

    /// Sends, starting a worker where there is none and waiting until it is ready.
    fn send(&mut self, message: ToWorker) {
        use ToWorker::{Confirm, Open, Replay};
        if matches!(message, Open(_) | Replay { .. } | Confirm(_)) {
            self.prepare();
        }
        if let Some(running) = &mut self.worker {
            running.send(message);
        }
    }

    /// Starts a worker where there is none.
    fn prepare(&mut self) {
        if self.worker.is_none() {
            match self.start() {
                Ok(running) => self.worker = Some(running),
                Err(problem) => self.crashed(problem),
            }
        }
    }

    fn start(&self) -> Result<Running, String> {
        let myself = self.myself.clone();
        let on_message = move |event: MessageEvent| {
            if let Some(inner) = myself.upgrade() {
                receive(&inner, &event);
            }
        };
        let myself = self.myself.clone();
        let on_error = move |message: String| {
            if let Some(inner) = myself.upgrade() {
                let mut inner = inner.borrow_mut();
                let loaded = inner.worker.as_ref().is_some_and(Running::is_ready);
                inner.crashed(if loaded {
                    message
                } else {
                    strings::worker_not_loaded(&message)
                });
            }
        };
        Running::start(on_message, on_error)
    }

    /// The worker is gone. Once is repaired from the journal; twice is shown with choices.
    fn crashed(&mut self, message: String) {
        self.worker = None;
        self.questions.clear();
        if self.opening.is_none() {
            // Nothing is lost yet; the lab that is coming tries again, and tells.
            return;
        }
        let again = self.asked.take().is_some_and(|asked| asked.again);
        let until = self.state.now();
        let repaired = match (&self.opening, again) {
            (Some(opening), false) => {
                let last = opening.journal.last().map_or(SimTime::ZERO, |last| last.at);
                Some(Opening {
                    until: until.max(opening.until).max(last),
                    ..opening.clone()
                })
            }
            _ => None,
        };
        self.state.speed = Speed::Paused;
        self.state.crash = Some(Crash {
            message,
            repairing: repaired.is_some(),
        });
        match repaired {
            Some(opening) => {
                let place = self.state.place.clone();
                self.ask(Asked {
                    again: true,
                    recording: self.state.recording.clone(),
                    ..Asked::new(&place, opening)
                });
            }
            None => {
                self.state.phase = Phase::Gone;
                self.publish();
            }
        }
    }
}

/// One message from the worker. The page is told after the borrow has ended.
fn receive(inner: &Rc<RefCell<Inner>>, event: &MessageEvent) {
    let bytes = Uint8Array::new(&event.data()).to_vec();
    let message: FromWorker = match postcard::from_bytes(&bytes) {
        Ok(message) => message,
        Err(error) => {
            let message = strings::worker_garbled(&error.to_string());
            return inner.borrow_mut().crashed(message);
        }
    };
    if let FromWorker::Outcome(outcome) = message {
        let waits = inner.borrow_mut().on_outcome.take();
        if let Some(waits) = waits {
            waits.emit(outcome);
        }
        return;
    }
    if let FromWorker::Answered { id, answer } = message {
        let on_answer = inner.borrow_mut().asker(id);
        if let Some(on_answer) = on_answer {
            on_answer.emit(answer);
        }
        return;
    }
    let said = inner.borrow_mut().take(message);
    let on_said = inner.borrow().on_said.clone();
    for said in said {
        on_said.emit(said);
    }
}

impl Inner {
    /// Who waits for an answer; not any more after this.
    fn asker(&mut self, id: u32) -> Option<Callback<Answer>> {
        let place = self.questions.iter().position(|(known, _)| *known == id)?;
        Some(self.questions.swap_remove(place).1)
    }

    fn take(&mut self, message: FromWorker) -> Vec<Said> {
        let mut said = Vec::new();
        match message {
            FromWorker::Ready => {
                if let Some(running) = &mut self.worker {
                    running.loaded();
                }
                return said;
            }
            FromWorker::Opening { now, until } => {
                if self.state.phase == Phase::Running {
                    self.state.catching_up = Some((now, until));
                } else {
                    self.state.phase = Phase::Building { now, until };
                }
            }
            FromWorker::Opened { warnings } => {
                let Some(asked) = self.asked.take() else {
                    return said;
                };
                if asked.again {
                    said.push(Said::Recovered);
                    if let Some(crash) = &mut self.state.crash {
                        crash.repairing = false;
                    }
                }
                self.questions.clear();
                self.kept = asked.opening.until;
                self.opening = Some(asked.opening);
                self.state.recording = asked.recording;
                self.state.opened(warnings);
                if let Some(speed) = asked.then {
                    self.state.speed = speed;
                    self.send(ToWorker::Speed(speed));
                }
                said.push(Said::Keep { now: true });
            }
            FromWorker::NotOpened(problems) => {
                let Some(asked) = self.asked.take() else {
                    return said;
                };
                if self.state.view.is_none() {
                    self.opening = None;
                    self.state.phase = Phase::Gone;
                } else {
                    self.state.phase = Phase::Running;
                    self.state.seed = self.opening.as_ref().map_or(0, |opening| opening.seed);
                }
                self.state.refused = Some((asked.opening.world.name, Rc::new(problems)));
            }
            FromWorker::Frame(frame) => {
                // Frames of a lab that was left, or that is being replaced after a crash.
                if self.state.phase != Phase::Running {
                    return said;
                }
                self.state.frame(*frame);
                let now = self.state.now();
                if now.since(self.kept) > Span::ZERO {
                    self.kept = now;
                    said.push(Said::Keep { now: false });
                }
            }
            FromWorker::Accepted(entry) => {
                if let Some(opening) = &mut self.opening {
                    opening.until = opening.until.max(entry.at);
                    opening.journal.push(entry);
                }
                said.push(Said::Keep { now: true });
                return said;
            }
            FromWorker::Refused(refusal) => {
                said.push(Said::Refused(refusal));
                return said;
            }
            FromWorker::Rewound { journal } => {
                if let Some(opening) = &mut self.opening {
                    opening.until = journal.last().map_or(SimTime::ZERO, |last| last.at);
                    opening.journal = journal;
                }
                self.kept = SimTime::ZERO;
                said.push(Said::Keep { now: true });
                return said;
            }
            FromWorker::Answered { .. } | FromWorker::Outcome(_) => return said,
            FromWorker::Digest { now, digest } => self.state.digest = Some((now, digest)),
            FromWorker::Crashed { message } => {
                self.crashed(message);
                return said;
            }
        }
        self.publish();
        said
    }
}
