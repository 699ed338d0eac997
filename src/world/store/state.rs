//! What is kept while the world runs, and what each line holds of it.

use std::collections::VecDeque;

use serde::Serialize;

use crate::base::{SimTime, Stream};
use crate::engine::Key;
use crate::world::cache::CacheState;
use crate::world::database::{DatabaseState, Pool};
use crate::world::dependency::DependencyState;
use crate::world::plan::Plan;
use crate::world::spec::Store;
use crate::world::stream::{GroupState, Parcel, QueueState};

/// No pool.
pub(in crate::world) const NOWHERE: u32 = u32::MAX;

/// Everything that is kept; empty in a world that keeps nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(in crate::world) struct Stores {
    #[serde(skip)]
    nothing: bool,
    /// What lines hold and wait for.
    pub holds: Beside<Hold>,
    /// By number of the timer.
    pub timers: Vec<Timer>,
    /// By number of the pool: one for each pod of the service.
    pub pools: Vec<Beside<Pool>>,
    pub databases: Vec<DatabaseState>,
    pub caches: Vec<CacheState>,
    /// By number of the lookup.
    pub lookups: Vec<Stream>,
    /// Keys that are being fetched, each by one line for others.
    pub fetches: Vec<Fetch>,
    pub queues: Vec<QueueState>,
    pub groups: Vec<GroupState>,
    pub dependencies: Vec<DependencyState>,
    /// Lists of waiting lines that are not in use: they keep their memory.
    #[serde(skip)]
    pub spare: Vec<VecDeque<Key>>,
}

/// A key that one line fetches.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(in crate::world) struct Fetch {
    pub pod: Key,
    pub lookup: u32,
    pub key: u64,
    pub leader: Key,
    pub waiting: VecDeque<Key>,
}

/// What a line waits for, beside work and answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(in crate::world) enum Wait {
    /// Nothing.
    #[default]
    Nothing,
    /// A connection out of a pool.
    Connection,
    /// A row of a database.
    Row(u32),
    /// Another line that fetches the same.
    Fetch,
    /// Room in a queue.
    Room,
}

/// What a line has, and what it waits for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(in crate::world) struct Hold {
    /// The key that it asks a cache for; the partition for a message, with
    /// the top bit for poison.
    pub key: u64,
    /// Whether the cache did not answer.
    pub failed: bool,
    /// Whether others may wait for what it fetches.
    pub leads: bool,
    /// Whether a lookup is under way.
    pub looks: bool,
    /// The lookups within whose misses that one is: key, and whether others may wait.
    pub outer: Vec<(u64, bool)>,
    pub wait: Wait,
    /// Counts its waits, so that a timer of an earlier one is void.
    pub ticket: u32,
    /// Where it goes on when a wait is in vain, if it can.
    pub skip: Option<u32>,
    /// Number of the pool that it has a connection of, or waits for.
    pub pool: u32,
    /// Requests: the line of theirs that waits for a row.
    pub row_wait: Key,
    /// Requests: rows that they have locked.
    pub rows: Vec<(u32, u32)>,
    /// Lines that hand over a message: that message.
    pub parcel: Parcel,
}

impl Default for Hold {
    fn default() -> Hold {
        Hold {
            key: 0,
            failed: false,
            leads: false,
            looks: false,
            outer: Vec::new(),
            wait: Wait::Nothing,
            ticket: 0,
            skip: None,
            pool: NOWHERE,
            row_wait: Key::NONE,
            rows: Vec::new(),
            parcel: Parcel::default(),
        }
    }
}

impl Anew for Hold {
    fn anew(&mut self) {
        let mut rows = core::mem::take(&mut self.rows);
        let mut outer = core::mem::take(&mut self.outer);
        rows.clear();
        outer.clear();
        *self = Hold {
            rows,
            outer,
            ..Hold::default()
        };
    }
}

/// Waits of one length: first in is first due. Only the head is on the agenda.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(in crate::world) struct Timer {
    pub deadlines: VecDeque<(SimTime, Key, u32)>,
    pub armed: bool,
}

/// What can begin anew and keep its memory.
pub(in crate::world) trait Anew: Default {
    /// As it was made.
    fn anew(&mut self);
}

/// Things beside a slab: one for each thing in it, which begins anew when its
/// place has got a new owner. Nothing has to be told when an owner goes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(in crate::world) struct Beside<T> {
    places: Vec<(Key, u32, T)>,
}

impl<T> Default for Beside<T> {
    fn default() -> Self {
        Beside { places: Vec::new() }
    }
}

impl<T: Anew> Beside<T> {
    /// What belongs to `owner` in its so-manieth life.
    pub fn at(&mut self, owner: Key, life: u32) -> &mut T {
        while self.places.len() <= owner.index() {
            self.places.push((Key::NONE, 0, T::default()));
        }
        let (present, since, value) = &mut self.places[owner.index()];
        if *present != owner || *since != life {
            *present = owner;
            *since = life;
            value.anew();
        }
        value
    }

    /// What belongs to `owner` in its so-manieth life, if it has anything.
    pub fn find(&self, owner: Key, life: u32) -> Option<&T> {
        let (present, since, value) = self.places.get(owner.index())?;
        (*present == owner && *since == life).then_some(value)
    }

    /// What belongs to `owner`, to change it, if it has anything.
    pub fn find_mut(&mut self, owner: Key, life: u32) -> Option<&mut T> {
        let (present, since, value) = self.places.get_mut(owner.index())?;
        (*present == owner && *since == life).then_some(value)
    }

    /// Everything, with its owner and which life that was in.
    pub fn iter(&self) -> impl Iterator<Item = (Key, u32, &T)> {
        self.places
            .iter()
            .map(|(owner, life, value)| (*owner, *life, value))
    }

    /// Everything, to change it.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.places.iter_mut().map(|(_, _, value)| value)
    }
}

impl Stores {
    /// Everything empty and calm.
    pub fn new(plan: &Plan, seed: u64) -> Stores {
        let store = &plan.store;
        let name = |service: u32| plan.spec.services[service as usize].name.as_str();
        let stream = |purpose: &str, service: u32| {
            Stream::named(seed, &format!("{purpose}/{}", name(service)))
        };
        let databases = store.databases.iter().map(|database| {
            DatabaseState::new(
                stream("rows", database.service),
                stream("replication", database.service),
            )
        });
        let caches = store.caches.iter().map(|service| {
            let (capacity, eviction) = match &plan.spec.services[*service as usize].store {
                Store::Cache(cache) => (cache.capacity, cache.eviction),
                _ => (1, crate::world::spec::Eviction::Lru),
            };
            CacheState::new(capacity, eviction, stream("eviction", *service))
        });
        let lookups = store.lookups.iter().enumerate().map(|(place, lookup)| {
            let purpose = format!("lookup-{place}");
            stream(&purpose, lookup.service)
        });
        let queues = store
            .queues
            .iter()
            .map(|queue| QueueState::new(queue.partitions, stream("messages", queue.service)));
        let groups = store.groups.iter().map(|group| {
            let queue = &store.queues[group.queue as usize];
            GroupState::new(queue.partitions)
        });
        let dependencies = store
            .dependencies
            .iter()
            .map(|service| DependencyState::new(&plan.spec.services[*service as usize].store));
        Stores {
            nothing: !plan.keeps,
            holds: Beside::default(),
            timers: store.timers.iter().map(|_| Timer::default()).collect(),
            pools: store.pools.iter().map(|_| Beside::default()).collect(),
            databases: databases.collect(),
            caches: caches.collect(),
            lookups: lookups.collect(),
            fetches: Vec::new(),
            queues: queues.collect(),
            groups: groups.collect(),
            dependencies: dependencies.collect(),
            spare: Vec::new(),
        }
    }

    /// Whether nothing is kept in this world.
    pub fn is_empty(&self) -> bool {
        self.nothing
    }

    /// A list of waiting lines.
    pub fn list(&mut self) -> VecDeque<Key> {
        self.spare.pop().unwrap_or_default()
    }

    /// Gives a list back.
    pub fn give_list(&mut self, mut list: VecDeque<Key>) {
        list.clear();
        self.spare.push(list);
    }
}
