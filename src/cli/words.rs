//! The words of a command line into a [`Task`].

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::Arg::{Long, Short, Value};

use super::alerts;
use super::grade;
use super::outcome::Failure;
use super::query::{self, Ask};
use super::slo::{self, Job};
use super::traces;
use super::world::Look;
use crate::base::{Span, did_you_mean, parse};
use crate::session::Replay;

/// What to do.
#[derive(Debug, PartialEq)]
pub(super) enum Task {
    Help(Topic),
    Version,
    Run(Run),
    Replay(Again),
    Grade(grade::Job),
    Lint { paths: Vec<PathBuf>, watch: bool },
    NewLesson { id: String },
    Prove { lessons: Vec<String> },
    World(Look),
    Canary { file: PathBuf },
    Slo(Job),
    Alerts(alerts::Job),
    PromqlTest { files: Vec<PathBuf> },
    Query(Ask),
    Metrics(Run),
    Traces(traces::Job),
}

/// What help is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Topic {
    All,
    Run,
    Replay,
    Grade,
    Lint,
    Lesson,
    Prove,
    World,
    Canary,
    Slo,
    Alerts,
    Promql,
    Query,
    Metrics,
    Traces,
}

/// `xops run`.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Run {
    pub what: String,
    pub seed: Option<u64>,
    pub length: Option<Span>,
    pub commands: Option<PathBuf>,
    pub solution: bool,
    pub replay: Option<PathBuf>,
    pub result: Option<PathBuf>,
    pub postmortem: Option<PathBuf>,
    pub author: String,
}

/// `xops replay`.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Again {
    pub file: PathBuf,
}

/// Every command and its topic.
const COMMANDS: [(&str, Topic); 15] = [
    ("run", Topic::Run),
    ("replay", Topic::Replay),
    ("grade", Topic::Grade),
    ("lint", Topic::Lint),
    ("lesson", Topic::Lesson),
    ("prove", Topic::Prove),
    ("world", Topic::World),
    ("canary", Topic::Canary),
    ("slo", Topic::Slo),
    ("alerts", Topic::Alerts),
    ("promql", Topic::Promql),
    ("query", Topic::Query),
    ("metrics", Topic::Metrics),
    ("traces", Topic::Traces),
    ("help", Topic::All),
];

impl Task {
    /// Reads a command line, without the program's own name.
    pub fn parse(mut words: lexopt::Parser) -> Result<Task, Failure> {
        let command = match words.next().map_err(unreadable)? {
            None | Some(Long("help") | Short('h')) => return Ok(Task::Help(Topic::All)),
            Some(Long("version") | Short('V')) => return Ok(Task::Version),
            Some(Value(word)) => text(word)?,
            Some(other) => return Err(unknown(&other, &["help", "version"])),
        };
        if command == "help" {
            let topic = match words.next().map_err(unreadable)? {
                Some(Value(word)) => topic(&text(word)?)?,
                _ => Topic::All,
            };
            return Ok(Task::Help(topic));
        }
        match topic(&command)? {
            Topic::All => Ok(Task::Help(Topic::All)),
            Topic::Run => run(&mut words),
            Topic::Replay => again(&mut words),
            Topic::Grade => grade(&mut words),
            Topic::Lint => lint(&mut words),
            Topic::Lesson => lesson(&mut words),
            Topic::Prove => prove(&mut words, Topic::Prove),
            Topic::World => world(&mut words),
            Topic::Canary => canary(&mut words),
            Topic::Slo => Ok(match slo::job(&mut words)? {
                Some(job) => Task::Slo(job),
                None => Task::Help(Topic::Slo),
            }),
            Topic::Alerts => Ok(match alerts::job(&mut words)? {
                Some(job) => Task::Alerts(job),
                None => Task::Help(Topic::Alerts),
            }),
            Topic::Promql => promql(&mut words),
            Topic::Query => query::words::ask(&mut words),
            Topic::Metrics => query::words::metrics(&mut words),
            Topic::Traces => traces(&mut words),
        }
    }
}

fn topic(word: &str) -> Result<Topic, Failure> {
    let found = COMMANDS.iter().find(|(name, _)| *name == word);
    found.map(|(_, topic)| *topic).ok_or_else(|| {
        let remedy = did_you_mean(word, &COMMANDS.map(|(name, _)| name));
        Failure::usage(&format!("there is no command `{word}`"), &remedy)
    })
}

fn run(words: &mut lexopt::Parser) -> Result<Task, Failure> {
    const REVIEW: &str = "postmortem";
    const OPTIONS: [&str; 9] = [
        "seed", "for", "commands", "solution", "replay", "result", REVIEW, "author", "help",
    ];
    let mut task = Run::default();
    let mut what = None;
    while let Some(word) = words.next().map_err(unreadable)? {
        match word {
            Long("help") | Short('h') => return Ok(Task::Help(Topic::Run)),
            Long("replay") => task.replay = Some(path(words)?),
            Long("result") => task.result = Some(path(words)?),
            Long(REVIEW) => task.postmortem = Some(path(words)?),
            Long("author") => task.author = value(words)?,
            Value(word) if what.is_none() => what = Some(text(word)?),
            Long(name) => {
                let name = name.to_owned();
                task.option(&name, words, &OPTIONS)?;
            }
            other => return Err(unknown(&other, &OPTIONS)),
        }
    }
    task.name(what, "run")?;
    Ok(Task::Run(task))
}

impl Run {
    /// One of the options that every command has which runs something.
    pub fn option(
        &mut self,
        name: &str,
        words: &mut lexopt::Parser,
        options: &[&str],
    ) -> Result<(), Failure> {
        match name {
            "seed" => self.seed = Some(seed(&value(words)?)?),
            "for" => self.length = Some(length("for", &value(words)?)?),
            "commands" => self.commands = Some(path(words)?),
            "solution" => self.solution = true,
            name => return Err(unknown(&Long(name), options)),
        }
        Ok(())
    }

    /// What is to be run.
    pub fn name(&mut self, what: Option<String>, command: &str) -> Result<(), Failure> {
        if self.solution && self.commands.is_some() {
            let remedy = "give one of --solution and --commands";
            return Err(Failure::usage("two scripts for one run", remedy));
        }
        let remedy = format!("name one, such as `xops {command} shop`");
        self.what = what.ok_or_else(|| Failure::usage("no world or lesson is named", &remedy))?;
        Ok(())
    }
}

fn traces(words: &mut lexopt::Parser) -> Result<Task, Failure> {
    const OPTIONS: [&str; 7] = ["seed", "for", "sample", "commands", "out", "logs", "help"];
    let mut job = traces::Job::default();
    let mut what = None;
    while let Some(word) = words.next().map_err(unreadable)? {
        match word {
            Long("help") | Short('h') => return Ok(Task::Help(Topic::Traces)),
            Long("seed") => job.seed = Some(seed(&value(words)?)?),
            Long("for") => job.length = Some(length("for", &value(words)?)?),
            Long("sample") => {
                let given = value(words)?;
                let share = parse::ratio(&given);
                job.sample = Some(share.map_err(|problem| Failure::usage(&problem, "write 1%"))?);
            }
            Long("commands") => job.commands = Some(path(words)?),
            Long("out") | Short('o') => job.out = Some(path(words)?),
            Long("logs") => job.logs = Some(path(words)?),
            Value(word) if what.is_none() => what = Some(text(word)?),
            other => return Err(unknown(&other, &OPTIONS)),
        }
    }
    let remedy = "name one, such as `xops traces shop`";
    job.what = what.ok_or_else(|| Failure::usage("no world is named", remedy))?;
    Ok(Task::Traces(job))
}

fn again(words: &mut lexopt::Parser) -> Result<Task, Failure> {
    let mut file = None;
    while let Some(word) = words.next().map_err(unreadable)? {
        match word {
            Long("help") | Short('h') => return Ok(Task::Help(Topic::Replay)),
            Value(word) if file.is_none() => file = Some(PathBuf::from(word)),
            other => return Err(unknown(&other, &["help"])),
        }
    }
    let remedy = "name one: `xops replay run.json`";
    let file = file.ok_or_else(|| Failure::usage("no replay file is named", remedy))?;
    Ok(Task::Replay(Again { file }))
}

fn lint(words: &mut lexopt::Parser) -> Result<Task, Failure> {
    let (mut paths, mut watch) = (Vec::new(), false);
    while let Some(word) = words.next().map_err(unreadable)? {
        match word {
            Long("help") | Short('h') => return Ok(Task::Help(Topic::Lint)),
            Long("watch") => watch = true,
            Value(word) => paths.push(PathBuf::from(word)),
            other => return Err(unknown(&other, &["watch", "help"])),
        }
    }
    Ok(Task::Lint { paths, watch })
}

fn prove(words: &mut lexopt::Parser, topic: Topic) -> Result<Task, Failure> {
    Ok(match rest(words)? {
        Some(words) => Task::Prove {
            lessons: words.into_iter().map(text).collect::<Result<_, _>>()?,
        },
        None => Task::Help(topic),
    })
}

fn lesson(words: &mut lexopt::Parser) -> Result<Task, Failure> {
    let remedy = "write `xops lesson new <track>/<lesson>` or `xops lesson prove`";
    let job = match words.next().map_err(unreadable)? {
        Some(Long("help") | Short('h')) => return Ok(Task::Help(Topic::Lesson)),
        Some(Value(word)) => text(word)?,
        Some(other) => return Err(unknown(&other, &["help"])),
        None => {
            return Err(Failure::usage(
                "what to do with a lesson is missing",
                remedy,
            ));
        }
    };
    match job.as_str() {
        "prove" => prove(words, Topic::Lesson),
        "new" => match rest(words)?.as_deref() {
            None => Ok(Task::Help(Topic::Lesson)),
            Some([id]) => Ok(Task::NewLesson {
                id: text(id.clone())?,
            }),
            Some(_) => Err(Failure::usage("a new lesson has one name", remedy)),
        },
        job => {
            let problem = format!("`{job}` is nothing that can be done with a lesson");
            Err(Failure::usage(&problem, remedy))
        }
    }
}

fn grade(words: &mut lexopt::Parser) -> Result<Task, Failure> {
    let (mut folder, mut csv) = (None, None);
    while let Some(word) = words.next().map_err(unreadable)? {
        match word {
            Long("help") | Short('h') => return Ok(Task::Help(Topic::Grade)),
            Long("csv") => csv = Some(path(words)?),
            Value(word) if folder.is_none() => folder = Some(PathBuf::from(word)),
            other => return Err(unknown(&other, &["csv", "help"])),
        }
    }
    let remedy = "name the folder that holds them: `xops grade results`";
    let folder = folder.ok_or_else(|| Failure::usage("no folder of results is named", remedy))?;
    Ok(Task::Grade(grade::Job { folder, csv }))
}

fn world(words: &mut lexopt::Parser) -> Result<Task, Failure> {
    const LOOKS: [&str; 3] = ["lint", "explain", "graph"];
    let remedy = "write `xops world lint`, `explain` or `graph`";
    let look = match words.next().map_err(unreadable)? {
        Some(Long("help") | Short('h')) => return Ok(Task::Help(Topic::World)),
        Some(Value(word)) => text(word)?,
        Some(other) => return Err(unknown(&other, &["help"])),
        None => {
            return Err(Failure::usage(
                "what to do with the world is missing",
                remedy,
            ));
        }
    };
    if !LOOKS.contains(&look.as_str()) {
        let problem = format!("`{look}` is nothing that can be done with a world");
        return Err(Failure::usage(&problem, &did_you_mean(&look, &LOOKS)));
    }
    let (mut named, mut file) = (Vec::new(), None);
    while let Some(word) = words.next().map_err(unreadable)? {
        match word {
            Long("help") | Short('h') => return Ok(Task::Help(Topic::World)),
            Long("to") if look == "graph" => file = Some(path(words)?),
            Value(word) if look == "lint" || named.is_empty() => named.push(word),
            other => return Err(unknown(&other, &["to", "help"])),
        }
    }
    if look == "lint" {
        let paths = named.into_iter().map(PathBuf::from).collect();
        return Ok(Task::World(Look::Lint(paths)));
    }
    let Some(what) = named.pop() else {
        let remedy = format!("name one, such as `xops world {look} shop`");
        return Err(Failure::usage("no world is named", &remedy));
    };
    let what = text(what)?;
    Ok(Task::World(match look.as_str() {
        "explain" => Look::Explain(what),
        _ => Look::Graph(what, file),
    }))
}

fn canary(words: &mut lexopt::Parser) -> Result<Task, Failure> {
    let remedy = "write `xops canary judge cases.json`";
    match words.next().map_err(unreadable)? {
        Some(Long("help") | Short('h')) => return Ok(Task::Help(Topic::Canary)),
        Some(Value(word)) if word == "judge" => {}
        Some(Value(word)) => {
            let problem = format!("`{}` is nothing that can be done here", word.display());
            return Err(Failure::usage(&problem, remedy));
        }
        Some(other) => return Err(unknown(&other, &["help"])),
        None => return Err(Failure::usage("what to do is missing", remedy)),
    }
    let mut file = None;
    while let Some(word) = words.next().map_err(unreadable)? {
        match word {
            Long("help") | Short('h') => return Ok(Task::Help(Topic::Canary)),
            Value(word) if file.is_none() => file = Some(PathBuf::from(word)),
            other => return Err(unknown(&other, &["help"])),
        }
    }
    let file = file.ok_or_else(|| Failure::usage("no file of cases is named", remedy))?;
    Ok(Task::Canary { file })
}

fn promql(words: &mut lexopt::Parser) -> Result<Task, Failure> {
    let Some(words) = rest(words)? else {
        return Ok(Task::Help(Topic::Promql));
    };
    let remedy = "name files: `xops promql test operators.test`";
    match words.split_first() {
        Some((first, files)) if first == "test" && !files.is_empty() => Ok(Task::PromqlTest {
            files: files.iter().map(PathBuf::from).collect(),
        }),
        Some((first, files)) if first == "test-rules" && !files.is_empty() => {
            let files = files.iter().map(PathBuf::from).collect();
            Ok(Task::Alerts(alerts::Job::Test(files)))
        }
        Some((first, _)) if first == "test" || first == "test-rules" => {
            Err(Failure::usage("no test file is named", remedy))
        }
        Some((first, _)) => {
            let problem = format!("promql has no command `{}`", first.display());
            Err(Failure::usage(&problem, remedy))
        }
        None => Err(Failure::usage("promql needs a command", remedy)),
    }
}

/// Every further word; none if help is asked for.
pub(super) fn rest(words: &mut lexopt::Parser) -> Result<Option<Vec<OsString>>, Failure> {
    let mut all = Vec::new();
    while let Some(word) = words.next().map_err(unreadable)? {
        match word {
            Long("help") | Short('h') => return Ok(None),
            Value(word) => all.push(word),
            other => return Err(unknown(&other, &["help"])),
        }
    }
    Ok(Some(all))
}

fn seed(word: &str) -> Result<u64, Failure> {
    parse::integer(word).map_err(|problem| {
        let remedy = format!("{}, up to {}", parse::INTEGER_FORM, u64::MAX);
        Failure::usage(&format!("--seed: {problem}"), &remedy)
    })
}

/// The time that an option gives, at most as long as a run may take.
pub(super) fn length(option: &str, word: &str) -> Result<Span, Failure> {
    let most = Replay::LAST.since_start();
    let span = parse::duration(word).map_err(|problem| {
        Failure::usage(&format!("--{option}: {problem}"), parse::DURATION_FORM)
    })?;
    if span > most {
        let remedy = format!("runs may take {most}");
        return Err(Failure::usage(
            &format!("--{option}: {span} is too long"),
            &remedy,
        ));
    }
    Ok(span)
}

pub(super) fn value(words: &mut lexopt::Parser) -> Result<String, Failure> {
    text(words.value().map_err(unreadable)?)
}

pub(super) fn path(words: &mut lexopt::Parser) -> Result<PathBuf, Failure> {
    words.value().map(PathBuf::from).map_err(unreadable)
}

pub(super) fn text(word: OsString) -> Result<String, Failure> {
    word.into_string().map_err(|word| {
        let problem = format!("`{}` is not UTF-8", word.display());
        Failure::usage(&problem, "write it in UTF-8")
    })
}

pub(super) fn unreadable(error: lexopt::Error) -> Failure {
    Failure::usage(&error.to_string(), "`xops help` shows how each is written")
}

pub(super) fn unknown(word: &lexopt::Arg<'_>, options: &[&str]) -> Failure {
    match word {
        Value(word) => Failure::usage(
            &format!("`{}` is one word too many", word.display()),
            "name one thing; quote a path that has spaces",
        ),
        Long(name) => {
            let remedy = did_you_mean(name, options);
            Failure::usage(&format!("there is no option --{name} here"), &remedy)
        }
        Short(letter) => Failure::usage(
            &format!("there is no option -{letter} here"),
            &did_you_mean("", options),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a command line asks for, or why it is refused.
    fn check(line: &str, expected: &str) {
        let words = lexopt::Parser::from_args(line.split_whitespace());
        let found = match Task::parse(words) {
            Ok(task) => format!("{task:?}"),
            Err(Failure::Usage(text)) => text,
            Err(other) => format!("{other:?}"),
        };
        assert!(found.contains(expected), "{line}: {found}");
    }

    #[test]
    fn every_command_is_understood() {
        check("", "Help(All)");
        check("help run", "Help(Run)");
        check("run --help", "Help(Run)");
        check("lint -h", "Help(Lint)");
        check("--version", "Version");
        check(
            "run shop --seed 7 --for 1h30m",
            "seed: Some(7), length: Some(Span(5400000000000))",
        );
        check("run shop --postmortem p.md", "postmortem: Some(\"p.md\")");
        check("run --seed=7 shop", "what: \"shop\", seed: Some(7)");
        check("replay a.json", "file: \"a.json\"");
        check("lint a b", "paths: [\"a\", \"b\"]");
        check("prove", "lessons: []");
        check("world lint a b", "World(Lint([\"a\", \"b\"]))");
        check("world explain shop", "World(Explain(\"shop\"))");
        check(
            "world graph shop --to a.svg",
            "Graph(\"shop\", Some(\"a.svg\"))",
        );
        check("world --help", "Help(World)");
        check("canary judge a.json", "Canary { file: \"a.json\" }");
        check("canary judge --help", "Help(Canary)");
        check("slo rules a.yml", "Rules { file: \"a.yml\"");
        check(
            "slo rules a.yml --period 28d",
            "period: Some(Span(2419200000000000))",
        );
        check(
            "slo rules a.yml --extra-labels a=b",
            "extra: {\"a\": \"b\"}",
        );
        check("slo check a b", "Check([\"a\", \"b\"])");
        check("slo format a", "Format([\"a\"])");
        check("slo --help", "Help(Slo)");
        check("promql test a.test", "PromqlTest { files: [\"a.test\"] }");
        check("promql --help", "Help(Promql)");
        check(
            "query shop up --at 5m",
            "queries: [\"up\"], at: Some(Span(300000000000))",
        );
        check(
            "query shop up up --for 2h --over 1h --step 1m",
            "over: Some(Span(3600000000000))",
        );
        check("query --help", "Help(Query)");
        check(
            "metrics shop --seed 3",
            "Metrics(Run { what: \"shop\", seed: Some(3)",
        );
        check("help metrics", "Help(Metrics)");
        check("promql test-rules a.yml", "Alerts(Test([\"a.yml\"]))");
        check(
            "alerts test a.yml b.yml",
            "Alerts(Test([\"a.yml\", \"b.yml\"]))",
        );
        check(
            "alerts route a.yml severity=page",
            "Alerts(Route { file: \"a.yml\", labels: {\"severity\": \"page\"} })",
        );
        check("alerts --help", "Help(Alerts)");
    }

    #[test]
    fn what_is_not_understood_says_what_would_be() {
        check("rnu shop", "did you mean `run`");
        check("help lnit", "did you mean `lint`");
        check("run shop --sede 1", "did you mean `seed`");
        check("run shop -x", "no option -x");
        check("run", "no world or lesson");
        check("run a b", "`b` is one word too many");
        check("run shop --seed -1", "--seed");
        check("run shop --seed 99999999999999999999", "too large");
        check("run shop --for soon", "write numbers with units");
        check("run shop --for 500d", "too long");
        check("run shop --for", "missing argument");
        check("run shop --solution --commands c.yaml", "two scripts");
        check("replay", "no replay file");
        check("lint --fix", "no option --fix");
        check("world", "what to do with the world is missing");
        check("world grahp shop", "did you mean `graph`");
        check("world explain", "no world is named");
        check("world explain shop --to a", "no option --to");
        check("canary", "what to do is missing");
        check("canary jugde a.json", "xops canary judge");
        check("canary judge", "no file of cases");
        check("canary judge a b", "one word too many");
        check("slo", "what to do is missing");
        check("slo ruels a.yml", "did you mean `rules`");
        check("slo rules", "no file is named");
        check("slo check", "no file is named");
        check("slo check a --period 28d", "no option --period");
        check("slo rules a.yml --period 1M", "not a duration");
        check("slo rules a.yml --extra-labels a", "name=value");
        check("promql", "promql needs a command");
        check("alerts", "what to do is missing");
        check("alerts tset a.yml", "did you mean `test`");
        check("alerts format", "no file is named");
        check("promql test", "no test file is named");
        check("promql run up", "no command `run`");
        check("query", "no world or lesson");
        check("query shop", "no query is given");
        check("query shop up --at 5m --step 1m", "one of --at and --step");
        check("query shop up --sede 5", "did you mean `seed`");
        check("metrics", "no world or lesson");
        check("metrics shop up", "one word too many");
    }
}
