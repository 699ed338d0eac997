//! The world made ready to run: scripts as flat operations, calls and edges
//! numbered. Immutable; every clone of a running world shares it.

use crate::base::{Duration, Money, Sampler, Span, Stream};

use super::ground::Ground;
use super::policy::SitePlan;
use super::spec::{
    Balance, Breaker, Call, Class, ClassKind, Drive, Group, Policy, Population, Protect, Retry,
    RouteRef, Service, Spec, Step, Store, Version,
};
use super::store::StorePlan;

/// Where [`Op::Refuse`] stands in every plan.
pub(super) const REFUSE: u32 = 0;

/// One instruction of a script.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Op {
    /// Take time, with the worker that the request holds from start to end.
    Work(Sampler),
    /// Wait for a worker, then take time. Only in an asynchronous service, and
    /// always before a `Release`.
    Burst(Sampler),
    /// Give back the worker of the `Burst` before.
    Release,
    /// Use one of the pod's cores for some time.
    Cpu(Sampler),
    /// Nothing ever happens again: the request's node is gone.
    Halt,
    /// Make a call and wait for it; the index is into [`Plan::calls`].
    Call(u32),
    /// Start `count` branches at [`Plan::targets`] from `first`, wait for all, go on at `next`.
    Fork { first: u32, count: u32, next: u32 },
    /// A branch of a fork has ended.
    Join,
    /// Go on at one of `count` places of [`Plan::choices`] from `first`.
    Choose { first: u32, count: u32 },
    /// Go on elsewhere.
    Jump(u32),
    /// The script has ended.
    End,
    /// The request is refused at the door, for what has touched it.
    Refuse,
    /// Do something with what is kept; the index is into the plan of stores.
    Store(u32),
}

impl Op {
    /// How long a work takes by its nature; no time for anything else.
    #[inline(always)]
    pub fn draw(&self, stream: &mut Stream) -> Span {
        match self {
            Op::Work(sampler) | Op::Burst(sampler) | Op::Cpu(sampler) => sampler.sample(stream),
            _ => Span::ZERO,
        }
    }
}

/// A call of a script, or of users.
#[derive(Clone, Debug)]
pub(super) struct CallPlan {
    /// Position of the callee service.
    pub service: u32,
    /// Number of the callee's route across all services.
    pub route: u32,
    /// Position of the caller service and the edge; users have none.
    pub edge: Option<u32>,
    /// Queue of deadlines of this call's timeout.
    pub lane: Option<u32>,
    pub retry: Retry,
    pub optional: bool,
    /// Whether it matters which pod is asked, beyond balance.
    pub particular: bool,
    /// Breaker, bulkhead and budget, where there are any.
    pub site: Option<u32>,
    /// The breaker of the world file, also while it is off.
    pub breaker: Option<Breaker>,
    /// The timeout itself, for deadlines.
    pub timeout: Option<Span>,
    /// How long after the first a second attempt is sent beside it, and the
    /// queue in which those wait.
    pub hedge: Option<(Span, u32)>,
    /// The operation to go on at when the call has failed.
    pub fallback: Option<u32>,
    pub deadline: bool,
    pub cancel: bool,
    /// Whether an attempt has to ask its policies, or may get a second beside it.
    pub guarded: bool,
}

/// A queue of deadlines of equal length.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct LanePlan {
    pub span: Span,
    /// Whether what is due gets a second attempt beside it; it is given up otherwise.
    pub hedges: bool,
}

/// What every request to a service asks of its description.
#[derive(Clone, Copy, Debug)]
pub(super) struct ServicePlan {
    pub asynchronous: bool,
    pub balance: Balance,
    /// Whether it protects itself beside workers and queue.
    pub guarded: bool,
}

/// A route across all services.
#[derive(Clone, Debug)]
pub(super) struct RoutePlan {
    pub service: u32,
    /// Position among its service's routes.
    pub local: u32,
    /// First operation.
    pub entry: u32,
    /// First of its service's versions in [`Plan::entries_by_version`], where they differ.
    pub by_version: Option<u32>,
}

impl RoutePlan {
    /// First operation in a version of the service.
    #[inline]
    pub fn entry_at(&self, version: u32, plan: &Plan) -> u32 {
        match self.by_version {
            None => self.entry,
            Some(first) => plan.entries_by_version[(first + version) as usize],
        }
    }
}

/// Caller and callee, by position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Edge {
    pub from: u32,
    pub to: u32,
}

/// The whole of it.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub spec: Spec,
    pub ops: Vec<Op>,
    pub targets: Vec<u32>,
    /// (cumulative share, place).
    pub choices: Vec<(f64, u32)>,
    pub calls: Vec<CallPlan>,
    pub services: Vec<ServicePlan>,
    /// How each service protects itself, as it stands.
    pub protects: Vec<Protect>,
    /// Whether some service places users by who they are.
    pub keyed: bool,
    pub routes: Vec<RoutePlan>,
    /// Number of the first route of each service.
    pub first_route: Vec<u32>,
    pub edges: Vec<Edge>,
    /// One per distinct timeout, and per distinct delay before a second attempt.
    pub lanes: Vec<LanePlan>,
    /// Policies of those calls that have any, and whose they are.
    pub sites: Vec<SitePlan>,
    /// What clients ask for, class by class, each in the order of its mix.
    pub entries: Vec<EntryPlan>,
    /// By class.
    pub classes: Vec<ClassPlan>,
    /// Classes that divide the common rate, with cumulative shares.
    pub shares: Vec<(f64, u32)>,
    pub store: StorePlan,
    /// By service: whether it matters which of its pods is asked, beyond balance.
    pub particular: Vec<bool>,
    /// Whether anything is kept at all.
    pub keeps: bool,
    /// First operations of routes that versions change, by version.
    pub entries_by_version: Vec<u32>,
    /// Whether any pod ever stops to collect garbage.
    pub pauses: bool,
    /// Where everything is.
    pub ground: Ground,
    /// By route: whether messages to and from it are never what they are
    /// without a network or regions.
    pub wired: Vec<bool>,
}

/// One kind of request from outside.
#[derive(Clone, Copy, Debug)]
pub(super) struct EntryPlan {
    /// Cumulative share among its class's entries.
    pub reached: f64,
    pub call: u32,
    pub class: u32,
    pub kind: ClassKind,
    /// Position of its criticality.
    pub criticality: u8,
    pub value: Money,
}

/// One class of clients.
#[derive(Clone, Debug, Default)]
pub(super) struct ClassPlan {
    /// Its entries.
    pub first: u32,
    pub count: u32,
    /// Its part of the common rate, 0..=1.
    pub share: f64,
    /// Journeys of its users: cumulative share, first step, end of steps.
    pub journeys: Vec<(f64, u32, u32)>,
    /// Steps: entry, and the thinking after its answer.
    pub steps: Vec<(u32, Duration)>,
}

/// Where a request stands whose node is gone.
pub(super) const HALT: u32 = 1;

impl Plan {
    /// Numbers routes, edges and timeouts, and flattens every script.
    pub fn new(spec: Spec) -> Plan {
        let mut first_route = Vec::with_capacity(spec.services.len());
        let mut routes = Vec::new();
        for (service, spec) in spec.services.iter().enumerate() {
            first_route.push(routes.len() as u32);
            for local in 0..spec.routes.len() {
                routes.push(RoutePlan {
                    service: service as u32,
                    local: local as u32,
                    entry: 0,
                    by_version: None,
                });
            }
        }
        let services = spec.services.iter().map(|service| ServicePlan {
            asynchronous: service.asynchronous,
            balance: service.balance,
            guarded: service.protect != Protect::default(),
        });
        let pauses = spec.services.iter().any(|s| s.fleet.gc.is_some());
        let services: Vec<ServicePlan> = services.collect();
        let protects = spec.services.iter().map(|service| service.protect);
        let protects = protects.collect();
        let keyed = services
            .iter()
            .any(|service| service.balance == Balance::RingHash);
        let mut plan = Plan {
            spec,
            pauses,
            ground: Ground::default(),
            wired: Vec::new(),
            entries_by_version: Vec::new(),
            ops: vec![Op::Refuse, Op::Halt],
            targets: Vec::new(),
            choices: Vec::new(),
            calls: Vec::new(),
            services,
            protects,
            keyed,
            routes,
            first_route,
            edges: Vec::new(),
            lanes: Vec::new(),
            sites: Vec::new(),
            entries: Vec::new(),
            store: StorePlan::default(),
            particular: Vec::new(),
            keeps: false,
            classes: Vec::new(),
            shares: Vec::new(),
        };
        plan.stores();
        plan.particular = plan.spec.services.iter().map(is_particular).collect();
        let services = std::mem::take(&mut plan.spec.services);
        for (service, spec) in services.iter().enumerate() {
            for (local, route) in spec.routes.iter().enumerate() {
                let number = plan.first_route[service] as usize + local;
                plan.routes[number].entry = plan.ops.len() as u32;
                plan.prologue(service as u32, &spec.store);
                plan.script(service as u32, &route.script);
                plan.epilogue(service as u32, number as u32, &spec.store);
                plan.ops.push(Op::End);
                plan.versions_of(number, service as u32, local, spec);
            }
        }
        plan.spec.services = services;
        plan.users();
        plan.consumers();
        plan.keeps = !plan.store.is_empty();
        plan.ground = Ground::new(&plan.spec);
        plan.wired = vec![plan.ground.networked; plan.routes.len()];
        if plan.ground.led {
            for entry in &plan.entries {
                let route = plan.calls[entry.call as usize].route;
                plan.wired[route as usize] = true;
            }
        }
        plan
    }

    /// A script of its own for every version that changes what a route does.
    fn versions_of(&mut self, number: usize, service: u32, local: usize, spec: &Service) {
        let before = |version: &Version| {
            let steps = version.change.before.get(local);
            steps.filter(|steps| !steps.is_empty()).cloned()
        };
        let differs =
            |version: &Version| before(version).is_some() || !version.change.timeouts.is_empty();
        if !spec.versions.iter().any(differs) {
            return;
        }
        let mut entries = Vec::with_capacity(spec.versions.len());
        for version in &spec.versions {
            if !differs(version) {
                entries.push(self.routes[number].entry);
                continue;
            }
            let mut script = before(version).unwrap_or_default();
            script.extend(spec.routes[local].script.iter().cloned());
            for (to, timeout) in &version.change.timeouts {
                set_timeout(&mut script, *to, *timeout);
            }
            entries.push(self.ops.len() as u32);
            self.prologue(service, &spec.store);
            self.script(service, &script);
            self.epilogue(service, number as u32, &spec.store);
            self.ops.push(Op::End);
        }
        self.routes[number].by_version = Some(self.entries_by_version.len() as u32);
        self.entries_by_version.extend(entries);
    }

    fn users(&mut self) {
        let classes = std::mem::take(&mut self.spec.traffic.classes);
        let share = |class: &Class| match class.drive {
            Drive::Share(share) => share,
            _ => 0.0,
        };
        let all: f64 = classes.iter().map(share).sum();
        let mut shared = 0.0;
        for (number, class) in (0..).zip(&classes) {
            let mut plan = ClassPlan {
                first: self.entries.len() as u32,
                count: class.mix.len() as u32,
                ..ClassPlan::default()
            };
            if let Drive::Share(share) = class.drive {
                plan.share = share / all;
                shared += plan.share;
                self.shares.push((shared, number));
            }
            if let Drive::Closed(population) = &class.drive {
                plan.journeys(population);
            }
            let total: f64 = class.mix.iter().map(|entry| entry.weight).sum();
            let mut reached = 0.0;
            for entry in &class.mix {
                reached += entry.weight / total;
                let call = Call {
                    to: entry.to,
                    timeout: class.patience,
                    retry: Retry::default(),
                    optional: false,
                    policy: Policy::default(),
                };
                let entry = EntryPlan {
                    reached,
                    call: self.call(None, &call),
                    class: number,
                    kind: class.kind,
                    criticality: class.criticality as u8,
                    value: entry.value,
                };
                self.entries.push(entry);
            }
            self.classes.push(plan);
        }
        self.spec.traffic.classes = classes;
    }

    fn script(&mut self, service: u32, steps: &[Step]) {
        for step in steps {
            match step {
                Step::Work(duration) if self.services[service as usize].asynchronous => {
                    let work = [Op::Burst(duration.sampler()), Op::Release];
                    self.ops.extend(work);
                }
                Step::Work(duration) => self.ops.push(Op::Work(duration.sampler())),
                Step::Compute { cpu, wait } => {
                    self.ops.push(Op::Cpu(cpu.sampler()));
                    if let Some(wait) = wait {
                        self.ops.push(Op::Work(wait.sampler()));
                    }
                }
                Step::Call(call) => {
                    let number = self.call(Some(service), call);
                    self.pooled_call(service, number);
                    self.fallback(service, number, call);
                }
                Step::Lock(lock) => self.lock(service, lock),
                Step::Lookup(lookup) => {
                    let mut ask = lookup.call.clone();
                    ask.optional = true;
                    let number = self.call(Some(service), &ask);
                    self.lookup(lookup, number, |plan, miss| plan.script(service, miss));
                }
                Step::Parallel(branches) => {
                    let fork = self.ops.len();
                    let (first, count) = (self.targets.len() as u32, branches.len() as u32);
                    self.ops.push(Op::Join); // replaced below
                    self.targets.resize(self.targets.len() + branches.len(), 0);
                    for (place, branch) in branches.iter().enumerate() {
                        self.targets[first as usize + place] = self.ops.len() as u32;
                        self.script(service, branch);
                        self.ops.push(Op::Join);
                    }
                    self.ops[fork] = Op::Fork {
                        first,
                        count,
                        next: self.ops.len() as u32,
                    };
                }
                Step::Branch(branches) => self.branch(service, branches),
            }
        }
    }

    fn branch(&mut self, service: u32, branches: &[(f64, Vec<Step>)]) {
        let (first, count) = (self.choices.len() as u32, branches.len() as u32);
        self.ops.push(Op::Choose { first, count });
        self.choices
            .resize(self.choices.len() + branches.len(), (0.0, 0));
        let total: f64 = branches.iter().map(|(weight, _)| weight).sum();
        let mut reached = 0.0;
        let mut jumps = Vec::with_capacity(branches.len());
        for (place, (weight, branch)) in branches.iter().enumerate() {
            reached += weight / total;
            self.choices[first as usize + place] = (reached, self.ops.len() as u32);
            self.script(service, branch);
            jumps.push(self.ops.len());
            self.ops.push(Op::End); // replaced below
        }
        let next = self.ops.len() as u32;
        for jump in jumps {
            self.ops[jump] = Op::Jump(next);
        }
    }

    /// The call that hands a queue's messages to a group of consumers.
    pub fn consumer_call(&mut self, queue: u32, group: &Group) -> u32 {
        let call = Call {
            to: group.to,
            timeout: Some(group.visibility),
            retry: Retry::default(),
            optional: false,
            policy: Policy::default(),
        };
        self.call(Some(queue), &call)
    }

    /// What stands in for a failed call: behind it, jumped over when it went well.
    fn fallback(&mut self, service: u32, number: u32, call: &Call) {
        let Some(script) = &call.policy.fallback else {
            return;
        };
        let jump = self.ops.len();
        self.ops.push(Op::End); // replaced below
        self.calls[number as usize].fallback = Some(self.ops.len() as u32);
        self.give_back(service, number);
        self.script(service, script);
        self.ops[jump] = Op::Jump(self.ops.len() as u32);
    }

    /// The policies of a call, as they stand; none where it has none.
    fn site(&mut self, call: &Call) -> Option<u32> {
        let plan = SitePlan {
            breaker: call.policy.breaker,
            bulkhead: call.policy.bulkhead,
            budget: call.retry.budget,
        };
        (plan != SitePlan::default()).then(|| {
            self.sites.push(plan);
            (self.sites.len() - 1) as u32
        })
    }

    /// The queue of deadlines for a timeout, or for a delay before a second attempt.
    pub fn lane(&mut self, span: Span, hedges: bool) -> u32 {
        position_or_push(&mut self.lanes, LanePlan { span, hedges })
    }

    fn call(&mut self, from: Option<u32>, call: &Call) -> u32 {
        let RouteRef { service, route } = call.to;
        let edge = from.map(|from| {
            let edge = Edge {
                from,
                to: service as u32,
            };
            position_or_push(&mut self.edges, edge)
        });
        let lane = call.timeout.map(|timeout| self.lane(timeout, false));
        let hedge = call.policy.hedge;
        let hedge = hedge.map(|delay| (delay, self.lane(delay, true)));
        let policy = &call.policy;
        let site = self.site(call);
        self.calls.push(CallPlan {
            service: service as u32,
            route: self.first_route[service] + route as u32,
            edge,
            lane,
            retry: call.retry,
            optional: call.optional,
            particular: self.particular[service],
            site,
            breaker: policy.breaker,
            timeout: call.timeout,
            hedge,
            fallback: None,
            deadline: policy.deadline,
            cancel: policy.cancel,
            guarded: site.is_some() || hedge.is_some() || policy.deadline || policy.cancel,
        });
        (self.calls.len() - 1) as u32
    }

    /// Column of each service: the longest path of calls that leads to it.
    pub fn layers(&self) -> Vec<u32> {
        let mut layers = vec![0u32; self.spec.services.len()];
        // A graph without cycles settles after at most as many rounds as it has services.
        for _ in 0..layers.len() {
            for edge in &self.edges {
                let least = layers[edge.from as usize] + 1;
                if layers[edge.to as usize] < least && least <= self.spec.services.len() as u32 {
                    layers[edge.to as usize] = least;
                }
            }
        }
        layers
    }
}

fn is_particular(service: &Service) -> bool {
    match &service.store {
        Store::Cache(_) => true,
        Store::Database(database) => database.replication.is_some(),
        _ => false,
    }
}

impl ClassPlan {
    /// Lays journeys and their steps out in rows.
    fn journeys(&mut self, population: &Population) {
        let total: f64 = population.journeys.iter().map(|way| way.weight).sum();
        let mut reached = 0.0;
        for journey in &population.journeys {
            reached += journey.weight / total;
            let first = self.steps.len() as u32;
            for step in &journey.steps {
                let think = step.think.unwrap_or(population.think);
                self.steps.push((self.first + step.entry as u32, think));
            }
            self.journeys
                .push((reached, first, self.steps.len() as u32));
        }
    }
}

/// Gives every call to `to` another timeout.
fn set_timeout(script: &mut [Step], to: RouteRef, timeout: Option<Span>) {
    for step in script {
        match step {
            Step::Call(call) if call.to == to => call.timeout = timeout,
            Step::Lookup(lookup) => {
                if lookup.call.to == to {
                    lookup.call.timeout = timeout;
                }
                set_timeout(&mut lookup.miss, to, timeout);
            }
            Step::Parallel(branches) => {
                for branch in branches {
                    set_timeout(branch, to, timeout);
                }
            }
            Step::Branch(branches) => {
                for (_, branch) in branches {
                    set_timeout(branch, to, timeout);
                }
            }
            _ => {}
        }
    }
}

fn position_or_push<T: PartialEq>(list: &mut Vec<T>, item: T) -> u32 {
    match list.iter().position(|present| *present == item) {
        Some(place) => place as u32,
        None => {
            list.push(item);
            (list.len() - 1) as u32
        }
    }
}
