//! Somebody else's service: it has its own quota and its own hours.
//!
//! In: requests that have come to its door. Out: whether it lets them in. What
//! it then does with them is a script like any other; that we cannot mend it
//! is what makes it a dependency.

use serde::Serialize;

use crate::base::{Rate, SimTime};
use crate::engine::Key;
use crate::world::bucket::TokenBucket;
use crate::world::fault::FaultKind;
use crate::world::live::Live;
use crate::world::paths::How;
use crate::world::probe::{Cause, Outcome, Probe};
use crate::world::run::Stop;
use crate::world::spec::Store;

/// One dependency.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct DependencyState {
    quota: Option<TokenBucket>,
    /// A quota that a fault has put on top.
    limit: Option<TokenBucket>,
    pub counts: Counts,
}

/// What has happened at a dependency's door since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Counts {
    pub let_in: u64,
    /// Answered 429.
    pub limited: u64,
    /// Answered 503 during maintenance.
    pub closed: u64,
}

impl DependencyState {
    /// With its whole quota.
    pub fn new(store: &Store) -> DependencyState {
        let quota = match store {
            Store::Dependency(dependency) => dependency.quota,
            _ => None,
        };
        DependencyState {
            quota: quota.map(|quota| TokenBucket::new(quota.rate, quota.burst)),
            limit: None,
            counts: Counts::default(),
        }
    }
}

impl<P: Probe> Live<'_, P> {
    /// A request comes to a dependency's door.
    pub fn door(&mut self, key: Key, at: u32, number: u32, now: SimTime) -> Result<u32, Stop> {
        let service = self.plan.store.dependencies[number as usize];
        let open = match &self.plan.spec.services[service as usize].store {
            Store::Dependency(dependency) => {
                let since = now.since_start();
                !dependency.maintenance.iter().any(|w| w.holds(since))
            }
            _ => true,
        };
        let limited = self.struck_by(FaultKind::RateLimited, service, now);
        let state = &mut self.state.stores.dependencies[number as usize];
        let counts = &mut state.counts;
        let refusal = if !open {
            counts.closed += 1;
            Some((Outcome::Unavailable, Cause::Closed { service }, How::Failed))
        } else if state.quota.as_mut().is_some_and(|quota| !quota.take(now)) {
            counts.limited += 1;
            Some((Outcome::Limited, Cause::Quota { service }, How::RateLimited))
        } else if let Some((fault, rate)) = limited {
            let make = || TokenBucket::new(Rate::per_second(rate).unwrap_or_default(), 1);
            let over = !state.limit.get_or_insert_with(make).take(now);
            counts.limited += u64::from(over);
            over.then_some((Outcome::Limited, Cause::Fault(fault), How::RateLimited))
        } else {
            None
        };
        let Some((outcome, cause, how)) = refusal else {
            let state = &mut self.state.stores.dependencies[number as usize];
            state.counts.let_in += 1;
            return Ok(at + 1);
        };
        let mut end = self.end_of(key, outcome, cause);
        end.path = self.state.paths.onward(end.path, service, how);
        Err(Stop::Ends(end))
    }

    /// A fault's quota is gone.
    pub fn unlimit(&mut self, number: u32) {
        if let Some(state) = self.state.stores.dependencies.get_mut(number as usize) {
            state.limit = None;
        }
    }
}
