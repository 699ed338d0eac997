//! The list of tracks, lessons and worlds on offer: `lessons/catalogue.yaml`.

use crate::base::yaml::{self, Limits};
use crate::base::{At, Diagnostics, Report};

/// The format that this build reads.
pub const FORMAT: &str = "xops-catalogue/1";

/// Everything on offer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalogue {
    /// Tracks in the order to play them.
    pub tracks: Vec<Track>,
    /// Worlds for the sandbox.
    pub worlds: Vec<WorldEntry>,
}

/// Lessons that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Track {
    /// Its folder.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// What it teaches.
    pub about: String,
    /// Its lessons in order.
    pub lessons: Vec<Entry>,
}

/// A lesson.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its folder.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// About how long it takes.
    pub minutes: u32,
    /// What it is about.
    pub about: String,
    /// The world it plays in.
    pub world: String,
    /// Whether it is yet to be written.
    pub planned: bool,
}

/// A world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorldEntry {
    /// Its file name without `.yaml`.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// What it is.
    pub about: String,
}

/// Reads `catalogue.yaml`.
pub fn parse(file: &str, text: &str) -> Result<Catalogue, Diagnostics> {
    let node = yaml::parse(file, text, &Limits::default())?;
    let mut report = Report::new(file, text);
    let catalogue = read(&mut report, &At::root(&node));
    let failed = report.failed();
    match catalogue {
        Some(catalogue) if !failed => Ok(catalogue),
        _ => Err(report.finish()),
    }
}

fn read(report: &mut Report, at: &At<'_>) -> Option<Catalogue> {
    let mut fields = report.fields(at)?;
    if let Some(at) = fields.need(report, "format") {
        report.choice(&at, &[(FORMAT, ())]);
    }
    let worlds = fields
        .need(report, "worlds")
        .map(|at| report.items(&at, 100));
    let worlds: Vec<WorldEntry> = worlds
        .unwrap_or_default()
        .iter()
        .filter_map(|at| world(report, at))
        .collect();
    let tracks = fields
        .need(report, "tracks")
        .map(|at| report.items(&at, 50));
    let tracks: Vec<Track> = tracks
        .unwrap_or_default()
        .iter()
        .filter_map(|at| track(report, at, &worlds))
        .collect();
    fields.done(report);
    Some(Catalogue { tracks, worlds })
}

fn track(report: &mut Report, at: &At<'_>, worlds: &[WorldEntry]) -> Option<Track> {
    let mut fields = report.fields(at)?;
    let slug = fields.need(report, "slug").and_then(|at| report.name(&at));
    let title = fields
        .need(report, "title")
        .and_then(|at| report.text(&at, 60));
    let about = fields
        .need(report, "about")
        .and_then(|at| report.text(&at, 200));
    let lessons = fields
        .need(report, "lessons")
        .map(|at| report.items(&at, 50));
    let lessons = lessons
        .unwrap_or_default()
        .iter()
        .filter_map(|at| entry(report, at, worlds))
        .collect();
    fields.done(report);
    Some(Track {
        slug: slug?,
        title: title?,
        about: about?,
        lessons,
    })
}

fn entry(report: &mut Report, at: &At<'_>, worlds: &[WorldEntry]) -> Option<Entry> {
    let mut fields = report.fields(at)?;
    let slug = fields.need(report, "slug").and_then(|at| report.name(&at));
    let title = fields
        .need(report, "title")
        .and_then(|at| report.text(&at, 80));
    let minutes = fields
        .need(report, "minutes")
        .and_then(|at| report.integer(&at, 1..=120));
    let about = fields
        .need(report, "about")
        .and_then(|at| report.text(&at, 200));
    let world = fields.need(report, "world").and_then(|at| {
        let place = report.known(&at, "world", worlds.iter().map(|world| world.slug.as_str()))?;
        worlds.get(place).map(|world| world.slug.clone())
    });
    let planned = fields
        .get("planned")
        .map_or(Some(false), |at| report.boolean(&at));
    fields.done(report);
    Some(Entry {
        slug: slug?,
        title: title?,
        minutes: minutes? as u32,
        about: about?,
        world: world?,
        planned: planned?,
    })
}

fn world(report: &mut Report, at: &At<'_>) -> Option<WorldEntry> {
    let mut fields = report.fields(at)?;
    let slug = fields.need(report, "slug").and_then(|at| report.name(&at));
    let title = fields
        .need(report, "title")
        .and_then(|at| report.text(&at, 60));
    let about = fields
        .need(report, "about")
        .and_then(|at| report.text(&at, 300));
    fields.done(report);
    Some(WorldEntry {
        slug: slug?,
        title: title?,
        about: about?,
    })
}
