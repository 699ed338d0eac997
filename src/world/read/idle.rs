//! Fields that could do nothing where they stand: each is a mistake.

use crate::base::{At, Bytes, Report};
use crate::world::spec::{Balance, Metric, Spec, Spread, Store, Synchronous};

/// Reports every service with a field that has no effect in this world.
pub(super) fn refuse(report: &mut Report, at: &At<'_>, spec: &Spec) {
    let topology = spec.topology.as_ref();
    let regions = topology.map_or(0, |topology| topology.regions().len());
    for service in &spec.services {
        let name = &service.name;
        let mut idle = |what: &str, remedy: &str| {
            report.error(at, format!("`{name}` {what}"), remedy);
        };
        let fleet = &service.fleet;
        let placed = fleet.alone || fleet.spread == Spread::Require;
        if placed && spec.topology.is_none() {
            idle(
                "has a placement, but there are no nodes to place on",
                "give the world a `topology`, or leave `placement` out",
            );
        }
        if service.balance == Balance::ZoneAware && spec.topology.is_none() {
            idle(
                "is balanced by zones, but there are none",
                "give the world a `topology`, or balance in another way",
            );
        }
        let apart = match &service.store {
            Store::Database(database) => database
                .replication
                .is_some_and(|replication| replication.synchronous == Synchronous::OtherRegion),
            _ => false,
        };
        if apart && regions < 2 {
            idle(
                "waits for a replica in another region, but there is none",
                "let zones lie in several regions, or write `synchronous: true`",
            );
        }
        if fleet.cores.is_some() && !service.computes() {
            idle(
                "has cores, but no work that uses them",
                "write such as `work: {cpu: 5ms, wait: 10ms}`, or leave `cores` out",
            );
        }
        let by_cpu = fleet
            .autoscale
            .as_ref()
            .is_some_and(|scale| scale.metric == Metric::Cpu);
        if by_cpu && (fleet.cpu_request == 0 || !service.computes()) {
            idle(
                "is scaled by CPU, but requests none or uses none",
                "give `requests: {cpu: 1}` and `work: {cpu: 5ms}`, or scale by workers or rate",
            );
        }
        let leaks = |leak: Bytes| leak > Bytes::default();
        let leaky = service.versions.iter().any(|v| leaks(v.change.leak));
        if leaky && fleet.memory.is_none() {
            idle(
                "has a version that leaks, but no memory that could run out",
                "give it `memory: {limit: 512MiB}`, or leave `leak` out",
            );
        }
        let priced = spec
            .topology
            .as_ref()
            .is_some_and(|topology| topology.egress_price > 0.0);
        if fleet.egress > Bytes::default() && !priced {
            idle(
                "counts egress, but egress has no price",
                "give the topology an `egress-price`, or leave `egress` out",
            );
        }
    }
}
