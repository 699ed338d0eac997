//! What each target tells at a scrape.

use super::catalogue::{CLIENT, DATABASE, EDGE, PROCESS, PUBLISH, SERVER};
use super::counters::{Cell, WAYS};
use super::{Metrics, Of};
use crate::world::spec::{ClassKind, Criticality, Kind, RouteRef, Step, Store};
use crate::world::{Exit, FaultKind, FaultStatus, NodePhase, Outcome, PodFigures, World};

pub(super) type Text = (&'static str, String);

impl Metrics {
    /// Lets every target tell.
    pub(super) fn pull(&mut self, world: &World) {
        let methods = std::mem::take(&mut self.methods);
        for service in 0..world.spec().services.len() {
            let trouble = Trouble::of(world, service);
            for pod in world.pod_figures(service) {
                self.pod(world, service, &pod, &trouble, &methods);
                if pod.answers {
                    self.explode(&world.spec().services[service].name, &pod, trouble.series);
                }
            }
            self.deployment(world, service);
            self.kept(world, service);
        }
        self.methods = methods;
        self.nodes(world);
        self.calls(world);
        self.edge(world);
        self.own();
    }

    /// A pod: what it says itself, what its node says of it, and what the control plane does.
    fn pod(
        &mut self,
        world: &World,
        service: usize,
        pod: &PodFigures,
        trouble: &Trouble,
        methods: &[&'static str],
    ) {
        let spec = &world.spec().services[service];
        if spec.kind == Kind::Dependency {
            return; // Nobody lets us look inside.
        }
        let key = |of| (of, service as u32, pod.number);
        let name = || format!("{}-{}", spec.name, pod.number);
        let version = spec.versions.get(pod.version as usize);
        let version = version.map_or("", |version| version.name.as_str());
        let at = || pod.node.and_then(|node| world.node_name(node));
        let zone = || at().map_or(String::new(), |(_, zone)| zone.to_owned());
        let node = || at().map_or(String::new(), |(node, _)| node);
        let base = || -> Vec<Text> {
            vec![
                ("job", "kubernetes-pods".to_owned()),
                ("instance", format!("{}:8080", name())),
                ("service", spec.name.clone()),
                ("pod", name()),
                ("version", version.to_owned()),
                ("zone", zone()),
            ]
        };
        let scale = f64::from(world.spec().scale);
        let first = world.first_route(service);
        let missed = trouble.missed > 0.0 && self.chance.chance(trouble.missed);
        let answers = pod.answers && !missed;
        if answers && trouble.stands && self.repeat(key(Of::Pod)) {
            // It tells what it told before.
        } else if !pod.pending {
            self.block(key(Of::Pod), &base, |pen, counters| {
                pen.write("up", &[], flag(answers));
                if !answers {
                    return;
                }
                // Whether a target answered is noted by the clock of the one who asked.
                pen.time += trouble.ahead;
                pen.write("process_start_time_seconds", &[], pod.started.as_secs_f64());
                pen.write("http_server_active_requests", &[], f64::from(pod.requests));
                pen.write("server_workers_busy", &[], f64::from(pod.workers.0));
                pen.write("server_workers_max", &[], f64::from(pod.workers.1));
                pen.write("server_queue_requests", &[], f64::from(pod.queue.0));
                pen.write("server_queue_max_requests", &[], f64::from(pod.queue.1));
                if !matches!(spec.kind, Kind::Gateway | Kind::Service) {
                    return; // Stores are measured by those who use them.
                }
                let cells = counters.pod(pod.key);
                for (place, cell) in cells.iter().enumerate() {
                    let route = &spec.routes[place / WAYS];
                    let method = methods[first + place / WAYS];
                    let (code, error) = ended(Outcome::ALL[place % WAYS]);
                    let labels = [
                        ("route", route.name.as_str()),
                        ("method", method),
                        ("code", code),
                        ("error_type", error),
                    ];
                    pen.histogram(SERVER, &labels, cell, scale);
                }
            });
        }
        let of_container = |job: &str, instance: String| -> Vec<Text> {
            vec![
                ("job", job.to_owned()),
                ("instance", instance),
                ("service", spec.name.clone()),
                ("pod", name()),
                ("container", spec.name.clone()),
                ("node", node()),
            ]
        };
        if pod.seen {
            let base = || of_container("cadvisor", node());
            let computes = spec.fleet.cores.is_some() || spec.computes();
            let cpu = computes.then_some(pod.cpu.as_secs_f64());
            let throttled = computes.then_some(pod.throttled.as_secs_f64());
            let bytes = |bytes: u64| bytes as f64;
            self.block(key(Of::Container), &base, |pen, _| {
                pen.maybe("container_cpu_usage_seconds_total", &[], cpu);
                pen.maybe("container_cpu_cfs_throttled_seconds_total", &[], throttled);
                let memory = pod.memory;
                pen.maybe(
                    "container_memory_working_set_bytes",
                    &[],
                    memory.map(|m| bytes(m.0)),
                );
                pen.maybe(
                    "container_spec_memory_limit_bytes",
                    &[],
                    memory.map(|m| bytes(m.1)),
                );
                pen.maybe(
                    "container_fs_usage_bytes",
                    &[],
                    pod.disk.map(|disk| bytes(disk.0)),
                );
                pen.maybe(
                    "container_fs_limit_bytes",
                    &[],
                    pod.disk.map(|disk| bytes(disk.1)),
                );
            });
        }
        let base = || of_container("kube-state-metrics", "kube-state-metrics:8080".to_owned());
        self.block(key(Of::PodState), &base, |pen, _| {
            pen.write("kube_pod_info", &[("version", version)], 1.0);
            let phase = |word| [("phase", word)];
            pen.write(
                "kube_pod_status_phase",
                &phase("Pending"),
                flag(pod.pending),
            );
            pen.write(
                "kube_pod_status_phase",
                &phase("Running"),
                flag(!pod.pending),
            );
            pen.write(
                "kube_pod_status_ready",
                &[("condition", "true")],
                flag(pod.ready),
            );
            pen.write(
                "kube_pod_container_status_restarts_total",
                &[],
                f64::from(pod.restarts),
            );
            let waits = match (pod.backing_off, pod.unpulled) {
                (false, _) => None,
                (true, true) => Some("ImagePullBackOff"),
                (true, false) => Some("CrashLoopBackOff"),
            };
            for reason in ["CrashLoopBackOff", "ImagePullBackOff"] {
                let value = (waits == Some(reason)).then_some(1.0);
                let labels = [("reason", reason)];
                pen.maybe("kube_pod_container_status_waiting_reason", &labels, value);
            }
            let last = pod.last_exit.map(|exit| match exit {
                Exit::OutOfMemory => "OOMKilled",
                _ => "Error",
            });
            for reason in ["OOMKilled", "Error"] {
                let value = (last == Some(reason)).then_some(1.0);
                let labels = [("reason", reason)];
                pen.maybe(
                    "kube_pod_container_status_last_terminated_reason",
                    &labels,
                    value,
                );
            }
            let fleet = &spec.fleet;
            let cpu = |milli: u32| (milli > 0).then_some(f64::from(milli) / 1e3);
            let memory = |bytes: u64| (bytes > 0).then_some(bytes as f64);
            let (cores, bytes) = ([("resource", "cpu")], [("resource", "memory")]);
            let requests = "kube_pod_container_resource_requests";
            pen.maybe(requests, &cores, cpu(fleet.cpu_request));
            pen.maybe(requests, &bytes, memory(fleet.memory_request.get()));
            let limits = "kube_pod_container_resource_limits";
            let most = fleet.cores.and_then(|cores| cores.limit);
            pen.maybe(limits, &cores, most.and_then(cpu));
            let most = fleet.memory.map(|memory| memory.limit.get());
            pen.maybe(limits, &bytes, most.and_then(memory));
        });
    }

    /// What the control plane says of a service.
    fn deployment(&mut self, world: &World, service: usize) {
        let spec = &world.spec().services[service];
        if spec.kind == Kind::Dependency {
            return;
        }
        let wanted = world.replicas(service);
        let version = world.version(service);
        let (mut all, mut ready, mut updated) = (0_u32, 0_u32, 0_u32);
        for pod in world.pod_figures(service).filter(|pod| !pod.stopping) {
            all += 1;
            ready += u32::from(pod.ready);
            updated += u32::from(pod.version == version);
        }
        let rollout = world.rollout_status(service);
        let scaler = world.autoscaler(service);
        let base = || -> Vec<Text> {
            vec![
                ("job", "kube-state-metrics".to_owned()),
                ("instance", "kube-state-metrics:8080".to_owned()),
                ("service", spec.name.clone()),
            ]
        };
        self.block((Of::Deployment, service as u32, 0), &base, |pen, _| {
            let of = [("deployment", spec.name.as_str())];
            pen.write("kube_deployment_spec_replicas", &of, f64::from(wanted));
            pen.write("kube_deployment_status_replicas", &of, f64::from(all));
            pen.write(
                "kube_deployment_status_replicas_ready",
                &of,
                f64::from(ready),
            );
            pen.write(
                "kube_deployment_status_replicas_updated",
                &of,
                f64::from(updated),
            );
            let lacking = f64::from(wanted.saturating_sub(ready));
            pen.write("kube_deployment_status_replicas_unavailable", &of, lacking);
            let paused = rollout.is_some_and(|rollout| rollout.paused);
            pen.write("kube_deployment_spec_paused", &of, flag(paused));
            let moves = rollout.is_none_or(|rollout| !rollout.stalled);
            for (status, value) in [("true", moves), ("false", !moves)] {
                let labels = [of[0], ("condition", "Progressing"), ("status", status)];
                pen.write("kube_deployment_status_condition", &labels, flag(value));
            }
            let weight = rollout.and_then(|rollout| rollout.weight);
            pen.maybe("rollout_canary_weight_ratio", &of, weight);
            let Some(scaler) = scaler else { return };
            let of = [("horizontalpodautoscaler", spec.name.as_str())];
            let (least, most) = scaler.bounds;
            pen.write(
                "kube_horizontalpodautoscaler_spec_min_replicas",
                &of,
                f64::from(least),
            );
            pen.write(
                "kube_horizontalpodautoscaler_spec_max_replicas",
                &of,
                f64::from(most),
            );
            let current = "kube_horizontalpodautoscaler_status_current_replicas";
            pen.write(current, &of, f64::from(all));
            let desired = "kube_horizontalpodautoscaler_status_desired_replicas";
            pen.write(desired, &of, f64::from(wanted));
            let ratio = "kube_horizontalpodautoscaler_status_target_metric_ratio";
            pen.maybe(ratio, &of, scaler.ratio);
        });
    }

    fn nodes(&mut self, world: &World) {
        for node in world.nodes() {
            let base = || -> Vec<Text> {
                vec![
                    ("job", "kube-state-metrics".to_owned()),
                    ("instance", "kube-state-metrics:8080".to_owned()),
                    ("node", node.name.clone()),
                    ("zone", node.zone.clone()),
                    ("region", node.region.clone()),
                ]
            };
            // What the control plane knows: a node that went away is ready until it is missed.
            let ready = matches!(node.phase, NodePhase::Ready | NodePhase::Lost);
            self.block((Of::Node, node.place, 0), &base, |pen, _| {
                let labels = [("condition", "Ready"), ("status", "true")];
                pen.write("kube_node_status_condition", &labels, flag(ready));
                pen.write("kube_node_spec_unschedulable", &[], flag(node.cordoned));
                let allocatable = "kube_node_status_allocatable";
                let labels = [("resource", "cpu"), ("unit", "core")];
                pen.write(allocatable, &labels, f64::from(node.cpu.1) / 1e3);
                let labels = [("resource", "memory"), ("unit", "byte")];
                pen.write(allocatable, &labels, node.memory.1 as f64);
            });
        }
    }

    /// What callers measured, brought together by a collector.
    fn calls(&mut self, world: &World) {
        let spec = world.spec();
        let scale = f64::from(spec.scale);
        let base = || -> Vec<Text> {
            vec![
                ("job", "otel-collector".to_owned()),
                ("instance", "otel-collector:8889".to_owned()),
            ]
        };
        let edges: Vec<(u32, u32)> = world.edges().collect();
        self.block((Of::Calls, 0, 0), &base, |pen, counters| {
            for (cells, (from, to)) in counters.calls.chunks(WAYS).zip(edges) {
                let (from, to) = (&spec.services[from as usize], &spec.services[to as usize]);
                for (cell, outcome) in cells.iter().zip(Outcome::ALL) {
                    let (code, error) = ended(outcome);
                    let (name, labels) = match (from.kind, to.kind) {
                        (Kind::Queue, _) => (
                            PROCESS,
                            [
                                ("service", &*to.name),
                                ("messaging_destination_name", &*from.name),
                                ("", ""),
                                ("error_type", error),
                            ],
                        ),
                        (_, Kind::Queue) => (
                            PUBLISH,
                            [
                                ("service", &*from.name),
                                ("messaging_destination_name", &*to.name),
                                ("", ""),
                                ("error_type", error),
                            ],
                        ),
                        (_, Kind::Database | Kind::Cache) => (
                            DATABASE,
                            [
                                ("service", &*from.name),
                                ("server_address", &*to.name),
                                ("", ""),
                                ("error_type", error),
                            ],
                        ),
                        _ => (
                            CLIENT,
                            [
                                ("service", &*from.name),
                                ("server_address", &*to.name),
                                ("code", code),
                                ("error_type", error),
                            ],
                        ),
                    };
                    pen.histogram(name, &labels, cell, scale);
                }
            }
        });
    }

    /// Requests from outside, by class of client and by what was asked for.
    fn edge(&mut self, world: &World) {
        let spec = world.spec();
        let scale = f64::from(spec.scale);
        let mut entry = 0;
        for (class, of) in spec.traffic.classes.iter().enumerate() {
            let base = || -> Vec<Text> {
                let text = |text: &Option<String>| text.clone().unwrap_or_default();
                vec![
                    ("job", "edge".to_owned()),
                    ("instance", "edge:9090".to_owned()),
                    ("class", of.name.clone()),
                    ("kind", kind(of.kind).to_owned()),
                    ("criticality", criticality(of.criticality).to_owned()),
                    ("tenant", text(&of.tenant)),
                    ("device", text(&of.device)),
                    ("client_region", text(&of.region)),
                ]
            };
            let users = world.crowd(class).map(f64::from);
            let mix = &of.mix;
            let methods = std::mem::take(&mut self.methods);
            self.block((Of::Edge, class as u32, 0), &base, |pen, counters| {
                let (refused, cents) = counters.classes[class];
                pen.write("edge_requests_refused_total", &[], refused as f64 * scale);
                pen.write("business_revenue_total", &[], cents as f64 * scale / 100.0);
                pen.maybe("edge_users", &[], users);
                for (place, asked) in mix.iter().enumerate() {
                    let service = &spec.services[asked.to.service];
                    let route = &service.routes[asked.to.route];
                    let number = world.first_route(asked.to.service) + asked.to.route;
                    for (way, outcome) in Outcome::ALL.into_iter().enumerate() {
                        let (code, error) = ended(outcome);
                        let labels = [
                            ("service", service.name.as_str()),
                            ("route", route.name.as_str()),
                            ("method", methods[number]),
                            ("code", code),
                            ("error_type", error),
                        ];
                        let cell: &Cell = &counters.entries[(entry + place) * WAYS + way];
                        pen.histogram(EDGE, &labels, cell, scale);
                    }
                }
            });
            self.methods = methods;
            entry += mix.len();
        }
    }

    /// What the store says of itself.
    fn own(&mut self) {
        let counts = self.store.counts();
        let (series, bytes) = (self.store.len(), self.store.bytes());
        let base = || -> Vec<Text> {
            vec![
                ("job", "prometheus".to_owned()),
                ("instance", "localhost:9090".to_owned()),
            ]
        };
        self.block((Of::Own, 0, 0), &base, |pen, _| {
            pen.write("up", &[], 1.0);
            pen.write("prometheus_tsdb_head_series", &[], series as f64);
            let appended = "prometheus_tsdb_head_samples_appended_total";
            pen.write(appended, &[], counts.appended as f64);
            let refused = "prometheus_tsdb_head_series_refused_total";
            pen.write(refused, &[], counts.refused_series as f64);
            pen.write("prometheus_tsdb_storage_bytes", &[], bytes as f64);
        });
    }
}

/// What is wrong with the telemetry of a service.
#[derive(Default)]
struct Trouble {
    /// Share of scrapes that fail.
    missed: f64,
    /// It tells old numbers.
    stands: bool,
    /// New series at each scrape of each pod.
    series: u32,
    /// Milliseconds that its clock is ahead.
    ahead: i64,
}

impl Trouble {
    fn of(world: &World, service: usize) -> Trouble {
        let mut trouble = Trouble::default();
        let here = |fault: &FaultStatus<'_>| fault.active && fault.service as usize == service;
        for fault in world.faults().filter(here) {
            let value = fault.spec.values.first().copied().unwrap_or_default();
            match fault.spec.kind {
                FaultKind::MissingScrape => trouble.missed = trouble.missed.max(value),
                FaultKind::StaleTarget => trouble.stands = true,
                FaultKind::Cardinality => trouble.series += value as u32,
                FaultKind::WrongClock => trouble.ahead += (value * 1e3) as i64,
                _ => {}
            }
        }
        trouble
    }
}

fn flag(on: bool) -> f64 {
    f64::from(u8::from(on))
}

/// Status code and class of error, as OpenTelemetry's `error.type`.
fn ended(outcome: Outcome) -> (&'static str, &'static str) {
    match outcome {
        Outcome::Ok => ("200", ""),
        Outcome::Error => ("500", "internal"),
        Outcome::TimedOut => ("504", "timeout"),
        Outcome::Overloaded => ("503", "overloaded"),
        Outcome::Unavailable => ("503", "unavailable"),
        Outcome::Limited => ("429", "rate_limited"),
    }
}

fn kind(kind: ClassKind) -> &'static str {
    match kind {
        ClassKind::Users => "users",
        ClassKind::Bots => "bots",
        ClassKind::Probes => "probes",
    }
}

fn criticality(criticality: Criticality) -> &'static str {
    match criticality {
        Criticality::CriticalPlus => "critical_plus",
        Criticality::Critical => "critical",
        Criticality::SheddablePlus => "sheddable_plus",
        Criticality::Sheddable => "sheddable",
    }
}

/// HTTP methods by number of the route: what changes something is posted, all else is got.
pub fn methods(world: &World) -> Vec<&'static str> {
    let spec = world.spec();
    let mut writes: Vec<bool> = vec![false; world.route_count()];
    for (place, service) in spec.services.iter().enumerate() {
        let first = world.first_route(place);
        match (&service.store, service.kind) {
            (Store::Database(database), _) => {
                for route in &database.writes {
                    writes[first + route] = true;
                }
            }
            (_, Kind::Queue) => writes[first..first + service.routes.len()].fill(true),
            _ => {}
        }
    }
    // Whoever calls something that writes, writes. As long as that marks another, it goes on.
    let mut more = true;
    while more {
        more = false;
        for (place, service) in spec.services.iter().enumerate() {
            for (local, route) in service.routes.iter().enumerate() {
                let number = world.first_route(place) + local;
                if !writes[number] && changes(&route.script, world, &writes) {
                    writes[number] = true;
                    more = true;
                }
            }
        }
    }
    let word = |writes: bool| if writes { "POST" } else { "GET" };
    writes.into_iter().map(word).collect()
}

fn changes(script: &[Step], world: &World, writes: &[bool]) -> bool {
    let called = |to: RouteRef| writes[world.first_route(to.service) + to.route];
    script.iter().any(|step| match step {
        Step::Work(_) | Step::Compute { .. } => false,
        Step::Lock(_) => true,
        Step::Call(call) => called(call.to),
        Step::Parallel(scripts) => scripts.iter().any(|script| changes(script, world, writes)),
        Step::Branch(choices) => choices
            .iter()
            .any(|(_, script)| changes(script, world, writes)),
        Step::Lookup(lookup) => changes(&lookup.miss, world, writes),
    })
}
