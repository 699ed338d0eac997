//! What a service keeps: databases, caches, queues, dependencies, pools, and
//! the steps `cache` and `lock`.

use crate::base::{At, Duration, Fields, Rate, Ratio, Report, Span, Zipf};
use crate::world::spec::{
    Cache, Connections, Database, Dependency, Eviction, Group, Kind, Lock, Lookup, Queue, Quota,
    Reads, Replication, Route, Step, Store, Synchronous, Version, Window,
};

use super::{MAX_ITEMS, Names, call, duration, maybe, need, script};

/// Different things that one cache, table or queue may know.
const MOST_KEYS: u64 = 100_000_000;
/// Entries that one cache pod may keep; some 40 bytes each.
const MOST_ENTRIES: u64 = 1_000_000;
/// Messages that one queue may keep, over all partitions and groups; 24 bytes each.
const MOST_MESSAGES: u32 = 1_000_000;
/// Requests per second of a quota.
const MOST_QUOTA: f64 = 1e6;
const MILLISECOND: Span = Span::from_millis(1);
const HOUR: Span = Span::from_hours(1);
const DAYS: Span = Span::from_days(90);

/// The block of the service's kind; every other kind's block is refused.
pub(super) fn store(
    report: &mut Report,
    fields: &mut Fields<'_>,
    kind: Kind,
    routes: &[&str],
    names: &Names<'_>,
) -> Option<Store> {
    let blocks = [
        ("database", Kind::Database),
        ("cache", Kind::Cache),
        ("stream", Kind::Queue),
        ("dependency", Kind::Dependency),
    ];
    let mut found = None;
    let mut sound = true;
    for (name, wanted) in blocks {
        let at = fields.get(name);
        if kind == wanted {
            found = at;
        } else if let Some(at) = at {
            let kind = if wanted == Kind::Queue { "queue" } else { name };
            let remedy = format!("write `kind: {kind}`, or take `{name}` out");
            report.error(&at, format!("only a {kind} has `{name}`"), remedy);
            sound = false;
        }
    }
    sound.then_some(())?;
    match (kind, found) {
        (Kind::Database, Some(at)) => database(report, &at, routes).map(Store::Database),
        (Kind::Database, None) => Some(Store::Database(Database {
            writes: Vec::new(),
            connections: None,
            replication: None,
        })),
        (Kind::Dependency, Some(at)) => dependency(report, &at).map(Store::Dependency),
        (Kind::Dependency, None) => Some(Store::Dependency(Dependency {
            quota: None,
            maintenance: Vec::new(),
        })),
        (Kind::Cache, Some(at)) => cache(report, &at).map(Store::Cache),
        (Kind::Queue, Some(at)) => queue(report, &at, names).map(Store::Queue),
        (Kind::Cache | Kind::Queue, None) => {
            let (what, remedy) = match kind {
                Kind::Cache => ("cache", "add `cache: {capacity: 10000}`"),
                _ => ("stream", "add `stream:` with `partitions` and `consumers`"),
            };
            let problem = format!("the field `{what}` is missing");
            report.error(fields.at(), problem, remedy);
            None
        }
        (Kind::Gateway | Kind::Service, _) => Some(Store::Nothing),
    }
}

fn database(report: &mut Report, at: &At<'_>, routes: &[&str]) -> Option<Database> {
    let mut fields = report.fields(at)?;
    let connections = maybe(report, &mut fields, "connections", |report, at| {
        report.integer(at, 1..=100_000)
    });
    let writes = maybe(report, &mut fields, "writes", |report, at| {
        let items = report.items(at, MAX_ITEMS);
        let places = items
            .iter()
            .map(|at| report.known(at, "route of this database", routes.iter().copied()));
        places.collect::<Option<Vec<usize>>>()
    });
    let replication = maybe(report, &mut fields, "replication", |report, at| {
        replication(report, at)
    });
    fields.done(report);
    let writes = writes?.unwrap_or_default();
    if writes.is_empty() && replication.is_some_and(|found| found.is_some()) {
        let remedy = "list the routes that write, such as `writes: [insert]`";
        report.error(at, "nothing is written that could be replicated", remedy);
        return None;
    }
    Some(Database {
        writes,
        connections: connections?.map(|count| count as u32),
        replication: replication?,
    })
}

fn replication(report: &mut Report, at: &At<'_>) -> Option<Replication> {
    let mut fields = report.fields(at)?;
    let synchronous = maybe(report, &mut fields, "synchronous", |report, at| {
        let words = [
            ("false", Synchronous::No),
            ("true", Synchronous::Any),
            ("other-region", Synchronous::OtherRegion),
        ];
        report.choice(at, &words)
    });
    let delay = maybe(report, &mut fields, "delay", |report, at| {
        duration(report, at)
    });
    let apply = maybe(report, &mut fields, "apply", |report, at| {
        report.duration(at, Span::ZERO..=HOUR)
    });
    let failover = need(report, &mut fields, "failover", |report, at| {
        report.duration(at, Span::from_secs(1)..=HOUR)
    });
    let max_lag = maybe(report, &mut fields, "max-lag", |report, at| {
        report.duration(at, MILLISECOND..=HOUR)
    });
    let reads = maybe(report, &mut fields, "reads", |report, at| {
        let words = [
            ("any", Reads::Any),
            ("replicas", Reads::Replicas),
            ("primary", Reads::Primary),
        ];
        report.choice(at, &words)
    });
    fields.done(report);
    Some(Replication {
        synchronous: synchronous?.unwrap_or(Synchronous::No),
        delay: delay?.unwrap_or(Duration::Constant(Span::ZERO)),
        apply: apply?.unwrap_or(Span::ZERO),
        failover: failover?,
        reads: reads?.unwrap_or(Reads::Primary),
        max_lag: max_lag?,
    })
}

fn cache(report: &mut Report, at: &At<'_>) -> Option<Cache> {
    let mut fields = report.fields(at)?;
    let capacity = need(report, &mut fields, "capacity", |report, at| {
        report.integer(at, 1..=MOST_ENTRIES)
    });
    let eviction = maybe(report, &mut fields, "eviction", |report, at| {
        let words = [
            ("lru", Eviction::Lru),
            ("lfu", Eviction::Lfu),
            ("random", Eviction::Random),
        ];
        report.choice(at, &words)
    });
    fields.done(report);
    Some(Cache {
        capacity: capacity? as u32,
        eviction: eviction?.unwrap_or(Eviction::Lru),
    })
}

fn queue(report: &mut Report, at: &At<'_>, names: &Names<'_>) -> Option<Queue> {
    let mut fields = report.fields(at)?;
    let partitions = need(report, &mut fields, "partitions", |report, at| {
        report.integer(at, 1..=1_000)
    });
    let keys = maybe(report, &mut fields, "keys", |report, at| zipf(report, at));
    let bound = need(report, &mut fields, "bound", |report, at| {
        report.integer(at, 1..=u64::from(MOST_MESSAGES))
    });
    let block = maybe(report, &mut fields, "full", |report, at| {
        report.choice(at, &[("refuse", false), ("block", true)])
    });
    let poison = maybe(report, &mut fields, "poison", |report, at| report.ratio(at));
    let groups = need(report, &mut fields, "consumers", |report, at| {
        let items = report.items(at, MAX_ITEMS);
        if items.is_empty() {
            let remedy = "add one, such as `- {to: worker/handle, visibility: 30s}`";
            report.error(at, "nobody consumes this queue", remedy);
        }
        let groups: Vec<_> = items.iter().map(|at| group(report, at, names)).collect();
        groups.into_iter().collect::<Option<Vec<Group>>>()
    });
    fields.done(report);
    let queue = Queue {
        partitions: partitions? as u32,
        keys: keys?,
        bound: bound? as u32,
        block: block?.unwrap_or(false),
        poison: poison?.unwrap_or(Ratio::ZERO),
        groups: groups.filter(|groups| !groups.is_empty())?,
    };
    let most = u64::from(queue.partitions) * u64::from(queue.bound) * queue.groups.len() as u64;
    if most > u64::from(MOST_MESSAGES) {
        report.error(
            at,
            format!("partitions, bound and consumers together make {most} messages"),
            format!("keep their product up to {MOST_MESSAGES}"),
        );
        return None;
    }
    Some(queue)
}

fn group(report: &mut Report, at: &At<'_>, names: &Names<'_>) -> Option<Group> {
    let mut fields = report.fields(at)?;
    let to = need(report, &mut fields, "to", |report, at| {
        names.route_of(report, at, "consumer", &["gateway", "service"])
    });
    let ordered = maybe(report, &mut fields, "ordered", |report, at| {
        report.boolean(at)
    });
    let at_once = maybe(report, &mut fields, "at-once", |report, at| {
        let most = if ordered == Some(Some(true)) {
            1
        } else {
            10_000
        };
        report.integer(at, 1..=most)
    });
    let visibility = need(report, &mut fields, "visibility", |report, at| {
        report.duration(at, MILLISECOND..=HOUR)
    });
    let attempts = maybe(report, &mut fields, "attempts", |report, at| {
        report.integer(at, 1..=1_000)
    });
    let pause = maybe(report, &mut fields, "pause", |report, at| {
        report.duration(at, Span::from_millis(10)..=HOUR)
    });
    fields.done(report);
    Some(Group {
        to: to?,
        at_once: at_once?.unwrap_or(1) as u32,
        visibility: visibility?,
        attempts: attempts?.unwrap_or(5) as u32,
        pause: pause?.unwrap_or(Span::from_secs(1)),
        ordered: ordered?.unwrap_or(false),
    })
}

fn dependency(report: &mut Report, at: &At<'_>) -> Option<Dependency> {
    let mut fields = report.fields(at)?;
    let quota = maybe(report, &mut fields, "quota", |report, at| quota(report, at));
    let maintenance = maybe(report, &mut fields, "maintenance", |report, at| {
        let items = report.items(at, MAX_ITEMS);
        let windows: Vec<_> = items.iter().map(|at| window(report, at)).collect();
        windows.into_iter().collect::<Option<Vec<Window>>>()
    });
    fields.done(report);
    Some(Dependency {
        quota: quota?,
        maintenance: maintenance?.unwrap_or_default(),
    })
}

fn quota(report: &mut Report, at: &At<'_>) -> Option<Quota> {
    let mut fields = report.fields(at)?;
    let rate = need(report, &mut fields, "rate", |report, at| {
        let rate: Rate = report.rate(at, MOST_QUOTA)?;
        if rate.get() <= 0.0 {
            report.error(
                at,
                "a quota of nothing",
                "give a rate above 0, such as `20/s`",
            );
            return None;
        }
        Some(rate)
    });
    let burst = maybe(report, &mut fields, "burst", |report, at| {
        report.integer(at, 1..=1_000_000)
    });
    fields.done(report);
    Some(Quota {
        rate: rate?,
        burst: burst?.unwrap_or(1) as u32,
    })
}

fn window(report: &mut Report, at: &At<'_>) -> Option<Window> {
    let mut fields = report.fields(at)?;
    let from = need(report, &mut fields, "from", |report, at| {
        report.duration(at, Span::ZERO..=DAYS)
    });
    let lasts = need(report, &mut fields, "lasts", |report, at| {
        report.duration(at, Span::from_secs(1)..=DAYS)
    });
    let every = maybe(report, &mut fields, "every", |report, at| {
        let every = report.duration(at, Span::from_secs(1)..=DAYS)?;
        if lasts.is_some_and(|lasts| lasts >= every) {
            let remedy = "let it last less long, or come less often";
            report.error(at, "it begins again before it has ended", remedy);
            return None;
        }
        Some(every)
    });
    fields.done(report);
    Some(Window {
        from: from?,
        lasts: lasts?,
        every: every?,
    })
}

/// The pools that a service keeps, by database.
pub(super) fn pools(
    report: &mut Report,
    fields: &mut Fields<'_>,
    names: &Names<'_>,
) -> Option<Vec<Connections>> {
    let Some(at) = fields.get("pools") else {
        return Some(Vec::new());
    };
    let entries = report.entries(&at, MAX_ITEMS);
    let pools: Vec<Option<Connections>> = entries
        .iter()
        .map(|(name, at)| {
            let database = names.database(report, name, at);
            let mut fields = report.fields(at)?;
            let size = need(report, &mut fields, "size", |report, at| {
                report.integer(at, 1..=10_000)
            });
            let wait = need(report, &mut fields, "wait", |report, at| {
                report.duration(at, MILLISECOND..=HOUR)
            });
            fields.done(report);
            Some(Connections {
                database: database?,
                size: size? as u32,
                wait: wait?,
            })
        })
        .collect();
    pools.into_iter().collect()
}

/// Things and how popular they are: `{count: 1000, zipf: 0.9}`, or a bare count.
fn zipf(report: &mut Report, at: &At<'_>) -> Option<Zipf> {
    if at.is_scalar() {
        let count = report.integer(at, 1..=MOST_KEYS)?;
        return Some(Zipf::new(count as u32, 0.0));
    }
    let mut fields = report.fields(at)?;
    let count = need(report, &mut fields, "count", |report, at| {
        report.integer(at, 1..=MOST_KEYS)
    });
    let exponent = maybe(report, &mut fields, "zipf", |report, at| {
        report.number(at, 0.0..=10.0)
    });
    fields.done(report);
    Some(Zipf::new(count? as u32, exponent?.unwrap_or(0.0)))
}

/// The step `lock`: `{rows: 100}` or `{rows: {count: 100, zipf: 1}, wait: 2s}`.
pub(super) fn lock(report: &mut Report, at: &At<'_>) -> Option<Lock> {
    let mut fields = report.fields(at)?;
    let rows = need(report, &mut fields, "rows", zipf);
    let wait = maybe(report, &mut fields, "wait", |report, at| {
        report.duration(at, MILLISECOND..=HOUR)
    });
    fields.done(report);
    Some(Lock {
        rows: rows?,
        // InnoDB's innodb_lock_wait_timeout.
        wait: wait?.unwrap_or(Span::from_secs(50)),
    })
}

/// The step `cache`.
pub(super) fn lookup(
    report: &mut Report,
    at: &At<'_>,
    names: &Names<'_>,
    nesting: u32,
) -> Option<Lookup> {
    let mut fields = report.fields(at)?;
    let call = need(report, &mut fields, "ask", |report, at| {
        call::read(report, at, names, nesting, ("cache", &["cache"]))
    });
    let keys = need(report, &mut fields, "keys", zipf);
    let ttl = maybe(report, &mut fields, "ttl", |report, at| {
        report.duration(at, MILLISECOND..=DAYS)
    });
    let jitter = match (fields.get("jitter"), &ttl) {
        (None, _) => Some(Ratio::ZERO),
        (Some(at), Some(None)) => {
            let remedy = "give a `ttl`, or take `jitter` out";
            report.error(&at, "there is no time to live to shorten", remedy);
            None
        }
        (Some(at), _) => report.ratio(&at),
    };
    let coalesce = maybe(report, &mut fields, "coalesce", |report, at| {
        report.boolean(at)
    });
    let absent = maybe(report, &mut fields, "absent", |report, at| report.ratio(at));
    let negative = maybe(report, &mut fields, "negative", |report, at| {
        report.duration(at, MILLISECOND..=DAYS)
    });
    let miss = need(report, &mut fields, "miss", |report, at| {
        script::read(report, at, names, nesting + 1)
    });
    fields.done(report);
    Some(Lookup {
        call: call?,
        keys: keys?,
        ttl: ttl?,
        jitter: jitter?,
        coalesce: coalesce?.unwrap_or(false),
        absent: absent?.unwrap_or(Ratio::ZERO),
        negative: negative?,
        miss: miss?,
    })
}

/// Reports what would have no effect: locks outside a database, and pools for
/// databases that no route asks.
pub(super) fn refuse_idle(
    report: &mut Report,
    at: &At<'_>,
    kind: Kind,
    (routes, versions): (&[Route], &[Version]),
    pools: &[Connections],
) -> bool {
    let mut locks = false;
    let mut asked = Vec::new();
    let before = versions.iter().flat_map(|version| &version.change.before);
    let own = routes.iter().map(|route| &route.script);
    for script in own.chain(before) {
        uses(script, &mut locks, &mut asked);
    }
    if locks && kind != Kind::Database {
        let remedy = "move the `lock` into a route of the database";
        report.error(at, "only a database has rows to lock", remedy);
        return false;
    }
    if pools.iter().any(|pool| !asked.contains(&pool.database)) {
        let remedy = "add a `query` to it, or take the pool out";
        report.error(at, "a pool for a database that no route asks", remedy);
        return false;
    }
    true
}

fn uses(script: &[Step], locks: &mut bool, asked: &mut Vec<usize>) {
    for step in script {
        match step {
            Step::Work(_) | Step::Compute { .. } => {}
            Step::Lock(_) => *locks = true,
            Step::Call(call) => {
                asked.push(call.to.service);
                uses(
                    call.policy.fallback.as_deref().unwrap_or_default(),
                    locks,
                    asked,
                );
            }
            Step::Lookup(lookup) => uses(&lookup.miss, locks, asked),
            Step::Parallel(scripts) => scripts.iter().for_each(|script| uses(script, locks, asked)),
            Step::Branch(choices) => choices
                .iter()
                .for_each(|(_, script)| uses(script, locks, asked)),
        }
    }
}
