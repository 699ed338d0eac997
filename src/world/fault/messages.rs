//! More kinds of fault on the way between services: their lines of the
//! catalogue, and what those need to remember that hold messages up behind
//! each other.

use serde::Serialize;

use super::catalogue::{Entry, Group, HOUR, Parameter, SHARE, Unit, may, must};
use super::{Fault, FaultKind, Pods, Target};
use crate::base::{SimTime, Span};
use crate::engine::Key;
use crate::world::plan::Plan;

/// A message that would wait longer for a narrow link is lost: whoever sends
/// has given up by then.
const LONGEST_QUEUE: Span = Span::from_secs(60);
/// Links of one fault between two looks at which of them are still busy.
const MOST_IDLE: usize = 256;

const fn on_the_way(
    kind: FaultKind,
    (name, title): (&'static str, &'static str),
    parameters: &'static [Parameter],
    does: &'static str,
) -> Entry {
    Entry {
        kind,
        name,
        title,
        does,
        group: Group::Network,
        parameters,
        lasting: true,
        by_request: true,
        only: None,
    }
}

const OF_MESSAGES: Parameter = must(
    "share",
    "Share of messages",
    Unit::Share,
    (0.0001, 0.9),
    0.05,
);

/// Their lines, in the order of [`FaultKind`].
pub(super) const KINDS: [Entry; 9] = [
    on_the_way(
        FaultKind::StaleDns,
        ("stale-dns", "Stale DNS"),
        &[must(
            "share",
            "Share of clients",
            Unit::Share,
            (0.0001, 1.0),
            0.3,
        )],
        "This share of clients goes on with the region that DNS gave out when the fault began, however long ago that is.",
    ),
    on_the_way(
        FaultKind::WrongAddress,
        ("dns-wrong-answer", "Wrong DNS answer"),
        &[SHARE],
        "This share of calls is sent to an address where nobody is: the caller waits for its timeout, or 127 s for the connection.",
    ),
    on_the_way(
        FaultKind::Duplication,
        ("duplication", "Duplicated requests"),
        &[SHARE],
        "This share of requests arrives twice, and is served twice, with all that it calls, writes and publishes.",
    ),
    on_the_way(
        FaultKind::Corruption,
        ("corruption", "Corrupted packets"),
        &[
            OF_MESSAGES,
            may(
                must(
                    "undetected",
                    "Of them unnoticed",
                    Unit::Share,
                    (0.0, 1.0),
                    0.0,
                ),
                0.0,
            ),
        ],
        "This share of messages fails its checksum and is sent again after 200 ms, 400 ms, and so on; what passes unnoticed is an error for whoever reads it.",
    ),
    on_the_way(
        FaultKind::Reordering,
        ("reordering", "Reordered packets"),
        &[
            OF_MESSAGES,
            must("delay", "Late by", Unit::Time, (0.001, HOUR), 0.2),
        ],
        "This share of messages comes late, and those sent after them between the same two pods wait for them.",
    ),
    on_the_way(
        FaultKind::Bandwidth,
        ("bandwidth", "Narrow link"),
        &[must(
            "rate",
            "Bytes a second",
            Unit::Bytes,
            (1_024.0, 1_099_511_627_776.0),
            131_072.0,
        )],
        "Each pod gets and sends no more than so many bytes a second; messages queue for that, and are lost after a minute.",
    ),
    on_the_way(
        FaultKind::SlowClose,
        ("slow-close", "Slow close"),
        &[must("extra", "Held for", Unit::Time, (0.001, HOUR), 5.0)],
        "Connections stay open after the answer, and keep their worker for so much longer.",
    ),
    on_the_way(
        FaultKind::ReplacedHeader,
        ("replaced-header", "Replaced header"),
        &[SHARE],
        "This share of requests arrives with another header than was sent, such as another token: a worker looks at it and answers with an error.",
    ),
    Entry {
        group: Group::Pods,
        ..on_the_way(
            FaultKind::ClockSkew,
            ("clock-skew", "Clock skew"),
            &[
                must("by", "Wrong by", Unit::Time, (0.001, 86_400.0), 60.0),
                may(
                    must(
                        "lifetime",
                        "Life of a token",
                        Unit::Time,
                        (1.0, 86_400.0),
                        300.0,
                    ),
                    300.0,
                ),
            ],
            "The clocks of the chosen pods are wrong: tokens of which so much of their life is past, or to come, are taken for expired, or not yet valid, and refused.",
        )
    },
];

/// Why a fault of these kinds could have no effect, if so.
pub(super) fn idle(
    plan: &Plan,
    kind: FaultKind,
    target: &Target,
    service: usize,
) -> Option<&'static str> {
    match kind {
        FaultKind::StaleDns => {
            let mut asked = plan
                .entries
                .iter()
                .map(|entry| plan.calls[entry.call as usize].service);
            let picks = target.pods != Pods::All || target.version.is_some();
            if !plan.ground.led {
                Some("no DNS leads clients here: the topology has no `dns`")
            } else if !asked.any(|asked| asked as usize == service) {
                Some("clients do not ask this service")
            } else if picks || target.from.is_some() {
                Some("it acts on clients before they ask: name no version, pods or `from`")
            } else {
                None
            }
        }
        FaultKind::SlowClose if plan.services[service].asynchronous => {
            Some("an asynchronous service holds no worker for a connection")
        }
        _ => None,
    }
}

/// A stretch of the way that one message after the other goes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(in crate::world) struct Link {
    ends: (Key, Key),
    back: bool,
    /// When the last message is through.
    until: SimTime,
}

impl Fault {
    fn link(&mut self, ends: (Key, Key), back: bool, now: SimTime) -> &mut Link {
        let links = &mut self.links;
        let found = |link: &Link| link.ends == ends && link.back == back;
        if let Some(place) = links.iter().position(found) {
            return &mut links[place];
        }
        if links.len() >= MOST_IDLE {
            links.retain(|link| link.until > now);
        }
        links.push(Link {
            ends,
            back,
            until: now,
        });
        let last = links.len() - 1;
        &mut links[last]
    }

    /// How long a message waits that is late by itself by this much, and may
    /// not overtake those before it between the same two pods.
    pub(super) fn in_order(
        &mut self,
        ends: (Key, Key),
        back: bool,
        late: Span,
        now: SimTime,
    ) -> Span {
        // Each user has a connection of its own.
        if ends.0 == Key::NONE {
            return late;
        }
        let link = self.link(ends, back, now);
        if now + late > link.until {
            link.until = now + late;
        }
        link.until.since(now)
    }

    /// How long a message takes through a pod's narrow link, which is busy
    /// with it for this long; nothing where it is lost.
    pub(super) fn through(
        &mut self,
        pod: Key,
        back: bool,
        busy: Span,
        now: SimTime,
    ) -> Option<Span> {
        let link = self.link((Key::NONE, pod), back, now);
        let begins = if link.until > now { link.until } else { now };
        if begins.since(now) > LONGEST_QUEUE {
            return None;
        }
        link.until = begins + busy;
        Some(link.until.since(now))
    }

    /// The share of tokens that a wrong clock refuses: their ages are spread
    /// evenly over their life (RFC 7519, `exp` and `nbf`).
    pub(super) fn refused_tokens(&self, strength: f64) -> f64 {
        let share = self.value(0) * strength / self.value(1);
        if share < 1.0 { share } else { 1.0 }
    }
}
