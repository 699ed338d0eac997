//! Texts about recorded runs.

texts! {
    SHARE_HEADING = "Share this run";
    SHARE_ABOUT = "A recording holds the files, the seed and what was done: it runs the same anywhere.";
    COPY_LINK = "Copy link";
    SAVE = "Save recording";
    COPY = "Copy replay";
    OPEN_OTHER = "Open a recording";
    FILE_NAME = "run.xops-replay.json";
    NOTHING = "There is no run yet.";
    TOO_LONG = "This run is too long for a link. Save the recording instead.";
    LINK_COPIED = "The link is on the clipboard.";
    SAVED = "The recording is among your downloads.";
    NOT_SAVED = "The browser did not let the page save a file. Allow downloads for this page and try again.";
    AUTHOR = "Your name";
    SAVE_RESULT = "Save result";
    RESULT_ABOUT = "A result is the recording with what came of it, to hand in. Whoever gets it can run it again and see that it is true.";
    RESULT_NAME = "result.xops-result.json";
    SAVED_RESULT = "The result is among your downloads.";
    TITLE = "A recorded run";
    TITLE_SHORT = "Recordings";
    LEAD = "Open a recording to see what was done, jump to any moment of it, and go on from there yourself.";
    FILE_LABEL = "Recording or result (.json)";
    FILE_HINT = "Pick one, or drop it here. \"Save recording\" behind the button \"Run…\" of a lab makes one, and so does xops run with --replay.";
    NOT_OPENED = "This recording cannot be opened";
    BAR = "Recording";
    SCRUB = "Moment of the recording";
    BACK = "To the action before";
    ONWARDS = "To the next action";
    FORK = "Go on from here";
    FORK_NOTE = "What was done after this moment is left out, and the lab takes your commands.";
    FORKED = "From here on this run is yours. Copy its link before you leave.";
    NO_ACTIONS = "Nobody did anything in this run";
}

/// Which of the actions was the last, and when the recording ends.
pub fn action_of(done: usize, all: usize) -> String {
    match (done, all) {
        (_, 0) => NO_ACTIONS.to_owned(),
        (0, all) => format!("Before the first of {all} actions"),
        (done, all) => format!("Action {done} of {all}"),
    }
}

/// A link that leads to nothing that can be run.
pub fn refused(problem: &str, remedy: &str) -> String {
    format!("{problem}. To mend it: {remedy}.")
}
