//! Any file of another tool, document by document: run, or refused and why.

use crate::base::yaml::{self, Limits};
use crate::base::{At, Diagnostics, Report, shown};

use super::openslo::{self, Reading};
use super::{rules, sloth};

/// What is thought of one document.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// The file.
    pub file: String,
    /// The line in which the document starts.
    pub line: u32,
    /// What it is, such as `SLO search-slo`.
    pub what: String,
    /// What is wrong with it.
    pub problems: Diagnostics,
}

impl Verdict {
    /// Whether the lab can run it.
    pub fn runs(&self) -> bool {
        !self.problems.has_errors()
    }
}

/// A document that was read, before references are followed.
enum Read<'n> {
    OpenSlo(Box<Reading<'n>>),
    Done(Verdict),
}

/// Judges every document of every file, given by name and text. References
/// between OpenSLO documents are followed across all of them.
pub fn check(files: &[(String, String)]) -> Vec<Verdict> {
    let roots: Vec<Result<Vec<yaml::Node>, Diagnostics>> = files
        .iter()
        .map(|(file, text)| yaml::parse_all(file, text, &Limits::default()))
        .collect();
    let (mut readings, mut order) = (Vec::new(), Vec::new());
    for ((file, text), roots) in files.iter().zip(&roots) {
        let roots = match roots {
            Ok(roots) => roots,
            Err(problems) => {
                order.push(Some(Verdict {
                    file: file.clone(),
                    line: 1,
                    what: "file".to_owned(),
                    problems: problems.clone(),
                }));
                continue;
            }
        };
        let mut report = Report::new(file, text);
        for root in roots {
            for at in openslo::items(&mut report, root) {
                match document(file, text, &at) {
                    Read::OpenSlo(reading) => {
                        readings.push(*reading);
                        order.push(None);
                    }
                    Read::Done(verdict) => order.push(Some(verdict)),
                }
            }
        }
        let problems = report.finish();
        if !problems.is_empty() {
            order.push(Some(Verdict {
                file: file.clone(),
                line: 1,
                what: "list of documents".to_owned(),
                problems,
            }));
        }
    }
    openslo::resolve(&mut readings);
    let mut readings = readings.into_iter();
    order
        .into_iter()
        .filter_map(|verdict| verdict.or_else(|| readings.next().map(of_openslo)))
        .collect()
}

fn of_openslo(reading: Reading<'_>) -> Verdict {
    let kind = reading.kind.map_or("OpenSLO document", openslo::Kind::name);
    let name = reading.name.as_deref().unwrap_or_default();
    Verdict {
        file: reading.file.clone(),
        line: reading.at.line,
        what: format!("{kind} {}", shown(name)).trim_end().to_owned(),
        problems: reading.finish(),
    }
}

/// Reads one document in the format that it says it is in.
fn document<'n>(file: &str, text: &str, at: &At<'n>) -> Read<'n> {
    if openslo::is_openslo(at) {
        return Read::OpenSlo(Box::new(openslo::reading(file, text, at)));
    }
    let mut report = Report::new(file, text);
    let what = if let Some(dialect) = sloth::dialect(at) {
        let found = sloth::specification(&mut report, at, dialect);
        let service = found.map_or(String::new(), |found| found.service);
        format!("Sloth SLOs {}", shown(&service))
            .trim_end()
            .to_owned()
    } else if sloth::is_windows(at) {
        sloth::windows(&mut report, at);
        "Sloth alert windows".to_owned()
    } else if at.peek("groups").is_some() {
        rules::group_list(&mut report, at);
        "Prometheus rules".to_owned()
    } else {
        let problem = "nothing says which format this document is in";
        let remedy = "OpenSLO starts with `apiVersion: openslo/v1`, Sloth's files with `version: prometheus/v1`, Prometheus's rules with `groups:`";
        report.error(at, problem, remedy);
        "document".to_owned()
    };
    Read::Done(Verdict {
        file: file.to_owned(),
        line: at.line,
        what,
        problems: report.finish(),
    })
}
