//! How a service protects itself, and its callers from its bad pods.

use crate::base::{Rate, Ratio, Span};

/// What a service does beside its workers and its queue. The default does nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Protect {
    /// Requests that one pod lets in.
    pub rate_limit: Option<RateLimit>,
    /// From which load on a pod refuses requests of each class of criticality.
    pub shed: Option<Shed>,
    /// A limit of requests in a pod that finds itself.
    pub concurrency: Option<Aimd>,
    /// Which waiting request is next.
    pub order: QueueOrder,
    /// When what waits is dropped.
    pub codel: Option<Codel>,
    /// When callers leave a pod out.
    pub outlier: Option<Outlier>,
}

/// A token bucket at each pod.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RateLimit {
    /// Requests per second in the long run.
    pub rate: Rate,
    /// Requests at once.
    pub burst: u32,
}

/// Load shedding by criticality ("Handling overload", chapter 21 of the SRE
/// book): a class is refused while a pod has at least so many requests per
/// worker, waiting ones included. By position of the class, the most important
/// first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shed(pub [f64; 4]);

impl Default for Shed {
    /// Sheddable from 75 % of the workers on, then what is a little more
    /// important, and the rest only when a queue stands.
    fn default() -> Self {
        Shed([4.0, 2.0, 0.9, 0.75])
    }
}

/// Additive increase, multiplicative decrease: Netflix `concurrency-limits`,
/// `AIMDLimit`. One more after an answer in time while at least half is used;
/// a tenth less after a late or a failed one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Aimd {
    /// An answer is late after this.
    pub latency: Span,
    /// The least limit.
    pub min: u32,
    /// The greatest.
    pub max: u32,
    /// The limit of a pod that has just started.
    pub start: u32,
}

/// Which waiting request is next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum QueueOrder {
    /// The one that waits longest.
    #[default]
    Fifo,
    /// The newest.
    Lifo,
    /// The oldest while the queue was empty within 100 ms, the newest while it
    /// stands (Maurer, "Fail at scale", ACM Queue 13(8), 2015).
    AdaptiveLifo,
}

/// Controlled delay for requests, as in "Fail at scale": what has waited
/// longer than `interval` is dropped when its turn comes; while the queue has
/// stood for an interval, already what has waited longer than `target`. It
/// takes target and interval, and the idea of a standing queue, from RFC 8289.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Codel {
    /// The wait that is fine at any time.
    pub target: Span,
    /// The wait that is fine in a burst.
    pub interval: Span,
}

/// Outlier ejection (Envoy, `outlier_detection`): a pod that failed so often in
/// a row is left out for a base time, times how often it was left out before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outlier {
    /// Failures in a row.
    pub consecutive: u32,
    /// The base time.
    pub base: Span,
    /// Share of the pods that may be left out; at least one may.
    pub most: Ratio,
    /// After each such time without ejection one earlier ejection is forgotten.
    pub interval: Span,
}
