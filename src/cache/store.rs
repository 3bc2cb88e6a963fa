//! What a store of records has to do, and how a record proves that it is whole.

use std::fmt;
use std::rc::Rc;

use xxhash_rust::xxh64::xxh64;

/// What a record is for. Each level has a budget of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// L1: mel frames of a prosodic word.
    Fragment = 1,
    /// L2: sound of a sentence.
    Sentence = 2,
    /// L3: sound of a fixed part of a template.
    Template = 3,
}

/// Names a record: its level, and a part of a SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(pub [u8; 16]);

impl fmt::Display for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Key({self})")
    }
}

impl Key {
    pub fn new(level: Level, hash: [u8; 32]) -> Key {
        let mut key = [level as u8; 16];
        key[1..].copy_from_slice(&hash[..15]);
        Key(key)
    }

    /// A key that no level has made counts as a sentence's.
    pub fn level(self) -> Level {
        match self.0[0] {
            1 => Level::Fragment,
            3 => Level::Template,
            _ => Level::Sentence,
        }
    }

    /// Reads what `Display` writes.
    pub fn parse(hex: &str) -> Option<Key> {
        if hex.len() != 32 || !hex.is_ascii() {
            return None;
        }
        let mut key = [0; 16];
        for (at, byte) in key.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).ok()?;
        }
        Some(Key(key))
    }
}

/// What is known of a record without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    pub key: Key,
    pub bytes: u64,
    /// Last use, in milliseconds since 1970.
    pub used: u64,
}

/// Changes that are written together or not at all.
#[derive(Debug, Default)]
pub struct Batch {
    pub puts: Vec<(Entry, Rc<[u8]>)>,
    /// Records that were used.
    pub touches: Vec<Entry>,
    pub deletes: Vec<Key>,
}

/// What a batch means for other tabs.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Change {
    pub kept: Vec<Entry>,
    pub removed: Vec<Key>,
}

impl Change {
    /// Adds what has happened later.
    pub fn join(&mut self, later: Option<Change>) {
        let later = later.unwrap_or_default();
        self.kept
            .retain(|entry| !later.removed.contains(&entry.key));
        self.kept.extend(later.kept);
        self.removed.extend(later.removed);
    }

    pub fn is_empty(&self) -> bool {
        self.kept.is_empty() && self.removed.is_empty()
    }
}

impl Batch {
    pub fn change(&self) -> Change {
        Change {
            kept: self.puts.iter().map(|(entry, _)| *entry).collect(),
            removed: self.deletes.clone(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.puts.is_empty() && self.touches.is_empty() && self.deletes.is_empty()
    }
}

/// A store that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    #[error("the browser keeps no data for this page: {0}")]
    Unavailable(String),
    #[error("the space for data is used up")]
    Full,
    #[error("the stored data is held up by another tab")]
    Blocked,
    #[error("the stored data could not be read or written: {0}")]
    Failed(String),
}

impl StoreError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            StoreError::Unavailable(_) => "E_CACHE_UNAVAILABLE",
            StoreError::Full => "E_CACHE_FULL",
            StoreError::Blocked => "E_CACHE_BLOCKED",
            StoreError::Failed(_) => "E_CACHE_FAILED",
        }
    }
}

/// Bytes by key that outlive the page.
pub trait Store {
    /// What lies in the store.
    fn entries(&self) -> impl Future<Output = Result<Vec<Entry>, StoreError>>;

    /// The bytes of each record, if there is one.
    fn read(&self, keys: &[Key]) -> impl Future<Output = Result<Vec<Option<Vec<u8>>>, StoreError>>;

    /// Makes all changes, or none of them.
    fn write(&self, batch: Batch) -> impl Future<Output = Result<(), StoreError>>;

    /// Removes everything.
    fn clear(&self) -> impl Future<Output = Result<(), StoreError>>;
}

/// Version of the seal: it goes up when the meaning of the bytes under it changes.
const SEAL: [u8; 4] = *b"lda2";

/// Puts a checksum in front of a payload.
pub fn seal(payload: &[u8]) -> Vec<u8> {
    let mut sealed = Vec::with_capacity(12 + payload.len());
    sealed.extend(SEAL);
    sealed.extend(xxh64(payload, 0).to_le_bytes());
    sealed.extend(payload);
    sealed
}

/// The payload of a whole record; nothing for one that is torn or foreign.
pub fn open(sealed: &[u8]) -> Option<&[u8]> {
    let (seal, rest) = sealed.split_first_chunk::<4>()?;
    let (checksum, payload) = rest.split_first_chunk::<8>()?;
    let whole = *seal == SEAL && xxh64(payload, 0) == u64::from_le_bytes(*checksum);
    whole.then_some(payload)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_sealed_payload_opens(payload: Vec<u8>) {
            let sealed = seal(&payload);
            prop_assert_eq!(open(&sealed), Some(&payload[..]));
        }

        #[test]
        fn a_torn_record_does_not_open(payload: Vec<u8>, cut: prop::sample::Index) {
            let sealed = seal(&payload);
            prop_assert_eq!(open(&sealed[..cut.index(sealed.len())]), None);
        }

        #[test]
        fn an_altered_record_does_not_open(payload: Vec<u8>, at: prop::sample::Index, bit in 0..8u32) {
            let mut sealed = seal(&payload);
            let at = at.index(sealed.len());
            sealed[at] ^= 1 << bit;
            prop_assert_eq!(open(&sealed), None);
        }

        #[test]
        fn keys_can_be_read_back(bytes: [u8; 16]) {
            prop_assert_eq!(Key::parse(&Key(bytes).to_string()), Some(Key(bytes)));
        }

        #[test]
        fn no_key_from_anything_else(text: String) {
            prop_assume!(text.len() != 32);
            prop_assert_eq!(Key::parse(&text), None);
        }
    }
}
