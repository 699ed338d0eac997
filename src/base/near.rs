//! "Did you mean": the nearest of the words that would have been right.

use super::diag::shown;

/// Words longer than this get no suggestion; it bounds the work.
const MOST_CHARS: usize = 64;

/// How many known words are listed.
const MOST_LISTED: usize = 8;

/// The known word that `word` was probably meant to be: at most one slip
/// (letter added, left out, changed, or swapped with its neighbour) for every
/// three letters, and at least one. Upper and lower case are the same here.
/// The earlier of two equally near words wins.
pub(super) fn nearest<'k>(word: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let length = word.chars().take(MOST_CHARS + 1).count();
    if length > MOST_CHARS {
        return None;
    }
    let most = (length / 3).max(1);
    let word = word.to_lowercase();
    known
        .filter(|k| k.len() <= 4 * MOST_CHARS)
        .map(|k| (strsim::osa_distance(&word, &k.to_lowercase()), k))
        .filter(|(slips, k)| *slips <= most && *slips < k.chars().count())
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, k)| k)
}

/// "did you mean `x`? known: `a`, `b`", with as many of the known as fit a line.
pub(crate) fn remedy<'k>(word: &str, known: impl Iterator<Item = &'k str> + Clone) -> String {
    let mut text = String::new();
    if let Some(meant) = nearest(word, known.clone()) {
        text.push_str(&format!("did you mean `{}`? ", shown(meant)));
    }
    let listed: Vec<String> = known
        .clone()
        .take(MOST_LISTED)
        .map(|k| format!("`{}`", shown(k)))
        .collect();
    if listed.is_empty() {
        text.push_str("none are known here");
        return text;
    }
    text.push_str("known: ");
    text.push_str(&listed.join(", "));
    let rest = known.skip(MOST_LISTED).count();
    if rest > 0 {
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
        assert_eq!(nearest("chekout", known.into_iter()), Some("checkout"));
        assert_eq!(nearest("Checkuot", known.into_iter()), Some("checkout"));
        assert_eq!(nearest("crat", known.into_iter()), Some("cart"));
        assert_eq!(nearest("payment", known.into_iter()), None);
        assert_eq!(nearest("", known.into_iter()), None);
    }

    #[test]
    fn a_long_list_of_known_words_is_cut() {
        let known: Vec<String> = (0..20).map(|n| format!("service-{n}")).collect();
        let text = remedy("x", known.iter().map(String::as_str));
        assert!(text.ends_with("`service-7` and 12 more"), "{text}");
    }
}
