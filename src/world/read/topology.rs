//! Zones, node pools and what is known of them late.

use crate::base::{At, Bytes, Report, Span, near};
use crate::world::spec::{Dns, DnsPolicy, Hop, Network, Pool, Spec, Topology, Zone};

use super::service::name_of;
use super::{maybe, need, or};

/// Zones and pools in one world.
const MAX_PLACES: usize = 20;
/// Nodes of one pool, and in all.
const MAX_NODES: u64 = 200;
/// The longest time that a message takes one way.
const LONGEST_WAY: Span = Span::from_secs(10);
/// The longest delay of anything here.
const LONGEST: Span = Span::from_hours(2);

/// The topology; `None` if it has an error.
pub(super) fn read(report: &mut Report, at: &At<'_>) -> Option<Topology> {
    let mut fields = report.fields(at)?;
    let zones = need(report, &mut fields, "zones", |report, at| {
        let zones: Vec<Option<Zone>> = report
            .entries(at, MAX_PLACES)
            .iter()
            .map(|(name, at)| {
                let name = name_of(report, name, at);
                let region = report.name(at);
                Some(Zone {
                    name: name?,
                    region: region?,
                })
            })
            .collect();
        zones.into_iter().collect::<Option<Vec<Zone>>>()
    });
    let known: Vec<&str> = zones.iter().flatten().map(|z| z.name.as_str()).collect();
    let pools = need(report, &mut fields, "pools", |report, at| {
        let pools: Vec<Option<Pool>> = report
            .entries(at, MAX_PLACES)
            .iter()
            .map(|(name, at)| pool(report, name, at, &known))
            .collect();
        if pools.is_empty() {
            report.error(at, "no pool is given", "add one with at least one node");
        }
        pools.into_iter().collect::<Option<Vec<Pool>>>()
    });
    let quota = maybe(report, &mut fields, "quota", |report, at| {
        report.integer(at, 1..=MAX_NODES)
    });
    let mut span = |report: &mut Report, key, default| {
        or(report, &mut fields, key, default, |report, at| {
            report.duration(at, Span::ZERO..=LONGEST)
        })
    };
    let endpoint_delay = span(report, "endpoint-delay", Span::from_secs(1));
    let unreachable_after = span(report, "unreachable-after", Span::from_secs(50));
    let evict_after = span(report, "evict-after", Span::from_secs(300));
    let egress_price = or(report, &mut fields, "egress-price", 0.0, |report, at| {
        report.number(at, 0.0..=1_000.0)
    });
    let network = maybe(report, &mut fields, "network", |report, at| {
        network(report, at, zones.as_deref().unwrap_or_default())
    });
    let dns = maybe(report, &mut fields, "dns", |report, at| {
        dns(report, at, zones.as_deref().unwrap_or_default())
    });
    fields.done(report);
    Some(Topology {
        network: network?,
        dns: dns?,
        zones: zones?,
        pools: pools?,
        quota: quota?.map(|quota| quota as u32),
        endpoint_delay: endpoint_delay?,
        unreachable_after: unreachable_after?,
        evict_after: evict_after?,
        egress_price: egress_price?,
    })
}

/// `{same-zone: 250us, same-region: 1ms, other-region: 40ms, jitter: 100us,
/// pairs: [{zones: [a, b], latency: 70ms}]}`.
fn network(report: &mut Report, at: &At<'_>, zones: &[Zone]) -> Option<Network> {
    let mut fields = report.fields(at)?;
    let way = |report: &mut Report, at: &At<'_>| report.duration(at, Span::ZERO..=LONGEST_WAY);
    let mut span = |report: &mut Report, key, default| or(report, &mut fields, key, default, way);
    let near = span(report, "same-zone", Span::ZERO);
    let region = span(report, "same-region", Span::ZERO);
    let far = span(report, "other-region", Span::ZERO);
    let jitter = span(report, "jitter", Span::ZERO);
    let (near, region, far, jitter) = (near?, region?, far?, jitter?);
    let hop = |one: &Zone, other: &Zone| {
        let latency = match (one.name == other.name, one.region == other.region) {
            (true, _) => near,
            (false, true) => region,
            (false, false) => far,
        };
        // What takes no time has nothing to swing.
        let jitter = if latency.is_zero() {
            Span::ZERO
        } else {
            jitter
        };
        Hop { latency, jitter }
    };
    let row = |one: &Zone| zones.iter().map(|other| hop(one, other)).collect();
    let mut pairs: Vec<Vec<Hop>> = zones.iter().map(row).collect();
    let mut sound = true;
    if let Some(at) = fields.get("pairs") {
        for at in report.items(&at, MAX_PLACES * MAX_PLACES) {
            match pair(report, &at, zones, jitter) {
                Some((one, other, hop)) => {
                    for (one, other) in [(one, other), (other, one)] {
                        if let Some(place) = pairs.get_mut(one).and_then(|row| row.get_mut(other)) {
                            *place = hop;
                        }
                    }
                }
                None => sound = false,
            }
        }
    }
    fields.done(report);
    let swings = |hop: &Hop| hop.jitter > hop.latency;
    if pairs.iter().flatten().any(swings) {
        let problem = "a jitter is longer than the latency that it belongs to";
        let remedy = "give a shorter jitter, or a longer latency";
        report.error(at, problem, remedy);
        return None;
    }
    sound.then_some(Network { pairs })
}

/// `{policy: nearest, ttl: 1m, check: {period: 10s, threshold: 3}, fail-back:
/// manual}`; `weights` with the policy `weighted`, `order` with `failover`.
fn dns(report: &mut Report, at: &At<'_>, zones: &[Zone]) -> Option<Dns> {
    let mut fields = report.fields(at)?;
    let mut known: Vec<&str> = Vec::new();
    for zone in zones {
        if !known.contains(&zone.region.as_str()) {
            known.push(&zone.region);
        }
    }
    if known.len() < 2 {
        let problem = "DNS has no two regions to lead clients to";
        report.error(
            at,
            problem,
            "let zones lie in several regions, or leave it out",
        );
    }
    let words = [("nearest", 0), ("weighted", 1), ("failover", 2)];
    let policy = need(report, &mut fields, "policy", |report, at| {
        report.choice(at, &words)
    });
    let policy = match policy? {
        0 => Some(DnsPolicy::Nearest),
        1 => need(report, &mut fields, "weights", |report, at| {
            let mut weights = vec![0.0; known.len()];
            for (name, at) in report.entries(at, MAX_PLACES) {
                let place = known.iter().position(|region| *region == name);
                let weight = report.number(&at, 0.0..=1_000_000.0)?;
                match place.and_then(|place| weights.get_mut(place)) {
                    Some(place) => *place = weight,
                    None => {
                        let problem = format!("no zone lies in a region `{name}`");
                        report.error(&at, problem, near::remedy(name, &known));
                    }
                }
            }
            if weights.iter().all(|weight| *weight == 0.0) {
                report.error(at, "every weight is zero", "give a region a weight");
            }
            Some(DnsPolicy::Weighted(weights))
        }),
        _ => need(report, &mut fields, "order", |report, at| {
            let mut order: Vec<u32> = Vec::new();
            for at in report.items(at, MAX_PLACES) {
                let place = report.known(&at, "region", known.iter().copied())? as u32;
                if order.contains(&place) {
                    report.error(&at, "this region is named twice", "name it once");
                }
                order.push(place);
            }
            if order.len() != known.len() {
                let problem = "the order leaves a region out";
                report.error(at, problem, format!("name all of {}", known.join(", ")));
            }
            Some(DnsPolicy::Failover(order))
        }),
    };
    let span = |report: &mut Report, at: &At<'_>| report.duration(at, Span::from_secs(1)..=LONGEST);
    let ttl = or(report, &mut fields, "ttl", Span::from_mins(1), span);
    let check = or(
        report,
        &mut fields,
        "check",
        (Span::from_secs(30), 3),
        |report, at| {
            let mut fields = report.fields(at)?;
            let period = or(report, &mut fields, "period", Span::from_secs(30), span);
            let threshold = or(report, &mut fields, "threshold", 3, |report, at| {
                report.integer(at, 1..=10)
            });
            fields.done(report);
            Some((period?, threshold?))
        },
    );
    let fail_back = or(report, &mut fields, "fail-back", true, |report, at| {
        report.choice(at, &[("auto", true), ("manual", false)])
    });
    fields.done(report);
    let (period, threshold) = check?;
    Some(Dns {
        policy: policy?,
        ttl: ttl?,
        period,
        threshold: threshold as u32,
        fail_back: fail_back?,
    })
}

fn pair(
    report: &mut Report,
    at: &At<'_>,
    zones: &[Zone],
    usual: Span,
) -> Option<(usize, usize, Hop)> {
    let mut fields = report.fields(at)?;
    let known: Vec<&str> = zones.iter().map(|zone| zone.name.as_str()).collect();
    let ends = need(report, &mut fields, "zones", |report, at| {
        let ends = report.items(at, 2);
        let mut places = ends
            .iter()
            .map(|at| report.known(at, "zone", known.iter().copied()));
        let found = (places.next().flatten(), places.next().flatten());
        if ends.len() != 2 {
            report.error(at, "a pair has two zones", "give two, such as `[a, b]`");
        }
        Some((found.0?, found.1?))
    });
    let way = |report: &mut Report, at: &At<'_>| report.duration(at, Span::ZERO..=LONGEST_WAY);
    let latency = need(report, &mut fields, "latency", way);
    let jitter = or(report, &mut fields, "jitter", usual, way);
    fields.done(report);
    let ((one, other), latency, jitter) = (ends?, latency?, jitter?);
    Some((one, other, Hop { latency, jitter }))
}

fn pool(report: &mut Report, name: &str, at: &At<'_>, zones: &[&str]) -> Option<Pool> {
    let name = name_of(report, name, at);
    let mut fields = report.fields(at)?;
    let zone = need(report, &mut fields, "zone", |report, at| {
        report.known(at, "zone", zones.iter().copied())
    });
    let cpu = need(report, &mut fields, "cpu", |report, at| cores(report, at));
    let memory = need(report, &mut fields, "memory", |report, at| {
        report.bytes(at, Bytes::new(1 << 20)..=Bytes::new(1 << 44))
    });
    let nodes = need(report, &mut fields, "nodes", |report, at| {
        report.integer(at, 0..=MAX_NODES)
    });
    let max = maybe(report, &mut fields, "max", |report, at| {
        report.integer(at, nodes.unwrap_or(0)..=MAX_NODES)
    });
    let mut span = |report: &mut Report, key, default| {
        or(report, &mut fields, key, default, |report, at| {
            report.duration(at, Span::ZERO..=LONGEST)
        })
    };
    let boot = span(report, "boot", Span::from_secs(90));
    let idle = span(report, "idle", Span::from_mins(10));
    let price = or(report, &mut fields, "price", 0.0, |report, at| {
        report.number(at, 0.0..=10_000.0)
    });
    fields.done(report);
    Some(Pool {
        name: name?,
        zone: zone? as u32,
        cpu: cpu?,
        memory: memory?,
        nodes: nodes? as u32,
        max: max?.or(nodes)? as u32,
        boot: boot?,
        idle: idle?,
        price: price?,
    })
}

/// A number of cores, such as `0.5`, in thousandths.
pub(super) fn cores(report: &mut Report, at: &At<'_>) -> Option<u32> {
    report
        .number(at, 0.001..=1_000.0)
        .map(|cores| libm::round(cores * 1_000.0) as u32)
}

/// Reports services whose pods fit no node at all, even an empty one.
pub(super) fn refuse_homeless(report: &mut Report, at: &At<'_>, spec: &Spec) {
    let Some(topology) = &spec.topology else {
        return;
    };
    for service in &spec.services {
        let fleet = &service.fleet;
        let fits = topology.pools.iter().any(|pool| {
            pool.max > 0 && fleet.cpu_request <= pool.cpu && fleet.memory_request <= pool.memory
        });
        if !fits {
            report.error(
                at,
                format!("a pod of `{}` fits no node of any pool", service.name),
                "lower its requests, or give a pool larger nodes",
            );
        }
    }
}
