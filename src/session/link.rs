//! A run in a link: a recording squeezed into the part of an address behind `#`,
//! which browsers do not send to anyone. Files that the site has anyway are
//! named with a digest instead of being carried along.

use std::fmt::Display;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::decompress_to_vec_with_limit;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh64::xxh64;

use super::{File, JournalEntry, LessonFiles, Refusal, Replay};
use crate::base::SimTime;

/// Longest code that is made: chats and mail carry so much.
pub const LONGEST_MADE: usize = 8_000;
/// Longest code that is looked at.
pub const LONGEST_READ: usize = 64_000;
const FORMAT: &str = "xops-link/1";
/// The effort of DEFLATE, 0 to 10.
const EFFORT: u8 = 9;
const AGAIN: &str = "ask for the link again, or for the recording as a file";

/// A recording whose files may be missing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Link {
    format: String,
    world: Source,
    lesson: Option<LessonSource>,
    seed: u64,
    journal: Vec<JournalEntry>,
    until: SimTime,
}

/// A file by its path below the lessons folder and the XXH64 of its text, or whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Source {
    Named(String, u64),
    Whole(File),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct LessonSource {
    lesson: Source,
    glossary: Source,
}

impl Link {
    /// The link of a recording; a file is named instead of carried if the site has
    /// the very same, which `known` are.
    pub fn of(replay: &Replay, known: &[File]) -> Link {
        let source = |file: &File| match known.contains(file) {
            true => Source::Named(file.name.clone(), digest(&file.text)),
            false => Source::Whole(file.clone()),
        };
        Link {
            format: FORMAT.to_owned(),
            world: source(&replay.world),
            lesson: replay.lesson.as_ref().map(|files| LessonSource {
                lesson: source(&files.lesson),
                glossary: source(&files.glossary),
            }),
            seed: replay.seed,
            journal: replay.journal.clone(),
            until: replay.until,
        }
    }

    /// As letters, digits, `-` and `_`; nothing if that is longer than [`LONGEST_MADE`].
    pub fn code(&self) -> Option<String> {
        let json = serde_json::to_string(self).expect("invariant: a link has string keys only");
        let code = URL_SAFE_NO_PAD.encode(compress_to_vec(json.as_bytes(), EFFORT));
        (code.len() <= LONGEST_MADE).then_some(code)
    }

    /// Reads a code that may come from anyone.
    ///
    /// # Errors
    /// If it is too long, cut off, altered, or of another format.
    pub fn read(code: &str) -> Result<Link, Refusal> {
        if code.len() > LONGEST_READ {
            let problem = format!("this link is longer than {LONGEST_READ} characters");
            return Err(Refusal::new(problem, "ask for the recording as a file"));
        }
        let packed = URL_SAFE_NO_PAD
            .decode(code)
            .map_err(|error| Refusal::new(format!("this link is damaged: {error}"), AGAIN))?;
        let json = decompress_to_vec_with_limit(&packed, Replay::LONGEST)
            .map_err(|error| Refusal::new(format!("this link is damaged: {error}"), AGAIN))?;
        let no_run =
            |error: &dyn Display| Refusal::new(format!("this link holds no run: {error}"), AGAIN);
        // As text, since that is how recordings are read: one reader in the page, not two.
        let json = String::from_utf8(json).map_err(|error| no_run(&error))?;
        let link: Link = serde_json::from_str(&json).map_err(|error| no_run(&error))?;
        if link.format != FORMAT {
            let problem = format!("`{}` is not a format that this build reads", link.format);
            return Err(Refusal::new(problem, "open it where it was made"));
        }
        match link.missing().iter().find(|path| !stays_inside(path)) {
            Some(path) => {
                let problem = format!("this link names `{path}`, which is no file of the lab");
                Err(Refusal::new(problem, AGAIN))
            }
            None => Ok(link),
        }
    }

    /// Paths of the files that it names.
    pub fn missing(&self) -> Vec<&str> {
        let named = self.sources().filter_map(|source| match source {
            Source::Named(path, _) => Some(path.as_str()),
            Source::Whole(_) => None,
        });
        named.collect()
    }

    /// The recording, with the files that it names.
    ///
    /// # Errors
    /// If a file is not among `found` or is another than was recorded with.
    pub fn complete(self, found: &[File]) -> Result<Replay, Refusal> {
        let file = |source| match source {
            Source::Whole(file) => Ok(file),
            Source::Named(path, wanted) => {
                let file = found.iter().find(|file| file.name == path);
                let file = file.ok_or_else(|| {
                    let problem = format!("`{path}`, which this run needs, is not here");
                    Refusal::new(problem, AGAIN)
                })?;
                if digest(&file.text) == wanted {
                    return Ok(file.clone());
                }
                let problem = format!("`{path}` has changed since this run was recorded");
                Err(Refusal::new(problem, "ask for the recording as a file"))
            }
        };
        let lesson = match self.lesson {
            None => None,
            Some(sources) => Some(LessonFiles {
                lesson: file(sources.lesson)?,
                glossary: file(sources.glossary)?,
            }),
        };
        let replay = Replay {
            format: Replay::FORMAT.to_owned(),
            world: file(self.world)?,
            lesson,
            seed: self.seed,
            journal: self.journal,
            until: self.until,
        };
        // What holds of a file's recording holds of a link's.
        Replay::parse("link", &replay.to_json()).map_err(|problems| {
            let first = problems.iter().next();
            let first = first.map_or_else(String::new, |found| found.problem.clone());
            Refusal::new(format!("this link holds no sound run: {first}"), AGAIN)
        })
    }

    fn sources(&self) -> impl Iterator<Item = &Source> {
        let lesson = self.lesson.as_ref();
        let lesson = lesson.map(|sources| [&sources.lesson, &sources.glossary]);
        std::iter::once(&self.world).chain(lesson.into_iter().flatten())
    }
}

/// Whether a path can only lead to a file of lessons and worlds.
fn stays_inside(path: &str) -> bool {
    let is_slug = |part: &str| {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        !part.is_empty() && part.chars().all(plain)
    };
    let stem = path.strip_suffix(".yaml");
    stem.is_some_and(|stem| path.len() <= 200 && stem.split('/').all(is_slug))
}

fn digest(text: &str) -> u64 {
    xxh64(text.as_bytes(), 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Command;
    use proptest::prelude::*;

    fn file(name: &str, text: &str) -> File {
        File {
            name: name.to_owned(),
            text: text.to_owned(),
        }
    }

    fn replay(commands: u32) -> Replay {
        let entry = |seq| JournalEntry {
            at: SimTime::from_secs(u64::from(seq) * 7),
            seq,
            command: Command::Restart {
                service: format!("service-{}", seq % 7),
            },
        };
        Replay {
            format: Replay::FORMAT.to_owned(),
            world: file("worlds/shop.yaml", "title: Shop"),
            lesson: Some(LessonFiles {
                lesson: file("a/b/lesson.yaml", "title: B"),
                glossary: file("glossary.yaml", "terms: {}"),
            }),
            seed: u64::MAX,
            journal: (0..commands).map(entry).collect(),
            until: SimTime::from_secs(100_000),
        }
    }

    fn shipped() -> Vec<File> {
        vec![
            file("worlds/shop.yaml", "title: Shop"),
            file("glossary.yaml", "terms: {}"),
        ]
    }

    #[test]
    fn a_link_leads_to_the_same_run() {
        for (known, missing) in [(shipped(), 2), (Vec::new(), 0)] {
            let link = Link::of(&replay(40), &known);
            let read = Link::read(&link.code().expect("it is short")).expect("it was just made");
            assert_eq!(read.missing().len(), missing);
            assert_eq!(read.complete(&known), Ok(replay(40)));
        }
    }

    #[test]
    fn a_run_too_long_for_a_link_has_none() {
        let mut long = replay(1);
        // Noise does not become shorter.
        long.world.text = (0..9_000_u64)
            .map(|word| format!("{:x}", xxh64(&word.to_le_bytes(), 7)))
            .collect();
        assert_eq!(Link::of(&long, &[]).code(), None);
    }

    #[test]
    fn another_file_than_was_recorded_with_is_refused() {
        let mut changed = shipped();
        changed[0].text.push(' ');
        let link = || Link::of(&replay(1), &shipped());
        let refusal = link().complete(&changed).expect_err("it changed");
        assert!(refusal.problem.contains("worlds/shop.yaml"), "{refusal:?}");
        let refusal = link().complete(&[]).expect_err("it is not there");
        assert!(refusal.problem.contains("is not here"), "{refusal:?}");
    }

    #[test]
    fn a_path_out_of_the_lab_is_refused() {
        for path in [
            "../secret.yaml",
            "//host/a.yaml",
            "a.js",
            "a/.yaml",
            "A.yaml",
        ] {
            let mut evil = replay(0);
            evil.world.name = path.to_owned();
            let code = Link::of(&evil, std::slice::from_ref(&evil.world)).code();
            let refusal = Link::read(&code.expect("it is short")).expect_err(path);
            assert!(refusal.problem.contains(path), "{refusal:?}");
        }
    }

    #[test]
    fn a_code_that_unpacks_to_more_than_a_recording_may_have_is_refused() {
        let bomb = compress_to_vec(&vec![b' '; Replay::LONGEST + 1], EFFORT);
        let code = URL_SAFE_NO_PAD.encode(bomb);
        assert!(code.len() < LONGEST_READ);
        assert!(Link::read(&code).is_err());
        assert!(Link::read(&"A".repeat(LONGEST_READ + 1)).is_err());
    }

    proptest! {
        #[test]
        fn no_code_panics(code in "[A-Za-z0-9_=%-]{0,200}") {
            let _ = Link::read(&code);
        }

        #[test]
        fn an_altered_code_is_refused_or_still_sound(place in 0_usize..10_000, with in "[A-Za-z0-9_-]") {
            let mut code = Link::of(&replay(5), &shipped()).code().expect("it is short");
            let place = place % code.len();
            code.replace_range(place..=place, &with);
            if let Ok(link) = Link::read(&code) {
                let _ = link.complete(&shipped());
            }
        }
    }
}
