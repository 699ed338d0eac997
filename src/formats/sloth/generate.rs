//! Objectives into the rules that Sloth would make of them.

use super::read::Dialect;
use super::{Alert, Resource, Sli, Slo, Specification, template};
use crate::base::Span;
use crate::base::yaml::{self, Tree};
use crate::formats::labels::Labels;
use crate::formats::rules::{self, Group, Kind, Rule, RuleFile, duration};
use crate::slo::{BurnPair, BurnWindow, BurnWindows, Severity};

/// What identifies an objective's series, and the window of one.
const ID: &str = "sloth_id";
const NAME: &str = "sloth_slo";
const SERVICE: &str = "sloth_service";
const WINDOW: &str = "sloth_window";
/// What is recorded about an objective.
const BUDGET: &str = "slo:error_budget:ratio";
const PERIOD_BURN: &str = "slo:period_burn_rate:ratio";

/// The rules of one specification.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    /// The groups.
    pub rules: RuleFile,
    /// The Kubernetes resource that they go into, if the objectives came from one.
    pub resource: Option<Resource>,
}

impl Output {
    /// As YAML: a rule file, or a `PrometheusRule` of the Prometheus operator.
    pub fn write(&self) -> String {
        let groups = rules::groups(&self.rules);
        let Some(resource) = &self.resource else {
            return yaml::write(&groups);
        };
        let mut labels = Labels::from(
            [("component", "SLO"), ("managed-by", "sloth")]
                .map(|(key, value)| (format!("app.kubernetes.io/{key}"), value.to_owned())),
        );
        labels.extend(resource.labels.clone());
        let mut metadata = vec![("labels".to_owned(), Tree::texts(&labels))];
        if !resource.annotations.is_empty() {
            metadata.push(("annotations".to_owned(), Tree::texts(&resource.annotations)));
        }
        metadata.push(("name".to_owned(), Tree::text(&resource.name)));
        if let Some(namespace) = &resource.namespace {
            metadata.push(("namespace".to_owned(), Tree::text(namespace)));
        }
        yaml::write(&Tree::Map(vec![
            (
                "apiVersion".to_owned(),
                Tree::text("monitoring.coreos.com/v1"),
            ),
            ("kind".to_owned(), Tree::text("PrometheusRule")),
            ("metadata".to_owned(), Tree::Map(metadata)),
            ("spec".to_owned(), groups),
        ]))
    }
}

/// The rules of every objective: three groups each, of which that of the
/// alerts is left out where both are disabled. `extra` labels go onto every
/// recording rule.
pub fn rules(specification: &Specification, windows: &BurnWindows, extra: &Labels) -> Output {
    let mut groups = Vec::new();
    for slo in &specification.slos {
        let making = Making::new(specification, slo, windows, extra);
        let named = |part: &str| format!("sloth-slo-{part}-{}", making.id);
        let mut add = |part: &str, interval: Option<Span>, rules: Vec<Rule>| {
            if !rules.is_empty() {
                groups.push(Group {
                    name: named(part),
                    interval,
                    rules,
                    ..Group::default()
                });
            }
        };
        add("sli-recordings", slo.intervals.sli, making.ratios());
        add("meta-recordings", slo.intervals.meta, making.facts());
        add("alerts", slo.intervals.alerts, making.alerts());
    }
    Output {
        rules: RuleFile { groups },
        resource: specification.resource.clone(),
    }
}

/// One objective on its way into rules.
struct Making<'s> {
    slo: &'s Slo,
    windows: &'s BurnWindows,
    dialect: Dialect,
    id: String,
    /// Labels of every recording rule.
    labels: Labels,
    /// Selects the objective's series: `{sloth_id="...", ...}`.
    filter: String,
}

impl<'s> Making<'s> {
    fn new(
        specification: &'s Specification,
        slo: &'s Slo,
        windows: &'s BurnWindows,
        extra: &Labels,
    ) -> Making<'s> {
        let service = &specification.service;
        let id = format!("{service}-{}", slo.name);
        let filter = format!(
            "{{{ID}=\"{id}\", {SERVICE}=\"{service}\", {NAME}=\"{}\"}}",
            slo.name
        );
        let mut labels = Labels::new();
        labels.insert(ID.to_owned(), id.clone());
        labels.insert(SERVICE.to_owned(), service.clone());
        labels.insert(NAME.to_owned(), slo.name.clone());
        labels.extend(slo.labels.clone());
        labels.extend(extra.clone());
        let dialect = match specification.resource {
            Some(_) => Dialect::Resource,
            None => Dialect::Plain,
        };
        Making {
            slo,
            windows,
            dialect,
            id,
            labels,
            filter,
        }
    }

    /// The error ratio over each window of the alerts, then over the period.
    fn ratios(&self) -> Vec<Rule> {
        let period = self.windows.period;
        let mut rules: Vec<Rule> = self
            .windows
            .look_backs()
            .into_iter()
            .map(|span| self.ratio(span, self.query(&duration::write(span))))
            .collect();
        // Over the period from the shortest window, because a query over a
        // month each minute would cost a server much.
        let shortest = ratio_metric(self.windows.page.quick.short);
        let (filter, window) = (&self.filter, duration::write(period));
        let expr = format!(
            "sum_over_time({shortest}{filter}[{window}])\n/ ignoring ({WINDOW})\n\
             count_over_time({shortest}{filter}[{window}])\n"
        );
        rules.push(self.ratio(period, expr));
        rules
    }

    fn ratio(&self, span: Span, expr: String) -> Rule {
        let mut labels = Labels::new();
        labels.insert(WINDOW.to_owned(), duration::write(span));
        for (name, text) in &self.labels {
            labels.insert(name.clone(), text.clone());
        }
        Rule {
            kind: Kind::Record {
                metric: ratio_metric(span),
            },
            expr,
            labels,
        }
    }

    /// The share of bad events over a window.
    fn query(&self, window: &str) -> String {
        match &self.slo.sli {
            Sli::Events { errors, total } => {
                let [errors, total] = [errors, total].map(|query| template::fill(query, window));
                format!("({errors})\n/\n({total})\n")
            }
            Sli::Raw { ratio } => format!("({})", template::fill(ratio, window)),
        }
    }

    /// What is recorded about the objective.
    fn facts(&self) -> Vec<Rule> {
        let filter = &self.filter;
        let target = self.slo.objective / 100.0;
        let days = self.windows.period.as_secs_f64() / 86_400.0;
        let burn = |span: Span| {
            format!(
                "{}{filter}\n/ on({ID}, {NAME}, {SERVICE}) group_left\n{BUDGET}{filter}\n",
                ratio_metric(span)
            )
        };
        let record = |metric: &str, expr: String| Rule {
            kind: Kind::Record {
                metric: metric.to_owned(),
            },
            expr,
            labels: self.labels.clone(),
        };
        let mut info = record("sloth_slo_info", "vector(1)".to_owned());
        let objective = self.slo.objective.to_string();
        let mode = match self.dialect {
            Dialect::Plain => "cli-gen-prom",
            Dialect::Resource => "cli-gen-k8s",
        };
        for (name, text) in [
            ("sloth_version", "dev"),
            ("sloth_mode", mode),
            ("sloth_spec", self.dialect.name()),
            ("sloth_objective", objective.as_str()),
        ] {
            info.labels.insert(name.to_owned(), text.to_owned());
        }
        vec![
            record("slo:objective:ratio", format!("vector({target})")),
            record(BUDGET, format!("vector(1-{target})")),
            record("slo:time_period:days", format!("vector({days})")),
            record(
                "slo:current_burn_rate:ratio",
                burn(self.windows.page.quick.short),
            ),
            record(PERIOD_BURN, burn(self.windows.period)),
            record(
                "slo:period_error_budget_remaining:ratio",
                format!("1 - {PERIOD_BURN}{filter}"),
            ),
            info,
        ]
    }

    fn alerts(&self) -> Vec<Rule> {
        let alerts = [&self.slo.page, &self.slo.ticket];
        let alerts = Severity::ALL.into_iter().zip(alerts);
        alerts
            .filter_map(|(severity, alert)| Some(self.alert(severity, alert.as_ref()?)))
            .collect()
    }

    fn alert(&self, severity: Severity, alert: &Alert) -> Rule {
        let BurnPair { quick, slow } = *self.windows.pair(severity);
        let (quick, slow) = (self.both_windows(&quick), self.both_windows(&slow));
        let name = severity.name();
        let subject = format!("{{{{$labels.{SERVICE}}}}} {{{{$labels.{NAME}}}}} SLO error budget");
        let mut annotations = Labels::new();
        for (key, text) in [
            (
                "title",
                format!("({name}) {subject} burn rate is too fast."),
            ),
            ("summary", format!("{subject} burn rate is over expected.")),
        ] {
            annotations.insert(key.to_owned(), text);
        }
        annotations.extend(alert.annotations.clone());
        let mut labels = Labels::new();
        labels.insert("sloth_severity".to_owned(), name.to_owned());
        labels.extend(alert.labels.clone());
        Rule {
            kind: Kind::Alert {
                name: alert.name.clone(),
                after: Span::ZERO,
                keep_firing: Span::ZERO,
                annotations,
            },
            expr: format!("{quick}or\n{slow}"),
            labels,
        }
    }

    /// That the burn rate is above the factor over both windows.
    fn both_windows(&self, window: &BurnWindow) -> String {
        let factor = window.factor(self.windows.period);
        // In this order, because Sloth computes so and floats remember it.
        let budget = (100.0 - self.slo.objective) / 100.0;
        let [short, long] = [window.short, window.long].map(|span| {
            let (metric, filter) = (ratio_metric(span), &self.filter);
            format!("    max({metric}{filter} > ({factor} * {budget})) without ({WINDOW})\n")
        });
        format!("(\n{short}    and\n{long})\n")
    }
}

/// The metric of an error ratio over a window.
fn ratio_metric(span: Span) -> String {
    format!("slo:sli_error:ratio_rate{}", duration::write(span))
}
