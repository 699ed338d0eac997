//! The world made ready to run: scripts as flat operations, calls and edges
//! numbered. Immutable; every clone of a running world shares it.

use crate::base::{Duration, Money, Sampler, Span, Stream};

use super::spec::{
    Balance, Call, Class, ClassKind, Drive, Population, Retry, RouteRef, Spec, Step,
};

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
}

impl Op {
    /// How long a work takes at a pod that is so many times slower; no time for anything else.
    #[inline(always)]
    pub fn draw(&self, slower: f64, stream: &mut Stream) -> Span {
        let (Op::Work(sampler) | Op::Burst(sampler)) = self else {
            return Span::ZERO;
        };
        let span = sampler.sample(stream);
        if slower == 1.0 {
            span
        } else {
            span.scaled(slower)
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
}

/// What every request to a service asks of its description.
#[derive(Clone, Copy, Debug)]
pub(super) struct ServicePlan {
    pub workers: u32,
    pub queue: u32,
    pub asynchronous: bool,
    pub balance: Balance,
}

/// A route across all services.
#[derive(Clone, Debug)]
pub(super) struct RoutePlan {
    pub service: u32,
    /// Position among its service's routes.
    pub local: u32,
    /// First operation.
    pub entry: u32,
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
    pub routes: Vec<RoutePlan>,
    /// Number of the first route of each service.
    pub first_route: Vec<u32>,
    pub edges: Vec<Edge>,
    /// One per distinct timeout.
    pub lanes: Vec<Span>,
    /// What clients ask for, class by class, each in the order of its mix.
    pub entries: Vec<EntryPlan>,
    /// By class.
    pub classes: Vec<ClassPlan>,
    /// Classes that divide the common rate, with cumulative shares.
    pub shares: Vec<(f64, u32)>,
}

/// One kind of request from outside.
#[derive(Clone, Copy, Debug)]
pub(super) struct EntryPlan {
    /// Cumulative share among its class's entries.
    pub reached: f64,
    pub call: u32,
    pub class: u32,
    pub kind: ClassKind,
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
                });
            }
        }
        let services = spec.services.iter().map(|service| ServicePlan {
            workers: service.workers,
            queue: service.queue,
            asynchronous: service.asynchronous,
            balance: service.balance,
        });
        let services = services.collect();
        let mut plan = Plan {
            spec,
            ops: vec![Op::Refuse],
            targets: Vec::new(),
            choices: Vec::new(),
            calls: Vec::new(),
            services,
            routes,
            first_route,
            edges: Vec::new(),
            lanes: Vec::new(),
            entries: Vec::new(),
            classes: Vec::new(),
            shares: Vec::new(),
        };
        let services = std::mem::take(&mut plan.spec.services);
        for (service, spec) in services.iter().enumerate() {
            for (local, route) in spec.routes.iter().enumerate() {
                let number = plan.first_route[service] as usize + local;
                plan.routes[number].entry = plan.ops.len() as u32;
                plan.script(service as u32, &route.script);
                plan.ops.push(Op::End);
            }
        }
        plan.spec.services = services;
        plan.users();
        plan
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
                };
                let entry = EntryPlan {
                    reached,
                    call: self.call(None, &call),
                    class: number,
                    kind: class.kind,
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
                Step::Call(call) => {
                    let number = self.call(Some(service), call);
                    self.ops.push(Op::Call(number));
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

    fn call(&mut self, from: Option<u32>, call: &Call) -> u32 {
        let RouteRef { service, route } = call.to;
        let edge = from.map(|from| {
            let edge = Edge {
                from,
                to: service as u32,
            };
            position_or_push(&mut self.edges, edge)
        });
        let lane = call
            .timeout
            .map(|timeout| position_or_push(&mut self.lanes, timeout));
        self.calls.push(CallPlan {
            service: service as u32,
            route: self.first_route[service] + route as u32,
            edge,
            lane,
            retry: call.retry,
            optional: call.optional,
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

fn position_or_push<T: PartialEq>(list: &mut Vec<T>, item: T) -> u32 {
    match list.iter().position(|present| *present == item) {
        Some(place) => place as u32,
        None => {
            list.push(item);
            (list.len() - 1) as u32
        }
    }
}
