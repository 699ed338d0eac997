//! Which faults a world can have.
#![allow(dead_code)] // each test binary uses a part

use xops_lab::base::Ratio;
use xops_lab::world::fault::catalogue::{CATALOGUE, Entry};
use xops_lab::world::{FaultSpec, Place, Spec, Target, Unobserved, World};

/// Every place at which a kind could act in a world: services, then zones.
pub fn targets(entry: &Entry, spec: &Spec) -> Vec<Target> {
    if entry.kind.of_nodes() {
        let zones = spec.topology.iter().flat_map(|topology| &topology.zones);
        return zones
            .map(|zone| Target::place(Place::Zone(zone.name.clone())))
            .collect();
    }
    let services = spec.services.iter();
    services
        .map(|service| Target {
            share: Ratio::ONE,
            ..Target::service(&service.name)
        })
        .collect()
}

/// Each kind that a world can have, with its usual values, at the last place that can have
/// it: deep in the world, so that what it does has a way to go.
pub fn applicable(spec: &Spec) -> Vec<FaultSpec> {
    let fresh = World::new(spec.clone(), 1);
    let first = |entry: &Entry| {
        let targets = targets(entry, spec).into_iter().rev();
        let mut faults = targets.map(|target| FaultSpec {
            kind: entry.kind,
            values: entry.usual(),
            target,
            schedule: xops_lab::world::Schedule::default(),
        });
        faults.find(|fault| fresh.clone().inject(fault, &mut Unobserved).is_ok())
    };
    CATALOGUE.iter().filter_map(first).collect()
}
