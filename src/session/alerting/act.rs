//! What people do about alerts and budgets.

use serde::{Deserialize, Serialize};

use crate::alert::notify::{self, Silence};
use crate::base::{At, Report, Span};
use crate::session::view::EventKind;
use crate::session::{Command, Refusal, Session};

/// How long an override of a budget policy holds.
const OVERRIDE: Span = Span::from_hours(1);

/// One act.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertAct {
    /// Say that one works on a page.
    Acknowledge {
        /// Its number.
        page: u32,
    },
    /// Say that a page is over.
    Resolve {
        /// Its number.
        page: u32,
    },
    /// Let a page keep still for a while.
    Snooze {
        /// Its number.
        page: u32,
        /// For how long.
        length: Span,
    },
    /// Say whether there was something to do.
    Mark {
        /// The page's number.
        page: u32,
        /// Whether there was.
        actionable: bool,
    },
    /// Keep alerts quiet for a while.
    Silence {
        /// Which, such as `slo="latency"`.
        matchers: String,
        /// For how long.
        length: Span,
        /// Why.
        comment: String,
    },
    /// End a silence.
    EndSilence {
        /// Its number.
        id: u32,
    },
    /// Let releases go out for an hour although the budget policy does not.
    Override {
        /// The objective whose policy it is.
        slo: String,
        /// Why.
        reason: String,
    },
}

type Read = fn(&mut Report, &At<'_>) -> Option<AlertAct>;

/// Every act that a file can hold, by its key.
pub(in crate::session) const READERS: [(&str, Read); 7] = [
    ("acknowledge", |report, at| {
        number(report, at).map(|page| AlertAct::Acknowledge { page })
    }),
    ("resolve", |report, at| {
        number(report, at).map(|page| AlertAct::Resolve { page })
    }),
    ("snooze", |report, at| {
        let mut fields = report.fields(at)?;
        let page = fields
            .need(report, "page")
            .and_then(|at| number(report, &at));
        let length = fields
            .need(report, "for")
            .and_then(|at| length(report, &at));
        fields.done(report);
        Some(AlertAct::Snooze {
            page: page?,
            length: length?,
        })
    }),
    ("mark", |report, at| {
        let mut fields = report.fields(at)?;
        let page = fields
            .need(report, "page")
            .and_then(|at| number(report, &at));
        let actionable = fields
            .need(report, "actionable")
            .and_then(|at| report.boolean(&at));
        fields.done(report);
        Some(AlertAct::Mark {
            page: page?,
            actionable: actionable?,
        })
    }),
    ("silence", |report, at| {
        let mut fields = report.fields(at)?;
        let matchers = fields.need(report, "matchers").and_then(|at| {
            let text = report.text(&at, 1_000)?;
            if let Err(problem) = notify::matchers(&text) {
                report.error(&at, problem, "write one such as slo=\"latency\"");
            }
            Some(text)
        });
        let length = fields
            .need(report, "for")
            .and_then(|at| length(report, &at));
        let comment = fields
            .need(report, "comment")
            .and_then(|at| report.text(&at, 200));
        fields.done(report);
        Some(AlertAct::Silence {
            matchers: matchers?,
            length: length?,
            comment: comment?,
        })
    }),
    ("end-silence", |report, at| {
        number(report, at).map(|id| AlertAct::EndSilence { id })
    }),
    ("override", |report, at| {
        let mut fields = report.fields(at)?;
        let slo = fields.need(report, "slo").and_then(|at| report.name(&at));
        let reason = fields
            .need(report, "reason")
            .and_then(|at| report.text(&at, 200));
        fields.done(report);
        Some(AlertAct::Override {
            slo: slo?,
            reason: reason?,
        })
    }),
];

fn number(report: &mut Report, at: &At<'_>) -> Option<u32> {
    report.integer(at, 1..=1_000_000).map(|id| id as u32)
}

fn length(report: &mut Report, at: &At<'_>) -> Option<Span> {
    report.duration(at, Span::from_mins(1)..=Span::from_days(30))
}

impl AlertAct {
    /// The act in words.
    pub fn tell(&self) -> String {
        match self {
            AlertAct::Acknowledge { page } => format!("acknowledge page {page}"),
            AlertAct::Resolve { page } => format!("resolve page {page}"),
            AlertAct::Snooze { page, length } => format!("snooze page {page} for {length}"),
            AlertAct::Mark {
                page,
                actionable: true,
            } => format!("page {page} was actionable"),
            AlertAct::Mark { page, .. } => format!("page {page} was for nothing"),
            AlertAct::Silence {
                matchers,
                length,
                comment,
            } => {
                format!("silence {matchers} for {length}: {comment}")
            }
            AlertAct::EndSilence { id } => format!("end silence {id}"),
            AlertAct::Override { slo, reason } => {
                format!("override the policy of {slo} for {OVERRIDE}: {reason}")
            }
        }
    }
}

impl Session {
    /// Carries an act out; a refusal changes nothing.
    pub(in crate::session) fn act_on_alerts(&mut self, act: &AlertAct) -> Result<(), Refusal> {
        let at = self.now();
        let now = at.as_millis();
        if let AlertAct::Override { slo, .. } = act {
            if self.slo(slo).is_none() {
                let problem = format!("there is no objective `{slo}`");
                return Err(Refusal::new(problem, "name one of this world's objectives"));
            }
            self.overrides.insert(slo.clone(), at + OVERRIDE);
            self.timeline.write(at, EventKind::Action, None, act.tell());
            return Ok(());
        }
        let Some(alerting) = &mut self.alerting else {
            let remedy = "add an `alerting` section to the world's file";
            return Err(Refusal::new("this world has no alerts", remedy));
        };
        let later = |length: &Span| now + length.as_millis();
        let desk = &mut alerting.desk;
        let done = match act {
            AlertAct::Acknowledge { page } => desk.acknowledge(*page, now),
            AlertAct::Resolve { page } => desk.resolve(*page, now),
            AlertAct::Snooze { page, length } => desk.snooze(*page, later(length)),
            AlertAct::Mark { page, actionable } => desk.mark(*page, *actionable),
            AlertAct::EndSilence { id } => alerting.manager.end_silence(*id, now),
            AlertAct::Silence {
                matchers,
                length,
                comment,
            } => {
                let matchers = notify::matchers(matchers).map_err(|problem| {
                    Refusal::new(problem, "write one such as slo=\"latency\"")
                })?;
                alerting.manager.silence(Silence {
                    id: 0,
                    matchers,
                    from: now,
                    until: later(length),
                    author: "learner".to_owned(),
                    comment: comment.clone(),
                });
                true
            }
            AlertAct::Override { .. } => true,
        };
        if !done {
            let problem = format!("cannot {}: it is not there, or over", act.tell());
            return Err(Refusal::new(
                problem,
                "look at the Alerts tab for what is open",
            ));
        }
        self.timeline.write(at, EventKind::Action, None, act.tell());
        Ok(())
    }

    /// Why no release may go out, if the policy of an objective says so.
    pub(in crate::session) fn frozen(&self, command: &Command) -> Result<(), Refusal> {
        if !matches!(command, Command::Deploy { .. }) {
            return Ok(());
        }
        let now = self.now();
        for slo in &self.slos {
            let name = &slo.objective().name;
            let stance = slo.stance(now);
            let overridden = self.overrides.get(name).is_some_and(|until| *until > now);
            if !stance.ships() && !overridden {
                let problem = format!("the budget policy of `{name}` says {}", stance.word());
                let remedy = "mend what burns the budget, or give an override with its reason";
                return Err(Refusal::new(problem, remedy));
            }
        }
        Ok(())
    }
}
