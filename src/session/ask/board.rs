//! The dashboards that come with the lab, as queries over its metrics: the
//! four golden signals of the system or a service (Beyer et al., Site
//! Reliability Engineering, chapter 6), and utilisation, saturation and errors
//! of resources (Gregg, <https://www.brendangregg.com/usemethod.html>).

use serde::{Deserialize, Serialize};

use super::metrics::{MetricQuestion, When, step_for};
use super::{Asked, MetricAnswer};
use crate::base::Span;
use crate::session::{Panel, Scope, Series, Session, Unit};
use crate::world::spec::Kind;

/// Lines of one chart: those that are highest on the whole.
pub const LINES: usize = 6;

/// Which dashboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Board {
    /// Latency, traffic, errors and saturation.
    Golden,
    /// Utilisation, saturation and errors of what can run out.
    Resources,
}

/// A dashboard of a scope, over the last `span`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoardQuestion {
    /// Which.
    pub board: Board,
    /// Of what.
    pub scope: Scope,
    /// How far back.
    pub span: Span,
}

/// A dashboard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BoardAnswer {
    /// Left end, seconds since the start of the run.
    pub from: f64,
    /// Right end, seconds since the start of the run.
    pub to: f64,
    /// Its charts, each with the queries that draw it.
    pub panels: Vec<(Panel, Vec<String>)>,
}

/// One chart before its queries are run.
struct Draft {
    id: &'static str,
    title: &'static str,
    about: &'static str,
    unit: Unit,
    /// Name of the line (or of the label that names each) and query.
    lines: Vec<(&'static str, String)>,
    /// Whether it stands there even if nothing was found.
    always: bool,
}

/// A metric of durations, and the matchers that narrow it to a scope.
struct Requests {
    metric: &'static str,
    of: String,
    /// What is added to match those that failed.
    failed: &'static str,
}

impl Session {
    pub(super) fn board(&self, question: &BoardQuestion) -> BoardAnswer {
        let scrape = self.scrape_interval();
        let step = step_for(question.span, scrape);
        // Grafana's `$__rate_interval`: at least four scrapes, and no gap between steps.
        let least = Span::from_nanos(scrape.as_nanos() * 4);
        let window = (step + scrape).max(least);
        let window = format!("{}s", window.as_nanos() / 1_000_000_000);
        let drafts = match question.board {
            Board::Golden => self.golden(question.scope, &window),
            Board::Resources => self.resources(question.scope, &window),
        };
        let queries = drafts.iter().flat_map(|draft| &draft.lines);
        let answer = self.ask_metrics(&MetricQuestion {
            queries: queries.map(|(_, query)| query.clone()).collect(),
            when: When::Over {
                span: question.span,
                until: None,
                step: Some(step),
            },
            most: LINES as u32,
        });
        let MetricAnswer { found, .. } = answer;
        let mut found = found.into_iter();
        let mut panels = Vec::new();
        for draft in drafts {
            let found = found.by_ref().take(draft.lines.len()).collect::<Vec<_>>();
            let (names, queries): (Vec<_>, Vec<_>) = draft.lines.into_iter().unzip();
            let series = lines(&names, found);
            if series.is_empty() && !draft.always {
                continue;
            }
            let panel = Panel {
                id: draft.id.to_owned(),
                title: draft.title.to_owned(),
                about: draft.about.to_owned(),
                unit: draft.unit,
                series,
                threshold: None,
            };
            panels.push((panel, queries));
        }
        let now = self.now();
        BoardAnswer {
            from: now.back(question.span).as_secs_f64(),
            to: now.as_secs_f64(),
            panels,
        }
    }

    /// What tells of the requests of a scope: who answers, where that may be
    /// asked, else who calls.
    fn requests(&self, scope: Scope) -> Requests {
        let service = match scope {
            Scope::System => None,
            Scope::Service(place) => self.world().spec().services.get(place as usize),
        };
        let Some(service) = service else {
            return Requests {
                metric: "edge_request_duration_seconds",
                of: "kind=\"users\"".to_owned(),
                failed: "code!=\"200\"",
            };
        };
        let (metric, label, failed) = match service.kind {
            Kind::Gateway | Kind::Service => (
                "http_server_request_duration_seconds",
                "service",
                "code!=\"200\"",
            ),
            Kind::Dependency => (
                "http_client_request_duration_seconds",
                "server_address",
                "code!=\"200\"",
            ),
            Kind::Database | Kind::Cache => (
                "db_client_operation_duration_seconds",
                "server_address",
                "error_type!=\"\"",
            ),
            Kind::Queue => (
                "messaging_client_operation_duration_seconds",
                "messaging_destination_name",
                "error_type!=\"\"",
            ),
        };
        Requests {
            metric,
            of: format!("{label}=\"{}\"", service.name),
            failed,
        }
    }

    fn golden(&self, scope: Scope, window: &str) -> Vec<Draft> {
        let Requests { metric, of, failed } = self.requests(scope);
        let quantile = |share: &str| {
            format!(
                "histogram_quantile({share}, sum by (le) (rate({metric}_bucket{{{of}}}[{window}])))"
            )
        };
        let all = format!("sum(rate({metric}_count{{{of}}}[{window}]))");
        let bad = format!("sum(rate({metric}_count{{{of}, {failed}}}[{window}]))");
        let here = own(&self.name_of(scope));
        vec![
            Draft {
                id: "latency",
                title: "Latency",
                about: "How long requests took, failed ones included, from buckets: right to the bucket, not to the millisecond.",
                unit: Unit::Seconds,
                lines: vec![
                    ("p99", quantile("0.99")),
                    ("p95", quantile("0.95")),
                    ("p50", quantile("0.5")),
                ],
                always: true,
            },
            Draft {
                id: "traffic",
                title: "Traffic",
                about: "Requests that ended, per second.",
                unit: Unit::PerSecond,
                lines: vec![("requests", all.clone())],
                always: true,
            },
            Draft {
                id: "errors",
                title: "Errors",
                about: "Share of the requests that failed.",
                unit: Unit::Share,
                lines: vec![("errors", format!("({bad} or 0 * {all}) / {all}"))],
                always: true,
            },
            Draft {
                id: "saturation",
                title: "Saturation",
                about: "Share of the workers that are busy, the fullest services.",
                unit: Unit::Share,
                lines: vec![(
                    "service",
                    format!(
                        "sum by (service) (avg_over_time(server_workers_busy{here}[{window}])) / sum by (service) (avg_over_time(server_workers_max{here}[{window}]))"
                    ),
                )],
                always: true,
            },
        ]
    }

    fn name_of(&self, scope: Scope) -> Option<&str> {
        match scope {
            Scope::System => None,
            Scope::Service(place) => {
                let service = self.world().spec().services.get(place as usize);
                service.map(|service| service.name.as_str())
            }
        }
    }

    fn resources(&self, scope: Scope, window: &str) -> Vec<Draft> {
        let name = self.name_of(scope);
        let here = own(&name);
        // One line for each service, or for each pod of one.
        let by = if name.is_some() { "pod" } else { "service" };
        let share = |used: &str, of: &str| {
            format!(
                "sum by ({by}) (avg_over_time({used}{here}[{window}])) / sum by ({by}) (avg_over_time({of}{here}[{window}]))"
            )
        };
        let rate =
            |metric: &str, by: &str| format!("sum by ({by}) (rate({metric}{here}[{window}]))");
        let draft = |id, title, unit, about, by: &'static str, query: String| Draft {
            id,
            title,
            about,
            unit,
            lines: vec![(by, query)],
            always: false,
        };
        let state = |word: &str| match &name {
            Some(name) => format!("{{service=\"{name}\", db_client_connection_state=\"{word}\"}}"),
            None => format!("{{db_client_connection_state=\"{word}\"}}"),
        };
        vec![
            draft(
                "workers",
                "Workers busy",
                Unit::Share,
                "Utilisation: busy workers of all.",
                by,
                share("server_workers_busy", "server_workers_max"),
            ),
            draft(
                "queue",
                "Requests waiting",
                Unit::Count,
                "Saturation: requests that wait for a worker.",
                by,
                format!("sum by ({by}) (avg_over_time(server_queue_requests{here}[{window}]))"),
            ),
            draft(
                "cpu",
                "CPU",
                Unit::Share,
                "Utilisation: time on cores, of the limit.",
                by,
                format!(
                    "sum by ({by}) (rate(container_cpu_usage_seconds_total{here}[{window}])) / sum by ({by}) (kube_pod_container_resource_limits{})",
                    match &name {
                        Some(name) => format!("{{service=\"{name}\", resource=\"cpu\"}}"),
                        None => "{resource=\"cpu\"}".to_owned(),
                    }
                ),
            ),
            draft(
                "throttled",
                "CPU throttled",
                Unit::Share,
                "Saturation: share of time in which containers were held back at their limit.",
                by,
                rate("container_cpu_cfs_throttled_seconds_total", by),
            ),
            draft(
                "memory",
                "Memory",
                Unit::Share,
                "Utilisation: memory used, of the limit at which containers are killed.",
                by,
                share(
                    "container_memory_working_set_bytes",
                    "container_spec_memory_limit_bytes",
                ),
            ),
            draft(
                "disk",
                "Disk",
                Unit::Share,
                "Utilisation: disk used.",
                by,
                share("container_fs_usage_bytes", "container_fs_limit_bytes"),
            ),
            draft(
                "pool",
                "Connections taken",
                Unit::Share,
                "Utilisation: connections of the callers' pools that requests have.",
                "service",
                format!(
                    "db_client_connection_count{} / on (service) db_client_connection_max{here}",
                    state("used")
                ),
            ),
            draft(
                "pool-waiting",
                "Waiting for a connection",
                Unit::Count,
                "Saturation: requests that wait for a connection of their pool.",
                "service",
                format!("db_client_connection_pending_requests{here}"),
            ),
            draft(
                "pool-timeouts",
                "Got no connection",
                Unit::PerSecond,
                "Errors: requests that waited for a connection in vain.",
                "service",
                rate("db_client_connection_timeouts_total", "service"),
            ),
            draft(
                "lag",
                "Messages waiting",
                Unit::Count,
                "Saturation: messages that wait, of the group of consumers furthest behind.",
                "service",
                format!("messaging_queue_lag_messages{here}"),
            ),
            draft(
                "age",
                "Age of the oldest message",
                Unit::Seconds,
                "Saturation: how long the oldest waiting message has been there.",
                "service",
                format!("messaging_queue_oldest_message_age_seconds{here}"),
            ),
            draft(
                "cache",
                "Cache hits",
                Unit::Share,
                "Share of the lookups that a cache answered.",
                "service",
                format!(
                    "{hits} / ({hits} + {misses})",
                    hits = rate("cache_hits_total", "service"),
                    misses = rate("cache_misses_total", "service")
                ),
            ),
            draft(
                "replication",
                "Replication lag",
                Unit::Seconds,
                "Saturation: age of the oldest write that the slowest replica has not applied.",
                "service",
                format!("db_replication_lag_seconds{here}"),
            ),
            draft(
                "restarts",
                "Restarts",
                Unit::Count,
                "Errors: containers started again since the start of the run.",
                by,
                format!("sum by ({by}) (kube_pod_container_status_restarts_total{here}) > 0"),
            ),
            draft(
                "down",
                "Targets down",
                Unit::Count,
                "Errors: pods that did not answer their scrape.",
                by,
                format!(
                    "sum by ({by}) (up{}) > 0",
                    match &name {
                        Some(name) =>
                            format!("{{job=\"kubernetes-pods\", service=\"{name}\"}} == bool 0"),
                        None => "{job=\"kubernetes-pods\"} == bool 0".to_owned(),
                    }
                ),
            ),
        ]
    }
}

/// The matcher of a service; nothing for all.
fn own(name: &Option<&str>) -> String {
    name.map_or_else(String::new, |name| format!("{{service=\"{name}\"}}"))
}

/// The lines of a chart. Where a query gives several series, each is called
/// by its own value of the label that `names` has for it.
fn lines(names: &[&'static str], found: Vec<Asked>) -> Vec<Series> {
    let mut all = Vec::new();
    for (name, found) in names.iter().zip(found) {
        // The queries are ours; one that is wrong would show as an empty chart and fail its test.
        let Ok(found) = found else { continue };
        for series in found.series {
            let own = series.labels.iter().find(|(label, _)| label == name);
            let name = own.map_or_else(|| (*name).to_owned(), |(_, value)| value.clone());
            let points = series.points;
            all.push(Series { name, points });
        }
    }
    all
}
