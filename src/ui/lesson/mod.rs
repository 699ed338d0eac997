//! The lesson beside the lab: where I am, what to do now, why, and how it went.

mod debrief;
mod panel;
mod prose;
mod question;
mod steps;

pub use panel::LessonPanel;
