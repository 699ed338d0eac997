//! Lessons.

pub mod catalogue;
pub mod progress;
mod text;
mod view;

pub use catalogue::{Catalogue, Entry, Track, WorldEntry};
pub use progress::{LessonProgress, Progress, Settings, Theme};
pub use text::{Block, Inline};
pub use view::{
    CheckView, Debrief, LessonView, QuestionKind, QuestionView, SpentBy, Star, StepHead, StepState,
    Term,
};
