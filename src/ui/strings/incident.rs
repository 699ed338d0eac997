//! Texts of the incident's tab.

texts! {
    TAB = "Incident";
    ALERTS_RING = "Open pages";
    DECLARE = "Declare an incident";
    DECLARE_ABOUT = "Declare early: an incident that was none costs a few minutes. You have every role until you give it away. The more severe, the more often users are told: SEV1 every 15 min, SEV2 every 30 min, SEV3 every hour.";
    SEVERITY = "Severity";
    TITLE = "What users notice";
    SERVICES = "Services concerned";
    SET = "Set";
    STATUS = "Status";
    SUSPECT = "Suspected cause";
    NOBODY = "not named";
    ROLES = "Roles";
    ROLE = "Role";
    HOLDER = "With";
    YOU = "you";
    COLLEAGUE = "a colleague";
    GIVE = "Give to a colleague";
    TAKE = "Take back";
    EFFECT = "What a colleague does";
    UPDATE = "Update on the status page";
    POST = "Post";
    NOTE = "Note";
    ADD = "Add";
    IMPACT = "Impact so far";
    WHAT = "What";
    MUCH = "How much";
    TIMES = "Times";
    TOOK = "Took";
    COUNTED = "Counted";
    TIMELINE = "Timeline";
    TIME = "Time";
    WHO = "Who";
    REVIEW = "Postmortem";
    REVIEW_ABOUT = "How did the system let it happen, and what makes it rarer or shorter? Say what was done and why it seemed right; names are not causes.";
    SUMMARY = "Summary";
    SAVE = "Keep";
    FACTORS = "Contributing factors";
    EVIDENCE = "Evidence";
    KIND = "Kind of evidence";
    KINDS = "none,PromQL query,trace id,words of a log line";
    WELL = "What went well";
    WRONG = "What went wrong";
    ITEMS = "Action items";
    OWNER = "Owner";
    CLASS = "It is to";
    CHANGE = "Change that the lab can make";
    NO_CHANGE = "none";
    VALUE = "Value";
    REMOVE = "Remove";
    WORDING = "Wording that blames";
    WORDS = "Words";
    INSTEAD = "Rather";
    COMPARE = "Compare";
    COMPARE_ABOUT = "The same run again, beside this one: same seed, same faults and load, without what you did against the trouble.";
    NOTHING = "Had nothing been done";
    WITH_ITEMS = "With the action items done before";
    SCORE = "Score";
    POINTS = "Points";
    WHY = "Why";
    COPY = "Copy as Markdown";
    DOWNLOAD = "Save as Markdown";
    FILE = "postmortem.md";
    COPIED = "Copied.";
    SAVED = "Saved.";
    FAILED = "The browser did not allow it.";
}

/// What colleagues do, in the order of the roles.
pub const EFFECTS: [&str; 4] = [
    "raises the severity when pages are due, and says when it is mitigated and over",
    "reports every few minutes what looks bad; changes nothing alone",
    "posts the updates that were promised",
    "writes down what is done",
];

pub fn heading(number: u32, title: &str) -> String {
    format!("Incident {number}: {title}")
}

pub fn due(at: &str) -> String {
    format!("Users were promised to hear from you by {at}.")
}

pub fn comparing(share: &str) -> String {
    format!("Running again: {share}")
}
