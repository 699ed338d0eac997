//! `xops traces`: runs a world and writes what was followed as OTLP/JSON.

use std::io::Write;
use std::path::PathBuf;

use super::outcome::Failure;
use super::{files, play};
use crate::base::{Ratio, SimTime, Span};
use crate::formats::otlp;
use crate::session::Opening;
use crate::telemetry::trace::Sampling;

/// Spans that one file may hold.
const MOST_SPANS: usize = 1_000_000;
/// Where no length is given.
const LENGTH: Span = Span::from_mins(10);

/// What to run, how long, whom to follow, where to write.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Job {
    pub what: String,
    pub seed: Option<u64>,
    pub length: Option<Span>,
    pub sample: Option<Ratio>,
    pub commands: Option<PathBuf>,
    pub out: Option<PathBuf>,
    pub logs: Option<PathBuf>,
}

/// Runs, and writes files or prints.
pub(super) fn run(job: &Job, out: &mut dyn Write) -> Result<(), Failure> {
    let (world, lesson) = files::open(&job.what)?;
    if lesson.is_some() {
        let remedy = "name a world, such as `xops traces shop`";
        return Err(Failure::usage("a lesson has no traces of its own", remedy));
    }
    let opening = Opening {
        world,
        lesson,
        seed: job.seed.unwrap_or(1),
        journal: Vec::new(),
        until: SimTime::ZERO,
    };
    let mut lab = play::build(&opening)?;
    let all = Ratio::new(1.0).unwrap_or(Ratio::ZERO);
    let head = job.sample.unwrap_or(all);
    lab.sample(Sampling {
        head,
        tail: head,
        spans: MOST_SPANS,
        ..Sampling::OFF
    });
    let mut story = super::story::Story::default();
    if let Some(path) = &job.commands {
        play::perform(&mut lab, &mut story, play::read_commands(path)?)?;
    }
    let end = (SimTime::ZERO + job.length.unwrap_or(LENGTH)).max(lab.session().now());
    story.advance(&mut lab, end)?;
    let session = lab.session();
    let (world, seed) = (session.world(), session.seed());
    let mut found: Vec<_> = session.tracer().traces().collect();
    found.sort_by_key(|trace| trace.number);
    let spans: usize = found.iter().map(|trace| trace.spans.len()).sum();
    let text = otlp::traces(world, seed, found.iter().copied());
    let tally = session.tracer().tally();
    match &job.out {
        Some(path) => {
            files::write(path, &text)?;
            let traces = found.len();
            writeln!(out, "{traces} traces, {spans} spans in {}", path.display())?;
        }
        None => writeln!(out, "{text}")?,
    }
    if tally.skipped + tally.evicted > 0 {
        let (skipped, evicted) = (tally.skipped, tally.evicted);
        writeln!(
            out,
            "{skipped} requests not followed, {evicted} traces left out: no room"
        )?;
    }
    if let Some(path) = &job.logs {
        let records: Vec<_> = session.logs().found(session.now()).collect();
        files::write(path, &otlp::logs(world, seed, records.iter().copied()))?;
        writeln!(out, "{} lines in {}", records.len(), path.display())?;
    }
    Ok(())
}
