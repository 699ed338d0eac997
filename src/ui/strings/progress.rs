//! Texts about what a learner has done.

texts! {
    TITLE = "Progress";
    LEAD = "What you have done so far. It is kept in this browser and nowhere else.";
    NOTHING = "Nothing yet. A lesson that you open appears here, with its stars once it is finished.";
    LESSON = "Lesson";
    STATE = "Where you are";
    STARS = "Best";
    KEEP_HEADING = "Take it along";
    KEEP_ABOUT = "A file with your progress can be opened in another browser. What was done in both adds up; nothing is lost.";
    EXPORT = "Save progress";
    FILE_NAME = "progress.xops.json";
    IMPORT_LABEL = "Progress (.json)";
    IMPORT_HINT = "Pick a file that \"Save progress\" made, or drop it here.";
    SAVED = "Your progress is among your downloads.";
    NOT_SAVED = "The browser did not let the page save a file. Allow downloads for this page and try again.";
    ADDED = "What was done elsewhere stands in the list now.";
    FINISHED = "finished";
}

/// How many lessons are finished, and the stars of all.
pub fn sum(done: usize, all: usize, stars: u32) -> String {
    format!(
        "{done} of {all} lessons finished, {stars} of {} stars",
        all * 3
    )
}

/// A file that holds no progress.
pub fn unreadable(name: &str, problem: &str) -> String {
    format!(
        "{name} holds no progress: {problem}. Your own is as it was. Please pick a file that \"Save progress\" made."
    )
}
