//! The native shell: `xops run | replay | grade | lint | lesson | prove | world | canary | slo | alerts | promql |
//! query | metrics | traces`.
//!
//! In: words of a command line and files. Out: tables, problems and an exit
//! code: 0 all is well, 1 there are problems, 2 the words were not understood.
//! Files are read and written here and nowhere else. It knows nothing of the
//! simulation beyond [`Lab`](crate::lesson::Lab) and its views.

mod alerts;
mod canary;
mod files;
mod grade;
mod help;
mod lesson;
mod lint;
mod outcome;
mod play;
mod promql;
mod prove;
mod query;
mod replay;
mod run;
mod show;
mod slo;
mod story;
mod table;
mod traces;
mod words;
mod world;

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use outcome::Failure;
use words::Task;

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    let mut out = BufWriter::new(io::stdout().lock());
    let done = Task::parse(lexopt::Parser::from_env()).and_then(|task| {
        let sound = perform(task, &mut out)?;
        out.flush()?;
        Ok(sound)
    });
    let failure = match done {
        Ok(true) => return ExitCode::SUCCESS,
        Ok(false) => return ExitCode::from(1),
        Err(failure) => failure,
    };
    // What was worked out before the failure comes first.
    let gone = out.flush().is_err();
    match failure {
        // Whoever read along has read enough, such as `head`.
        Failure::Gone => ExitCode::SUCCESS,
        Failure::Problem(text) => {
            if !gone {
                complain(&text);
            }
            ExitCode::from(1)
        }
        Failure::Usage(text) => {
            complain(&text);
            ExitCode::from(2)
        }
    }
}

/// Carries a task out; false if it found problems and has told them.
fn perform(task: Task, out: &mut dyn Write) -> Result<bool, Failure> {
    match task {
        Task::Help(topic) => out.write_all(help::text(topic).as_bytes())?,
        Task::Version => writeln!(out, "xops {}", env!("CARGO_PKG_VERSION"))?,
        Task::Run(task) => run::run(&task, out)?,
        Task::Replay(task) => replay::run(&task, out)?,
        Task::Grade(job) => return grade::run(&job, out),
        Task::Lint { paths, watch: true } => lint::watch(&paths, out)?,
        Task::Lint { paths, .. } => return lint::run(&paths, out),
        Task::NewLesson { id } => lesson::new(&id, out)?,
        Task::World(look) => return world::run(&look, out),
        Task::Canary { file } => return canary::judge(&file, out),
        Task::Slo(job) => return slo::run(&job, out),
        Task::Alerts(job) => return alerts::run(&job, out),
        Task::Prove { lessons } => return prove::run(&lessons, out),
        Task::Traces(job) => traces::run(&job, out)?,
        Task::PromqlTest { files } => return promql::test(&files, out),
        Task::Query(ask) => return query::run(&ask, out),
        Task::Metrics(task) => query::metrics(&task, out)?,
    }
    Ok(true)
}

/// Writes to the standard error, which may be closed.
fn complain(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}
