//! Scripts: a line does one operation after the other until it has to wait.

use crate::base::SimTime;
use crate::engine::{Agenda, Key};

use super::line::{Kind, Line, Pass, Sent};
use super::live::Live;
use super::plan::Op;
use super::probe::Probe;
use super::state::{End, Event, Next, Task};

/// Why a line has stopped.
pub(super) enum Stop {
    /// It waits for something, or is no more.
    Waits,
    /// Another line of the request goes on.
    Goes(Key),
    /// It sends a call, by number, for the first time.
    Calls(u32, Pass),
    /// Its request ends.
    Ends(End),
}

impl<P: Probe> Live<'_, P> {
    /// Runs a line until it has to wait, and then whichever its waiting lets
    /// run: the request that it sent, the caller that it answered, its own
    /// first branch. All that ordinary requests need is inlined here, once,
    /// and passes from one to the next in registers.
    #[inline(never)]
    pub fn run(&mut self, mut key: Key, agenda: &mut Agenda<Event>) {
        loop {
            let next = match self.stretch(key, agenda) {
                Stop::Waits => Next::Nothing,
                Stop::Goes(line) => Next::Run(line),
                Stop::Calls(call, pass) => self.try_call(key, call, pass, agenda),
                Stop::Ends(end) => match self.finish(key, end, agenda) {
                    Key::NONE => Next::Nothing,
                    caller => self.settle(caller, key, end, agenda),
                },
            };
            let Next::Run(line) = next else {
                return;
            };
            key = line;
        }
    }

    /// Does one operation after the other until the line has to stop.
    #[inline(always)]
    fn stretch(&mut self, key: Key, agenda: &mut Agenda<Event>) -> Stop {
        let Some(line) = self.state.lines.get(key) else {
            return Stop::Waits;
        };
        let (mut at, pod) = (line.at, line.pod);
        let mut watched = line.watched;
        if line.kind == Kind::Branch {
            let Some(request) = self.state.lines.get(line.request) else {
                self.abandon(key, agenda);
                return Stop::Waits;
            };
            watched |= request.watched;
        }
        if watched && self.is_idle(key, agenda.now()) {
            self.forsake(key, agenda);
            return Stop::Waits;
        }
        if self.state.pauses
            && let Some(until) = self.paused(pod, agenda.now())
        {
            agenda.at(until, Event::Wake(key));
            return Stop::Waits;
        }
        loop {
            match self.plan.ops[at as usize] {
                op @ (Op::Work(sampler) | Op::Burst(sampler)) => {
                    self.work(key, at, sampler, matches!(op, Op::Burst(_)), agenda);
                    return Stop::Waits;
                }
                Op::Cpu(_) => {
                    self.compute(key, at, agenda);
                    return Stop::Waits;
                }
                Op::Halt => return Stop::Waits,
                Op::Release => {
                    self.release(pod, agenda);
                    at += 1;
                }
                Op::Call(plan) => return self.call(key, at, plan, agenda.now()),
                Op::Fork { first, count, next } => {
                    return self.fork(key, first, count, next);
                }
                Op::Join => return self.join(key),
                Op::Choose { first, count } => at = self.choose(key, first, count, at),
                Op::Jump(to) => at = to,
                Op::Store(number) => match self.store_step(key, at, number, agenda) {
                    Ok(next) => at = next,
                    Err(stop) => return stop,
                },
                Op::Refuse => return Stop::Ends(self.refused(key)),
                Op::End => return Stop::Ends(self.verdict(key, agenda.now())),
            }
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
        self.forget(key, agenda.now());
        if self.plan.ops[at as usize] == Op::Release {
            self.release(pod, agenda);
        }
    }

    /// Forgets a branch whose request is over, with all that it holds, and
    /// the branches that waited for nothing but it.
    pub fn forget(&mut self, mut key: Key, now: SimTime) {
        while let Some(&Line { kind, owner, .. }) = self.state.lines.get(key) {
            let nested = kind == Kind::Branch;
            if self.plan.keeps {
                self.free(key, now);
            }
            self.state.lines.remove(key);
            let waiting = self.state.lines.get_mut(owner);
            let Some(waiting) = waiting.filter(|line| nested && line.kind == Kind::Branch) else {
                return;
            };
            waiting.waits -= 1;
            if waiting.waits > 0 {
                return;
            }
            key = owner;
        }
    }

    /// A line is about to ask another service.
    #[inline(always)]
    fn call(&mut self, key: Key, at: u32, plan: u32, now: SimTime) -> Stop {
        let Some(line) = self.state.lines.get_mut(key) else {
            return Stop::Waits;
        };
        line.at = at + 1;
        line.call = Sent {
            plan,
            attempts: 1,
            began: now,
            ..Sent::NOTHING
        };
        let pass = Pass::plain(line);
        if line.kind != Kind::Branch {
            line.last_caller = key;
        } else {
            let request = line.request;
            if let Some(request) = self.state.lines.get_mut(request) {
                request.last_caller = key;
            }
        }
        Stop::Calls(plan, pass)
    }

    /// Starts the branches in order: the first goes on, the others follow it.
    #[inline(always)]
    fn fork(&mut self, key: Key, first: u32, count: u32, next: u32) -> Stop {
        let Some(line) = self.state.lines.get_mut(key) else {
            return Stop::Waits;
        };
        line.at = next;
        line.waits = count;
        let branch = Line::branch(key, line, 0);
        let targets = &self.plan.targets[first as usize..(first + count) as usize];
        let mut stop = Stop::Waits;
        for at in targets.iter().rev() {
            if let Stop::Goes(later) = stop {
                self.state.tasks.push(Task::Run(later));
            }
            let branch = self.state.lines.insert_with(|| Line { at: *at, ..branch });
            stop = Stop::Goes(branch);
        }
        stop
    }

    /// A branch has ended; the last one lets its owner go on.
    #[inline(always)]
    fn join(&mut self, key: Key) -> Stop {
        let line = self.state.lines.get(key);
        let owner = line.map_or(Key::NONE, |line| line.owner);
        self.state.lines.remove(key);
        let Some(waiting) = self.state.lines.get_mut(owner) else {
            return Stop::Waits;
        };
        waiting.waits -= 1;
        if waiting.waits == 0 {
            Stop::Goes(owner)
        } else {
            Stop::Waits
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
