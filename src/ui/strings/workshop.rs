//! Texts for instructors.

texts! {
    TITLE = "Workshop";
    LEAD = "For instructors. Learners save a result at the end of a run and hand it in; here each is run again, and what it claims is confirmed or told.";
    LABEL = "Results (.json)";
    HINT = "Pick as many as you like, or drop them here. They stay in this browser. `xops grade` does the same with a whole folder.";
    TABLE = "Results";
    SAVE = "Save table";
    FILE_NAME = "results.csv";
    NOTHING = "No results yet. Each file that you give gets a row.";
    RUNNING = "is run again";
}

/// How many are done.
pub fn done(done: usize, all: usize) -> String {
    format!("{done} of {all} run again")
}

/// A column's title.
pub fn head(head: &'static str) -> &'static str {
    match head {
        "file" => "File",
        "author" => "Name",
        "of" => "Lesson or world",
        "stars" => "Stars",
        "failed" => "Failed requests",
        "lost" => "Sales lost",
        _ => "Verdict",
    }
}
