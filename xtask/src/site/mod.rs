//! The site: crate and static files in, hashed files in memory and `dist/` out.
//!
//! What the build makes of the tree (addresses are relative, so that the site
//! works from any sub-path):
//!
//! | from | to | placeholder |
//! |---|---|---|
//! | `src/main_page.rs` | `page-HASH.wasm`, `page-HASH.js` | `{{page.wasm}}`, `{{page.js}}` |
//! | `src/main_engine.rs` | `engine-HASH.wasm`, `engine-HASH.js` | `{{engine.wasm}}`, `{{engine.js}}` |
//! | `lessons/` | `lessons-HASH/` | `{{lessons}}` |
//! | `static/style.css`, then `static/css/*.css` by name | one `style-HASH.css` | `{{style.css}}` |
//! | `static/NAME.js` | `NAME-HASH.js` | `{{NAME.js}}` |
//! | `static/NAME.webmanifest` | `NAME-HASH.webmanifest` | `{{NAME.webmanifest}}` |
//! | any other `static/PATH` that is asked for | `assets/PATH-HASH.ext` | `{{PATH}}` |
//! | any other `static/PATH` | `assets/PATH` | |
//! | `index.html` | `index.html` | |
//! | `static/sw.js` | `sw.js` | |
//!
//! `sw.js` keeps the site for when there is no network. It stands under one name
//! for good, comes last, and `{{files}}` in it is every other file with its
//! integrity, or none in a development build.
//!
//! `{{csp}}` is the Content-Security-Policy. `{{build}}`, the build id, is a
//! hash over all of the above and so known in `index.html` and `sw.js` alone. Files are
//! taken in the order of the table and may name what stands above them.

mod assemble;
pub mod module;
pub mod name;
mod order;
pub mod report;
mod squeeze;

use anyhow::{Context, Result};
use flate2::{Compression, write::GzEncoder};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;

/// How much care a build takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// cargo's `dev` profile, nothing optimised, names kept for the debugger.
    Dev,
    /// cargo's `site` profile, then wasm-opt where npm has installed it.
    Release,
}

/// One file as a host would send it.
pub struct Asset {
    /// The content.
    pub bytes: Vec<u8>,
    /// The same, compressed, unless that saves nothing.
    pub gzip: Option<Vec<u8>>,
    /// A hash of the content.
    pub hash: String,
}

impl Asset {
    fn new(bytes: Vec<u8>) -> Result<Self> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(&bytes)?;
        let gzip = encoder.finish()?;
        Ok(Self {
            hash: name::hash(&bytes),
            gzip: (gzip.len() < bytes.len()).then_some(gzip),
            bytes,
        })
    }

    /// Bytes on the wire from a host that compresses.
    pub fn sent(&self) -> usize {
        self.gzip.as_ref().unwrap_or(&self.bytes).len()
    }
}

/// The whole site: path inside it -> file.
#[derive(Default)]
pub struct Site {
    /// Every file, by its path without a leading slash.
    pub files: BTreeMap<String, Asset>,
    /// The paths that the page asks for before it is painted and can be used.
    pub first_load: BTreeSet<String>,
    /// The paths that its worker asks for besides, once a lab is wanted.
    pub engine_load: BTreeSet<String>,
    /// A short hash over everything, shown in the page.
    pub build: String,
}

/// Builds the site and writes it to `dist/`.
///
/// # Errors
/// A compiler error (already printed), a placeholder that names nothing, a file
/// that cannot be read or written.
pub fn build(root: &Path, mode: Mode) -> Result<Site> {
    let modules = [&module::PAGE, &module::ENGINE].map(|recipe| module::build(root, recipe, mode));
    let modules = modules.into_iter().collect::<Result<_>>()?;
    let site = assemble::assemble(root, modules, mode)?;
    write(&site, &root.join("dist"))?;
    Ok(site)
}

/// Replaces what is in `dist`; a stale file must not be uploaded.
fn write(site: &Site, dist: &Path) -> Result<()> {
    if dist.exists() {
        std::fs::remove_dir_all(dist)
            .with_context(|| format!("could not clear {}", dist.display()))?;
    }
    for (path, asset) in &site.files {
        let to = dist.join(path);
        let folder = to.parent().unwrap_or(dist);
        std::fs::create_dir_all(folder)
            .with_context(|| format!("could not make {}", folder.display()))?;
        std::fs::write(&to, &asset.bytes)
            .with_context(|| format!("could not write {}", to.display()))?;
    }
    // GitHub Pages would otherwise run the files through its own generator.
    std::fs::write(dist.join(".nojekyll"), "").context("could not write dist/.nojekyll")?;
    Ok(())
}
