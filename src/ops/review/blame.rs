//! Wording that blames people. A review asks how the system let something
//! happen, not who did it: whoever fears blame hides what others could learn
//! from ("Site Reliability Engineering", Google, 2016, chapter 15).

/// Phrases and what says more, all in lower case. A phrase stands between
/// characters that are no letters.
const PHRASES: [(&str, &str); 21] = [
    (
        "human error",
        "say what made the mistake easy, and what did not catch it",
    ),
    (
        "operator error",
        "say what made the mistake easy, and what did not catch it",
    ),
    (
        "user error",
        "say what made the mistake easy, and what did not catch it",
    ),
    (
        "should have known",
        "say what was not shown or written down, and where it could be",
    ),
    (
        "should have",
        "say what was done, and what made that seem right at the time",
    ),
    (
        "could have",
        "say what was done, and what made that seem right at the time",
    ),
    (
        "ought to have",
        "say what was done, and what made that seem right at the time",
    ),
    (
        "forgot to",
        "say that the step was not part of a checklist or an automation",
    ),
    (
        "forgot",
        "say that the step was not part of a checklist or an automation",
    ),
    (
        "neglected",
        "say what competed for the time, and what nothing reminded of",
    ),
    ("careless", "say which check let it through"),
    ("carelessness", "say which check let it through"),
    ("negligence", "say which check let it through"),
    ("sloppy", "say which check let it through"),
    ("incompetent", "say which knowledge was not written down"),
    ("stupid", "say what made it seem right at the time"),
    (
        "fault of",
        "say what the change did, and how it got to users",
    ),
    (
        "'s fault",
        "say what the change did, and how it got to users",
    ),
    ("to blame", "say what contributed"),
    ("guilty", "say what contributed"),
    ("didn't bother", "say what competed for the time"),
];

/// Wording that blames somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blame {
    /// Where it begins, in bytes.
    pub from: usize,
    /// Where it ends.
    pub to: usize,
    /// What says more.
    pub instead: &'static str,
}

/// Every such wording of a text, in its order; none overlaps another.
pub fn blames(text: &str) -> Vec<Blame> {
    let lower = text.to_ascii_lowercase();
    let mut found: Vec<Blame> = Vec::new();
    for (phrase, instead) in PHRASES {
        for (from, _) in lower.match_indices(phrase) {
            let to = from + phrase.len();
            let before = lower[..from].chars().next_back();
            let after = lower[to..].chars().next();
            let letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
            let alone = (phrase.starts_with('\'') || !letter(before)) && !letter(after);
            let free = found
                .iter()
                .all(|other| to <= other.from || from >= other.to);
            if alone && free {
                found.push(Blame { from, to, instead });
            }
        }
    }
    found.sort_unstable_by_key(|blame| blame.from);
    found
}
