//! The ledger of a level: every record, its size and its last use, and what is in memory of it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use super::budget::Room;
use super::store::{self, Batch, Entry, Key};

/// What a level holds now, and what has happened since the cache was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    pub entries: u64,
    pub bytes: u64,
    /// Bytes in memory.
    pub memory_bytes: u64,
    /// Bytes that may be kept.
    pub budget: u64,
    /// Records removed to make room.
    pub evicted: u64,
    /// Records that were torn or gone.
    pub dropped: u64,
    /// Searches that found something, and that did not.
    pub hits: u64,
    pub misses: u64,
}

/// No clock goes further: what an entry says of its use may be wrong.
const LATEST: u64 = 1 << 53;

struct Record {
    bytes: u64,
    /// Unique, so that it gives an order: records used in the same millisecond count on.
    used: u64,
    /// The store has it, or an older one under the same key.
    stored: bool,
    here: Option<Rc<[u8]>>,
}

/// All records of a level in the order of their last use, within a budget.
pub struct Ledger {
    budget: Room,
    records: HashMap<Key, Record>,
    by_use: BTreeMap<u64, Key>,
    here_by_use: BTreeMap<u64, Key>,
    bytes: u64,
    memory_bytes: u64,
    latest: u64,
    /// Whether there is a store behind.
    attached: bool,
    unsaved: BTreeSet<Key>,
    touched: BTreeSet<Key>,
    deleted: BTreeSet<Key>,
    evicted: u64,
    dropped: u64,
    hits: u64,
    misses: u64,
}

impl Ledger {
    pub fn new(budget: Room) -> Ledger {
        Ledger {
            budget,
            records: HashMap::new(),
            by_use: BTreeMap::new(),
            here_by_use: BTreeMap::new(),
            bytes: 0,
            memory_bytes: 0,
            latest: 0,
            attached: false,
            unsaved: BTreeSet::new(),
            touched: BTreeSet::new(),
            deleted: BTreeSet::new(),
            evicted: 0,
            dropped: 0,
            hits: 0,
            misses: 0,
        }
    }

    /// Learns what lies in a store, which from now on gets what changes. What has been kept before is newer than all of it.
    pub fn attach(&mut self, entries: Vec<Entry>) {
        self.attached = true;
        let before = self.keys();
        self.enter(entries);
        for key in before {
            self.touch(key, 0);
        }
        self.make_room();
    }

    /// Learns of records in the store.
    pub fn learn(&mut self, entries: Vec<Entry>) {
        self.enter(entries);
        self.make_room();
    }

    fn enter(&mut self, mut entries: Vec<Entry>) {
        entries.sort_by_key(|entry| entry.used);
        let mut free = 0;
        for entry in entries {
            if self.records.contains_key(&entry.key) {
                continue;
            }
            // Their order is that of their use, between those that are here.
            let mut used = entry.used.clamp(free, LATEST.max(free));
            while self.by_use.contains_key(&used) {
                used += 1;
            }
            free = used + 1;
            self.latest = self.latest.max(used);
            self.by_use.insert(used, entry.key);
            self.bytes = self.bytes.saturating_add(entry.bytes);
            let record = Record {
                bytes: entry.bytes,
                used,
                stored: true,
                here: None,
            };
            self.records.insert(entry.key, record);
        }
    }

    /// Another tab has removed the record.
    pub fn lose(&mut self, key: Key) {
        self.remove(key);
        self.deleted.remove(&key);
    }

    /// Goes on in memory: what is not here is lost.
    pub fn detach(&mut self) {
        self.attached = false;
        let away = |(&key, record): (&Key, &Record)| record.here.is_none().then_some(key);
        for key in self.records.iter().filter_map(away).collect::<Vec<_>>() {
            self.remove(key);
        }
        self.unsaved.clear();
        self.touched.clear();
        self.deleted.clear();
        self.make_room();
    }

    /// The sealed bytes of a record that is in memory, which have been found whole. Counts as a use.
    pub fn look_up(&mut self, key: Key, now: u64) -> Option<Rc<[u8]>> {
        let bytes = self.peek(key)?;
        self.touch(key, now);
        Some(bytes)
    }

    pub fn has(&self, key: Key) -> bool {
        self.records.contains_key(&key)
    }

    /// Whether the record is in the store only.
    pub fn is_away(&self, key: Key) -> bool {
        self.records
            .get(&key)
            .is_some_and(|record| record.here.is_none())
    }

    /// Bytes that await being written.
    pub fn unsaved_bytes(&self) -> u64 {
        let size = |key| {
            self.records
                .get(key)
                .map_or(0, |record: &Record| record.bytes)
        };
        self.unsaved.iter().map(size).sum()
    }

    /// The sealed bytes of a record that is in memory. Does not count as a use.
    pub fn peek(&self, key: Key) -> Option<Rc<[u8]>> {
        self.records.get(&key)?.here.clone()
    }

    /// Takes a new record in. One that is larger than the memory is not kept.
    pub fn keep(&mut self, key: Key, sealed: Vec<u8>, now: u64) {
        let bytes = sealed.len() as u64;
        if bytes > self.budget.memory {
            return;
        }
        self.remove(key);
        let stored = self.deleted.remove(&key);
        let used = self.place(now);
        self.by_use.insert(used, key);
        self.here_by_use.insert(used, key);
        self.bytes += bytes;
        self.memory_bytes += bytes;
        let record = Record {
            bytes,
            used,
            stored,
            here: Some(sealed.into()),
        };
        self.records.insert(key, record);
        self.unsaved.insert(key);
        self.make_room();
    }

    /// So many records at most that are in the store only, the one used last first, as many as fit into so many bytes of free memory.
    pub fn latest_away(&self, records: usize, bytes: u64) -> Vec<Key> {
        let mut room = bytes.min(self.budget.memory.saturating_sub(self.memory_bytes));
        let away = self.by_use.values().rev().filter(|key| self.is_away(**key));
        let fits = |key: &&Key| {
            let rest = room.checked_sub(self.records[*key].bytes);
            room = rest.unwrap_or(0);
            rest.is_some()
        };
        away.take(records).take_while(fits).copied().collect()
    }

    /// Takes the bytes of a stored record into memory, where they have been used `now`, if they have been; drops the record when
    /// they are torn.
    pub fn bring(&mut self, key: Key, sealed: &[u8], now: Option<u64>) {
        if store::open(sealed).is_none() {
            self.forget(key);
            return;
        }
        if let Some(now) = now {
            self.touch(key, now);
        }
        let Some(record) = self.records.get_mut(&key) else {
            return;
        };
        if record.here.is_some() {
            return;
        }
        // What the entry says of the size may be wrong; the bytes themselves are not.
        let bytes = sealed.len() as u64;
        self.bytes = self.bytes - record.bytes + bytes;
        record.bytes = bytes;
        record.here = Some(sealed.into());
        self.here_by_use.insert(record.used, key);
        self.memory_bytes += bytes;
        self.make_room();
    }

    /// Drops a record that is torn or gone.
    pub fn forget(&mut self, key: Key) {
        if self.remove(key) {
            self.dropped += 1;
        }
    }

    /// Forgets everything; the store is cleared by the caller.
    pub fn clear(&mut self) {
        for key in self.keys() {
            self.remove(key);
        }
        self.unsaved.clear();
        self.touched.clear();
        self.deleted.clear();
    }

    /// All records, the one used longest ago first.
    pub fn keys(&self) -> Vec<Key> {
        self.by_use.values().copied().collect()
    }

    /// Whether there is a store behind.
    pub fn attached(&self) -> bool {
        self.attached
    }

    /// Bytes that may be in memory.
    pub fn memory(&self) -> u64 {
        self.budget.memory
    }

    pub fn counts(&self) -> Counts {
        Counts {
            entries: self.records.len() as u64,
            bytes: self.bytes,
            memory_bytes: self.memory_bytes,
            budget: if self.attached {
                self.budget.stored
            } else {
                self.budget.memory
            },
            evicted: self.evicted,
            dropped: self.dropped,
            hits: self.hits,
            misses: self.misses,
        }
    }

    /// Counts a search.
    pub fn count(&mut self, found: bool) {
        self.hits += u64::from(found);
        self.misses += u64::from(!found);
    }

    /// What has changed since the last batch.
    pub fn take_batch(&mut self) -> Batch {
        let mut batch = Batch {
            deletes: std::mem::take(&mut self.deleted).into_iter().collect(),
            ..Batch::default()
        };
        for key in std::mem::take(&mut self.unsaved) {
            self.touched.remove(&key);
            let Some(record) = self.records.get_mut(&key) else {
                continue;
            };
            if let Some(bytes) = &record.here {
                record.stored = true;
                batch.puts.push((record.entry(key), bytes.clone()));
            }
        }
        for key in std::mem::take(&mut self.touched) {
            if let Some(record) = self.records.get(&key) {
                batch.touches.push(record.entry(key));
            }
        }
        batch
    }

    /// A moment no earlier than `now` that no record has yet.
    fn place(&mut self, now: u64) -> u64 {
        self.latest = now.max(self.latest + 1);
        self.latest
    }

    fn touch(&mut self, key: Key, now: u64) {
        let used = self.place(now);
        let Some(record) = self.records.get_mut(&key) else {
            return;
        };
        self.by_use.remove(&record.used);
        self.by_use.insert(used, key);
        if self.here_by_use.remove(&record.used).is_some() {
            self.here_by_use.insert(used, key);
        }
        record.used = used;
        self.touched.insert(key);
    }

    fn remove(&mut self, key: Key) -> bool {
        let Some(record) = self.records.remove(&key) else {
            return false;
        };
        self.by_use.remove(&record.used);
        self.here_by_use.remove(&record.used);
        self.bytes -= record.bytes;
        self.memory_bytes -= record.here.map_or(0, |bytes| bytes.len() as u64);
        self.unsaved.remove(&key);
        self.touched.remove(&key);
        if record.stored && self.attached {
            self.deleted.insert(key);
        }
        true
    }

    /// Brings both budgets in order. Records that the store does not have yet stay in memory as long as others can go.
    fn make_room(&mut self) {
        while self.attached && self.bytes > self.budget.stored {
            let Some((_, &key)) = self.by_use.first_key_value() else {
                break;
            };
            self.remove(key);
            self.evicted += 1;
        }
        while self.memory_bytes > self.budget.memory {
            let saved = |key: &&Key| !self.unsaved.contains(key);
            let oldest = self.here_by_use.values();
            let Some(&key) = oldest.clone().find(saved).or(oldest.clone().next()) else {
                break;
            };
            self.leave_memory(key);
        }
    }

    /// Frees the memory of a record, which is lost when the store does not have it.
    fn leave_memory(&mut self, key: Key) {
        let Some(record) = self.records.get_mut(&key) else {
            return;
        };
        if !record.stored || !self.attached || self.unsaved.contains(&key) {
            self.remove(key);
            self.evicted += 1;
            return;
        }
        self.here_by_use.remove(&record.used);
        self.memory_bytes -= record.here.take().map_or(0, |bytes| bytes.len() as u64);
    }
}

impl Record {
    fn entry(&self, key: Key) -> Entry {
        Entry {
            key,
            bytes: self.bytes,
            used: self.used,
        }
    }
}
