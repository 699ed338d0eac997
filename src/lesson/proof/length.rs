//! How long a lesson takes a learner, worked out from its texts and its solution.

use super::super::Lesson;
use super::super::figure::walk;
use super::super::text::{Block, Inline};
use crate::session::Scripted;

/// Words read in a minute, silently.
const READ: f64 = 200.0;
/// Words read aloud in the half-minute that the text of a step may take.
const ALOUD: usize = 90;
/// Real seconds to find a control and use it.
const ACT: f64 = 20.0;
/// Speeds of the lab, in simulated seconds per real one, and the fastest of them.
const SPEEDS: [f64; 4] = [1.0, 10.0, 60.0, 600.0];
const FASTEST: f64 = 3_600.0;
/// Real seconds for which a learner watches before taking the next speed.
const PATIENCE: f64 = 60.0;

/// Minutes that the lesson takes: its texts read once, and its solution at the
/// slowest speeds that keep each wait under a minute.
pub fn minutes(lesson: &Lesson) -> f64 {
    let steps = lesson.steps.iter().map(|step| {
        let asked = step.question.as_ref().map_or("", |asked| &asked.prompt);
        words(&step.text) + words(&step.explain) + count(&step.task) + count(asked)
    });
    let read = (steps.sum::<usize>() + words(&lesson.debrief.text)) as f64 / READ;
    read + lesson.solution.iter().map(acted).sum::<f64>() / 60.0
}

/// Real seconds for one command and the wait before it.
fn acted(scripted: &Scripted) -> f64 {
    let wait = scripted.after.as_secs_f64();
    let bearable = |speed: &f64| wait / speed <= PATIENCE;
    let speed = SPEEDS.into_iter().find(bearable).unwrap_or(FASTEST);
    let act = if scripted.command.is_some() { ACT } else { 0.0 };
    act + wait / speed
}

/// What is wrong with the length of its texts and of the whole.
pub(super) fn problems(lesson: &Lesson) -> Vec<String> {
    let mut found = Vec::new();
    for (step, spec) in lesson.steps.iter().enumerate() {
        let words = words(&spec.text);
        if words > ALOUD {
            let step = step + 1;
            found.push(format!(
                "the text of step {step} has {words} words, at most {ALOUD} are read aloud in 30 s"
            ));
        }
    }
    let (needed, promised) = (minutes(lesson), lesson.minutes);
    if needed > f64::from(promised) {
        found.push(format!(
            "it takes about {needed:.0} minutes, and promises {promised}"
        ));
    }
    found
}

fn words(blocks: &[Block]) -> usize {
    let mut sum = 0;
    walk(blocks, &mut |inline| match inline {
        Inline::Text(text) | Inline::Code(text) => sum += count(text),
        Inline::Figure(_) => sum += 1,
        _ => {}
    });
    sum
}

fn count(text: &str) -> usize {
    let word = |word: &&str| word.chars().any(char::is_alphanumeric);
    text.split_whitespace().filter(word).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Span;

    #[test]
    fn waits_take_the_slowest_speed_that_is_bearable() {
        let wait = |after: Span| {
            acted(&Scripted {
                after,
                command: None,
            })
        };
        assert_eq!(wait(Span::from_secs(45)), 45.0);
        assert_eq!(wait(Span::from_mins(5)), 30.0);
        assert_eq!(wait(Span::from_hours(1)), 60.0);
        assert_eq!(wait(Span::from_days(10)), 240.0);
    }

    #[test]
    fn signs_are_no_words() {
        assert_eq!(count("one in a thousand - 0.1 %"), 5);
    }
}
