//! Scripts: a line does one operation after the other until it has to wait.

use crate::engine::{Agenda, Key};

use super::line::{Kind, Line, Sent};
use super::live::Live;
use super::plan::Op;
use super::probe::Probe;
use super::state::{Event, Next};

impl<P: Probe> Live<'_, P> {
    /// Runs a line until it has to wait or ends.
    #[inline]
    pub fn run(&mut self, key: Key, agenda: &mut Agenda<Event>) -> Next {
        let Some(line) = self.state.lines.get(key) else {
            return Next::Nothing;
        };
        if line.kind == Kind::Branch && !self.state.lines.contains(line.request) {
            self.abandon(key, agenda);
            return Next::Nothing;
        }
        if line.watched && self.is_idle(key, agenda.now()) {
            return self.forsake(key, agenda);
        }
        let mut at = line.at;
        let pod = line.pod;
        loop {
            match self.plan.ops[at as usize] {
                Op::Work(_) => {
                    self.stand_at(key, at);
                    self.work(key, agenda);
                    return Next::Nothing;
                }
                Op::Burst(_) => {
                    self.stand_at(key, at);
                    self.burst(key, agenda);
                    return Next::Nothing;
                }
                Op::Release => {
                    self.release(pod, agenda);
                    at += 1;
                }
                Op::Call(plan) => {
                    self.stand_at(key, at + 1);
                    return self.call(key, plan, agenda);
                }
                Op::Fork { first, count, next } => return self.fork(key, first, count, next),
                Op::Join => return self.join(key),
                Op::Choose { first, count } => at = self.choose(key, first, count, at),
                Op::Jump(to) => at = to,
                Op::End => {
                    let end = self.verdict(key);
                    return self.finish(key, end, agenda);
                }
            }
        }
    }

    #[inline]
    fn stand_at(&mut self, key: Key, at: u32) {
        if let Some(line) = self.state.lines.get_mut(key) {
            line.at = at;
        }
    }

    /// Whether the request that a line is part of still goes on.
    #[inline]
    pub fn is_alive(&self, key: Key) -> bool {
        let lines = &self.state.lines;
        lines
            .get(key)
            .is_some_and(|line| line.kind != Kind::Branch || lines.contains(line.request))
    }

    /// Forgets a branch whose request has ended without it.
    #[cold]
    pub fn abandon(&mut self, key: Key, agenda: &mut Agenda<Event>) {
        let Some(&Line { at, pod, .. }) = self.state.lines.get(key) else {
            return;
        };
        self.state.lines.remove(key);
        if self.plan.ops[at as usize] == Op::Release {
            self.release(pod, agenda);
        }
    }

    /// A line asks another service and waits.
    #[inline]
    fn call(&mut self, key: Key, plan: u32, agenda: &mut Agenda<Event>) -> Next {
        let Some(line) = self.state.lines.get_mut(key) else {
            return Next::Nothing;
        };
        line.call = Sent {
            plan,
            ..Sent::NOTHING
        };
        let request = line.request_of(key);
        if let Some(request) = self.state.lines.get_mut(request) {
            request.last_caller = key;
        }
        self.attempt(key, agenda)
    }

    /// Starts the branches in order: the first is next, the others follow it.
    #[inline]
    fn fork(&mut self, key: Key, first: u32, count: u32, next: u32) -> Next {
        let Some(line) = self.state.lines.get_mut(key) else {
            return Next::Nothing;
        };
        line.at = next;
        line.waits = count;
        let (line, request) = (*line, line.request_of(key));
        let targets = &self.plan.targets[first as usize..(first + count) as usize];
        let mut next = Next::Nothing;
        for at in targets.iter().rev() {
            if next != Next::Nothing {
                self.state.tasks.push(next);
            }
            let branch = Line::branch(key, &line, request, *at);
            next = Next::Run(self.state.lines.insert(branch));
        }
        next
    }

    /// A branch has ended; the last one lets its owner go on.
    #[inline]
    fn join(&mut self, key: Key) -> Next {
        let owner = self
            .state
            .lines
            .get(key)
            .map_or(Key::NONE, |line| line.owner);
        self.state.lines.remove(key);
        let Some(waiting) = self.state.lines.get_mut(owner) else {
            return Next::Nothing;
        };
        waiting.waits -= 1;
        if waiting.waits == 0 {
            Next::Run(owner)
        } else {
            Next::Nothing
        }
    }

    fn choose(&mut self, key: Key, first: u32, count: u32, at: u32) -> u32 {
        let service = self.state.lines.get(key).map_or(0, |line| line.service);
        let draw = self.state.services[service as usize].work.unit();
        let choices = &self.plan.choices[first as usize..(first + count) as usize];
        let chosen = choices.iter().find(|(reached, _)| draw < *reached);
        chosen
            .or(choices.last())
            .map_or(at + 1, |(_, place)| *place)
    }
}
