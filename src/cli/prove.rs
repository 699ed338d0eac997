//! `xops prove`: whether lessons teach what they say.

use std::io::Write;
use std::time::Instant;

use super::files;
use super::outcome::Failure;
use crate::base::did_you_mean;
use crate::lesson::{proof, prove};

/// Proves the named lessons, or all; true if every proof holds.
pub(super) fn run(names: &[String], out: &mut dyn Write) -> Result<bool, Failure> {
    let shelf = files::present_shelf()?;
    let mut ids: Vec<&str> = Vec::new();
    for name in names {
        match shelf.lesson_called(name.trim_end_matches('/')) {
            Some(id) => ids.push(id),
            None => {
                let problem = format!("there is no lesson `{name}`");
                let remedy = did_you_mean(name, &shelf.lessons().collect::<Vec<_>>());
                return Err(Failure::problem(&problem, &remedy));
            }
        }
    }
    if names.is_empty() {
        ids.extend(shelf.lessons());
    }
    let mut sound = true;
    let all = Instant::now();
    for id in ids {
        let (lesson, scenario) = shelf.lesson(id)?;
        let began = Instant::now();
        let failures = prove(&lesson, &scenario);
        let took = began.elapsed().as_secs_f64();
        if failures.is_empty() {
            let seeds: Vec<String> = proof::seeds(&lesson).iter().map(u64::to_string).collect();
            let seeds = seeds.join(", ");
            let mistakes = match lesson.mistakes.len() {
                1 => "1 mistake".to_owned(),
                count => format!("{count} mistakes"),
            };
            let (needed, promised) = (proof::minutes(&lesson), lesson.minutes);
            writeln!(
                out,
                "{id}: holds on seeds {seeds} and against {mistakes}; \
                 {needed:.0} of {promised} minutes; proved in {took:.1} s"
            )?;
        } else {
            sound = false;
            writeln!(out, "{id}: does not hold")?;
            for failure in failures {
                writeln!(out, "  - {failure}")?;
            }
        }
        out.flush()?;
    }
    writeln!(out, "proofs took {:.1} s", all.elapsed().as_secs_f64())?;
    Ok(sound)
}
