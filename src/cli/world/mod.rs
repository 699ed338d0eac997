//! `xops world`: a world file checked, explained and drawn, without running it.

mod explain;

use std::io::Write;
use std::path::PathBuf;

use super::outcome::Failure;
use super::{files, lint};
use crate::formats::graph::svg::svg;
use crate::session::Scenario;

/// What to do with a world.
#[derive(Debug, PartialEq)]
pub(super) enum Look {
    /// Check files; true if there is no error.
    Lint(Vec<PathBuf>),
    /// Tell what one does at its normal load.
    Explain(String),
    /// Draw one, into a file or onto the output.
    Graph(String, Option<PathBuf>),
}

/// Carries it out; false if it found errors and has told them.
pub(super) fn run(look: &Look, out: &mut dyn Write) -> Result<bool, Failure> {
    match look {
        Look::Lint(paths) => lint::worlds(paths, out),
        Look::Explain(what) => {
            explain::write(&open(what)?, out)?;
            Ok(true)
        }
        Look::Graph(what, path) => {
            let picture = svg(&open(what)?);
            match path {
                Some(path) => {
                    files::write(path, &picture)?;
                    writeln!(out, "Drawn in {}", path.display())?;
                }
                None => out.write_all(picture.as_bytes())?,
            }
            Ok(true)
        }
    }
}

/// The world called `what`, or the world of the lesson called so.
fn open(what: &str) -> Result<Scenario, Failure> {
    let (file, _) = files::open(what)?;
    let (scenario, _) = Scenario::read(&file.name, &file.text)?;
    Ok(scenario)
}
