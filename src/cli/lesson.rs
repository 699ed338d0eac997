//! `xops lesson`: beginning a lesson, and proving it.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::files;
use super::outcome::Failure;
use crate::base::parse;
use crate::lesson::shelf;

/// The manual for authors, whose worked example every new lesson begins as.
const MANUAL: &str = include_str!("../../lessons/README.md");
/// What the example is called there.
const TRACK: &str = "basics";
const SLUG: &str = "take-it-back";
const WORLD: &str = "kiosk";

/// Writes a lesson that is sound and holds, to be changed step by step: its file and
/// its world, and where there is no `lessons` folder yet, all of one.
pub(super) fn new(id: &str, out: &mut dyn Write) -> Result<(), Failure> {
    let (track, slug) = split(id)?;
    let root = files::root_above(Path::new("")).unwrap_or_else(|| PathBuf::from("lessons"));
    let begun = root.join(shelf::CATALOGUE).is_file();
    let text = |name: &str| filled(&example(name), track, slug);
    let world = (
        format!("worlds/{slug}.yaml"),
        example(&format!("worlds/{WORLD}.yaml")),
    );
    let lesson = (
        format!("{id}/lesson.yaml"),
        text(&format!("{TRACK}/{SLUG}/lesson.yaml")),
    );
    let mut wanted = vec![world, lesson];
    if !begun {
        for name in [shelf::CATALOGUE, shelf::GLOSSARY] {
            wanted.push((name.to_owned(), text(name)));
        }
    }
    // Nothing is written where something is in the way.
    if let Some((name, _)) = wanted.iter().find(|(name, _)| root.join(name).exists()) {
        let problem = format!("{} is there already", root.join(name).display());
        return Err(Failure::problem(&problem, "give the lesson another name"));
    }
    for (name, text) in wanted {
        let path = root.join(name);
        let folder = path.parent().unwrap_or(&root);
        fs::create_dir_all(folder).map_err(|error| {
            let problem = format!("{} cannot be made: {error}", folder.display());
            Failure::problem(&problem, "go to a folder in which you may write")
        })?;
        files::write(&path, &text)?;
        writeln!(out, "wrote {}", path.display())?;
    }
    if begun {
        let catalogue = root.join(shelf::CATALOGUE);
        writeln!(
            out,
            "\nName both in {}, as this does:\n",
            catalogue.display()
        )?;
        let listed = text(shelf::CATALOGUE);
        // Without the format, which stands there already.
        for line in listed.lines().skip(1) {
            writeln!(out, "{line}")?;
        }
    }
    writeln!(
        out,
        "\nThen `xops lint` and `xops lesson prove {id}` say how it stands."
    )?;
    Ok(())
}

/// Track and slug of `<track>/<slug>`.
fn split(id: &str) -> Result<(&str, &str), Failure> {
    let parts = id.split_once('/');
    let sound =
        parts.filter(|(track, slug)| [track, slug].iter().all(|part| parse::name(part).is_ok()));
    sound.ok_or_else(|| {
        let remedy = format!(
            "write a track and a name, such as `{TRACK}/{SLUG}`: {}",
            parse::NAME_FORM
        );
        Failure::usage(&format!("`{id}` is no name for a lesson"), &remedy)
    })
}

/// One file of the worked example.
fn example(name: &str) -> String {
    let heading = format!("\n`{name}`:\n```yaml\n");
    let found = MANUAL
        .split_once(&heading)
        .and_then(|(_, rest)| rest.split_once("```"));
    let (text, _) = found.expect("invariant: a test proves the manual's example");
    text.to_owned()
}

/// The example under another name.
fn filled(text: &str, track: &str, slug: &str) -> String {
    text.replace(&format!("{TRACK}/{SLUG}"), &format!("{track}/{slug}"))
        .replace(&format!("slug: {SLUG}"), &format!("slug: {slug}"))
        .replace(&format!("slug: {TRACK}"), &format!("slug: {track}"))
        .replace(&format!("slug: {WORLD}"), &format!("slug: {slug}"))
        .replace(&format!("world: {WORLD}"), &format!("world: {slug}"))
}
