//! How a failure, a wait or a degraded answer reached the user.
//!
//! A path begins with a first cause and gains a hop at every service that
//! passes the trouble on: "fault at payment, payment slow, workers of checkout
//! held, queue full at checkout". Paths are shared: each is one number, a node
//! of a tree of bounded size, so that every request can carry its own.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::World;
use super::probe::{Cause, Outcome};

/// Hops of all paths in one run; beyond them paths lose their ends, but never
/// their first cause.
pub const MAX_HOPS: usize = 4_096;

/// A path, by its number in the run; 0 is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PathId(u32);

impl PathId {
    /// Nothing went wrong.
    pub const NONE: PathId = PathId(0);
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
    /// The network did not lead to it.
    Unreachable,
    /// Its answer could not be read.
    Garbled,
}

/// What a cause did first and how it went on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
enum Node {
    First(Cause),
    Hop(PathId, u32, How),
}

/// Every path of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(super) struct Paths {
    nodes: Vec<Node>,
    hops: u32,
    /// Found again by content; derived from `nodes`.
    #[serde(skip)]
    known: BTreeMap<Node, PathId>,
}

impl Paths {
    /// The path that consists of a first cause. Causes are bounded by the
    /// faults of a run and the services, versions and classes of its world.
    pub fn first(&mut self, cause: Cause) -> PathId {
        self.number(Node::First(cause))
    }

    /// `path` after one more hop; nothing goes on as nothing.
    pub fn onward(&mut self, path: PathId, service: u32, how: How) -> PathId {
        if path == PathId::NONE {
            return path;
        }
        let node = Node::Hop(path, service, how);
        if self.hops as usize >= MAX_HOPS {
            return self.known.get(&node).copied().unwrap_or(path);
        }
        let before = self.nodes.len();
        let onward = self.number(node);
        self.hops += (self.nodes.len() - before) as u32;
        onward
    }

    /// The first cause of a path.
    pub fn cause(&self, path: PathId) -> Option<Cause> {
        let mut at = path;
        loop {
            match self.node(at)? {
                Node::First(cause) => return Some(cause),
                Node::Hop(before, _, _) => at = before,
            }
        }
    }

    fn number(&mut self, node: Node) -> PathId {
        if let Some(known) = self.known.get(&node) {
            return *known;
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
    /// The first cause of a path; none where nothing went wrong.
    pub fn first_cause(&self, path: PathId) -> Option<Cause> {
        self.state.paths.cause(path)
    }

    /// A path in words, from its first cause to the user; empty for none.
    pub fn tell_path(&self, path: PathId) -> String {
        let mut words = Vec::new();
        let mut at = path;
        while let Some(node) = self.state.paths.node(at) {
            match node {
                Node::First(cause) => {
                    words.push(self.tell(cause));
                    break;
                }
                Node::Hop(before, service, how) => {
                    let name = self.plan.spec.services.get(service as usize);
                    let told = how.tell(name.map_or("?", |spec| spec.name.as_str()));
                    // A line in front of one row hands the wait on from one to the next.
                    if words.last() != Some(&told) {
                        words.push(told);
                    }
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
    /// What whoever asked is told when a pod refuses a request so.
    pub(super) fn refusal(self) -> Outcome {
        match self {
            How::RateLimited => Outcome::Limited,
            _ => Outcome::Overloaded,
        }
    }

    fn tell(self, service: &str) -> String {
        let (before, after) = match self {
            How::Slow => ("", " slow"),
            How::Held => ("workers of ", " held"),
            How::Failed => ("", " failed"),
            How::Late => ("", " too late"),
            How::QueueFull => ("queue full at ", ""),
            How::NoPod => ("no pod of ", " ready"),
            How::Reset => ("connection to ", " lost"),
            How::Degraded => ("", " degraded"),
            How::BreakerOpen => ("breaker to ", " open"),
            How::BulkheadFull => ("bulkhead to ", " full"),
            How::GivenUp => ("", " stopped as nobody waited"),
            How::Shed => ("", " shed load"),
            How::RateLimited => ("rate limit of ", " reached"),
            How::Limited => ("concurrency limit of ", " reached"),
            How::Dropped => ("", " dropped what waited too long"),
            How::Unreachable => ("", " out of reach"),
            How::Garbled => ("answer of ", " unreadable"),
        };
        format!("{before}{service}{after}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_found_again_and_never_loses_its_first_cause() {
        let mut paths = Paths::default();
        let cause = Cause::Saturated { service: 3 };
        let first = paths.first(cause);
        assert_eq!(paths.onward(PathId::NONE, 1, How::Late), PathId::NONE);
        assert_eq!(
            paths.onward(first, 1, How::Late),
            paths.onward(first, 1, How::Late)
        );
        let mut path = first;
        for service in 0..MAX_HOPS as u32 + 10 {
            path = paths.onward(path, service, How::Slow);
        }
        assert_eq!(paths.hops as usize, MAX_HOPS);
        assert_eq!(paths.cause(path), Some(cause));
        let other = Cause::Fault(7);
        let other_first = paths.first(other);
        assert_eq!(paths.onward(other_first, 0, How::Failed), other_first);
        assert_eq!(paths.cause(other_first), Some(other));
        assert_eq!(paths.cause(PathId::NONE), None);
    }
}
