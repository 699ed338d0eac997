//! One request to one answer, without sockets or files: a path is looked up
//! among the site's files and so can reach nothing else.

use super::headers;
use crate::site::{Asset, Site};
use std::borrow::Cow;

/// The path under which the site stands; begins and ends with a slash.
#[derive(Clone)]
pub struct Base(String);

impl Base {
    /// Takes any spelling: `sub/path`, `/sub/path/`, nothing at all.
    pub fn new(path: &str) -> Self {
        match path.trim_matches('/') {
            "" => Self("/".to_owned()),
            inner => Self(format!("/{inner}/")),
        }
    }

    /// With both slashes.
    pub fn path(&self) -> &str {
        &self.0
    }
}

/// What of a request matters here; a missing header is empty.
pub struct Question<'a> {
    /// Whether the method is GET.
    pub readable: bool,
    /// Path and query as sent.
    pub url: &'a str,
    /// The header of that name.
    pub accept_encoding: &'a str,
    /// The header of that name.
    pub if_none_match: &'a str,
}

/// Status, headers and content to send.
pub struct Answer<'a> {
    /// The HTTP status.
    pub status: u16,
    /// Without the length.
    pub headers: Vec<(&'static str, String)>,
    /// The content as it goes over the wire.
    pub body: Cow<'a, [u8]>,
}

/// Answers as a static host would.
pub fn answer<'a>(site: &'a Site, base: &Base, question: &Question) -> Answer<'a> {
    let path = decode(question.url.split(['?', '#']).next().unwrap_or(""));
    if !question.readable {
        return message(405, "Only GET here.", &[("Allow", "GET")]);
    }
    if !path.is_empty() && format!("{path}/") == base.path() {
        return message(308, "Moved.", &[("Location", base.path())]);
    }
    let Some(inside) = path.strip_prefix(base.path()) else {
        return message(404, "Not found: outside of the site's path.", &[]);
    };
    let name = match inside {
        "" => "index.html",
        name => name,
    };
    match site.files.get(name) {
        Some(asset) => file(name, asset, question),
        None => message(404, "Not found.", &[]),
    }
}

fn file<'a>(name: &str, asset: &'a Asset, question: &Question) -> Answer<'a> {
    let gzip = asset.gzip.as_deref();
    let gzip = gzip.filter(|_| accepts_gzip(question.accept_encoding));
    let suffix = if gzip.is_some() { "-gzip" } else { "" };
    let tag = format!("\"{}{suffix}\"", asset.hash);
    let mut headers = headers::common();
    headers.push(("Content-Type", headers::content_type(name).to_owned()));
    headers.push(("Cache-Control", headers::cache_control(name).to_owned()));
    headers.push(("Vary", "Accept-Encoding".to_owned()));
    headers.push(("ETag", tag.clone()));
    if matches_tag(question.if_none_match, &tag) {
        return Answer {
            status: 304,
            headers,
            body: Cow::Borrowed(&[]),
        };
    }
    if gzip.is_some() {
        headers.push(("Content-Encoding", "gzip".to_owned()));
    }
    Answer {
        status: 200,
        headers,
        body: Cow::Borrowed(gzip.unwrap_or(&asset.bytes)),
    }
}

fn message(status: u16, text: &str, more: &[(&'static str, &str)]) -> Answer<'static> {
    let mut headers = headers::common();
    headers.push((
        "Content-Type",
        headers::content_type("message.txt").to_owned(),
    ));
    headers.push(("Cache-Control", "no-store".to_owned()));
    headers.extend(
        more.iter()
            .map(|(name, value)| (*name, (*value).to_owned())),
    );
    Answer {
        status,
        headers,
        body: Cow::Owned(format!("{text}\n").into_bytes()),
    }
}

/// Whether `Accept-Encoding` allows gzip: named, or by `*`, and not with q=0.
fn accepts_gzip(accept: &str) -> bool {
    accept.split(',').any(|entry| {
        let (coding, quality) = entry.split_once(';').unwrap_or((entry, "q=1"));
        let quality = quality.trim().strip_prefix("q=").unwrap_or("1");
        let refused = quality.trim().parse::<f32>().is_ok_and(|q| q <= 0.0);
        !refused && matches!(coding.trim(), "gzip" | "x-gzip" | "*")
    })
}

/// Whether an `If-None-Match` list holds the tag, weak or strong.
fn matches_tag(list: &str, tag: &str) -> bool {
    list.split(',')
        .map(|entry| entry.trim().trim_start_matches("W/"))
        .any(|entry| entry == "*" || entry == tag)
}

/// `%20` and its like as bytes; what is no valid escape stays as it is.
fn decode(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let escaped = digits.and_then(|two| u8::from_str_radix(two, 16).ok());
        match escaped {
            Some(byte) if first == b'%' => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            _ => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> Site {
        let mut site = Site::default();
        for path in ["index.html", "app-0123456789ab.wasm", "assets/a b.svg"] {
            let asset = Asset {
                bytes: b"plain".to_vec(),
                gzip: Some(b"gz".to_vec()),
                hash: "cafe".to_owned(),
            };
            site.files.insert(path.to_owned(), asset);
        }
        site
    }

    fn get(url: &str) -> Question<'_> {
        Question {
            readable: true,
            url,
            accept_encoding: "",
            if_none_match: "",
        }
    }

    fn header(answer: &Answer, name: &str) -> String {
        let found = answer.headers.iter().find(|(found, _)| *found == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    }

    #[test]
    fn paths_lead_to_files_of_the_site_and_nowhere_else() {
        let site = site();
        let check = |base: &str, url: &str, expected: u16| {
            let status = answer(&site, &Base::new(base), &get(url)).status;
            assert_eq!(status, expected, "{url} under {base}");
        };
        check("/", "/", 200);
        check("/", "/?x=1", 200);
        check("/", "/index.html", 200);
        check("/", "/assets/a%20b.svg", 200);
        check("/", "/missing.js", 404);
        check("/", "/assets/", 404);
        check("/", "/../Cargo.toml", 404);
        check("/", "/assets/../index.html", 404);
        check("/", "/%2e%2e/%2e%2e/etc/passwd", 404);
        check("/", "//etc/passwd", 404);
        check("/", "/..%5cCargo.toml", 404);
        check("/", "/%", 404);
        check("/", "", 404);
        check("sub/path", "/sub/path/", 200);
        check("sub/path", "/sub/path/index.html", 200);
        check("sub/path", "/sub/path", 308);
        check("sub/path", "/index.html", 404);
        check("sub/path", "/sub/path/../index.html", 404);
    }

    #[test]
    fn compressed_only_for_those_who_can_read_it() {
        let check = |accept: &str, expected: &[u8]| {
            let site = site();
            let question = Question {
                accept_encoding: accept,
                ..get("/")
            };
            let answer = answer(&site, &Base::new("/"), &question);
            assert_eq!(&*answer.body, expected, "{accept:?}");
            assert_eq!(header(&answer, "Vary"), "Accept-Encoding");
        };
        check("", b"plain");
        check("gzip, deflate, br", b"gz");
        check("br;q=1, *;q=0.1", b"gz");
        check("gzip;q=0", b"plain");
        check("br", b"plain");
    }

    #[test]
    fn a_known_tag_costs_no_content() {
        let site = site();
        let question = Question {
            if_none_match: "\"old\", W/\"cafe\"",
            ..get("/app-0123456789ab.wasm")
        };
        let known = answer(&site, &Base::new("/"), &question);
        assert_eq!((known.status, known.body.len()), (304, 0));
        assert_eq!(header(&known, "ETag"), "\"cafe\"");
        assert!(header(&known, "Cache-Control").contains("immutable"));
    }

    #[test]
    fn every_answer_carries_the_policy() {
        let site = site();
        for url in ["/", "/missing"] {
            let answer = answer(&site, &Base::new("/"), &get(url));
            assert!(header(&answer, "Content-Security-Policy").contains("frame-ancestors 'none'"));
            assert_eq!(header(&answer, "X-Content-Type-Options"), "nosniff");
        }
    }

    #[test]
    fn writing_is_refused() {
        let site = site();
        let question = Question {
            readable: false,
            ..get("/")
        };
        let answer = answer(&site, &Base::new("/"), &question);
        assert_eq!(
            (answer.status, header(&answer, "Allow").as_str()),
            (405, "GET")
        );
    }
}
