//! Everything below `lessons/` together: each file sound, each in its place,
//! and every name that one has for another right.
//!
//! In: the files as text. Out: lessons with their worlds, or every problem of
//! every file. Reading files is the shell's business.

mod check;
mod names;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Lesson;
use super::catalogue::{self, Catalogue};
use crate::base::yaml::{self, Limits};
use crate::base::{At, Diagnostic, Diagnostics, Place, Report, Severity};
use crate::session::{File, LessonFiles, Scenario};

/// The list of what is on offer.
pub const CATALOGUE: &str = "catalogue.yaml";
/// The terms that lessons link to.
pub const GLOSSARY: &str = "glossary.yaml";
/// What authors read.
const MANUAL: &str = "README.md";

/// Every file below `lessons/`, by its path from there, with `/` between folders.
#[derive(Clone, Debug, Default)]
pub struct Shelf {
    /// What stands before a path in messages, such as `lessons/`.
    prefix: String,
    files: BTreeMap<String, String>,
}

/// The path of a world's file.
pub fn world_path(slug: &str) -> String {
    format!("worlds/{slug}.yaml")
}

/// The path of a lesson's file; `id` is `<track>/<lesson>`.
pub fn lesson_path(id: &str) -> String {
    format!("{id}/lesson.yaml")
}

impl Shelf {
    /// Files by path. `prefix` stands before each path in messages.
    pub fn new(prefix: &str, files: BTreeMap<String, String>) -> Shelf {
        Shelf {
            prefix: prefix.to_owned(),
            files,
        }
    }

    /// The text of a file.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// A file with the name that messages give it.
    pub fn file(&self, path: &str) -> Option<File> {
        self.text(path).map(|text| File {
            name: self.name(path),
            text: text.to_owned(),
        })
    }

    /// Every path, sorted.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there is no file.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Names of worlds that have a file.
    pub fn worlds(&self) -> impl Iterator<Item = &str> + Clone {
        self.files
            .keys()
            .filter_map(|path| path.strip_prefix("worlds/")?.strip_suffix(".yaml"))
    }

    /// Ids of lessons that have a file.
    pub fn lessons(&self) -> impl Iterator<Item = &str> + Clone {
        self.files
            .keys()
            .filter_map(|path| path.strip_suffix("/lesson.yaml"))
            .filter(|id| id.split('/').count() == 2)
    }

    /// The id of a lesson by its id, or by its last part where that is enough.
    pub fn lesson_called(&self, word: &str) -> Option<&str> {
        if let Some(id) = self.lessons().find(|id| *id == word) {
            return Some(id);
        }
        let mut alike = self
            .lessons()
            .filter(|id| id.split('/').next_back() == Some(word));
        let first = alike.next()?;
        alike.next().is_none().then_some(first)
    }

    /// Reads the catalogue.
    pub fn catalogue(&self) -> Result<Catalogue, Diagnostics> {
        match self.text(CATALOGUE) {
            Some(text) => catalogue::parse(&self.name(CATALOGUE), text),
            None => Err(self.missing(CATALOGUE)),
        }
    }

    /// The files that a lesson is opened with: its world's, its own and the
    /// glossary. `text` is the lesson's, which need not be on the shelf.
    pub fn open_lesson(&self, lesson: File) -> Result<(File, LessonFiles), Diagnostics> {
        let node = yaml::parse(&lesson.name, &lesson.text, &Limits::default())?;
        let mut report = Report::new(&lesson.name, &lesson.text);
        let at = report
            .fields(&At::root(&node))
            .and_then(|mut fields| fields.need(&mut report, "world"));
        let slug = at.and_then(|at| {
            let place = report.known(&at, "world", self.worlds())?;
            self.worlds().nth(place)
        });
        let world = slug.and_then(|slug| self.file(&world_path(slug)));
        match (world, self.file(GLOSSARY)) {
            (Some(world), Some(glossary)) => Ok((world, LessonFiles { lesson, glossary })),
            (None, _) => Err(report.finish()),
            (_, None) => Err(self.missing(GLOSSARY)),
        }
    }

    /// A lesson with its world, both sound.
    pub fn lesson(&self, id: &str) -> Result<(Arc<Lesson>, Arc<Scenario>), Diagnostics> {
        let path = lesson_path(id);
        let lesson = self.file(&path).ok_or_else(|| self.missing(&path))?;
        let (world, files) = self.open_lesson(lesson)?;
        let (scenario, _) = Scenario::read(&world.name, &world.text)?;
        let (lesson, _) = Lesson::read(
            (&files.lesson.name, &files.lesson.text),
            (&files.glossary.name, &files.glossary.text),
            &scenario,
        )?;
        Ok((Arc::new(lesson), Arc::new(scenario)))
    }

    fn missing(&self, path: &str) -> Diagnostics {
        self.one(
            path,
            "this file is missing",
            "add it; lessons/README.md says how",
        )
    }

    fn one(&self, path: &str, problem: &str, remedy: &str) -> Diagnostics {
        let mut problems = Diagnostics::new();
        problems.push(Diagnostic {
            severity: Severity::Error,
            place: Place {
                file: self.name(path),
                line: 1,
                column: 1,
            },
            field: String::new(),
            problem: problem.to_owned(),
            remedy: remedy.to_owned(),
            excerpt: String::new(),
        });
        problems
    }

    fn name(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }
}
