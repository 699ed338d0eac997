//! Alert windows as data: `kind: AlertWindows`.

use super::read::API;
use crate::base::yaml::{self, Limits};
use crate::base::{At, Diagnostics, Report, Span};
use crate::formats::rules::read_span;
use crate::slo::{BurnPair, BurnWindow, BurnWindows};

/// The kind of resource that alert windows are.
const KIND: &str = "AlertWindows";

/// Reads a file of alert windows; on failure every problem of it.
pub fn read_windows(file: &str, text: &str) -> Result<BurnWindows, Diagnostics> {
    let root = yaml::parse(file, text, &Limits::default())?;
    let mut report = Report::new(file, text);
    let found = windows(&mut report, &At::root(&root));
    found
        .filter(|_| !report.failed())
        .ok_or_else(|| report.finish())
}

/// Whether a document says that it holds alert windows.
pub fn is_windows(at: &At<'_>) -> bool {
    at.peek_scalar("kind") == Some(KIND)
}

/// Reads a document of alert windows.
pub fn windows(report: &mut Report, at: &At<'_>) -> Option<BurnWindows> {
    let mut fields = report.fields(at)?;
    let api = fields.need(report, "apiVersion");
    api.and_then(|at| report.choice(&at, &[(API, ())]));
    let kind = fields.need(report, "kind");
    kind.and_then(|at| report.choice(&at, &[(KIND, ())]));
    let spec = fields.need(report, "spec");
    fields.done(report);
    let spec = spec?;
    let mut fields = report.fields(&spec)?;
    let period = fields
        .need(report, "sloPeriod")
        .and_then(|at| positive(report, &at));
    let page = fields.need(report, "page");
    let ticket = fields.need(report, "ticket");
    fields.done(report);
    let page = page.and_then(|at| pair(report, &at, period));
    let ticket = ticket.and_then(|at| pair(report, &at, period));
    Some(BurnWindows {
        period: period?,
        page: page?,
        ticket: ticket?,
    })
}

fn pair(report: &mut Report, at: &At<'_>, period: Option<Span>) -> Option<BurnPair> {
    let mut fields = report.fields(at)?;
    let quick = fields.need(report, "quick");
    let slow = fields.need(report, "slow");
    fields.done(report);
    let quick = quick.and_then(|at| window(report, &at, period));
    let slow = slow.and_then(|at| window(report, &at, period));
    Some(BurnPair {
        quick: quick?,
        slow: slow?,
    })
}

fn window(report: &mut Report, at: &At<'_>, period: Option<Span>) -> Option<BurnWindow> {
    let mut fields = report.fields(at)?;
    let budget = fields.need(report, "errorBudgetPercent");
    let short = fields.need(report, "shortWindow");
    let long = fields.need(report, "longWindow");
    fields.done(report);
    let budget_percent = budget
        .as_ref()
        .and_then(|at| report.number(at, 0.0..=100.0));
    if let (Some(0.0), Some(at)) = (budget_percent, &budget) {
        let remedy = "give the share of the budget that the long window may spend, such as 2";
        report.error(at, "an alert on 0 % of the budget always fires", remedy);
    }
    let short_span = short.as_ref().and_then(|at| positive(report, at));
    let long_span = long.as_ref().and_then(|at| positive(report, at));
    if let (Some(short_span), Some(long_span), Some(short)) = (short_span, long_span, &short)
        && short_span >= long_span
    {
        report.error(
            short,
            "the short window is not shorter than the long one",
            "a twelfth of the long window is what the SRE Workbook recommends",
        );
    }
    if let (Some(long_span), Some(period), Some(long)) = (long_span, period, &long)
        && long_span >= period
    {
        let problem = "the long window is not shorter than the period";
        report.error(long, problem, "give a window that lies within `sloPeriod`");
    }
    Some(BurnWindow {
        budget_percent: budget_percent?,
        short: short_span?,
        long: long_span?,
    })
}

fn positive(report: &mut Report, at: &At<'_>) -> Option<Span> {
    let span = read_span(report, at)?;
    if span.is_zero() {
        report.error(at, "no time at all", "give a span of time, such as 5m");
        return None;
    }
    Some(span)
}
