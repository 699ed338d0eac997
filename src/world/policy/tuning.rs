//! What operators may change about a call while it runs.
//!
//! The plan of a running world is shared by its clones; a change makes a copy
//! of it first, so that an earlier snapshot keeps what it had. The state keeps
//! a list of the changes, which makes them part of the digest.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::super::live::Live;
use super::super::plan::Plan;
use super::super::probe::Probe;
use super::super::state::{Lane, Next, State};
use super::super::{ActionError, World, spec};
use super::breaker::{Breaker, BreakerState};
use super::{Site, SitePlan};
use crate::base::Span;

/// One change to a call.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tuning {
    /// How long an attempt may take; forever where absent.
    Timeout(Option<Span>),
    /// Attempts in all, 1..=20.
    Attempts(u32),
    /// Whether a breaker stands before it: the world file's, or the usual one.
    Breaker(bool),
    /// Attempts under way at once; any number where absent.
    Bulkhead(Option<u32>),
}

impl fmt::Display for Tuning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Tuning::Timeout(Some(span)) => write!(f, "timeout {span}"),
            Tuning::Timeout(None) => f.write_str("no timeout"),
            Tuning::Attempts(count) => write!(f, "{count} attempts"),
            Tuning::Breaker(true) => f.write_str("breaker on"),
            Tuning::Breaker(false) => f.write_str("breaker off"),
            Tuning::Bulkhead(Some(limit)) => write!(f, "bulkhead of {limit}"),
            Tuning::Bulkhead(None) => f.write_str("no bulkhead"),
        }
    }
}

/// A call of a script as it stands: for the table of a service's calls.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CallStatus {
    /// Position of the caller.
    pub from: u32,
    /// Position of the callee.
    pub to: u32,
    /// Number of the callee's route across all services.
    pub route: u32,
    /// The timeout of one attempt.
    pub timeout: Option<Span>,
    /// Attempts in all.
    pub attempts: u32,
    /// How its breaker stands, where it has one.
    pub breaker: Option<BreakerState>,
    /// Time that its breaker was open so far.
    pub open: Span,
    /// Attempts under way that its bulkhead allows.
    pub bulkhead: Option<u32>,
    /// Attempts under way, where it has a policy that counts them.
    pub active: u32,
    /// Calls that wait for its bulkhead.
    pub waiting: u32,
}

impl World {
    /// Changes every call from `service` to `to`, which is a service or a
    /// `service/route`.
    pub fn tune<P: Probe>(
        &mut self,
        service: &str,
        to: &str,
        tuning: Tuning,
        probe: &mut P,
    ) -> Result<(), ActionError> {
        let from = self.service(service)? as u32;
        let (callee, route) = match to.split_once('/') {
            Some((callee, route)) => (callee, Some(route)),
            None => (to, None),
        };
        let callee = self.service(callee)? as u32;
        match tuning {
            Tuning::Attempts(count) if !(1..=20).contains(&count) => {
                return Err(ActionError::Attempts(count));
            }
            Tuning::Bulkhead(Some(0)) => return Err(ActionError::EmptyBulkhead),
            Tuning::Timeout(Some(span))
                if !(Span::from_millis(1)..=Span::from_hours(1)).contains(&span) =>
            {
                return Err(ActionError::Timeout(span));
            }
            _ => {}
        }
        let named = |plan: &Plan, number: u32| {
            let routes = &plan.spec.services[callee as usize].routes;
            let local = plan.routes[number as usize].local as usize;
            route.is_none_or(|name| routes.get(local).is_some_and(|route| route.name == name))
        };
        let calls: Vec<usize> = (0..self.plan.calls.len())
            .filter(|call| {
                let call = &self.plan.calls[*call];
                let edge = call.edge.map(|edge| self.plan.edges[edge as usize]);
                edge.is_some_and(|edge| edge.from == from && edge.to == callee)
                    && named(&self.plan, call.route)
            })
            .collect();
        if calls.is_empty() {
            return Err(ActionError::NoSuchCall(format!("{service} to {to}")));
        }
        let plan = Arc::make_mut(&mut self.plan);
        for call in calls {
            set(plan, &mut self.state, call, tuning);
            let same = |(other, before): &(u32, Tuning)| {
                *other == call as u32
                    && std::mem::discriminant(before) == std::mem::discriminant(&tuning)
            };
            self.state.tuned.retain(|entry| !same(entry));
            self.state.tuned.push((call as u32, tuning));
        }
        // A wider bulkhead lets those that wait for it go.
        let mut live = Live {
            plan: &self.plan,
            state: &mut self.state,
            probe,
        };
        for site in 0..live.plan.sites.len() as u32 {
            live.take_turns(site);
        }
        live.follow(Next::Nothing, &mut self.agenda);
        Ok(())
    }

    /// Every call of every script, in the order of the file.
    pub fn calls(&self) -> impl Iterator<Item = CallStatus> + '_ {
        self.plan.calls.iter().filter_map(|call| {
            let edge = self.plan.edges.get(call.edge? as usize)?;
            let site = call.site.map(|site| site as usize);
            let plan = site.and_then(|site| self.plan.sites.get(site));
            let running = site.and_then(|site| self.state.sites.get(site));
            let breaker = running
                .and_then(|site| site.breaker)
                .filter(|_| plan.is_some_and(|plan| plan.breaker.is_some()));
            Some(CallStatus {
                from: edge.from,
                to: edge.to,
                route: call.route,
                timeout: call.timeout,
                attempts: call.retry.attempts.max(1),
                breaker: breaker.map(|breaker| breaker.state()),
                open: breaker.map_or(Span::ZERO, |breaker| breaker.open(self.now())),
                bulkhead: plan.and_then(|plan| plan.bulkhead).map(|limit| limit.limit),
                active: running.map_or(0, |site| site.active),
                waiting: running.map_or(0, |site| site.waiting.len() as u32),
            })
        })
    }
}

fn set(plan: &mut Plan, state: &mut State, call: usize, tuning: Tuning) {
    match tuning {
        Tuning::Timeout(timeout) => {
            plan.calls[call].timeout = timeout;
            plan.calls[call].lane = timeout.map(|timeout| plan.lane(timeout, false));
            state.lanes.resize(plan.lanes.len(), Lane::default());
        }
        Tuning::Attempts(attempts) => {
            let retry = &mut plan.calls[call].retry;
            if !(retry.on_error || retry.on_timeout || retry.on_unavailable) {
                // What a world file's `retry` means by itself.
                *retry = spec::Retry::usual();
            }
            retry.attempts = attempts;
        }
        Tuning::Breaker(on) => {
            let usual = plan.calls[call].breaker.unwrap_or_default();
            let site = site(plan, state, call);
            plan.sites[site].breaker = on.then_some(usual);
            state.sites[site].breaker = on.then(|| Breaker::new(&usual));
        }
        Tuning::Bulkhead(limit) => {
            let site = site(plan, state, call);
            let before = plan.sites[site].bulkhead;
            plan.sites[site].bulkhead = limit.map(|limit| spec::Bulkhead {
                limit,
                wait: before.and_then(|before| before.wait),
                queue: before.map_or(0, |before| before.queue),
            });
        }
    }
}

/// The policies of a call; it gets some if it has none yet.
fn site(plan: &mut Plan, state: &mut State, call: usize) -> usize {
    if let Some(site) = plan.calls[call].site {
        return site as usize;
    }
    plan.sites.push(SitePlan::default());
    state.sites.push(Site::new(&SitePlan::default()));
    let site = plan.sites.len() - 1;
    plan.calls[call].site = Some(site as u32);
    plan.calls[call].guarded = true;
    site
}
