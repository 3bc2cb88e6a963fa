//! `langdu serve`: speech over HTTP.

use std::time::Duration;

use langdu::cache::Budget;
use langdu::cache::keys::Keys;
use langdu::serve::{Limits, Memory, ServedVoice, Server};

use crate::cli::Serve;
use crate::commands::Failure;
use crate::library;

pub fn serve(words: Serve) -> Result<(), Failure> {
    let mut voices = Vec::new();
    for voice in &words.voices {
        let found = library::find(voice).map_err(langdu::Error::from)?;
        voices.push(ServedVoice {
            synthesizer: library::load(found.voice)?,
            keys: Keys::new(&found.manifest),
        });
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let limits = Limits {
        threads: if words.threads == 0 {
            cores
        } else {
            words.threads
        },
        queue: words.queue,
        longest: words.longest,
        patience: Duration::from_secs(words.patience),
    };
    let memory = Memory {
        budget: Budget::of(words.cache_disk << 20, words.cache_memory << 20),
        file: words.cache,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let server = Server::bind((&words.host, words.port), voices, limits, memory).await?;
        println!(
            "langdu speaks at http://{}/ (Ctrl+C ends it)",
            server.address()?
        );
        server.run(stop()).await?;
        Ok(())
    })
}

/// Ctrl+C, or the signal that service managers send.
async fn stop() {
    #[cfg(unix)]
    if let Ok(mut terminated) =
        tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
    {
        tokio::select! {
            _ = terminated.recv() => (),
            _ = tokio::signal::ctrl_c() => (),
        }
        return;
    }
    let _ = tokio::signal::ctrl_c().await;
}
