//! Speech over HTTP: the routes of `openapi/openapi.json`, which the package's service worker answers as well.
//!
//! - `pool` makes the sound: one thread a core, each with many jobs, which take turns chunk by chunk.
//! - `request` reads what a client wants, `refusal` says why it can't have it.
//! - `speech` and `routes` answer, in the formats of `crate::encode`.
//! - `kept` holds finished files until its budget is used up; `records` shares the cache between the threads, `disk` keeps it.
//! - `docs` and `measures` are for people who run it.

mod disk;
mod docs;
mod kept;
mod measures;
mod pool;
mod records;
mod refusal;
mod request;
mod routes;
mod speech;

use std::collections::HashSet;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;

use crate::Synthesizer;
use crate::cache::Budget;
use crate::cache::keys::Keys;
use kept::Kept;
use measures::Measures;
use pool::Pool;
use records::RecordsThread;

/// A voice of the service.
pub struct ServedVoice {
    pub synthesizer: Synthesizer,
    /// Names its recordings.
    pub keys: Keys,
}

/// What the service may use.
pub struct Limits {
    /// Threads that make sound.
    pub threads: usize,
    /// Requests under way or waiting.
    pub queue: usize,
    /// Characters of one request.
    pub longest: usize,
    /// How long a request may take to begin its answer, and a reader to take what is ready.
    pub patience: Duration,
}

/// What keeps what has been spoken.
pub struct Memory {
    pub budget: Budget,
    /// A file that outlives the service.
    pub file: Option<PathBuf>,
}

/// What every request can see.
struct Service {
    /// The first is the one for requests that name none.
    voices: Vec<Arc<ServedVoice>>,
    limits: Limits,
    pool: Pool,
    kept: Kept,
    measures: Measures,
}

/// A service that is not running yet.
pub struct Server {
    listener: TcpListener,
    service: Arc<Service>,
    records: RecordsThread,
}

impl Server {
    /// Takes the address. Fails where it is taken, without a voice, and where two voices have the same name; a cache file that
    /// can't be used is told on standard error, and the cache lives in memory.
    pub async fn bind(
        address: (&str, u16),
        voices: Vec<ServedVoice>,
        limits: Limits,
        memory: Memory,
    ) -> std::io::Result<Server> {
        if voices.is_empty() {
            return Err(std::io::Error::other("no voice to speak with"));
        }
        let mut names = HashSet::new();
        for voice in &voices {
            let name = &voice.synthesizer.manifest().name;
            if !names.insert(name) {
                let message = format!("there are two voices `{name}`");
                return Err(std::io::Error::other(message));
            }
        }
        let records = RecordsThread::start(memory.budget, memory.file)?;
        let pool = Pool::new(&limits, records.handle());
        let listener = TcpListener::bind(address).await?;
        let service = Service {
            voices: voices.into_iter().map(Arc::new).collect(),
            limits,
            pool,
            kept: Kept::new(),
            measures: Measures::start(),
        };
        Ok(Server {
            listener,
            service: Arc::new(service),
            records,
        })
    }

    /// Where it can be reached.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Answers until `stop`; then takes no more, finishes what is under way as far as the patience goes, and writes the
    /// cache.
    pub async fn run(self, stop: impl Future<Output = ()> + Send + 'static) -> std::io::Result<()> {
        let patience = self.service.limits.patience;
        let (stopping, stopped) = tokio::sync::oneshot::channel();
        let routes = routes::router(self.service);
        let serving = axum::serve(self.listener, routes).with_graceful_shutdown(async move {
            stop.await;
            let _ = stopping.send(());
        });
        let overdue = async {
            let _ = stopped.await;
            tokio::time::sleep(patience).await;
        };
        let done = tokio::select! {
            done = serving => done,
            () = overdue => Ok(()),
        };
        self.records.finish();
        done
    }
}
