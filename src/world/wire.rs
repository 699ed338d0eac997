//! Messages that take time between services, by nature or by a fault, or do
//! not arrive.
//!
//! A request on its way is a line already, so that its caller's timeout finds
//! it, but no pod knows of it yet. An answer on its way is a [`Letter`].

use serde::Serialize;

use super::fault::{Message, Passage, Struck, Way};
use super::fleet::weigh;
use super::follow::Step;
use super::line::{Kind, Line, Pass};
use super::live::Live;
use super::paths::{How, PathId};
use super::plan::{HALT, REFUSE};
use super::probe::{Cause, Outcome, Probe};
use super::state::{End, Event, Next, State};
use crate::base::{SimTime, Span};
use crate::engine::{Agenda, Key};

/// How long a connection is tried for where nobody answers: Linux sends its
/// first packet again six times, after 1 s, 2 s, 4 s, and so on
/// (`tcp_syn_retries`).
const CONNECTION: Span = Span::from_secs(127);

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
    /// Sends a request over a network that takes time, or that a fault
    /// concerns; nothing where this one is spared.
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
        let message = self.message(owner, pod, false);
        let struck = Struck { route, pod, from };
        let passage = self.strike_request(struck, message, agenda.now());
        if passage.twice && !matches!(passage.way, Way::Astray(_) | Way::Fails(_)) {
            self.cross_again(passage, (pod, route), pass, agenda);
        }
        if let Way::Fails(end) = passage.way {
            return Some(Err(end));
        }
        if passage.way != Way::Plain {
            let key = self.set_out(passage, (pod, route), owner, pass, agenda);
            return Some(Ok((key, Next::Nothing)));
        }
        let id = passage.spoilt?;
        let admitted = self.admit(pod, route, owner, pass, agenda);
        if let Ok((key, _)) = admitted {
            self.spoil(key, id);
        }
        Some(admitted)
    }

    /// A second copy of a request, for which nobody waits.
    fn cross_again(
        &mut self,
        passage: Passage,
        (pod, route): (Key, u32),
        pass: Pass,
        agenda: &mut Agenda<Event>,
    ) {
        let pass = Pass {
            cancel: false,
            deadline: SimTime::MAX,
            ..pass
        };
        if passage.way != Way::Plain {
            self.set_out(passage, (pod, route), Key::NONE, pass, agenda);
        } else if let Ok((key, next)) = self.admit(pod, route, Key::NONE, pass, agenda) {
            if let Some(id) = passage.spoilt {
                self.spoil(key, id);
            }
            self.later(next);
        }
    }

    /// A request is on its way, and no pod knows of it yet.
    fn set_out(
        &mut self,
        passage: Passage,
        (pod, route): (Key, u32),
        owner: Key,
        pass: Pass,
        agenda: &mut Agenda<Event>,
    ) -> Key {
        let culprit = match passage.way {
            Way::Delayed(_, id) => id,
            Way::Held(id) | Way::Astray(id) => Some(id),
            Way::Plain | Way::Fails(_) => None,
        };
        let at_route = &self.plan.routes[route as usize];
        let (service, entry) = (at_route.service, at_route.entry);
        let line = Line {
            touched: self.on_the_way(culprit, owner),
            ..Line::request((service, route, entry), pod, owner, pass, agenda.now())
        };
        let key = self.state.lines.insert(line);
        self.state.services[service as usize].arrived += 1;
        if let Some(id) = passage.spoilt {
            self.spoil(key, id);
        }
        match passage.way {
            Way::Held(id) => self.hang(id, key, agenda),
            Way::Delayed(wait, _) => agenda.after(wait, Event::Arrive(key)),
            Way::Astray(_) => agenda.after(CONNECTION, Event::Astray(key)),
            Way::Plain | Way::Fails(_) => {}
        }
        key
    }

    /// A request will be answered with an error as soon as it is looked at.
    fn spoil(&mut self, key: Key, id: u32) {
        let touched = self.state.paths.first(Cause::Fault(id));
        if let Some(line) = self.state.lines.get_mut(key) {
            (line.at, line.touched) = (REFUSE, touched);
        }
    }

    /// Nobody took up a connection: whoever still waits is told.
    pub fn astray(&mut self, key: Key) {
        if let Some(&line) = self.state.lines.get(key) {
            let paths = &mut self.state.paths;
            let path = paths.onward(line.touched, line.service, How::Unreachable);
            let end = End::of(Outcome::Unavailable, path);
            // Its service never saw it, and has nothing to tell of it.
            self.state.lines.remove(key);
            self.state.services[line.service as usize].ended += 1;
            self.answer(line.owner, key, end);
        }
    }

    fn message(&mut self, caller: Key, pod: Key, back: bool) -> Message {
        let line = self.state.lines.get(caller);
        Message {
            caller: line.map_or(Key::NONE, |line| line.pod),
            hop: self.hop(caller, pod),
            back,
        }
    }

    /// The worker of a finished request is free, at once or when its
    /// connection is closed.
    #[inline(never)]
    pub fn close_connection(&mut self, struck: Struck, agenda: &mut Agenda<Event>) {
        match self.strike_close(struck, agenda.now()) {
            None => self.release(struck.pod, agenda),
            Some(held) => {
                let pod = struck.pod;
                let starts = self.state.pods.get_mut(pod).map_or(0, |pod| {
                    pod.closing += 1;
                    pod.starts
                });
                agenda.after(held, Event::Closed { pod, starts });
            }
        }
    }

    /// A connection that stayed open is closed, unless its container is gone.
    pub fn closed(&mut self, pod: Key, starts: u32, agenda: &mut Agenda<Event>) {
        if let Some(found) = self.state.pods.get_mut(pod)
            && found.starts == starts
        {
            found.closing -= 1;
            self.release(pod, agenda);
        }
    }

    /// Why a request of a line has not arrived: a fault, or the distance.
    fn on_the_way(&mut self, culprit: Option<u32>, owner: Key) -> PathId {
        if let Some(id) = culprit {
            return self.state.paths.first(Cause::Fault(id));
        }
        let line = self.state.lines.get(owner);
        let edge = line.and_then(|line| self.plan.calls[line.call.plan as usize].edge);
        edge.map_or(PathId::NONE, |edge| {
            self.state.paths.first(Cause::Network { edge })
        })
    }

    /// Position of the service that a line runs in; none for users.
    pub fn from(&self, line: Key) -> Option<u32> {
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
            paths,
            faults,
            ..
        } = &mut *self.state;
        let (Some(line), Some(pod_state)) = (lines.get_mut(key), pods.get_mut(pod)) else {
            return Next::Nothing;
        };
        if let Some(Cause::Network { .. }) = paths.cause(line.touched) {
            line.touched = PathId::NONE; // it was on its way, and is no more
        }
        if line.at != REFUSE {
            let route = &self.plan.routes[line.route as usize];
            line.at = route.entry_at(pod_state.version, self.plan);
        }
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
        let message = self.message(line, pod, true);
        let way = self.strike_answer(Struck { route, pod, from }, message, agenda.now());
        let culprit = match way {
            Way::Plain | Way::Astray(_) => return line,
            Way::Fails(end) => {
                self.answer(line, callee, end);
                return Key::NONE;
            }
            Way::Delayed(_, id) => id,
            Way::Held(id) => Some(id),
        };
        if let Some(id) = culprit.filter(|_| end.path == PathId::NONE) {
            let service = self.plan.routes[route as usize].service;
            let first = self.state.paths.first(Cause::Fault(id));
            end.path = self.state.paths.onward(first, service, How::Slow);
        }
        let letter = self.state.letters.insert(Letter { line, callee, end });
        match way {
            Way::Held(id) => self.hold_letter(id, letter),
            Way::Delayed(wait, _) => agenda.after(wait, Event::Letter(letter)),
            Way::Plain | Way::Astray(_) | Way::Fails(_) => {}
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
    pub fn blame_letter(&mut self, callee: Key, line: Key, service: u32) -> PathId {
        let about = |(_, letter): &(Key, &Letter)| letter.callee == callee;
        let found = self.state.letters.iter().find(about);
        match found.map(|(key, letter)| (key, letter.end.path)) {
            Some((key, path)) => {
                self.state.letters.remove(key);
                match path {
                    PathId::NONE => self.on_the_way(None, line),
                    path => path,
                }
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
