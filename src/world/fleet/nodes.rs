//! Nodes: booting, lost, cordoned, drained, and pools that grow and shrink.
//!
//! A lost node says nothing. Its pods answer no packet at once; the control
//! plane notices after `unreachable-after` and takes them out of balancing,
//! and gives them up after `evict-after` more (Kubernetes documentation,
//! "Node Status" and "Taint based Evictions"). Pools grow when a pod fits
//! nowhere, after a scan and the time to boot, and give an empty node back
//! after a while (Cluster Autoscaler FAQ).

use crate::base::{SimTime, Span};
use crate::engine::{Agenda, Key};
use crate::world::line::{Kind, Line, Sent};
use crate::world::live::Live;
use crate::world::plan::HALT;
use crate::world::probe::{Cause, Happening, Probe};
use crate::world::state::{Event, PodPhase};

use super::body::{Exit, FleetEvent, FleetState, Misfit, Node, NodePhase};

/// Cluster Autoscaler's `scan-interval`.
pub const SCAN: Span = Span::from_secs(10);

impl FleetState {
    /// A node of `pool`, in the place of a removed one if there is any.
    pub fn add(&mut self, pool: u32, phase: NodePhase) -> u32 {
        let number = self.next_node[pool as usize];
        self.next_node[pool as usize] += 1;
        let node = |generation| Node {
            pool,
            number,
            phase,
            cordoned: false,
            fault: None,
            generation,
            cpu: 0,
            memory: 0,
            pods: 0,
            empty_since: SimTime::ZERO,
        };
        let free = self
            .nodes
            .iter()
            .position(|node| node.phase == NodePhase::Removed && node.pool == pool);
        match free {
            Some(place) => {
                self.nodes[place] = node(self.nodes[place].generation + 1);
                place as u32
            }
            None => {
                self.nodes.push(node(0));
                (self.nodes.len() - 1) as u32
            }
        }
    }

    /// Why whatever runs on a lost node is lost.
    pub fn cause(&self, node: u32) -> Cause {
        match self.nodes[node as usize].fault {
            Some(fault) => Cause::Fault(fault),
            None => Cause::Node { node },
        }
    }

    /// Nodes that exist, in one pool or in all.
    pub fn count(&self, pool: Option<u32>) -> u32 {
        self.nodes
            .iter()
            .filter(|node| node.phase != NodePhase::Removed)
            .filter(|node| pool.is_none_or(|pool| pool == node.pool))
            .count() as u32
    }
}

impl<P: Probe> Live<'_, P> {
    fn node_of(&mut self, node: u32, generation: u32) -> Option<&mut Node> {
        self.state
            .fleet
            .nodes
            .get_mut(node as usize)
            .filter(|node| node.generation == generation)
    }

    fn pods_on(&self, place: u32) -> Vec<Key> {
        self.state
            .pods
            .iter()
            .filter(|(_, pod)| pod.body.node == Some(place))
            .map(|(key, _)| key)
            .collect()
    }

    /// A node goes away without a word.
    pub fn lose_node(&mut self, place: u32, fault: Option<u32>, agenda: &mut Agenda<Event>) {
        let after = self
            .plan
            .spec
            .topology
            .as_ref()
            .map_or(Span::ZERO, |topology| topology.unreachable_after);
        let node = &mut self.state.fleet.nodes[place as usize];
        node.phase = NodePhase::Lost;
        node.fault = fault;
        node.generation += 1;
        let event = FleetEvent::NodeSilent {
            node: place,
            generation: node.generation,
        };
        agenda.after(after, Event::Fleet(event));
        for key in self.pods_on(place) {
            self.freeze(key, place, agenda.now());
        }
        self.probe
            .happened(agenda.now(), Happening::NodeLost { node: place });
    }

    /// Nothing moves in this pod any more, and nobody is told.
    fn freeze(&mut self, key: Key, node: u32, now: SimTime) {
        if self.plan.keeps {
            self.primary_died(key, now);
        }
        let cause = self.state.fleet.cause(node);
        let Some(pod) = self.state.pods.get_mut(key) else {
            return;
        };
        pod.open = false;
        pod.starts += 1;
        pod.body.lost = true;
        pod.queue.clear();
        let of_pod = |(_, line): &(Key, &Line)| line.pod == key;
        let lines: Vec<(Key, Kind)> = self
            .state
            .lines
            .iter()
            .filter(of_pod)
            .map(|(key, line)| (key, line.kind))
            .collect();
        let touched = self.state.paths.first(cause);
        for site in &mut self.state.sites {
            let gone = |line: &Key| lines.iter().any(|(key, _)| key == line);
            site.waiting.retain(|(line, _)| !gone(line));
        }
        for (key, kind) in lines {
            self.let_go(key);
            if kind == Kind::Branch {
                self.forget(key, now);
                continue;
            }
            if self.plan.keeps {
                self.free(key, now);
            }
            if let Some(line) = self.state.lines.get_mut(key) {
                line.at = HALT;
                line.call = Sent::NOTHING;
                line.touched = touched;
            }
        }
    }

    /// The control plane notices that a node is silent.
    pub fn node_silent(&mut self, place: u32, generation: u32, agenda: &mut Agenda<Event>) {
        let after = self
            .plan
            .spec
            .topology
            .as_ref()
            .map_or(Span::ZERO, |topology| topology.evict_after);
        let Some(node) = self.node_of(place, generation) else {
            return;
        };
        node.phase = NodePhase::Silent;
        let event = FleetEvent::NodeEvict {
            node: place,
            generation,
        };
        agenda.after(after, Event::Fleet(event));
        self.probe
            .happened(agenda.now(), Happening::NodeSilent { node: place });
        for key in self.pods_on(place) {
            self.publish(key, false, agenda);
            if let Some(pod) = self.state.pods.get_mut(key)
                && pod.phase != PodPhase::Draining
            {
                pod.phase = PodPhase::Unready;
            }
        }
    }

    /// The control plane gives up what ran on a silent node.
    pub fn node_evict(&mut self, place: u32, generation: u32, agenda: &mut Agenda<Event>) {
        if self.node_of(place, generation).is_some() {
            for key in self.pods_on(place) {
                self.delete_pod(key, Exit::Node, agenda);
            }
        }
    }

    /// A lost node is back: its containers start again.
    pub fn return_node(&mut self, place: u32, agenda: &mut Agenda<Event>) {
        let cause = self.state.fleet.cause(place);
        let node = &mut self.state.fleet.nodes[place as usize];
        node.phase = NodePhase::Ready;
        node.fault = None;
        node.generation += 1;
        self.probe
            .happened(agenda.now(), Happening::NodeUp { node: place });
        for key in self.pods_on(place) {
            let draining = self
                .state
                .pods
                .get(key)
                .is_some_and(|pod| pod.phase == PodPhase::Draining);
            if draining {
                self.delete_pod(key, Exit::Node, agenda);
            } else {
                self.publish(key, false, agenda);
                self.lose_visits(key, Exit::Node, cause, agenda);
                self.start_container(key, agenda);
            }
        }
        if self.state.fleet.nodes[place as usize].pods == 0 {
            self.node_empty(place, agenda);
        }
        self.place_pending(agenda);
    }

    /// Evicts everything from a cordoned node.
    pub fn drain_node(&mut self, place: u32, agenda: &mut Agenda<Event>) {
        self.state.fleet.nodes[place as usize].cordoned = true;
        self.evict(place, None, agenda);
    }

    /// Moves the pods of one service, or all, off a node.
    pub fn evict(&mut self, place: u32, only: Option<u32>, agenda: &mut Agenda<Event>) {
        let mut services = Vec::new();
        for key in self.pods_on(place) {
            if let Some(pod) = self.state.pods.get(key)
                && pod.phase != PodPhase::Draining
                && only.is_none_or(|only| only == pod.service)
            {
                services.push(pod.service);
                self.drain(key, agenda);
            }
        }
        for service in services {
            self.reconcile(service, agenda);
        }
    }

    /// A new node can take pods.
    pub fn node_up(&mut self, place: u32, generation: u32, agenda: &mut Agenda<Event>) {
        let Some(node) = self.node_of(place, generation) else {
            return;
        };
        node.phase = NodePhase::Ready;
        self.probe
            .happened(agenda.now(), Happening::NodeUp { node: place });
        self.lose_newcomer(place, agenda);
        self.place_pending(agenda);
        if self.state.fleet.nodes[place as usize].pods == 0 {
            self.node_empty(place, agenda);
        }
    }

    /// Nodes for pods that fit nowhere, one pool after the other.
    pub fn pool_scan(&mut self, agenda: &mut Agenda<Event>) {
        self.state.fleet.scan_armed = false;
        let Some(topology) = &self.plan.spec.topology else {
            return;
        };
        // Room on nodes that boot already, and on those added now.
        let mut room: Vec<(u32, u32, u64)> = self
            .state
            .fleet
            .nodes
            .iter()
            .filter(|node| node.phase == NodePhase::Booting)
            .map(|node| {
                let pool = &topology.pools[node.pool as usize];
                (node.pool, pool.cpu, pool.memory.get())
            })
            .collect();
        let pending: Vec<(Key, u32)> = self
            .state
            .pods
            .iter()
            .filter(|(_, pod)| pod.phase == PodPhase::Pending)
            // No node helps one that a quota keeps out.
            .filter(|(_, pod)| pod.body.misfit.is_none_or(|misfit| !misfit.refused))
            .map(|(key, pod)| (key, pod.service))
            .collect();
        for (key, service) in pending {
            let fleet = &self.plan.spec.services[service as usize].fleet;
            let (cpu, memory) = (fleet.cpu_request, fleet.memory_request.get());
            let alone = self.stands_alone(service);
            let taken = room
                .iter_mut()
                .find(|(_, free_cpu, free_memory)| cpu <= *free_cpu && memory <= *free_memory);
            if let Some((_, free_cpu, free_memory)) = taken {
                // A pod that must stand alone takes the whole node.
                *free_cpu = if alone { 0 } else { *free_cpu - cpu };
                *free_memory -= memory;
                continue;
            }
            let quota = topology.quota.unwrap_or(u32::MAX);
            let within = self.state.fleet.count(None) < quota;
            let grown = |pool: usize| self.state.fleet.count(Some(pool as u32));
            // The smallest pool first, so that zones grow evenly.
            let pool = (0..topology.pools.len())
                .filter(|at| {
                    let pool = &topology.pools[*at];
                    grown(*at) < pool.max && cpu <= pool.cpu && memory <= pool.memory.get()
                })
                .min_by_key(|at| grown(*at));
            match pool.filter(|_| within) {
                Some(pool) => {
                    self.spend(agenda.now());
                    let place = self.state.fleet.add(pool as u32, NodePhase::Booting);
                    let generation = self.state.fleet.nodes[place as usize].generation;
                    let event = FleetEvent::NodeUp {
                        node: place,
                        generation,
                    };
                    let spec = &topology.pools[pool];
                    agenda.after(spec.boot, Event::Fleet(event));
                    self.probe
                        .happened(agenda.now(), Happening::NodeBooting { node: place });
                    let left = if alone { 0 } else { spec.cpu - cpu };
                    room.push((pool as u32, left, spec.memory.get() - memory));
                }
                None => {
                    if let Some(pod) = self.state.pods.get_mut(key) {
                        let misfit = pod.body.misfit.get_or_insert(Misfit::default());
                        misfit.quota = true;
                    }
                }
            }
        }
    }

    /// A grown node without pods is given back in a while.
    pub fn node_empty(&mut self, place: u32, agenda: &mut Agenda<Event>) {
        let Some(topology) = &self.plan.spec.topology else {
            return;
        };
        let node = &mut self.state.fleet.nodes[place as usize];
        node.empty_since = agenda.now();
        let node = *node;
        let pool = &topology.pools[node.pool as usize];
        if self.state.fleet.count(Some(node.pool)) > pool.nodes {
            let event = FleetEvent::NodeIdle {
                node: place,
                generation: node.generation,
            };
            agenda.after(pool.idle, Event::Fleet(event));
        }
    }

    /// Gives a node back that has been empty for long enough.
    pub fn node_idle(&mut self, place: u32, generation: u32, agenda: &mut Agenda<Event>) {
        let Some(node) = self.node_of(place, generation) else {
            return;
        };
        let node = *node;
        let Some(topology) = &self.plan.spec.topology else {
            return;
        };
        let pool = node.pool;
        let spec = &topology.pools[pool as usize];
        let least = spec.nodes;
        let empty = node.pods == 0
            && node.phase == NodePhase::Ready
            && agenda.now().since(node.empty_since) >= spec.idle;
        if empty && self.state.fleet.count(Some(pool)) > least {
            self.spend(agenda.now());
            let node = &mut self.state.fleet.nodes[place as usize];
            node.phase = NodePhase::Removed;
            node.generation += 1;
            self.probe
                .happened(agenda.now(), Happening::NodeRemoved { node: place });
        }
    }
}
