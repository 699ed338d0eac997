//! Noticing that a file of the project changed, by looking at times.
//!
//! A few hundred files twice a second cost nothing that a person notices, and
//! work on every system and every network drive.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// What the site is made of.
const WATCHED: [&str; 6] = [
    "src",
    "static",
    "lessons",
    "index.html",
    "Cargo.toml",
    "Cargo.lock",
];
const PAUSE: Duration = Duration::from_millis(500);

/// The state of the watched files when last looked at.
pub struct Tree {
    root: PathBuf,
    seen: Vec<(PathBuf, Option<SystemTime>)>,
}

impl Tree {
    /// Looks now; changes are counted from here on.
    pub fn new(root: &Path) -> Self {
        Self {
            root: root.to_path_buf(),
            seen: look(root),
        }
    }

    /// Returns when something has changed and then held still for one pause,
    /// so that saving many files at once makes one build.
    pub fn wait_for_change(&mut self) {
        loop {
            let before = look(&self.root);
            std::thread::sleep(PAUSE);
            if before != self.seen && look(&self.root) == before {
                self.seen = before;
                return;
            }
        }
    }
}

fn look(root: &Path) -> Vec<(PathBuf, Option<SystemTime>)> {
    let mut seen = Vec::new();
    let mut waiting: Vec<_> = WATCHED.iter().map(|name| root.join(name)).collect();
    while let Some(path) = waiting.pop() {
        // A file that vanishes while we look is a change like any other.
        if let Ok(entries) = std::fs::read_dir(&path) {
            waiting.extend(entries.flatten().map(|entry| entry.path()));
        } else {
            let time = std::fs::metadata(&path).and_then(|data| data.modified());
            seen.push((path, time.ok()));
        }
    }
    seen.sort();
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_file_is_seen() {
        let root = std::env::temp_dir().join(format!("xtask-watch-{}", std::process::id()));
        let made = std::fs::create_dir_all(root.join("src/deep"));
        let before = look(&root);
        let wrote = std::fs::write(root.join("src/deep/new.rs"), "//");
        let after = look(&root);
        let _ = std::fs::remove_dir_all(&root);
        assert!(made.is_ok() && wrote.is_ok());
        assert_ne!(before, after);
    }
}
