//! What several test files share: the files of this project.
#![allow(dead_code)] // each test file compiles this by itself and uses a part of it

pub mod faults;
pub mod fleet;
pub mod text;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use xops_lab::lesson::Shelf;

/// The project's own folder.
pub fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below a folder of the project, by its path from there.
pub fn files_below(folder: &str) -> BTreeMap<String, String> {
    fn gather(folder: &Path, prefix: &str, files: &mut BTreeMap<String, String>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let entry = entry.expect("an entry");
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{prefix}{name}");
            if entry.path().is_dir() {
                gather(&entry.path(), &format!("{path}/"), files);
            } else {
                let text = fs::read_to_string(entry.path()).unwrap_or_default();
                files.insert(path, text);
            }
        }
    }
    let mut files = BTreeMap::new();
    gather(&project().join(folder), "", &mut files);
    files
}

/// Everything below `lessons/`.
pub fn shelf() -> Shelf {
    Shelf::new("lessons/", files_below("lessons"))
}

/// The folder of outside test data: `XOPS_CONFORMANCE`, or the nearest
/// `shared/conformance` above the project. Where it is absent, this says so.
pub fn conformance() -> Option<PathBuf> {
    let named = std::env::var_os("XOPS_CONFORMANCE").map(PathBuf::from);
    let found = named.or_else(|| {
        let above = project()
            .ancestors()
            .map(|folder| folder.join("shared/conformance"));
        above.into_iter().find(|folder| folder.is_dir())
    });
    if found.is_none() {
        println!("no conformance folder here: set XOPS_CONFORMANCE to compare with outside data");
    }
    found
}
