//! Nodes, roll-outs, autoscalers and cost in words.

use super::act::strategy_word;
use super::view::{Health, NodeView, RegionView, RolloutView, ScalerView};
use crate::base::Bytes;
use crate::world::spec::{Metric, Strategy};
use crate::world::{NodePhase, Stage, World};

/// Every node.
pub(super) fn nodes(world: &World) -> Vec<NodeView> {
    world
        .nodes()
        .map(|node| {
            let (health, state) = match node.phase {
                NodePhase::Booting => (Health::Watch, "boots"),
                NodePhase::Silent => (Health::Bad, "does not answer"),
                _ if node.cordoned => (Health::Watch, "cordoned"),
                // Nobody knows yet that a lost node is lost.
                _ => (Health::Good, "ready"),
            };
            let cores = |milli: u32| f64::from(milli) / 1e3;
            let (cpu, all) = node.cpu;
            let gib = |bytes| Bytes::new(bytes).gib();
            let (memory, memory_all) = node.memory;
            NodeView {
                name: node.name,
                zone: node.zone,
                region: node.region,
                health,
                state: state.to_owned(),
                reserved: format!(
                    "{} pods, {:.1} of {:.1} cores, {:.1} of {:.1} GiB",
                    node.pods,
                    cores(cpu),
                    cores(all),
                    gib(memory),
                    gib(memory_all),
                ),
                share: f64::from(cpu) / f64::from(all.max(1)),
                cordoned: node.cordoned,
            }
        })
        .collect()
}

/// Every region, as DNS knows it.
pub(super) fn regions(world: &World) -> Vec<RegionView> {
    let know = world.dns_known().unwrap_or(1.0) * 100.0;
    world
        .regions()
        .map(|region| {
            let mut text = match (region.given, region.withdrawn, region.waiting) {
                (true, _, _) if !region.healthy => "given out, though it does not answer",
                (true, _, _) => "given out",
                (_, true, _) => "withdrawn",
                (_, _, true) if region.healthy => "well again, to be restored",
                _ => "does not answer",
            }
            .to_owned();
            if know < 100.0 {
                text.push_str(&format!("; {know:.0} % of clients know"));
            }
            RegionView {
                health: match region.given {
                    true if region.healthy => Health::Good,
                    false if region.healthy => Health::Watch,
                    _ => Health::Bad,
                },
                out: region.withdrawn || region.waiting,
                name: region.name,
                text,
            }
        })
        .collect()
}

/// A roll-out under way.
pub(super) fn rollout(world: &World, service: usize) -> Option<RolloutView> {
    let status = world.rollout_status(service)?;
    let mut text = strategy_word(status.strategy).to_owned();
    match status.stage {
        Stage::Weigh(step) => text.push_str(&format!(", step {}", step + 1)),
        Stage::Fill => text.push_str(", the new set gets ready"),
        Stage::Keep => text.push_str(", switched, the old set stands by"),
        Stage::Replace | Stage::Empty => {}
    }
    if let Some(weight) = status.weight {
        text.push_str(&format!(", {:.0} % of traffic", weight * 100.0));
    }
    if status.paused {
        text.push_str(", paused");
    }
    if status.stalled {
        text.push_str(", has not moved within its deadline");
    }
    Some(RolloutView {
        text,
        paused: status.paused,
        steps: matches!(status.stage, Stage::Weigh(_) | Stage::Keep)
            && status.strategy != Strategy::Rolling,
    })
}

/// An autoscaler.
pub(super) fn autoscaler(world: &World, service: usize) -> Option<ScalerView> {
    let status = world.autoscaler(service)?;
    let spec = world
        .spec()
        .services
        .get(service)?
        .fleet
        .autoscale
        .as_ref()?;
    let value = |value: f64| match spec.metric {
        Metric::Cpu => format!("{:.0} % of requested CPU", value * 100.0),
        Metric::Workers => format!("{:.0} % of workers busy", value * 100.0),
        Metric::Rate => format!("{value:.1} requests/s per pod"),
    };
    let found = status
        .ratio
        .map_or("nothing".to_owned(), |ratio| value(ratio * spec.target));
    let (min, max) = status.bounds;
    Some(ScalerView {
        text: format!("aims for {}, found {found}", value(spec.target)),
        on: status.on,
        min,
        max,
    })
}

/// What a thousand requests have cost so far.
pub(super) fn cost(world: &World) -> String {
    let cost = world.cost();
    match cost.per_request {
        Some(each) if cost.total > 0.0 => {
            format!(
                "{:.2} an hour, {:.4} per 1,000 requests so far",
                cost.per_hour,
                each * 1e3
            )
        }
        _ if cost.per_hour > 0.0 => format!("{:.2} an hour", cost.per_hour),
        _ => String::new(),
    }
}
