//! Zones, node pools and what is known of them late.

use crate::base::{At, Bytes, Report, Span};
use crate::world::spec::{Pool, Spec, Topology, Zone};

use super::service::name_of;
use super::{maybe, need, or};

/// Zones and pools in one world.
const MAX_PLACES: usize = 20;
/// Nodes of one pool, and in all.
const MAX_NODES: u64 = 200;
/// The longest delay of anything here.
const LONGEST: Span = Span::from_hours(2);

/// The topology; `None` if it has an error.
pub(super) fn read(report: &mut Report, at: &At<'_>) -> Option<Topology> {
    let mut fields = report.fields(at)?;
    let zones = need(report, &mut fields, "zones", |report, at| {
        let zones: Vec<Option<Zone>> = report
            .entries(at, MAX_PLACES)
            .iter()
            .map(|(name, at)| {
                let name = name_of(report, name, at);
                let region = report.name(at);
                Some(Zone {
                    name: name?,
                    region: region?,
                })
            })
            .collect();
        zones.into_iter().collect::<Option<Vec<Zone>>>()
    });
    let known: Vec<&str> = zones.iter().flatten().map(|z| z.name.as_str()).collect();
    let pools = need(report, &mut fields, "pools", |report, at| {
        let pools: Vec<Option<Pool>> = report
            .entries(at, MAX_PLACES)
            .iter()
            .map(|(name, at)| pool(report, name, at, &known))
            .collect();
        if pools.is_empty() {
            report.error(at, "no pool is given", "add one with at least one node");
        }
        pools.into_iter().collect::<Option<Vec<Pool>>>()
    });
    let quota = maybe(report, &mut fields, "quota", |report, at| {
        report.integer(at, 1..=MAX_NODES)
    });
    let mut span = |report: &mut Report, key, default| {
        or(report, &mut fields, key, default, |report, at| {
            report.duration(at, Span::ZERO..=LONGEST)
        })
    };
    let endpoint_delay = span(report, "endpoint-delay", Span::from_secs(1));
    let unreachable_after = span(report, "unreachable-after", Span::from_secs(50));
    let evict_after = span(report, "evict-after", Span::from_secs(300));
    let egress_price = or(report, &mut fields, "egress-price", 0.0, |report, at| {
        report.number(at, 0.0..=1_000.0)
    });
    fields.done(report);
    Some(Topology {
        zones: zones?,
        pools: pools?,
        quota: quota?.map(|quota| quota as u32),
        endpoint_delay: endpoint_delay?,
        unreachable_after: unreachable_after?,
        evict_after: evict_after?,
        egress_price: egress_price?,
    })
}

fn pool(report: &mut Report, name: &str, at: &At<'_>, zones: &[&str]) -> Option<Pool> {
    let name = name_of(report, name, at);
    let mut fields = report.fields(at)?;
    let zone = need(report, &mut fields, "zone", |report, at| {
        report.known(at, "zone", zones.iter().copied())
    });
    let cpu = need(report, &mut fields, "cpu", |report, at| cores(report, at));
    let memory = need(report, &mut fields, "memory", |report, at| {
        report.bytes(at, Bytes::new(1 << 20)..=Bytes::new(1 << 44))
    });
    let nodes = need(report, &mut fields, "nodes", |report, at| {
        report.integer(at, 0..=MAX_NODES)
    });
    let max = maybe(report, &mut fields, "max", |report, at| {
        report.integer(at, nodes.unwrap_or(0)..=MAX_NODES)
    });
    let mut span = |report: &mut Report, key, default| {
        or(report, &mut fields, key, default, |report, at| {
            report.duration(at, Span::ZERO..=LONGEST)
        })
    };
    let boot = span(report, "boot", Span::from_secs(90));
    let idle = span(report, "idle", Span::from_mins(10));
    let price = or(report, &mut fields, "price", 0.0, |report, at| {
        report.number(at, 0.0..=10_000.0)
    });
    fields.done(report);
    Some(Pool {
        name: name?,
        zone: zone? as u32,
        cpu: cpu?,
        memory: memory?,
        nodes: nodes? as u32,
        max: max?.or(nodes)? as u32,
        boot: boot?,
        idle: idle?,
        price: price?,
    })
}

/// A number of cores, such as `0.5`, in thousandths.
pub(super) fn cores(report: &mut Report, at: &At<'_>) -> Option<u32> {
    report
        .number(at, 0.001..=1_000.0)
        .map(|cores| libm::round(cores * 1_000.0) as u32)
}

/// Reports services whose pods fit no node at all, even an empty one.
pub(super) fn refuse_homeless(report: &mut Report, at: &At<'_>, spec: &Spec) {
    let Some(topology) = &spec.topology else {
        return;
    };
    for service in &spec.services {
        let fleet = &service.fleet;
        let fits = topology.pools.iter().any(|pool| {
            pool.max > 0 && fleet.cpu_request <= pool.cpu && fleet.memory_request <= pool.memory
        });
        if !fits {
            report.error(
                at,
                format!("a pod of `{}` fits no node of any pool", service.name),
                "lower its requests, or give a pool larger nodes",
            );
        }
    }
}
