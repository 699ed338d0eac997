//! The kinds of fault that people make with a change: their lines of the
//! catalogue. A user that is missing, a schema, a key, a quota, a port.

use super::FaultKind;
use super::catalogue::{Entry, Group, HOUR, Parameter, SHARE, Unit, must};
use crate::world::spec::Kind;

/// Something that goes on at pods or at a service as a whole.
const fn entry(
    kind: FaultKind,
    (name, title): (&'static str, &'static str),
    group: Group,
    parameters: &'static [Parameter],
    does: &'static str,
) -> Entry {
    Entry {
        kind,
        name,
        title,
        does,
        group,
        parameters,
        lasting: true,
        by_request: false,
        only: None,
    }
}

const fn only(kind: Kind, entry: Entry) -> Entry {
    Entry {
        only: Some(kind),
        ..entry
    }
}

const fn by_request(entry: Entry) -> Entry {
    Entry {
        by_request: true,
        ..entry
    }
}

/// Their lines, in the order of [`FaultKind`].
pub(super) const KINDS: [Entry; 12] = [
    only(
        Kind::Database,
        entry(
            FaultKind::UserMissing,
            ("user-missing", "User missing"),
            Group::Database,
            &[],
            "The database does not know its user any more: no new connection can be opened. Those that are open go on, so that nothing is seen until a caller starts or needs one more.",
        ),
    ),
    by_request(only(
        Kind::Database,
        entry(
            FaultKind::SchemaMismatch,
            ("schema-mismatch", "Schema mismatch"),
            Group::Database,
            &[SHARE],
            "This share of the chosen queries names a column that is not there, and is refused before any work.",
        ),
    )),
    only(
        Kind::Cache,
        entry(
            FaultKind::HotKey,
            ("hot-key", "Hot key"),
            Group::Cache,
            &[must(
                "share",
                "Share of lookups",
                Unit::Share,
                (0.0001, 1.0),
                0.5,
            )],
            "This share of lookups asks for one and the same thing, and so the one pod of the cache that keeps it.",
        ),
    ),
    only(
        Kind::Cache,
        entry(
            FaultKind::BadKey,
            ("bad-cache-key", "Bad cache key"),
            Group::Cache,
            &[must(
                "share",
                "Share of lookups",
                Unit::Share,
                (0.0001, 1.0),
                0.5,
            )],
            "This share of lookups has something in its key that never comes again, such as a time: each is fetched, kept, and drives out what others need.",
        ),
    ),
    entry(
        FaultKind::Quota,
        ("quota-exceeded", "Quota exceeded"),
        Group::Pods,
        &[],
        "No pod of the service may be added until the fault ends. Nothing is seen until one has to be made.",
    ),
    entry(
        FaultKind::AntiAffinity,
        ("anti-affinity", "Anti-affinity"),
        Group::Pods,
        &[],
        "A new pod of the service is put on no node where another one is: with more pods than nodes some wait.",
    ),
    entry(
        FaultKind::BadEnvironment,
        ("bad-environment", "Bad environment"),
        Group::Pods,
        &[],
        "Containers that start miss something of their configuration and are not created until the fault ends. Nothing is seen until one has to start.",
    ),
    entry(
        FaultKind::DiskSlow,
        ("disk-slow", "Slow disk"),
        Group::Resources,
        &[must("extra", "Extra wait", Unit::Time, (0.001, HOUR), 0.2)],
        "Requests on routes that write to their pod's disk wait this much longer, and hold their worker.",
    ),
    entry(
        FaultKind::DiskErrors,
        ("disk-errors", "Disk errors"),
        Group::Resources,
        &[must(
            "share",
            "Share of writes",
            Unit::Share,
            (0.0001, 1.0),
            1.0,
        )],
        "This share of requests on routes that write to their pod's disk fails; all of them, and it is read-only.",
    ),
    by_request(entry(
        FaultKind::Descriptors,
        ("fd-exhaustion", "File descriptors run out"),
        Group::Network,
        &[must(
            "limit",
            "Open at a time",
            Unit::Count,
            (1.0, 1_000_000.0),
            10.0,
        )],
        "A pod can have no more than so many requests open at a time, waiting ones included; whoever comes then is refused at once.",
    )),
    by_request(entry(
        FaultKind::WrongPort,
        ("wrong-port", "Wrong port"),
        Group::Network,
        &[],
        "Callers ask at a port where nobody listens: every connection is refused at once, and the service knows nothing of it.",
    )),
    entry(
        FaultKind::Cost,
        ("cost-explosion", "Cost explosion"),
        Group::Other,
        &[must(
            "per-hour",
            "Money an hour",
            Unit::Count,
            (1.0, 1_000_000.0),
            100.0,
        )],
        "Something that nobody watches, such as logs of every request, costs so much an hour. Requests notice nothing.",
    ),
];
