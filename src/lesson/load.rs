//! A lesson file into a [`Lesson`]: every problem at once, each with its place.

use crate::base::yaml::{self, Limits, Value};
use crate::base::{At, Diagnostics, Report, Span};
use crate::session::{Scenario, commands};

use super::figure;
use super::glossary;
use super::goal;
use super::markdown;
use super::names::Names;
use super::text::Block;
use super::view::QuestionKind;
use super::{Check, DebriefSpec, Lesson, Mistake, Question, StarSpec, Step, Wrong};

/// The format that this build reads.
pub const FORMAT: &str = "xops-lesson/1";
/// Controls that a step can bring in.
pub const CONTROLS: [&str; 10] = [
    "faults",
    "deploy",
    "roll_back",
    "restart",
    "scale",
    "nodes",
    "load",
    "calls",
    "guard",
    "traffic",
];
/// Characters in one text.
const MOST_TEXT: usize = 5_000;

impl Lesson {
    /// Reads a lesson and the glossary beside it, each as (file name, text), for a world.
    pub fn read(
        (file, text): (&str, &str),
        (glossary_file, glossary_text): (&str, &str),
        scenario: &Scenario,
    ) -> Result<(Lesson, Diagnostics), Diagnostics> {
        let glossary = glossary::read(glossary_file, glossary_text)?;
        let node = yaml::parse(file, text, &Limits::default())?;
        let mut report = Report::new(file, text);
        let root = At::root(&node);
        let terms = glossary.iter().map(|term| term.slug.clone()).collect();
        let mut names = Names {
            scenario,
            questions: Vec::new(),
            made: super::names::made(&node),
            terms,
        };
        let lesson = lesson(&mut report, &root, &mut names);
        let (questions, made) = (names.questions, names.made);
        let failed = report.failed();
        let diagnostics = report.finish();
        match lesson {
            Some(mut lesson) if !failed => {
                (lesson.questions, lesson.made) = (questions, made);
                lesson.glossary = glossary;
                Ok((lesson, diagnostics))
            }
            _ => Err(diagnostics),
        }
    }
}

fn lesson(report: &mut Report, at: &At<'_>, names: &mut Names<'_>) -> Option<Lesson> {
    let mut fields = report.fields(at)?;
    if let Some(at) = fields.need(report, "format") {
        report.choice(&at, &[(FORMAT, ())]);
    }
    let id = fields
        .need(report, "id")
        .and_then(|at| report.text(&at, 130));
    let title = fields
        .need(report, "title")
        .and_then(|at| report.text(&at, 80));
    let minutes = fields
        .need(report, "minutes")
        .and_then(|at| report.integer(&at, 1..=120));
    let world = fields.need(report, "world").and_then(|at| report.name(&at));
    let start = fields.get("start").map_or(Some(Span::ZERO), |at| {
        report.duration(&at, Span::ZERO..=Span::from_days(90))
    });
    let seed = fields
        .get("seed")
        .map_or(Some(1), |at| report.integer(&at, 0..=u64::MAX >> 12));
    let listed = fields
        .need(report, "steps")
        .map(|at| (report.items(&at, 30), at));
    // Questions first: goals and figures may refer to any of them.
    for at in listed.iter().flat_map(|(items, _)| items) {
        peek_question(report, at, names);
    }
    let mut steps = Vec::new();
    if let Some((items, at)) = &listed {
        if items.is_empty() {
            report.error(
                at,
                "a lesson needs at least one step",
                "add one under `steps`",
            );
        }
        for at in items {
            steps.extend(step(report, at, names));
        }
    }
    let debrief = fields
        .need(report, "debrief")
        .and_then(|at| debrief(report, &at, names));
    let solution = fields
        .need(report, "solution")
        .and_then(|at| commands(report, &at));
    let mistakes = match fields.get("mistakes") {
        Some(at) => mistakes(report, &at),
        None => Some(Vec::new()),
    };
    fields.done(report);
    Some(Lesson {
        id: id?,
        title: title?,
        minutes: minutes? as u32,
        world: world?,
        start: start?,
        seed: seed?,
        steps,
        debrief: debrief?,
        solution: solution?,
        mistakes: mistakes?,
        questions: Vec::new(),
        made: Vec::new(),
        glossary: Vec::new(),
    })
}

/// Notes a step's question; what is wrong with it is said when the step is read.
fn peek_question(report: &mut Report, at: &At<'_>, names: &mut Names<'_>) {
    let Value::Map(fields) = &at.node.value else {
        return;
    };
    let Some(entry) = fields.iter().find(|entry| entry.key == "question") else {
        return;
    };
    let place = At::root(&entry.node);
    let mut quiet = Report::new("", "");
    if let Some(question) = question(&mut quiet, &place) {
        if names
            .questions
            .iter()
            .any(|(name, _)| *name == question.name)
        {
            let problem = format!("two questions are called `{}`", question.name);
            report.error(at, problem, "give each its own name");
        }
        names.questions.push((question.name, question.kind));
    }
}

fn step(report: &mut Report, at: &At<'_>, names: &Names<'_>) -> Option<Step> {
    let mut fields = report.fields(at)?;
    let title = fields
        .need(report, "title")
        .and_then(|at| report.text(&at, 60));
    let text = fields
        .need(report, "text")
        .and_then(|at| prose(report, &at, names));
    let task = fields
        .need(report, "task")
        .and_then(|at| report.text(&at, 200));
    let controls = match fields.get("controls") {
        Some(at) => {
            let words = CONTROLS.map(|name| (name, name));
            let read: Vec<Option<&str>> = report
                .items(&at, 10)
                .iter()
                .map(|at| report.choice(at, &words))
                .collect();
            read.into_iter().collect::<Option<Vec<_>>>()
        }
        None => Some(Vec::new()),
    };
    let mut script = |report: &mut Report, key| match fields.get(key) {
        Some(at) => commands(report, &at),
        None => Some(Vec::new()),
    };
    let (seen, hidden) = (script(report, "script"), script(report, "hidden"));
    let question = match fields.get("question") {
        Some(at) => question(report, &at).map(Some),
        None => Some(None),
    };
    let checks = fields.need(report, "checks").and_then(|at| {
        let items = report.items(&at, 10);
        if items.is_empty() {
            report.error(&at, "a step without a check cannot be done", "add a check");
        }
        let read: Vec<Option<Check>> = items.iter().map(|at| check(report, at, names)).collect();
        read.into_iter().collect::<Option<Vec<_>>>()
    });
    let hints = match fields.get("hints") {
        Some(at) => {
            let items = report.items(&at, 5);
            let read: Vec<Option<Vec<Block>>> =
                items.iter().map(|at| prose(report, at, names)).collect();
            read.into_iter().collect::<Option<Vec<_>>>()
        }
        None => Some(Vec::new()),
    };
    let wrong = match fields.get("wrong") {
        Some(at) => {
            let items = report.items(&at, 10);
            let read: Vec<Option<Wrong>> =
                items.iter().map(|at| wrong(report, at, names)).collect();
            read.into_iter().collect::<Option<Vec<_>>>()
        }
        None => Some(Vec::new()),
    };
    let explain = fields
        .need(report, "explain")
        .and_then(|at| prose(report, &at, names));
    let label = fields
        .get("continue")
        .map_or(Some("Continue".to_owned()), |at| report.text(&at, 40));
    fields.done(report);
    Some(Step {
        title: title?,
        text: text?,
        task: task?,
        controls: controls?.into_iter().map(str::to_owned).collect(),
        script: seen?,
        hidden: hidden?,
        question: question?,
        checks: checks?,
        hints: hints?,
        wrong: wrong?,
        explain: explain?,
        label: label?,
    })
}

fn question(report: &mut Report, at: &At<'_>) -> Option<Question> {
    let mut fields = report.fields(at)?;
    let name = fields.need(report, "name").and_then(|at| report.name(&at));
    let prompt = fields
        .need(report, "prompt")
        .and_then(|at| report.text(&at, 300));
    let kind = match (fields.get("number"), fields.get("choice")) {
        (Some(at), None) => number(report, &at),
        (None, Some(at)) => {
            let items = report.items(&at, 10);
            let read: Vec<Option<String>> = items.iter().map(|at| report.text(at, 120)).collect();
            let options: Option<Vec<String>> = read.into_iter().collect();
            options.map(|options| QuestionKind::Choice { options })
        }
        _ => {
            let at = fields.at().clone();
            let remedy = "give either `number` or `choice`";
            report.error(&at, "a question is answered in one way", remedy);
            None
        }
    };
    fields.done(report);
    Some(Question {
        name: name?,
        prompt: prompt?,
        kind: kind?,
    })
}

fn number(report: &mut Report, at: &At<'_>) -> Option<QuestionKind> {
    let mut fields = report.fields(at)?;
    let mut read = |report: &mut Report, key| {
        fields
            .need(report, key)
            .and_then(|at| report.number(&at, -1e9..=1e9))
    };
    let (min, max, step) = (
        read(report, "min"),
        read(report, "max"),
        read(report, "step"),
    );
    let unit = fields
        .need(report, "unit")
        .and_then(|at| report.text(&at, 20));
    let place = fields.at().clone();
    fields.done(report);
    let (min, max, step) = (min?, max?, step?);
    if min >= max || step <= 0.0 {
        let remedy = "let `min` be less than `max` and `step` more than 0";
        report.error(&place, "this slider has no length", remedy);
        return None;
    }
    Some(QuestionKind::Number {
        min,
        max,
        step,
        unit: unit?,
    })
}

fn check(report: &mut Report, at: &At<'_>, names: &Names<'_>) -> Option<Check> {
    let mut fields = report.fields(at)?;
    let text = fields
        .need(report, "text")
        .and_then(|at| report.text(&at, 160));
    let goal = fields
        .need(report, "when")
        .and_then(|at| goal::read(report, &at, names, 0));
    fields.done(report);
    Some(Check {
        text: text?,
        goal: goal?,
    })
}

fn wrong(report: &mut Report, at: &At<'_>, names: &Names<'_>) -> Option<Wrong> {
    let mut fields = report.fields(at)?;
    let goal = fields
        .need(report, "when")
        .and_then(|at| goal::read(report, &at, names, 0));
    let feedback = fields
        .need(report, "feedback")
        .and_then(|at| prose(report, &at, names));
    fields.done(report);
    Some(Wrong {
        goal: goal?,
        feedback: feedback?,
    })
}

fn debrief(report: &mut Report, at: &At<'_>, names: &Names<'_>) -> Option<DebriefSpec> {
    let mut fields = report.fields(at)?;
    let text = fields
        .need(report, "text")
        .and_then(|at| prose(report, &at, names));
    let slo = fields
        .need(report, "slo")
        .and_then(|at| names.slo(report, &at));
    let stars = fields.need(report, "stars").and_then(|at| {
        let items = report.items(&at, 3);
        if items.len() != 3 {
            report.error(&at, "a lesson has three stars", "list three");
        }
        let read: Vec<Option<StarSpec>> = items.iter().map(|at| star(report, at, names)).collect();
        read.into_iter().collect::<Option<Vec<_>>>()
    });
    fields.done(report);
    Some(DebriefSpec {
        text: text?,
        slo: slo?,
        stars: stars?,
    })
}

fn star(report: &mut Report, at: &At<'_>, names: &Names<'_>) -> Option<StarSpec> {
    let mut fields = report.fields(at)?;
    let goal = fields
        .need(report, "when")
        .and_then(|at| goal::read(report, &at, names, 0));
    let earned = fields
        .need(report, "earned")
        .and_then(|at| report.text(&at, 160));
    let missed = fields
        .need(report, "missed")
        .and_then(|at| report.text(&at, 160));
    fields.done(report);
    Some(StarSpec {
        goal: goal?,
        earned: earned?,
        missed: missed?,
    })
}

fn mistakes(report: &mut Report, at: &At<'_>) -> Option<Vec<Mistake>> {
    let items = report.items(at, 10);
    let read: Vec<Option<Mistake>> = items
        .iter()
        .map(|at| {
            let mut fields = report.fields(at)?;
            let name = fields
                .need(report, "name")
                .and_then(|at| report.text(&at, 120));
            let step = fields
                .need(report, "step")
                .and_then(|at| report.integer(&at, 0..=29));
            let run = fields
                .need(report, "commands")
                .and_then(|at| commands(report, &at));
            fields.done(report);
            Some(Mistake {
                name: name?,
                step: step? as u32,
                commands: run?,
            })
        })
        .collect();
    read.into_iter().collect()
}

/// Markdown with its figures and terms checked.
fn prose(report: &mut Report, at: &At<'_>, names: &Names<'_>) -> Option<Vec<Block>> {
    let text = report.text(at, MOST_TEXT)?;
    match markdown::parse(&text) {
        Err(problem) => {
            report.error(
                at,
                problem,
                "see the list of what texts can hold in lessons/README.md",
            );
            None
        }
        Ok(blocks) => {
            let problems = figure::problems(&blocks, names);
            for problem in &problems {
                report.error(
                    at,
                    problem.clone(),
                    "mend the name, or add it where it belongs",
                );
            }
            problems.is_empty().then_some(blocks)
        }
    }
}
