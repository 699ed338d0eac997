//! The words of `xops query` and `xops metrics`.

use lexopt::Arg::{Long, Short, Value};

use super::Ask;
use crate::cli::outcome::Failure;
use crate::cli::words::{Run, Task, Topic, length, text, unknown, unreadable, value};

/// `xops query`.
pub(in crate::cli) fn ask(words: &mut lexopt::Parser) -> Result<Task, Failure> {
    const OPTIONS: [&str; 8] = [
        "at", "step", "over", "for", "seed", "commands", "solution", "help",
    ];
    let mut ask = Ask::default();
    let mut what = None;
    while let Some(word) = words.next().map_err(unreadable)? {
        match word {
            Long("help") | Short('h') => return Ok(Task::Help(Topic::Query)),
            Long("at") => ask.at = Some(length("at", &value(words)?)?),
            Long("step") => ask.step = Some(length("step", &value(words)?)?),
            Long("over") => ask.over = Some(length("over", &value(words)?)?),
            Value(word) if what.is_none() => what = Some(text(word)?),
            Value(word) => ask.queries.push(text(word)?),
            Long(name) => {
                let name = name.to_owned();
                ask.run.option(&name, words, &OPTIONS)?;
            }
            other => return Err(unknown(&other, &OPTIONS)),
        }
    }
    ask.run.name(what, "query")?;
    if ask.queries.is_empty() {
        let remedy = "write one in quotes: `xops query shop 'sum(up)'`";
        return Err(Failure::usage("no query is given", remedy));
    }
    if ask.at.is_some() && (ask.step.is_some() || ask.over.is_some()) {
        let remedy = "give one of --at and --step";
        return Err(Failure::usage("a moment and a range at once", remedy));
    }
    if ask.over.is_some() && ask.step.is_none() {
        let remedy = "add --step, such as --step 1m";
        return Err(Failure::usage("--over is about a range", remedy));
    }
    Ok(Task::Query(ask))
}

/// `xops metrics`.
pub(in crate::cli) fn metrics(words: &mut lexopt::Parser) -> Result<Task, Failure> {
    const OPTIONS: [&str; 5] = ["for", "seed", "commands", "solution", "help"];
    let mut task = Run::default();
    let mut what = None;
    while let Some(word) = words.next().map_err(unreadable)? {
        match word {
            Long("help") | Short('h') => return Ok(Task::Help(Topic::Metrics)),
            Value(word) if what.is_none() => what = Some(text(word)?),
            Long(name) => {
                let name = name.to_owned();
                task.option(&name, words, &OPTIONS)?;
            }
            other => return Err(unknown(&other, &OPTIONS)),
        }
    }
    task.name(what, "metrics")?;
    Ok(Task::Metrics(task))
}
