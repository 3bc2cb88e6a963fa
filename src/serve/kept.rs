//! Finished files, by the address they were given; those used longest ago make room.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::Bytes;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use crate::encode::Format;

/// Bytes of all files.
const BUDGET: u64 = 64 << 20;
/// About how many files that makes.
const FILES: usize = 512;

#[derive(Clone)]
pub struct File {
    pub format: Format,
    pub bytes: Bytes,
}

#[derive(Clone)]
struct Size;

impl Weighter<String, File> for Size {
    fn weight(&self, _: &String, file: &File) -> u64 {
        file.bytes.len() as u64
    }
}

pub struct Kept {
    files: Cache<String, File, Size>,
    last: AtomicU64,
}

impl Kept {
    pub fn new() -> Kept {
        // Addresses of an earlier run must not lead to the files of this one.
        let started = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let started = started.map_or(0, |since| since.as_micros() as u64);
        Kept {
            files: Cache::with_weighter(FILES, BUDGET, Size),
            last: AtomicU64::new(started),
        }
    }

    /// Keeps a file; its name.
    pub fn keep(&self, file: File) -> String {
        let number = self.last.fetch_add(1, Ordering::Relaxed);
        let name = format!("{number:x}.{}", file.format.extension());
        self.files.insert(name.clone(), file);
        name
    }

    pub fn find(&self, name: &str) -> Option<File> {
        self.files.get(name)
    }
}
