//! What must hold between any two events, and what may be left when nothing
//! is under way: for tests of whole worlds, and for whoever debugs one.

use super::World;
use super::line::{Kind, Line};
use super::plan::HALT;
use super::spec::Store;
use super::state::Pod;
use super::store::NOWHERE;
use crate::engine::Key;

impl World {
    /// Every rule of bookkeeping that does not hold now, in words; none in a sound world.
    pub fn audit(&self) -> Vec<String> {
        let mut broken = Vec::new();
        if !self.state.tasks.is_empty() {
            broken.push("something is left half-done".to_owned());
        }
        if !self.state.stores_are_sound(&self.plan) {
            broken.push("what lines hold of stores is not what is held".to_owned());
        }
        self.audit_requests(&mut broken);
        self.audit_pods(&mut broken);
        self.audit_policies(&mut broken);
        self.audit_stores(&mut broken);
        self.audit_nodes(&mut broken);
        broken
    }

    /// Requests that arrived have ended or are there, class by class and service by service.
    fn audit_requests(&self, broken: &mut Vec<String>) {
        let mut users = vec![0; self.state.users.len()];
        let mut requests = vec![0; self.state.services.len()];
        for (_, line) in self.state.lines.iter() {
            match line.kind {
                Kind::User => users[self.plan.entries[line.route as usize].class as usize] += 1,
                Kind::Request => requests[line.service as usize] += 1,
                Kind::Branch | Kind::Delivery => {}
            }
        }
        for (class, (counts, there)) in self.state.users.iter().zip(users).enumerate() {
            let ended: u64 = counts.ended.iter().sum();
            if counts.offered != ended + there {
                let offered = counts.offered;
                broken.push(format!(
                    "class {class}: {offered} offered, {ended} ended, {there} there"
                ));
            }
        }
        for (service, (running, there)) in self.state.services.iter().zip(requests).enumerate() {
            if running.arrived != running.ended + there {
                let (arrived, ended) = (running.arrived, running.ended);
                broken.push(format!(
                    "{}: {arrived} arrived, {ended} ended, {there} there",
                    self.plan.spec.services[service].name
                ));
            }
        }
    }

    /// Busy workers have someone to serve, and queues and cores are within their bounds.
    fn audit_pods(&self, broken: &mut Vec<String>) {
        for (key, pod) in self.state.pods.iter() {
            let service = pod.service as usize;
            let name = &self.plan.spec.services[service].name;
            let mut wrong = |what: String| broken.push(format!("{name}-{}: {what}", pod.number));
            let (served, there) = self.served_by(key, pod);
            // Whom a lost node served is known again when it is noticed.
            if served + pod.closing != pod.busy && !pod.body.lost {
                wrong(format!("{} workers busy with {served} requests", pod.busy));
            }
            let waiting = pod.queue.len() as u32;
            // Where lines queue for each work, those that were let in may be more.
            let full = waiting > pod.places && !self.plan.services[service].asynchronous;
            if pod.busy > pod.workers || full {
                let (busy, workers, places) = (pod.busy, pod.workers, pod.places);
                wrong(format!(
                    "{busy} of {workers} workers busy, {waiting} of {places} places taken"
                ));
            }
            if there > pod.requests {
                wrong(format!("{} requests counted, {there} there", pod.requests));
            }
            if let Some(cores) = self.plan.spec.services[service].fleet.cores
                && pod.body.cores_busy > cores.threads
            {
                let (busy, all) = (pod.body.cores_busy, cores.threads);
                wrong(format!("{busy} bursts on {all} cores"));
            }
            if pod.queue.iter().any(|line| !self.is_known(*line)) {
                wrong("nobody waits at a place of the queue".to_owned());
            }
        }
    }

    /// Lines that hold a worker of a pod, and requests that the pod has to know of.
    fn served_by(&self, key: Key, pod: &Pod) -> (u32, u32) {
        let asynchronous = self.plan.services[pod.service as usize].asynchronous;
        let holds = |line: &Line| match asynchronous {
            // A line of an asynchronous service holds a worker during its work only.
            true => self.plan.ops[line.at as usize] == super::plan::Op::Release,
            false => line.kind == Kind::Request,
        };
        let mut counts = (0, 0);
        for (_, line) in self.state.lines.iter().filter(|(_, line)| line.pod == key) {
            counts.0 += u32::from(line.running && line.at != HALT && holds(line));
            counts.1 += u32::from(line.kind == Kind::Request && line.running);
        }
        counts
    }

    /// Whether a line is still there, or was part of a request that has ended.
    fn is_known(&self, line: Key) -> bool {
        self.state.lines.contains(line)
    }

    /// What budgets, bulkheads and breakers count is what lines hold.
    fn audit_policies(&self, broken: &mut Vec<String>) {
        let mut held = vec![(0, 0); self.state.sites.len()];
        for (_, line) in self.state.lines.iter() {
            let hold = line.call.hold;
            if let Some(site) = self.plan.calls[line.call.plan as usize].site
                && hold.guarded
            {
                held[site as usize].0 += u32::from(hold.counted);
                held[site as usize].1 += u32::from(hold.retried);
            }
        }
        for (number, (site, (active, retrying))) in self.state.sites.iter().zip(held).enumerate() {
            if (site.active, site.retrying) != (active, retrying) {
                broken.push(format!(
                    "policies {number}: {} attempts and {} retries counted, {active} and {retrying} there",
                    site.active, site.retrying
                ));
            }
            let limit = self.plan.sites[number].bulkhead;
            if limit.is_some_and(|limit| site.waiting.len() > limit.queue as usize) {
                broken.push(format!("policies {number}: too many wait for the bulkhead"));
            }
        }
    }

    /// Pools, caches, queues and databases are within their bounds.
    fn audit_stores(&self, broken: &mut Vec<String>) {
        for (service, spec) in self.plan.spec.services.iter().enumerate() {
            let raw = self.raw(service);
            let within = match spec.store {
                Store::Database(_) => raw[0] <= raw[1] && (raw[4] == 0 || raw[3] <= raw[4]),
                Store::Cache(_) => raw[2] <= raw[3],
                Store::Queue(_) => raw[0] <= raw[8],
                Store::Nothing | Store::Dependency(_) => true,
            };
            if !within {
                broken.push(format!("{}: beyond its bounds, {raw:?}", spec.name));
            }
            for (published, ends) in self.messages(service) {
                if published != ends.iter().sum::<u64>() {
                    broken.push(format!(
                        "{}: {published} messages published, {ends:?} accounted for",
                        spec.name
                    ));
                }
            }
        }
    }

    /// Nodes reserve what their pods ask for, and no more than they have.
    fn audit_nodes(&self, broken: &mut Vec<String>) {
        let pools = self.plan.spec.topology.iter().flat_map(|t| &t.pools);
        let pools: Vec<_> = pools.collect();
        for (place, node) in self.state.fleet.nodes.iter().enumerate() {
            let here = |pod: &&Pod| pod.body.node == Some(place as u32);
            let pods: Vec<&Pod> = self.state.pods.iter().map(|(_, pod)| pod).collect();
            let here: Vec<&Pod> = pods.into_iter().filter(here).collect();
            let fleet = |pod: &&Pod| &self.plan.spec.services[pod.service as usize].fleet;
            let cpu: u32 = here.iter().map(|pod| fleet(pod).cpu_request).sum();
            let memory: u64 = here.iter().map(|pod| fleet(pod).memory_request.get()).sum();
            let of = pools[node.pool as usize];
            let reserved = (node.cpu, node.memory, node.pods);
            if reserved != (cpu, memory, here.len() as u32)
                || cpu > of.cpu
                || memory > of.memory.get()
            {
                broken.push(format!(
                    "node {}-{}: {reserved:?} reserved, {cpu}, {memory} asked for by {} pods",
                    of.name,
                    node.number,
                    here.len()
                ));
            }
        }
    }

    /// Everything that is under way, waits or is held, in words: none of it is
    /// left once nobody has come for long enough and no fault acts.
    pub fn leftovers(&self) -> Vec<String> {
        let mut left = Vec::new();
        let mut note = |count: usize, what: &str| {
            if count > 0 {
                left.push(format!("{count} {what}"));
            }
        };
        let lines = |kind: Kind| {
            let found = self
                .state
                .lines
                .iter()
                .filter(|(_, line)| line.kind == kind);
            found.count()
        };
        note(lines(Kind::User), "users");
        note(lines(Kind::Request), "requests");
        note(lines(Kind::Branch), "branches");
        note(lines(Kind::Delivery), "messages in hand");
        note(self.state.letters.len(), "answers on their way");
        note(self.state.bursts.len(), "bursts on cores");
        let pods =
            |count: fn(&Pod) -> usize| self.state.pods.iter().map(|(_, pod)| count(pod)).sum();
        note(pods(|pod| pod.busy as usize), "busy workers");
        note(pods(|pod| pod.queue.len()), "places in queues taken");
        note(
            pods(|pod| pod.requests as usize),
            "requests counted by pods",
        );
        note(pods(|pod| pod.body.cores_busy as usize), "busy cores");
        note(pods(|pod| pod.body.waiting.len()), "waits for cores");
        let sites = || self.state.sites.iter();
        note(
            sites().map(|site| site.active as usize).sum(),
            "attempts counted",
        );
        note(
            sites().map(|site| site.retrying as usize).sum(),
            "retries counted",
        );
        note(
            sites().map(|site| site.waiting.len()).sum(),
            "waits for bulkheads",
        );
        let stores = &self.state.stores;
        note(stores.fetches.len(), "fetches");
        let rows = stores.databases.iter().map(|database| database.rows.len());
        note(rows.sum(), "locked rows");
        let alive = |key: Key| self.state.lines.contains(key);
        let holds = stores.holds.iter();
        let holding = holds.filter(|(key, _, hold)| alive(*key) && hold.pool != NOWHERE);
        note(holding.count(), "connections taken");
        let (mut waiting, mut taken) = (0, 0);
        for service in 0..self.plan.spec.services.len() {
            for (_, [_, _, lag, in_hand]) in self.messages(service) {
                waiting += (lag + in_hand) as usize;
            }
            if let Store::Database(_) = self.plan.spec.services[service].store {
                taken += self.raw(service)[0] as usize;
            }
        }
        note(waiting, "messages not consumed");
        note(taken, "connections out of pools");
        let struck = self.state.struck.iter().chain(&self.state.wired);
        note(struck.filter(|struck| **struck).count(), "routes struck");
        left
    }
}
