//! A cache that outlives the program, in one file.

use std::path::Path;

use redb::{Database, DatabaseError, ReadableDatabase, ReadableTable, TableDefinition};

use super::records::failed;
use crate::cache::store::{Batch, Entry, Key, Store, StoreError};

const RECORDS: TableDefinition<[u8; 16], &[u8]> = TableDefinition::new("records");
/// Size in bytes, and last use in milliseconds since 1970.
const ENTRIES: TableDefinition<[u8; 16], (u64, u64)> = TableDefinition::new("entries");

pub struct Disk(Database);

impl Disk {
    /// Opens the file, or makes it.
    pub fn open(file: &Path) -> Result<Disk, StoreError> {
        let database = Database::create(file).map_err(|error| match error {
            DatabaseError::DatabaseAlreadyOpen => StoreError::Blocked,
            error => failed(&error),
        })?;
        let disk = Disk(database);
        disk.change(|_, _| Ok(()))?;
        Ok(disk)
    }

    fn change(
        &self,
        work: impl FnOnce(&mut Records, &mut Entries) -> Result<(), redb::Error>,
    ) -> Result<(), StoreError> {
        let change = || -> Result<(), redb::Error> {
            let transaction = self.0.begin_write()?;
            {
                let mut records = transaction.open_table(RECORDS)?;
                let mut entries = transaction.open_table(ENTRIES)?;
                work(&mut records, &mut entries)?;
            }
            Ok(transaction.commit()?)
        };
        change().map_err(|error| failed(&error))
    }
}

type Records<'a> = redb::Table<'a, [u8; 16], &'static [u8]>;
type Entries<'a> = redb::Table<'a, [u8; 16], (u64, u64)>;

impl Store for Disk {
    async fn entries(&self) -> Result<Vec<Entry>, StoreError> {
        let read = || -> Result<Vec<Entry>, redb::Error> {
            let table = self.0.begin_read()?.open_table(ENTRIES)?;
            let entries = table.iter()?.map(|row| {
                let (key, value) = row?;
                let (bytes, used) = value.value();
                let key = Key(key.value());
                Ok(Entry { key, bytes, used })
            });
            entries.collect()
        };
        read().map_err(|error| failed(&error))
    }

    async fn read(&self, keys: &[Key]) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        let read = || -> Result<Vec<Option<Vec<u8>>>, redb::Error> {
            let table = self.0.begin_read()?.open_table(RECORDS)?;
            let bytes = |key: &Key| Ok(table.get(key.0)?.map(|bytes| bytes.value().to_vec()));
            keys.iter().map(bytes).collect()
        };
        read().map_err(|error| failed(&error))
    }

    async fn write(&self, batch: Batch) -> Result<(), StoreError> {
        self.change(|records, entries| {
            for (entry, bytes) in &batch.puts {
                records.insert(entry.key.0, &bytes[..])?;
                entries.insert(entry.key.0, (entry.bytes, entry.used))?;
            }
            for entry in &batch.touches {
                if records.get(entry.key.0)?.is_some() {
                    entries.insert(entry.key.0, (entry.bytes, entry.used))?;
                }
            }
            for key in &batch.deletes {
                records.remove(key.0)?;
                entries.remove(key.0)?;
            }
            Ok(())
        })
    }

    async fn clear(&self) -> Result<(), StoreError> {
        self.change(|records, entries| {
            records.retain(|_, _| false)?;
            entries.retain(|_, _| false)?;
            Ok(())
        })
    }
}
