//! Lessons.

mod text;
mod view;

pub use text::{Block, Inline};
pub use view::{
    CheckView, Debrief, LessonView, QuestionKind, QuestionView, SpentBy, Star, StepHead, StepState,
    Term,
};
