//! A store that lasts as long as the program.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::store::{Batch, Entry, Key, Store, StoreError};

/// Records in memory. Clones share them.
#[derive(Clone, Default)]
pub struct Memory {
    records: Rc<RefCell<Records>>,
}

type Records = HashMap<Key, (Entry, Rc<[u8]>)>;

impl Store for Memory {
    async fn entries(&self) -> Result<Vec<Entry>, StoreError> {
        let records = self.records.borrow();
        Ok(records.values().map(|(entry, _)| *entry).collect())
    }

    async fn read(&self, keys: &[Key]) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        let records = self.records.borrow();
        let bytes = |key| records.get(key).map(|(_, bytes)| bytes.to_vec());
        Ok(keys.iter().map(bytes).collect())
    }

    async fn write(&self, batch: Batch) -> Result<(), StoreError> {
        let mut records = self.records.borrow_mut();
        for (entry, bytes) in batch.puts {
            records.insert(entry.key, (entry, bytes));
        }
        for touched in batch.touches {
            if let Some((entry, _)) = records.get_mut(&touched.key) {
                *entry = touched;
            }
        }
        for key in batch.deletes {
            records.remove(&key);
        }
        Ok(())
    }

    async fn clear(&self) -> Result<(), StoreError> {
        self.records.borrow_mut().clear();
        Ok(())
    }
}
