//! Queries with a window left open: `rate(errors_total[{{.window}}])`.

use crate::base::shown;

/// The name of what is left open.
const WINDOW: &str = ".window";

/// A part of a query: text, or the place of the window.
enum Part<'t> {
    Text(&'t str),
    Window,
}

/// What is wrong with a query, if anything.
pub(super) fn problem(query: &str) -> Option<(String, &'static str)> {
    let mut open = false;
    for part in parts(query) {
        match part {
            Ok(Part::Window) => open = true,
            Ok(Part::Text(_)) => {}
            Err(odd) => {
                return Some((
                    format!("`{}` is not filled in here", shown(odd)),
                    "{{.window}} is the one thing that a query may leave open",
                ));
            }
        }
    }
    (!open).then(|| {
        (
            "the query does not use {{.window}}".to_owned(),
            "write [{{.window}}] where the range of time goes",
        )
    })
}

/// The query for a window.
pub(in crate::formats) fn fill(query: &str, window: &str) -> String {
    let part = |part: Result<Part<'_>, &str>| match part {
        Ok(Part::Text(text)) | Err(text) => text.to_owned(),
        Ok(Part::Window) => window.to_owned(),
    };
    parts(query).map(part).collect()
}

/// The parts of a query; an error is something else between double braces.
fn parts(query: &str) -> impl Iterator<Item = Result<Part<'_>, &str>> {
    let mut rest = query;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let Some(start) = rest.find("{{") else {
            return Some(Ok(Part::Text(std::mem::take(&mut rest))));
        };
        if start > 0 {
            let (text, after) = rest.split_at(start);
            rest = after;
            return Some(Ok(Part::Text(text)));
        }
        let end = rest.find("}}").map_or(rest.len(), |end| end + 2);
        let (braces, after) = rest.split_at(end);
        rest = after;
        let inner = braces.get(2..).and_then(|inner| inner.strip_suffix("}}"));
        let is_window = inner.is_some_and(|inner| inner.trim_matches(' ') == WINDOW);
        Some(if is_window {
            Ok(Part::Window)
        } else {
            Err(braces)
        })
    })
}
