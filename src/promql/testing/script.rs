//! The commands of a file: `load`, `clear`, `eval` and what is expected.

use regex_lite::Regex;

use super::super::lexer::{Token, tokens};
use super::super::number;
use super::series::{self, Line};
use crate::telemetry::store::Labels;

/// A command and the line on which it starts.
pub(super) struct Placed {
    pub line: u32,
    pub text: String,
    /// What it is, or why it cannot be read.
    pub command: Result<Command, String>,
}

pub(super) enum Command {
    Clear,
    Load(Load),
    Eval(Box<Eval>),
}

/// Series that are put into the store.
pub(super) struct Load {
    /// Milliseconds from one value to the next.
    pub step: i64,
    /// Classic histograms are to be loaded as native ones too.
    pub natives: bool,
    pub series: Vec<Line>,
    /// Series that have start timestamps.
    pub started: Vec<Labels>,
    /// All series have.
    pub all_started: bool,
}

/// A query and what is expected of it.
pub(super) struct Eval {
    pub query: String,
    pub when: When,
    pub expected: Expected,
}

/// When a query is evaluated, in milliseconds.
#[derive(Clone, Copy)]
pub(super) enum When {
    Moment(i64),
    Range { from: i64, to: i64, step: i64 },
}

/// What a query is expected to give.
#[derive(Default)]
pub(super) struct Expected {
    pub ordered: bool,
    pub fail: Option<Text>,
    pub warn: Vec<Text>,
    pub info: Vec<Text>,
    pub no_warn: bool,
    pub no_info: bool,
    pub text: Option<Vec<u8>>,
    pub scalar: Option<f64>,
    pub rows: Vec<Line>,
    /// The rows are a range vector: start, end and step of their values.
    pub window: Option<(i64, i64, i64)>,
}

/// A message that is expected.
pub(super) enum Text {
    Any,
    Exactly(String),
    Like(Regex),
}

impl Text {
    pub fn fits(&self, message: &str) -> bool {
        match self {
            Text::Any => true,
            Text::Exactly(text) => text == message,
            Text::Like(regex) => regex.is_match(message),
        }
    }

    pub fn shown(&self) -> &str {
        match self {
            Text::Any => "anything",
            Text::Exactly(text) => text,
            Text::Like(regex) => regex.as_str(),
        }
    }
}

/// Every command of a file.
pub(super) fn commands(text: &str) -> Vec<Placed> {
    // A comment ends a block, as an empty line does.
    let lines: Vec<&str> = text
        .lines()
        .map(|line| line.trim())
        .map(|line| if line.starts_with('#') { "" } else { line })
        .collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let first = lines[at];
        if first.is_empty() {
            at += 1;
            continue;
        }
        let start = at;
        at += 1;
        let word = first.split([' ', '\t']).next().unwrap_or("");
        let word = word.to_ascii_lowercase();
        let mut block: &[&str] = &[];
        if word.starts_with("load") || word.starts_with("eval") {
            let rest = &lines[at..];
            let length = rest.iter().take_while(|line| !line.is_empty()).count();
            // A number ends what is expected; the next command may follow at once.
            let number = rest[..length]
                .iter()
                .position(|line| number::read(line).is_some());
            let length = match number {
                Some(place) if word.starts_with("eval") => place + 1,
                _ => length,
            };
            block = &rest[..length];
            at += length;
        }
        let command = match word.as_str() {
            "clear" => Ok(Command::Clear),
            word if word.starts_with("load") => load(word, first, block).map(Command::Load),
            word if word.starts_with("eval") => {
                eval(word, first, block).map(|eval| Command::Eval(Box::new(eval)))
            }
            _ => Err(format!(
                "`{first}` is no command; expected load, clear or eval"
            )),
        };
        found.push(Placed {
            line: start as u32 + 1,
            text: first.to_owned(),
            command,
        });
    }
    found
}

fn duration(text: &str) -> Result<i64, String> {
    number::read_duration(text).ok_or_else(|| format!("`{text}` is no duration"))
}

fn load(word: &str, first: &str, block: &[&str]) -> Result<Load, String> {
    let step = first.split_whitespace().nth(1);
    let mut load = Load {
        step: duration(step.ok_or("expected a step, such as `load 5m`")?)?,
        natives: match word {
            "load" => false,
            "load_with_nhcb" => true,
            _ => return Err(format!("`{word}` is no command")),
        },
        series: Vec::new(),
        started: Vec::new(),
        all_started: false,
    };
    for text in block {
        let (metric, rest) = series::split(text)?;
        if rest.starts_with("@st") {
            if metric.is_empty() {
                load.all_started = true;
            } else {
                load.started.push(series::labels(metric)?);
            }
            continue;
        }
        let line = series::line(text)?;
        // Of one series that stands twice, the last counts.
        load.series.retain(|known| known.labels != line.labels);
        load.series.push(line);
    }
    Ok(load)
}

fn eval(word: &str, first: &str, block: &[&str]) -> Result<Eval, String> {
    let mut expected = Expected::default();
    match word {
        "eval" => {}
        "eval_fail" => expected.fail = Some(Text::Any),
        "eval_warn" => expected.warn.push(Text::Any),
        "eval_info" => expected.info.push(Text::Any),
        "eval_ordered" => expected.ordered = true,
        _ => return Err(format!("`{word}` is no command")),
    }
    let mut words = Words(first);
    words.next();
    let when = match words.next() {
        "instant" => {
            if words.0.trim_start().starts_with("at ") {
                words.next();
                When::Moment(duration(words.next())?)
            } else {
                When::Moment(0)
            }
        }
        "range" => {
            let mut part = |name: &str| {
                if words.next() != name {
                    return Err(format!("expected `{name}` and a duration"));
                }
                duration(words.next())
            };
            let (from, to, step) = (part("from")?, part("to")?, part("step")?);
            When::Range { from, to, step }
        }
        other => return Err(format!("expected `instant` or `range`, not `{other}`")),
    };
    let query = words.0.trim().to_owned();
    for line in block {
        expect(line, when, &mut expected)?;
    }
    let range = expected.window.is_some() || matches!(when, When::Range { .. });
    if !range && expected.rows.iter().any(|row| row.values.len() > 1) {
        return Err("several values are expected of one moment".to_owned());
    }
    Ok(Eval {
        query,
        when,
        expected,
    })
}

/// Words from the front of a text.
struct Words<'a>(&'a str);

impl<'a> Words<'a> {
    fn next(&mut self) -> &'a str {
        let text = self.0.trim_start();
        let end = text.find(char::is_whitespace).unwrap_or(text.len());
        let (word, rest) = text.split_at(end);
        self.0 = rest;
        word
    }
}

fn expect(line: &str, when: When, expected: &mut Expected) -> Result<(), String> {
    if let Some(text) = line.strip_prefix("expected_fail_message") {
        expected.fail = Some(Text::Exactly(text.trim().to_owned()));
        return Ok(());
    }
    if let Some(text) = line.strip_prefix("expected_fail_regexp") {
        expected.fail = Some(like(text.trim())?);
        return Ok(());
    }
    let mut words = Words(line);
    if words.next() == "expect" {
        return expect_words(words, when, expected);
    }
    match number::read(line) {
        Some(value) => expected.scalar = Some(value),
        None => expected.rows.push(series::line(line)?),
    }
    Ok(())
}

fn expect_words(mut words: Words<'_>, when: When, expected: &mut Expected) -> Result<(), String> {
    let what = words.next();
    let rest = words.0.trim();
    match what {
        "range" => {
            let parts: Vec<&str> = rest.split_whitespace().collect();
            let ["vector", "from", from, "to", to, "step", step] = parts[..] else {
                return Err("expected `range vector from … to … step …`".to_owned());
            };
            if !matches!(when, When::Moment(_)) {
                return Err("a range vector is expected of a range".to_owned());
            }
            expected.window = Some((duration(from)?, duration(to)?, duration(step)?));
        }
        "string" => {
            let found = tokens(rest).map_err(|fault| fault.problem)?;
            let [text, end] = &found[..] else {
                return Err("expected one string in quotes".to_owned());
            };
            match (&text.token, &end.token) {
                (Token::Text(text), Token::End) => expected.text = Some(text.clone()),
                _ => return Err("expected one string in quotes".to_owned()),
            }
        }
        "ordered" => expected.ordered = true,
        "fail" => expected.fail = Some(message(rest)?),
        "warn" => expected.warn.push(message(rest)?),
        "info" => expected.info.push(message(rest)?),
        "no_warn" => expected.no_warn = true,
        "no_info" => expected.no_info = true,
        _ => return Err(format!("`expect {what}` is not known")),
    }
    Ok(())
}

fn message(text: &str) -> Result<Text, String> {
    if text.is_empty() {
        return Ok(Text::Any);
    }
    if let Some(text) = text.strip_prefix("msg:") {
        return Ok(Text::Exactly(text.trim().to_owned()));
    }
    match text.strip_prefix("regex:") {
        Some(text) => like(text.trim()),
        None => Err(format!("expected `msg:` or `regex:`, not `{text}`")),
    }
}

fn like(text: &str) -> Result<Text, String> {
    let regex = Regex::new(text).map_err(|error| format!("bad expression: {error}"))?;
    Ok(Text::Like(regex))
}
