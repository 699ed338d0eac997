//! Learners who do anything that the lesson allows, by chance: if they get
//! through, the lesson does not need what it teaches.

use super::super::Play;
use super::super::goal::Action;
use super::super::view::QuestionKind;
use crate::base::{Ratio, Span, Stream};
use crate::lesson::Lesson;
use crate::session::{Command, RuleAct, RuleChange};
use crate::slo::{EDGE, Indicator, ObjectiveChange};
use crate::world::{Admission, GuardTuning, Tuning, Who};

/// How many of them try.
const LEARNERS: u32 = 3;
/// What each does in a step.
const ACTS: u32 = 3;

/// Notes every random learner who reaches the end with every star; `spans` is
/// how long the solution takes for each step.
pub(super) fn fails(play: &Play, spans: &[Span], failed: &mut Vec<String>) {
    for learner in 0..LEARNERS {
        let mut stream = Stream::named(u64::from(learner), "random learner");
        if earns_every_star(play.clone(), spans, &mut stream) {
            failed.push(format!(
                "random learner {learner} gets through with every star"
            ));
        }
    }
}

fn earns_every_star(mut play: Play, spans: &[Span], stream: &mut Stream) -> bool {
    for span in spans {
        answer(&mut play, stream);
        for _ in 0..ACTS {
            let wait = Span::from_millis(
                (span.as_secs_f64() * 1_000.0 * stream.unit() / f64::from(ACTS)) as u64,
            );
            play.advance(play.session().now() + wait, u64::MAX);
            if let Some(command) = act(&play, stream) {
                // What is refused changes nothing, as for any learner.
                let _ = play.apply(command);
            }
        }
        play.advance(play.session().now() + *span, u64::MAX);
        if play.apply(Command::Continue).is_err() {
            return false;
        }
    }
    let debrief = play.now.debrief.as_ref();
    debrief.is_some_and(|debrief| debrief.stars.iter().all(|star| star.earned))
}

fn answer(play: &mut Play, stream: &mut Stream) {
    let Some(asked) = &play.spec().question else {
        return;
    };
    let value = match &asked.kind {
        QuestionKind::Number { min, max, .. } => min + (max - min) * stream.unit(),
        QuestionKind::Choice { options } => f64::from(stream.below(options.len() as u32)),
    };
    let question = asked.name.clone();
    let _ = play.apply(Command::Answer { question, value });
}

/// What can be done in the tabs of objectives and alerts, where the solution does it.
fn tabs(lesson: &Lesson) -> impl Iterator<Item = &str> {
    let uses = |action: Action| {
        let mut commands = lesson.solution.iter().flat_map(|one| &one.command);
        commands.any(|command| action.matches(command))
    };
    let tabs = [
        ("objective", uses(Action::Objective)),
        ("alert_rule", uses(Action::AlertRule)),
    ];
    tabs.into_iter()
        .filter_map(|(tab, used)| used.then_some(tab))
}

/// Something that a control or a tab allows.
fn act(play: &Play, stream: &mut Stream) -> Option<Command> {
    let controls: Vec<&str> = play.controls().chain(tabs(play.lesson())).collect();
    let control = controls.get(pick(stream, controls.len())?)?;
    let world = play.session().world().spec();
    let place = pick(stream, world.services.len())?;
    let spec = &world.services[place];
    let service = spec.name.clone();
    Some(match *control {
        "deploy" => Command::Deploy {
            service,
            version: spec.versions[pick(stream, spec.versions.len())?]
                .name
                .clone(),
            strategy: None,
        },
        "roll_back" => Command::RollBack { service },
        "restart" => Command::Restart { service },
        "scale" => Command::Scale {
            service,
            replicas: 1 + stream.below(6),
        },
        "load" => Command::SetLoad {
            factor: 0.5 + 2.5 * stream.unit(),
        },
        "guard" => Command::SetGuard {
            service,
            set: GuardTuning::Shedding(stream.chance(0.5)),
        },
        "traffic" => {
            let classes = &world.traffic.classes;
            let class = &classes[pick(stream, classes.len())?];
            let who = Who::Class(class.name.clone());
            match stream.below(3) {
                0 => Command::Shed {
                    over: Ratio::new(0.5 + 0.5 * stream.unit()),
                },
                1 => Command::Admit {
                    who,
                    rule: Admission::Block,
                },
                _ => Command::Admit {
                    who,
                    rule: Admission::Allow,
                },
            }
        }
        "calls" => {
            let calls: Vec<(u32, u32)> = play.session().world().edges().collect();
            let (from, to) = *calls.get(pick(stream, calls.len())?)?;
            Command::SetCall {
                service: world.services[from as usize].name.clone(),
                to: world.services[to as usize].name.clone(),
                set: tuning(stream),
            }
        }
        "objective" => objective(play, stream)?,
        "alert_rule" => alert_rule(play, stream)?,
        _ => return None,
    })
}

/// Another target for an objective, or a new objective anywhere.
fn objective(play: &Play, stream: &mut Stream) -> Option<Command> {
    const TARGETS: [f64; 6] = [0.9, 0.95, 0.99, 0.995, 0.999, 0.9999];
    const MILLIS: [u64; 4] = [100, 500, 1_000, 2_500];
    let target = Ratio::new(TARGETS[pick(stream, TARGETS.len())?]);
    let session = play.session();
    let slos = session.slos();
    let mut change = ObjectiveChange {
        target,
        ..ObjectiveChange::default()
    };
    if stream.chance(0.5) {
        change
            .name
            .clone_from(&slos.get(pick(stream, slos.len())?)?.objective().name);
    } else {
        let services = &session.world().spec().services;
        let under = Span::from_millis(MILLIS[pick(stream, MILLIS.len())?]);
        let goods = [Indicator::Availability, Indicator::Latency { under }];
        let place = pick(stream, services.len() + 1)?;
        change.name = "guess".to_owned();
        change.good = Some((goods[pick(stream, goods.len())?], None));
        change.at = Some(
            services
                .get(place)
                .map_or(EDGE, |found| &found.name)
                .to_owned(),
        );
    }
    let change = Box::new(change);
    Some(Command::Objective { change })
}

/// The derived rules of an objective, or a rule that goes or becomes slower.
fn alert_rule(play: &Play, stream: &mut Stream) -> Option<Command> {
    let session = play.session();
    let rules = session
        .view_of_alerts()
        .map_or(Vec::new(), |alerts| alerts.rules);
    let slos = session.slos();
    let slo = slos
        .get(pick(stream, slos.len())?)?
        .objective()
        .name
        .clone();
    let rule = pick(stream, rules.len()).map(|place| rules[place].name.clone());
    let act = match (stream.below(3), rule) {
        (0, _) | (_, None) => RuleAct::Derive { slo, remove: false },
        (1, Some(name)) => RuleAct::Remove { name },
        (_, Some(name)) => RuleAct::Set {
            rule: Box::new(RuleChange {
                name,
                after: Some(Span::from_mins(u64::from(stream.below(61)))),
                ..RuleChange::default()
            }),
        },
    };
    Some(Command::AlertRule { act })
}

fn tuning(stream: &mut Stream) -> Tuning {
    match stream.below(4) {
        0 => Tuning::Timeout(Some(Span::from_millis(u64::from(
            100 + stream.below(5_000),
        )))),
        1 => Tuning::Attempts(1 + stream.below(4)),
        2 => Tuning::Breaker(stream.chance(0.5)),
        _ => Tuning::Bulkhead(Some(1 + stream.below(20))),
    }
}

fn pick(stream: &mut Stream, count: usize) -> Option<usize> {
    (count > 0).then(|| stream.below(count as u32) as usize)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::lesson::proof::arrive;
    use crate::lesson::sample::{GLOSSARY, LESSON, WORLD};
    use crate::session::Scenario;

    /// The sample with some words replaced, at its beginning.
    fn play(replaced: &[(&str, &str)]) -> Play {
        let mut text = LESSON.to_owned();
        for (words, by) in replaced {
            assert!(text.contains(words), "{words}");
            text = text.replace(words, by);
        }
        let (scenario, _) = Scenario::read("one.yaml", WORLD).expect("a sound world");
        let (lesson, _) = Lesson::read(("l.yaml", &text), ("g.yaml", GLOSSARY), &scenario)
            .unwrap_or_else(|problems| panic!("{problems}"));
        arrive(&Arc::new(lesson), &Arc::new(scenario), 1)
    }

    /// A hundred things that come to a random mind.
    fn acts(play: &Play) -> Vec<Command> {
        let mut stream = Stream::named(7, "acts");
        let mut drawn: Vec<Option<Command>> = Vec::new();
        drawn.resize_with(100, || act(play, &mut stream));
        drawn.into_iter().flatten().collect()
    }

    #[test]
    fn whoever_does_anything_passes_a_lesson_that_asks_for_nothing() {
        let spans = [Span::from_mins(3)];
        let mut failed = Vec::new();
        let asks_nothing = play(&[
            ("{runs: {service: one, version: v1}}", "{passed: 1s}"),
            ("{changes: 1}", "{changes: 9}"),
        ]);
        fails(&asks_nothing, &spans, &mut failed);
        assert_eq!(failed.len(), LEARNERS as usize, "{failed:?}");
        failed.clear();
        fails(
            &play(&[("{changes: 1}", "{changes: 0}")]),
            &spans,
            &mut failed,
        );
        assert!(failed.is_empty(), "{failed:?}");
    }

    #[test]
    fn only_what_the_lesson_allows_is_done() {
        let done = acts(&play(&[]));
        assert_eq!(done.len(), 100);
        let restarts = done.iter().filter(|c| matches!(c, Command::Restart { .. }));
        let rolled = done
            .iter()
            .filter(|c| matches!(c, Command::RollBack { .. }));
        let (restarts, rolled) = (restarts.count(), rolled.count());
        assert_eq!(restarts + rolled, 100);
        assert!(restarts > 20 && rolled > 20, "{restarts} and {rolled}");
    }

    #[test]
    fn tabs_are_used_where_the_solution_uses_them() {
        let told = play(&[(
            "solution: [after: 1m,",
            "solution: [alert-rule: {derive: availability}, objective: {name: availability, target: 99%}, after: 1m,",
        )]);
        let found: Vec<&str> = tabs(told.lesson()).collect();
        assert_eq!(found, ["objective", "alert_rule"]);
        let mut told = told;
        let count = |wanted: Action| {
            let done = acts(&told);
            done.iter()
                .filter(|command| wanted.matches(command))
                .count()
        };
        assert!(count(Action::Objective) > 10);
        assert!(count(Action::AlertRule) > 10);
        // Each is something that the session takes.
        for command in acts(&told) {
            if Action::Objective.matches(&command) || Action::AlertRule.matches(&command) {
                let name = format!("{command:?}");
                assert!(told.apply(command).is_ok(), "{name}");
            }
        }
    }

    #[test]
    fn answers_lie_within_what_is_asked() {
        let question = "question: {name: guess, prompt: How many?, number: {min: 2, max: 5, step: 1, unit: pods}}\n    checks:";
        for learner in 0..20 {
            let mut asked = play(&[("checks:", question)]);
            answer(&mut asked, &mut Stream::named(learner, "answers"));
            let found = asked.session().answers().get("guess").copied();
            assert!(
                found.is_some_and(|value| (2.0..=5.0).contains(&value)),
                "{found:?}"
            );
        }
    }
}
