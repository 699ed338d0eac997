//! Messages that take time between services, or do not arrive.
//!
//! A request on its way is a line already, so that its caller's timeout finds
//! it, but no pod knows of it yet. An answer on its way is a [`Letter`].

use serde::Serialize;

use super::fault::{Struck, Way};
use super::fleet::weigh;
use super::follow::Step;
use super::line::{Kind, Line, Pass};
use super::live::Live;
use super::paths::{How, PathId};
use super::plan::HALT;
use super::probe::{Cause, Outcome, Probe};
use super::state::{End, Event, Next, State};
use crate::engine::{Agenda, Key};

/// An answer on its way.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(super) struct Letter {
    /// Who waits.
    pub line: Key,
    /// For what.
    pub callee: Key,
    pub end: End,
}

impl<P: Probe> Live<'_, P> {
    /// Sends a request over a network that a fault concerns; nothing where
    /// this one is spared.
    #[inline(never)]
    pub fn cross(
        &mut self,
        pod: Key,
        route: u32,
        owner: Key,
        pass: Pass,
        agenda: &mut Agenda<Event>,
    ) -> Option<Result<(Key, Next), End>> {
        let from = self.from(owner);
        let way = self.strike_request(Struck { route, pod, from }, agenda.now());
        let (Way::Delayed(_, id) | Way::Held(id)) = way else {
            return match way {
                Way::Fails(end) => Some(Err(end)),
                _ => None,
            };
        };
        let at_route = &self.plan.routes[route as usize];
        let (service, entry) = (at_route.service, at_route.entry);
        let line = Line {
            touched: self.state.paths.first(Cause::Fault(id)),
            ..Line::request((service, route, entry), pod, owner, pass, agenda.now())
        };
        let key = self.state.lines.insert(line);
        self.state.services[service as usize].arrived += 1;
        if let Way::Delayed(wait, _) = way {
            agenda.after(wait, Event::Arrive(key));
        } else {
            self.hang(id, key, agenda);
        }
        Some(Ok((key, Next::Nothing)))
    }

    /// Position of the service that a line runs in; none for users.
    fn from(&self, line: Key) -> Option<u32> {
        let line = self.state.lines.get(line);
        line.filter(|line| line.kind != Kind::User)
            .map(|line| line.service)
    }

    /// A request that was on its way reaches its pod.
    pub fn enter(&mut self, key: Key, agenda: &mut Agenda<Event>) -> Next {
        let Some(&line) = self.state.lines.get(key) else {
            return Next::Nothing;
        };
        let (service, pod_key) = (line.service, line.pod);
        let plan = &self.plan.services[service as usize];
        let turned = if plan.guarded {
            self.shield(pod_key, service, line.criticality, agenda.now())
        } else {
            None
        };
        let end = match (turned, self.state.pods.get_mut(pod_key)) {
            (Some((path, how)), _) => self.refusal(path, service, how),
            (None, Some(pod)) if pod.open => {
                let free = pod.busy < pod.workers;
                if free || (pod.queue.len() as u32) < pod.places {
                    return self.receive(key, pod_key, free, agenda);
                }
                let path = self.blame_queue(pod_key, service);
                let door = (line.route, line.owner, agenda.now());
                self.tell_rejected(pod_key, door.0, door.1, door.2, How::QueueFull);
                self.refusal(path, service, How::QueueFull)
            }
            // Its node is gone: nothing answers.
            (None, Some(pod)) if pod.body.lost => {
                pod.requests += 1;
                if let Some(line) = self.state.lines.get_mut(key) {
                    line.at = HALT;
                }
                return Next::Nothing;
            }
            (None, _) => self.refused_by(service),
        };
        let caller = self.close(key, end, agenda);
        self.answer(caller, key, end);
        Next::Nothing
    }

    /// A pod takes in a request that it has room for.
    fn receive(&mut self, key: Key, pod: Key, free: bool, agenda: &mut Agenda<Event>) -> Next {
        let State {
            lines,
            pods,
            faults,
            ..
        } = &mut *self.state;
        let (Some(line), Some(pod_state)) = (lines.get_mut(key), pods.get_mut(pod)) else {
            return Next::Nothing;
        };
        line.at = self.plan.routes[line.route as usize].entry_at(pod_state.version, self.plan);
        let asynchronous = self.plan.services[line.service as usize].asynchronous;
        pod_state.requests += 1;
        if free | asynchronous {
            pod_state.busy += u32::from(!asynchronous);
        } else {
            pod_state.queue.push_back(key);
        }
        if pod_state.odd {
            weigh(pod_state, pod, faults, self.plan, agenda);
        }
        let (owner, waits) = (line.owner, !(free | asynchronous));
        if line.followed {
            self.tell_step(key, agenda.now(), Step::Entered { owner, waits });
        }
        if free | asynchronous {
            self.begin(key, agenda)
        } else {
            Next::Nothing
        }
    }

    fn refusal(&mut self, path: PathId, service: u32, how: How) -> End {
        End::of(how.refusal(), self.state.paths.onward(path, service, how))
    }

    /// Sends an answer over a network that a fault concerns. Returns the line
    /// to be answered now, if any.
    #[inline(never)]
    pub fn send_back(
        &mut self,
        line: Key,
        callee: Key,
        place: (u32, Key),
        mut end: End,
        agenda: &mut Agenda<Event>,
    ) -> Key {
        let (route, pod) = place;
        let from = self.from(line);
        let way = self.strike_answer(Struck { route, pod, from }, agenda.now());
        let id = match way {
            Way::Plain => return line,
            Way::Fails(end) => {
                self.answer(line, callee, end);
                return Key::NONE;
            }
            Way::Delayed(_, id) | Way::Held(id) => id,
        };
        if end.path == PathId::NONE {
            let service = self.plan.routes[route as usize].service;
            let first = self.state.paths.first(Cause::Fault(id));
            end.path = self.state.paths.onward(first, service, How::Slow);
        }
        let letter = self.state.letters.insert(Letter { line, callee, end });
        if let Way::Delayed(wait, _) = way {
            agenda.after(wait, Event::Letter(letter));
        } else {
            self.hold_letter(id, letter);
        }
        Key::NONE
    }

    /// An answer that was on its way arrives.
    pub fn letter(&mut self, key: Key) {
        if let Some(&Letter { line, callee, end }) = self.state.letters.get(key) {
            self.state.letters.remove(key);
            self.answer(line, callee, end);
        }
    }

    /// Why an answer is still on its way: its caller waits no longer.
    pub fn blame_letter(&mut self, callee: Key, service: u32) -> PathId {
        let about = |(_, letter): &(Key, &Letter)| letter.callee == callee;
        let found = self.state.letters.iter().find(about);
        match found.map(|(key, letter)| (key, letter.end.path)) {
            Some((key, path)) => {
                self.state.letters.remove(key);
                path
            }
            None => self.state.paths.first(Cause::Slow { service }),
        }
    }

    /// What a fault held back is delivered, or will never be.
    pub fn release_held(
        &mut self,
        id: u32,
        requests: Vec<Key>,
        answers: Vec<Key>,
        lost: bool,
        agenda: &mut Agenda<Event>,
    ) {
        for letter in answers {
            self.letter(letter);
        }
        for request in requests {
            let Some(line) = self.state.lines.get(request) else {
                continue;
            };
            if lost {
                let first = self.state.paths.first(Cause::Fault(id));
                let path = self
                    .state
                    .paths
                    .onward(first, line.service, How::Unreachable);
                let end = End::of(Outcome::Unavailable, path);
                let caller = self.close(request, end, agenda);
                self.answer(caller, request, end);
            } else {
                let next = self.enter(request, agenda);
                self.later(next);
            }
        }
    }
}
