//! What is kept of queries with a lab: those of Explore, and panels of one's own.

use std::rc::Rc;

use serde::{Deserialize, Serialize};
use yew::prelude::*;

use crate::session::Unit;
use crate::ui::hooks::use_state_eq;
use crate::ui::notices::use_notices;
use crate::ui::store;
use crate::ui::strings::explore as strings;

/// Version of the stored text.
const VERSION: u32 = 1;
/// Queries of Explore.
pub const MOST_QUERIES: usize = 6;
/// Panels of one's own.
pub const MOST_PANELS: usize = 24;

/// What is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    version: u32,
    /// Queries of Explore.
    pub queries: Vec<String>,
    /// Panels of one's own.
    pub panels: Vec<KeptPanel>,
}

/// A panel of one's own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeptPanel {
    /// Its heading.
    pub title: String,
    /// What it shows.
    pub query: String,
    /// In what unit.
    pub unit: Unit,
}

impl Default for Kept {
    fn default() -> Self {
        Kept {
            version: VERSION,
            queries: vec![String::new()],
            panels: Vec::new(),
        }
    }
}

fn parse(text: &str) -> Result<Kept, String> {
    let kept: Kept = serde_json::from_str(text).map_err(|error| error.to_string())?;
    if kept.version != VERSION {
        return Err(strings::other_version(kept.version));
    }
    if kept.queries.is_empty()
        || kept.queries.len() > MOST_QUERIES
        || kept.panels.len() > MOST_PANELS
    {
        return Err(strings::KEPT_TOO_MUCH.to_owned());
    }
    Ok(kept)
}

/// What is kept at a place, and what keeps something else.
#[hook]
pub fn use_kept(place: &str) -> (Rc<Kept>, Callback<Kept>) {
    let notices = use_notices();
    let key = format!("xops.metrics:{place}");
    let kept = {
        let (key, notices) = (key.clone(), notices.clone());
        use_state_eq(move || Rc::new(store::read(&key, &notices, parse).unwrap_or_default()))
    };
    let keep = {
        let kept = kept.setter();
        Callback::from(move |new: Kept| {
            if let Ok(text) = serde_json::to_string(&new) {
                store::write(&key, &text, &notices);
            }
            kept.set(Rc::new(new));
        })
    };
    ((*kept).clone(), keep)
}
