//! A review as Markdown (CommonMark with tables).

use super::{Mark, Review, blames};

/// Everything that a review tells, in words and figures made by somebody else.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// The heading.
    pub title: String,
    /// Lines beneath it: names and values.
    pub facts: Vec<(String, String)>,
    /// What it cost: names and values.
    pub impact: Vec<(String, String)>,
    /// Times: name, value, and what it counts from.
    pub times: Vec<(String, String, String)>,
    /// What happened: time, who, what.
    pub timeline: Vec<(String, String, String)>,
    /// What was compared: names and values.
    pub compared: Vec<(String, String)>,
    /// The score.
    pub marks: Vec<Mark>,
}

/// The whole document.
pub fn markdown(report: &Report, review: &Review) -> String {
    let mut out = format!("# {}\n\n", plain(&report.title));
    for (name, value) in &report.facts {
        out.push_str(&format!("- **{name}:** {}\n", plain(value)));
    }
    section(&mut out, "Summary");
    out.push_str(&paragraph(&review.summary));
    section(&mut out, "Impact");
    table(
        &mut out,
        &["What", "How much"],
        report.impact.iter().map(|(a, b)| vec![a, b]),
    );
    section(&mut out, "Times");
    let times = report.times.iter().map(|(a, b, c)| vec![a, b, c]);
    table(&mut out, &["Time to", "Took", "Counted"], times);
    section(&mut out, "Timeline");
    let lines = report.timeline.iter().map(|(a, b, c)| vec![a, b, c]);
    table(&mut out, &["Time", "Who", "What"], lines);
    section(&mut out, "Contributing factors");
    let factors = review.factors.iter().map(|factor| {
        let evidence = factor.evidence.as_ref().map_or_else(
            || " (no evidence linked)".to_owned(),
            |evidence| {
                let (kind, text) = evidence.parts();
                let found = if factor.found { "" } else { ", not found" };
                format!(" ({kind}{found}: {})", code(text))
            },
        );
        format!("{}{evidence}", plain(&factor.text))
    });
    list(&mut out, factors);
    section(&mut out, "What went well");
    list(&mut out, review.well.iter().map(|text| plain(text)));
    section(&mut out, "What went wrong");
    list(&mut out, review.wrong.iter().map(|text| plain(text)));
    section(&mut out, "Action items");
    let items: Vec<[String; 4]> = review
        .items
        .iter()
        .map(|item| {
            let change = item.change.clone().unwrap_or_default();
            [
                item.text.clone(),
                item.owner.clone(),
                item.class.name().to_owned(),
                change,
            ]
        })
        .collect();
    let heads = ["What", "Owner", "Class", "Change"];
    table(
        &mut out,
        &heads,
        items.iter().map(|item| item.iter().collect()),
    );
    if !report.compared.is_empty() {
        section(&mut out, "Compared");
        let rows = report.compared.iter().map(|(a, b)| vec![a, b]);
        table(&mut out, &["Run", "What became of users"], rows);
    }
    section(&mut out, "Score");
    let marks: Vec<[String; 3]> = (report.marks.iter())
        .map(|mark| {
            [
                mark.what.clone(),
                format!("{} of {}", mark.points, mark.of),
                mark.reason.clone(),
            ]
        })
        .collect();
    table(
        &mut out,
        &["What for", "Points", "Why"],
        marks.iter().map(|mark| mark.iter().collect()),
    );
    wording(&mut out, review);
    out
}

fn wording(out: &mut String, review: &Review) {
    let found: Vec<String> = review
        .texts()
        .flat_map(|(section, text)| {
            let told = move |blame: super::Blame| {
                let words = &text[blame.from..blame.to];
                format!("{section}: “{}”: {}", plain(words), blame.instead)
            };
            blames(text).into_iter().map(told)
        })
        .collect();
    if !found.is_empty() {
        section(out, "Wording to change");
        list(out, found.into_iter());
    }
}

fn section(out: &mut String, name: &str) {
    out.push_str(&format!("\n## {name}\n\n"));
}

fn paragraph(text: &str) -> String {
    match text {
        "" => "Not written yet.\n".to_owned(),
        text => format!("{}\n", plain(text)),
    }
}

fn list(out: &mut String, entries: impl Iterator<Item = String>) {
    let before = out.len();
    for entry in entries {
        out.push_str(&format!("- {entry}\n"));
    }
    if out.len() == before {
        out.push_str("None.\n");
    }
}

fn table<'a>(out: &mut String, heads: &[&str], rows: impl Iterator<Item = Vec<&'a String>>) {
    let mut rows = rows.peekable();
    if rows.peek().is_none() {
        return out.push_str("None.\n");
    }
    out.push_str(&format!(
        "| {} |\n|{}\n",
        heads.join(" | "),
        "---|".repeat(heads.len())
    ));
    for row in rows {
        let cells: Vec<String> = row.into_iter().map(|cell| plain(cell)).collect();
        out.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
}

/// A text that means nothing but itself: one line, no markup.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
    {
        if "\\`*_[]<>|#!&~".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// A text in a code span, fenced by more backticks than it has in a row.
fn code(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    format!("{fence} {text} {fence}")
}
