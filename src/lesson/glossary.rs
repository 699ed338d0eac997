//! The glossary: one meaning for each term of the field.

use crate::base::yaml::{self, Limits};
use crate::base::{At, Diagnostics, Report, parse};

use super::view::Term;

/// The format that this build reads.
pub const FORMAT: &str = "xops-glossary/1";

/// Reads the glossary's file.
pub fn read(file: &str, text: &str) -> Result<Vec<Term>, Diagnostics> {
    let node = yaml::parse(file, text, &Limits::default())?;
    let mut report = Report::new(file, text);
    let terms = terms(&mut report, &At::root(&node));
    let failed = report.failed();
    match terms {
        Some(terms) if !failed => Ok(terms),
        _ => Err(report.finish()),
    }
}

fn terms(report: &mut Report, at: &At<'_>) -> Option<Vec<Term>> {
    let mut fields = report.fields(at)?;
    if let Some(at) = fields.need(report, "format") {
        report.choice(&at, &[(FORMAT, ())]);
    }
    let listed = fields.need(report, "terms");
    let mut terms = Vec::new();
    for (slug, at) in listed
        .map(|at| report.entries(&at, 1_000))
        .unwrap_or_default()
    {
        if let Err(problem) = parse::name(slug) {
            report.error(&at, problem, parse::NAME_FORM);
        }
        let Some(mut fields) = report.fields(&at) else {
            continue;
        };
        let title = fields
            .need(report, "title")
            .and_then(|at| report.text(&at, 60));
        let meaning = fields
            .need(report, "meaning")
            .and_then(|at| report.text(&at, 600));
        fields.done(report);
        if let (Some(title), Some(meaning)) = (title, meaning) {
            terms.push(Term {
                slug: slug.to_owned(),
                title,
                meaning,
            });
        }
    }
    fields.done(report);
    Some(terms)
}
