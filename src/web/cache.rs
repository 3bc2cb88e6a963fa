//! The cache as the worker handles it.

use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;

use super::messages;
use crate::cache::indexed_db::IndexedDb;
use crate::cache::store::{Change, Entry, Key, StoreError};
use crate::cache::{Budget, Cache};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = "
export interface CacheFailure { code: string; message: string }
export interface EngineCacheCounts {
  entries: number; bytes: number; memoryBytes: number; budget: number;
  evicted: number; dropped: number; hits: number; misses: number;
}
export interface EngineCacheStats { stored: boolean; l1: EngineCacheCounts; l2: EngineCacheCounts; l3: EngineCacheCounts }
/** Records as key, bytes and last use; keys. */
export interface EngineCacheChange { kept: [string, number, number][]; removed: string[] }
export interface EngineCacheImported { records: number; change: EngineCacheChange }
";

#[wasm_bindgen]
extern "C" {
    /// Milliseconds since 1970.
    #[wasm_bindgen(js_namespace = Date, js_name = now)]
    fn now() -> f64;
}

/// Records of each level that are brought into memory before they are asked for, and how many bytes of them.
const RECALLED: (usize, u64) = (24, 3 << 20);

/// What has been spoken, in memory and, once it is open, in IndexedDB. No method but `import` ever fails.
#[wasm_bindgen]
pub struct EngineCache {
    cache: Cache<IndexedDb>,
}

#[wasm_bindgen]
impl EngineCache {
    /// A cache in memory.
    #[wasm_bindgen(constructor)]
    #[allow(clippy::new_without_default)]
    pub fn new() -> EngineCache {
        EngineCache {
            cache: Cache::new(Budget::default(), now),
        }
    }

    /// Opens the database of this name behind the cache.
    pub async fn open(&self, name: String) {
        match IndexedDb::open(name).await {
            Ok(store) => self.cache.attach(store).await,
            Err(error) => self.cache.fail(&error),
        }
    }

    /// Goes on in memory because the database does not open.
    #[wasm_bindgen(js_name = giveUp)]
    pub fn give_up(&self) {
        self.cache.fail(&StoreError::Blocked);
    }

    /// Brings what was used last into memory.
    pub async fn recall(&self) {
        let (records, bytes) = RECALLED;
        self.cache.recall(records, bytes).await;
    }

    /// Bytes that await being written.
    #[wasm_bindgen(js_name = unsavedBytes)]
    pub fn unsaved_bytes(&self) -> f64 {
        self.cache.unsaved_bytes() as f64
    }

    /// Writes what is new, after what is being written, and tells what other tabs have to know of it.
    #[wasm_bindgen(unchecked_return_type = "EngineCacheChange | undefined")]
    pub async fn flush(&self) -> Result<JsValue, JsValue> {
        let change = self.cache.flush().await;
        messages::to_js(&change.map(ChangeMessage::from))
    }

    /// Takes note of what another tab has written.
    pub fn learn(
        &self,
        #[wasm_bindgen(unchecked_param_type = "EngineCacheChange")] change: JsValue,
    ) -> Result<(), JsValue> {
        let change: ChangeMessage = messages::from_js(change)?;
        self.cache.learn(change.into());
        Ok(())
    }

    /// Takes note that another tab has cleared the store.
    #[wasm_bindgen(js_name = forgetAll)]
    pub fn forget_all(&self) {
        self.cache.forget_all();
    }

    #[wasm_bindgen(unchecked_return_type = "EngineCacheStats")]
    pub fn stats(&self) -> Result<JsValue, JsValue> {
        messages::to_js(&self.cache.stats())
    }

    /// Why the cache is in memory only; undefined while all is well.
    #[wasm_bindgen(unchecked_return_type = "CacheFailure | undefined")]
    pub fn failure(&self) -> Result<JsValue, JsValue> {
        messages::to_js(&self.cache.failure())
    }

    /// Forgets everything.
    pub async fn clear(&self) {
        self.cache.clear().await;
    }

    /// Everything the cache holds, as one file.
    pub async fn export(&self) -> Vec<u8> {
        self.cache.export().await
    }

    /// Takes in such a file; tells how many of its records are kept, and what other tabs have to know.
    #[wasm_bindgen(unchecked_return_type = "EngineCacheImported")]
    pub async fn import(&self, file: Vec<u8>) -> Result<JsValue, JsValue> {
        let imported = self.cache.import(&file).await;
        let imported =
            imported.map_err(|error| messages::error(error.code(), &error.to_string()))?;
        messages::to_js(&ImportedMessage {
            records: imported.records,
            change: imported.change.into(),
        })
    }
}

/// A [`Change`] on its way to another tab.
#[derive(Serialize, Deserialize)]
struct ChangeMessage {
    kept: Vec<(String, u64, u64)>,
    removed: Vec<String>,
}

/// An [`Imported`] on its way to the worker.
#[derive(Serialize)]
struct ImportedMessage {
    records: usize,
    change: ChangeMessage,
}

impl From<Change> for ChangeMessage {
    fn from(change: Change) -> ChangeMessage {
        let kept = change.kept.iter();
        ChangeMessage {
            kept: kept
                .map(|entry| (entry.key.to_string(), entry.bytes, entry.used))
                .collect(),
            removed: change.removed.iter().map(Key::to_string).collect(),
        }
    }
}

impl From<ChangeMessage> for Change {
    /// What is no key is left out.
    fn from(message: ChangeMessage) -> Change {
        let entry = |(key, bytes, used): (String, u64, u64)| {
            let key = Key::parse(&key)?;
            Some(Entry { key, bytes, used })
        };
        Change {
            kept: message.kept.into_iter().filter_map(entry).collect(),
            removed: message
                .removed
                .iter()
                .filter_map(|key| Key::parse(key))
                .collect(),
        }
    }
}

impl EngineCache {
    pub(super) fn handle(&self) -> Cache<IndexedDb> {
        self.cache.clone()
    }
}
