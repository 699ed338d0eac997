//! What exporters tell of databases, caches, queues and dependencies.

use super::pull::Text;
use super::{Metrics, Of};
use crate::world::World;
use crate::world::spec::Kind;
use crate::world::store::RAW;

impl Metrics {
    /// What a service keeps, told by an exporter beside it.
    pub(super) fn kept(&mut self, world: &World, service: usize) {
        let spec = &world.spec().services[service];
        let told = match spec.kind {
            Kind::Gateway | Kind::Service => return,
            Kind::Database => DATABASE_TOLD,
            Kind::Cache => CACHE_TOLD,
            Kind::Queue => QUEUE_TOLD,
            Kind::Dependency => DEPENDENCY_TOLD,
        };
        let raw = world.raw(service);
        let scale = f64::from(world.spec().scale);
        let base = || -> Vec<Text> {
            vec![
                ("job", "exporters".to_owned()),
                ("instance", format!("{}-exporter:9100", spec.name)),
                ("service", spec.name.clone()),
            ]
        };
        self.block((Of::Store, service as u32, 0), &base, |pen, _| {
            for told in told {
                let here = told.needs.is_none_or(|needs| raw[needs] > 0);
                // What is counted is told as of real requests, what waits as simulated.
                let factor = if told.name.ends_with("_total") {
                    scale
                } else {
                    1.0
                };
                let value = here.then(|| (told.value)(&raw) * factor);
                pen.maybe(told.name, told.labels, value);
            }
        });
    }
}

/// One series of what is kept, made of its raw numbers.
struct Told {
    name: &'static str,
    labels: &'static [(&'static str, &'static str)],
    value: fn(&[u32; RAW]) -> f64,
    /// It is told only where the number at this place is not 0.
    needs: Option<usize>,
}

const fn told(name: &'static str, value: fn(&[u32; RAW]) -> f64) -> Told {
    Told {
        name,
        labels: &[],
        value,
        needs: None,
    }
}

const fn with(labels: &'static [(&'static str, &'static str)], told: Told) -> Told {
    Told { labels, ..told }
}

const fn given(needs: usize, told: Told) -> Told {
    Told {
        needs: Some(needs),
        ..told
    }
}

/// The places are those of [`World::raw`].
const DATABASE_TOLD: &[Told] = &[
    given(
        1,
        with(
            &[("db_client_connection_state", "used")],
            told("db_client_connection_count", |raw| raw[0].into()),
        ),
    ),
    given(
        1,
        with(
            &[("db_client_connection_state", "idle")],
            told("db_client_connection_count", |raw| {
                raw[3].saturating_sub(raw[0]).into()
            }),
        ),
    ),
    given(1, told("db_client_connection_max", |raw| raw[1].into())),
    given(
        1,
        told("db_client_connection_pending_requests", |raw| raw[2].into()),
    ),
    given(
        1,
        told("db_client_connection_timeouts_total", |raw| raw[5].into()),
    ),
    given(1, told("db_server_connections", |raw| raw[3].into())),
    given(4, told("db_server_connections_max", |raw| raw[4].into())),
    told("db_lock_waits_total", |raw| raw[6].into()),
    told("db_lock_failures_total", |raw| raw[7].into()),
    given(
        10,
        told("db_replication_lag_seconds", |raw| f64::from(raw[8]) / 1e3),
    ),
    given(10, told("db_stale_reads_total", |raw| raw[9].into())),
];
const CACHE_TOLD: &[Told] = &[
    told("cache_hits_total", |raw| raw[0].into()),
    told("cache_misses_total", |raw| raw[1].into()),
    told("cache_entries", |raw| raw[2].into()),
    told("cache_entries_max", |raw| raw[3].into()),
    told("cache_evictions_total", |raw| raw[4].into()),
    told("cache_coalesced_total", |raw| raw[5].into()),
];
const QUEUE_TOLD: &[Told] = &[
    told("messaging_queue_lag_messages", |raw| raw[0].into()),
    told("messaging_queue_oldest_message_age_seconds", |raw| {
        f64::from(raw[1]) / 1e3
    }),
    told("messaging_in_hand_messages", |raw| raw[2].into()),
    told("messaging_redelivered_messages_total", |raw| raw[3].into()),
    told("messaging_dead_letters_total", |raw| raw[4].into()),
    told("messaging_refused_messages_total", |raw| raw[5].into()),
    given(9, told("messaging_publishers_blocked", |raw| raw[6].into())),
    told("messaging_published_messages_total", |raw| raw[7].into()),
    told("messaging_queue_max_messages", |raw| raw[8].into()),
];
const DEPENDENCY_TOLD: &[Told] = &[
    with(
        &[("result", "admitted")],
        told("dependency_requests_total", |raw| raw[0].into()),
    ),
    with(
        &[("result", "limited")],
        told("dependency_requests_total", |raw| raw[1].into()),
    ),
    with(
        &[("result", "closed")],
        told("dependency_requests_total", |raw| raw[2].into()),
    ),
];
