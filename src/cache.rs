//! The cache: what has been spoken once is not made again.
//!
//! [`Cache`] is a handle that can be cloned freely. Looking up, keeping and counting happen at once, in memory; only
//! [`Cache::fetch`], [`Cache::flush`], [`Cache::clear`] and [`Cache::export`] wait for the [`Store`] behind it. A store that
//! fails is dropped: the cache goes on from memory, and [`Cache::failure`] says why. Speech never waits for a cache.
//!
//! - [`store`] is what a store has to do, and how a record proves that it is whole.
//! - [`keys`] names what is kept; [`levels`] holds the three levels, [`budget`] how much each may keep.
//! - [`ledger`] knows every record of a level, its size and its last use, and decides what has to go.
//! - [`memory`] and `indexed_db` are stores.
//! - [`fragment`] names and packs the mel frames of prosodic words.
//! - [`sentence`] packs the sound of sentences and of fixed parts of templates.
//! - [`transfer`] packs a whole cache into one file and reads it back.

pub mod budget;
pub mod fragment;
pub mod keys;
pub mod ledger;
pub mod levels;
pub mod memory;
pub mod sentence;
pub mod store;
pub mod transfer;

#[cfg(target_arch = "wasm32")]
pub mod indexed_db;
#[cfg(target_arch = "wasm32")]
mod patience;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::task::{Poll, Waker};

pub use budget::Budget;
use ledger::Ledger;
use levels::Levels;
pub use levels::Stats;
use store::{Change, Key, Store, StoreError};

/// Milliseconds since 1970, so that two tabs agree on what was used last.
pub type Clock = fn() -> f64;

/// Why the store is no longer used.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Failure {
    /// The stable code, see [`StoreError::code`].
    pub code: &'static str,
    pub message: String,
}

/// What has come of a file.
#[derive(Debug, PartialEq, Eq)]
pub struct Imported {
    /// Records that were whole and have found room.
    pub records: usize,
    /// What other tabs have to know.
    pub change: Change,
}

/// Records by key, in memory and in a store.
pub struct Cache<S> {
    inner: Rc<Inner<S>>,
}

impl<S> Clone for Cache<S> {
    fn clone(&self) -> Cache<S> {
        Cache {
            inner: self.inner.clone(),
        }
    }
}

struct Inner<S> {
    levels: RefCell<Levels>,
    store: RefCell<Option<Rc<S>>>,
    failure: RefCell<Option<Failure>>,
    clock: Clock,
    /// A write is under way, and who waits for its end.
    writing: Cell<bool>,
    waiting: RefCell<Vec<Waker>>,
}

impl<S: Store> Cache<S> {
    /// A cache in memory, until it is given a store.
    pub fn new(budget: Budget, clock: Clock) -> Cache<S> {
        Cache {
            inner: Rc::new(Inner {
                levels: RefCell::new(Levels::new(budget)),
                store: RefCell::new(None),
                failure: RefCell::new(None),
                clock,
                writing: Cell::new(false),
                waiting: RefCell::default(),
            }),
        }
    }

    /// Puts a store behind the cache: what lies in it is known from now on, what has been kept so far will be written to it.
    /// A cache that has failed stays in memory.
    pub async fn attach(&self, store: S) {
        match store.entries().await {
            Ok(_) if self.failure().is_some() => {}
            Ok(entries) => {
                self.inner.levels.borrow_mut().attach(entries);
                *self.inner.store.borrow_mut() = Some(Rc::new(store));
            }
            Err(error) => self.fail(&error),
        }
    }

    /// Goes on in memory because of this error. Only the first one is remembered.
    pub fn fail(&self, error: &StoreError) {
        let failure = Failure {
            code: error.code(),
            message: error.to_string(),
        };
        self.inner.failure.borrow_mut().get_or_insert(failure);
        *self.inner.store.borrow_mut() = None;
        for ledger in self.inner.levels.borrow_mut().all_mut() {
            ledger.detach();
        }
    }

    /// Why the cache is in memory only; nothing while all is well.
    pub fn failure(&self) -> Option<Failure> {
        self.inner.failure.borrow().clone()
    }

    /// The sealed bytes of a record in memory. Costs no waiting, and counts as a use.
    pub fn look_up(&self, key: Key) -> Option<Rc<[u8]>> {
        let mut levels = self.inner.levels.borrow_mut();
        levels.of_mut(key).look_up(key, self.now())
    }

    /// Whether the record is in the store only, so that it has to be fetched.
    pub fn is_away(&self, key: Key) -> bool {
        self.inner.levels.borrow().of(key).is_away(key)
    }

    /// Whether there is such a record, in memory or in the store.
    pub fn has(&self, key: Key) -> bool {
        self.inner.levels.borrow().of(key).has(key)
    }

    /// Brings records from the store into memory, where [`Cache::look_up`] finds them. What is gone or torn is forgotten.
    pub async fn fetch(&self, keys: &[Key]) {
        self.bring(keys, Some(self.now())).await;
    }

    /// Brings what was used last from the store into memory before anybody asks for it, so many records and bytes of each level at
    /// most. It counts as no use.
    pub async fn recall(&self, records: usize, bytes: u64) {
        let away = |ledger: &Ledger| ledger.latest_away(records, bytes);
        let keys: Vec<Key> = self
            .inner
            .levels
            .borrow()
            .all()
            .iter()
            .flat_map(away)
            .collect();
        self.bring(&keys, None).await;
    }

    async fn bring(&self, keys: &[Key], now: Option<u64>) {
        let Some(store) = self.store() else { return };
        match store.read(keys).await {
            Ok(found) => {
                let mut levels = self.inner.levels.borrow_mut();
                for (&key, bytes) in keys.iter().zip(found) {
                    let ledger = levels.of_mut(key);
                    // It may have been kept anew meanwhile.
                    if !ledger.is_away(key) {
                        continue;
                    }
                    match bytes {
                        Some(bytes) => ledger.bring(key, &bytes, now),
                        None => ledger.forget(key),
                    }
                }
            }
            Err(error) => self.fail(&error),
        }
    }

    /// Keeps a payload; it reaches the store with the next [`Cache::flush`].
    pub fn keep(&self, key: Key, payload: &[u8]) {
        self.keep_sealed(key, store::seal(payload));
    }

    /// Bytes that await being written.
    pub fn unsaved_bytes(&self) -> u64 {
        let levels = self.inner.levels.borrow();
        levels.all().iter().map(Ledger::unsaved_bytes).sum()
    }

    /// Writes all that has changed in one batch, after a write that is under way, and tells what other tabs have to know of it.
    pub async fn flush(&self) -> Option<Change> {
        self.written().await;
        let store = self.store()?;
        self.inner.writing.set(true);
        let batch = self.inner.levels.borrow_mut().take_batch();
        let change = batch.change();
        if !batch.is_empty()
            && let Err(error) = store.write(batch).await
        {
            self.fail(&error);
        }
        self.inner.writing.set(false);
        self.inner.waiting.take().into_iter().for_each(Waker::wake);
        Some(change).filter(|change| !change.is_empty() && self.failure().is_none())
    }

    /// Waits until no write is under way.
    async fn written(&self) {
        let poll = |context: &mut std::task::Context<'_>| {
            if !self.inner.writing.get() {
                return Poll::Ready(());
            }
            self.inner
                .waiting
                .borrow_mut()
                .push(context.waker().clone());
            Poll::Pending
        };
        std::future::poll_fn(poll).await;
    }

    /// Takes note of what another tab has written to the store that both use.
    pub fn learn(&self, change: Change) {
        if self.store().is_none() {
            return;
        }
        let mut levels = self.inner.levels.borrow_mut();
        for key in change.removed {
            levels.of_mut(key).lose(key);
        }
        for entry in change.kept {
            levels.of_mut(entry.key).learn(vec![entry]);
        }
    }

    /// Forgets everything.
    pub async fn clear(&self) {
        self.forget_all();
        let Some(store) = self.store() else { return };
        if let Err(error) = store.clear().await {
            self.fail(&error);
        }
    }

    /// Forgets everything but leaves the store as it is: another tab has cleared it.
    pub fn forget_all(&self) {
        for ledger in self.inner.levels.borrow_mut().all_mut() {
            ledger.clear();
        }
    }

    /// Counts since the cache was made, and what it holds now.
    pub fn stats(&self) -> Stats {
        self.inner.levels.borrow().stats()
    }

    /// Everything the cache holds as one file, see [`transfer`].
    pub async fn export(&self) -> Vec<u8> {
        let keys = |ledgers: &[Ledger]| ledgers.iter().flat_map(Ledger::keys).collect::<Vec<_>>();
        let keys = keys(self.inner.levels.borrow().all());
        let Stats { l1, l2, l3, .. } = self.stats();
        let mut file = transfer::begin(keys.len(), l1.bytes + l2.bytes + l3.bytes);
        for key in keys {
            let here = self.inner.levels.borrow().of(key).peek(key);
            let bytes = match (here, self.store()) {
                (Some(bytes), _) => Some(bytes),
                (None, Some(store)) => match store.read(&[key]).await {
                    Ok(read) => read.into_iter().flatten().next().map(Rc::from),
                    Err(error) => {
                        self.fail(&error);
                        None
                    }
                },
                (None, None) => None,
            };
            if let Some(bytes) = bytes.filter(|bytes| store::open(bytes).is_some()) {
                transfer::append(&mut file, key, &bytes);
            }
        }
        file
    }

    /// Takes in the records of a file made by [`Cache::export`], as far as the budget goes.
    pub async fn import(&self, file: &[u8]) -> Result<Imported, transfer::FormatError> {
        let (mut keys, mut unsaved) = (Vec::new(), 0);
        let mut change = Change::default();
        for (key, sealed) in transfer::records(file)? {
            self.keep_sealed(key, sealed.into());
            keys.push(key);
            unsaved += sealed.len() as u64;
            // Memory is small beside the store: what is taken in has to move on.
            if unsaved > self.inner.levels.borrow().of(key).memory() / 4 {
                change.join(self.flush().await);
                unsaved = 0;
            }
        }
        change.join(self.flush().await);
        keys.sort_unstable();
        keys.dedup();
        keys.retain(|&key| self.has(key));
        Ok(Imported {
            records: keys.len(),
            change,
        })
    }

    fn keep_sealed(&self, key: Key, sealed: Vec<u8>) {
        let mut levels = self.inner.levels.borrow_mut();
        levels.of_mut(key).keep(key, sealed, self.now());
    }

    fn store(&self) -> Option<Rc<S>> {
        self.inner.store.borrow().clone()
    }

    fn now(&self) -> u64 {
        (self.inner.clock)() as u64
    }
}

/// Where what has been spoken is looked for, and left.
pub trait Records {
    /// The payload, if it can be had without waiting. Counts as a search.
    fn find(&self, key: Key) -> Option<Vec<u8>>;

    fn keep(&self, key: Key, payload: &[u8]);
}

impl<S: Store> Records for Cache<S> {
    fn find(&self, key: Key) -> Option<Vec<u8>> {
        let sealed = self.look_up(key);
        let payload = sealed.and_then(|sealed| store::open(&sealed).map(<[u8]>::to_vec));
        let mut levels = self.inner.levels.borrow_mut();
        levels.of_mut(key).count(payload.is_some());
        payload
    }

    fn keep(&self, key: Key, payload: &[u8]) {
        Cache::keep(self, key, payload);
    }
}

#[cfg(test)]
mod tests;
