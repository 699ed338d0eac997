//! Everything below `lessons/` together: each file sound, each in its place,
//! and every name that one has for another right.
//!
//! In: the files as text. Out: lessons with their worlds, or every problem of
//! every file. Reading files is the shell's business.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::catalogue::{self, Catalogue};
use super::{Lesson, glossary};
use crate::base::yaml::{self, Limits};
use crate::base::{At, Diagnostic, Diagnostics, Place, Report, Severity, did_you_mean};
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

    /// Every problem, by the path of its file; files without one are left out.
    pub fn check(&self) -> BTreeMap<String, Diagnostics> {
        let mut found = BTreeMap::new();
        let mut note = |path: &str, problems: Diagnostics| {
            if !problems.is_empty() {
                let all: &mut Diagnostics = found.entry(path.to_owned()).or_default();
                all.append(problems);
            }
        };
        let catalogue = self.catalogue();
        match self.text(GLOSSARY) {
            None => note(GLOSSARY, self.missing(GLOSSARY)),
            Some(text) => note(
                GLOSSARY,
                problems(glossary::read(&self.name(GLOSSARY), text)),
            ),
        }
        for slug in self.worlds() {
            let path = world_path(slug);
            if let Some(text) = self.text(&path) {
                note(&path, told(Scenario::read(&self.name(&path), text)));
            }
        }
        for id in self.lessons() {
            let path = lesson_path(id);
            note(&path, self.check_lesson(id, catalogue.as_ref().ok()));
        }
        match catalogue {
            Err(problems) => note(CATALOGUE, problems),
            Ok(catalogue) => {
                note(CATALOGUE, self.check_catalogue());
                for path in self.files.keys() {
                    if !self.belongs(path, &catalogue) {
                        note(path, self.orphan(path));
                    }
                }
            }
        }
        found
    }

    /// The lesson's own problems, and where it contradicts the catalogue.
    fn check_lesson(&self, id: &str, catalogue: Option<&Catalogue>) -> Diagnostics {
        let path = lesson_path(id);
        let Some(file) = self.file(&path) else {
            return Diagnostics::new();
        };
        let read = self.open_lesson(file.clone()).and_then(|(world, files)| {
            // The problems of the world and the glossary are told with them.
            let Ok((scenario, _)) = Scenario::read(&world.name, &world.text) else {
                return Ok(None);
            };
            if glossary::read(&files.glossary.name, &files.glossary.text).is_err() {
                return Ok(None);
            }
            let lesson = (file.name.as_str(), file.text.as_str());
            let glossary = (files.glossary.name.as_str(), files.glossary.text.as_str());
            Lesson::read(lesson, glossary, &scenario).map(Some)
        });
        let (lesson, mut found) = match read {
            Err(problems) => return problems,
            Ok(None) => return Diagnostics::new(),
            Ok(Some(read)) => read,
        };
        let entry = catalogue.into_iter().flat_map(|catalogue| {
            catalogue.tracks.iter().flat_map(|track| {
                track
                    .lessons
                    .iter()
                    .filter(|entry| format!("{}/{}", track.slug, entry.slug) == id)
            })
        });
        let entry = entry.into_iter().next();
        let Ok(node) = yaml::parse(&file.name, &file.text, &Limits::default()) else {
            return found;
        };
        let root = At::root(&node);
        let mut report = Report::new(&file.name, &file.text);
        let mut differs = |key: &'static str, has: &str, wanted: &str| {
            if has != wanted {
                let at = field(&root, key).unwrap_or_else(|| root.clone());
                let problem = format!("`{has}` is not what stands in the catalogue");
                report.error(
                    &at,
                    problem,
                    format!("write `{wanted}`, or mend {CATALOGUE}"),
                );
            }
        };
        differs("id", &lesson.id, id);
        if let Some(entry) = entry {
            differs("title", &lesson.title, &entry.title);
            differs("world", &lesson.world, &entry.world);
            let (has, wanted) = (lesson.minutes.to_string(), entry.minutes.to_string());
            differs("minutes", &has, &wanted);
        }
        found.append(report.finish());
        found
    }

    /// Entries of the catalogue whose files are missing, or that are planned and written.
    fn check_catalogue(&self) -> Diagnostics {
        let (name, text) = (
            self.name(CATALOGUE),
            self.text(CATALOGUE).unwrap_or_default(),
        );
        let Ok(node) = yaml::parse(&name, text, &Limits::default()) else {
            return Diagnostics::new();
        };
        let root = At::root(&node);
        let mut report = Report::new(&name, text);
        for entry in items(&root, "worlds") {
            if let Some(at) = field(&entry, "slug") {
                self.need(&mut report, &at, &world_path(word(&at)));
            }
        }
        for track in items(&root, "tracks") {
            let folder = field(&track, "slug");
            for entry in items(&track, "lessons") {
                let (Some(folder), Some(at)) = (&folder, field(&entry, "slug")) else {
                    continue;
                };
                let path = lesson_path(&format!("{}/{}", word(folder), word(&at)));
                match field(&entry, "planned").filter(|at| word(at) == "true") {
                    None => self.need(&mut report, &at, &path),
                    Some(at) if self.files.contains_key(&path) => {
                        report.error(&at, "this lesson is written", "take `planned` away");
                    }
                    Some(_) => {}
                }
            }
        }
        report.finish()
    }

    fn need(&self, report: &mut Report, at: &At<'_>, path: &str) {
        if !self.files.contains_key(path) {
            let problem = format!("there is no file {}", self.name(path));
            report.error(at, problem, "write it, or take this entry away");
        }
    }

    /// Whether anything leads to a file.
    fn belongs(&self, path: &str, catalogue: &Catalogue) -> bool {
        let lessons = catalogue.tracks.iter().flat_map(|track| {
            let entries = track.lessons.iter();
            entries.map(|entry| lesson_path(&format!("{}/{}", track.slug, entry.slug)))
        });
        [CATALOGUE, GLOSSARY, MANUAL].contains(&path)
            || catalogue.worlds.iter().any(|w| world_path(&w.slug) == path)
            || lessons.into_iter().any(|lesson| lesson == path)
    }

    fn orphan(&self, path: &str) -> Diagnostics {
        let slugs = self.files.keys().map(String::as_str).filter(|p| *p != path);
        let problem = "nothing leads to this file";
        let remedy = match path.ends_with(".yaml") {
            true => format!("list it in {}, or take it away", self.name(CATALOGUE)),
            false => format!("take it away; {}", did_you_mean(path, slugs)),
        };
        self.one(path, problem, &remedy)
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

fn problems<T>(read: Result<T, Diagnostics>) -> Diagnostics {
    read.err().unwrap_or_default()
}

fn told<T>(read: Result<(T, Diagnostics), Diagnostics>) -> Diagnostics {
    match read {
        Ok((_, warnings)) => warnings,
        Err(problems) => problems,
    }
}

/// A field of a mapping that was read before, so that nothing is said of it.
fn field<'n>(at: &At<'n>, key: &'static str) -> Option<At<'n>> {
    Report::new("", "").fields(at)?.get(key)
}

fn items<'n>(at: &At<'n>, key: &'static str) -> Vec<At<'n>> {
    field(at, key).map_or(Vec::new(), |at| Report::new("", "").items(&at, usize::MAX))
}

fn word<'n>(at: &At<'n>) -> &'n str {
    at.scalar().unwrap_or("?")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::sample::{CATALOGUE as LIST, GLOSSARY as TERMS, LESSON, WORLD};

    /// Checks a sound shelf with one file changed, or without it.
    fn check(path: &str, text: Option<String>, expected: &[&str]) {
        let mut files: BTreeMap<String, String> = [
            (CATALOGUE, LIST),
            (GLOSSARY, TERMS),
            ("worlds/one.yaml", WORLD),
            ("basics/first/lesson.yaml", LESSON),
        ]
        .map(|(path, text)| (path.to_owned(), text.to_owned()))
        .into();
        match text {
            Some(text) => files.insert(path.to_owned(), text),
            None => files.remove(path),
        };
        let found: Vec<String> = Shelf::new("lessons/", files)
            .check()
            .values()
            .map(ToString::to_string)
            .collect();
        let found = found.join("\n");
        for expected in expected {
            assert!(found.contains(expected), "{found}");
        }
        assert_eq!(found.is_empty(), expected.is_empty(), "{found}");
    }

    #[test]
    fn a_sound_shelf_has_no_problem() {
        check(MANUAL, Some("How to write lessons.".to_owned()), &[]);
    }

    #[test]
    fn a_file_that_nothing_leads_to_is_reported() {
        let orphan = "nothing leads to this file";
        check(
            "worlds/two.yaml",
            Some(WORLD.to_owned()),
            &["lessons/worlds/two.yaml:1:1", orphan],
        );
        check("basics/first/lessons.yaml", Some(String::new()), &[orphan]);
        check("notes.txt", Some(String::new()), &[orphan]);
    }

    #[test]
    fn a_missing_file_is_reported_where_it_is_named() {
        check(
            "basics/first/lesson.yaml",
            None,
            &[
                "lessons/catalogue.yaml:7:",
                "no file lessons/basics/first/lesson.yaml",
            ],
        );
        check(
            "worlds/one.yaml",
            None,
            &["catalogue.yaml:2:", "no world is called `one`"],
        );
        check(GLOSSARY, None, &["lessons/glossary.yaml", "missing"]);
        check(CATALOGUE, None, &["lessons/catalogue.yaml", "missing"]);
    }

    #[test]
    fn catalogue_and_lesson_tell_the_same() {
        let list = LIST.replace("minutes: 5", "minutes: 9");
        check(
            CATALOGUE,
            Some(list),
            &["lesson.yaml:4:", "`5` is not", "write `9`"],
        );
        let lesson = LESSON.replace("basics/first", "basics/second");
        check(
            "basics/first/lesson.yaml",
            Some(lesson),
            &["lesson.yaml:2:", "`basics/second`"],
        );
        let list = LIST.replace("about: First.", "about: First., planned: true");
        check(CATALOGUE, Some(list), &["this lesson is written"]);
    }

    #[test]
    fn every_file_tells_its_own_problems_at_once() {
        check(
            "worlds/one.yaml",
            Some(
                WORLD
                    .replace("workers: 1", "workers: 0")
                    .replace("99.9%", "100%"),
            ),
            &["workers", "no error budget"],
        );
        let lesson = LESSON.replace("passed: 1m", "pased: 1m");
        check(
            "basics/first/lesson.yaml",
            Some(lesson),
            &["did you mean `passed`"],
        );
    }
}
