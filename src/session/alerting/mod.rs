//! Alerts of a running lab: rules evaluated after scrapes, notifications on the
//! timeline, pages to whoever is on call.
//!
//! In: the `alerting` section of a world file, what was scraped, and acts. Out:
//! lines of the timeline and views. Nothing here changes the world.

mod act;
mod read;
mod rule;
mod show;

use std::collections::{BTreeMap, BTreeSet};

use crate::alert::notify::{Config, Incoming, Manager, Notification};
use crate::alert::oncall::{Desk, OnCall, Page};
use crate::alert::rules::{Group, Kind, Rule};
use crate::alert::{Evaluation, Labels, State, Written, record};
use crate::base::{SimTime, Span};
use crate::promql::{Options, Query};
use crate::slo::{BurnWindows, Date, Objective, Severity, SliQuery};
use crate::telemetry::store::{self, NAME};

use super::Session;
use super::view::EventKind;

pub use act::AlertAct;
pub(super) use act::READERS;
pub(super) use read::alerting;
pub(super) use rule::rule;
pub use rule::{RuleAct, RuleChange};
pub use show::{AlertView, AlertsView, PageView, RecordView, RouteRow, RuleView, SilenceView};

/// The metric that holds burn rates, as a recording rule would name it.
const BURN: &str = "slo:burn_rate:ratio";

/// The group of the rules that objectives make.
const DERIVED: &str = "slo-burn";

/// The `alerting` section of a world file.
#[derive(Clone, Debug)]
pub struct AlertingSpec {
    /// Time between evaluations.
    pub every: Span,
    /// The rules, those that objectives make included.
    pub groups: Vec<Group>,
    /// Who is told.
    pub config: Config,
    /// Who answers.
    pub on_call: OnCall,
    /// The day on which the run begins.
    pub first: Date,
    /// Whether every objective makes rules on its burn rate.
    pub from_slos: bool,
}

impl PartialEq for AlertingSpec {
    /// Configurations are compared as they are written.
    fn eq(&self, other: &Self) -> bool {
        use crate::alert::notify::write;
        let plain = |spec: &AlertingSpec| (spec.every, spec.first, spec.from_slos);
        plain(self) == plain(other)
            && (&self.groups, &self.on_call) == (&other.groups, &other.on_call)
            && write(&self.config) == write(&other.config)
    }
}

/// Alerts under way.
#[derive(Clone, Debug)]
pub(super) struct Alerting {
    groups: Vec<Evaluation>,
    manager: Manager,
    desk: Desk,
    every: Span,
    next: SimTime,
    /// Alerts that were told to fire, to tell once that they do not.
    firing: BTreeMap<Labels, Incoming>,
    /// Whether a new objective makes rules on its burn rate.
    from_slos: bool,
    /// Objectives that do.
    derived: BTreeSet<String>,
    /// Objectives that were there when rules were last derived.
    known: BTreeSet<String>,
    /// Series of burn rates that were last written.
    burn_rates: Written,
}

impl Alerting {
    pub fn new(spec: &AlertingSpec, objectives: &[Objective]) -> Alerting {
        let begin = |group: &Group| Evaluation::new(group, &Labels::new(), "");
        let names = objectives.iter().map(|slo| slo.name.clone());
        Alerting {
            groups: spec.groups.iter().map(begin).collect(),
            from_slos: spec.from_slos,
            known: names.clone().collect(),
            derived: names.filter(|_| spec.from_slos).collect(),
            manager: Manager::new(spec.config.clone(), spec.first),
            desk: Desk::new(spec.on_call.clone()),
            every: spec.every,
            next: SimTime::ZERO + spec.every,
            firing: BTreeMap::new(),
            burn_rates: Written::new(),
        }
    }
}

/// The rules on the burn rate that an objective makes: one alert for what pages
/// and one for what waits, each over two pairs of windows.
pub(super) fn derived<'a>(objectives: impl Iterator<Item = &'a Objective>) -> Group {
    let mut rules = Vec::new();
    for objective in objectives {
        let windows = BurnWindows::recommended(objective.window);
        for severity in Severity::ALL {
            let pair = windows.pair(severity);
            let parts: Vec<String> = [pair.quick, pair.slow]
                .iter()
                .filter(|window| window.long < windows.period)
                .map(|window| {
                    let factor = window.factor(windows.period);
                    let burns = |span: Span| {
                        let span = crate::alert::rules::duration::write(span);
                        format!(
                            "{BURN}{{slo=\"{}\",window=\"{span}\"}} > {factor}",
                            objective.name
                        )
                    };
                    format!(
                        "({} and ignoring (window) {})",
                        burns(window.short),
                        burns(window.long)
                    )
                })
                .collect();
            if parts.is_empty() {
                continue;
            }
            let text = |name: &str, text: &str| (name.to_owned(), text.to_owned());
            rules.push(Rule {
                kind: Kind::Alert {
                    name: "ErrorBudgetBurn".to_owned(),
                    after: Span::ZERO,
                    keep_firing: Span::ZERO,
                    annotations: Labels::from([text(
                        "summary",
                        "{{ $labels.slo }} burns its error budget at a rate of {{ printf \"%.2f\" $value }}",
                    )]),
                },
                expr: format!("max without (window) ({})", parts.join(" or ignoring (window) ")),
                labels: Labels::from([text("severity", severity.name())]),
            });
        }
    }
    Group {
        name: DERIVED.to_owned(),
        rules,
        ..Group::default()
    }
}

/// The one number that a query gives at a time in milliseconds, if it gives one.
fn number(store: &store::Store, query: &str, at: i64) -> Option<f64> {
    let query = Query::new(query, &Options::default()).ok()?;
    query.instant(store, at).ok()?.value.number()
}

impl Session {
    /// The one number that a query gives now; none where it gives several, or fails.
    pub fn number(&self, query: &str) -> Option<f64> {
        number(&self.store, query, self.now().as_millis())
    }

    /// After a scrape: objectives that ask the metric store, then rules.
    pub(super) fn look_at_metrics(&mut self) {
        let now = self.next_scrape;
        let at = now.as_millis();
        for slo in &mut self.slos {
            let Some(query) = &slo.objective().terms.query else {
                continue;
            };
            let ask = |text: &str| number(&self.store, text, at);
            let (part, total) = match query {
                SliQuery::Counters { part, total, .. } => (ask(part), ask(total)),
                SliQuery::Threshold { query, .. } => (ask(query), None),
            };
            slo.observe(now, part, total);
        }
    }

    /// After objectives were scraped: rules, notifications, pages.
    pub(super) fn evaluate_rules(&mut self) {
        let Some(mut alerting) = self.alerting.take() else {
            return;
        };
        let now = self.next_scrape;
        if now >= alerting.next {
            alerting.next = now.next_multiple(alerting.every);
            let at = now.as_millis();
            let rates = self.burn_rates(now);
            alerting.burn_rates = record(&mut self.store, at, rates, &alerting.burn_rates);
            for group in &mut alerting.groups {
                group.evaluate(&mut self.store, at);
            }
            let news = alerting.news();
            alerting.manager.take(news, at);
        }
        for told in alerting.manager.run(now.as_millis()) {
            self.tell_notification(&mut alerting, &told);
        }
        for id in alerting.desk.run(now.as_millis()) {
            let page = alerting.desk.pages().iter().find(|page| page.id == id);
            if let Some(page) = page {
                let text = format!("page {id} goes on to {}: {}", page.person(), page.title);
                self.timeline.write(now, EventKind::Budget, None, text);
            }
        }
        self.alerting = Some(alerting);
    }

    fn tell_notification(&mut self, alerting: &mut Alerting, told: &Notification) {
        let title = title(told);
        let text = match alerting.desk.take(told, &title) {
            Some(id) if told.firing.is_empty() => format!("page {id} is over: {title}"),
            Some(id) => {
                let page = alerting.desk.pages().iter().find(|page| page.id == id);
                let person = page.map_or("", |page| page.person());
                format!("page {id} to {person}: {title}")
            }
            None if told.firing.is_empty() => format!("{} is told: over: {title}", told.receiver),
            None if told.repeated => format!("{} is told again: {title}", told.receiver),
            None => format!("{} is told: {title}", told.receiver),
        };
        let at = SimTime::from_nanos(told.at.unsigned_abs().saturating_mul(1_000_000));
        self.timeline.write(at, EventKind::Budget, None, text);
    }

    /// Burn rates as series, as recording rules would make them.
    fn burn_rates(&self, now: SimTime) -> Vec<(store::Labels, f64)> {
        let mut rates = Vec::new();
        for slo in &self.slos {
            let objective = slo.objective();
            for window in BurnWindows::recommended(objective.window).look_backs() {
                let Some(rate) = slo.burn_rate(now, window) else {
                    continue;
                };
                let window = crate::alert::rules::duration::write(window);
                let labels = [(NAME, BURN), ("slo", &objective.name), ("window", &window)];
                rates.push((store::Labels::new(labels), rate));
            }
        }
        rates
    }
}

impl Alerting {
    /// Every page that is kept, oldest first.
    pub fn pages(&self) -> impl Iterator<Item = &Page> {
        self.desk.pages().iter()
    }

    /// What fires, and what has just ceased to.
    fn news(&mut self) -> Vec<Incoming> {
        let mut news: BTreeMap<Labels, Incoming> = BTreeMap::new();
        for rule in self.groups.iter().flat_map(Evaluation::rules) {
            for alert in rule.alerts().filter(|alert| alert.state == State::Firing) {
                let incoming = Incoming {
                    labels: alert.labels.clone(),
                    annotations: alert.annotations.clone(),
                    since: alert.fired_at.unwrap_or(alert.active_at),
                    firing: true,
                };
                news.insert(alert.labels.clone(), incoming);
            }
        }
        let ceased = self
            .firing
            .iter()
            .filter(|(labels, _)| !news.contains_key(*labels));
        let ceased: Vec<Incoming> = ceased
            .map(|(_, alert)| Incoming {
                firing: false,
                ..alert.clone()
            })
            .collect();
        self.firing.clone_from(&news);
        news.into_values().chain(ceased).collect()
    }
}

/// What a notification is about: the summary of its first alert, and how many more.
fn title(told: &Notification) -> String {
    let alerts = || told.firing.iter().chain(&told.resolved);
    let Some(first) = alerts().next() else {
        return String::new();
    };
    let text = |labels: &Labels, name: &str| labels.get(name).cloned();
    let title = text(&first.annotations, "summary")
        .or_else(|| text(&first.labels, "alertname"))
        .unwrap_or_default();
    match alerts().count() {
        1 => title,
        count => format!("{title}, and {} more", count - 1),
    }
}
