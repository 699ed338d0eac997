//! Every metric that is scraped: name, type, unit and meaning.
//!
//! Names follow OpenTelemetry's semantic conventions in Prometheus' spelling
//! (<https://opentelemetry.io/docs/specs/semconv/http/http-metrics/>, the same
//! for databases and messaging), kube-state-metrics, cAdvisor and Prometheus
//! itself, wherever one of them has the metric.

/// What kind of numbers a metric has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FamilyKind {
    /// It only grows, or starts again at 0.
    Counter,
    /// It goes up and down.
    Gauge,
    /// Counts below bounds, their sum and their number: `_bucket`, `_sum`, `_count`.
    Histogram,
}

impl FamilyKind {
    /// As exposition texts write it.
    pub fn word(self) -> &'static str {
        match self {
            FamilyKind::Counter => "counter",
            FamilyKind::Gauge => "gauge",
            FamilyKind::Histogram => "histogram",
        }
    }
}

/// One metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Family {
    /// Its name; histograms have it before `_bucket`, `_sum` and `_count`.
    pub name: &'static str,
    /// What kind of numbers it has.
    pub kind: FamilyKind,
    /// Its unit as names end in it; empty for counts.
    pub unit: &'static str,
    /// What it is.
    pub help: &'static str,
}

const fn family(
    kind: FamilyKind,
    unit: &'static str,
    name: &'static str,
    help: &'static str,
) -> Family {
    Family {
        name,
        kind,
        unit,
        help,
    }
}

use FamilyKind::{Counter, Gauge, Histogram};

/// Requests that a service answered.
pub(super) const SERVER: &str = "http_server_request_duration_seconds";
/// Requests of one service to another.
pub(super) const CLIENT: &str = "http_client_request_duration_seconds";
/// Operations of a service on a database or cache.
pub(super) const DATABASE: &str = "db_client_operation_duration_seconds";
/// Messages that a service published.
pub(super) const PUBLISH: &str = "messaging_client_operation_duration_seconds";
/// Messages that a consumer handled.
pub(super) const PROCESS: &str = "messaging_process_duration_seconds";
/// What a label with ever new values does to a metric.
pub(super) const BY_SESSION: &str = "http_server_session_requests_total";
/// Requests from outside.
pub(super) const EDGE: &str = "edge_request_duration_seconds";

/// Every metric, ordered by name.
pub const FAMILIES: [Family; 77] = [
    family(
        Counter,
        "",
        "business_revenue_total",
        "Value of the requests that were answered in full, in units of money.",
    ),
    family(
        Counter,
        "",
        "cache_coalesced_total",
        "Lookups that waited for the fetch of another one.",
    ),
    family(
        Gauge,
        "",
        "cache_entries",
        "Entries that the pods of a cache keep.",
    ),
    family(
        Gauge,
        "",
        "cache_entries_max",
        "Entries that the pods of a cache may keep.",
    ),
    family(
        Counter,
        "",
        "cache_evictions_total",
        "Entries that made room for others.",
    ),
    family(
        Counter,
        "",
        "cache_hits_total",
        "Lookups that a cache answered.",
    ),
    family(
        Counter,
        "",
        "cache_misses_total",
        "Lookups that a cache could not answer.",
    ),
    family(
        Counter,
        "seconds",
        "container_cpu_cfs_throttled_seconds_total",
        "Time that a container was held back at its CPU limit.",
    ),
    family(
        Counter,
        "seconds",
        "container_cpu_usage_seconds_total",
        "Time that a container spent on cores.",
    ),
    family(
        Gauge,
        "bytes",
        "container_fs_limit_bytes",
        "Bytes that a container's disk has.",
    ),
    family(
        Gauge,
        "bytes",
        "container_fs_usage_bytes",
        "Bytes that a container's disk holds.",
    ),
    family(
        Gauge,
        "bytes",
        "container_memory_working_set_bytes",
        "Memory that a container uses.",
    ),
    family(
        Gauge,
        "bytes",
        "container_spec_memory_limit_bytes",
        "Memory at which a container is killed.",
    ),
    family(
        Gauge,
        "",
        "db_client_connection_count",
        "Connections of the callers' pools to a database, by state.",
    ),
    family(
        Gauge,
        "",
        "db_client_connection_max",
        "Connections that the callers' pools may open to a database.",
    ),
    family(
        Gauge,
        "",
        "db_client_connection_pending_requests",
        "Requests that wait for a connection of their pool.",
    ),
    family(
        Counter,
        "",
        "db_client_connection_timeouts_total",
        "Requests that waited for a connection in vain, or that the server let not connect.",
    ),
    family(
        Histogram,
        "seconds",
        DATABASE,
        "Duration of operations on databases and caches, as their clients measure it.",
    ),
    family(
        Counter,
        "",
        "db_lock_failures_total",
        "Queries that waited for a row in vain, or were aborted to end a deadlock.",
    ),
    family(
        Counter,
        "",
        "db_lock_waits_total",
        "Queries that had to wait for a row.",
    ),
    family(
        Gauge,
        "seconds",
        "db_replication_lag_seconds",
        "Age of the oldest write that the slowest replica has not applied.",
    ),
    family(
        Gauge,
        "",
        "db_server_connections",
        "Connections open at a database, idle ones included.",
    ),
    family(
        Gauge,
        "",
        "db_server_connections_max",
        "Connections that a database allows.",
    ),
    family(
        Counter,
        "",
        "db_stale_reads_total",
        "Reads that may have missed what had just been written.",
    ),
    family(
        Counter,
        "",
        "dependency_requests_total",
        "Requests to a dependency, by what its quota and its maintenance made of them.",
    ),
    family(
        Histogram,
        "seconds",
        EDGE,
        "Duration of requests from outside, as the edge measures it.",
    ),
    family(
        Counter,
        "",
        "edge_requests_refused_total",
        "Requests from outside that the edge turned away before any pod saw them.",
    ),
    family(
        Gauge,
        "",
        "edge_users",
        "Simulated users of a closed loop that are there.",
    ),
    family(
        Histogram,
        "seconds",
        CLIENT,
        "Duration of requests to other services, as the caller measures it.",
    ),
    family(
        Gauge,
        "",
        "http_server_active_requests",
        "Requests that a pod has, waiting ones included.",
    ),
    family(
        Histogram,
        "seconds",
        SERVER,
        "Duration of requests, as the pod that answers measures it.",
    ),
    family(
        Counter,
        "",
        BY_SESSION,
        "Requests by session: a label that has as many values as there are sessions.",
    ),
    family(
        Gauge,
        "",
        "kube_deployment_spec_paused",
        "Whether someone holds a roll-out.",
    ),
    family(Gauge, "", "kube_deployment_spec_replicas", "Pods wanted."),
    family(
        Gauge,
        "",
        "kube_deployment_status_condition",
        "Whether a roll-out moves within its deadline.",
    ),
    family(
        Gauge,
        "",
        "kube_deployment_status_replicas",
        "Pods that there are.",
    ),
    family(
        Gauge,
        "",
        "kube_deployment_status_replicas_ready",
        "Pods that are ready.",
    ),
    family(
        Gauge,
        "",
        "kube_deployment_status_replicas_unavailable",
        "Pods wanted that are not ready.",
    ),
    family(
        Gauge,
        "",
        "kube_deployment_status_replicas_updated",
        "Pods of the version that is wanted.",
    ),
    family(
        Gauge,
        "",
        "kube_horizontalpodautoscaler_spec_max_replicas",
        "The most pods that an autoscaler asks for.",
    ),
    family(
        Gauge,
        "",
        "kube_horizontalpodautoscaler_spec_min_replicas",
        "The fewest pods that an autoscaler asks for.",
    ),
    family(
        Gauge,
        "",
        "kube_horizontalpodautoscaler_status_current_replicas",
        "Pods that an autoscaler found.",
    ),
    family(
        Gauge,
        "",
        "kube_horizontalpodautoscaler_status_desired_replicas",
        "Pods that an autoscaler wants.",
    ),
    family(
        Gauge,
        "ratio",
        "kube_horizontalpodautoscaler_status_target_metric_ratio",
        "What an autoscaler measured, relative to its target.",
    ),
    family(
        Gauge,
        "",
        "kube_node_spec_unschedulable",
        "Whether nothing new is placed on a node.",
    ),
    family(
        Gauge,
        "",
        "kube_node_status_allocatable",
        "What a node has to give, by resource.",
    ),
    family(
        Gauge,
        "",
        "kube_node_status_condition",
        "Whether a node is ready.",
    ),
    family(
        Gauge,
        "",
        "kube_pod_container_resource_limits",
        "What a container may use at most, by resource.",
    ),
    family(
        Gauge,
        "",
        "kube_pod_container_resource_requests",
        "What is kept free for a container, by resource.",
    ),
    family(
        Gauge,
        "",
        "kube_pod_container_status_last_terminated_reason",
        "What ended the last container of a pod.",
    ),
    family(
        Counter,
        "",
        "kube_pod_container_status_restarts_total",
        "How often a container was started again.",
    ),
    family(
        Gauge,
        "",
        "kube_pod_container_status_waiting_reason",
        "Why a container does not run.",
    ),
    family(
        Gauge,
        "",
        "kube_pod_info",
        "The node and the version of a pod.",
    ),
    family(Gauge, "", "kube_pod_status_phase", "The phase of a pod."),
    family(
        Gauge,
        "",
        "kube_pod_status_ready",
        "Whether a pod is ready.",
    ),
    family(
        Histogram,
        "seconds",
        PUBLISH,
        "Duration of publishing, as the publisher measures it.",
    ),
    family(
        Counter,
        "",
        "messaging_dead_letters_total",
        "Messages that were given out as often as they may be.",
    ),
    family(
        Gauge,
        "",
        "messaging_in_hand_messages",
        "Messages that consumers have.",
    ),
    family(
        Histogram,
        "seconds",
        PROCESS,
        "Duration of handling a message, as its consumer measures it.",
    ),
    family(
        Counter,
        "",
        "messaging_published_messages_total",
        "Messages that were taken into a queue.",
    ),
    family(
        Gauge,
        "",
        "messaging_publishers_blocked",
        "Publishers that wait for room.",
    ),
    family(
        Gauge,
        "",
        "messaging_queue_lag_messages",
        "Messages that wait, of the group of consumers that is furthest behind.",
    ),
    family(
        Gauge,
        "",
        "messaging_queue_max_messages",
        "Messages that a queue may hold.",
    ),
    family(
        Gauge,
        "seconds",
        "messaging_queue_oldest_message_age_seconds",
        "How long the oldest waiting message has been there.",
    ),
    family(
        Counter,
        "",
        "messaging_redelivered_messages_total",
        "Messages that were given out again.",
    ),
    family(
        Counter,
        "",
        "messaging_refused_messages_total",
        "Messages for which there was no room.",
    ),
    family(
        Gauge,
        "seconds",
        "process_start_time_seconds",
        "When a process was started, in seconds since the start of the run.",
    ),
    family(
        Counter,
        "",
        "prometheus_tsdb_head_samples_appended_total",
        "Samples that were stored.",
    ),
    family(
        Gauge,
        "",
        "prometheus_tsdb_head_series",
        "Series that are stored.",
    ),
    family(
        Counter,
        "",
        "prometheus_tsdb_head_series_refused_total",
        "Series that there was no room for.",
    ),
    family(
        Gauge,
        "bytes",
        "prometheus_tsdb_storage_bytes",
        "Bytes that series and samples take.",
    ),
    family(
        Gauge,
        "ratio",
        "rollout_canary_weight_ratio",
        "Share of the traffic that the new version gets.",
    ),
    family(
        Gauge,
        "",
        "server_queue_max_requests",
        "Requests that may wait for a worker.",
    ),
    family(
        Gauge,
        "",
        "server_queue_requests",
        "Requests that wait for a worker.",
    ),
    family(
        Gauge,
        "",
        "server_workers_busy",
        "Workers that serve a request.",
    ),
    family(Gauge, "", "server_workers_max", "Workers that there are."),
    family(Gauge, "", "up", "Whether a target could be scraped."),
];

/// The metric that a series of this name belongs to.
pub fn family_of(series: &str) -> Option<&'static Family> {
    let find = |name: &str| {
        let place = FAMILIES.binary_search_by(|family| family.name.cmp(name));
        place.ok().map(|place| &FAMILIES[place])
    };
    if let Some(family) = find(series) {
        return Some(family);
    }
    let suffixes = ["_bucket", "_sum", "_count"];
    let base = suffixes.iter().find_map(|end| series.strip_suffix(end))?;
    find(base).filter(|family| family.kind == Histogram)
}
