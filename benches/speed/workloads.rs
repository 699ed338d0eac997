//! The workloads by name, and what runs each of them.

use super::ours::Ours;
use super::peer::Peer;
use super::plain::Plain;

/// One line of the table.
pub struct Workload {
    /// What the table calls it.
    pub name: &'static str,
    /// Its world file.
    pub world: &'static str,
    /// Servers per station and whether it is the tree, where a plain loop exists.
    pub plain: Option<(u32, bool)>,
    /// Whether the latency of every call is recorded.
    pub histograms: bool,
    /// Whether ours is the whole lab with its telemetry, and beside it stands
    /// the same world without any in place of a plain loop.
    pub telemetry: bool,
}

/// Every workload.
pub const WORKLOADS: [Workload; 8] = [
    Workload {
        name: "A",
        world: include_str!("../worlds/a.yaml"),
        plain: Some((1, false)),
        histograms: false,
        telemetry: false,
    },
    Workload {
        name: "B",
        world: include_str!("../worlds/b.yaml"),
        plain: Some((8, false)),
        histograms: false,
        telemetry: false,
    },
    Workload {
        name: "C",
        world: include_str!("../worlds/c.yaml"),
        plain: Some((8, true)),
        histograms: false,
        telemetry: false,
    },
    Workload {
        name: "C, policies",
        world: include_str!("../worlds/c-policies.yaml"),
        plain: Some((8, true)),
        histograms: false,
        telemetry: false,
    },
    Workload {
        name: "C, policies and histograms",
        world: include_str!("../worlds/c-policies.yaml"),
        plain: Some((8, true)),
        histograms: true,
        telemetry: false,
    },
    Workload {
        name: "shop",
        world: include_str!("../../lessons/worlds/shop.yaml"),
        plain: None,
        histograms: false,
        telemetry: false,
    },
    Workload {
        name: "C, telemetry",
        world: include_str!("../worlds/c.yaml"),
        plain: None,
        histograms: false,
        telemetry: true,
    },
    Workload {
        name: "shop, telemetry",
        world: include_str!("../../lessons/worlds/shop.yaml"),
        plain: None,
        histograms: false,
        telemetry: true,
    },
];

/// Something that runs a workload.
pub enum Engine {
    /// The product.
    Ours(Box<Ours>),
    /// The plain loop.
    Plain(Box<Plain>),
    /// desque.
    Peer(Box<Peer>),
}

impl Engine {
    /// What can run `workload`: ours, plain (or ours without telemetry), peer.
    pub fn all(workload: &Workload) -> Vec<Engine> {
        let bare = || Engine::Ours(Box::new(Ours::new(workload.world, workload.histograms)));
        if workload.telemetry {
            let lab = Engine::Ours(Box::new(Ours::lab(workload.world)));
            return vec![lab, bare()];
        }
        let mut engines = vec![bare()];
        if let Some((servers, tree)) = workload.plain {
            engines.push(Engine::Plain(Box::new(Plain::new(servers, tree))));
            engines.push(Engine::Peer(Box::new(Peer::new(servers, tree))));
        }
        engines
    }

    /// Handles about so many events; returns how many arrivals and completions they were.
    pub fn run(&mut self, events: u64) -> u64 {
        match self {
            Engine::Ours(ours) => return ours.run(events),
            Engine::Plain(plain) => plain.run(events),
            Engine::Peer(peer) => peer.run(events),
        }
        events
    }

    /// Mean time in the system, in milliseconds: the same for all, if they simulate the same.
    pub fn mean(&self) -> f64 {
        match self {
            Engine::Ours(ours) => ours.mean(),
            Engine::Plain(plain) => plain.mean(),
            Engine::Peer(peer) => peer.mean(),
        }
    }
}
