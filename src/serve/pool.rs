//! The threads that make sound. A job stays on its thread; the jobs of a thread take turns, chunk by chunk, so that a long
//! text holds nobody up.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::yield_now;
use tokio::time::timeout;
use tokio_util::task::LocalPoolHandle;

use super::Limits;
use super::records::SharedRecords;
use super::refusal::Refusal;
use super::request::Wish;
use crate::text::{TextOptions, sentences_with, ssml_sentences};
use crate::{Chunk, ChunkStream, Error};

/// Chunks of a job that may wait for its reader.
const AHEAD: usize = 16;

pub struct Pool {
    threads: LocalPoolHandle,
    places: Arc<Semaphore>,
    queue: usize,
    records: SharedRecords,
    patience: Duration,
}

/// The chunks of a job. Dropping it ends the job.
pub struct Chunks {
    chunks: mpsc::Receiver<Result<Chunk, Error>>,
    complete: bool,
}

impl Pool {
    pub fn new(limits: &Limits, records: SharedRecords) -> Pool {
        Pool {
            threads: LocalPoolHandle::new(limits.threads.max(1)),
            places: Arc::new(Semaphore::new(limits.queue)),
            queue: limits.queue,
            records,
            patience: limits.patience,
        }
    }

    /// Jobs under way.
    pub fn busy(&self) -> usize {
        self.queue - self.places.available_permits()
    }

    pub fn records(&self) -> &SharedRecords {
        &self.records
    }

    /// Takes a job on, if there is room.
    pub fn speak(&self, wish: Wish) -> Result<Chunks, Refusal> {
        let place = self.places.clone().try_acquire_owned();
        let place = place.map_err(|_| Refusal::Busy)?;
        let (sender, chunks) = mpsc::channel(AHEAD);
        let records = self.records.clone();
        let patience = self.patience;
        self.threads
            .spawn_pinned(move || work(wish, records, sender, patience, place));
        Ok(Chunks {
            chunks,
            complete: false,
        })
    }
}

async fn work(
    wish: Wish,
    records: SharedRecords,
    sender: mpsc::Sender<Result<Chunk, Error>>,
    patience: Duration,
    _place: OwnedSemaphorePermit,
) {
    let mut stream = match begin(wish, records) {
        Ok(stream) => stream,
        Err(error) => {
            let _ = sender.send(Err(error)).await;
            return;
        }
    };
    while !sender.is_closed()
        && let Some(chunk) = stream.next()
    {
        let over = chunk.as_ref().map_or(true, |chunk| chunk.last);
        let taken = timeout(patience, sender.send(chunk)).await;
        // Who has all of it gives up the place at once, before the others have had their turns.
        if over || !matches!(taken, Ok(Ok(()))) {
            return;
        }
        yield_now().await;
    }
}

fn begin(wish: Wish, records: SharedRecords) -> Result<ChunkStream, Error> {
    let Wish {
        text, ssml, voice, ..
    } = wish;
    let sentences = if ssml {
        ssml_sentences(&text, TextOptions::default())?
    } else {
        sentences_with(text, TextOptions::default())
    };
    let stream = voice
        .synthesizer
        .stream_sentences(sentences, &wish.options)?;
    Ok(stream.with_recordings(voice.keys.clone(), Rc::new(records)))
}

impl Chunks {
    /// The samples of the next chunk; nothing when all have come. A job that ends early is an error.
    pub async fn next(&mut self) -> Option<Result<Vec<f32>, Refusal>> {
        if self.complete {
            return None;
        }
        let chunk = match self.chunks.recv().await {
            Some(Ok(chunk)) => chunk,
            Some(Err(error)) => return Some(Err(error.into())),
            None => return Some(Err(Refusal::Dead)),
        };
        self.complete = chunk.last;
        Some(Ok(chunk.samples))
    }
}
