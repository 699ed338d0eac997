//! Alerts as shells show them.

use serde::{Deserialize, Serialize};

use super::Alerting;
use crate::alert::notify::{Muted, Route, tell};
use crate::alert::rules::Kind;
use crate::alert::{Evaluation, Labels, State};
use crate::base::{SimTime, Span};
use crate::telemetry::store::{Matcher, Store};

/// Everything about alerts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AlertsView {
    /// Rules that alert, in order.
    pub rules: Vec<RuleView>,
    /// The tree of routes, each node after the one above it.
    pub routes: Vec<RouteRow>,
    /// Silences, the newest first.
    pub silences: Vec<SilenceView>,
    /// Pages, the newest first.
    pub pages: Vec<PageView>,
    /// Times paged, and of these at night, for each person.
    pub load: Vec<(String, u32, u32)>,
    /// Whose turn it is.
    pub on_call: String,
    /// Pages that nobody has answered.
    pub ringing: u32,
    /// Rules that record, in order.
    pub recorded: Vec<RecordView>,
}

/// A rule that records.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecordView {
    /// The metric that it writes, with the labels that it adds.
    pub name: String,
    /// Its query.
    pub expr: String,
    /// Series that its last evaluation wrote.
    pub series: u32,
    /// The last value, where that was one series.
    pub value: Option<f64>,
    /// Why its last evaluation failed.
    pub error: Option<String>,
}

/// A rule that alerts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RuleView {
    /// Its name.
    pub name: String,
    /// Its query.
    pub expr: String,
    /// Its labels in words.
    pub labels: String,
    /// How long it is pending.
    pub after: Span,
    /// How long it goes on firing when its series is gone.
    pub keep: Span,
    /// Whether it follows from an objective.
    pub derived: bool,
    /// How its worst alert stands: `inactive`, `pending` or `firing`.
    pub state: String,
    /// Its alerts.
    pub alerts: Vec<AlertView>,
    /// Why its last evaluation failed.
    pub error: Option<String>,
}

/// One alert.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AlertView {
    /// Its labels in words.
    pub labels: String,
    /// The same as matchers, such as a silence takes.
    pub matchers: String,
    /// Its summary, or nothing.
    pub summary: String,
    /// `pending` or `firing`.
    pub state: String,
    /// Since when.
    pub since: SimTime,
    /// Why nobody is told, if nobody is.
    pub muted: Option<String>,
}

/// A node of the tree of routes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RouteRow {
    /// How deep it lies.
    pub depth: u32,
    /// What it takes, in words.
    pub takes: String,
    /// Who is told.
    pub receiver: String,
    /// Whether siblings below are asked as well.
    pub goes_on: bool,
    /// Alerts in its groups.
    pub alerts: u32,
}

/// A silence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SilenceView {
    /// Its number.
    pub id: u32,
    /// What it keeps quiet.
    pub matchers: String,
    /// Until when.
    pub until: SimTime,
    /// Why.
    pub comment: String,
    /// Whether it acts now.
    pub active: bool,
}

/// A page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PageView {
    /// Its number.
    pub id: u32,
    /// When it was opened.
    pub at: SimTime,
    /// What it is about.
    pub title: String,
    /// Who has it.
    pub person: String,
    /// People paged for it.
    pub asked: u32,
    /// How it stands, in a word.
    pub state: String,
    /// Whether it can still be answered.
    pub open: bool,
    /// Whether there was something to do, once somebody has said so.
    pub actionable: Option<bool>,
}

impl Alerting {
    pub(in crate::session) fn view(&self, store: &Store, now: SimTime) -> AlertsView {
        let at = now.as_millis();
        let mut rules = Vec::new();
        let groups = self.groups.iter();
        let all = groups.flat_map(|group| group.rules().map(move |rule| (group.name(), rule)));
        for (group, rule) in all {
            let Kind::Alert {
                name,
                after,
                keep_firing,
                ..
            } = &rule.rule.kind
            else {
                continue;
            };
            let alerts = rule.alerts().map(|alert| AlertView {
                labels: words(&alert.labels, true),
                matchers: exact(&alert.labels),
                summary: alert
                    .annotations
                    .get("summary")
                    .cloned()
                    .unwrap_or_default(),
                state: alert.state.word().to_owned(),
                since: time(alert.fired_at.unwrap_or(alert.active_at)),
                muted: self
                    .manager
                    .muted(&alert.labels, at)
                    .map(|muted| match muted {
                        Muted::Silence(id) => format!("silence {id}"),
                        Muted::Inhibited(by) => format!("inhibited by {}", words(&by, false)),
                        Muted::Time(name) => format!("muted at {name}"),
                    }),
            });
            let worst = rule.alerts().map(|alert| alert.state).max();
            rules.push(RuleView {
                name: name.clone(),
                expr: rule.rule.expr.clone(),
                labels: words(&rule.rule.labels, true),
                after: *after,
                keep: *keep_firing,
                derived: group == super::DERIVED,
                state: worst.unwrap_or(State::Inactive).word().to_owned(),
                alerts: alerts.collect(),
                error: rule.error.map(str::to_owned),
            });
        }
        let mut routes = Vec::new();
        self.rows(
            &self.manager.config().route,
            &mut Vec::new(),
            "",
            &mut routes,
        );
        let silences = self
            .manager
            .silences()
            .iter()
            .rev()
            .map(|silence| SilenceView {
                id: silence.id,
                matchers: silence
                    .matchers
                    .iter()
                    .map(tell)
                    .collect::<Vec<_>>()
                    .join(", "),
                until: time(silence.until),
                comment: silence.comment.clone(),
                active: (silence.from..silence.until).contains(&at),
            });
        let pages = self.desk.pages().iter().rev().map(|page| PageView {
            id: page.id,
            at: time(page.at),
            title: page.title.clone(),
            person: page.person().to_owned(),
            asked: page.paged.len() as u32,
            state: match (page.resolved, page.acknowledged, page.snoozed) {
                (Some(_), ..) => "over",
                (_, Some(_), _) => "acknowledged",
                (.., Some(_)) => "snoozed",
                _ => "ringing",
            }
            .to_owned(),
            open: page.resolved.is_none(),
            actionable: page.actionable,
        });
        let load = self.desk.load().iter();
        AlertsView {
            rules,
            routes,
            silences: silences.take(50).collect(),
            pages: pages.take(50).collect(),
            load: load
                .map(|(name, load)| (name.clone(), load.pages, load.nights))
                .collect(),
            on_call: self.desk.person(at, 0).to_owned(),
            ringing: self.desk.pages().iter().filter(|page| page.rings()).count() as u32,
            recorded: self.recorded(store),
        }
    }

    fn recorded(&self, store: &Store) -> Vec<RecordView> {
        let rules = self.groups.iter().flat_map(Evaluation::rules);
        let views = rules.filter_map(|rule| {
            let Kind::Record { metric } = &rule.rule.kind else {
                return None;
            };
            let series: Vec<_> = rule.series().collect();
            let value = match series.as_slice() {
                [id] => store.newest(*id),
                _ => None,
            };
            let labels = words(&rule.rule.labels, false);
            Some(RecordView {
                name: format!("{metric} {labels}").trim_end().to_owned(),
                expr: rule.rule.expr.clone(),
                series: series.len() as u32,
                value,
                error: rule.error.map(str::to_owned),
            })
        });
        views.collect()
    }

    fn rows(&self, route: &Route, path: &mut Vec<u32>, above: &str, rows: &mut Vec<RouteRow>) {
        let receiver = route.receiver.as_deref().unwrap_or(above);
        let takes: Vec<String> = route.matchers.iter().map(tell).collect();
        let here = self.manager.groups().filter(|(leg, ..)| leg.path == *path);
        rows.push(RouteRow {
            depth: path.len() as u32,
            takes: takes.join(", "),
            receiver: receiver.to_owned(),
            goes_on: route.goes_on,
            alerts: here.map(|(_, _, alerts, _)| alerts as u32).sum(),
        });
        for (place, below) in route.routes.iter().enumerate() {
            path.push(place as u32);
            self.rows(below, path, receiver, rows);
            path.pop();
        }
    }
}

fn words(labels: &Labels, short: bool) -> String {
    let own = labels
        .iter()
        .filter(|(name, _)| !short || *name != "alertname");
    let pairs = own.map(|(name, value)| format!("{name}={value}"));
    pairs.collect::<Vec<_>>().join(" ")
}

/// Labels as matchers that fit them alone.
fn exact(labels: &Labels) -> String {
    let pairs = labels
        .iter()
        .map(|(name, value)| tell(&Matcher::equal(name, value)));
    pairs.collect::<Vec<_>>().join(",")
}

fn time(millis: i64) -> SimTime {
    SimTime::from_nanos(millis.unsigned_abs().saturating_mul(1_000_000))
}
