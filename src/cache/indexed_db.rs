//! A store in the browser's IndexedDB.
//!
//! Two object stores by key: `records` holds the bytes, `entries` holds size and last use, so that a page learns what there
//! is without reading it. Each batch is one transaction, which changes both. The version of the layout is part of the
//! database's name: a newer page opens a database of its own and removes the older ones, and no tab waits for another.
//!
//! A browser may leave a transaction unanswered, behind one of another tab or of a worker that was killed: what takes too long
//! has failed.

use std::future::Future;
use std::rc::Rc;

use js_sys::{Array, Uint8Array};
use rexie::{ObjectStore, Rexie, TransactionMode};
use wasm_bindgen::{JsCast, JsValue};

use super::patience::within;
use super::store::{Batch, Entry, Key, Store, StoreError};

const RECORDS: &str = "records";
const ENTRIES: &str = "entries";

/// The layout described above.
const LAYOUT: u32 = 2;

/// How long a transaction may take, in milliseconds.
const PATIENCE: i32 = 10_000;

/// Records in a database of the page's origin.
pub struct IndexedDb {
    database: Rc<Rexie>,
}

impl IndexedDb {
    /// Opens the database, or makes it. Waits as long as another tab is deleting it.
    pub async fn open(name: String) -> Result<IndexedDb, StoreError> {
        let database = Rexie::builder(&format!("{name}-{LAYOUT}"))
            .version(1)
            .add_object_store(ObjectStore::new(RECORDS))
            .add_object_store(ObjectStore::new(ENTRIES))
            .build()
            .await
            .map_err(|error| StoreError::Unavailable(reason(&error)))?;
        // Goes as soon as the last page that uses it is closed; whether it goes makes no difference here.
        wasm_bindgen_futures::spawn_local(async move {
            for layout in 1..LAYOUT {
                let _ = Rexie::delete(&format!("{name}-{layout}")).await;
            }
        });
        Ok(IndexedDb {
            database: Rc::new(database),
        })
    }

    /// Does something with the database, unless it does not answer.
    async fn with<T: 'static, F>(&self, work: impl FnOnce(Rc<Rexie>) -> F) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, rexie::Error>> + 'static,
    {
        let done = within(PATIENCE, work(self.database.clone())).await;
        Ok(done.ok_or(StoreError::Blocked)??)
    }
}

impl Store for IndexedDb {
    async fn entries(&self) -> Result<Vec<Entry>, StoreError> {
        self.with(async move |database| {
            let transaction = database.transaction(&[ENTRIES], TransactionMode::ReadOnly)?;
            let store = transaction.store(ENTRIES)?;
            let keys = store.get_all_keys(None, None).await?;
            let values = store.get_all(None, None).await?;
            let entries = keys
                .iter()
                .zip(&values)
                .filter_map(|(key, value)| read_entry(key, value));
            Ok(entries.collect())
        })
        .await
    }

    async fn read(&self, keys: &[Key]) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        let keys = keys.to_vec();
        self.with(async move |database| {
            let transaction = database.transaction(&[RECORDS], TransactionMode::ReadOnly)?;
            let records = transaction.store(RECORDS)?;
            let mut found = Vec::with_capacity(keys.len());
            for key in keys {
                let bytes = records.get(name(key)).await?;
                let bytes = bytes.and_then(|value| value.dyn_into::<Uint8Array>().ok());
                found.push(bytes.map(|bytes| bytes.to_vec()));
            }
            Ok(found)
        })
        .await
    }

    async fn write(&self, batch: Batch) -> Result<(), StoreError> {
        self.with(async move |database| {
            let transaction =
                database.transaction(&[RECORDS, ENTRIES], TransactionMode::ReadWrite)?;
            let (records, entries) = (transaction.store(RECORDS)?, transaction.store(ENTRIES)?);
            for &key in &batch.deletes {
                records.delete(name(key)).await?;
                entries.delete(name(key)).await?;
            }
            let bytes = batch
                .puts
                .iter()
                .map(|(entry, bytes)| (Uint8Array::from(&bytes[..]).into(), Some(name(entry.key))));
            records.put_all(bytes).await?;
            let changed = batch
                .puts
                .iter()
                .map(|(entry, _)| entry)
                .chain(&batch.touches)
                .map(|entry| (write_entry(entry), Some(name(entry.key))));
            entries.put_all(changed).await?;
            transaction.commit().await
        })
        .await
    }

    async fn clear(&self) -> Result<(), StoreError> {
        self.with(async move |database| {
            let transaction =
                database.transaction(&[RECORDS, ENTRIES], TransactionMode::ReadWrite)?;
            transaction.store(RECORDS)?.clear().await?;
            transaction.store(ENTRIES)?.clear().await?;
            transaction.commit().await
        })
        .await
    }
}

fn name(key: Key) -> JsValue {
    key.to_string().into()
}

fn write_entry(entry: &Entry) -> JsValue {
    Array::of2(&(entry.bytes as f64).into(), &(entry.used as f64).into()).into()
}

fn read_entry(key: &JsValue, value: &JsValue) -> Option<Entry> {
    let value = value.dyn_ref::<Array>()?;
    Some(Entry {
        key: Key::parse(&key.as_string()?)?,
        bytes: value.get(0).as_f64()? as u64,
        used: value.get(1).as_f64()? as u64,
    })
}

impl From<rexie::Error> for StoreError {
    /// A transaction that the browser gives up without a word has met the quota: nothing else aborts one of ours.
    fn from(error: rexie::Error) -> StoreError {
        let reason = reason(&error);
        let given_up = matches!(error, rexie::Error::TransactioncommitFailed);
        if given_up || reason.contains("QuotaExceeded") {
            StoreError::Full
        } else {
            StoreError::Failed(reason)
        }
    }
}

/// rexie calls every error of the browser "idb error"; the reason is inside.
fn reason(error: &rexie::Error) -> String {
    match error {
        rexie::Error::IdbError(error) => error.to_string(),
        other => other.to_string(),
    }
}
