//! Every problem of every file, orphans and contradictions too.

use std::collections::BTreeMap;

use super::super::catalogue::Catalogue;
use super::super::{Lesson, glossary};
use super::{CATALOGUE, GLOSSARY, MANUAL, Shelf, lesson_path, names, world_path};
use crate::base::yaml::{self, Limits};
use crate::base::{At, Diagnostics, Report, did_you_mean};
use crate::session::Scenario;

impl Shelf {
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
            let (lesson, warnings) = Lesson::read(lesson, glossary, &scenario)?;
            let node = yaml::parse(&file.name, &file.text, &Limits::default())?;
            Ok(Some((lesson, warnings, node, scenario)))
        });
        let (lesson, mut found, node, scenario) = match read {
            Err(problems) => return problems,
            Ok(None) => return Diagnostics::new(),
            Ok(Some(read)) => read,
        };
        let root = At::root(&node);
        let mut report = Report::new(&file.name, &file.text);
        agree(&mut report, &root, id, &lesson, catalogue);
        names::check(&mut report, &root, &lesson, &scenario);
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
            false => format!(
                "take it away; {}",
                did_you_mean(path, &slugs.collect::<Vec<_>>())
            ),
        };
        self.one(path, problem, &remedy)
    }
}

/// Holds a lesson against its entry in the catalogue.
fn agree(
    report: &mut Report,
    root: &At<'_>,
    id: &str,
    lesson: &Lesson,
    catalogue: Option<&Catalogue>,
) {
    let mut differs = |key: &'static str, has: &str, wanted: &str| {
        if has != wanted {
            let at = field(root, key).unwrap_or_else(|| root.clone());
            let problem = format!("`{has}` is not what stands in the catalogue");
            report.error(
                &at,
                problem,
                format!("write `{wanted}`, or mend {CATALOGUE}"),
            );
        }
    };
    differs("id", &lesson.id, id);
    let tracks = catalogue.map_or(&[][..], |catalogue| &catalogue.tracks);
    let entry = tracks.iter().find_map(|track| {
        let entries = &track.lessons;
        entries
            .iter()
            .find(|entry| format!("{}/{}", track.slug, entry.slug) == id)
    });
    if let Some(entry) = entry {
        differs("title", &lesson.title, &entry.title);
        differs("world", &lesson.world, &entry.world);
        let (has, wanted) = (lesson.minutes.to_string(), entry.minutes.to_string());
        differs("minutes", &has, &wanted);
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
pub(super) fn field<'n>(at: &At<'n>, key: &'static str) -> Option<At<'n>> {
    Report::new("", "").fields(at)?.get(key)
}

pub(super) fn items<'n>(at: &At<'n>, key: &'static str) -> Vec<At<'n>> {
    field(at, key).map_or(Vec::new(), |at| Report::new("", "").items(&at, usize::MAX))
}

fn word<'n>(at: &At<'n>) -> &'n str {
    at.scalar().unwrap_or("?")
}
