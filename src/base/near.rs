//! "Did you mean": the nearest of the words that would have been right.

use super::diag::shown;

/// Words longer than this get no suggestion; it bounds the work.
const MOST_CHARS: usize = 64;

/// How many known words are listed.
const MOST_LISTED: usize = 8;

/// The known word that `word` was probably meant to be: at most one slip
/// (letter added, left out, changed, or swapped with its neighbour) for every
/// three letters, and at least one. Upper and lower case of
/// ASCII, which is what names are made of, are the same here.
/// The earlier of two equally near words wins.
pub(super) fn nearest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    let length = word.chars().take(MOST_CHARS + 1).count();
    if length > MOST_CHARS {
        return None;
    }
    let most = (length / 3).max(1);
    let word = word.to_ascii_lowercase();
    known
        .iter()
        .filter(|k| k.len() <= 4 * MOST_CHARS)
        .map(|k| (strsim::osa_distance(&word, &k.to_ascii_lowercase()), k))
        .filter(|(slips, k)| *slips <= most && *slips < k.chars().count())
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, k)| *k)
}

/// "did you mean `x`? known: `a`, `b`", with as many of the known as fit a line.
pub fn remedy(word: &str, known: &[&str]) -> String {
    let mut text = String::new();
    if let Some(meant) = nearest(word, known) {
        text.push_str(&format!("did you mean `{}`? ", shown(meant)));
    }
    let listed: Vec<String> = known
        .iter()
        .take(MOST_LISTED)
        .map(|k| format!("`{}`", shown(k)))
        .collect();
    if listed.is_empty() {
        text.push_str("none are known here");
        return text;
    }
    text.push_str("known: ");
    text.push_str(&listed.join(", "));
    if let Some(rest @ 1..) = known.len().checked_sub(MOST_LISTED) {
        text.push_str(&format!(" and {rest} more"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        let known = ["checkout", "cart", "catalog"];
        assert_eq!(nearest("chekout", &known), Some("checkout"));
        assert_eq!(nearest("Checkuot", &known), Some("checkout"));
        assert_eq!(nearest("crat", &known), Some("cart"));
        assert_eq!(nearest("payment", &known), None);
        assert_eq!(nearest("", &known), None);
    }

    #[test]
    fn a_long_list_of_known_words_is_cut() {
        let known: Vec<String> = (0..20).map(|n| format!("service-{n}")).collect();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let text = remedy("x", &known);
        assert!(text.ends_with("`service-7` and 12 more"), "{text}");
    }
}
