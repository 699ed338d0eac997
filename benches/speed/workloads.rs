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
    /// Whether the latency of every call is recorded.
    pub histograms: bool,
    /// What runs beside it.
    pub beside: Beside,
}

/// What runs beside a workload.
#[derive(Clone, Copy)]
pub enum Beside {
    /// Nothing.
    Nothing,
    /// The plain loop and desque, of so many servers per station and whether it is the tree.
    Loops(u32, bool),
    /// The world without telemetry, beside the whole lab.
    NoTelemetry,
    /// The whole lab in which no request is followed, beside one with the usual sampling.
    NobodyFollowed,
}

/// Every workload.
pub const WORKLOADS: [Workload; 9] = [
    Workload {
        name: "A",
        world: include_str!("../worlds/a.yaml"),
        histograms: false,
        beside: Beside::Loops(1, false),
    },
    Workload {
        name: "B",
        world: include_str!("../worlds/b.yaml"),
        histograms: false,
        beside: Beside::Loops(8, false),
    },
    Workload {
        name: "C",
        world: include_str!("../worlds/c.yaml"),
        histograms: false,
        beside: Beside::Loops(8, true),
    },
    Workload {
        name: "C, policies",
        world: include_str!("../worlds/c-policies.yaml"),
        histograms: false,
        beside: Beside::Loops(8, true),
    },
    Workload {
        name: "C, policies and histograms",
        world: include_str!("../worlds/c-policies.yaml"),
        histograms: true,
        beside: Beside::Loops(8, true),
    },
    Workload {
        name: "shop",
        world: include_str!("../../lessons/worlds/shop.yaml"),
        histograms: false,
        beside: Beside::Nothing,
    },
    Workload {
        name: "C, telemetry",
        world: include_str!("../worlds/c.yaml"),
        histograms: false,
        beside: Beside::NoTelemetry,
    },
    Workload {
        name: "shop, telemetry",
        world: include_str!("../../lessons/worlds/shop.yaml"),
        histograms: false,
        beside: Beside::NoTelemetry,
    },
    Workload {
        name: "shop, evidence",
        world: include_str!("../../lessons/worlds/shop.yaml"),
        histograms: false,
        beside: Beside::NobodyFollowed,
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
    /// What can run `workload`: ours, then what runs beside it.
    pub fn all(workload: &Workload) -> Vec<Engine> {
        let world = workload.world;
        let bare = || Engine::Ours(Box::new(Ours::new(world, workload.histograms)));
        let lab = |follows| Engine::Ours(Box::new(Ours::lab(world, follows)));
        match workload.beside {
            Beside::Nothing => vec![bare()],
            Beside::Loops(servers, tree) => vec![
                bare(),
                Engine::Plain(Box::new(Plain::new(servers, tree))),
                Engine::Peer(Box::new(Peer::new(servers, tree))),
            ],
            Beside::NoTelemetry => vec![lab(true), bare()],
            Beside::NobodyFollowed => vec![lab(true), lab(false)],
        }
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
