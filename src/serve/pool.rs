//! The threads that make sound. A job stays on its thread; the jobs of a thread take turns, chunk by chunk, so that a long
//! text holds nobody up. One that has not begun goes first: its client hears nothing yet. The bytes of the format are made there
//! as well, so that answering is all that is left to do elsewhere.

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc};
use tokio::task::yield_now;
use tokio::time::timeout;
use tokio_util::task::LocalPoolHandle;

use super::Limits;
use super::records::SharedRecords;
use super::refusal::Refusal;
use super::request::Wish;
use crate::encode::Encoder;
use crate::text::{sentences_with, ssml_sentences};
use crate::{Chunk, ChunkStream, Error};

/// Pieces of a job that may wait for its reader.
const AHEAD: usize = 16;

/// Turns that a job leaves out for those who have not begun: as many as a new job needs to get from the queue to its thread, and no
/// more, because they may be on another thread, or come without end.
const ROUNDS: usize = 4;

pub struct Pool {
    threads: LocalPoolHandle,
    places: Arc<Semaphore>,
    queue: usize,
    beginners: Arc<AtomicUsize>,
    records: SharedRecords,
    patience: Duration,
}

/// Sound in the format that was asked for.
pub struct Piece {
    pub bytes: Vec<u8>,
    pub samples: usize,
    last: bool,
}

/// The pieces of a job. Dropping it ends the job.
pub struct Sound {
    pieces: mpsc::Receiver<Result<Piece, Refusal>>,
    complete: bool,
}

impl Pool {
    pub fn new(limits: &Limits, records: SharedRecords) -> Pool {
        Pool {
            threads: LocalPoolHandle::new(limits.threads.max(1)),
            places: Arc::new(Semaphore::new(limits.queue)),
            queue: limits.queue,
            beginners: Arc::default(),
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
    pub fn speak(&self, wish: Wish) -> Result<Sound, Refusal> {
        let place = self.places.clone().try_acquire_owned();
        let place = place.map_err(|_| Refusal::Busy)?;
        let (sender, pieces) = mpsc::channel(AHEAD);
        let records = self.records.clone();
        let patience = self.patience;
        let beginners = self.beginners.clone();
        let beginner = Beginner::among(&beginners);
        self.threads.spawn_pinned(move || async move {
            let _place = place;
            match Job::begin(wish, records) {
                Ok(job) => job.work(sender, patience, beginner, &beginners).await,
                Err(refusal) => drop(sender.send(Err(refusal)).await),
            }
        });
        Ok(Sound {
            pieces,
            complete: false,
        })
    }
}

/// A job that has not made its first chunk.
struct Beginner(Arc<AtomicUsize>);

impl Beginner {
    fn among(beginners: &Arc<AtomicUsize>) -> Beginner {
        beginners.fetch_add(1, Ordering::Relaxed);
        Beginner(beginners.clone())
    }
}

impl Drop for Beginner {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What a job speaks with.
struct Job {
    stream: ChunkStream,
    encoder: Encoder,
    /// What goes before the first sample.
    head: Vec<u8>,
}

impl Job {
    fn begin(wish: Wish, records: SharedRecords) -> Result<Job, Refusal> {
        let Wish {
            text,
            ssml,
            reading,
            voice,
            format,
            ..
        } = wish;
        let sentences = if ssml {
            ssml_sentences(&text, reading).map_err(Error::from)?
        } else {
            sentences_with(text, reading)
        };
        let synthesizer = &voice.synthesizer;
        let stream = synthesizer.stream_sentences(sentences, &wish.options)?;
        let (encoder, head) = format.encoder(synthesizer.manifest().sample_rate)?;
        Ok(Job {
            stream: stream.with_recordings(voice.keys.clone(), Rc::new(records)),
            encoder,
            head,
        })
    }

    async fn work(
        mut self,
        sender: mpsc::Sender<Result<Piece, Refusal>>,
        patience: Duration,
        beginner: Beginner,
        beginners: &AtomicUsize,
    ) {
        let mut beginner = Some(beginner);
        while !sender.is_closed()
            && let Some(chunk) = self.stream.next()
        {
            let piece = chunk
                .map_err(Refusal::from)
                .and_then(|chunk| self.encode(&chunk));
            beginner.take();
            let over = piece.as_ref().map_or(true, |piece| piece.last);
            let taken = timeout(patience, sender.send(piece)).await;
            // Who has all of it gives up the place at once, before the others have had their turns.
            if over || !matches!(taken, Ok(Ok(()))) {
                return;
            }
            yield_now().await;
            for _ in 0..ROUNDS {
                if beginners.load(Ordering::Relaxed) > 0 {
                    yield_now().await;
                }
            }
        }
    }

    fn encode(&mut self, chunk: &Chunk) -> Result<Piece, Refusal> {
        let mut bytes = std::mem::take(&mut self.head);
        bytes.extend(self.encoder.encode(&chunk.samples)?);
        if chunk.last {
            bytes.extend(self.encoder.finish()?);
        }
        Ok(Piece {
            bytes,
            samples: chunk.samples.len(),
            last: chunk.last,
        })
    }
}

impl Sound {
    /// The next piece; nothing when all have come. A job that ends early is an error.
    pub async fn next(&mut self) -> Option<Result<Piece, Refusal>> {
        if self.complete {
            return None;
        }
        let piece = self.pieces.recv().await.unwrap_or(Err(Refusal::Dead));
        self.complete = piece.as_ref().map_or(true, |piece| piece.last);
        Some(piece)
    }
}
