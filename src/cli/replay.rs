//! `xops replay`: a recorded run once more.

use std::io::Write;

use super::outcome::Failure;
use super::story::Story;
use super::{files, play, show, words};
use crate::session::Replay;

/// Reads a recording, runs it and prints the same as the first run did.
pub(super) fn run(task: &words::Again, out: &mut dyn Write) -> Result<(), Failure> {
    let name = task.file.display().to_string();
    let text = files::read(&task.file, Replay::LONGEST as u64)?;
    let opening = Replay::parse(&name, &text)?.into_opening();
    let mut lab = play::build(&opening)?;
    let mut story = Story::default();
    let start = lab.start();
    for (place, entry) in opening.journal.into_iter().enumerate() {
        story.advance(&mut lab, entry.at)?;
        lab.apply(entry.command).map_err(|refusal| {
            let place = format!("{name}: journal[{place}]");
            play::refused(&place, lab.session().now(), &refusal)
        })?;
        story.look(&lab);
    }
    story.advance(&mut lab, opening.until.max(start))?;
    show::run(&lab, &story, out)
}
