//! What the page and the worker say to each other.
//!
//! Both ends are the same build; messages are `postcard` bytes.

use serde::{Deserialize, Serialize};

use crate::base::{Diagnostics, SimTime, Span};
use crate::lesson::{LessonView, Outcome};
use crate::session::{
    Answer, Charts, Command, JournalEntry, Opening, Question, Refusal, RerunWay, Scope, View,
};

/// How fast simulated time runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Speed {
    /// Not at all.
    #[default]
    Paused,
    /// So many simulated seconds per real second.
    Times(u32),
    /// As fast as it goes.
    Max,
    /// As fast as it goes, pausing at the next timeline event.
    NextEvent,
}

/// From the page to the worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(clippy::large_enum_variant)] // one at a time, and soon what it is for
pub enum ToWorker {
    /// Build a lab, replacing the present one if the new one is sound.
    Open(Box<Opening>),
    /// Do something in it.
    Do(Command),
    /// Change the speed.
    Speed(Speed),
    /// Choose what the charts show and how far back they look.
    Watch {
        /// System or service.
        scope: Scope,
        /// Length of the charts' time range.
        range: Span,
    },
    /// Return to the start of the lesson's step, forgetting what was done since.
    Rewind {
        /// The step's number, from 0.
        step: u32,
    },
    /// Ask for the digest of the whole state.
    Digest,
    /// Ask something about the lab as it stands.
    Ask {
        /// Comes back with the answer.
        id: u32,
        /// What.
        question: Question,
    },
    /// Watch a recorded run: build it as it stood at `at`, and do what was done
    /// from then on when its time comes. The lab takes no commands meanwhile.
    Replay {
        /// The whole recording; it ends at its `until`.
        recording: Box<Opening>,
        /// Where to begin.
        at: SimTime,
    },
    /// Leave the recording: from here on the lab takes commands.
    Fork,
    /// Ask what came of the run.
    Outcome,
    /// Ask what comes of another run, beside the one that stands.
    Confirm(Box<Opening>),
    /// Run the latest incident again in another way, beside the lab.
    Rerun(RerunWay),
}

/// From the worker to the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(clippy::large_enum_variant)] // one at a time, and soon what it is for
pub enum FromWorker {
    /// The module is loaded; the first message.
    Ready,
    /// Building: simulated time reached while catching up, and where it will stop.
    Opening {
        /// Reached.
        now: SimTime,
        /// Wanted.
        until: SimTime,
    },
    /// The lab is built; views follow. Warnings may be empty.
    Opened {
        /// Things worth mending in the files.
        warnings: Diagnostics,
    },
    /// The files or the journal are not sound; what was running goes on.
    NotOpened(Diagnostics),
    /// The present state, at most ten times a second.
    Frame(Box<Frame>),
    /// A command was accepted.
    Accepted(JournalEntry),
    /// A command was refused.
    Refused(Refusal),
    /// The journal after a rewind.
    Rewound {
        /// What is left of it.
        journal: Vec<JournalEntry>,
    },
    /// The digest of the whole state, 16 hexadecimal digits, and its instant.
    Digest {
        /// When.
        now: SimTime,
        /// The digest.
        digest: String,
    },
    /// The answer to what was asked.
    Answered {
        /// The number it was asked with.
        id: u32,
        /// The answer.
        answer: Answer,
    },
    /// What came of a run, or why it cannot be run.
    Outcome(Result<Outcome, Diagnostics>),
    /// The worker panicked and is gone; the page starts another.
    Crashed {
        /// The panic's message and place.
        message: String,
    },
}

/// One picture of the running lab.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// The lab.
    pub view: View,
    /// The lesson, where there is one.
    pub lesson: Option<LessonView>,
    /// The charts, only when they changed.
    pub charts: Option<Charts>,
    /// The speed asked for.
    pub speed: Speed,
    /// Simulated seconds per real second over the last second.
    pub reached: f64,
}
