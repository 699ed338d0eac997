//! Where the page is: hash routes, parsed and printed.

use std::fmt;

/// A place that can be linked to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// `#/`
    Home,
    /// `#/learn/<track>/<lesson>`
    Learn {
        /// The track's folder.
        track: String,
        /// The lesson's folder.
        lesson: String,
    },
    /// `#/sandbox/<world>`
    Sandbox {
        /// The world's file name without `.yaml`.
        world: String,
    },
    /// `#/replay` or `#/replay/<code>`
    Replay {
        /// A whole run as a link carries it; see [`Link`](crate::session::Link).
        code: Option<String>,
    },
    /// `#/progress`
    Progress,
    /// `#/reference` or `#/reference/<part>`
    Reference {
        /// The part's name; the first if none is given.
        part: Option<String>,
    },
    /// `#/workshop`
    Workshop,
    /// Anything else, as it was written.
    Unknown(String),
}

impl Route {
    /// The route of a location's hash, with or without the leading `#`.
    pub fn parse(hash: &str) -> Route {
        let path = hash.strip_prefix('#').unwrap_or(hash);
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let named = |part: &str| is_slug(part).then(|| part.to_owned());
        let found = match parts.as_slice() {
            [] => Some(Route::Home),
            ["learn", track, lesson] => named(track)
                .zip(named(lesson))
                .map(|(track, lesson)| Route::Learn { track, lesson }),
            ["workshop"] => Some(Route::Workshop),
            ["progress"] => Some(Route::Progress),
            ["reference"] => Some(Route::Reference { part: None }),
            ["reference", part] => named(part).map(|part| Route::Reference { part: Some(part) }),
            ["replay"] => Some(Route::Replay { code: None }),
            ["replay", code] => Some(Route::Replay {
                code: Some((*code).to_owned()),
            }),
            ["sandbox", world] => named(world).map(|world| Route::Sandbox { world }),
            _ => None,
        };
        found.unwrap_or_else(|| Route::Unknown(path.to_owned()))
    }

    /// Whether a lab runs there whose state is kept over a reload.
    pub fn keeps_a_lab(&self) -> bool {
        matches!(self, Route::Learn { .. } | Route::Sandbox { .. })
    }
}

/// Names of folders and files that a link may carry: nothing that could climb out of them.
fn is_slug(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 64
        && text
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Route::Home => f.write_str("#/"),
            Route::Learn { track, lesson } => write!(f, "#/learn/{track}/{lesson}"),
            Route::Sandbox { world } => write!(f, "#/sandbox/{world}"),
            Route::Workshop => f.write_str("#/workshop"),
            Route::Progress => f.write_str("#/progress"),
            Route::Reference { part: None } => f.write_str("#/reference"),
            Route::Reference { part: Some(part) } => write!(f, "#/reference/{part}"),
            Route::Replay { code: None } => f.write_str("#/replay"),
            Route::Replay { code: Some(code) } => write!(f, "#/replay/{code}"),
            Route::Unknown(path) => write!(f, "#{path}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(hash: &str, expected: Route) {
        assert_eq!(Route::parse(hash), expected, "{hash}");
    }

    #[test]
    fn every_route_is_read() {
        for home in ["", "#", "#/", "/"] {
            check(home, Route::Home);
        }
        check(
            "#/learn/foundations/error-budgets",
            Route::Learn {
                track: "foundations".into(),
                lesson: "error-budgets".into(),
            },
        );
        check(
            "#/sandbox/shop/",
            Route::Sandbox {
                world: "shop".into(),
            },
        );
    }

    #[test]
    fn what_is_no_route_stays_as_written() {
        for hash in ["/learn/x", "/sandbox/../secret", "/learn/a/B", "/nothing"] {
            check(&format!("#{hash}"), Route::Unknown(hash.into()));
        }
    }

    #[test]
    fn a_printed_route_reads_back() {
        for hash in [
            "#/",
            "#/learn/a/b",
            "#/sandbox/shop",
            "#/replay",
            "#/replay/eJx-_0",
            "#/what/is/this",
        ] {
            assert_eq!(Route::parse(hash).to_string(), hash);
        }
    }
}
