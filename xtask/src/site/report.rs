//! What the site weighs, and the limit that its first load must keep.

use super::{Mode, Site};
use anyhow::{Result, bail};
use std::fmt::Write;

/// Most bytes a visitor may have to fetch before the page runs, compressed:
/// twelve seconds on a 400 kbit/s line.
const FIRST_LOAD_LIMIT: usize = 600_000;

/// Every file with its bytes, plain and compressed; `*` marks the first load.
pub fn table(site: &Site) -> String {
    let width = site.files.keys().map(String::len).max().unwrap_or(0);
    let mut text = format!("  {:width$}  {:>9}  {:>9}\n", "file", "bytes", "gzip");
    for (path, asset) in &site.files {
        let mark = if site.first_load.contains(path) {
            '*'
        } else {
            ' '
        };
        let (bytes, sent) = (asset.bytes.len(), asset.sent());
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{mark} {path:width$}  {bytes:>9}  {sent:>9}");
    }
    let _ = writeln!(
        text,
        "first load (*): {} bytes gzip of {FIRST_LOAD_LIMIT} allowed; build {}",
        first_load(site),
        site.build
    );
    text
}

/// # Errors
/// When a release build is too heavy.
pub fn check_limit(site: &Site, mode: Mode) -> Result<()> {
    let sent = first_load(site);
    if mode == Mode::Release && sent > FIRST_LOAD_LIMIT {
        bail!(
            "the first load is {sent} bytes gzip, {} over the limit of {FIRST_LOAD_LIMIT}; \
             see in the table which file grew, and what `cargo tree --target \
             wasm32-unknown-unknown` says was added",
            sent - FIRST_LOAD_LIMIT
        );
    }
    Ok(())
}

fn first_load(site: &Site) -> usize {
    let files = site
        .first_load
        .iter()
        .filter_map(|path| site.files.get(path));
    files.map(super::Asset::sent).sum()
}

#[cfg(test)]
mod tests {
    use super::super::Asset;
    use super::*;

    fn site_of(bytes: usize) -> Site {
        let mut site = Site::default();
        for path in ["index.html", "later.bin"] {
            let asset = Asset {
                bytes: vec![0; bytes],
                gzip: None,
                hash: String::new(),
            };
            site.files.insert(path.to_owned(), asset);
        }
        site.first_load.insert("index.html".to_owned());
        site
    }

    #[test]
    fn only_the_first_load_of_a_release_is_held_to_the_limit() {
        assert!(check_limit(&site_of(FIRST_LOAD_LIMIT), Mode::Release).is_ok());
        assert!(check_limit(&site_of(FIRST_LOAD_LIMIT + 1), Mode::Dev).is_ok());
        assert!(check_limit(&site_of(FIRST_LOAD_LIMIT + 1), Mode::Release).is_err());
    }

    #[test]
    fn the_table_marks_the_first_load() {
        let text = table(&site_of(7));
        assert!(text.contains("* index.html"), "{text}");
        assert!(text.contains("  later.bin"), "{text}");
        assert!(text.contains("first load (*): 7 bytes"), "{text}");
    }
}
