//! What the site weighs, and the limits that its loads must keep.

use super::{Mode, Site};
use anyhow::{Result, bail};
use std::collections::BTreeSet;
use std::fmt::Write;

/// Most bytes a visitor may have to fetch before the page is painted and can be
/// used, compressed: twelve seconds on a 400 kbit/s line.
const FIRST_LOAD_LIMIT: usize = 600_000;
/// Most bytes of page and engine together: what the home page's small system
/// needs, which starts by itself after that.
const RUNNING_LIMIT: usize = 1_500_000;

/// Every file with its bytes, plain and compressed; `*` marks the first load,
/// `+` what a running lab needs besides.
pub fn table(site: &Site) -> String {
    let width = site.files.keys().map(String::len).max().unwrap_or(0);
    let mut text = format!("  {:width$}  {:>9}  {:>9}\n", "file", "bytes", "gzip");
    for (path, asset) in &site.files {
        let mark = if site.first_load.contains(path) {
            '*'
        } else if site.engine_load.contains(path) {
            '+'
        } else {
            ' '
        };
        let (bytes, sent) = (asset.bytes.len(), asset.sent());
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{mark} {path:width$}  {bytes:>9}  {sent:>9}");
    }
    let (first, engine) = loads(site);
    let _ = writeln!(
        text,
        "first load, until the page can be used (*): {first} bytes gzip of {FIRST_LOAD_LIMIT} allowed\n\
         engine, once a lab starts (+): {engine} bytes gzip\n\
         both: {} bytes gzip of {RUNNING_LIMIT} allowed; build {}",
        first + engine,
        site.build
    );
    text
}

/// # Errors
/// When a release build is too heavy.
pub fn check_limit(site: &Site, mode: Mode) -> Result<()> {
    let (first, engine) = loads(site);
    let held = [
        ("the first load", first, FIRST_LOAD_LIMIT),
        ("page and engine", first + engine, RUNNING_LIMIT),
    ];
    for (what, sent, limit) in held {
        if mode == Mode::Release && sent > limit {
            bail!(
                "{what}: {sent} bytes gzip, {} over the limit of {limit}; see in the table \
                 which file grew, and what `cargo tree --target wasm32-unknown-unknown` says \
                 was added",
                sent - limit
            );
        }
    }
    Ok(())
}

/// Bytes of the first load, and of what the engine adds.
fn loads(site: &Site) -> (usize, usize) {
    let sum = |paths: &BTreeSet<String>| {
        let files = paths.iter().filter_map(|path| site.files.get(path));
        files.map(super::Asset::sent).sum()
    };
    (sum(&site.first_load), sum(&site.engine_load))
}

#[cfg(test)]
mod tests {
    use super::super::Asset;
    use super::*;

    fn site_of(first: usize, engine: usize) -> Site {
        let mut site = Site::default();
        for (path, bytes) in [
            ("index.html", first),
            ("engine.wasm", engine),
            ("later.bin", 7),
        ] {
            let asset = Asset {
                bytes: vec![0; bytes],
                gzip: None,
                hash: String::new(),
            };
            site.files.insert(path.to_owned(), asset);
        }
        site.first_load.insert("index.html".to_owned());
        site.engine_load.insert("engine.wasm".to_owned());
        site
    }

    #[test]
    fn the_loads_of_a_release_are_held_to_their_limits_and_nothing_else_is() {
        let ok = |first, engine, mode| check_limit(&site_of(first, engine), mode).is_ok();
        let rest = RUNNING_LIMIT - FIRST_LOAD_LIMIT;
        assert!(ok(FIRST_LOAD_LIMIT, rest, Mode::Release));
        assert!(!ok(FIRST_LOAD_LIMIT + 1, 0, Mode::Release));
        assert!(!ok(FIRST_LOAD_LIMIT, rest + 1, Mode::Release));
        assert!(ok(FIRST_LOAD_LIMIT + 1, rest, Mode::Dev));
    }

    #[test]
    fn the_table_marks_both_loads_and_tells_them_apart() {
        let text = table(&site_of(5, 9));
        for line in [
            "* index.html",
            "+ engine.wasm",
            "  later.bin",
            "first load, until the page can be used (*): 5 bytes",
            "engine, once a lab starts (+): 9 bytes",
            "both: 14 bytes",
        ] {
            assert!(text.contains(line), "{line}: {text}");
        }
    }
}
