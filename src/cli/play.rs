//! A lab carried through a list of commands.

use super::files;
use super::outcome::Failure;
use super::story::Story;
use crate::base::yaml::{self, Limits};
use crate::base::{At, Diagnostics, Report, SimTime};
use crate::lesson::Lab;
use crate::session::{File, Opening, Refusal, Scripted, commands};
use std::path::Path;

/// Commands, each with the words that a refusal of it begins with.
pub(super) type Script = Vec<(String, Scripted)>;

/// Reads a file of commands.
pub(super) fn read_commands(path: &Path) -> Result<Script, Failure> {
    let file = File {
        name: path.display().to_string(),
        text: files::read(path, files::LONGEST)?,
    };
    Ok(parse_commands(&file)?)
}

/// Reads commands; every problem at once.
pub(super) fn parse_commands(file: &File) -> Result<Script, Diagnostics> {
    let node = yaml::parse(&file.name, &file.text, &Limits::default())?;
    let at = At::root(&node);
    let mut report = Report::new(&file.name, &file.text);
    let Some(read) = commands(&mut report, &at) else {
        return Err(report.finish());
    };
    let places: Vec<String> = report
        .items(&at, read.len())
        .iter()
        .map(|item| format!("{}:{}:{}", file.name, item.line, item.column))
        .collect();
    Ok(places.into_iter().zip(read).collect())
}

/// Builds the lab and says what is worth mending in its files.
pub(super) fn build(opening: &Opening) -> Result<Lab, Failure> {
    let (lab, warnings) = Lab::build(opening)?;
    if !warnings.is_empty() {
        super::complain(&warnings.to_string());
    }
    Ok(lab)
}

/// Carries a script out from the present instant.
pub(super) fn perform(lab: &mut Lab, story: &mut Story, script: Script) -> Result<(), Failure> {
    for (place, Scripted { after, command }) in script {
        let at = lab.session().now() + after;
        story.advance(lab, at)?;
        if let Some(command) = command {
            lab.apply(command)
                .map_err(|refusal| refused(&place, lab.session().now(), &refusal))?;
            story.look(lab);
        }
    }
    Ok(())
}

/// Why a command was not carried out, where it stands and when it was due.
pub(super) fn refused(place: &str, at: SimTime, refusal: &Refusal) -> Failure {
    let problem = format!("{place}: refused at {at}: {}", refusal.problem);
    Failure::problem(&problem, &refusal.remedy)
}
