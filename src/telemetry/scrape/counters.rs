//! What is counted between scrapes: plain integers at places that were worked
//! out before, so that an event costs an addition or two.

use crate::base::Span;
use crate::engine::Key;
use crate::world::{Attempted, Outcome, Served, UserDone, World};

/// Upper bounds of the buckets of durations in seconds, as OpenTelemetry
/// advises for HTTP; one more bucket takes what is longer.
pub const BOUNDS: [f64; 14] = [
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
];
/// The same as they are written.
pub const BOUND_TEXTS: [&str; BUCKETS] = [
    "0.005", "0.01", "0.025", "0.05", "0.075", "0.1", "0.25", "0.5", "0.75", "1.0", "2.5", "5.0",
    "7.5", "10.0", "+Inf",
];
/// Buckets of a histogram.
pub const BUCKETS: usize = BOUNDS.len() + 1;
/// The bounds in microseconds; two that no duration reaches end the table.
const MICROS: [u32; BUCKETS + 1] = {
    let mut micros = [u32::MAX; BUCKETS + 1];
    let mut place = 0;
    while place < BOUNDS.len() {
        micros[place] = (BOUNDS[place] * 1e6) as u32;
        place += 1;
    }
    micros
};
/// For every number of leading zeros, the first bucket that such a number of
/// microseconds can fall into: at most two bounds lie between a power of two
/// and the next.
const FIRST: [u8; 33] = {
    let mut first = [0; 33];
    let mut zeros = 1;
    while zeros <= 31 {
        let least = 1_u32 << (31 - zeros);
        let mut place = 0;
        while MICROS[place] < least {
            place += 1;
        }
        first[zeros] = place as u8;
        zeros += 1;
    }
    first[0] = BOUNDS.len() as u8;
    first
};

/// The bucket of a duration: the first whose bound it does not exceed.
#[inline(always)]
fn bucket(duration: Span) -> usize {
    // Rounded up, so that what is longer than a bound by anything exceeds it.
    let micros = duration.as_nanos().div_ceil(1_000);
    let micros = if micros > u64::from(u32::MAX - 1) {
        u32::MAX - 1
    } else {
        micros as u32
    };
    let first = FIRST[micros.leading_zeros() as usize] as usize;
    first + usize::from(micros > MICROS[first]) + usize::from(micros > MICROS[first + 1])
}

/// Durations of one kind of request that ended in one way.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Cell {
    /// Not cumulative: each duration is counted once.
    pub buckets: [u64; BUCKETS],
    pub nanos: u64,
}

impl Cell {
    #[inline(always)]
    fn record(&mut self, duration: Span) {
        self.buckets[bucket(duration)] += 1;
        self.nanos = self.nanos.wrapping_add(duration.as_nanos());
    }

    /// How many there were.
    pub fn count(&self) -> u64 {
        self.buckets.iter().sum()
    }
}

/// Ways in which requests end.
pub(super) const WAYS: usize = Outcome::ALL.len();

/// What the process in one pod has counted since it was started.
#[derive(Clone, Debug, Default)]
pub(super) struct PodCells {
    pub key: Key,
    first_route: u32,
    /// By route and outcome.
    pub cells: Vec<Cell>,
}

/// Everything that is counted.
#[derive(Clone, Debug)]
pub(super) struct Counters {
    /// By place of the pod.
    pods: Vec<PodCells>,
    /// By service: its first route and how many there are.
    routes: Vec<(u32, u32)>,
    /// By edge and outcome.
    pub calls: Vec<Cell>,
    /// By entry and outcome.
    pub entries: Vec<Cell>,
    /// By class: turned away, and cents earned by one real request each.
    pub classes: Vec<(u64, i64)>,
}

impl Counters {
    /// Nothing counted yet.
    pub fn new(world: &World) -> Counters {
        let spec = world.spec();
        let traffic = &spec.traffic;
        let entries: usize = traffic.classes.iter().map(|class| class.mix.len()).sum();
        let services = spec.services.iter().enumerate();
        Counters {
            pods: Vec::new(),
            routes: services
                .map(|(place, of)| (world.first_route(place) as u32, of.routes.len() as u32))
                .collect(),
            calls: vec![Cell::default(); world.edges().count() * WAYS],
            entries: vec![Cell::default(); entries * WAYS],
            classes: vec![(0, 0); traffic.classes.len()],
        }
    }

    /// A pod finished with a request.
    #[inline]
    pub fn served(&mut self, served: &Served) {
        let place = served.pod.index();
        let known = self
            .pods
            .get(place)
            .is_some_and(|pod| pod.key == served.pod);
        if !known && !self.meet(served.pod, served.service) {
            return;
        }
        let pod = &mut self.pods[place];
        let cell = (served.route - pod.first_route) as usize * WAYS + served.outcome.index();
        if let Some(cell) = pod.cells.get_mut(cell) {
            cell.record(served.duration);
        }
    }

    /// A pod that nothing was counted of.
    #[cold]
    #[inline(never)]
    fn meet(&mut self, pod: Key, service: u32) -> bool {
        let Some((first_route, routes)) = self.routes.get(service as usize).copied() else {
            return false;
        };
        if pod == Key::NONE {
            return false;
        }
        if self.pods.len() <= pod.index() {
            self.pods.resize_with(pod.index() + 1, PodCells::default);
        }
        self.pods[pod.index()] = PodCells {
            key: pod,
            first_route,
            cells: vec![Cell::default(); routes as usize * WAYS],
        };
        true
    }

    /// A caller finished with an attempt.
    #[inline]
    pub fn attempted(&mut self, attempted: &Attempted) {
        let place = attempted.edge as usize * WAYS + attempted.outcome.index();
        if let Some(cell) = self.calls.get_mut(place) {
            cell.record(attempted.duration);
        }
    }

    /// A request from outside ended.
    #[inline]
    pub fn user_done(&mut self, done: &UserDone) {
        if let Some((refused, cents)) = self.classes.get_mut(done.class as usize) {
            *refused += u64::from(done.refused);
            if done.outcome.is_ok() {
                *cents = cents.saturating_add(done.value.cents());
            }
        }
        let place = done.entry as usize * WAYS + done.outcome.index();
        if let Some(cell) = self.entries.get_mut(place) {
            cell.record(done.duration);
        }
    }

    /// What a pod has counted by route and outcome; nothing where it has not answered yet.
    pub fn pod(&self, key: Key) -> &[Cell] {
        let pod = self.pods.get(key.index()).filter(|pod| pod.key == key);
        pod.map_or(&[], |pod| &pod.cells)
    }

    /// The process in a pod was started anew: what it had counted went with it.
    pub fn forget(&mut self, key: Key) {
        let pod = self.pods.get_mut(key.index()).filter(|pod| pod.key == key);
        if let Some(pod) = pod {
            pod.cells.fill(Cell::default());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_falls_below_the_first_bound_that_it_does_not_exceed() {
        let mut nanos = vec![0, 1, 999, 1_000, u64::MAX, 36_000_000_000_000];
        for bound in BOUNDS {
            let at = (bound * 1e9) as u64;
            nanos.extend([at - 1_000, at - 1, at, at + 1, at + 1_000, at * 2]);
        }
        for nanos in nanos {
            let exact = BOUNDS.iter().position(|bound| nanos as f64 <= bound * 1e9);
            let exact = exact.unwrap_or(BOUNDS.len());
            assert_eq!(bucket(Span::from_nanos(nanos)), exact, "{nanos} ns");
        }
    }

    #[test]
    fn bounds_are_written_as_they_are() {
        for (bound, text) in BOUNDS.iter().zip(BOUND_TEXTS) {
            assert_eq!(text.parse(), Ok(*bound));
        }
    }
}
