//! Random worlds, as the text of their files: services of every kind, steps of
//! every kind, and every field in some of them. Calls lead to later services
//! only, so that no request goes in circles, and traffic is scaled so that a
//! case stays small however its calls fan out.

use super::dice::Dice;
use xops_lab::session::Scenario;
use xops_lab::world::Forecast;

/// Requests a second, all services together, that a world is made for.
const VISITS: f64 = 150.0;

struct Sketch {
    kinds: Vec<&'static str>,
    routes: Vec<usize>,
    computes: bool,
}

/// The text of a world and the world itself.
pub fn draw(dice: &mut Dice) -> (String, Scenario) {
    let text = sketch(dice);
    let read = |text: &str| {
        Scenario::read("swarm.yaml", text)
            .unwrap_or_else(|problems| panic!("{problems}\n{text}"))
            .0
    };
    let forecast = Forecast::of(&read(&text.replace("RATE", "1/s")).world);
    let visits: f64 = forecast.services.iter().map(|service| service.rate).sum();
    let rate = (VISITS / visits.max(1.0)).clamp(0.2, 40.0);
    let text = text.replace("RATE", &format!("{rate:.3}/s"));
    let scenario = read(&text);
    (text, scenario)
}

fn name(kind: &str, place: usize) -> String {
    let letter = if kind == "database" { "db" } else { &kind[..1] };
    format!("{letter}{place}")
}

fn sketch(dice: &mut Dice) -> String {
    let mut kinds = vec!["gateway"];
    let all = [
        "service",
        "service",
        "service",
        "database",
        "cache",
        "queue",
        "dependency",
    ];
    for _ in 0..dice.from(1, 6) {
        kinds.push(dice.word(&all));
    }
    // A queue needs someone later who consumes.
    kinds.push("service");
    let routes = kinds.iter().map(|_| dice.from(1, 2) as usize).collect();
    let mut of = Sketch {
        kinds,
        routes,
        computes: false,
    };
    let placed = dice.percent(50);
    let mut text = format!(
        "format: xops-world/1\ntitle: swarm\nabout: drawn by chance\nscale: {}\n",
        dice.pick(&[1, 1, 20])
    );
    text += &format!("telemetry: {{scrape: {}s}}\n", dice.pick(&[5, 15]));
    if placed {
        text += &topology(dice);
    }
    text += &traffic(dice, &of);
    text += "services:\n";
    for place in 0..of.kinds.len() {
        text += &service(dice, &mut of, place, placed);
    }
    text += "slos:\n  availability: {title: Availability, target: 99%, window: 1h, good: availability}\n  latency: {title: Latency, target: 90%, window: 1h, good: {latency: {under: 300ms}}}\n";
    text
}

fn topology(dice: &mut Dice) -> String {
    let mut text = "topology:\n  zones: {a: here, b: here, c: there}\n  pools:\n".to_owned();
    for zone in ["a", "b", "c"].iter().take(dice.from(1, 3) as usize) {
        let nodes = dice.from(1, 3);
        let max = if dice.percent(50) {
            format!(", max: {}, boot: 20s, idle: 1m", nodes + 2)
        } else {
            String::new()
        };
        text += &format!(
            "    p{zone}: {{zone: {zone}, cpu: {}, memory: 16GiB, nodes: {nodes}{max}, price: 0.2}}\n",
            dice.pick(&[2, 4, 8])
        );
    }
    text += &format!(
        "  endpoint-delay: {}\n  unreachable-after: 20s\n  evict-after: 30s\n  egress-price: 0.1\n",
        dice.pick(&["0s", "1s", "5s"])
    );
    if dice.percent(30) {
        text += "  quota: 10\n";
    }
    text
}

fn traffic(dice: &mut Dice, of: &Sketch) -> String {
    let profile = dice.word(&[
        "RATE",
        "{constant: RATE}",
        "{ramp: {from: RATE, to: 1/s, at: 20s, over: 1m}}",
        "{spike: {of: RATE, at: 30s, times: 3, rise: 5s, for: 20s, fall: 5s}}",
        "{flash-sale: {of: RATE, at: 40s, times: 4, half-life: 20s}}",
        "{steps: [{at: 0s, rate: RATE}, {at: 50s, rate: 2/s}]}",
        "{weekly: {of: {diurnal: {low: RATE, high: RATE, peak: 20h}}, days: [1, 1, 1, 1, 1.3, 0.6, 0.5]}}",
        "{table: {rows: [[0s, RATE], [60s, 1/s]], between: line, repeat: 70s}}",
        "{sum: [RATE, 0.5/s]}",
        "{product: [RATE, {spike: {at: 10s, times: 2, for: 10s}}]}",
        "{csv: \"0,1\\n30,2\\n90,1\"}",
    ]);
    let patience = dice.word(&["", "  patience: 3s\n", "  patience: 10s\n"]);
    let mix = |dice: &mut Dice| {
        let entries: Vec<String> = (0..of.routes[0])
            .map(|route| {
                format!(
                    "{{route: g0/r{route}, weight: {}, value: 12.50}}",
                    dice.from(1, 9)
                )
            })
            .collect();
        format!("[{}]", entries.join(", "))
    };
    let mut text = format!("traffic:\n{patience}  mix: {}\n", mix(dice));
    if dice.percent(40) {
        return text + &format!("  rate: {profile}\n");
    }
    if dice.percent(40) {
        text += "  shed: {over: 85%}\n";
    }
    text += &format!("  rate: {profile}\n  classes:\n    web: {{share: 3, tenant: acme}}\n");
    let more = [
        "    mobile: {share: 2, device: phone, criticality: sheddable, patience: 2s}\n",
        "    partner: {rate: 1/s, criticality: sheddable-plus, limit: {rate: 2/s, burst: 3}}\n",
        "    crawler: {kind: bots, rate: 1/s}\n",
        "    probe: {kind: probes, rate: 12/min}\n",
        "    people: {tenant: acme, criticality: critical-plus, users: {count: 8, think: {exponential: {mean: 4s}}, click-again: {times: 2, after: 1s}, journeys: [{steps: [g0/r0, {route: g0/r0, think: 2s, value: 3}]}]}}\n",
        "    crowd: {region: north, users: {count: {steps: [{at: 0s, value: 5}, {at: 60s, value: 1}]}, think: 3s}}\n",
    ];
    for class in more {
        if dice.percent(40) {
            text += class;
        }
    }
    text
}

fn service(dice: &mut Dice, of: &mut Sketch, place: usize, placed: bool) -> String {
    let kind = of.kinds[place];
    let mut text = format!(
        "  {}:\n    about: one of the swarm\n    kind: {kind}\n",
        name(kind, place)
    );
    let workers = *dice.pick(&[1, 2, 4, 16, 64]);
    text += &format!(
        "    replicas: {}\n    workers: {workers}\n    queue: {}\n    start-up: {}\n",
        dice.from(1, 3),
        dice.pick(&[0, 2, 10, 100]),
        dice.pick(&["0s", "3s", "10s"]),
    );
    let own = matches!(kind, "gateway" | "service");
    let asynchronous = own && dice.percent(20);
    if asynchronous {
        text += "    async: true\n";
    }
    text += &format!(
        "    balance: {}\n",
        dice.pick(&["round-robin", "random", "least-request", "ring-hash"])
    );
    let guards = [
        "    rate-limit: {rate: 40/s, burst: 10}\n",
        "    shed: {critical-plus: 4, critical: 2, sheddable-plus: 0.9, sheddable: 0.75}\n",
        "    concurrency-limit: {latency: 100ms, min: 1, max: 50, start: 10}\n",
        "    queue-order: lifo\n",
        "    queue-order: adaptive-lifo\n",
        "    codel: {target: 20ms, interval: 100ms}\n",
        "    outlier-ejection: {consecutive: 3, base: 10s, most: 50%}\n",
    ];
    let mut ordered = false;
    for guard in guards {
        let orders = guard.contains("queue-order");
        if dice.percent(8) && !(orders && ordered) {
            ordered |= orders;
            text += guard;
        }
    }
    of.computes = own && !asynchronous && dice.percent(40);
    let cores = of.computes && dice.percent(60);
    if cores {
        text += dice.word(&[
            "    cores: {limit: 0.5}\n",
            "    cores: {limit: 2}\n",
            "    cores: {threads: 2}\n",
            "    cores: {limit: 0.7, threads: 3}\n",
        ]);
    }
    if placed || dice.percent(30) {
        text += "    requests: {cpu: 0.25, memory: 256MiB}\n";
    }
    if placed && dice.percent(20) {
        text += dice.word(&[
            "    placement: {alone: true}\n",
            "    placement: {spread: require}\n",
        ]);
    }
    let memory = dice.percent(25);
    if memory {
        text += "    memory: {limit: 256MiB, base: 100MiB, per-request: 2MiB, leak: 20KiB}\n";
    }
    for (share, extra) in [
        (
            10,
            "    gc: {every: 200, pause: {uniform: {min: 5ms, max: 200ms}}}\n",
        ),
        (15, "    warm-up: {factor: 3, over: 20s}\n"),
        (
            15,
            "    disk: {size: 10MiB, per-request: 4KiB, writes: [r0], price: 0.1}\n",
        ),
        (20, "    stop: {pre-stop: 2s, grace: 10s}\n"),
        (
            20,
            "    probes: {readiness: {period: 5s}, liveness: {delay: 30s, period: 10s, failures: 3}}\n",
        ),
        (
            10,
            "    probes: {liveness: {delay: 30s, period: 5s, timeout: 2s, failures: 2}}\n",
        ),
        (20, "    price: {request: 0.0001, egress: 4KiB}\n"),
    ] {
        let again = extra.contains("probes") && text.contains("probes:");
        let idle = extra.contains("egress") && !placed;
        if dice.percent(share) && !again && !idle {
            text += extra;
        }
    }
    if dice.percent(20) {
        text += dice.word(&[
            "    rollout: {strategy: recreate}\n",
            "    rollout: {strategy: blue-green, keep: 20s}\n",
            "    rollout: {strategy: canary, steps: [{weight: 20%, for: 20s}, {weight: 60%}]}\n",
            "    rollout: {strategy: rolling, max-surge: 50%, max-unavailable: 1, progress-deadline: 30s}\n",
        ]);
    }
    if own && dice.percent(20) {
        text += dice.word(&[
            "    autoscale: {min: 1, max: 5, workers: 60%, down: {window: 30s}}\n",
            "    autoscale: {min: 1, max: 4, rate: 10/s, sync: 5s, up: {policies: [{amount: 1, per: 15s}]}}\n",
            "    autoscale: {min: 2, max: 4, workers: 50%, schedule: [{from: 0h, min: 2, max: 3}]}\n",
        ]);
    }
    text += &store(dice, of, place);
    text += &pools(dice, of, place);
    let before = script(dice, of, place, asynchronous, 1);
    text += "    routes:\n";
    for route in 0..of.routes[place] {
        text += &format!(
            "      r{route}: {}\n",
            script(dice, of, place, asynchronous, 0)
        );
    }
    // Cores need work that uses them.
    if cores && !text.contains("work: {cpu:") {
        let used = "      r0: [{work: {cpu: 2ms, wait: 1ms}}, ";
        text = text.replacen("      r0: [", used, 1);
    }
    text.replace(
        "[{work: {cpu: 2ms, wait: 1ms}}, ]",
        "[{work: {cpu: 2ms, wait: 1ms}}]",
    ) + &versions(dice, own, memory, &before)
}

fn versions(dice: &mut Dice, own: bool, memory: bool, before: &str) -> String {
    let mut text = "    versions:\n      v1: {note: as before}\n".to_owned();
    text += &format!(
        "      v2: {{note: slower, slower: {}, errors: {{r0: {}%}}}}\n",
        dice.pick(&["0.5", "1.5", "8"]),
        dice.from(0, 60)
    );
    let rest = dice.word(&[
        "workers: 3, queue: 1",
        "crash-after: 30s",
        "start-up: 20s",
        "hidden-for: 50, slower: 5",
        "request-price: 0.5",
    ]);
    let leak = if memory { ", leak: 300KiB" } else { "" };
    let before = if own && dice.percent(50) {
        format!(", before: {{r0: {before}}}")
    } else {
        String::new()
    };
    text + &format!("      v3: {{note: odd, {rest}{leak}{before}}}\n")
}

fn later(of: &Sketch, place: usize, wanted: &[&str]) -> Vec<usize> {
    let all = place + 1..of.kinds.len();
    all.filter(|at| wanted.contains(&of.kinds[*at])).collect()
}

fn store(dice: &mut Dice, of: &Sketch, place: usize) -> String {
    match of.kinds[place] {
        "database" => {
            let replication = match dice.below(3) {
                0 => format!(
                    ", replication: {{failover: 10s, delay: {{exponential: {{mean: 40ms}}}}, apply: 1ms, synchronous: {}, reads: {}{}}}",
                    dice.percent(40),
                    dice.pick(&["any", "replicas", "primary"]),
                    dice.pick(&["", ", max-lag: 1s"]),
                ),
                _ => String::new(),
            };
            format!("    database: {{writes: [r0], connections: {}{replication}}}\n", dice.pick(&[3, 20, 200]))
        }
        "cache" => format!(
            "    cache: {{capacity: {}, eviction: {}}}\n",
            dice.pick(&[1, 20, 500]),
            dice.pick(&["lru", "lfu", "random"])
        ),
        "queue" => {
            let consumer = *dice.pick(&later(of, place, &["service"]));
            let ordered = dice.percent(30);
            let group = format!(
                "{{to: s{consumer}/r0, visibility: {}, attempts: {}, pause: 500ms, ordered: {ordered}, at-once: {}}}",
                dice.pick(&["500ms", "5s"]),
                dice.from(1, 5),
                if ordered { 1 } else { dice.from(1, 4) },
            );
            let second = if dice.percent(20) { format!(", {{to: s{consumer}/r0, visibility: 2s}}") } else { String::new() };
            format!(
                "    stream: {{partitions: {}, bound: {}, {}full: {}, poison: {}%, consumers: [{group}{second}]}}\n",
                dice.from(1, 4),
                dice.pick(&[2, 20, 500]),
                dice.pick(&["", "keys: {count: 50, zipf: 1}, "]),
                dice.pick(&["refuse", "block"]),
                dice.pick(&[0, 0, 5]),
            )
        }
        "dependency" => dice
            .word(&[
                "",
                "    dependency: {quota: {rate: 20/s, burst: 5}}\n",
                "    dependency: {maintenance: [{from: 40s, lasts: 20s}, {from: 10s, lasts: 5s, every: 1m}]}\n",
            ])
            .to_string(),
        _ => String::new(),
    }
}

fn pools(dice: &mut Dice, of: &Sketch, place: usize) -> String {
    let databases = later(of, place, &["database"]);
    if databases.is_empty() || !matches!(of.kinds[place], "gateway" | "service") {
        return String::new();
    }
    let kept: Vec<String> = databases
        .iter()
        .filter_map(|at| {
            let (size, wait) = (dice.from(1, 6), dice.word(&["50ms", "1s"]));
            dice.percent(60)
                .then(|| format!("db{at}: {{size: {size}, wait: {wait}}}"))
        })
        .collect();
    // A pool that no query uses is refused, so each gets a query in `r0`: see `script`.
    if kept.is_empty() {
        String::new()
    } else {
        format!("    pools: {{{}}}\n", kept.join(", "))
    }
}

fn work(dice: &mut Dice, of: &Sketch) -> String {
    if of.computes && dice.percent(50) {
        return format!(
            "{{work: {{cpu: {}ms, wait: {{exponential: {{mean: 5ms}}}}}}}}",
            dice.from(1, 8)
        );
    }
    let millis = dice.from(1, 40);
    let time = match dice.below(6) {
        0 => format!("{millis}ms"),
        1 => format!("{{uniform: {{min: 0s, max: {millis}ms}}}}"),
        2 => format!("{{exponential: {{mean: {millis}ms}}}}"),
        3 => format!("{{erlang: {{stages: 3, mean: {millis}ms}}}}"),
        4 => format!("{{lognormal: {{p50: {millis}ms, p99: {}ms}}}}", millis * 6),
        _ => format!("{{pareto: {{min: {millis}ms, shape: 2.5}}}}"),
    };
    format!("{{work: {time}}}")
}

fn script(dice: &mut Dice, of: &Sketch, place: usize, asynchronous: bool, depth: u32) -> String {
    let kind = of.kinds[place];
    let mut steps = Vec::new();
    if !matches!(kind, "gateway" | "service") {
        if kind == "database" && dice.percent(50) {
            for _ in 0..dice.from(1, 2) {
                steps.push(format!(
                    "{{lock: {{rows: {}, wait: {}}}}}",
                    dice.pick(&["2", "{count: 30, zipf: 1}"]),
                    dice.pick(&["100ms", "50s"])
                ));
            }
        }
        if dice.percent(90) {
            steps.push(work(dice, of));
        }
        return format!("[{}]", steps.join(", "));
    }
    if depth == 0 {
        for database in later(of, place, &["database"]) {
            steps.push(format!(
                "{{query: {}}}",
                call(dice, of, place, database, asynchronous, depth)
            ));
        }
    }
    for _ in 0..dice.from(1, 3) {
        steps.push(step(dice, of, place, asynchronous, depth));
    }
    format!("[{}]", steps.join(", "))
}

fn step(dice: &mut Dice, of: &Sketch, place: usize, asynchronous: bool, depth: u32) -> String {
    let mut some = |wanted: &[&str]| {
        let found = later(of, place, wanted);
        (!found.is_empty()).then(|| *dice.pick(&found))
    };
    let (callee, cache) = (some(&["service", "dependency"]), some(&["cache"]));
    let (queue, database) = (some(&["queue"]), some(&["database"]));
    let inner = |dice: &mut Dice| script(dice, of, place, asynchronous, depth + 1);
    match (dice.below(9), callee, cache, queue, database) {
        (0 | 1, Some(to), ..) => format!(
            "{{call: {}}}",
            call(dice, of, place, to, asynchronous, depth)
        ),
        (2, _, Some(to), ..) if depth < 2 => {
            let ask = call(dice, of, place, to, asynchronous, 3);
            let extra = dice.pick(&[
                "",
                ", ttl: 20s, jitter: 20%",
                ", coalesce: true",
                ", ttl: 5s, coalesce: true, absent: 20%",
                ", absent: 30%, negative: 10s",
            ]);
            let keys = dice.pick(&["5", "{count: 2000, zipf: 1.1}"]);
            format!(
                "{{cache: {{ask: {ask}, keys: {keys}{extra}, miss: {}}}}}",
                inner(dice)
            )
        }
        (3, _, _, Some(to), _) => format!(
            "{{publish: {}}}",
            call(dice, of, place, to, asynchronous, depth)
        ),
        (4, _, _, _, Some(to)) => format!(
            "{{query: {}}}",
            call(dice, of, place, to, asynchronous, depth)
        ),
        (5, ..) if depth < 2 => format!("{{parallel: [{}, {}]}}", inner(dice), inner(dice)),
        (6, ..) if depth < 2 => format!(
            "{{branch: [{{weight: 1, do: {}}}, {{weight: 3, do: {}}}]}}",
            inner(dice),
            inner(dice)
        ),
        _ => work(dice, of),
    }
}

fn call(
    dice: &mut Dice,
    of: &Sketch,
    place: usize,
    to: usize,
    asynchronous: bool,
    depth: u32,
) -> String {
    let route = dice.below(of.routes[to]);
    let target = format!("{}/r{route}", name(of.kinds[to], to));
    if dice.percent(25) {
        return target;
    }
    let mut text = format!("{{to: {target}");
    for (share, policy) in [
        (60, dice.word(&[", timeout: 50ms", ", timeout: 300ms", ", timeout: 2s"])),
        (
            25,
            dice.word(&[
                ", retry: {attempts: 2}",
                ", retry: {attempts: 3, backoff: 10ms, on: [timeout], budget: {active: {share: 20%, min: 3}}}",
                ", retry: {attempts: 4, backoff: 5ms, jitter: false, budget: {recent: {share: 10%, min: 1/s}}}",
            ]),
        ),
        (20, dice.word(&[", breaker: true", ", breaker: {failures: 3, open-for: 5s}", ", breaker: {failure-rate: 30%, window: 5s, min-calls: 5, open-for: 5s, probes: 2}"])),
        (20, dice.word(&[", bulkhead: 3", ", bulkhead: {limit: 2, wait: 100ms, queue: 5}"])),
        (15, ", hedge: 40ms"),
        (25, ", deadline: true"),
        (25, ", cancel: true"),
        (15, ", optional: true"),
    ] {
        if dice.percent(share) {
            text += policy;
        }
    }
    if depth < 2 && !text.contains("optional") && dice.percent(15) {
        text += &match dice.percent(50) {
            true => ", fallback: true".to_owned(),
            false => format!(", fallback: {}", script(dice, of, place, asynchronous, 2)),
        };
    }
    text + "}"
}
