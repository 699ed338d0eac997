//! The list of tracks, lessons and worlds. A stand-in until the loader is merged.

use crate::base::Diagnostics;

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
pub fn parse(_file: &str, _text: &str) -> Result<Catalogue, Diagnostics> {
    let entry = |slug: &str, title: &str, minutes, about: &str, planned| Entry {
        slug: slug.into(),
        title: title.into(),
        minutes,
        about: about.into(),
        world: "shop".into(),
        planned,
    };
    Ok(Catalogue {
        tracks: vec![Track {
            slug: "foundations".into(),
            title: "Foundations".into(),
            about: "What reliable enough means, and how to know it.".into(),
            lessons: vec![
                entry(
                    "error-budgets",
                    "Error budgets and burn rate",
                    20,
                    "A month, a budget, and who spends it.",
                    false,
                ),
                entry(
                    "golden-signals",
                    "Four golden signals",
                    15,
                    "Read a service from four charts.",
                    true,
                ),
                entry(
                    "alerting",
                    "Alerts worth waking up for",
                    25,
                    "Page on symptoms, with two windows.",
                    true,
                ),
            ],
        }],
        worlds: vec![WorldEntry {
            slug: "shop".into(),
            title: "Shop".into(),
            about: "Gateway, shop, payment and a database.".into(),
        }],
    })
}
