//! The kinds of fault that concern what is measured and not what is served:
//! their lines of the catalogue. Users notice nothing. What they do stands
//! where metrics are scraped.

use super::FaultKind;
use super::catalogue::{Entry, Group, HOUR, SHARE, Unit, must};

/// Their lines, in the order of [`FaultKind`].
pub(super) const KINDS: [Entry; 4] = [
    Entry {
        kind: FaultKind::MissingScrape,
        name: "missing-scrape",
        title: "Scrapes are missed",
        does: "This share of the scrapes of the service's pods fails: targets are down for a moment, and graphs have gaps. The service itself is well.",
        group: Group::Telemetry,
        parameters: &[SHARE],
        lasting: true,
        by_request: false,
        only: None,
    },
    Entry {
        kind: FaultKind::StaleTarget,
        name: "stale-target",
        title: "Metrics stand still",
        does: "The service's pods go on telling the numbers that they had when it began: rates fall to nothing, gauges do not move, and targets are up.",
        group: Group::Telemetry,
        parameters: &[],
        lasting: true,
        by_request: false,
        only: None,
    },
    Entry {
        kind: FaultKind::Cardinality,
        name: "cardinality-explosion",
        title: "A label with ever new values",
        does: "At every scrape each pod of the service tells so many series that nobody has seen before, until the store has no room for new ones: those of new pods, too, are missing then.",
        group: Group::Telemetry,
        parameters: &[must(
            "series",
            "New series a scrape",
            Unit::Count,
            (1.0, 10_000.0),
            500.0,
        )],
        lasting: true,
        by_request: false,
        only: None,
    },
    Entry {
        kind: FaultKind::WrongClock,
        name: "wrong-clock",
        title: "Clock is ahead",
        does: "The service's pods stamp their samples with a clock that is so far ahead: events stand in the future of the graphs, and when it is set right, samples are refused as out of order until that time has come.",
        group: Group::Telemetry,
        parameters: &[must("ahead", "Ahead by", Unit::Time, (1.0, HOUR), 120.0)],
        lasting: true,
        by_request: false,
        only: None,
    },
];
