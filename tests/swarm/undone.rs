//! What a fault changed is as it was once it has ended: random worlds in which
//! every kind of fault acts for a while, beside the same worlds without it.

use super::dice::Dice;
use super::{Case, acts, cases, support, worlds};
use xops_lab::base::Span;
use xops_lab::world::spec::Kind;
use xops_lab::world::{
    Admission, FaultSpec, LoadFactor, NodePhase, PodWord, Schedule, Unobserved, Who, World,
};

/// What faults may change of a world at rest, in words.
fn figures(world: &World) -> Vec<String> {
    let mut found = Vec::new();
    for (place, service) in world.spec().services.iter().enumerate() {
        let ready = world.pods(place).filter(|pod| pod.word == PodWord::Ready);
        let (ready, raw) = (ready.count() as u32, world.raw(place));
        let (name, version) = (&service.name, world.version(place));
        found.push(format!(
            "{name} runs version {version}, {:?}",
            world.guard(place)
        ));
        if service.fleet.autoscale.is_none() {
            let wanted = world.replicas(place);
            found.push(format!("{name}: {ready} of {wanted} pods ready"));
        }
        match service.kind {
            Kind::Cache => found.push(format!("{name} may keep {}", raw[3] / ready.max(1))),
            Kind::Queue => found.push(format!("{name} has room for {}", raw[8])),
            _ => {}
        }
    }
    let nodes = world
        .nodes()
        .filter(|node| node.cordoned || node.phase != NodePhase::Ready);
    found.extend(nodes.map(|node| format!("{} is {:?}, {}", node.name, node.phase, node.cordoned)));
    found.extend(world.surges().map(|surge| format!("surge {}", surge.id)));
    found.push(format!(
        "{:.9} requests a second arrive",
        world.arrival_rate()
    ));
    found
}

fn run(world: &mut World, seconds: u64) {
    let until = world.now() + Span::from_secs(seconds);
    world.run_until(until, u64::MAX, &mut Unobserved);
    let broken = world.audit();
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn what_a_fault_has_changed_is_as_it_was_once_it_is_over() {
    for seed in cases(13) {
        let mut dice = Dice::new(seed);
        let (text, scenario) = worlds::draw(&mut dice);
        let mut case = Case(seed, text.clone());
        let fresh = World::new(scenario.world, seed);
        let mut calm = fresh.clone();
        run(&mut calm, 55);
        rest(&mut calm);
        // A fault of a random size, at any place that can have it, of every kind.
        for mut fault in support::faults::applicable(fresh.spec()) {
            if dice.percent(50) {
                fault.values = acts::values(&mut dice, fault.kind.entry());
            }
            if fault.kind.entry().lasting {
                fault.schedule = Schedule {
                    duration: Some(Span::from_secs(dice.from(1, 30))),
                    ramp: Span::from_secs(dice.from(0, 10)),
                    ..Schedule::default()
                };
            }
            case.1 = format!("{text}\n{fault:?}");
            ends_cleanly(&fresh, &calm, &fault);
        }
    }
}

/// Nobody comes any more; back-offs of five minutes and evictions are over long before.
fn rest(world: &mut World) {
    world.set_load(LoadFactor::new(0.0).unwrap(), &mut Unobserved);
    for class in world.spec().traffic.classes.clone() {
        // Bots come whatever the load is.
        let who = Who::Class(class.name);
        world.admit(&who, Admission::Block).unwrap();
    }
    run(world, 3 * 3_600);
}

/// A world that has had a fault for a while is in the end like one that has not.
fn ends_cleanly(fresh: &World, calm: &World, fault: &FaultSpec) {
    let mut struck = fresh.clone();
    run(&mut struck, 10);
    if struck.inject(fault, &mut Unobserved).is_err() {
        // Not at this time: nobody is ready to be killed.
        return;
    }
    run(&mut struck, 45);
    rest(&mut struck);
    assert!(struck.faults().all(|fault| fault.over), "{fault:?}");
    assert_eq!(figures(&struck), figures(calm), "{fault:?}");
}
