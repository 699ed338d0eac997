//! Alerts on the burn rate over several windows.
//!
//! After Google's SRE Workbook (2018), chapter 5, "Alerting on SLOs",
//! "6: Multiwindow, Multi-Burn-Rate Alerts": an alert fires while the burn
//! rate is above a factor over a long window, which says that it matters, and
//! over a short one, which says that it is still going on. The factor follows
//! from how much of the period's budget the long window may spend.

use crate::base::Span;
use crate::base::order::sort_by;

/// A long and a short window, and the budget that may be spent in the long one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BurnWindow {
    /// Percent of the period's error budget, as the workbook's table has it.
    pub budget_percent: f64,
    /// The window that makes the alert end soon after its cause.
    pub short: Span,
    /// The window over which the budget is spent.
    pub long: Span,
}

impl BurnWindow {
    /// The burn rate that spends `budget_percent` of the budget of `period`
    /// within the long window: share x period / window. 2 % of 30 days within
    /// an hour is 0.02 x 720 h / 1 h = 14.4.
    pub fn factor(&self, period: Span) -> f64 {
        // In this order, because Sloth computes so and floats remember it.
        let hours = |span: Span| span.as_secs_f64() / 3_600.0;
        self.budget_percent * hours(period) / 100.0 / hours(self.long)
    }
}

/// The two speeds at which one severity is alerted on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BurnPair {
    /// Much budget in little time.
    pub quick: BurnWindow,
    /// Less at a time, for longer.
    pub slow: BurnWindow,
}

/// Who is told, and how soon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Wakes somebody.
    Page,
    /// Waits for working hours.
    Ticket,
}

impl Severity {
    /// Both, the more urgent first.
    pub const ALL: [Severity; 2] = [Severity::Page, Severity::Ticket];

    /// Its name in rules and files.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Page => "page",
            Severity::Ticket => "ticket",
        }
    }
}

/// Every window of the alerts of an objective.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BurnWindows {
    /// The period that the error budget is for.
    pub period: Span,
    /// What pages.
    pub page: BurnPair,
    /// What opens a ticket.
    pub ticket: BurnPair,
}

impl BurnWindows {
    /// What the workbook recommends (table 5-8 and the rules above it), for a
    /// period of any length: budget shares and windows stay, factors follow.
    pub const fn recommended(period: Span) -> BurnWindows {
        const fn window(budget_percent: f64, short: Span, long: Span) -> BurnWindow {
            BurnWindow {
                budget_percent,
                short,
                long,
            }
        }
        BurnWindows {
            period,
            page: BurnPair {
                quick: window(2.0, Span::from_mins(5), Span::from_hours(1)),
                slow: window(5.0, Span::from_mins(30), Span::from_hours(6)),
            },
            ticket: BurnPair {
                quick: window(10.0, Span::from_hours(2), Span::from_days(1)),
                slow: window(10.0, Span::from_hours(6), Span::from_days(3)),
            },
        }
    }

    /// The pair of a severity.
    pub fn pair(&self, severity: Severity) -> &BurnPair {
        match severity {
            Severity::Page => &self.page,
            Severity::Ticket => &self.ticket,
        }
    }

    /// Every window that is looked back over, each once, the shortest first.
    pub fn look_backs(&self) -> Vec<Span> {
        let pairs = [&self.page, &self.ticket];
        let windows = pairs.into_iter().flat_map(|pair| [pair.quick, pair.slow]);
        let mut spans: Vec<Span> = windows.flat_map(|w| [w.short, w.long]).collect();
        sort_by(&mut spans, |a, b| a.cmp(b));
        spans.dedup();
        spans
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_factors_of_thirty_days_are_those_of_the_workbook() {
        let month = BurnWindows::recommended(Span::from_days(30));
        let factors = Severity::ALL.map(|severity| {
            let pair = month.pair(severity);
            [pair.quick, pair.slow].map(|window| window.factor(month.period))
        });
        assert_eq!(factors, [[14.4, 6.0], [3.0, 1.0]]);
    }

    /// The other way round: burning at the factor for the long window spends
    /// the share, whatever the period.
    #[test]
    fn burning_at_the_factor_spends_the_share_of_the_budget() {
        for days in 4..=90 {
            let windows = BurnWindows::recommended(Span::from_days(days));
            for severity in Severity::ALL {
                let pair = windows.pair(severity);
                for window in [pair.quick, pair.slow] {
                    let rate = window.factor(windows.period);
                    let of_period = window.long.as_secs_f64() / windows.period.as_secs_f64();
                    let spent = 100.0 * rate * of_period;
                    assert!(
                        (spent - window.budget_percent).abs() < 1e-9,
                        "{days}: {spent}"
                    );
                }
            }
        }
    }

    #[test]
    fn each_window_is_looked_back_over_once() {
        let month = BurnWindows::recommended(Span::from_days(30));
        let minutes: Vec<u64> = month
            .look_backs()
            .iter()
            .map(|s| s.as_secs() / 60)
            .collect();
        assert_eq!(minutes, [5, 30, 60, 120, 360, 1_440, 4_320]);
    }
}
