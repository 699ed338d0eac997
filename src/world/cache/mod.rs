//! Caches: what each pod of a cache keeps, and lookups from the callers' side.
//!
//! In: a lookup, which draws a key, asks the pod of the cache that is
//! responsible for it (a request like others), and on a miss does its own
//! steps and keeps what it fetched. Out: where the lookup's script goes on. It
//! knows neither what is fetched nor from where.

mod estimate;
mod table;

use serde::Serialize;

use crate::base::{Ratio, SimTime, Span, Stream};
use crate::engine::Key;
use crate::world::fault::FaultKind;
use crate::world::follow::{Step, WaitFor, waited, waits};
use crate::world::live::Live;
use crate::world::probe::Probe;
use crate::world::run::Stop;
use crate::world::spec::Eviction;
use crate::world::state::{End, Next};
use crate::world::store::{Anew, Beside, Fetch, Wait};

pub(super) use estimate::hit_ratio;
use table::{Found, Table};

/// Marks keys of things that do not exist.
const ABSENT: u64 = 1 << 40;
/// Marks keys that never come again, of things that exist.
const UNHEARD: u64 = 1 << 42;

/// One cache.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct CacheState {
    /// What each pod keeps.
    tables: Beside<Kept>,
    /// Entries that one pod may keep now.
    capacity: u32,
    eviction: Eviction,
    chance: Stream,
    pub counts: Counts,
}

/// What one pod keeps; nothing at first.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
struct Kept(Option<Table>);

impl Anew for Kept {
    fn anew(&mut self) {
        self.0 = None;
    }
}

/// What has happened to a cache since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Counts {
    pub hits: u64,
    pub misses: u64,
    pub evicted: u64,
    /// Misses that waited for another's fetch.
    pub coalesced: u64,
}

impl CacheState {
    /// Empty.
    pub fn new(capacity: u32, eviction: Eviction, chance: Stream) -> CacheState {
        CacheState {
            tables: Beside::default(),
            capacity,
            eviction,
            chance,
            counts: Counts::default(),
        }
    }

    fn table(&mut self, pod: Key, life: u32) -> &mut Table {
        let (capacity, eviction) = (self.capacity, self.eviction);
        let kept = self.tables.at(pod, life);
        kept.0.get_or_insert_with(|| Table::new(capacity, eviction))
    }

    /// Entries of a pod.
    pub fn entries(&self, pod: Key, life: u32) -> u32 {
        let kept = self.tables.find(pod, life);
        kept.and_then(|kept| kept.0.as_ref()).map_or(0, Table::len)
    }

    /// Entries that one pod may keep now.
    pub fn capacity(&self) -> u32 {
        self.capacity
    }
}

impl<P: Probe> Live<'_, P> {
    fn cache(&mut self, number: u32) -> &mut CacheState {
        &mut self.state.stores.caches[number as usize]
    }

    /// A lookup draws the key that it asks for.
    pub fn draw_key(&mut self, key: Key, number: u32, now: SimTime) {
        let plan = &self.plan.store.lookups[number as usize];
        let service = plan.service;
        let through = self.struck_by(FaultKind::Penetration, service, now);
        let draws = &mut self.state.stores.lookups[number as usize];
        let mut asked = u64::from(plan.keys.sample(draws));
        if plan.absent > Ratio::ZERO && draws.chance(plan.absent.get()) {
            asked |= ABSENT;
        }
        if let Some((_, share)) = through
            && draws.chance(share)
        {
            // Never the same twice: nothing that is remembered helps.
            asked = ABSENT << 1 | ABSENT | u64::from(draws.below(u32::MAX));
        }
        if let Some((_, share)) = self.struck_by(FaultKind::BadKey, service, now)
            && self.state.stores.lookups[number as usize].chance(share)
        {
            asked = UNHEARD | u64::from(self.state.stores.lookups[number as usize].below(u32::MAX));
        }
        if let Some((_, share)) = self.struck_by(FaultKind::HotKey, service, now)
            && self.state.stores.lookups[number as usize].chance(share)
        {
            asked = 0;
        }
        let hold = self.hold(key);
        if hold.looks {
            hold.outer.push((hold.key, hold.leads));
        }
        hold.looks = true;
        hold.leads = false;
        hold.key = asked;
        hold.failed = false;
    }

    /// A lookup is over: the one within whose miss it was goes on.
    fn looked_up(&mut self, key: Key) {
        let hold = self.hold(key);
        let outer = hold.outer.pop();
        hold.looks = outer.is_some();
        (hold.key, hold.leads) = outer.unwrap_or_default();
    }

    /// The pod of a cache that is responsible for the key that a line asks
    /// for: key modulo pods, so that a pod more or less moves nearly all keys.
    pub fn choose_cache(&mut self, line: Key, service: u32) -> Result<Key, End> {
        let asked = self.hold(line).key;
        let ready = &self.state.services[service as usize].ready;
        let mixed = asked.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 33;
        let place = mixed.checked_rem(ready.len() as u64);
        let pod = place.and_then(|place| ready.get(place as usize));
        match pod.copied() {
            Some(pod) => Ok(pod),
            None => Err(self.no_pod(service)),
        }
    }

    /// The cache has answered: on a hit the script goes on after the lookup.
    pub fn looked(&mut self, key: Key, at: u32, number: u32, now: SimTime) -> Result<u32, Stop> {
        let plan = &self.plan.store.lookups[number as usize];
        let hold = self.hold(key);
        let (asked, failed, woken) = (hold.key, hold.failed, hold.wait == Wait::Fetch);
        hold.wait = Wait::Nothing;
        let found = if failed {
            Found::Nothing
        } else {
            match self.choose_cache(key, plan.service) {
                Ok(pod) => {
                    let life = self.life(pod);
                    self.cache(plan.cache).table(pod, life).get(asked, now)
                }
                Err(_) => Found::Nothing,
            }
        };
        if woken {
            let step = waited(WaitFor::Fetch, plan.service, found == Found::Fresh);
            self.tell_followed(key, now, step);
        } else {
            let (hit, cache) = (found == Found::Fresh, plan.service);
            self.tell_followed(key, now, Step::Looked { hit, cache });
        }
        let counts = &mut self.cache(plan.cache).counts;
        if found == Found::Fresh {
            counts.hits += u64::from(!woken);
            self.looked_up(key);
            return Ok(plan.after);
        }
        counts.misses += u64::from(!woken);
        if plan.coalesce {
            self.share(key, at, number, (asked, woken), now)
        } else {
            Ok(at + 1)
        }
    }

    /// A miss that others may have as well: one line of the pod fetches, the
    /// others wait for it. One whose fetch fails lets the next one try.
    fn share(
        &mut self,
        key: Key,
        at: u32,
        number: u32,
        sought: (u64, bool),
        now: SimTime,
    ) -> Result<u32, Stop> {
        let (asked, woken) = sought;
        let (pod, _) = self.pod_of(key);
        let stores = &mut self.state.stores;
        let same = |f: &Fetch| f.pod == pod && f.lookup == number && f.key == asked;
        let Some(place) = stores.fetches.iter().position(same) else {
            let waiting = stores.list();
            stores.fetches.push(Fetch {
                pod,
                lookup: number,
                key: asked,
                leader: key,
                waiting,
            });
            self.hold(key).leads = true;
            return Ok(at + 1);
        };
        if !self.state.lines.contains(stores.fetches[place].leader) {
            stores.fetches[place].leader = key;
            self.hold(key).leads = true;
            return Ok(at + 1);
        }
        stores.fetches[place].waiting.push_back(key);
        let leader = stores.fetches[place].leader;
        if let Some(line) = self.state.lines.get_mut(key) {
            line.at = at;
        }
        self.hold(key).wait = Wait::Fetch;
        let cache = self.plan.store.lookups[number as usize].cache;
        self.cache(cache).counts.coalesced += u64::from(!woken);
        self.held_by(key, leader, None);
        let at = self.plan.store.lookups[number as usize].service;
        self.tell_followed(key, now, waits(WaitFor::Fetch, at));
        Err(Stop::Waits)
    }

    /// What was missed has been fetched: it is kept, and who waited for it goes on.
    pub fn keep(&mut self, key: Key, number: u32, now: SimTime) {
        let plan = &self.plan.store.lookups[number as usize];
        let asked = self.hold(key).key;
        let mut ttl = plan.ttl;
        if asked & ABSENT != 0 {
            ttl = plan.negative;
        }
        if let Some((_, seconds)) = self.struck_by(FaultKind::WrongTtl, plan.service, now)
            && ttl.is_some() | (asked & ABSENT == 0)
        {
            ttl = Some(Span::from_secs_f64(seconds));
        }
        let forgotten = asked & ABSENT != 0 && plan.negative.is_none();
        if !forgotten && let Ok(pod) = self.choose_cache(key, plan.service) {
            let life = self.life(pod);
            let mut expires = SimTime::MAX;
            if let Some(ttl) = ttl {
                let shorter = self.state.stores.lookups[number as usize].unit();
                expires = now + ttl.scaled(1.0 - plan.jitter.get() * shorter);
            }
            let cache = self.cache(plan.cache);
            cache.table(pod, life);
            if let Some(Kept(Some(table))) = cache.tables.find_mut(pod, life) {
                let evicted = table.put(asked, expires, &mut cache.chance);
                cache.counts.evicted += u64::from(evicted);
            }
        }
        if self.hold(key).leads {
            self.fetched(key, |fetch| fetch.lookup == number);
        }
        self.looked_up(key);
    }

    /// A line that fetched something for others has done so, or never will.
    pub fn fetched(&mut self, leader: Key, what: impl Fn(&Fetch) -> bool) {
        let ours = |fetch: &Fetch| fetch.leader == leader && what(fetch);
        while let Some(place) = self.state.stores.fetches.iter().position(ours) {
            let mut fetch = self.state.stores.fetches.swap_remove(place);
            while let Some(waiting) = fetch.waiting.pop_back() {
                // The last pushed runs first: those who waited longest go first.
                self.later(Next::Run(waiting));
            }
            self.state.stores.give_list(fetch.waiting);
        }
    }

    /// All pods of a cache forget everything.
    pub fn flush(&mut self, number: u32) {
        self.cache(number).tables.values_mut().for_each(Anew::anew);
    }

    /// Each pod of a cache may keep so many entries from now on.
    pub fn limit_cache(&mut self, number: u32, capacity: u32) {
        let cache = self.cache(number);
        cache.capacity = capacity.max(1);
        for kept in cache.tables.values_mut() {
            if let Some(table) = &mut kept.0 {
                table.limit(cache.capacity, &mut cache.chance);
            }
        }
    }
}
