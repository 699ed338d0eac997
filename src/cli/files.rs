//! Files: finding `lessons/`, reading with limits, names into files.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::outcome::Failure;
use crate::base::yaml::{self, Limits};
use crate::base::{At, Report, did_you_mean};
use crate::lesson::{self, Shelf, catalogue, glossary, shelf};
use crate::session::{self, File, LessonFiles};

/// Files below `lessons/`.
const MOST_FILES: usize = 10_000;
/// Folders within folders below `lessons/`.
const MOST_DEPTH: usize = 8;
/// Bytes of one text that is not a replay; YAML has a limit of its own below this.
pub(super) const LONGEST: u64 = 8 << 20;

/// Reads a text of at most `longest` bytes.
pub(super) fn read(path: &Path, longest: u64) -> Result<String, Failure> {
    let shown = path.display();
    let unreadable = |error: std::io::Error| {
        let remedy = "give the path of a file that you may read";
        Failure::problem(&format!("{shown} cannot be read: {error}"), remedy)
    };
    let file = fs::File::open(path).map_err(unreadable)?;
    if file.metadata().map_err(unreadable)?.is_dir() {
        let remedy = "name a file inside it";
        return Err(Failure::problem(&format!("{shown} is a folder"), remedy));
    }
    let mut bytes = Vec::new();
    file.take(longest + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > longest {
        let problem = format!("{shown} is longer than {longest} bytes");
        return Err(Failure::problem(&problem, "give a shorter file"));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let problem = format!("{shown} is not UTF-8: byte {at} is the first that does not fit");
        Failure::problem(&problem, "save it as UTF-8")
    })
}

/// Writes a text.
pub(super) fn write(path: &Path, text: &str) -> Result<(), Failure> {
    fs::write(path, text).map_err(|error| {
        let problem = format!("{} cannot be written: {error}", path.display());
        Failure::problem(&problem, "give a path in a folder that is there")
    })
}

/// The nearest `lessons` folder at or above `from`: a folder with a catalogue,
/// or one whose `lessons` has one.
pub(super) fn root_above(from: &Path) -> Option<PathBuf> {
    // An empty path is the present folder, whose ancestors only the system knows.
    let whole = fs::canonicalize(if from.as_os_str().is_empty() {
        Path::new(".")
    } else {
        from
    });
    let whole = whole.ok()?;
    whole.ancestors().find_map(|folder| {
        [folder.to_path_buf(), folder.join("lessons")]
            .into_iter()
            .find(|folder| folder.join(shelf::CATALOGUE).is_file())
    })
}

/// Everything below a `lessons` folder.
pub(super) fn shelf(root: &Path) -> Result<Shelf, Failure> {
    let mut files = BTreeMap::new();
    gather(root, "", 0, &mut files)?;
    Ok(Shelf::new(&prefix(root), files))
}

/// How paths below `root` begin in messages: short where that is possible.
fn prefix(root: &Path) -> String {
    let here = fs::canonicalize(".").unwrap_or_default();
    match root.strip_prefix(&here) {
        Ok(path) if path.as_os_str().is_empty() => String::new(),
        Ok(path) => format!("{}/", path.display()),
        Err(_) => format!("{}/", root.display()),
    }
}

fn gather(
    folder: &Path,
    prefix: &str,
    depth: usize,
    files: &mut BTreeMap<String, String>,
) -> Result<(), Failure> {
    let shown = folder.display();
    let unreadable = |error: std::io::Error| {
        let remedy = "give the path of a folder that you may read";
        Failure::problem(&format!("{shown} cannot be read: {error}"), remedy)
    };
    if depth > MOST_DEPTH {
        let problem = format!("{shown} lies deeper than {MOST_DEPTH} folders");
        return Err(Failure::problem(&problem, "move it up"));
    }
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        // Editors and desktops keep things of their own in hidden files.
        if name.starts_with('.') {
            continue;
        }
        let path = format!("{prefix}{name}");
        // A link to a folder is not followed: it may lead back here.
        if entry.file_type().map_err(unreadable)?.is_dir() {
            gather(&entry.path(), &format!("{path}/"), depth + 1, files)?;
        } else {
            let is_yaml = path.ends_with(".yaml");
            let text = if is_yaml {
                read(&entry.path(), LONGEST)?
            } else {
                String::new()
            };
            files.insert(path, text);
        }
        if files.len() > MOST_FILES {
            let problem = format!("more than {MOST_FILES} files below {shown}");
            return Err(Failure::problem(&problem, "name a smaller folder"));
        }
    }
    Ok(())
}

/// The shelf that the present folder belongs to.
pub(super) fn present_shelf() -> Result<Shelf, Failure> {
    let root = root_above(Path::new("")).ok_or_else(|| {
        let remedy = "go to a folder that has lessons/catalogue.yaml in or above it";
        Failure::problem("there is no lessons folder here", remedy)
    })?;
    shelf(&root)
}

/// What a file says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    World,
    Lesson,
    Catalogue,
    Glossary,
    Commands,
}

/// Reads what a file says it is.
pub(super) fn kind(file: &File) -> Result<Kind, Failure> {
    let node = yaml::parse(&file.name, &file.text, &Limits::default())?;
    let at = At::root(&node);
    if at.is_list() {
        return Ok(Kind::Commands);
    }
    let mut report = Report::new(&file.name, &file.text);
    let words = [
        (session::FORMAT, Kind::World),
        (lesson::FORMAT, Kind::Lesson),
        (catalogue::FORMAT, Kind::Catalogue),
        (glossary::FORMAT, Kind::Glossary),
    ];
    let format = report
        .fields(&at)
        .and_then(|mut fields| fields.need(&mut report, "format"));
    let kind = format.and_then(|at| report.choice(&at, &words));
    kind.ok_or_else(|| report.finish().into())
}

/// The files that a world or lesson is opened with. `what` is a name, a file
/// or a lesson's folder.
pub(super) fn open(what: &str) -> Result<(File, Option<LessonFiles>), Failure> {
    let path = Path::new(what);
    let folder = path.parent().unwrap_or(path);
    let named = root_above(Path::new("")).map(|root| shelf(&root));
    if let Some(Ok(shelf)) = &named {
        if let Some(world) = shelf.file(&shelf::world_path(what)) {
            return Ok((world, None));
        }
        let id = shelf.lesson_called(what);
        if let Some(file) = id.and_then(|id| shelf.file(&shelf::lesson_path(id))) {
            let (world, files) = shelf.open_lesson(file)?;
            return Ok((world, Some(files)));
        }
    }
    let path = if path.is_dir() {
        path.join("lesson.yaml")
    } else {
        path.to_path_buf()
    };
    if !path.is_file() {
        return Err(nameless(what, named.transpose()?.as_ref()));
    }
    let file = File {
        name: path.display().to_string(),
        text: read(&path, LONGEST)?,
    };
    match kind(&file)? {
        Kind::World => Ok((file, None)),
        Kind::Lesson => {
            let root = root_above(folder).ok_or_else(|| {
                let problem = format!("{} has no catalogue.yaml above it", file.name);
                let remedy =
                    "keep a lesson in lessons/<track>/<lesson>/, beside worlds/ and glossary.yaml";
                Failure::problem(&problem, remedy)
            })?;
            let (world, files) = shelf(&root)?.open_lesson(file)?;
            Ok((world, Some(files)))
        }
        Kind::Catalogue | Kind::Glossary | Kind::Commands => {
            let problem = format!("{} is neither a world nor a lesson", file.name);
            let remedy = "name a world or a lesson; a list of commands goes with --commands";
            Err(Failure::problem(&problem, remedy))
        }
    }
}

fn nameless(what: &str, shelf: Option<&Shelf>) -> Failure {
    let problem = format!("there is no world, lesson or file `{what}`");
    let remedy = match shelf {
        Some(shelf) => {
            let known: Vec<&str> = shelf.worlds().chain(shelf.lessons()).collect();
            did_you_mean(what, &known)
        }
        None => "give the path of a world file, or go to a folder with lessons/ in it".to_owned(),
    };
    Failure::problem(&problem, &remedy)
}
