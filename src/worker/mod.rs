//! The worker: owns the session off the page's thread.

mod protocol;

pub use protocol::{File, Frame, FromWorker, LessonFiles, Opening, Speed, ToWorker};
