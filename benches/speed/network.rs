//! Workloads A, B and C written out by hand: what any engine has to compute.
//!
//! The plain loop and the peer share it, so that they differ in nothing but
//! how they keep their events. Service and gaps between arrivals are
//! exponential, drawn from the same generator as the product's.

use std::collections::VecDeque;

use xops_lab::base::Stream;

/// Nanoseconds of mean service.
const SERVICE: f64 = 10e6;

/// What follows when a station has served a request.
#[derive(Clone, Copy)]
enum After {
    /// The request goes on at one station.
    Go(u8),
    /// It goes on at several stations at once, to be joined by the outer join.
    ForkOuter([u8; 3]),
    /// It goes on at two stations at once, to be joined by the inner join.
    ForkInner([u8; 2]),
    /// A branch of the inner fork is done.
    JoinInner,
    /// A branch of the outer fork is done.
    JoinOuter,
}

/// Workload C: 0, then 1, 2, 3 at once; 1 calls 4 then 5; 2 calls 6 and 7 at once; 3 calls 8 then 9.
const TREE: [After; 10] = [
    After::ForkOuter([1, 2, 3]),
    After::Go(4),
    After::ForkInner([6, 7]),
    After::Go(8),
    After::Go(5),
    After::JoinOuter,
    After::JoinInner,
    After::JoinInner,
    After::Go(9),
    After::JoinOuter,
];

struct Station {
    free: u32,
    queue: VecDeque<u32>,
}

#[derive(Clone, Copy, Default)]
struct Request {
    began: u64,
    outer: u8,
    inner: u8,
}

/// Stations, requests and figures.
pub struct Network {
    after: &'static [After],
    stations: Vec<Station>,
    requests: Vec<Request>,
    free: Vec<u32>,
    stream: Stream,
    gap: f64,
    /// Requests that have left.
    pub done: u64,
    /// Sum of their times in the system.
    pub nanos: u64,
}

/// The event of an arrival; every other payload is a completion.
pub const ARRIVAL: u32 = u32::MAX;

impl Network {
    /// Stations of `servers` each at 80 % load: one, or the tree of ten.
    pub fn new(servers: u32, tree: bool) -> Network {
        let after: &[After] = if tree { &TREE } else { &[After::JoinOuter] };
        Network {
            after,
            stations: after
                .iter()
                .map(|_| Station {
                    free: servers,
                    queue: VecDeque::new(),
                })
                .collect(),
            requests: Vec::new(),
            free: Vec::new(),
            stream: Stream::named(1, "plain"),
            gap: SERVICE / (0.8 * f64::from(servers)),
            done: 0,
            nanos: 0,
        }
    }

    /// Time to the next arrival.
    #[inline]
    pub fn gap(&mut self) -> u64 {
        (self.stream.exponential() * self.gap) as u64
    }

    /// A request arrives: `start` is given a delay and the payload of its completion.
    #[inline]
    pub fn arrive(&mut self, now: u64, start: &mut impl FnMut(u64, u32)) {
        let request = Request {
            began: now,
            outer: 1,
            inner: 0,
        };
        let number = match self.free.pop() {
            Some(number) => {
                self.requests[number as usize] = request;
                number
            }
            None => {
                self.requests.push(request);
                (self.requests.len() - 1) as u32
            }
        };
        self.enter(0, number, start);
    }

    #[inline]
    fn enter(&mut self, station: u8, request: u32, start: &mut impl FnMut(u64, u32)) {
        let place = &mut self.stations[station as usize];
        if place.free > 0 {
            place.free -= 1;
            let span = (self.stream.exponential() * SERVICE) as u64;
            start(span, (request << 4) | u32::from(station));
        } else {
            place.queue.push_back(request);
        }
    }

    /// A station has served a request.
    #[inline]
    pub fn complete(&mut self, now: u64, payload: u32, start: &mut impl FnMut(u64, u32)) {
        let (station, request) = ((payload & 15) as usize, payload >> 4);
        let place = &mut self.stations[station];
        match place.queue.pop_front() {
            Some(next) => {
                let span = (self.stream.exponential() * SERVICE) as u64;
                start(span, (next << 4) | station as u32);
            }
            None => place.free += 1,
        }
        match self.after[station] {
            After::Go(to) => self.enter(to, request, start),
            After::ForkOuter(branches) => {
                self.requests[request as usize].outer = 3;
                for to in branches {
                    self.enter(to, request, start);
                }
            }
            After::ForkInner(branches) => {
                self.requests[request as usize].inner = 2;
                for to in branches {
                    self.enter(to, request, start);
                }
            }
            After::JoinInner => {
                let inner = &mut self.requests[request as usize].inner;
                *inner -= 1;
                if *inner == 0 {
                    self.join(now, request);
                }
            }
            After::JoinOuter => self.join(now, request),
        }
    }

    #[inline]
    fn join(&mut self, now: u64, number: u32) {
        let request = &mut self.requests[number as usize];
        request.outer -= 1;
        if request.outer == 0 {
            self.done += 1;
            self.nanos += now - request.began;
            self.free.push(number);
        }
    }
}
