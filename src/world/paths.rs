//! How a failure, a wait or a degraded answer reached the user.
//!
//! A path begins with a first cause and gains a hop at every service that
//! passes the trouble on: "fault at payment, payment slow, workers of checkout
//! held, queue full at checkout". Paths are shared: each is one number, a node
//! of a tree of bounded size, so that every request can carry its own.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::World;
use super::probe::Cause;

/// Different paths in one run; the rest is told as one.
pub const MAX_PATHS: usize = 4_096;

/// A path, by its number in the run; 0 is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PathId(u32);

impl PathId {
    /// Nothing went wrong.
    pub const NONE: PathId = PathId(0);
    /// One of those that were not kept.
    pub const OTHER: PathId = PathId(u32::MAX);
}

/// What a hop does to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// The service took longer than it should.
    Slow,
    /// Its workers are held by what they wait for.
    Held,
    /// It answered with an error.
    Failed,
    /// Its answer did not come in time.
    Late,
    /// Its queue was full.
    QueueFull,
    /// No pod of it was ready.
    NoPod,
    /// The connection to it broke: its pod died.
    Reset,
    /// It answered without a part, or with something else in its place.
    Degraded,
    /// The breaker to it was open.
    BreakerOpen,
    /// The bulkhead to it was full.
    BulkheadFull,
    /// It stopped because nobody waited any more.
    GivenUp,
    /// It shed load.
    Shed,
    /// It was asked more often than its rate limit allows.
    RateLimited,
    /// More requests were in it than its concurrency limit allows.
    Limited,
    /// It dropped what had waited for too long.
    Dropped,
    /// The network on the way to it.
    Network,
}

/// What a cause did first and how it went on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
enum Node {
    Root(Cause),
    Hop(PathId, u32, How),
}

/// Every path of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(super) struct Paths {
    nodes: Vec<Node>,
    /// Found again by content; derived from `nodes`.
    #[serde(skip)]
    known: BTreeMap<Node, PathId>,
}

/// A first cause and the path from it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Why {
    /// None where it is the system's own nature.
    pub cause: Option<Cause>,
    pub path: PathId,
}

impl Why {
    /// Nothing in particular.
    pub const NATURE: Why = Why {
        cause: None,
        path: PathId::NONE,
    };
}

impl From<Cause> for Why {
    fn from(cause: Cause) -> Why {
        Why {
            cause: Some(cause),
            path: PathId::NONE,
        }
    }
}

impl Paths {
    /// `why` after one more hop. A path that has not begun yet begins at its cause.
    pub fn onward(&mut self, why: Why, service: u32, how: How) -> Why {
        let Some(cause) = why.cause else {
            return why;
        };
        let start = match why.path {
            PathId::NONE => self.number(Node::Root(cause)),
            path => path,
        };
        let path = match start {
            PathId::OTHER => PathId::OTHER,
            start => self.number(Node::Hop(start, service, how)),
        };
        Why {
            cause: why.cause,
            path,
        }
    }

    fn number(&mut self, node: Node) -> PathId {
        if let Some(known) = self.known.get(&node) {
            return *known;
        }
        if self.nodes.len() >= MAX_PATHS {
            return PathId::OTHER;
        }
        self.nodes.push(node);
        let path = PathId(self.nodes.len() as u32);
        self.known.insert(node, path);
        path
    }

    fn node(&self, path: PathId) -> Option<Node> {
        self.nodes.get((path.0 as usize).checked_sub(1)?).copied()
    }
}

impl World {
    /// A path in words, from its first cause to the user; empty for none.
    pub fn tell_path(&self, path: PathId) -> String {
        if path == PathId::OTHER {
            return format!("a way beyond the {MAX_PATHS} that are kept");
        }
        let mut words = Vec::new();
        let mut at = path;
        while let Some(node) = self.state.paths.node(at) {
            match node {
                Node::Root(cause) => {
                    words.push(self.tell(cause));
                    break;
                }
                Node::Hop(before, service, how) => {
                    let name = self.plan.spec.services.get(service as usize);
                    words.push(how.tell(name.map_or("?", |spec| spec.name.as_str())));
                    at = before;
                }
            }
        }
        words.reverse();
        words.join(", ")
    }

    /// The hops of a path from its first cause on, by position of the service.
    pub fn hops(&self, path: PathId) -> Vec<(u32, How)> {
        let mut hops = Vec::new();
        let mut at = path;
        while let Some(Node::Hop(before, service, how)) = self.state.paths.node(at) {
            hops.push((service, how));
            at = before;
        }
        hops.reverse();
        hops
    }
}

impl How {
    fn tell(self, service: &str) -> String {
        match self {
            How::Slow => format!("{service} slow"),
            How::Held => format!("workers of {service} held"),
            How::Failed => format!("{service} failed"),
            How::Late => format!("{service} too late"),
            How::QueueFull => format!("queue full at {service}"),
            How::NoPod => format!("no pod of {service} ready"),
            How::Reset => format!("connection to {service} lost"),
            How::Degraded => format!("{service} degraded"),
            How::BreakerOpen => format!("breaker to {service} open"),
            How::BulkheadFull => format!("bulkhead to {service} full"),
            How::GivenUp => format!("{service} stopped as nobody waited"),
            How::Shed => format!("{service} shed load"),
            How::RateLimited => format!("rate limit of {service} reached"),
            How::Limited => format!("concurrency limit of {service} reached"),
            How::Dropped => format!("{service} dropped what waited too long"),
            How::Network => format!("network to {service}"),
        }
    }
}
