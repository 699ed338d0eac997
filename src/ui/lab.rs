//! The running lab as the page sees it: a context with the state and the
//! handle that acts on it.

use std::rc::Rc;

use yew::prelude::*;

use crate::ui::hooks::{use_effect_with, use_mut_ref};

use super::client::{Client, Said};
use super::notices::{Notice, use_notices};
use super::settings::use_records;
use super::{store, strings};
use crate::base::{Diagnostics, SimTime, Span};
use crate::lesson::LessonView;
use crate::session::{Charts, Replay, Scope, View};
use crate::worker::{Frame, Opening, Speed};

/// How the lab stands.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Phase {
    /// Nothing was asked for yet.
    #[default]
    Idle,
    /// The worker starts, or catches up with the journal.
    Building {
        /// Simulated time reached.
        now: SimTime,
        /// Wanted.
        until: SimTime,
    },
    /// It runs, or is paused.
    Running,
    /// It could not be built, or ended twice.
    Gone,
}

/// What went wrong with a worker.
#[derive(Clone, Debug, PartialEq)]
pub struct Crash {
    /// The panic's message and place, or the browser's.
    pub message: String,
    /// Whether a fresh worker is replaying the journal right now.
    pub repairing: bool,
}

/// Everything the page renders from.
#[derive(Clone, Debug, PartialEq)]
pub struct LabState {
    /// The route this lab belongs to.
    pub place: String,
    /// How it stands.
    pub phase: Phase,
    /// A rewind in progress: simulated time reached, and wanted.
    pub catching_up: Option<(SimTime, SimTime)>,
    /// The lab.
    pub view: Option<Rc<View>>,
    /// The lesson.
    pub lesson: Option<Rc<LessonView>>,
    /// The charts last sent.
    pub charts: Option<Rc<Charts>>,
    /// The speed asked for.
    pub speed: Speed,
    /// Simulated seconds per real second.
    pub reached: f64,
    /// What the charts are about and how far back they look.
    pub watch: (Scope, Span),
    /// The seed.
    pub seed: u64,
    /// The last file that was refused, and why.
    pub refused: Option<(String, Rc<Diagnostics>)>,
    /// Things worth mending in the file that runs.
    pub warnings: Rc<Diagnostics>,
    /// The worker's end, until it is put away.
    pub crash: Option<Crash>,
    /// The digest last asked for.
    pub digest: Option<(SimTime, String)>,
    /// The recording that is watched, if the lab is one.
    pub recording: Option<Rc<Opening>>,
}

impl Default for LabState {
    fn default() -> Self {
        LabState {
            place: String::new(),
            phase: Phase::Idle,
            catching_up: None,
            view: None,
            lesson: None,
            charts: None,
            speed: Speed::Paused,
            reached: 0.0,
            watch: (Scope::System, Span::from_hours(1)),
            seed: 0,
            refused: None,
            warnings: Rc::default(),
            crash: None,
            digest: None,
            recording: None,
        }
    }
}

impl LabState {
    /// The simulated clock.
    pub fn now(&self) -> SimTime {
        self.view.as_ref().map_or(SimTime::ZERO, |view| view.now)
    }

    /// A fresh lab stands; what was shown stays until its first picture.
    pub fn opened(&mut self, warnings: Diagnostics) {
        self.phase = Phase::Running;
        self.catching_up = None;
        self.speed = Speed::Paused;
        self.refused = None;
        self.digest = None;
        self.warnings = Rc::new(warnings);
    }

    /// A picture arrived; parts that did not change keep their address.
    pub fn frame(&mut self, frame: Frame) {
        self.catching_up = None;
        self.speed = frame.speed;
        self.reached = frame.reached;
        if self.view.as_deref() != Some(&frame.view) {
            self.view = Some(Rc::new(frame.view));
        }
        if self.lesson.as_deref() != frame.lesson.as_ref() {
            self.lesson = frame.lesson.map(Rc::new);
        }
        if let Some(charts) = frame.charts {
            self.charts = Some(Rc::new(charts));
        }
    }
}

/// The lab and what acts on it.
#[derive(Clone, PartialEq)]
pub struct Lab {
    /// Acts.
    pub client: Client,
    /// What stands.
    pub state: Rc<LabState>,
}

/// The lab of this page.
#[hook]
pub fn use_lab() -> Lab {
    use_context::<Lab>().expect("invariant: pages stand inside the LabProvider")
}

/// Children inside a lab.
#[derive(PartialEq, Properties)]
pub struct LabProviderProps {
    /// The pages.
    pub children: Html,
}

/// Holds the client, keeps what is worth keeping, and says what happened.
#[component]
pub fn LabProvider(props: &LabProviderProps) -> Html {
    let state = use_state(|| Rc::new(LabState::default()));
    let notices = use_notices();
    let records = use_records();
    let client = use_mut_ref(|| None::<Client>);
    let last_kept = use_mut_ref(|| 0.0_f64);
    let handle = client
        .borrow_mut()
        .get_or_insert_with(|| {
            let setter = state.setter();
            let on_state = Callback::from(move |new: LabState| setter.set(Rc::new(new)));
            let client = client.clone();
            let on_said = Callback::from(move |said: Said| match said {
                Said::Refused(refusal) => notices.push(Notice::refusal(&refusal)),
                Said::Recovered => notices.push(Notice::info(strings::RECOVERED)),
                Said::Keep { now: at_once } => {
                    let now = js_sys::Date::now();
                    if !at_once && now - *last_kept.borrow() < KEEP_EVERY_MS {
                        return;
                    }
                    *last_kept.borrow_mut() = now;
                    if let Some(client) = client.borrow().as_ref() {
                        keep(client, &notices);
                    }
                }
            });
            Client::new(on_state, on_said)
        })
        .clone();
    let lab = Lab {
        client: handle,
        state: (*state).clone(),
    };
    {
        // Progress follows the lesson's view.
        let lesson = lab.state.lesson.clone();
        let place = lab.state.place.clone();
        use_effect_with((lesson, place), move |(lesson, place)| {
            if let Some(lesson) = lesson {
                records.note_lesson(lesson, place);
            }
        });
    }
    {
        let client = lab.client.clone();
        let notices = use_notices();
        use_effect_with((), move |()| {
            let window = gloo::utils::window();
            let leaving = gloo::events::EventListener::new(&window, "pagehide", move |_| {
                keep(&client, &notices);
            });
            move || drop(leaving)
        });
    }
    html! { <ContextProvider<Lab> context={lab}>{ props.children.clone() }</ContextProvider<Lab>> }
}

/// Real time between two savings of the same lab.
const KEEP_EVERY_MS: f64 = 1_500.0;

/// Writes the lab into the browser's storage, if it belongs to a place that keeps one.
fn keep(client: &Client, notices: &super::notices::Notices) {
    let Some((place, opening, until)) = client.worth_keeping() else {
        return;
    };
    let text = Replay::of(&opening, until).to_json();
    store::write(&store::run_key(&place), &text, notices);
}

/// What was kept of the lab at `place`; unreadable text is put aside and said.
pub fn kept(place: &str, notices: &super::notices::Notices) -> Option<Opening> {
    let key = store::run_key(place);
    let parse = |text: &str| Replay::parse(&key, text).map_err(|problems| problems.to_string());
    store::read(&key, notices, parse).map(Replay::into_opening)
}
