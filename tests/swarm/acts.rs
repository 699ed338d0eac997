//! What people and chance do to a world: every command that a session takes,
//! and every kind of fault with values from its whole range.

use super::dice::Dice;
use crate::support::faults::targets;
use xops_lab::base::{Ratio, Span};
use xops_lab::session::Command;
use xops_lab::world::fault::catalogue::{CATALOGUE, Entry, Unit};
use xops_lab::world::spec::{Spec, Strategy};
use xops_lab::world::{
    Admission, FaultSpec, GuardTuning, NodeAct, Place, Pods, RolloutAct, Schedule, SurgeKind,
    SurgeSpec, Tuning, Who, World,
};

/// A fault of some kind with values within its limits, somewhere.
pub fn fault(dice: &mut Dice, world: &World) -> FaultSpec {
    let spec = world.spec();
    let entry = dice.pick(&CATALOGUE);
    let mut target = match targets(entry, spec) {
        // No topology: it will be refused, which is also a case.
        none if none.is_empty() => xops_lab::world::Target::service(&spec.services[0].name),
        found => dice.pick(&found).clone(),
    };
    // Three times of four at a service that can have it.
    if let Some(only) = entry.only
        && dice.percent(75)
        && let Some(fits) = spec.services.iter().find(|service| service.kind == only)
    {
        target.service.clone_from(&fits.name);
    }
    if let Some(Place::Zone(_)) = target.place
        && dice.percent(50)
        && let Some(node) = world.nodes().last()
    {
        target.place = Some(Place::Node(node.name));
    }
    if entry.by_request && dice.percent(30) {
        target.share = Ratio::new(dice.unit()).unwrap_or(Ratio::ONE);
        let of = spec.services.iter().find(|s| s.name == target.service);
        target.route = of.map(|of| dice.pick(&of.routes).name.clone());
    }
    if !entry.is_whole() && dice.percent(30) {
        target.pods = *dice.pick(&[
            Pods::One,
            Pods::Fixed(2),
            Pods::FixedPercent(Ratio::new(0.5).unwrap_or_default()),
            Pods::RandomMaxPercent(Ratio::ONE),
        ]);
    }
    if dice.percent(10) {
        target.version = Some("v1".to_owned());
    }
    FaultSpec {
        kind: entry.kind,
        values: values(dice, entry),
        target,
        schedule: schedule(dice),
    }
}

fn schedule(dice: &mut Dice) -> Schedule {
    let seconds = |seconds| Span::from_secs(seconds);
    let mut schedule = Schedule {
        duration: dice.percent(80).then(|| seconds(dice.from(1, 40))),
        ..Schedule::default()
    };
    if dice.percent(20) {
        schedule.delay = seconds(dice.from(1, 20));
    }
    if dice.percent(20) {
        schedule.ramp = seconds(dice.from(1, 30));
    }
    if dice.percent(10) {
        schedule.duration = Some(seconds(3));
        schedule.every = Some(seconds(dice.from(4, 20)));
        schedule.times = dice.percent(70).then_some(3);
    }
    schedule
}

/// Values within the limits: mostly near the usual ones, sometimes anywhere.
pub fn values(dice: &mut Dice, entry: &Entry) -> Vec<f64> {
    let wild = dice.percent(25);
    entry
        .parameters
        .iter()
        .map(|parameter| {
            let least = parameter.least.max(1e-3_f64.min(parameter.most));
            let value = match (wild, parameter.usual) {
                (true, _) => dice.power(least, parameter.most),
                (false, 0.0) => 0.0,
                (false, usual) => dice.power(usual / 3.0, usual * 3.0),
            };
            let value = value.clamp(parameter.least, parameter.most);
            match parameter.unit {
                Unit::Count | Unit::Bytes => value.round().clamp(parameter.least, parameter.most),
                _ => value,
            }
        })
        .collect()
}

/// Any command; some will be refused.
pub fn command(dice: &mut Dice, world: &World) -> Command {
    let spec = world.spec();
    let service = dice.pick(&spec.services);
    let name = service.name.clone();
    let class = Who::Class(dice.pick(&spec.traffic.classes).name.clone());
    match dice.below(30) {
        0..=9 => Command::Inject {
            fault: fault(dice, world),
        },
        10 => Command::EndFault {
            id: dice.below(6) as u32,
        },
        11 | 12 => Command::Deploy {
            service: name,
            version: dice.pick(&service.versions).name.clone(),
            strategy: *dice.pick(&[
                None,
                Some(Strategy::Rolling),
                Some(Strategy::Recreate),
                Some(Strategy::BlueGreen),
                Some(Strategy::Canary),
            ]),
        },
        13 | 14 => Command::Rollout {
            service: rolling(dice, world).unwrap_or(name),
            act: *dice.pick(&[
                RolloutAct::Promote,
                RolloutAct::Pause,
                RolloutAct::Resume,
                RolloutAct::Abort,
            ]),
        },
        15 => Command::Autoscaler {
            service: name,
            on: *dice.pick(&[None, Some(false), Some(true)]),
            bounds: *dice.pick(&[None, Some((1, 3)), Some((2, 6)), Some((5, 2))]),
        },
        16 => Command::Node {
            node: some_node(dice, world),
            act: *dice.pick(&[
                NodeAct::Cordon,
                NodeAct::Uncordon,
                NodeAct::Drain,
                NodeAct::Lose,
                NodeAct::Return,
            ]),
        },
        17 => Command::Zone {
            zone: dice.pick(&["a", "b"]).to_string(),
            lost: dice.percent(50),
        },
        18 => Command::RollBack { service: name },
        19 => Command::Restart { service: name },
        20 => Command::Scale {
            service: name,
            replicas: dice.from(0, 6) as u32,
        },
        21 => Command::SetLoad {
            factor: *dice.pick(&[0.0, 0.3, 1.0, 2.5, f64::NAN, -1.0]),
        },
        22 | 23 => {
            let edges: Vec<(u32, u32)> = world.edges().collect();
            let (from, to) = *dice.pick(if edges.is_empty() { &[(0, 0)] } else { &edges });
            Command::SetCall {
                service: spec.services[from as usize].name.clone(),
                to: spec.services[to as usize].name.clone(),
                set: *dice.pick(&[
                    Tuning::Timeout(None),
                    Tuning::Timeout(Some(Span::from_millis(80))),
                    Tuning::Attempts(1),
                    Tuning::Attempts(3),
                    Tuning::Breaker(true),
                    Tuning::Breaker(false),
                    Tuning::Bulkhead(None),
                    Tuning::Bulkhead(Some(2)),
                ]),
            }
        }
        24 => Command::SetGuard {
            service: name,
            set: *dice.pick(&[
                GuardTuning::Shedding(true),
                GuardTuning::Shedding(false),
                GuardTuning::RateLimit(None),
                GuardTuning::RateLimit(Some(5.0)),
            ]),
        },
        25 => Command::Surge {
            surge: SurgeSpec {
                who: dice.percent(50).then_some(class),
                kind: *dice.pick(&[
                    SurgeKind::Spike { times: 2.5 },
                    SurgeKind::FlashSale {
                        times: 5.0,
                        half_life: Span::from_secs(10),
                    },
                    SurgeKind::Flood { rate: 8.0 },
                ]),
                duration: dice.percent(70).then(|| Span::from_secs(dice.from(1, 40))),
            },
        },
        26 => Command::EndSurge {
            id: dice.below(3) as u32,
        },
        27 => Command::Admit {
            who: class,
            rule: *dice.pick(&[
                Admission::Allow,
                Admission::Block,
                Admission::Limit {
                    rate: 3.0,
                    burst: None,
                },
                Admission::Limit {
                    rate: 30.0,
                    burst: Some(2.0),
                },
            ]),
        },
        28 => Command::Shed {
            over: *dice.pick(&[None, Ratio::new(0.8), Ratio::new(0.001)]),
        },
        _ => Command::Answer {
            question: "any".to_owned(),
            value: 1.0,
        },
    }
}

fn rolling(dice: &mut Dice, world: &World) -> Option<String> {
    let names = world.spec().services.iter().map(|service| &service.name);
    let going = names
        .enumerate()
        .filter(|(at, _)| world.rollout(*at).is_some());
    let going: Vec<String> = going.map(|(_, name)| name.clone()).collect();
    (!going.is_empty()).then(|| dice.pick(&going).clone())
}

fn some_node(dice: &mut Dice, world: &World) -> String {
    let names: Vec<String> = world.nodes().map(|node| node.name).collect();
    if names.is_empty() {
        "none".to_owned()
    } else {
        dice.pick(&names).clone()
    }
}

/// What stops everything that comes from outside and ends all that goes wrong.
pub fn calm(world: &World) -> Vec<Command> {
    let spec: &Spec = world.spec();
    let mut all = vec![Command::SetLoad { factor: 0.0 }];
    let going = world.faults().filter(|fault| !fault.over);
    all.extend(going.map(|fault| Command::EndFault { id: fault.id }));
    all.extend(
        world
            .surges()
            .map(|surge| Command::EndSurge { id: surge.id }),
    );
    for class in &spec.traffic.classes {
        let who = Who::Class(class.name.clone());
        all.push(Command::Admit {
            who,
            rule: Admission::Block,
        });
    }
    for node in world.nodes() {
        for act in [NodeAct::Return, NodeAct::Uncordon] {
            all.push(Command::Node {
                node: node.name.clone(),
                act,
            });
        }
    }
    for service in &spec.services {
        let (name, guard) = (service.name.clone(), GuardTuning::RateLimit(None));
        all.push(Command::SetGuard {
            service: name,
            set: guard,
        });
    }
    all
}
