//! Lines of the logs that fit, and how many there were over time.

use serde::{Deserialize, Serialize};

use super::{Bars, During};
use crate::base::SimTime;
use crate::session::Session;
use crate::telemetry::logs::{Level, Record};

/// Lines that an answer carries; how many more there are is told.
const MOST_LINES: usize = 200;

/// Which lines are wanted; what is empty asks for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogQuestion {
    /// Only lines of this service, or about it.
    pub service: String,
    /// Only lines at least this bad: 0 info, 1 warnings, 2 errors.
    pub level: u8,
    /// Words that must all stand in the line; `pod=cart-1` asks for a label.
    pub text: String,
    /// Only lines of this request's trace.
    pub trace: Option<u64>,
    /// When they were written.
    pub during: During,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogAnswer {
    /// The latest lines that fit, latest first.
    pub lines: Vec<LogLine>,
    /// How many more fit.
    pub left_out: u32,
    /// Lines over time, repetitions counted: all that fit, and the errors among them.
    pub bars: Bars,
    /// Bytes shipped since the start of the run.
    pub bytes: u64,
}

/// A line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogLine {
    /// When it was written.
    pub at: SimTime,
    /// 0 info, 1 warning, 2 error.
    pub level: u8,
    /// Who wrote it.
    pub service: String,
    /// What it says.
    pub text: String,
    /// Its labels.
    pub labels: Vec<(String, String)>,
    /// Lines like it that were counted only.
    pub repeats: u32,
    /// Number of its request, where that was followed, and whether its trace is kept.
    pub trace: Option<(u64, bool)>,
}

impl Session {
    pub(super) fn ask_logs(&self, question: &LogQuestion) -> LogAnswer {
        let now = self.now();
        let (from, until) = question.during.bounds(now);
        let mut answer = LogAnswer {
            lines: Vec::new(),
            left_out: 0,
            bars: Bars::new(from, until),
            bytes: self.logs().bytes(),
        };
        let words: Vec<String> = question
            .text
            .split_whitespace()
            .map(str::to_lowercase)
            .collect();
        for record in self.logs().found(now).rev() {
            if record.at < from {
                break;
            }
            if record.at > until {
                continue;
            }
            if record.level() as u8 >= question.level && self.fits(record, question, &words) {
                let lines = record.repeats + 1;
                let errors = u32::from(record.level() == Level::Error) * lines;
                answer.bars.add(record.at, lines, errors);
                if answer.lines.len() < MOST_LINES {
                    answer.lines.push(self.log_line(record));
                } else {
                    answer.left_out += 1;
                }
            }
        }
        answer
    }

    fn fits(&self, record: &Record, question: &LogQuestion, words: &[String]) -> bool {
        let world = self.world();
        if let Some(number) = question.trace
            && record.context.is_none_or(|(of, _)| of != number)
        {
            return false;
        }
        if question.service.is_empty() && words.is_empty() {
            return true;
        }
        let labels = record.labels(world);
        let about = |(key, value): &(&str, String)| *key == "service" && *value == question.service;
        if !question.service.is_empty()
            && record.service(world) != question.service
            && !labels.iter().any(about)
        {
            return false;
        }
        let text = record.text(world).to_lowercase();
        words.iter().all(|word| {
            let label = word.split_once('=');
            let has = |(key, value): (&str, &str)| {
                let same = |(of, is): &(&str, String)| *of == key && is.to_lowercase() == value;
                labels.iter().any(same)
            };
            label.is_some_and(has) || text.contains(word)
        })
    }

    fn log_line(&self, record: &Record) -> LogLine {
        let world = self.world();
        let labels = record.labels(world).into_iter();
        LogLine {
            at: record.at,
            level: record.level() as u8,
            service: record.service(world).to_owned(),
            text: record.text(world),
            labels: labels.map(|(key, value)| (key.to_owned(), value)).collect(),
            repeats: record.repeats,
            trace: record
                .context
                .map(|(number, _)| (number, self.tracer().trace(number).is_some())),
        }
    }
}
