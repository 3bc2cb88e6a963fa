//! The cache: what has been spoken once is not made again.
//!
//! [`Cache`] is a handle that can be cloned freely. Looking up, keeping and counting happen at once, in memory; only
//! [`Cache::fetch`], [`Cache::flush`], [`Cache::clear`] and [`Cache::export`] wait for the [`Store`] behind it. A store that
//! fails is dropped: the cache goes on from memory, and [`Cache::failure`] says why. Speech never waits for a cache.
//!
//! - [`store`] is what a store has to do, and how a record proves that it is whole.
//! - [`ledger`] knows every record, its size and its last use, and decides what has to go.
//! - [`memory`] and `indexed_db` are stores.
//! - [`sentence`] keys and packs the sound of whole sentences.
//! - [`transfer`] packs a whole cache into one file and reads it back.

pub mod ledger;
pub mod memory;
pub mod sentence;
pub mod store;
pub mod transfer;

#[cfg(target_arch = "wasm32")]
pub mod indexed_db;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use ledger::{Ledger, Stats};
use store::{Key, Store, StoreError};

/// Milliseconds since 1970, so that two tabs agree on what was used last.
pub type Clock = fn() -> f64;

/// Bytes that may be kept.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    /// In the store.
    pub stored: u64,
    /// In memory, copies of what is in the store included.
    pub memory: u64,
}

impl Default for Budget {
    fn default() -> Budget {
        Budget {
            stored: 64 << 20,
            memory: 16 << 20,
        }
    }
}

/// Why the store is no longer used.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Failure {
    /// The stable code, see [`StoreError::code`].
    pub code: &'static str,
    pub message: String,
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
    ledger: RefCell<Ledger>,
    store: RefCell<Option<Rc<S>>>,
    failure: RefCell<Option<Failure>>,
    clock: Clock,
    /// A write is under way.
    writing: Cell<bool>,
}

impl<S: Store> Cache<S> {
    /// A cache in memory, until it is given a store.
    pub fn new(budget: Budget, clock: Clock) -> Cache<S> {
        Cache {
            inner: Rc::new(Inner {
                ledger: RefCell::new(Ledger::new(budget)),
                store: RefCell::new(None),
                failure: RefCell::new(None),
                clock,
                writing: Cell::new(false),
            }),
        }
    }

    /// Puts a store behind the cache: what lies in it is known from now on, what has been kept so far will be written to it.
    /// A cache that has failed stays in memory.
    pub async fn attach(&self, store: S) {
        match store.entries().await {
            Ok(_) if self.failure().is_some() => {}
            Ok(entries) => {
                self.inner.ledger.borrow_mut().attach(entries);
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
        self.inner.ledger.borrow_mut().detach();
    }

    /// Why the cache is in memory only; nothing while all is well.
    pub fn failure(&self) -> Option<Failure> {
        self.inner.failure.borrow().clone()
    }

    /// The sealed bytes of a record in memory. Costs no waiting, and counts as a use.
    pub fn look_up(&self, key: Key) -> Option<Rc<[u8]>> {
        self.inner.ledger.borrow_mut().look_up(key, self.now())
    }

    /// Whether the record is in the store only, so that it has to be fetched.
    pub fn is_away(&self, key: Key) -> bool {
        self.inner.ledger.borrow().is_away(key)
    }

    /// Brings a record from the store into memory, where [`Cache::look_up`] finds it. A record that is gone or torn is
    /// forgotten.
    pub async fn fetch(&self, key: Key) {
        let Some(store) = self.store() else { return };
        match store.read(key).await {
            Ok(Some(bytes)) => self
                .inner
                .ledger
                .borrow_mut()
                .bring(key, &bytes, self.now()),
            Ok(None) => self.inner.ledger.borrow_mut().forget(key),
            Err(error) => self.fail(&error),
        }
    }

    /// Keeps a payload; it reaches the store with the next [`Cache::flush`].
    pub fn keep(&self, key: Key, payload: &[u8]) {
        let sealed = store::seal(payload);
        self.inner.ledger.borrow_mut().keep(key, sealed, self.now());
    }

    /// Bytes that await being written.
    pub fn unsaved_bytes(&self) -> u64 {
        self.inner.ledger.borrow().unsaved_bytes()
    }

    /// Writes all that has changed in one batch. Does nothing while another write is under way.
    pub async fn flush(&self) {
        let Some(store) = self.store() else { return };
        if self.inner.writing.replace(true) {
            return;
        }
        let batch = self.inner.ledger.borrow_mut().take_batch();
        if !batch.is_empty()
            && let Err(error) = store.write(batch).await
        {
            self.fail(&error);
        }
        self.inner.writing.set(false);
    }

    /// Forgets everything.
    pub async fn clear(&self) {
        self.inner.ledger.borrow_mut().clear();
        let Some(store) = self.store() else { return };
        if let Err(error) = store.clear().await {
            self.fail(&error);
        }
    }

    /// Counts since the cache was made, and what it holds now.
    pub fn stats(&self) -> Stats {
        self.inner.ledger.borrow().stats()
    }

    /// Everything the cache holds as one file, see [`transfer`].
    pub async fn export(&self) -> Vec<u8> {
        let mut file = transfer::begin();
        let keys = self.inner.ledger.borrow().keys();
        for key in keys {
            let here = self.inner.ledger.borrow().peek(key);
            let bytes = match (here, self.store()) {
                (Some(bytes), _) => Some(bytes),
                (None, Some(store)) => store.read(key).await.ok().flatten().map(Rc::from),
                (None, None) => None,
            };
            if let Some(bytes) = bytes.filter(|bytes| store::open(bytes).is_some()) {
                transfer::append(&mut file, key, &bytes);
            }
        }
        file
    }

    /// Takes in the records of a file made by [`Cache::export`], as far as the budget goes. Returns how many were whole.
    pub async fn import(&self, file: &[u8]) -> Result<usize, transfer::FormatError> {
        let mut count = 0;
        for (key, sealed) in transfer::records(file)? {
            self.inner
                .ledger
                .borrow_mut()
                .keep(key, sealed.into(), self.now());
            count += 1;
            // Memory is small beside the store: what is taken in has to move on.
            self.flush().await;
        }
        Ok(count)
    }

    /// Counts a search in the [`Stats`].
    fn count(&self, found: bool) {
        self.inner.ledger.borrow_mut().count(found);
    }

    fn store(&self) -> Option<Rc<S>> {
        self.inner.store.borrow().clone()
    }

    fn now(&self) -> u64 {
        (self.inner.clock)() as u64
    }
}

#[cfg(test)]
mod tests;
