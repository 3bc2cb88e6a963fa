//! One cache for all threads. It lives on a thread of its own; the others ask it.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::disk::Disk;
use crate::cache::store::{Key, StoreError};
use crate::cache::{Budget, Cache, Records, Stats};

/// How long there must be no question before what is new is written.
const IDLE: Duration = Duration::from_millis(200);
/// Bytes that may wait to be written in spite of questions.
const UNSAVED: u64 = 4 << 20;

enum Question {
    Find(Key, SyncSender<Option<Vec<u8>>>),
    Keep(Key, Vec<u8>),
    Count(SyncSender<Stats>),
    Finish,
}

/// Asks the cache.
#[derive(Clone)]
pub struct SharedRecords {
    questions: Sender<Question>,
}

/// The cache's thread.
pub struct RecordsThread {
    thread: JoinHandle<()>,
    records: SharedRecords,
}

impl RecordsThread {
    pub fn start(budget: Budget, file: Option<PathBuf>) -> std::io::Result<RecordsThread> {
        let (questions, asked) = channel();
        let thread = std::thread::Builder::new()
            .name("langdu cache".into())
            .spawn(move || run(budget, file, &asked))?;
        Ok(RecordsThread {
            thread,
            records: SharedRecords { questions },
        })
    }

    pub fn handle(&self) -> SharedRecords {
        self.records.clone()
    }

    /// Writes what is new, and ends.
    pub fn finish(self) {
        let _ = self.records.questions.send(Question::Finish);
        let _ = self.thread.join();
    }
}

impl SharedRecords {
    /// What the cache holds, and how often it was of use.
    pub fn stats(&self) -> Option<Stats> {
        self.ask(Question::Count)
    }

    fn ask<T>(&self, question: impl FnOnce(SyncSender<T>) -> Question) -> Option<T> {
        let (answer, answered) = sync_channel(1);
        self.questions.send(question(answer)).ok()?;
        answered.recv().ok()
    }
}

impl Records for SharedRecords {
    fn find(&self, key: Key) -> Option<Vec<u8>> {
        self.ask(|answer| Question::Find(key, answer)).flatten()
    }

    fn keep(&self, key: Key, payload: &[u8]) {
        // Without a cache, speech goes on.
        let _ = self.questions.send(Question::Keep(key, payload.to_vec()));
    }
}

fn now() -> f64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0.0, |since| since.as_secs_f64() * 1000.0)
}

fn run(budget: Budget, file: Option<PathBuf>, questions: &Receiver<Question>) {
    // Nothing here waits for anything but the disk.
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().build() else {
        return;
    };
    runtime.block_on(async {
        let cache = Cache::new(budget, now);
        if let Some(file) = file {
            match Disk::open(&file) {
                Ok(disk) => cache.attach(disk).await,
                Err(error) => cache.fail(&error),
            }
        }
        let mut told = false;
        loop {
            if let Some(failure) = cache.failure().filter(|_| !told) {
                eprintln!("langdu: {}: {}", failure.code, failure.message);
                told = true;
            }
            match questions.recv_timeout(IDLE) {
                Ok(Question::Find(key, answer)) => {
                    if cache.is_away(key) {
                        cache.fetch(&[key]).await;
                    }
                    let _ = answer.send(cache.find(key));
                }
                Ok(Question::Keep(key, payload)) => {
                    Records::keep(&cache, key, &payload);
                    if cache.unsaved_bytes() > UNSAVED {
                        cache.flush().await;
                    }
                }
                Ok(Question::Count(answer)) => {
                    let _ = answer.send(cache.stats());
                }
                Err(RecvTimeoutError::Timeout) => {
                    if cache.unsaved_bytes() > 0 {
                        cache.flush().await;
                    }
                }
                Ok(Question::Finish) | Err(RecvTimeoutError::Disconnected) => {
                    cache.flush().await;
                    return;
                }
            }
        }
    });
}

/// A store that cannot be opened or used.
pub fn failed(error: &dyn std::fmt::Display) -> StoreError {
    StoreError::Failed(error.to_string())
}
